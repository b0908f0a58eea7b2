"""Strategies beside each other: objectives apart, Pareto set, regret, satisficing, and bands by assumption that nothing ranks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from forbear.discovery.pareto import pareto_set
from forbear.discovery.regret import hurwicz, laplace, probability_best, regret_summary, satisficing_share
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.results import Quantiles, Regret, StrategyResult, StrategyTable
from forbear.scenario.casefiles.policies import Strategy, never_intervening
from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES

__all__ = ["THRESHOLDS", "compare_strategies"]

#: Defaults of "good enough", to be replaced by the user's own: half of history's median deaths and money, and a state
#: that governs somewhat better than history's.
THRESHOLDS: dict[str, tuple[str, float]] = {
    "deaths": ("x", 0.5),
    "intervener_deaths": ("x", 0.5),
    "cost": ("x", 0.5),
    "governance": ("+", 0.05),
}
#: Outcomes shown beside the objectives.
BESIDE = ("success", "order", "inclusion", "services", "force", "unsustainable", "violence_at_end")


def compare_strategies(
    worlds: PolicyRuns,
    strategies: Mapping[str, Strategy],
    thresholds: Mapping[str, float] | None = None,
    alpha: float = 0.5,
) -> StrategyTable:
    """Numbers for a comparison. thresholds: objective -> level that is good enough (defaults relative to history).

    Strategies under which nobody intervenes in the whole run, whatever they are called, stand in the table of outcomes with
    their bands; regret, the Pareto set and best shares are taken among interventions and withdrawals alone (limits of
    use, section 9).
    """
    assumed = never_intervening(strategies, worlds.scenario)
    ranked = [n for n in strategies if n not in assumed]
    cube = np.stack([[worlds.values(n, o) for o in OBJECTIVES] for n in ranked])  # (strategies, objectives, draws)
    good = np.isfinite(cube).all(axis=(0, 1))
    cube = cube[:, :, good]
    front = pareto_set(cube, limits_of(list(OBJECTIVES)))
    levels = dict(thresholds) if thresholds else _levels(worlds, good)
    chosen = list(levels)
    enough = satisficing_share(
        np.stack([[worlds.values(n, o)[good] for o in chosen] for n in ranked]),
        [levels[o] for o in chosen],
        limits_of(chosen),
    )
    judged = {
        name: _Judged(
            {o: _regret(cube[:, k], o, row) for k, o in enumerate(OBJECTIVES)},
            {o: float(np.asarray(hurwicz(cube[:, k], alpha, _better(o)))[row]) for k, o in enumerate(OBJECTIVES)},
            {o: float(np.asarray(laplace(cube[:, k]))[row]) for k, o in enumerate(OBJECTIVES)},
            {o: float(np.asarray(probability_best(cube[:, k], _better(o)))[row]) for k, o in enumerate(OBJECTIVES)},
            float(np.asarray(front.share)[row]),
            float(enough.share[row]),
            {o: float(np.asarray(enough.by_objective)[row][k]) for k, o in enumerate(chosen)},
        )
        for row, name in enumerate(ranked)
    }
    rows = {
        name: StrategyResult(
            strategy.title,
            strategy.side,
            name in assumed,
            {o: Quantiles.of(worlds.values(name, o)) for o in (*OBJECTIVES, *BESIDE)},
            *(judged[name] if name in judged else ()),
        )
        for name, strategy in strategies.items()
    }
    nothing = float(np.asarray(enough.none))
    return StrategyTable(rows, tuple(OBJECTIVES), levels, nothing, alpha, int(good.sum()))


class _Judged(NamedTuple):
    """What is worked out of a strategy that is ranked, in the order of `StrategyResult`."""

    regret: dict[str, Regret]
    hurwicz: dict[str, float]
    laplace: dict[str, float]
    best: dict[str, float]
    pareto: float
    satisficing: float
    satisficing_by: dict[str, float]


def _better(objective: str) -> Any:
    return OUTCOMES[objective].better


def _regret(values: np.ndarray, objective: str, row: int) -> Regret:
    """Of one strategy; values: (strategies, draws)."""
    missed = regret_summary(values, _better(objective))
    return Regret(float(missed.maximum[row]), float(missed.ninetieth[row]), float(missed.mean[row]))


def limits_of(chosen: list[str]) -> list[Any]:
    """Which way is better, for each objective."""
    return [OUTCOMES[o].better for o in chosen]


def _levels(worlds: PolicyRuns, good: np.ndarray) -> dict[str, float]:
    out = {}
    for name, (how, amount) in THRESHOLDS.items():
        middle = float(np.median(worlds.values("HISTORY", name)[good]))
        out[name] = middle * amount if how == "x" else middle + amount
    return out
