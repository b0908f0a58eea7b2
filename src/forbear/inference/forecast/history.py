"""What every baseline shares: the known past, the named generator, negative binomial draws."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

__all__ = ["carried_forward", "generator", "moments", "negative_binomial", "past", "pooled_moments"]


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the generator that (seed, name) addresses: Philox, key = (seed, 64-bit hash of the name).

    Two names never share a stream, so adding a baseline or an origin leaves every other one's draws alone.
    """
    word = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
    return np.random.Generator(np.random.Philox(key=np.array([seed % 2**64, word], dtype=np.uint64)))


def past(y: np.ndarray, origin: int, horizons: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return (history up to and with month `origin`, horizons): later months are cut off, so no one can look.

    `y`: (districts, months) counts, NaN = missing. Raises ValueError when the shapes, the origin, the horizons or
    the counts cannot be meant, or when not one month is known.
    """
    y = np.asarray(y, dtype=float)
    steps = np.asarray(horizons, dtype=int)
    if y.ndim != 2:
        raise ValueError(f"history must be (districts, months), but has {y.ndim} dimensions")
    if not 0 <= origin < y.shape[1]:
        raise ValueError(f"origin {origin} is not one of the {y.shape[1]} months of the history")
    if steps.ndim != 1 or steps.size == 0 or steps.min() < 1:
        raise ValueError(f"horizons must be one or more whole numbers from 1, but are {list(horizons)}")
    history = y[:, : origin + 1]
    if not np.isfinite(history).any():
        raise ValueError(f"no month up to the origin {origin} is known in any district")
    if np.nanmin(history) < 0:
        raise ValueError(f"counts cannot be negative, but the least is {np.nanmin(history):g}")
    return history, steps


def carried_forward(history: np.ndarray) -> np.ndarray:
    """Return `history` (districts, months) with each missing month replaced by the last known one before it.

    Months before a district's first known month stay NaN.
    """
    months = np.broadcast_to(np.arange(history.shape[1]), history.shape)
    last = np.maximum.accumulate(np.where(np.isfinite(history), months, -1), axis=1)
    return np.where(last >= 0, np.take_along_axis(history, np.maximum(last, 0), axis=1), np.nan)


def moments(counts: np.ndarray) -> tuple[float, float]:
    """Return (mean, size) of a negative binomial fitted by moments to known counts, size = mean²/(variance − mean).

    Not overdispersed: size = inf (Poisson). All zero: the predictive distribution of a Poisson rate under the
    Jeffreys prior, mean 0.5/n and size 0.5, so that a quiet past is not read as certainty.
    """
    mean = float(counts.mean())
    if mean == 0.0:
        return 0.5 / counts.size, 0.5
    variance = float(counts.var(ddof=1)) if counts.size > 1 else mean
    return mean, (mean**2 / (variance - mean) if variance > mean else np.inf)


def pooled_moments(history: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (mean, size), each (districts,); a district never observed takes the moments of all known months."""
    fits = []
    for row in history:
        known = row[np.isfinite(row)]
        fits.append(moments(known if known.size else history[np.isfinite(history)]))
    return np.array([fit[0] for fit in fits]), np.array([fit[1] for fit in fits])


def negative_binomial(random: np.random.Generator, mean: np.ndarray, size: np.ndarray, shape: tuple) -> np.ndarray:
    """Draw counts of the given mean and size (inf = Poisson), both broadcastable to `shape`, as floats."""
    mean, size = np.broadcast_to(mean, shape), np.broadcast_to(size, shape)
    bounded = np.where(np.isfinite(size), size, 1.0)
    rate = np.where(np.isfinite(size), random.gamma(bounded, mean / bounded), mean)
    return random.poisson(rate).astype(float)
