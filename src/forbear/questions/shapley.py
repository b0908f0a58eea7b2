"""Shapley values: how much of a change each player of a game accounts for, exactly or by sampled permutations.

A game gives every coalition of n players (remedies, levers, mechanisms) a worth; here one worth per posterior
draw. Player i is bit i of a coalition's bitmask: 0 is the empty coalition, 2**n - 1 the grand one. Everything is
linear in the worths, so values keep their units, and no randomness enters but the plan of permutations.

Sources: Shapley (1953), A value for n-person games; Grabisch and Roubens (1999), Int. J. Game Theory 28 (interaction
index); Castro, Gomez and Tejada (2009), Computers & Operations Research 36 (permutation sampling); Mitchell, Cooper,
Frank and Holmes (2022), J. Machine Learning Research 23 (antithetic permutations).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial

import numpy as np

from forbear.questions.streams import stream

__all__ = [
    "PermutationPlan",
    "SampledShapley",
    "interaction_index",
    "permutations",
    "rank_shares",
    "shapley_exact",
    "shapley_sampled",
]


@dataclass(frozen=True)
class PermutationPlan:
    """Orders in which players join, and the coalitions that stand after each step.

    orders: (count, n) player indices; rows 2k and 2k + 1 are each other's reverse.
    coalitions: (count, n + 1, n) true where a player has joined; step 0 is the empty coalition, step n the grand.
    """

    orders: np.ndarray
    coalitions: np.ndarray

    def distinct(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the coalitions to evaluate, each once, shape (m, n), and their places, shape (count, n + 1).

        With `worths` of shape (m, draws), `worths[places]` is the `prefix_values` that `shapley_sampled` takes.
        """
        count, steps, n = self.coalitions.shape
        coalitions, places = np.unique(self.coalitions.reshape(-1, n), axis=0, return_inverse=True)
        return coalitions, places.reshape(count, steps)


@dataclass(frozen=True)
class SampledShapley:
    """Estimated values and their Monte Carlo standard errors, both (n, draws), in the units of the worths.

    The error is that of the sampled permutations only. All draws share the permutations, so errors of different
    draws are not independent: for the error of a mean over draws, average the worths over draws first.
    """

    values: np.ndarray
    standard_errors: np.ndarray


def shapley_exact(values: np.ndarray) -> np.ndarray:
    """Return the Shapley values, shape (n, draws), of worths of all coalitions, shape (2**n, draws).

    For each draw they sum to the worth of the grand coalition less that of the empty one (to rounding error).
    Raises ValueError where the number of coalitions is not a power of two or a worth is not finite.
    """
    worths, n = _worths(values)
    masks = np.arange(2**n)
    size = np.bitwise_count(masks)
    weight = np.array([factorial(s) * factorial(n - s - 1) / factorial(n) for s in range(n)])
    result = np.empty((n, worths.shape[1]))
    for player in range(n):
        without = masks[masks >> player & 1 == 0]
        gains = worths[without | 1 << player] - worths[without]
        result[player] = weight[size[without]] @ gains
    return result


def interaction_index(values: np.ndarray) -> np.ndarray:
    """Return the Shapley interaction index of every pair, shape (n, n, draws), of worths of shape (2**n, draws).

    Above zero: the two do more together than apart; below zero: each does part of the other's work. The matrix
    is symmetric; its diagonal, where the index is not defined, is NaN.
    Raises ValueError as `shapley_exact` does.
    """
    worths, n = _worths(values)
    masks = np.arange(2**n)
    size = np.bitwise_count(masks)
    weight = np.array([factorial(s) * factorial(n - s - 2) / factorial(n - 1) for s in range(n - 1)])
    result = np.full((n, n, worths.shape[1]), np.nan)
    for one in range(n):
        for other in range(one + 1, n):
            pair = 1 << one | 1 << other
            without = masks[masks & pair == 0]
            joint = worths[without | pair] - worths[without | 1 << one] - worths[without | 1 << other] + worths[without]
            result[one, other] = result[other, one] = weight[size[without]] @ joint
    return result


