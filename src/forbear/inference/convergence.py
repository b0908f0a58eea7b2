"""Do chains agree, how many draws are they worth, and do they lie in one place or in several?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

__all__ = ["Agreement", "agreement", "modes_of"]

#: Scouts whose draws lie further apart than this (in units of their own spread) lie in different places.
APART = 3.0


@dataclass(frozen=True)
class Agreement:
    """R-hat between scouts (rank-normalised) at the 90th percentile of scores, the largest, and of the log likelihood; effective
    draws: of the log likelihood, and the median over scores."""

    rhat_90: float
    rhat_largest: float
    rhat_level: float
    effective: float
    effective_median: float

    def as_dict(self) -> dict[str, Any]:
        """For notes."""
        return asdict(self)


def agreement(kept: np.ndarray, levels: np.ndarray, group: np.ndarray) -> Agreement:
    """Agreement of groups of chains: kept (k, n, p) scores, levels (k, n), group (n,); by arviz-stats. No randomness.

    A group's draws stand for one chain of R-hat (Vehtari and others 2021), so that it compares scouts and not
    the hundreds of short chains of one. Effective draws: see `_effective`.
    """
    from arviz_stats.base import array_stats

    names = np.unique(group)
    rhat = np.full(kept.shape[2], np.nan)
    level = np.nan
    if len(names) > 1:
        size = min(int((group == g).sum()) for g in names) * len(kept)
        parts = [kept[:, group == g].reshape(-1, kept.shape[2])[:size] for g in names]
        stacked = np.stack(parts).astype(float)
        rhat = np.array(
            [float(array_stats.rhat(stacked[:, :, k], chain_axis=0, draw_axis=1)) for k in range(kept.shape[2])]
        )
        level = float(
            array_stats.rhat(
                np.stack([levels[:, group == g].ravel()[:size] for g in names]).astype(float), chain_axis=0, draw_axis=1
            )
        )
    some = np.linspace(0, kept.shape[2] - 1, min(kept.shape[2], 60)).astype(int)
    effective = _effective(levels.astype(float), group)
    median = float(np.median([_effective(kept[:, :, k].astype(float), group) for k in some]))
    low = len(names) < 2
    return Agreement(
        float("nan") if low else float(np.nanquantile(rhat, 0.9)), float("nan") if low else float(np.nanmax(rhat)), float(level), effective, median,
    )  # fmt: skip


def _effective(kept: np.ndarray, group: np.ndarray) -> float:
    """Effective draws of one number, (k, n) kept generations of n chains: autocorrelation over generations about the mean
    of the group, pooled over chains; an estimate that has not died away by the last generation counts a chain once."""
    centred = kept.copy()
    for one in np.unique(group):
        centred[:, group == one] -= kept[:, group == one].mean()
    variance = float(np.mean(centred**2))
    rounds, n = kept.shape
    if variance <= 0.0 or rounds < 2:
        return float(n)
    total = 1.0
    for lag in range(1, rounds):
        correlation = float(np.mean(centred[lag:] * centred[:-lag])) / variance
        if correlation < 0.05:
            return n * rounds / total
        total += 2.0 * correlation
    return float(min(n * rounds / total, n))


def modes_of(scores: np.ndarray, chain: np.ndarray, level: np.ndarray) -> dict[str, Any]:
    """Places in which scouts' draws lie: scouts joined where their means are near, with their share and log likelihood.

    scores: (draws, informed); chain: (draws,) scout of each. Two scouts lie apart where the largest distance of their
    means along any score exceeds `APART` times their spread within. No randomness.
    """
    names = np.unique(chain)
    means = np.array([scores[chain == c].mean(axis=0) for c in names])
    spread = np.array([scores[chain == c].std(axis=0) for c in names])
    place = np.arange(len(names))
    distances = []
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            within = np.sqrt(0.5 * (spread[i] ** 2 + spread[j] ** 2)) + 1e-9
            gap = float(np.max(np.abs(means[i] - means[j]) / within)) if scores.shape[1] else 0.0
            distances.append(gap)
            if gap <= APART:
                place[place == place[j]] = place[i]
    found = np.unique(place)
    return {
        "count": int(len(found)), "farthest": max(distances, default=0.0),
        "places": [
            {
                "scouts": [int(c) for c in names[place == one]],
                "share": float(np.isin(chain, names[place == one]).mean()),
                "level": float(np.median(level[np.isin(chain, names[place == one])])),
            }
            for one in found
        ],
    }  # fmt: skip
