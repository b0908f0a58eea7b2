"""The joint posterior: linear answers, a normal prior, and likelihoods of any shape in one number each.

Model. Case i has scores z_i = mu + delta_i of the shared parameters, mu ~ N(0, diag(rho)), delta_i ~ N(0, diag(1 -
rho)), so that every case taken alone keeps the prior N(0, I) whatever rho is: rho_k = 0, the parameter does not
travel; rho_k = 1, all cases share its number; sqrt(1 - rho_k) is its *spread* between cases. What is simulated of
case i is f_i = a_i + B_i (z_i - c) + e_i, e_i ~ N(0, R_i) for what is local and for luck. So all f together are
normal with mean a - B c and covariance

    K = B diag(rho) B' + blocks(B_i diag(1 - rho) B_i' + R_i),

and each observation is a likelihood t_j(f_j). These are approximated by expectation propagation; evidence for rho
and for the discrepancy follows. A further case has mean m = diag(rho) B' w and covariance I - diag(rho) B' Q B
diag(rho), with w = (K + T^-1)^-1 (y - a) and Q = (K + T^-1)^-1 for sites of precision T and centre y.

Sources: Minka (2001), Expectation propagation for approximate Bayesian inference; Rasmussen and Williams (2006),
Gaussian Processes for Machine Learning, 3.6.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Joint", "Sites", "assembled", "learned", "propagated"]

#: Nodes of the quadrature over a cavity, in its standard deviations.
NODES = np.linspace(-7.0, 7.0, 141)
WEIGHTS = np.exp(-0.5 * NODES**2) / np.exp(-0.5 * NODES**2).sum()
DAMPING, SWEEPS, TOLERANCE = 0.7, 60, 1e-3
LEAST_PRECISION = 1e-9
#: Shares of a parameter's variance that cases have in common, as tried.
SHARES = np.array([0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
#: How firmly a parameter's own share is held to that of all: as so many observations of a beta law.
FIRMNESS = 4.0

#: Log likelihood of every observation at values of what is simulated: (sites, nodes) -> (sites, nodes).
LogLikelihood = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Joint:
    """Answers of several cases, assembled. level: (n,), at scores zero; slopes: (n, p); residual: (n, n), blocks;
    case: (n,).
    """

    level: np.ndarray
    slopes: np.ndarray
    residual: np.ndarray
    case: np.ndarray

    def covariance(self, shared: np.ndarray) -> np.ndarray:
        """K for shares `shared` (p,) of variance that cases have in common."""
        own = (self.slopes * (1.0 - shared)) @ self.slopes.T
        same = self.case[:, None] == self.case[None, :]
        return np.asarray((self.slopes * shared) @ self.slopes.T + np.where(same, own, 0.0) + self.residual)

    def of(self, rows: np.ndarray) -> Joint:
        """Some of the observations."""
        return Joint(self.level[rows], self.slopes[rows], self.residual[np.ix_(rows, rows)], self.case[rows])


@dataclass(frozen=True)
class Sites:
    """What observations say: normal sites in natural form. precision, shift: (n,), shift = precision x centre;
    shared: (p,);
    evidence: log marginal likelihood; moved: the largest change of the last sweep, relative."""

    precision: np.ndarray
    shift: np.ndarray
    shared: np.ndarray
    evidence: float
    moved: float

    def of(self, rows: np.ndarray) -> Sites:
        """Some of the sites, to begin with."""
        return replace(self, precision=self.precision[rows], shift=self.shift[rows])

    def solved(self, joint: Joint) -> tuple[np.ndarray, np.ndarray]:
        """w (n,) and Q (n, n), see the module."""
        covariance = joint.covariance(self.shared)
        root = np.sqrt(np.maximum(self.precision, 0.0))
        inner = np.eye(len(root)) + root[:, None] * covariance * root[None, :]
        q = root[:, None] * np.linalg.solve(inner, np.diag(root))
        shift = self.shift - self.precision * joint.level
        return shift - q @ (covariance @ shift), 0.5 * (q + q.T)

    def prior_of_next(self, joint: Joint) -> tuple[np.ndarray, np.ndarray]:
        """Mean (p,) and covariance (p, p) of the shared scores of a case that nothing is known of."""
        w, q = self.solved(joint)
        pulled = joint.slopes * self.shared
        return pulled.T @ w, np.eye(pulled.shape[1]) - pulled.T @ q @ pulled


def assembled(answers: Sequence[object], centre: np.ndarray) -> Joint:
    """Put the answers of cases (see `linear.Answer`) together; levels move from `centre` to scores zero."""
    parts = list(answers)
    sizes = [len(part.level) for part in parts]  # type: ignore[attr-defined]
    residual = np.zeros((sum(sizes), sum(sizes)))
    start = 0
    for part, size in zip(parts, sizes, strict=True):
        residual[start : start + size, start : start + size] = part.residual  # type: ignore[attr-defined]
        start += size
    slopes = np.concatenate([part.slopes for part in parts])  # type: ignore[attr-defined]
    level = np.concatenate([part.level for part in parts]) - slopes @ centre  # type: ignore[attr-defined]
    return Joint(level, slopes, residual, np.repeat(np.arange(len(parts)), sizes))


def propagated(joint: Joint, likelihood: LogLikelihood, shared: np.ndarray, start: Sites | None = None) -> Sites:
    """Expectation propagation, all sites at a time and damped. No randomness.

    start: sites to begin with, which changes how soon it settles and nothing else. Precisions below zero (a
    likelihood that widens) are held at zero. `moved` of the result says how far it settled.
    """
    level, covariance = joint.level, joint.covariance(shared)
    count = len(level)
    precision, shift = np.full(count, LEAST_PRECISION), np.zeros(count)
    if start is not None:
        precision, shift = start.precision, start.shift
    moved, identity = np.inf, np.eye(count)
    log_z = np.zeros(count)
    for _ in range(SWEEPS):
        root = np.sqrt(precision)
        inner = identity + root[:, None] * covariance * root[None, :]
        half = np.linalg.solve(np.linalg.cholesky(inner), root[:, None] * covariance)
        posterior = covariance - half.T @ half
        mean = level + posterior @ (shift - precision * level)
        variance = np.diag(posterior)
        cavity_v = 1.0 / np.maximum(1.0 / variance - precision, 1e-9)
        cavity_m = cavity_v * (mean / variance - shift)
        at = cavity_m[:, None] + np.sqrt(cavity_v)[:, None] * NODES[None, :]
        logged = likelihood(at)
        top = logged.max(axis=1, keepdims=True)
        weight = WEIGHTS[None, :] * np.exp(logged - top)
        total = weight.sum(axis=1)
        log_z = np.log(total) + top[:, 0]
        tilted_m = (weight * at).sum(axis=1) / total
        tilted_v = np.maximum((weight * (at - tilted_m[:, None]) ** 2).sum(axis=1) / total, 1e-9)
        aimed = np.maximum(1.0 / tilted_v - 1.0 / cavity_v, LEAST_PRECISION)
        aimed_shift = aimed * tilted_m + (tilted_m - cavity_m) / cavity_v
        moved = float(np.max(np.abs(tilted_m - mean) / np.sqrt(variance)))
        if moved < TOLERANCE:
            break
        precision = (1.0 - DAMPING) * precision + DAMPING * aimed
        shift = (1.0 - DAMPING) * shift + DAMPING * aimed_shift
    one = -0.5 * np.log1p(precision * cavity_v) + 0.5 * (
        (cavity_m / cavity_v + shift) ** 2 / (1.0 / cavity_v + precision) - cavity_m**2 / cavity_v
    )
    aside = shift - precision * level
    determinant = np.linalg.slogdet(inner)[1]
    together = float(
        (-0.5 * precision * level**2 + shift * level).sum() - 0.5 * determinant + 0.5 * aside @ posterior @ aside
    )
    return Sites(precision, shift, np.asarray(shared, dtype=float), float((log_z - one).sum()) + together, moved)


def learned(joint: Joint, likelihood: LogLikelihood, start: Sites | None = None) -> Sites:
    """Learn how much of each shared parameter cases have in common, and the sites under it. No randomness.

    First one share for all, by evidence over `SHARES` (its posterior mean, uniform prior over those tried); then each
    parameter's own, the others held, from the normal sites, under a beta law about the common one; then all sites
    again.
    """
    p = joint.slopes.shape[1]
    tried: list[Sites] = []
    for share in SHARES:
        start = propagated(joint, likelihood, np.full(p, share), start)
        tried.append(start)
    logged = np.array([sites.evidence for sites in tried])
    weights = np.exp(logged - logged.max())
    common = float((weights / weights.sum()) @ SHARES)
    base = propagated(joint, likelihood, np.full(p, common), tried[len(tried) // 2])
    found = propagated(joint, likelihood, _own_shares(joint, base, common), base)
    return replace(found, evidence=float(np.log(weights.mean()) + logged.max()))


def _own_shares(joint: Joint, sites: Sites, common: float) -> np.ndarray:
    """Posterior mean of each parameter's share (p,), the others held at `common`."""
    w, q = sites.solved(joint)
    same = joint.case[:, None] == joint.case[None, :]
    prior = (FIRMNESS * common - 1.0) * np.log(SHARES) + (FIRMNESS * (1.0 - common) - 1.0) * np.log1p(-SHARES)
    out = np.empty(joint.slopes.shape[1])
    for k, slope in enumerate(joint.slopes.T):
        # K changes by (share - common) times d, which is of low rank: first and second order of the normal log density
        d = np.where(same, 0.0, np.outer(slope, slope))
        qd = q @ d
        first = 0.5 * (w @ d @ w - np.trace(qd))
        second = 0.5 * float(np.sum(qd * qd.T)) - w @ d @ q @ d @ w
        step = SHARES - common
        logged = prior + step * first + 0.5 * step**2 * min(second, 0.0)
        weights = np.exp(logged - logged.max())
        out[k] = (weights / weights.sum()) @ SHARES
    return out
