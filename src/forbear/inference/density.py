"""Log densities of the observation model (section 5 of the model document): how far counts and levels may stray.

Counts are negative binomial about the simulated count plus a floor, one in twenty from a broad law; levels and shares
stray with Student's t of four degrees of freedom on the logarithm and the logit, so that one odd number does not decide. The
dispersion stands for what neither sampling nor the model explains; it is learned together with the parameters.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

__all__ = ["FLOOR", "log_density", "replicate"]

#: Expected counts a month and place where the model says none (O1): nothing observed is impossible.
FLOOR = 0.05
#: Share of counts that come from outside the model, and the size of their broad negative binomial law.
CONTAMINATION = 0.05
BREADTH = 0.3


class Numbers(Protocol):
    """What a density reads of a series; see `inference/data.py`."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def first(self) -> np.ndarray: ...

    @property
    def last(self) -> np.ndarray: ...

    @property
    def value(self) -> np.ndarray: ...


def log_density(series: Numbers, at: np.ndarray, simulated: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Log density of the numbers `at` of a series, (len(at), lanes), weights not applied.

    simulated: (len(at), lanes), summed over each number's months and elements; dispersion: (lanes,).
    """
    from scipy.special import gammaln

    y = series.value[at][:, None]
    if series.kind == "counts":
        months = (series.last[at] - series.first[at] + 1)[:, None]
        inside = _negative_binomial(y, simulated + FLOOR * months, dispersion[None, :])
        # what the model has no actor for (a bomb in a quiet province) comes from a broad law of the series itself
        usual = np.mean(series.value / (series.last - series.first + 1)) * months
        outside = _negative_binomial(y, np.maximum(usual, FLOOR), BREADTH)
        return np.logaddexp(np.log1p(-CONTAMINATION) + inside, np.log(CONTAMINATION) + outside)
    if series.kind == "level":
        error = np.log(np.maximum(y, 1e-9)) - np.log(np.maximum(simulated, 1e-9))
    else:
        error = _logit(y) - _logit(simulated)
    z = error / dispersion[None, :]
    constant = gammaln(2.5) - gammaln(2.0) - 0.5 * np.log(4.0 * np.pi)
    return constant - 2.5 * np.log1p(z**2 / 4.0) - np.log(dispersion)[None, :]


def replicate(series: Numbers, at: np.ndarray, simulated: np.ndarray, dispersion: np.ndarray, seed: int) -> np.ndarray:
    """Draw what would have been observed, (len(at), lanes). Randomness: numpy Philox keyed by the seed."""
    random = np.random.Generator(np.random.Philox(seed))
    if series.kind == "counts":
        months = (series.last[at] - series.first[at] + 1)[:, None]
        usual = np.mean(series.value / (series.last - series.first + 1)) * months
        odd = random.random(simulated.shape) < CONTAMINATION
        mean = np.where(odd, np.maximum(usual, FLOOR), simulated + FLOOR * months)
        size = np.where(odd, BREADTH, dispersion[None, :])
        return random.poisson(np.minimum(random.gamma(size, mean / size), 1e9)).astype(float)
    noise = random.standard_t(4.0, size=simulated.shape) * dispersion[None, :]
    if series.kind == "level":
        return simulated * np.exp(noise)
    return 1.0 / (1.0 + np.exp(-(_logit(simulated) + noise)))


def _negative_binomial(y: np.ndarray, mean: np.ndarray, size: np.ndarray | float) -> np.ndarray:
    """Log mass of counts with a mean and a size (variance = mean + mean**2 / size)."""
    from scipy.special import gammaln

    return (
        gammaln(y + size) - gammaln(size) - gammaln(y + 1.0)
        + size * np.log(size) + y * np.log(mean) - (y + size) * np.log(mean + size)
    )  # fmt: skip


def _logit(share: np.ndarray) -> np.ndarray:
    inside = np.clip(share, 0.005, 0.995)
    return np.log(inside / (1.0 - inside))
