"""Which strategies no other strategy beats on every objective at once, draw by draw.

Objectives are never summed: each keeps its units, and only order matters. No randomness.
Source: Pareto dominance as in Lempert, Popper and Bankes (2003), Shaping the Next One Hundred Years, RAND MR-1626.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["Direction", "ParetoSet", "pareto_set", "signs"]

Direction = Literal["lower", "higher"]


@dataclass(frozen=True)
class ParetoSet:
    """How often each strategy is undominated.

    share: (strategies,) share of draws in which no other strategy dominates it; 0 or 1 for a single table.
    dominates: (strategies, strategies) share of draws in which the row's strategy dominates the column's.
    """

    share: np.ndarray
    dominates: np.ndarray


def pareto_set(objectives: np.ndarray, directions: Sequence[Direction]) -> ParetoSet:
    """Return the Pareto set of strategies.

    objectives: (strategies, objectives) or (strategies, objectives, draws), with draws paired across strategies.
    directions: for each objective, whether "lower" or "higher" is better.
    One strategy dominates another where it is nowhere worse and somewhere better; equals do not dominate.
    Raises ValueError where shapes disagree, a direction is neither word, or an objective is not finite.
    """
    table = np.asarray(objectives, dtype=float)
    if table.ndim not in (2, 3) or table.shape[1] != len(directions):
        raise ValueError(f"objectives have shape {table.shape}, but there are {len(directions)} directions")
    if not np.isfinite(table).all():
        raise ValueError("every strategy needs a finite outcome on every objective in every draw")
    costs = (table if table.ndim == 3 else table[:, :, None]) * signs(directions)[None, :, None]
    number = len(costs)
    dominates = np.zeros((number, number))
    beaten = np.zeros((number, costs.shape[2]), dtype=bool)
    for one in range(number):
        for other in range(number):
            wins = (costs[one] <= costs[other]).all(axis=0) & (costs[one] < costs[other]).any(axis=0)
            dominates[one, other] = wins.mean()
            beaten[other] |= wins
    return ParetoSet(share=1.0 - beaten.mean(axis=1), dominates=dominates)


def signs(directions: Sequence[Direction]) -> np.ndarray:
    """Return +1 where lower is better and -1 where higher is, shape (len(directions),): outcome times sign is a cost.

    Raises ValueError for any other word.
    """
    for word in directions:
        if word not in ("lower", "higher"):
            raise ValueError(f"direction {word!r} is neither 'lower' nor 'higher'")
    return np.array([1.0 if word == "lower" else -1.0 for word in directions])
