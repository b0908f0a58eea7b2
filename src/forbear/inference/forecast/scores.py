"""Scores of forecasts given as samples; lower is better.

Every function takes `samples` (samples, cells) and `observed` (cells,) in the same unit, a cell being one district
in one month, and returns (cells,). A missing observation (NaN) scores NaN; means skip it.

Sources: Hegre and others (2024), "The 2023/24 VIEWS prediction challenge", arXiv 2407.11045, and the challenge's
public evaluation programme (CRPS, ignorance score with eleven categories, interval score at 90 %); Gneiting and
Raftery (2007), JASA 102; Czado, Gneiting and Held (2009), Biometrics 65 (PIT of counts); Ferro (2014), QJRMS 140
(fair CRPS).
"""

from __future__ import annotations

import numpy as np

from forbear.inference.forecast.history import generator

__all__ = [
    "VIEWS_EDGES",
    "coverage",
    "crps",
    "ignorance_score",
    "interval_score",
    "log_score",
    "pit",
    "score_cells",
    "summary",
]

#: Lower edges of the categories of the ViEWS 2023/24 ignorance score:
#: 0, 1–2, 3–5, 6–10, 11–25, 26–50, 51–100, 101–250, 251–500, 501–1000, over 1000 deaths.
VIEWS_EDGES = (0.0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5)


