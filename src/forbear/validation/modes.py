"""Did scouts that know nothing of one another find one place, and would each of them answer alike?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.runner import simulate
from forbear.scenario.casefiles.policies import load_strategies, never_intervening
from forbear.validation.context import Context
from forbear.validation.contraction import CHANGES
from forbear.words import join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forbear.scenario.scenario import Scenario

__all__ = ["EffectAt", "ModeEffect", "Modes", "Place", "changes_of", "effects_by_mode", "modes"]

#: Outcomes whose effects are set side by side: totals over the run.
OUTCOMES = {"deaths": "civilians killed", "intervener_killed": "soldiers killed"}
#: Two scouts answer apart where their medians differ by more than so many of the spreads within, and by a twentieth.
APART, TELLING = 1.0, 0.05


@dataclass(frozen=True)
class Place:
    """One place in which scouts' draws lie. scouts: from nought; share: of all draws; level: median log likelihood."""

    scouts: tuple[int, ...]
    share: float
    level: float


@dataclass(frozen=True)
class EffectAt:
    """An effect among the draws of some scouts (changed over history, a ratio). place: "" for all draws."""

    place: str
    draws: int
    median: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float
    lower: float
    higher: float


@dataclass(frozen=True)
class ModeEffect:
    """One strategy and outcome. at: all draws first, then each place. gap: largest distance between medians of two
    places, in the smaller of their spreads (log scale); opposed: two places call opposite directions in four fifths of
    their draws."""

    strategy: str
    title: str
    outcome: str
    at: tuple[EffectAt, ...]
    gap: float
    opposed: bool

    @property
    def word(self) -> str:
        """opposed, apart or alike."""
        return "opposed" if self.opposed else "apart" if self.gap > APART else "alike"


@dataclass(frozen=True)
class Modes:
    """Agreement of the fit's scouts, from its notes, and what each place says of the main strategies.

    rhat_90, rhat_largest, rhat_level: between scouts; effective, effective_median, distinct, draws, noise, runs: as
    the fit notes them; effects: by scout.
    """

    places: tuple[Place, ...]
    farthest: float
    rhat_90: float
    rhat_largest: float
    rhat_level: float
    effective: float
    effective_median: float
    distinct: int
    draws: int
    noise: float
    runs: int
    faults: tuple[str, ...]
    effects: tuple[ModeEffect, ...]

    def lines(self) -> list[str]:
        """For a terminal."""
        lines = ["Did scouts that know nothing of one another find the same place, and do they answer alike?"]
        for place in self.places:
            lines.append(
                f"  scouts {', '.join(str(s + 1) for s in place.scouts)}: {place.share:.0%} of the draws, log "
                f"likelihood {place.level:.0f}"
            )
        if np.isfinite(self.rhat_90):
            lines.append(
                f"R-hat between scouts {self.rhat_90:.2f} at the 90th percentile of uncertainties, "
                f"{self.rhat_largest:.2f} at most"
            )
        if self.draws:
            lines.append(
                f"{self.draws} draws, {self.distinct} distinct; effective: {self.effective:.0f} of the log likelihood, "
                f"{self.effective_median:.0f} of the median uncertainty; noise of the log likelihood "
                f"{self.noise:.1f}; {self.runs:,} runs of the chains"
            )
        lines += [f"  not to be trusted: {fault}" for fault in self.faults]
        if self.effects:
            lines.append(self.sentence)
            lines.append(
                f"  {'effect, changed over history (5 to 95 %)':<51} "
                + "".join(f"{e.place or 'all draws':<24}" for e in self.effects[0].at)
            )
            for row in self.effects:
                shown = "".join(f"{f'{e.median:.2f} ({e.low_90:.2f} to {e.high_90:.2f})':<24}" for e in row.at)
                lines.append(
                    f"  {row.title[:30]:<30} {row.outcome[:20]:<20} {shown}{'' if row.word == 'alike' else row.word}"
                )
        return lines

    @property
    def sentence(self) -> str:
        """How many answers differ between places, in one sentence."""
        if len(self.effects[0].at) < 3:
            return "One scout: whether another would answer alike is not known."
        opposed = sorted({e.title for e in self.effects if e.word == "opposed"})
        apart = sum(e.word == "apart" for e in self.effects)
        words = f"Of {len(self.effects)} effects {apart} differ between scouts by more than their own spread and a twentieth"
        return words + (
            f"; scouts contradict one another on {join(opposed)}." if opposed else "; none contradict one another."
        )


