"""NSGA-II: a population of bundles of levers that moves towards the Pareto set of several costs.

Own code, because no library that is kept, light and under a permissive licence offers it
(docs/decisions/0013-licences-and-weight.md). Costs keep their units: crowding is taken per range of each cost.

Sources: Deb, Pratap, Agarwal and Meyarivan (2002), IEEE Transactions on Evolutionary Computation 6 (NSGA-II); Deb and
Agrawal (1995), Complex Systems 9 (simulated binary crossover); Deb and Goyal (1996), Computer Science and Informatics 26
(polynomial mutation). Shapes of both operators as there: 15 for crossover, 20 for mutation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forbear.questions.streams import stream

__all__ = ["Front", "crowding", "minimise", "ranks"]

CROSSOVER, MUTATION = 15.0, 20.0


@dataclass(frozen=True)
class Front:
    """What no other member of the last population beats, each once: values (solutions, variables), costs (solutions, costs)."""

    values: np.ndarray
    costs: np.ndarray
    evaluations: int


def minimise(
    cost: Callable[[np.ndarray], np.ndarray],
    low: np.ndarray,
    high: np.ndarray,
    *,
    evaluations: int,
    population: int = 24,
    seed: int = 1,
    ahead: Callable[[np.ndarray], None] | None = None,
) -> Front:
    """Search a box for the Pareto set of several costs.

    Parameters
    ----------
    cost
        From values (variables,) to costs (costs,), lower is better. NaN counts as infinitely bad.
    low, high
        Bounds of the variables, (variables,), low below high.
    evaluations
        Whole generations are bred until so many bundles have been tried.
    population
        Size of the population, at least four and even.
    seed
        Each generation draws from a stream of its own, "search generation K" of the seed.
    ahead
        Given a whole generation (population, variables) before the cost of each is asked for, in order.

    Returns
    -------
    Front
        The undominated members of the last population.

    Raises
    ------
    ValueError
        Where bounds or sizes cannot be meant.

    Examples
    --------
    >>> found = minimise(lambda x: np.array([x[0] ** 2, (x[0] - 2) ** 2]), [-9.0], [9.0], evaluations=480)
    >>> bool(((found.values > -0.1) & (found.values < 2.1)).all())
    True
    """
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if low.ndim != 1 or low.shape != high.shape or not len(low) or not (low < high).all():
        raise ValueError(f"bounds {low} and {high} are no box")
    if population < 4 or population % 2:
        raise ValueError(f"a population of {population}: at least four, and even")

    def costs_of(values: np.ndarray) -> np.ndarray:
        if ahead is not None:
            ahead(values)
        found = np.array([cost(row) for row in values], dtype=float)
        return np.where(np.isnan(found), np.inf, found)

    generation = 0
    values = low + (high - low) * stream(seed, "search generation 0").random((population, len(low)))
    costs = costs_of(values)
    tried = population
    while tried < evaluations:
        generation += 1
        generator = stream(seed, f"search generation {generation}")
        parents = _tournament(ranks(costs), _crowding_by_rank(costs), generator)
        young = _mutated(_crossed(values[parents], low, high, generator), low, high, generator)
        values = np.concatenate([values, young])
        costs = np.concatenate([costs, costs_of(young)])
        tried += population
        kept = np.lexsort((-_crowding_by_rank(costs), ranks(costs)))[:population]  # stable: the older first
        values, costs = values[kept], costs[kept]
    best = np.flatnonzero(ranks(costs) == 0)
    _, first = np.unique(values[best], axis=0, return_index=True)
    best = best[np.sort(first)]
    return Front(values[best], costs[best], tried)


def ranks(costs: np.ndarray) -> np.ndarray:
    """The front that each row of costs (rows, costs) belongs to, (rows,): 0 for what nothing beats, 1 without those, ..."""
    wins = (costs[:, None] <= costs[None]).all(axis=2) & (costs[:, None] < costs[None]).any(axis=2)
    found = np.full(len(costs), -1)
    rank = 0
    while (found < 0).any():
        left = found < 0
        found[left & ~(wins & left[:, None]).any(axis=0)] = rank
        rank += 1
    return found


def crowding(costs: np.ndarray) -> np.ndarray:
    """How alone each row of a front is, (rows,): the sum over costs of the gap between its neighbours as a share of the
    cost's range; infinite at both ends. Infinite costs are set aside: their rows count as crowded."""
    alone = np.zeros(len(costs))
    for column in costs.T:
        rows = np.flatnonzero(np.isfinite(column))
        order = rows[np.argsort(column[rows], kind="stable")]
        if len(order) < 1 or column[order[-1]] == column[order[0]]:
            continue
        alone[order[1:-1]] += (column[order[2:]] - column[order[:-2]]) / (column[order[-1]] - column[order[0]])
        alone[order[[0, -1]]] = np.inf
    return alone


def _crowding_by_rank(costs: np.ndarray) -> np.ndarray:
    rank, found = ranks(costs), np.zeros(len(costs))
    for one in range(rank.max() + 1):
        found[rank == one] = crowding(costs[rank == one])
    return found


def _tournament(rank: np.ndarray, alone: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As many parents as there are rows: of two drawn rows the one of lower rank, on a tie the lonelier, else the first."""
    one, other = generator.integers(len(rank), size=(2, len(rank)))
    better = (rank[other] < rank[one]) | ((rank[other] == rank[one]) & (alone[other] > alone[one]))
    return np.where(better, other, one)


def _crossed(parents: np.ndarray, low: np.ndarray, high: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Pairs of parents become pairs of children: each variable is crossed with chance one half, within bounds."""
    one, other = parents[0::2], parents[1::2]
    small, large = np.minimum(one, other), np.maximum(one, other)
    crossing, chance, swap = generator.random((3, *one.shape))
    gap = np.maximum(large - small, 1e-14 * (high - low))

    def spread(room: np.ndarray) -> np.ndarray:
        alpha = 2.0 - (1.0 + 2.0 * room / gap) ** -(CROSSOVER + 1.0)
        inner = chance <= 1.0 / alpha
        base = np.where(inner, chance * alpha, 1.0 / np.where(inner, 1.0, 2.0 - chance * alpha))
        return base ** (1.0 / (CROSSOVER + 1.0))

    middle = small + large
    left = np.clip((middle - spread(small - low) * (large - small)) / 2.0, low, high)
    right = np.clip((middle + spread(high - large) * (large - small)) / 2.0, low, high)
    first = np.where(crossing < 0.5, np.where(swap < 0.5, left, right), one)
    second = np.where(crossing < 0.5, np.where(swap < 0.5, right, left), other)
    return np.stack([first, second], axis=1).reshape(parents.shape)


def _mutated(values: np.ndarray, low: np.ndarray, high: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """One variable of each child, on average, is moved, mostly a little."""
    moved, chance = generator.random((2, *values.shape))
    width, power = high - low, MUTATION + 1.0
    down, up = 1.0 - (values - low) / width, 1.0 - (high - values) / width
    lower = (2.0 * chance + (1.0 - 2.0 * chance) * down**power).clip(0.0) ** (1.0 / power) - 1.0
    upper = 1.0 - (2.0 * (1.0 - chance) + (2.0 * chance - 1.0) * up**power).clip(0.0) ** (1.0 / power)
    step = np.where(chance < 0.5, lower, upper) * width
    return np.where(moved < 1.0 / values.shape[1], np.clip(values + step, low, high), values)
