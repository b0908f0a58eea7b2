"""Which parameters move an outcome, from draws that exist already: PAWN, and first order by bins.

Draws need no design: an ensemble from the prior or the posterior serves. Posterior parameters are correlated, and
then share credit: an index says what knowing the parameter tells, not what changing it would do. Indices have no
unit. Heavy-tailed outcomes (deaths, money) belong on a log scale, or a few draws decide.

Sources: Pianosi and Wagener (2015, 2018), Environmental Modelling & Software 67 and 108 (PAWN); Plischke, Borgonovo
and Smith (2013), European J. Operational Research 226 (first order from given data); Kelley (1935), Proc. National
Academy of Sciences 21 (correction of the correlation ratio).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.discovery.sensitivity import checked_draws
from forbear.questions.streams import stream

__all__ = ["FirstOrder", "PawnIndices", "first_order_from_draws", "pawn_indices"]


@dataclass(frozen=True)
class PawnIndices:
    """Distance between the outcome's distribution and that given the parameter, each (parameters,), from 0 to 1.

    median and maximum over slices of the parameter; dummy: 95th percentile of the median for a parameter that
    does nothing, at this number of draws: at or below it a parameter shows nothing.
    """

    median: np.ndarray
    maximum: np.ndarray
    dummy: float


@dataclass(frozen=True)
class FirstOrder:
    """First order Sobol index from given draws, each (parameters,), with its standard error over resampled draws."""

    value: np.ndarray
    standard_error: np.ndarray


def pawn_indices(parameters: np.ndarray, outcome: np.ndarray, seed: int, slices: int = 10) -> PawnIndices:
    """Return PAWN indices from given draws: parameters (draws, parameters), outcome (draws,).

    The index depends on the order of outcomes only, so no scale matters. Biased upward by noise: read against `dummy`,
    from 50 parameters of no effect (stream "pawn dummy" of `seed`). ValueError below ten draws a slice.
    """
    points, values = checked_draws(parameters, outcome)
    if len(values) < 10 * slices:
        raise ValueError(f"{len(values)} draws are too few for {slices} slices: need {10 * slices}")
    idle = stream(seed, "pawn dummy").random((len(values), 50))
    distance = np.array([_distances(column, values, slices) for column in (*points.T, *idle.T)])
    median, maximum = np.nanmedian(distance, axis=1), np.nanmax(distance, axis=1)
    return PawnIndices(median[:-50], maximum[:-50], float(np.quantile(median[-50:], 0.95)))


def _distances(column: np.ndarray, values: np.ndarray, slices: int) -> np.ndarray:
    """Kolmogorov's distance between the outcome's distribution in each slice of equal mass and that of all, (slices,);
    NaN for a slice that ties leave empty. A slice holds its lower edge, the last one both."""
    edges = np.quantile(column, np.linspace(0.0, 1.0, slices + 1))
    place = np.clip(np.searchsorted(edges, column, side="right") - 1, 0, slices - 1)
    ordered = np.sort(values)
    whole = np.searchsorted(ordered, ordered, side="right") / len(ordered)
    out = np.full(slices, np.nan)
    for one in np.unique(place):
        part = np.sort(values[place == one])
        out[one] = abs(np.searchsorted(part, ordered, side="right") / len(part) - whole).max()
    return out


def first_order_from_draws(
    parameters: np.ndarray, outcome: np.ndarray, seed: int, bins: int | None = None, resamples: int = 100
) -> FirstOrder:
    """Return first order indices from given draws by the variance of means over equal-count bins.

    parameters: (draws, parameters); outcome: (draws,). The chance variance of bin means is taken off (Kelley's
    epsilon squared), so a parameter of no effect has mean zero and may fall below it. Variation inside bins is
    missed, which leans low. bins: by default the cube root of twice the draws, 4 to 32. Draws resampled for the
    error come from the stream "first order" of `seed`. Correlated parameters share credit.
    """
    points, values = checked_draws(parameters, outcome)
    number = len(values)
    count = bins or int(np.clip(round((2 * number) ** (1 / 3)), 4, 32))
    if number < 5 * count:
        raise ValueError(f"{number} draws are too few for {count} bins: need {5 * count}")
    generator = stream(seed, "first order")
    places = np.argsort(np.argsort(points, axis=0, kind="stable"), axis=0, kind="stable") * count // number
    again = [generator.integers(number, size=number) for _ in range(resamples)]
    shares = np.array([_binned(places[rows], values[rows], count) for rows in [np.arange(number), *again]])
    return FirstOrder(shares[0], shares[1:].std(axis=0, ddof=1))


def _binned(places: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    number, parameters = places.shape
    flat = (places + np.arange(parameters) * count).T.ravel()
    sizes = np.bincount(flat, minlength=parameters * count).reshape(parameters, count)
    sums = np.bincount(flat, np.tile(values - values.mean(), parameters), parameters * count).reshape(parameters, count)
    total = ((values - values.mean()) ** 2).sum()
    between = (sums**2 / np.maximum(sizes, 1)).sum(axis=1)
    filled = (sizes > 0).sum(axis=1)
    if total == 0.0:
        return np.zeros(parameters)
    return (between - (filled - 1) * (total - between) / (number - filled)) / total
