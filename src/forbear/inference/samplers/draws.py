"""What every sampler returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Draws", "effective_size", "gaussian_log_density", "normalised"]


@dataclass(frozen=True)
class Draws:
    """scores: (n, p); log_weights: (n,), normalised; log_likelihood: (n,); log_evidence: of this run, nan if the method
    gives none; notes: what happened on the way, for people and for gates."""

    scores: np.ndarray
    log_weights: np.ndarray
    log_likelihood: np.ndarray
    log_evidence: float = float("nan")
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def weights(self) -> np.ndarray:
        """Weights that sum to one."""
        return np.exp(normalised(self.log_weights))


def normalised(log_weights: np.ndarray) -> np.ndarray:
    """Log weights shifted so that the weights sum to one."""
    most = np.max(log_weights)
    return log_weights - most - np.log(np.sum(np.exp(log_weights - most)))


def effective_size(log_weights: np.ndarray) -> float:
    """1 / sum of squared weights."""
    return float(1.0 / np.sum(np.exp(2.0 * normalised(log_weights))))


def gaussian_log_density(x: np.ndarray, mean: np.ndarray, root: np.ndarray) -> np.ndarray:
    """Log density of N(mean, root root') at rows of x; `root` is lower triangular."""
    from scipy.linalg import solve_triangular

    z = solve_triangular(root, (x - mean).T, lower=True)
    return -0.5 * np.sum(z**2, axis=0) - np.sum(np.log(np.diag(root))) - 0.5 * x.shape[1] * np.log(2.0 * np.pi)