def permutations(n: int, count: int, seed: int) -> PermutationPlan:
    """Return `count` orders of n players in antithetic pairs: a random order, then its reverse.

    Randomness: the stream "shapley permutations" of `seed`. A longer plan begins with the shorter one.
    Raises ValueError where n < 1 or `count` is not a positive even number.
    """
    if n < 1:
        raise ValueError(f"a game needs at least one player, not {n}")
    if count < 2 or count % 2:
        raise ValueError(f"count is {count}; antithetic orders come in pairs, so it must be even and at least 2")
    generator = stream(seed, "shapley permutations")
    forwards = np.array([generator.permutation(n) for _ in range(count // 2)])
    orders = np.stack([forwards, forwards[:, ::-1]], axis=1).reshape(count, n)
    joined_at = np.argsort(orders, axis=1)
    coalitions = joined_at[:, None, :] < np.arange(n + 1)[None, :, None]
    return PermutationPlan(orders, coalitions)


def shapley_sampled(prefix_values: np.ndarray, orders: np.ndarray) -> SampledShapley:
    """Estimate Shapley values from worths along permutations.

    prefix_values: (count, n + 1, draws), the worth after each step of each order; orders: (count, n).
    The gains of one order add up to grand less empty, hence so do the estimates (to rounding error). Unbiased.
    Standard errors take an antithetic pair as one observation (its halves are not independent); orders that are
    not in such pairs count singly. With one observation only the error is NaN.
    Raises ValueError where shapes disagree, a row is no permutation, or grand or empty worths differ by order.
    """
    prefix, orders = np.asarray(prefix_values, dtype=float), np.asarray(orders)
    if orders.ndim != 2 or prefix.ndim != 3 or prefix.shape[:2] != (orders.shape[0], orders.shape[1] + 1):
        raise ValueError(f"prefix_values {prefix.shape} do not fit orders {orders.shape}: need (count, n + 1, draws)")
    count, n = orders.shape
    if not np.array_equal(np.sort(orders, axis=1), np.broadcast_to(np.arange(n), orders.shape)):
        raise ValueError("each row of orders must hold every player once")
    if not (np.array_equal(prefix[:, 0], prefix[:1, 0].repeat(count, 0)) and np.isfinite(prefix).all()):
        raise ValueError("the empty coalition must have one finite worth, the same in every order")
    if not np.array_equal(prefix[:, -1], prefix[:1, -1].repeat(count, 0)):
        raise ValueError("the grand coalition must have one worth, the same in every order")
    gains = np.take_along_axis(np.diff(prefix, axis=1), np.argsort(orders, axis=1)[:, :, None], axis=1)
    paired = count % 2 == 0 and np.array_equal(orders[::2], orders[1::2, ::-1])
    observations = gains.reshape(count // 2, 2, n, -1).mean(axis=1) if paired else gains
    number = len(observations)
    spread = observations.std(axis=0, ddof=1) if number > 1 else np.full(observations.shape[1:], np.nan)
    return SampledShapley(gains.mean(axis=0), spread / np.sqrt(number))


def rank_shares(values: np.ndarray) -> np.ndarray:
    """Return the share of draws in which player i has rank r (0: the largest value), shape (n, n).

    values: (n, draws). Tied players share their ranks equally.
    """
    values = np.asarray(values, dtype=float)
    n = len(values)
    above = (values[None] > values[:, None]).sum(axis=1)
    level = (values[None] == values[:, None]).sum(axis=1)
    rank = np.arange(n)[None, :, None]
    inside = (rank >= above[:, None]) & (rank < (above + level)[:, None])
    return (inside / level[:, None]).mean(axis=2)


def _worths(values: np.ndarray) -> tuple[np.ndarray, int]:
    worths = np.asarray(values, dtype=float)
    if worths.ndim != 2 or len(worths) < 2 or len(worths) & (len(worths) - 1):
        raise ValueError(f"worths have shape {worths.shape}; they must be (2**n, draws) with n at least 1")
    if not np.isfinite(worths).all():
        raise ValueError("every coalition needs a finite worth in every draw")
    return worths, len(worths).bit_length() - 1