def _checked(samples: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    samples, observed = np.asarray(samples, dtype=float), np.asarray(observed, dtype=float)
    if samples.ndim != 2 or observed.shape != samples.shape[1:] or samples.shape[0] < 2:
        raise ValueError(
            f"samples must be (2 or more samples, cells) and observed (cells,), but are {samples.shape} and "
            f"{observed.shape}"
        )
    if not np.isfinite(samples).all():
        raise ValueError(f"{int((~np.isfinite(samples)).sum())} samples are missing or infinite; none may be")
    return samples, observed


def crps(samples: np.ndarray, observed: np.ndarray, *, fair: bool = True) -> np.ndarray:
    """Return the continuous ranked probability score, E|X−y| − ½ E|X−X′|, in the unit of the counts.

    `fair` counts each pair of different samples (divisor n(n−1)), so that the expected score does not depend on how
    many samples a forecast has; `fair=False` scores the samples as if they were the whole distribution (divisor n²),
    as ViEWS does. The fair score of one cell can be below zero.
    """
    samples, observed = _checked(samples, observed)
    n = samples.shape[0]
    ordered = np.sort(samples, axis=0)
    # Σ_i Σ_j |x_i − x_j| = 2 Σ_i (2i − n − 1) x_(i)
    rank_weight = (2.0 * np.arange(1, n + 1) - n - 1.0)[:, None]
    spread = (rank_weight * ordered).sum(axis=0) / (n * (n - 1) if fair else n * n)
    return np.abs(samples - observed).mean(axis=0) - spread


def ignorance_score(samples: np.ndarray, observed: np.ndarray, edges: tuple[float, ...] = VIEWS_EDGES) -> np.ndarray:
    """Return the ignorance score in bits, −log2 of the forecast share of the observed category.

    As in ViEWS 2023/24: one imagined sample is added to every category, so that no category has probability zero;
    the worst score is log2(samples + categories). Categories open at the top. Counts below zero raise ValueError.
    """
    samples, observed = _checked(samples, observed)
    if samples.min(initial=0.0) < 0 or np.nanmin(observed, initial=0.0) < 0:
        raise ValueError("the ignorance score is of counts; some sample or observation is below zero")
    category = np.digitize(observed, edges)
    hits = (np.digitize(samples, edges) == category).sum(axis=0)
    score = -np.log2((hits + 1.0) / (samples.shape[0] + len(edges)))
    return np.where(np.isfinite(observed), score, np.nan)


def log_score(samples: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the log score in nats, −ln of a smoothed probability of exactly the observed count.

    The smoothing: the share of zeros is kept as it is; each positive sample becomes a normal kernel on ln(1+count)
    (width by Silverman's rule, at least 0.05), cut into whole counts from 1 up; and one imagined sample of the
    distribution 1/((c+1)(c+2)), which has no scale, is added so that nothing has probability zero. Samples and
    observations are rounded to whole counts. The score is finite, and its expectation tends to the true log score
    only as samples grow; compare forecasts with equal numbers of samples.
    """
    from scipy.special import ndtr

    samples, observed = _checked(samples, observed)
    whole, count = np.rint(samples), np.rint(observed)
    n = whole.shape[0]
    positive = whole > 0
    share_positive = positive.mean(axis=0)
    centre = np.where(positive, np.log1p(np.maximum(whole, 0.0)), np.nan)
    width = _silverman(centre, positive.sum(axis=0))
    # Kernels are cut at 0.5: a positive sample says nothing of the probability of zero.
    low, high = np.log1p(np.maximum(count - 0.5, 0.5)), np.log1p(np.maximum(count, 1.0) + 0.5)
    mass = ndtr((high - centre) / width) - ndtr((low - centre) / width)
    mass = mass / ndtr((centre - np.log(1.5)) / width)
    kernel = np.where(positive, mass, 0.0).sum(axis=0) / np.maximum(positive.sum(axis=0), 1)
    probability = np.where(count == 0, 1.0 - share_positive, share_positive * kernel)
    scaleless = 1.0 / ((count + 1.0) * (count + 2.0))
    return -np.log((n * probability + scaleless) / (n + 1.0))


def _silverman(centre: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the kernel width of each cell, (cells,), from the positive samples on the log scale (NaN = a zero)."""
    if not np.isfinite(centre).any():
        return np.full(centre.shape[1], 0.05)
    filled = np.where(number > 0, centre, 0.0)  # a column without a positive sample: any width will do
    upper, lower = np.nanquantile(filled, [0.75, 0.25], axis=0)
    deviation, middle = np.nanstd(filled, axis=0), (upper - lower) / 1.34
    spread = np.where(middle > 0, np.minimum(deviation, middle), deviation)
    return np.maximum(0.9 * spread * np.maximum(number, 1) ** -0.2, 0.05)


def interval_score(samples: np.ndarray, observed: np.ndarray, level: float = 0.9) -> np.ndarray:
    """Return the interval score of the central `level` interval: its width plus 2/(1−level) times any overshoot."""
    samples, observed = _checked(samples, observed)
    lower, upper = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    overshoot = np.maximum(lower - observed, 0.0) + np.maximum(observed - upper, 0.0)
    return (upper - lower) + 2.0 / (1.0 - level) * overshoot


def pit(samples: np.ndarray, observed: np.ndarray, seed: int) -> np.ndarray:
    """Return the randomised probability integral transform, in (0, 1).

    (samples below + U·(samples equal + 1))/(samples + 1): exactly uniform, for counts and for any number of samples,
    when observation and samples come from one distribution. Randomness: U from (seed, "forecast/pit"), one per cell.
    """
    samples, observed = _checked(samples, observed)
    u = generator(seed, "forecast/pit").random(observed.size)
    below, equal = (samples < observed).sum(axis=0), (samples == observed).sum(axis=0)
    return np.where(np.isfinite(observed), (below + u * (equal + 1.0)) / (samples.shape[0] + 1.0), np.nan)


def coverage(samples: np.ndarray, observed: np.ndarray, level: float) -> float:
    """Return the share of known cells inside the closed central `level` interval; NaN when no cell is known.

    Intervals of counts hold more than their level (most of all near zero); the share of PIT values in the middle
    `level` does not have that fault and stands beside it in `summary`.
    """
    samples, observed = _checked(samples, observed)
    lower, upper = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    known = np.isfinite(observed)
    return float(((lower <= observed) & (observed <= upper))[known].mean()) if known.any() else float("nan")


def score_cells(samples: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Return {"crps", "ignorance", "log_score", "interval_90"}: each (cells,)."""
    return {
        "crps": crps(samples, observed),
        "ignorance": ignorance_score(samples, observed),
        "log_score": log_score(samples, observed),
        "interval_90": interval_score(samples, observed, 0.9),
    }


def summary(samples: np.ndarray, observed: np.ndarray, seed: int) -> dict[str, float]:
    """Return mean scores and calibration over the known cells: {name: number}, and how many cells that is."""
    known = np.isfinite(np.asarray(observed, dtype=float))
    if not known.any():
        raise ValueError("no observed cell is known, so there is nothing to score")
    kept, seen = np.asarray(samples)[:, known], np.asarray(observed)[known]
    place = pit(kept, seen, seed)
    means = {name: float(values.mean()) for name, values in score_cells(kept, seen).items()}
    calibration = {}
    for percent in (50, 90):
        calibration[f"coverage_{percent}"] = coverage(kept, seen, percent / 100)
        calibration[f"coverage_{percent}_randomised"] = float((np.abs(place - 0.5) <= percent / 200).mean())
    return {"cells": float(seen.size), **means, **calibration, "pit_mean": float(place.mean())}
