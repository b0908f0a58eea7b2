"""Paired comparison of two policies: same draws, common random numbers, effects with intervals and chances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import ScenarioError, nearest
from forbear.questions.effects import paired_effect, probabilities
from forbear.questions.policy_runs import PolicyRuns
from forbear.representation import html_of, plot_of
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import approximately, columns, join, laid_out, span

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

__all__ = ["Comparison", "Effect", "comparison", "effect_of", "known_outcomes"]


@dataclass(frozen=True)
class Effect:
    """One outcome under both policies. effect: (draws,), ratio or difference; lower, none, higher: shares of draws
    beyond and within the margin; quantiles at 5, 25, 50, 75, 95 %."""

    outcome: str
    kind: str
    margin: float
    base: np.ndarray
    changed: np.ndarray
    effect: np.ndarray
    lower: float
    none: float
    higher: float

    @property
    def quantiles(self) -> np.ndarray:
        """Of the effect, at 5, 25, 50, 75 and 95 per cent."""
        return np.nanquantile(self.effect, [0.05, 0.25, 0.5, 0.75, 0.95])

    def as_row(self) -> dict[str, str | float]:
        """For tables and files."""
        low, q1, middle, q3, high = (float(v) for v in self.quantiles)
        return {
            "outcome": self.outcome,
            "kind": self.kind,
            "margin": self.margin,
            "p05": low,
            "p25": q1,
            "p50": middle,
            "p75": q3,
            "p95": high,
            "lower": self.lower,
            "none": self.none,
            "higher": self.higher,
            "base": float(np.nanmedian(self.base)),
            "changed": float(np.nanmedian(self.changed)),
        }


def known_outcomes(outcomes: Sequence[str]) -> tuple[str, ...]:
    """The same names, each once. Raises ScenarioError E241 for one that is no outcome."""
    for name in outcomes:
        if name not in OUTCOMES:
            close = nearest(name, OUTCOMES)
            raise ScenarioError("E241", f"no outcome {name!r}", hint=f"did you mean {close or ', '.join(OUTCOMES)}?")
    return tuple(dict.fromkeys(outcomes))


def effect_of(runs: PolicyRuns, base: str, changed: str, outcome: str, margin: float | None = None) -> Effect:
    """The effect on one outcome of going from one policy to another; both must have been run."""
    margin = OUTCOMES[outcome].margin if margin is None else margin
    return _effect(outcome, runs.values(base, outcome), runs.values(changed, outcome), margin)


def _effect(outcome: str, before: np.ndarray, after: np.ndarray, margin: float) -> Effect:
    kind: Any = OUTCOMES[outcome].kind
    good = np.isfinite(before) & np.isfinite(after)
    effect = np.full(len(before), np.nan)
    effect[good] = paired_effect(before[good], after[good], kind)
    shares = probabilities(effect[good], margin, "lower", kind)
    return Effect(outcome, kind, margin, before, after, effect, shares.p_for, shares.p_none, shares.p_against)


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two policies over the same draws with common random numbers.

    Parameters
    ----------
    data
        `base`, `changed` and `effect` by draw and outcome (a draw that failed is NaN); `base_deaths` and
        `changed_deaths` by year and draw, in persons. Along `outcome`: `title`, `unit`, `kind` (whether the effect is
        a ratio, changed over base, or a difference, changed less base) and `margin` (a smaller effect counts as none).
        Attributes: base, changed (names of the policies), assumed (those of them under which nobody intervenes, a band
        by assumption), scenario, given (what was drawn from), seed, replications.
    """

    data: xr.Dataset

    def __len__(self) -> int:
        return int(self.data.sizes["draw"])

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def base(self) -> str:
        """Name of the policy that is compared with."""
        return str(self.data.attrs["base"])

    @property
    def changed(self) -> str:
        """Name of the other policy."""
        return str(self.data.attrs["changed"])

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the policies under which nobody intervenes: of these, and of what is set against them, ends of nine
        tenths are told in one digit, and no middle."""
        return tuple(self.data.attrs.get("assumed", ()))

    @property
    def given(self) -> str:
        """What was drawn from, in words: "posterior draws", "prior draws (before any data)"."""
        return str(self.data.attrs["given_words"])

    @property
    def effects(self) -> dict[str, Effect]:
        """The effect on every outcome, by name."""
        out = {}
        for outcome in map(str, self.data["outcome"].values):
            one = self.data.sel(outcome=outcome)
            out[outcome] = _effect(outcome, one["base"].values, one["changed"].values, float(one["margin"]))
        return out

    @property
    def sentence(self) -> str:
        """The first outcome in one sentence, with its uncertainty and the draws that speak against."""
        effect = next(iter(self.effects.values()))
        band = " (a band by assumption)" if self.assumed else ""
        return (
            f"{self.changed} against {self.base}: {OUTCOMES[effect.outcome].title} {self.effect_words(effect)}{band}, "
            f"lower in {effect.lower:.0%} of {len(self)} {self.given}, higher in {effect.higher:.0%}."
        ).replace("%", " %")

    def to_frame(self) -> pd.DataFrame:
        """A row for each outcome: median under both, effect at 5, 25, 50, 75 and 95 %, shares lower, none, higher."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        table = pd.DataFrame([effect.as_row() for effect in self.effects.values()]).set_index("outcome")
        table.insert(0, "unit", [OUTCOMES[name].unit for name in table.index])
        return table

    def plot(self, *, kind: str = "ratio") -> Any:
        """Draw the effects with intervals; kind: "ratio" or "difference". As `forbear.plot.effect`."""
        return plot_of("effect", self, kind=kind)

    def lines(self) -> list[str]:
        """For a terminal: one line an outcome."""
        out = [f"{self.changed} against {self.base}, {len(self)} {self.given}, common random numbers"]
        rows = []
        for effect in self.effects.values():
            beside = (self.level_words(self.base, effect.base), self.level_words(self.changed, effect.changed))
            shares = (f"{v:.0%}" for v in (effect.lower, effect.none, effect.higher))
            rows.append((OUTCOMES[effect.outcome].title, *beside, self.effect_words(effect), *shares))
        head = ("outcome", "before", "after", "effect (5 to 95 %)", "lower", "same", "higher")
        out += laid_out(head, rows, columns())
        out.append(
            "shares: of draws in which the outcome is lower, the same, higher by more than the margin; medians "
            "before and after"
        )
        if self.assumed:
            out.append(
                f"{join(self.assumed)}: a band by assumption. Of it, and of effects against it, the ends of nine "
                "tenths alone are told, in one digit"
            )
        return out

    def level_words(self, policy: str, values: np.ndarray) -> str:
        """An outcome under a policy: its median, or by assumption its range."""
        if policy in self.assumed:
            low, high = np.nanquantile(values, (0.05, 0.95))
            return span(float(low), float(high), 1)
        return approximately(float(np.nanmedian(values)))

    def effect_words(self, effect: Effect) -> str:
        """An effect with its range, or against a world by assumption the range alone."""
        low, _, middle, _, high = effect.quantiles
        if self.assumed:
            first, last = _signed(effect, low, 1), _signed(effect, high, 1)
            return first if first == last else f"{first} to {last}"
        return f"{_signed(effect, middle)} ({approximately(low)} to {approximately(high)})"

    def yearly(self) -> dict[int, float]:
        """Median ratio of civilian deaths by year, changed over base."""
        before, after = self.data["base_deaths"].values, self.data["changed_deaths"].values
        ratios = np.nanmedian((after + 1.0) / (before + 1.0), axis=1)
        return {int(year): float(ratio) for year, ratio in zip(self.data["year"].values, ratios, strict=True)}


