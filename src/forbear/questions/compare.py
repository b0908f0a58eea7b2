"""Paired comparison of two policies: same draws, common random numbers, effects with intervals and chances of each direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.questions.effects import paired_effect, probabilities
from forbear.questions.given import Given, posterior_of
from forbear.questions.policy_runs import PolicyRuns
from forbear.representation import html_of, plot_of
from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES
from forbear.words import approximately

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from forbear.scenario.scenario import Scenario

__all__ = ["Comparison", "Effect", "compare", "effect_of"]


@dataclass(frozen=True)
class Effect:
    """One outcome under both policies. effect: (draws,), ratio or difference; lower, none, higher: shares of draws beyond
    and within the margin; quantiles at 5, 25, 50, 75, 95 %."""

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
            "outcome": self.outcome, "kind": self.kind, "margin": self.margin, "p05": low, "p25": q1, "p50": middle,
            "p75": q3, "p95": high, "lower": self.lower, "none": self.none, "higher": self.higher,
            "base": float(np.nanmedian(self.base)), "changed": float(np.nanmedian(self.changed)),
        }  # fmt: skip


def effect_of(runs: PolicyRuns, base: str, changed: str, outcome: str, margin: float | None = None) -> Effect:
    """The effect on one outcome of going from one policy to another; both must have been run."""
    known = OUTCOMES[outcome]
    margin = known.margin if margin is None else margin
    before, after = runs.values(base, outcome), runs.values(changed, outcome)
    good = np.isfinite(before) & np.isfinite(after)
    effect = np.full(len(before), np.nan)
    effect[good] = paired_effect(before[good], after[good], known.kind)  # type: ignore[arg-type]
    shares = probabilities(effect[good], margin, "lower", known.kind)  # type: ignore[arg-type]
    return Effect(outcome, known.kind, margin, before, after, effect, shares.p_for, shares.p_none, shares.p_against)


@dataclass(frozen=True)
class Comparison:
    """Effects by outcome, and deaths by year under both policies. members: draws of parameters; given: posterior or prior."""

    base: str
    changed: str
    effects: dict[str, Effect]
    years: np.ndarray
    deaths: tuple[np.ndarray, np.ndarray]
    members: int
    given: str

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        return html_of(self)

    def plot(self, kind: str = "ratio") -> object:
        """A picture of the effects, those of one kind: "ratio" or "difference". Raises RunError E401 where there are none."""
        return plot_of("effect", self, kind=kind)

    def to_dataset(self) -> xr.Dataset:
        """Every draw as a labelled Dataset.

        Returns
        -------
        xarray.Dataset
            Variables `base` and `changed` (draw, outcome) in the outcome's unit and `effect` (draw, outcome), a ratio or a
            difference as `kind` (outcome) says; coordinates `unit` and `margin` by outcome; what was compared in attrs.
        """
        import xarray as xr  # heavy: it would slow `forbear --help`

        found = list(self.effects.values())
        table = {
            n: (("draw", "outcome"), np.stack([getattr(e, n) for e in found], axis=1))
            for n in ("base", "changed", "effect")
        }
        coordinates = {
            "outcome": [e.outcome for e in found],
            "unit": ("outcome", [OUTCOMES[e.outcome].unit for e in found]),
            "kind": ("outcome", [e.kind for e in found]),
            "margin": ("outcome", [e.margin for e in found]),
        }
        about = {"base": self.base, "changed": self.changed, "given": self.given}
        return xr.Dataset(table, coords=coordinates, attrs=about)

    def lines(self) -> list[str]:
        """For a terminal: one line an outcome."""
        out = [f"{self.changed} against {self.base}, {self.members} {self.given} draws, same luck"]
        heads = f"{'outcome':<46} {'before':>12} {'after':>12}  {'effect (5 to 95 %)':<34}"
        out.append(f"{heads} {'lower':>6} {'same':>6} {'higher':>6}")
        for effect in self.effects.values():
            low, _, middle, _, high = (approximately(v) for v in effect.quantiles)
            sign = "x" if effect.kind == "ratio" else "+" if effect.quantiles[2] > 0 else ""
            base, after = (
                approximately(float(np.nanmedian(effect.base))),
                approximately(float(np.nanmedian(effect.changed))),
            )
            words = f"{OUTCOMES[effect.outcome].title[:46]:<46} {base:>12} {after:>12}  {f'{sign}{middle} ({low} to {high})':<34}"
            out.append(f"{words} {effect.lower:>6.0%} {effect.none:>6.0%} {effect.higher:>6.0%}")
        out.append(
            "shares: of draws in which the outcome is lower, the same, higher by more than the margin; "
            "medians before and after"
        )
        return out


def compare(
    base: Scenario,
    changed: Scenario,
    *,
    given: Given = None,
    members: int = 128,
    replications: int = 4,
    seed: int = 1,
    outcomes: Sequence[str] = OBJECTIVES,
    names: tuple[str, str] | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
    store: Path | None = None,
) -> Comparison:
    """Run two scenarios over the same draws with common random numbers.

    Parameters
    ----------
    base, changed
        Two scenarios with the same uncertainties.
    given
        From what parameters are drawn: a posterior of `base`, "posterior", "prior", or None for the posterior beside it
        where there is one, else the prior.
    members, replications
        Draws of parameters, and runs of each, over which outcomes are averaged.
    seed
        The same seed gives the same bits.
    outcomes
        What is compared, names of `forbear.scenario.outcomes`.
    names
        What the two are called; their own names when None.
    workers, progress, store
        Threads; where progress is shown; a folder that keeps finished runs.

    Returns
    -------
    Comparison
        Effects by outcome, with intervals and shares of draws; what was drawn from is said in it.

    Raises
    ------
    FitError, ScenarioError, RunError
        As `posterior_of`, `Scenario.problem` and `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> meadow = fb.Scenario.load("meadow")
    >>> less = meadow.with_levers({"intervener.force": "*0.5"}, name="half the force")
    >>> fb.compare(meadow, less, members=4, replications=1).effects["cost"].higher
    0.0
    """
    first, second = names or (base.name, changed.name if changed.name != base.name else f"{changed.name} changed")
    posterior = posterior_of(base, given)
    runs = PolicyRuns.of(
        base,
        posterior,
        members=members,
        replications=replications,
        seed=seed,
        workers=workers,
        meter=progress or NoMeter(),
        store=store,
        outcomes=tuple(dict.fromkeys([*outcomes, "deaths"])),
    )
    runs.run(first, base)
    runs.run(second, changed)
    years, before = runs.by_year(first, "deaths")
    _, after = runs.by_year(second, "deaths")
    effects = {o: effect_of(runs, first, second, o) for o in outcomes}
    drawn = "posterior" if posterior is not None else "prior"
    return Comparison(first, second, effects, years, (before, after), runs.members, drawn)
