"""Strategies beside each other: objectives apart, Pareto set, regret, satisficing, and what NEVER's band can be set against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from forbear.discovery.pareto import pareto_set
from forbear.discovery.regret import hurwicz, laplace, probability_best, regret_summary, satisficing_share
from forbear.questions.worlds import Worlds
from forbear.scenario.casefiles.policies import Strategy
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
#: Strategies without intervention: bands by assumption, shown beside the others and never ranked with them.
ASSUMED = ("NEVER", "NEVER-AND-TRADE")


def compare_strategies(
    worlds: Worlds,
    strategies: Mapping[str, Strategy],
    thresholds: Mapping[str, float] | None = None,
    alpha: float = 0.5,
) -> dict[str, Any]:
    """Numbers for a comparison. thresholds: objective -> level that is good enough (defaults relative to history).

    Strategies without intervention stand in the table of outcomes with their bands; regret, the Pareto set and best
    shares are taken among interventions and withdrawals alone (limits of use, section 9).
    """
    names = list(strategies)
    ranked = [n for n in names if n not in ASSUMED]
    directions: list[Any] = [OUTCOMES[o].better for o in OBJECTIVES]
    cube = np.stack([[worlds.values(n, o) for o in OBJECTIVES] for n in ranked])  # (strategies, objectives, draws)
    good = np.isfinite(cube).all(axis=(0, 1))
    cube = cube[:, :, good]
    front = pareto_set(cube, directions)
    levels = dict(thresholds) if thresholds else _levels(worlds, good)
    chosen = list(levels)
    enough = satisficing_share(
        np.stack([[worlds.values(n, o)[good] for o in chosen] for n in ranked]),
        [levels[o] for o in chosen],
        limits_of(chosen),
    )
    rows: dict[str, Any] = {}
    for name in names:
        strategy = strategies[name]
        rows[name] = {
            "title": strategy.title, "side": strategy.side, "assumed": name in ASSUMED,
            "outcomes": {o: _quantiles(worlds.values(name, o)) for o in (*OBJECTIVES, "success", "order", "inclusion", "services", "force", "unsustainable", "violence_at_end")},
        }  # fmt: skip
    for place, objective in enumerate(OBJECTIVES):
        better: Any = OUTCOMES[objective].better
        missed = regret_summary(cube[:, place], better)  # type: ignore[arg-type]
        scale = (
            np.asarray(hurwicz(cube[:, place], alpha, better)),
            np.asarray(laplace(cube[:, place])),
            np.asarray(probability_best(cube[:, place], better)),
        )
        for row, name in enumerate(ranked):
            rows[name].setdefault("regret", {})[objective] = {
                "most": float(missed.maximum[row]),
                "p90": float(missed.ninetieth[row]),
                "mean": float(missed.mean[row]),
            }
            rows[name].setdefault("hurwicz", {})[objective] = float(scale[0][row])
            rows[name].setdefault("laplace", {})[objective] = float(scale[1][row])
            rows[name].setdefault("best", {})[objective] = float(scale[2][row])
    for row, name in enumerate(ranked):
        rows[name]["pareto"] = float(np.asarray(front.share)[row])
        rows[name]["satisficing"] = float(enough.share[row])
        rows[name]["satisficing_by"] = {o: float(np.asarray(enough.by_objective)[row][k]) for k, o in enumerate(chosen)}
    return {
        "rows": rows, "objectives": list(OBJECTIVES), "thresholds": levels, "nothing_satisfices": float(np.asarray(enough.none)), "alpha": alpha,
        "draws": int(good.sum()),
    }  # fmt: skip


def limits_of(chosen: list[str]) -> list[Any]:
    """Which way is better, for each objective."""
    return [OUTCOMES[o].better for o in chosen]


def _levels(worlds: Worlds, good: np.ndarray) -> dict[str, float]:
    out = {}
    for name, (how, amount) in THRESHOLDS.items():
        middle = float(np.median(worlds.values("HISTORY", name)[good]))
        out[name] = middle * amount if how == "x" else middle + amount
    return out


def _quantiles(values: np.ndarray) -> list[float]:
    return [float(v) for v in np.nanquantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])]