def comparison(
    runs: PolicyRuns,
    base: str,
    changed: str,
    outcomes: Sequence[str],
    told: Mapping[str, object] | None = None,
    *,
    assumed: Sequence[str] = (),
) -> Comparison:
    """Set two policies that have been run, with `deaths` among their outcomes, beside one another.

    told: further attributes of the data; assumed: policies under which nobody intervenes. Raises ScenarioError E241
    for an unknown outcome. No randomness.
    """
    import xarray as xr  # heavy: only who compares waits for it

    names = list(known_outcomes(outcomes))
    effects = [effect_of(runs, base, changed, name) for name in names]
    years, before = runs.by_year(base, "deaths")
    _, after = runs.by_year(changed, "deaths")
    both, by_year = ("draw", "outcome"), ("year", "draw")
    unit = {"unit": "by outcome: see the coordinate `unit`"}
    data = xr.Dataset(
        {
            "base": (both, np.stack([e.base for e in effects], axis=1), unit),
            "changed": (both, np.stack([e.changed for e in effects], axis=1), unit),
            "effect": (
                both,
                np.stack([e.effect for e in effects], axis=1),
                {"unit": "by outcome: see `kind` and `unit`"},
            ),
            "base_deaths": (by_year, before, {"unit": "persons", "long_name": f"{OUTCOMES['deaths'].title}, {base}"}),
            "changed_deaths": (
                by_year,
                after,
                {"unit": "persons", "long_name": f"{OUTCOMES['deaths'].title}, {changed}"},
            ),
        },
        coords={
            "draw": np.arange(runs.members),
            "outcome": names,
            "year": years,
            "title": ("outcome", [OUTCOMES[n].title for n in names]),
            "unit": ("outcome", [OUTCOMES[n].unit for n in names]),
            "kind": ("outcome", [e.kind for e in effects]),
            "margin": ("outcome", [e.margin for e in effects]),
        },
        attrs={
            "base": base,
            "changed": changed,
            "assumed": list(assumed),
            "scenario": runs.scenario.name,
            "seed": runs.seed,
            "replications": runs.replications,
            **(told or {}),
        },
    )
    return Comparison(data)


def _signed(effect: Effect, value: float, digits: int = 2) -> str:
    sign = "x" if effect.kind == "ratio" else "+" if value > 0 else ""
    return f"{sign}{approximately(value, digits)}"
