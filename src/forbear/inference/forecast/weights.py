"""Weights of structural rivals by how well each predicts what it has not seen.

Source: Yao, Vehtari, Simpson and Gelman (2018), "Using stacking to average Bayesian predictive distributions",
Bayesian Analysis 13(3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.inference.forecast.history import generator

__all__ = ["Stacking", "pseudo_bma_plus", "stacking_weights"]


@dataclass(frozen=True)
class Stacking:
    """`weights`: (models,), sum 1. `log_score`: mean log predictive density of the mixture, nats a point.

    `gap`: how much that mean could at most still rise (a bound from concavity, nats a point).
    """

    weights: np.ndarray
    log_score: float
    gap: float


def stacking_weights(log_densities: np.ndarray, tolerance: float = 1e-6) -> Stacking:
    """Return the weights on the simplex whose mixture has the highest mean log predictive density.

    `log_densities`: (models, points), each model's log predictive density of each held-out point, in nats; −inf is
    allowed where some other model is finite. The problem is concave: SLSQP from equal weights, then the fixed-point
    iteration of mixture weights (each step raises the objective) until the gap is below `tolerance`. No randomness.
    """
    from scipy.optimize import minimize

    # Scaling each point by its best model changes no weight and keeps the exponentials in range.
    log_densities = _checked(log_densities)
    best = log_densities.max(axis=0)
    density = np.exp(log_densities - best)
    models = density.shape[0]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        mixture = np.maximum(weights @ density, 1e-300)
        return -float(np.log(mixture).mean()), -(density / mixture).mean(axis=1)

    start = np.full(models, 1.0 / models)
    found = minimize(
        loss,
        start,
        jac=True,
        method="SLSQP",
        bounds=[(0.0, 1.0)] * models,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": lambda w: np.ones(models)},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    better = found.x if np.isfinite(found.x).all() else start
    # A weight of exactly zero could never grow again below.
    weights = np.maximum(better, 1e-12) / np.maximum(better, 1e-12).sum()
    for _ in range(100_000):
        gain = (density / (weights @ density)).mean(axis=1)
        if gain.max() - 1.0 < tolerance:
            break
        weights = weights * gain / (weights * gain).sum()
    gap = float(np.log((density / (weights @ density)).mean(axis=1).max()))
    return Stacking(weights, float((np.log(weights @ density) + best).mean()), max(gap, 0.0))


def pseudo_bma_plus(log_densities: np.ndarray, seed: int, replicates: int = 4000) -> np.ndarray:
    """Return the pseudo-BMA+ weights (models,): softmax of the total log density, averaged over a Bayesian bootstrap.

    For comparison with stacking: it asks which rival is best alone, not which mixture is. Randomness: Dirichlet(1)
    weights of the points, Philox by (seed, "weights/pseudo_bma_plus"). `log_densities`: (models, points), finite
    where any model is; a model with −inf anywhere gets weight zero.
    """
    from scipy.special import softmax

    log_densities = _checked(log_densities)
    possible = np.isfinite(log_densities).all(axis=1)
    if not possible.any():
        raise ValueError("every model gives some point probability zero, so none can be weighed alone")
    points = log_densities.shape[1]
    random = generator(seed, "weights/pseudo_bma_plus")
    shares = random.dirichlet(np.ones(points), size=replicates)
    totals = points * shares @ log_densities[possible].T
    weights = np.zeros(len(possible))
    weights[possible] = softmax(totals, axis=1).mean(axis=0)
    return weights


def _checked(log_densities: np.ndarray) -> np.ndarray:
    log_densities = np.asarray(log_densities, dtype=float)
    if log_densities.ndim != 2 or log_densities.size == 0:
        raise ValueError(f"log densities must be (models, points), but have shape {log_densities.shape}")
    if np.isnan(log_densities).any() or np.isposinf(log_densities).any():
        raise ValueError("log densities must be numbers or -inf")
    nowhere = np.flatnonzero(np.isneginf(log_densities).all(axis=0))
    if nowhere.size:
        raise ValueError(f"no model gives point {int(nowhere[0])} any probability")
    return log_densities
