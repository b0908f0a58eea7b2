"""Does one forecast beat another: skill by horizon, with tests and intervals that know months hang together.

Scores come as arrays (origins, districts, horizons), lower better, NaN where nothing was observed. The unit of
resampling and testing is the target month: all districts, origins and horizons of a group that fall on one month are
taken together, because they share that month's surprises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forbear.inference.forecast.history import generator

__all__ = ["GROUPS", "DieboldMariano", "block_bootstrap", "diebold_mariano", "skill_table"]

#: Horizons that are summarised together, in months ahead, both ends included. The last serves the judgement alone.
GROUPS = ((1, 3), (4, 6), (7, 12), (6, 12))
#: Fewer months than this carry no test.
LEAST_MONTHS = 8


@dataclass(frozen=True)
class DieboldMariano:
    """Mean difference of scores, its statistic and two-sided p-value (NaN: too few months), months, lags used."""

    mean: float
    statistic: float
    p_value: float
    months: int
    lags: int


def diebold_mariano(difference: np.ndarray, horizon: int = 1, lags: int | None = None) -> DieboldMariano:
    """Test whether the mean of monthly score differences is zero.

    `difference`: (months,) in the score's unit, consecutive months, NaN = nothing scored. The long-run variance is
    Newey and West's (1987, Econometrica 55) with Bartlett weights over `lags`, by default the larger of
    4·(months/100)^(2/9) and horizon − 1, at most a third of the months; missing months add nothing to it. The
    statistic carries the small-sample factor of Harvey, Leybourne and Newbold (1997, IJF 13) and is set against
    Student's t with months − 1 degrees of freedom. Test: Diebold and Mariano (1995), JBES 13. No randomness.

    Where the horizon is a large part of the months the p-value is too small: with moving averages of order 11 over 70
    months, 14 % of equal forecasts fall below 0.05, over 36 months 18 % (3000 simulations each). Read it there as a
    description; no judgement rests on it.
    """
    from scipy.stats import t as student

    difference = np.asarray(difference, dtype=float)
    known = np.isfinite(difference)
    n = int(known.sum())
    if n == 0:
        return DieboldMariano(float("nan"), float("nan"), float("nan"), 0, 0)
    mean = float(difference[known].mean())
    if lags is None:
        lags = max(int(4 * (n / 100) ** (2 / 9)), horizon - 1)
    lags = min(lags, n // 3)
    if n < LEAST_MONTHS:
        return DieboldMariano(mean, float("nan"), float("nan"), n, lags)
    deviation = np.where(known, difference - mean, 0.0)
    variance = float(deviation @ deviation) / n
    for lag in range(1, lags + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1.0)) * float(deviation[lag:] @ deviation[:-lag]) / n
    if variance <= 1e-24 * max(mean * mean, 1e-300):
        # Every month differs by the same: nothing to test when that is zero, no doubt when it is not.
        return DieboldMariano(mean, 0.0 if mean == 0 else float(np.inf * np.sign(mean)), float(mean == 0), n, lags)
    span = lags + 1
    factor = np.sqrt((n + 1.0 - 2.0 * span + span * (span - 1.0) / n) / n)
    statistic = float(mean / np.sqrt(variance / n) * factor)
    return DieboldMariano(mean, statistic, float(2.0 * student.sf(abs(statistic), n - 1)), n, lags)


def block_bootstrap(
    numerator: np.ndarray,
    denominator: np.ndarray,
    block: int,
    random: np.random.Generator,
    replicates: int = 2000,
    level: float = 0.9,
) -> tuple[float, float]:
    """Return the central `level` interval of Σ numerator / Σ denominator over resampled months.

    Both (months,), consecutive, zero where nothing was scored. Circular blocks of `block` months with replacement
    (Politis and Romano 1992); percentile interval. Randomness: `random`, one start for each block and replicate.
    """
    months = len(numerator)
    block = min(max(block, 1), months)
    starts = random.integers(months, size=(replicates, -(-months // block)))
    rows = ((starts[:, :, None] + np.arange(block)) % months).reshape(replicates, -1)[:, :months]
    below = denominator[rows].sum(axis=1)
    ratios = numerator[rows].sum(axis=1)[below > 0] / below[below > 0]
    if ratios.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(ratios, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def skill_table(
    models: Mapping[str, Mapping[str, np.ndarray]],
    baselines: Mapping[str, Mapping[str, np.ndarray]],
    origins: Sequence[int],
    horizons: Sequence[int],
    seed: int,
    groups: Sequence[tuple[int, int]] = GROUPS,
) -> list[dict[str, float | str]]:
    """Return a row for each model × baseline × group of horizons.

    `models`, `baselines`: name -> {"crps": array, "log_score": array}, each (origins, districts, horizons);
    `origins`: month index of each origin; `horizons`: months ahead. Only cells that both have scored are compared.
    A row: model, baseline, horizons ("1-3"), cells, months, crps_ratio (model/baseline, below 1 is better) with
    crps_ratio_low/_high (90 %), log_score_difference (model − baseline, nats a cell, below 0 is better) with
    _low/_high, dm_statistic and dm_p_value (monthly mean CRPS differences). Randomness: Philox by (seed,
    "forecast/skill/<model>/<baseline>/<horizons>"); blocks as long as the group's longest horizon or months^(1/3),
    whichever is longer, at most a quarter of the months.
    """
    origin, steps = np.asarray(origins, dtype=int), np.asarray(horizons, dtype=int)
    target = origin[:, None] + steps[None, :]
    rows: list[dict[str, float | str]] = []
    for model, own in models.items():
        for baseline, other in baselines.items():
            for first, last in groups:
                chosen = (steps >= first) & (steps <= last)
                row = {"model": model, "baseline": baseline, "horizons": f"{first}-{last}"}
                random = generator(seed, f"forecast/skill/{model}/{baseline}/{first}-{last}")
                rows.append({**row, **_skill(own, other, target, chosen, last, random)})
    return rows


def _monthly(values: np.ndarray, use: np.ndarray, month: np.ndarray, months: int) -> np.ndarray:
    return np.bincount(month[use], weights=values[use], minlength=months)


def _skill(
    own: Mapping[str, np.ndarray],
    other: Mapping[str, np.ndarray],
    target: np.ndarray,
    chosen: np.ndarray,
    longest: int,
    random: np.random.Generator,
) -> dict[str, float]:
    shape = (target.shape[0], np.asarray(own["crps"]).shape[1], target.shape[1])
    arrays = [np.asarray(scores[name], dtype=float) for name in ("crps", "log_score") for scores in (own, other)]
    for array in arrays:
        if array.shape != shape:
            raise ValueError(f"scores must be (origins, districts, horizons) = {shape}, but are {array.shape}")
    month = np.broadcast_to((target - target.min())[:, None, :], shape)
    use = np.isfinite(np.stack(arrays)).all(axis=0) & chosen
    if not use.any():
        nothing = ("crps_ratio", "crps_ratio_low", "crps_ratio_high", "log_score_difference")
        more = ("log_score_difference_low", "log_score_difference_high", "dm_statistic", "dm_p_value")
        return {"cells": 0.0, "months": 0.0, **dict.fromkeys((*nothing, *more), float("nan"))}
    first, months = int(month[use].min()), int(month[use].max() - month[use].min() + 1)
    crps_own, crps_other, log_own, log_other = (_monthly(array, use, month - first, months) for array in arrays)
    cells = _monthly(np.ones(shape), use, month - first, months)
    scored = int((cells > 0).sum())
    block = max(1, min(max(longest, round(months ** (1 / 3))), months // 4))
    ratio = block_bootstrap(crps_own, crps_other, block, random)
    log_range = block_bootstrap(log_own - log_other, cells, block, random)
    with np.errstate(invalid="ignore", divide="ignore"):
        test = diebold_mariano((crps_own - crps_other) / cells, horizon=longest)
        overall = float(crps_own.sum() / crps_other.sum()) if crps_other.sum() > 0 else float("nan")
    return {
        "cells": float(cells.sum()),
        "months": float(scored),
        "crps_ratio": overall,
        "crps_ratio_low": ratio[0],
        "crps_ratio_high": ratio[1],
        "log_score_difference": float((log_own - log_other).sum() / cells.sum()),
        "log_score_difference_low": log_range[0],
        "log_score_difference_high": log_range[1],
        "dm_statistic": test.statistic,
        "dm_p_value": test.p_value,
    }
