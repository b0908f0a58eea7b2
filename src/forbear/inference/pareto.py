"""Pareto-smoothed weights: how far draws of one law can stand for another.

The largest raw weights are replaced by quantiles of a generalised Pareto law that is fitted to them; its shape k
says whether the weights have a variance at all (below 0.5) or are past use (above 0.7). Sources: Vehtari, Simpson,
Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling, JMLR 25; Zhang and Stephens (2009), Technometrics
51, for the fit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["USABLE", "Weights", "smoothed"]

#: Above this shape weights are past use.
USABLE = 0.7
#: Fewer draws in the tail fit no law.
FEWEST = 5


@dataclass(frozen=True)
class Weights:
    """weights: (draws,), sum 1; shape: k of the tail; effective: 1 / sum of squares."""

    weights: np.ndarray
    shape: float

    @property
    def effective(self) -> float:
        """How many draws with equal weights would be as good."""
        return float(1.0 / np.sum(self.weights**2))


def smoothed(log_weights: np.ndarray) -> Weights:
    """Smooth the largest weights. log_weights: (draws,), up to a constant; -inf is allowed. No randomness.

    Raises ValueError where no weight is finite or one is not a number.
    """
    raw = np.asarray(log_weights, dtype=float)
    if raw.ndim != 1 or not np.isfinite(raw).any() or np.isnan(raw).any():
        raise ValueError("weights must be one list of numbers, not all of them zero")
    count = len(raw)
    values = np.exp(raw - raw.max())
    tail = int(np.ceil(min(0.2 * count, 3.0 * np.sqrt(count))))
    shape = np.inf
    if tail >= FEWEST and count > tail:
        order = np.argsort(values, kind="stable")
        largest, cut = order[-tail:], values[order[-tail - 1]]
        above = values[largest] - cut
        if above[-1] <= 1e-12 * values[largest][-1]:
            shape = -np.inf  # all weights of the tail are the same: nothing to smooth
        elif above[0] > 0.0:
            shape, scale = _fitted(above)
            u = (np.arange(tail) + 0.5) / tail
            quantiles = cut + (
                scale * np.expm1(-shape * np.log1p(-u)) / shape if abs(shape) > 1e-9 else -scale * np.log1p(-u)
            )
            values[largest] = np.minimum(quantiles, 1.0)
    return Weights(values / values.sum(), float(shape))


def _fitted(x: np.ndarray) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto law of sorted excesses x > 0, the shape drawn towards 0.5 as by ten
    draws.
    """
    count = len(x)
    tried = 30 + int(np.sqrt(count))
    theta = 1.0 / x[-1] + (1.0 - np.sqrt(tried / (np.arange(1, tried + 1) - 0.5))) / (3.0 * x[int(count / 4 + 0.5) - 1])
    shapes = np.log1p(-theta[:, None] * x[None, :]).mean(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = count * (np.log(-theta / shapes) - shapes - 1.0)
    level = np.where(np.isfinite(level), level, -np.inf)
    weights = np.exp(level - level.max())
    at = float((weights / weights.sum()) @ theta)
    shape = float(np.log1p(-at * x).mean())
    scale = -shape / at
    return shape * count / (count + 10.0) + 0.5 * 10.0 / (count + 10.0), scale
