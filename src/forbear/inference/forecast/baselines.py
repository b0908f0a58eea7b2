"""The forecasts that the model has to beat: six ways to carry the past of a series forward, blind to all levers.

Every baseline is called as `baseline(y, neighbours, origin, horizons, samples, seed)` and returns counts as floats,
(samples, districts, horizons):

    y           (districts, months) counts a month, NaN = missing; a national series is one district
    neighbours  (districts, districts), above zero where two districts touch
    origin      index of the last month that may be used; later months are never read
    horizons    months ahead, whole numbers from 1
    seed        randomness is Philox by (seed, "forecast/<baseline>/<origin>")

All raise ValueError when the arguments do not fit together or no month up to the origin is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from forbear.inference.forecast.history import (
    carried_forward,
    generator,
    negative_binomial,
    past,
    pooled_moments,
)
from forbear.inference.forecast.regression import negative_binomial_regression
from forbear.inference.forecast.smoothing import exponential_smoothing

__all__ = [
    "BASELINES",
    "Baseline",
    "conflictology",
    "exponential_smoothing",
    "historical_mean",
    "last_observation",
    "negative_binomial_regression",
    "zero",
]

Baseline = Callable[[np.ndarray, np.ndarray, int, Sequence[int], int, int], np.ndarray]

#: The length of the past that conflictology resamples, in months (the ViEWS benchmark of that name).
CONFLICTOLOGY_MONTHS = 12


def historical_mean(
    y: np.ndarray, neighbours: np.ndarray, origin: int, horizons: Sequence[int], samples: int, seed: int
) -> np.ndarray:
    """Draw from a negative binomial fitted by moments to all known months of each district; same at each horizon.

    A district never observed takes the moments of all districts; one with only zeros, see `history.moments`.
    """
    history, steps = past(y, origin, horizons)
    mean, size = pooled_moments(history)
    random = generator(seed, f"forecast/historical_mean/{origin}")
    return negative_binomial(random, mean[:, None], size[:, None], (samples, len(mean), steps.size))


def _windows(history: np.ndarray) -> list[np.ndarray]:
    """Return, for each district, the known counts of its last twelve months.

    When all twelve are missing: its last twelve known counts; when it was never observed: the counts known of all
    districts in the same twelve months or, failing that, in the whole past.
    """
    recent = history[:, -CONFLICTOLOGY_MONTHS:]
    everyone = recent[np.isfinite(recent)]
    if everyone.size == 0:
        everyone = history[np.isfinite(history)]
    out = []
    for row, last in zip(history, recent, strict=True):
        known = last[np.isfinite(last)]
        if known.size == 0:
            known = row[np.isfinite(row)][-CONFLICTOLOGY_MONTHS:]
        out.append(known if known.size else everyone)
    return out


def conflictology(
    y: np.ndarray, neighbours: np.ndarray, origin: int, horizons: Sequence[int], samples: int, seed: int
) -> np.ndarray:
    """Resample each district's last twelve months with replacement, as the ViEWS 2023/24 benchmark of that name.

    Source: Hegre and others (2024), arXiv 2407.11045. Missing months: see `_windows`.
    """
    history, steps = past(y, origin, horizons)
    random = generator(seed, f"forecast/conflictology/{origin}")
    draws = [random.choice(window, size=(samples, steps.size)) for window in _windows(history)]
    return np.stack(draws, axis=1)


def last_observation(
    y: np.ndarray, neighbours: np.ndarray, origin: int, horizons: Sequence[int], samples: int, seed: int
) -> np.ndarray:
    """Put the spread of the last twelve months around the last known count.

    On the scale ln(1+count): last value plus a resampled departure of the last twelve months from their own mean,
    back to counts, rounded, not below zero. Same at each horizon. The pre-registered baseline (ii).
    """
    history, steps = past(y, origin, horizons)
    random = generator(seed, f"forecast/last_observation/{origin}")
    filled = carried_forward(history)[:, -1]
    draws = []
    for window, last in zip(_windows(history), filled, strict=True):
        scale = np.log1p(window)
        middle = np.log1p(last) if np.isfinite(last) else scale.mean()
        departure = random.choice(scale - scale.mean(), size=(samples, steps.size))
        draws.append(np.maximum(np.rint(np.expm1(middle + departure)), 0.0))
    return np.stack(draws, axis=1)


def zero(
    y: np.ndarray, neighbours: np.ndarray, origin: int, horizons: Sequence[int], samples: int, seed: int
) -> np.ndarray:
    """Say that nobody will die: all zeros. No randomness."""
    history, steps = past(y, origin, horizons)
    return np.zeros((samples, history.shape[0], steps.size))


#: Every baseline by name, in the order in which tables show them.
BASELINES: dict[str, Baseline] = {
    "historical mean": historical_mean,
    "last observation": last_observation,
    "conflictology": conflictology,
    "negative binomial regression": negative_binomial_regression,
    "exponential smoothing": exponential_smoothing,
    "zero": zero,
}
