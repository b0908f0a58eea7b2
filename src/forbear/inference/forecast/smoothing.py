"""The baseline of simple exponential smoothing with negative binomial spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forbear.inference.forecast.history import generator, negative_binomial, past, pooled_moments

__all__ = ["exponential_smoothing", "smoothed_levels"]

#: Weights of the newest month that are tried, from hardly any memory of it to nothing else.
WEIGHTS = np.linspace(0.05, 0.95, 19)


def smoothed_levels(row: np.ndarray, weights: np.ndarray = WEIGHTS) -> np.ndarray:
    """Return the level after each month, (weights, months): level ← level + weight·(count − level).

    Starts at the mean of the first six known counts; a missing month leaves the level as it is.
    """
    known = row[np.isfinite(row)]
    level = np.full(len(weights), known[:6].mean())
    out = np.empty((len(weights), len(row)))
    for month, count in enumerate(row):
        if np.isfinite(count):
            level = level + weights * (count - level)
        out[:, month] = level
    return out


def _log_likelihood(count: np.ndarray, mean: np.ndarray, size: float) -> float:
    from scipy.stats import nbinom, poisson

    if np.isinf(size):
        return float(poisson.logpmf(count, mean).sum())
    return float(nbinom.logpmf(count, size, size / (size + mean)).sum())


def _size(count: np.ndarray, mean: np.ndarray) -> float:
    """Return the negative binomial size by moments: Σ mean² / Σ((count − mean)² − mean); inf when not overdispersed."""
    excess = float(((count - mean) ** 2 - mean).sum())
    return float((mean**2).sum()) / excess if excess > 0 else np.inf


def exponential_smoothing(
    y: np.ndarray, neighbours: np.ndarray, origin: int, horizons: Sequence[int], samples: int, seed: int
) -> np.ndarray:
    """Forecast each district by its smoothed level, with the spread that level has had at the same lead.

    The weight of the newest month is the one of nineteen with the best one-month-ahead negative binomial likelihood;
    the mean is flat over horizons; the size is by moments from the errors at each horizon (from one month ahead when
    fewer than twelve errors at a horizon are known). Levels are kept at or above 0.5/(known months), so that a quiet
    past is not read as certainty. A district with fewer than six known months takes the historical mean.
    Arguments, randomness and errors: see `baselines`.
    """
    history, steps = past(y, origin, horizons)
    random = generator(seed, f"forecast/exponential_smoothing/{origin}")
    districts, months = history.shape
    mean, size = (np.repeat(values[:, None], steps.size, axis=1) for values in pooled_moments(history))
    for district, row in enumerate(history):
        known = int(np.isfinite(row).sum())
        if known < 6:
            continue
        count = np.rint(row)
        levels = np.maximum(smoothed_levels(row), 0.5 / known)
        # The first six counts set the starting level, so they cannot also judge it.
        start = int(np.flatnonzero(np.isfinite(row))[5])
        ahead = [_pairs(count, level, 1, start) for level in levels]
        if ahead[0][0].size == 0:
            continue
        fits = [_log_likelihood(seen, said, _size(seen, said)) for seen, said in ahead]
        best = int(np.argmax(fits))
        mean[district] = levels[best, -1]
        for place, step in enumerate(steps):
            seen, said = _pairs(count, levels[best], int(step), start)
            size[district, place] = _size(*((seen, said) if seen.size >= 12 else ahead[best]))
    return negative_binomial(random, mean, size, (samples, districts, steps.size))


def _pairs(count: np.ndarray, level: np.ndarray, step: int, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (known counts, the level `step` months before each), from month `start` on."""
    seen, said = count[start + step :], level[start : len(level) - step]
    return seen[np.isfinite(seen)], said[np.isfinite(seen)]
