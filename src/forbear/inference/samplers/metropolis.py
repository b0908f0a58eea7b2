"""Particle marginal Metropolis-Hastings (Andrieu, Doucet and Holenstein 2010): one chain a start, for checking others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from forbear.inference.samplers.draws import Draws

__all__ = ["wander"]


def wander(
    log_likelihood: Callable[[np.ndarray, int], np.ndarray],
    log_prior: Callable[[np.ndarray], np.ndarray],
    starts: np.ndarray,
    covariance: np.ndarray,
    *,
    steps: int,
    scale: float | None = None,
    seed: int = 1,
) -> Draws:
    """Run len(starts) chains side by side with random-walk proposals; returns all states after a first half is dropped.

    starts: (chains, p); covariance: (p, p) of proposals, times scale**2 (2.38 / sqrt(p) when absent).
    Draws.notes: "chains" (chains, kept steps, p), "accepted". Randomness: numpy Philox keyed by (seed, step).
    """
    x = np.array(starts, dtype=float)
    root = np.linalg.cholesky(covariance) * (scale if scale is not None else 2.38 / np.sqrt(x.shape[1]))
    level = log_likelihood(x, seed)
    value = log_prior(x) + level
    kept, levels, accepted = [], [], 0.0
    for step in range(1, steps + 1):
        random = np.random.Generator(np.random.Philox(key=[seed, step]))
        proposed = x + random.normal(size=x.shape) @ root.T
        there = log_likelihood(proposed, seed * 1_000_003 + step)
        new = log_prior(proposed) + there
        take = np.log(random.random(len(x))) < np.where(np.isfinite(new), new, -np.inf) - value
        x[take], level[take], value[take] = proposed[take], there[take], new[take]
        accepted += float(take.mean())
        if step > steps // 2:
            kept.append(x.copy())
            levels.append(level.copy())
    chains = np.stack(kept, axis=1)
    flat = chains.reshape(-1, x.shape[1])
    return Draws(
        flat, np.full(len(flat), -np.log(len(flat))), np.stack(levels, axis=1).ravel(),
        notes={"chains": chains, "accepted": accepted / steps},
    )  # fmt: skip
