"""Strategies under every draw: where one fails and why, which uncertainties move the outcome, what would be worth knowing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forbear.discovery.boxes import prim, quasi_p_values, relax
from forbear.discovery.given_draws import first_order_from_draws, pawn_indices
from forbear.discovery.information import (
    research_priorities,
    value_of_partial_information,
    value_of_perfect_information,
)
from forbear.discovery.strategies import compare_strategies
from forbear.discovery.trees import cart
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.stored import encode
from forbear.scenario.casefiles.policies import Strategy
from forbear.scenario.outcomes import OUTCOMES

__all__ = ["boxes_of", "screen", "stress"]


def stress(
    worlds: PolicyRuns,
    strategies: Mapping[str, Strategy],
    *,
    outcome: str = "deaths",
    fails_beyond: float | None = None,
    thresholds: Mapping[str, float] | None = None,
    pair: tuple[str, str] | None = None,
    seed: int = 1,
) -> dict[str, Any]:
    """Run every strategy over the worlds' draws and describe the result.

    outcome: what a strategy fails by; fails_beyond: the level beyond which it has failed (the median of history when
    None); pair: the two strategies between which knowing a parameter is valued (the two of highest satisficing share
    when None). Randomness: draws and luck of the worlds; shuffles by the seed.
    """
    worlds.run_all({name: strategy.apply(worlds.scenario) for name, strategy in strategies.items()})
    table = compare_strategies(worlds, strategies, thresholds)
    out: dict[str, Any] = encode(table)
    known = OUTCOMES[outcome]
    level = float(np.nanmedian(worlds.values("HISTORY", outcome))) if fails_beyond is None else fails_beyond
    out["failure"] = {"outcome": outcome, "level": level, "better": known.better}
    out["boxes"] = {name: boxes_of(worlds, name, outcome, level, seed) for name in strategies}
    out["sensitivity"] = {name: screen(worlds, name, outcome, seed) for name in list(strategies)[:1]}
    ranked = [n for n in strategies if not table.rows[n].assumed]
    if pair is None and len(ranked) > 1:
        best = sorted(ranked, key=lambda n: -(table.rows[n].satisficing or 0.0))
        pair = (best[0], best[1])
    if pair is not None:
        out["information"] = _information(worlds, pair, outcome, seed)
    return out


def boxes_of(worlds: PolicyRuns, name: str, outcome: str, level: float, seed: int) -> dict[str, Any]:
    """Scenario discovery: a box of parameters (in prior quantiles) in which a strategy fails, by PRIM, and CART's densest leaf.

    Sources: Friedman and Fisher 1999; Bryant and Lempert 2010. Only parameters with anything to do with the outcome
    (PAWN above its dummy) are offered, or chance would fill the box.
    """
    values = worlds.values(name, outcome)
    good = np.isfinite(values)
    failed = values[good] > level if OUTCOMES[outcome].better == "lower" else values[good] < level
    share = float(failed.mean())
    found: dict[str, Any] = {"share": share, "box": None, "leaf": None}
    if not 0.05 <= share <= 0.95 or good.sum() < 60:
        return found
    points = worlds.quantiles[good]
    index = pawn_indices(points, values[good], seed, slices=5)
    offered = np.flatnonzero(index.median > index.dummy)[:40]
    if not len(offered):
        return found
    box = prim(points[:, offered], failed, minimum_mass=0.1).choose(0.8)
    if box is not None:
        box = relax(box, points[:, offered], failed)
        p_values = quasi_p_values(box, points[:, offered], failed)
        found["box"] = {
            "coverage": box.coverage, "density": box.density, "mass": box.mass,
            "limits": [
                {"name": worlds.names[offered[j]], "low": _finite(box.lower[j]), "high": _finite(box.upper[j]), "p": float(np.nanmax(p_values[j]))}
                for j in box.restricted
            ],
        }  # fmt: skip
    tree = cart(points[:, offered], failed, seed=seed)
    leaf = tree.leaves[0]
    found["leaf"] = {
        "density": leaf.density, "mass": leaf.mass, "accuracy": float(tree.accuracy),
        "limits": [{"name": worlds.names[offered[j]], "low": _finite(leaf.lower[j]), "high": _finite(leaf.upper[j])} for j in leaf.restricted],
    }  # fmt: skip
    return found


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def screen(worlds: PolicyRuns, name: str, outcome: str, seed: int) -> list[dict[str, Any]]:
    """Sensitivity of an outcome to every parameter from the draws themselves: PAWN and first-order indices, largest first."""
    values = worlds.values(name, outcome)
    good = np.isfinite(values)
    points = worlds.quantiles[good]
    score = np.log(values[good] + 1.0) if OUTCOMES[outcome].kind == "ratio" else values[good]
    pawn = pawn_indices(points, score, seed, slices=5)
    first = first_order_from_draws(points, score, seed)
    order = np.argsort(-pawn.median)
    return [
        {"name": worlds.names[j], "pawn": float(pawn.median[j]), "dummy": float(pawn.dummy), "first_order": float(first.value[j]), "error": float(first.standard_error[j])}
        for j in order[:25]
    ]  # fmt: skip


def _information(worlds: PolicyRuns, pair: Sequence[str], outcome: str, seed: int) -> dict[str, Any]:
    """What knowing each parameter would be worth to the choice between two strategies, in the outcome's own unit."""
    sign = -1.0 if OUTCOMES[outcome].better == "lower" else 1.0
    benefit = sign * np.stack([worlds.values(n, outcome) for n in pair], axis=1)
    good = np.isfinite(benefit).all(axis=1)
    partial = value_of_partial_information(benefit[good], worlds.quantiles[good], seed=seed)
    names = research_priorities(partial, worlds.names)
    place = {n: k for k, n in enumerate(worlds.names)}
    return {
        "pair": list(pair), "outcome": outcome, "perfect": value_of_perfect_information(benefit[good]),
        "rows": [{"name": n, "value": float(partial.value[place[n]]), "chance": float(partial.chance[place[n]])} for n in names[:12]],
    }  # fmt: skip
