"""Ensemble smoother with multiple data assimilation (Emerick and Reynolds 2013): the cheap scout.

Each round moves all members towards the data by the linear regression of scores on simulated summaries, with the data
error inflated so that the rounds together use the data once. Exact for linear-Gaussian problems with many members;
elsewhere a rough guide to where the posterior lies, which a sampler with a likelihood then refines.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forbear.inference.samplers.draws import Draws

__all__ = ["assimilate"]


def assimilate(
    scores: np.ndarray,
    simulate: Callable[[np.ndarray, int], np.ndarray],
    observed: np.ndarray,
    error: np.ndarray,
    *,
    rounds: int = 4,
    seed: int = 1,
    kept: float = 0.999,
    significance: float = 4.0,
) -> Draws:
    """Move prior scores (n, p) towards observed summaries (m,).

    simulate(scores, round) -> summaries (n, m), nan where a run failed; error: (m,) standard deviations of
    observed minus simulated; kept: share of the variance of the scaled summaries that the pseudo-inverse keeps.
    significance: a score moves with a summary only where their correlation exceeds this many standard errors; without
    that, chance correlations would narrow scores about which the data say nothing (Luo and Bhakta 2020).
    Draws.notes["informed"]: (p,) scores with such a correlation in any round.
    Randomness: numpy Philox keyed by (seed, round) for the perturbed observations.
    """
    x = np.array(scores, dtype=float)
    misfits = []
    informed = np.zeros(x.shape[1], dtype=bool)
    for number in range(rounds):
        y = simulate(x, number)
        good = np.isfinite(y).all(axis=1)
        if good.sum() < 0.5 * len(x):
            raise FloatingPointError("more than half of the members failed")
        spare = np.flatnonzero(good)
        if not good.all():  # a failed member is replaced by a healthy one
            chosen = spare[np.arange((~good).sum()) % len(spare)]
            x[~good], y[~good] = x[chosen], y[chosen]
        misfits.append(float(np.median(np.mean(((y - observed) / error) ** 2, axis=1))))
        random = np.random.Generator(np.random.Philox(key=[seed, number]))
        scaled = (y - y.mean(axis=0)) / error / np.sqrt(len(x) - 1.0)
        u, s, _ = np.linalg.svd(scaled.T, full_matrices=False)
        rank = int(np.searchsorted(np.cumsum(s**2) / np.sum(s**2), kept)) + 1
        u, s = u[:, :rank], s[:rank]
        noise = random.normal(size=y.shape) * np.sqrt(rounds)
        gap = (observed - y) / error + noise
        # gain in the space of summaries: U (S^2 + alpha)^-1 U', scores regressed on scaled anomalies
        weight = (gap @ u) / (s**2 + rounds)
        anomalies = (x - x.mean(axis=0)) / np.sqrt(len(x) - 1.0)
        cross = scaled.T @ anomalies
        size = np.sqrt(np.sum(scaled**2, axis=0))[:, None] * np.sqrt(np.sum(anomalies**2, axis=0))[None, :]
        telling = np.abs(cross) > significance / np.sqrt(len(x)) * size
        informed |= telling.any(axis=0)
        x = x + weight @ (u.T @ np.where(telling, cross, 0.0))
    n = len(x)
    return Draws(
        x, np.full(n, -np.log(n)), np.full(n, np.nan), notes={"misfit": misfits, "rounds": rounds, "informed": informed}
    )
