"""Comparing strategies when the odds of the draws are in doubt: regret, satisficing, Laplace, Hurwicz.

Each function takes one objective (or keeps objectives apart); `direction` says whether lower or higher is better.
Draws are paired: column k of every strategy is the same world. Outputs keep the objective's units. No randomness.

Sources: Savage (1951), J. American Statistical Association 46 (regret); Lempert, Popper and Bankes (2003), RAND
MR-1626 (regret over futures); Starr (1962), domain criterion, after Schneller and Sphicas (1983), Theory and
Decision 15 (satisficing share); Hurwicz (1951), Cowles Commission Discussion Paper 370.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.discovery.pareto import Direction, signs

__all__ = [
    "RegretSummary",
    "SatisficingShare",
    "hurwicz",
    "laplace",
    "probability_best",
    "regret",
    "regret_summary",
    "satisficing_share",
]


@dataclass(frozen=True)
class RegretSummary:
    """Regret of each strategy over draws, each (strategies,): the largest, the 90th percentile and the mean."""

    maximum: np.ndarray
    ninetieth: np.ndarray
    mean: np.ndarray


@dataclass(frozen=True)
class SatisficingShare:
    """Where thresholds are met.

    share: (strategies,) share of draws in which the strategy meets every threshold.
    by_objective: (strategies, objectives) share of draws in which it meets that one.
    none: share of draws in which no strategy at all meets every threshold.
    """

    share: np.ndarray
    by_objective: np.ndarray
    none: float


def regret(outcome: np.ndarray, direction: Direction) -> np.ndarray:
    """Return how far each strategy falls short of the best one of that draw: (strategies, draws), zero or more."""
    cost = _costs(outcome, direction)
    return cost - cost.min(axis=0)


def regret_summary(outcome: np.ndarray, direction: Direction) -> RegretSummary:
    """Return maximum, 90th percentile and mean over draws of `regret`; outcome: (strategies, draws)."""
    missed = regret(outcome, direction)
    return RegretSummary(missed.max(axis=1), np.quantile(missed, 0.9, axis=1), missed.mean(axis=1))


def satisficing_share(
    outcomes: np.ndarray, thresholds: Sequence[float], directions: Sequence[Direction]
) -> SatisficingShare:
    """Return in which share of draws each strategy is good enough.

    outcomes: (strategies, objectives, draws); thresholds: one per objective, met when the outcome is at the
    threshold or on its better side. A threshold of NaN is refused: leave the objective out instead.
    Raises ValueError where shapes disagree or a value is not finite.
    """
    table = np.asarray(outcomes, dtype=float)
    limits = np.asarray(thresholds, dtype=float)
    if table.ndim != 3 or not table.shape[1] == len(limits) == len(directions):
        raise ValueError(
            f"outcomes {table.shape} need one threshold and one direction per objective, "
            f"not {len(limits)} and {len(directions)}"
        )
    if not np.isfinite(table).all() or np.isnan(limits).any():
        raise ValueError("outcomes must be finite and thresholds numbers")
    sign = signs(directions)[None, :, None]
    met = table * sign <= limits[None, :, None] * sign
    every = met.all(axis=1)
    return SatisficingShare(every.mean(axis=1), met.mean(axis=2), float(1.0 - every.any(axis=0).mean()))


def laplace(outcome: np.ndarray) -> np.ndarray:
    """Return the mean outcome of each strategy with every draw equally likely, (strategies,)."""
    return _table(outcome).mean(axis=1)


def hurwicz(outcome: np.ndarray, alpha: float, direction: Direction) -> np.ndarray:
    """Return alpha times the best draw plus (1 - alpha) times the worst, (strategies,).

    alpha is optimism: 0 looks at the worst draw only, 1 at the best only. Raises ValueError outside [0, 1].
    The extremes of a sample grow with its size: compare strategies on the same draws only.
    """
    if not 0.0 <= alpha <= 1.0:
        raise ValueError(f"alpha is {alpha}; optimism lies between 0 and 1")
    cost = _costs(outcome, direction)
    return signs([direction])[0] * (alpha * cost.min(axis=1) + (1.0 - alpha) * cost.max(axis=1))


def probability_best(outcome: np.ndarray, direction: Direction) -> np.ndarray:
    """Return the share of draws in which each strategy is the best, (strategies,); ties are shared equally."""
    cost = _costs(outcome, direction)
    best = cost == cost.min(axis=0)
    return (best / best.sum(axis=0)).mean(axis=1)


def _costs(outcome: np.ndarray, direction: Direction) -> np.ndarray:
    return _table(outcome) * signs([direction])[0]


def _table(outcome: np.ndarray) -> np.ndarray:
    table = np.asarray(outcome, dtype=float)
    if table.ndim != 2 or not table.size:
        raise ValueError(f"an outcome has shape (strategies, draws), not {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("every strategy needs a finite outcome in every draw")
    return table
