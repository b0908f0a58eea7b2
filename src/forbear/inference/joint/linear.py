"""How outcomes of a case answer to shared parameters: ridge regressions on simulated draws.

The regressors are scores of the shared parameters (draws, p), common to all cases; what is local and what is luck is
left in the residual, whose covariance between the outcomes of a case is kept. Two steps: what an outcome's mean over
all cases answers to (many runs behind every draw, so little luck), and each case's own deviation from a multiple of
that. Penalties are chosen by generalised cross-validation; residuals are those of leaving each draw out, so that what
is fitted to luck is not taken for knowledge. Source: Hastie, Tibshirani and Friedman (2009), The Elements of
Statistical Learning, 3.4.1, 7.10.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Answer", "answers", "ridge"]

#: Penalties that are tried, relative to the number of draws.
PENALTIES = np.geomspace(1e-3, 1e3, 25)


@dataclass(frozen=True)
class Answer:
    """How one case's outcomes answer: outcome = level + slopes @ (z - centre) + residual.

    level: (k,); slopes: (k, p); residual: (k, k), covariance of what neither shared parameters nor their mean explain;
    explained: (k,), share of each outcome's variance over draws that shared parameters explain.
    """

    level: np.ndarray
    slopes: np.ndarray
    residual: np.ndarray
    explained: np.ndarray


def ridge(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ridge regression of each column of y (n, k) on x (n, p), both without their means.

    Returns slopes (k, p), levels (k,) at the mean of x, and residuals with each draw left out (n, k). The penalty of
    each column has the least generalised cross-validation. No randomness.
    """
    count = len(x)
    middle = x.mean(axis=0)
    u, s, vt = np.linalg.svd(x - middle, full_matrices=False)
    level = y.mean(axis=0)
    rotated = u.T @ (y - level)
    slopes, left_out = np.empty((y.shape[1], x.shape[1])), np.empty_like(y, dtype=float)
    shrink = s[None, :] ** 2 / (s[None, :] ** 2 + count * PENALTIES[:, None])
    degrees = 1.0 + shrink.sum(axis=1)
    for column in range(y.shape[1]):
        centred = y[:, column] - level[column]
        # the part outside the span of x is the same for every penalty
        rest = float(centred @ centred - rotated[:, column] @ rotated[:, column])
        error = rest + (((1.0 - shrink) * rotated[:, column]) ** 2).sum(axis=1)
        best = int(np.argmin(error / (1.0 - np.minimum(degrees / count, 0.99)) ** 2))
        kept = shrink[best] * rotated[:, column]
        slopes[column] = vt.T @ (kept / np.maximum(s, 1e-12))
        leverage = 1.0 / count + (u**2 * shrink[best]).sum(axis=1)
        left_out[:, column] = (centred - u @ kept) / (1.0 - np.minimum(leverage, 0.99))
    return slopes, level, left_out


def answers(
    x: np.ndarray, simulated: Sequence[np.ndarray], kinds: Sequence[Sequence[str]], centre: np.ndarray
) -> list[Answer]:
    """How each case answers. x: (n, p), scores of the draws; simulated: of each case (n, k); kinds: what each column
    is.

    centre: (p,), where levels are told. Rows with a number that is not finite are left out for that case.
    """
    common = _common(x, simulated, kinds)
    out = []
    for values, names in zip(simulated, kinds, strict=True):
        whole = np.isfinite(values).all(axis=1)
        near, y = x[whole], values[whole]
        slopes = np.zeros((y.shape[1], x.shape[1]))
        rest = np.array(y, dtype=float)
        for column, kind in enumerate(names):
            shape = near @ common[kind]
            spread = shape - shape.mean()
            size = float(spread @ spread)
            if size > 0.0:
                multiple = float(spread @ (y[:, column] - y[:, column].mean())) / size
                slopes[column] = multiple * common[kind]
                rest[:, column] = y[:, column] - multiple * shape
        own, level, left_out = ridge(near, rest)
        slopes += own
        at_centre = level + own @ (centre - near.mean(axis=0)) + (slopes - own) @ centre
        variance = np.maximum(y.var(axis=0), 1e-12)
        residual = np.atleast_2d(np.cov(left_out, rowvar=False)) + 1e-6 * np.eye(y.shape[1])
        explained = np.clip(1.0 - np.diag(residual) / variance, 0.0, 1.0)
        out.append(Answer(at_centre, slopes, residual, explained))
    return out


def _common(x: np.ndarray, simulated: Sequence[np.ndarray], kinds: Sequence[Sequence[str]]) -> dict[str, np.ndarray]:
    """Slopes of the mean over cases of each kind of outcome, each case on its own scale: kind -> (p,)."""
    sums: dict[str, np.ndarray] = {}
    for values, names in zip(simulated, kinds, strict=True):
        for column, kind in enumerate(names):
            one = values[:, column]
            filled = np.where(np.isfinite(one), one, np.nanmean(one))
            spread = filled.std()
            if spread > 0.0:
                sums[kind] = sums.get(kind, np.zeros(len(x))) + (filled - filled.mean()) / spread
    out = {kind: np.zeros(x.shape[1]) for names in kinds for kind in names}
    for kind, total in sums.items():
        out[kind] = ridge(x, total[:, None])[0][0]
    return out
