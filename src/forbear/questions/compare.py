"""Paired comparison of two policies: same draws, same luck, effects with intervals and chances of each direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.questions.effects import paired_effect, probabilities
from forbear.questions.worlds import Worlds
from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
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

    def as_dict(self) -> dict[str, Any]:
        """For tables and files."""
        low, q1, middle, q3, high = (float(v) for v in self.quantiles)
        return {
            "outcome": self.outcome, "kind": self.kind, "margin": self.margin, "p05": low, "p25": q1, "p50": middle, "p75": q3, "p95": high,
            "lower": self.lower, "none": self.none, "higher": self.higher,
            "base": float(np.nanmedian(self.base)), "changed": float(np.nanmedian(self.changed)),
        }  # fmt: skip


def effect_of(worlds: Worlds, base: str, changed: str, outcome: str, margin: float | None = None) -> Effect:
    """The effect on one outcome of going from one policy to another; both must have been run."""
    known = OUTCOMES[outcome]
    margin = known.margin if margin is None else margin
    before, after = worlds.values(base, outcome), worlds.values(changed, outcome)
    good = np.isfinite(before) & np.isfinite(after)
    effect = np.full(len(before), np.nan)
    effect[good] = paired_effect(before[good], after[good], known.kind)  # type: ignore[arg-type]
    shares = probabilities(effect[good], margin, "lower", known.kind)  # type: ignore[arg-type]
    return Effect(outcome, known.kind, margin, before, after, effect, shares.p_for, shares.p_none, shares.p_against)


@dataclass(frozen=True)
class Comparison:
    """Effects by outcome, and deaths by year under both policies."""

    base: str
    changed: str
    effects: dict[str, Effect]
    years: np.ndarray
    deaths: tuple[np.ndarray, np.ndarray]
    draws: int
    given: str

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        from forbear.representation import html_of

        return html_of(self)

    def lines(self) -> list[str]:
        """For a terminal: one line an outcome."""
        out = [f"{self.changed} against {self.base}, {self.draws} {self.given} draws, same luck"]
        out.append(
            f"{'outcome':<46} {'before':>9} {'after':>9}  {'effect (5 to 95 %)':<28} {'lower':>6} {'same':>6} {'higher':>6}"
        )
        for effect in self.effects.values():
            low, _, middle, _, high = effect.quantiles
            sign = "x" if effect.kind == "ratio" else "+" if middle > 0 else ""
            words = f"{sign}{_two(middle)} ({_two(low)} to {_two(high)})"
            base, after = np.nanmedian(effect.base), np.nanmedian(effect.changed)
            out.append(
                f"{OUTCOMES[effect.outcome].title[:46]:<46} {_two(base):>9} {_two(after):>9}  {words:<28} {effect.lower:>6.0%} {effect.none:>6.0%} {effect.higher:>6.0%}"
            )
        out.append(
            "shares: of draws in which the outcome is lower, the same, higher by more than the margin; medians before and after"
        )
        return out


def _two(value: float) -> str:
    """Two significant digits, no false precision."""
    if not np.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    digits = max(0, 1 - int(np.floor(np.log10(abs(value)))))
    return f"{round(value, digits):,.{digits}f}" if digits < 5 else f"{value:.1e}"


def compare(
    base: Scenario, changed: Scenario, *, given: Posterior | None = None, draws: int = 128, lucks: int = 4, seed: int = 1,
    outcomes: Sequence[str] = OBJECTIVES, names: tuple[str, str] | None = None, workers: int | None = None,
) -> Comparison:  # fmt: skip
    """Run two scenarios over the same draws and luck. `changed` must have the uncertainties of `base`.

    given: a posterior of `base`, else its priors. Randomness: named by the seed. Raises as `simulate`.
    """
    first, second = names or (base.name, changed.name if changed.name != base.name else f"{changed.name} changed")
    worlds = Worlds.of(
        base,
        given,
        draws=draws,
        lucks=lucks,
        seed=seed,
        workers=workers,
        outcomes=tuple(dict.fromkeys([*outcomes, "deaths"])),
    )
    worlds.run(first, base)
    worlds.run(second, changed)
    years, before = worlds.by_year(first, "deaths")
    _, after = worlds.by_year(second, "deaths")
    effects = {o: effect_of(worlds, first, second, o) for o in outcomes}
    return Comparison(
        first, second, effects, years, (before, after), worlds.draws, "posterior" if given is not None else "prior"
    )