def changes_of(scenario: Scenario) -> dict[str, tuple[str, Scenario]]:
    """The main strategies: name -> title and the scenario under it.

    Those of the scenario's own files that change something and in which somebody intervenes; where there are none,
    half as many soldiers more and a quarter of them.
    """
    known = load_strategies(scenario)
    never = never_intervening(known, scenario)
    used = {n: s for n, s in known.items() if (s.settings or s.rules) and n not in never}
    if used:
        return {name: (strategy.title, strategy.apply(scenario)) for name, strategy in used.items()}
    return {name: (name, scenario.with_levers(change, name="changed")) for name, change in CHANGES.items()}


def effects_by_mode(context: Context, members: int, outcomes: Mapping[str, str] = OUTCOMES) -> tuple[ModeEffect, ...]:
    """Effects of the main strategies among the draws of each scout, with bands.

    members: draws of each scout. History and strategy share draws and luck. Randomness: luck, named by (seed, member);
    the first draws of each scout in the posterior's own order, which is shuffled.
    """
    posterior = context.posterior
    scouts = np.unique(posterior.chain)
    rows = np.concatenate([np.flatnonzero(posterior.chain == c)[:members] for c in scouts])
    scout = posterior.chain[rows]
    values = posterior.space.values(posterior.scores[rows])
    changes = changes_of(context.scenario)
    context.meter.start((1 + len(changes)) * len(rows), "effects of strategies by scout")

    def totals(scenario: Scenario) -> Mapping[str, np.ndarray]:
        data = simulate(
            scenario.problem(),
            members=len(rows),
            seed=context.seed + 31,
            parameters=values,
            workers=context.workers,
            weekly=tuple(outcomes),
            monthly=(),
        ).data
        context.meter.advance(len(rows))
        failed = data["failed"].values
        return {o: np.where(failed, np.nan, data[o].values.sum(axis=1)) for o in outcomes}

    base = totals(context.scenario)
    out = []
    for name, (title, changed) in changes.items():
        under = totals(changed)
        for outcome in outcomes:
            ratio = np.log((under[outcome] + 1.0) / (base[outcome] + 1.0))
            out.append(_effect(name, title, outcome, ratio, scout))
    context.meter.finish()
    return tuple(out)


def _effect(name: str, title: str, outcome: str, logs: np.ndarray, scout: np.ndarray) -> ModeEffect:
    """One row: logs (draws,) of the ratio, nan where a run failed; scout (draws,)."""
    known = np.isfinite(logs)
    scouts = np.unique(scout)
    parts = [logs[known], *(logs[known & (scout == c)] for c in scouts)]
    names = ["", *(f"scout {c + 1}" for c in scouts)]
    at = tuple(_at(n, part) for n, part in zip(names, parts, strict=True))
    gaps = [0.0]
    for i in range(1, len(parts)):
        for j in range(i + 1, len(parts)):
            within = max(min(float(np.std(parts[i])), float(np.std(parts[j]))), 1e-6)
            gap = abs(float(np.median(parts[i]) - np.median(parts[j])))
            gaps.append(gap / within if gap > np.log1p(TELLING) else 0.0)
    opposed = any(e.lower >= 0.8 for e in at[1:]) and any(e.higher >= 0.8 for e in at[1:])
    return ModeEffect(name, title, OUTCOMES.get(outcome, outcome), at, max(gaps), opposed)


def _at(name: str, logs: np.ndarray) -> EffectAt:
    low_90, low_50, middle, high_50, high_90 = (
        float(np.exp(q)) for q in np.quantile(logs, [0.05, 0.25, 0.5, 0.75, 0.95])
    )
    beyond = np.log(1.1)
    return EffectAt(
        name,
        len(logs),
        middle,
        low_50,
        high_50,
        low_90,
        high_90,
        float((logs < -beyond).mean()),
        float((logs > beyond).mean()),
    )


def modes(context: Context) -> Modes:
    """Agreement of scouts from the fit's notes, and effects of the main strategies by scout."""
    refine = context.posterior.notes.get("refine") or {}
    found = refine.get("modes") or {"places": [], "farthest": float("nan")}

    def number(key: str) -> float:
        return float("nan") if refine.get(key) is None else float(refine[key])

    return Modes(
        tuple(Place(tuple(p["scouts"]), float(p["share"]), float(p["level"])) for p in found["places"]),
        float(found["farthest"] or 0.0),
        number("rhat_90"),
        number("rhat_largest"),
        number("rhat_level"),
        number("effective"),
        number("effective_median"),
        int(refine.get("distinct") or 0),
        int(refine.get("draws") or 0),
        number("noise"),
        int(refine.get("runs") or 0),
        tuple(refine.get("faults") or ()),
        effects_by_mode(context, 16 if context.quick else 96),
    )
