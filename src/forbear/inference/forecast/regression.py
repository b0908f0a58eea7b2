"""The baseline of negative binomial regression on lags and neighbours, one direct regression for each horizon.

Direct, not iterated: with a log link, feeding drawn counts back as lags grows without bound, and the remedy (cutting
the draws) would decide the long horizons. Direct fits also need no forecast of the neighbours. Own Fisher scoring:
statsmodels would be a heavy dependency for one fit that is forty lines, and it offers no penalised fit of this
family; it is the outside check in tests/oracle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.inference.forecast.history import (
    carried_forward,
    generator,
    negative_binomial,
    past,
    pooled_moments,
)

__all__ = ["Fit", "fit_negative_binomial", "negative_binomial_regression"]

#: Months back from the month after the origin: lag 1 is the origin itself.
LAGS = (1, 3, 6, 12)
#: Standard deviation of the normal penalty on every slope; a slope on ln(1+count) far beyond 1 would be explosive.
SLOPE_SCALE = 1.0
#: No district's forecast mean above this many times its own largest count so far, however the regression extrapolates.
CEILING = 3.0
#: Standard deviation of ln(size of a district) around ln(size of all together).
SIZE_SCALE = 1.0
#: A regression is fitted when it has at least this many known targets for each column.
ROWS_PER_COLUMN = 5


@dataclass(frozen=True)
class Fit:
    """Coefficients (columns,), their covariance (columns, columns), and the size of the negative binomial."""

    coefficients: np.ndarray
    covariance: np.ndarray
    size: float


def fit_negative_binomial(
    design: np.ndarray, counts: np.ndarray, penalty: np.ndarray | None = None, rounds: int = 60
) -> Fit:
    """Fit counts (rows,) ~ NB(mean = exp(design @ b), size) by Fisher scoring; size by maximum likelihood in turn.

    `design`: (rows, columns); `penalty`: (columns,) precisions of a normal penalty at zero, default none. The variance
    is mean + mean²/size. No randomness. Source: Lawless (1987), Canadian Journal of Statistics 15.
    """
    from scipy.optimize import minimize_scalar

    ridge = np.diag(np.zeros(design.shape[1]) if penalty is None else penalty)
    tiny = 1e-9 * np.eye(design.shape[1])  # a column of zeros must not make the system singular
    # Least squares on the log scale is near enough to the optimum to start from.
    b = np.linalg.solve(design.T @ design + ridge + tiny, design.T @ np.log(counts + 0.5))
    size, information = 1.0, ridge + tiny
    for _ in range(rounds):
        old = b
        for _ in range(25):
            mean = np.exp(np.clip(design @ b, -30.0, 30.0))
            weight = mean / (1.0 + mean / size)
            score = design.T @ ((counts - mean) / (1.0 + mean / size)) - ridge @ b
            information = (design * weight[:, None]).T @ design + ridge + tiny
            step = np.linalg.solve(information, score)
            step *= min(1.0, 2.0 / (np.abs(step).max() + 1e-300))
            b = b + step
            if np.abs(step).max() < 1e-10:
                break
        mean = np.exp(np.clip(design @ b, -30.0, 30.0))
        loss = lambda log_size, mean=mean: -_log_likelihood(counts, mean, np.exp(log_size))
        found = minimize_scalar(loss, bounds=(-5.0, 12.0), method="bounded", options={"xatol": 1e-8})
        settled = abs(found.x - np.log(size)) < 1e-6 and np.abs(b - old).max() < 1e-7
        size = float(np.exp(found.x))
        if settled:
            break
    return Fit(b, np.linalg.inv(information), size)


def _log_likelihood(counts: np.ndarray, mean: np.ndarray, size: float) -> float:
    from scipy.special import gammaln, xlogy

    terms = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1.0)
    return float((terms + size * np.log(size / (size + mean)) + xlogy(counts, mean / (size + mean))).sum())


def _features(filled: np.ndarray, neighbours: np.ndarray, month: int, lags: Sequence[int]) -> np.ndarray:
    """Return (districts, 3 + lags): one, ln(1 + each lag), ln(1 + mean of neighbours), ln(own mean so far)."""
    touching = np.asarray(neighbours) > 0
    now = filled[:, month]
    around = (touching * np.where(np.isfinite(now), now, 0.0)).sum(axis=1)
    number = (touching & np.isfinite(now)).sum(axis=1)
    beyond = np.where(number > 0, around / np.maximum(number, 1), 0.0)
    so_far = filled[:, : month + 1]
    known = np.isfinite(so_far)
    # Half a death more, and no "1 +": where nothing changes, a slope of one on this column is then the whole truth.
    own = (np.where(known, so_far, 0.0).sum(axis=1) + 0.5) / np.maximum(known.sum(axis=1), 1)
    columns = [*(filled[:, month + 1 - lag] for lag in lags), beyond]
    return np.column_stack([np.ones(len(now)), *(np.log1p(column) for column in columns), np.log(own)])


def negative_binomial_regression(
    y: np.ndarray, neighbours: np.ndarray, origin: int, horizons: Sequence[int], samples: int, seed: int
) -> np.ndarray:
    """Regress the count h months on on lags 1, 3, 6, 12, the neighbours' mean and the district's own mean so far.

    All districts together, on the log scale (ln(1+count) for lags and neighbours), slopes penalised by a normal of
    standard deviation 1, size by maximum likelihood and then moved towards each district's own; coefficients are
    drawn from their normal approximation, then counts. A missing month enters a lag as the last known count before
    it, and is never a target. Where the past is too short for at least five target rows a column, the longest lags
    are left out; with none left, the historical mean stands in.
    Arguments, randomness and errors: see `baselines`.
    """
    history, steps = past(y, origin, horizons)
    districts, months = history.shape
    if np.asarray(neighbours).shape != (districts, districts):
        raise ValueError(f"neighbours must be {(districts, districts)}, but is {np.asarray(neighbours).shape}")
    random = generator(seed, f"forecast/negative_binomial_regression/{origin}")
    filled = carried_forward(history)
    plain_mean, plain_size = pooled_moments(history)
    means = np.tile(plain_mean[:, None], (samples, 1, steps.size))
    sizes = np.repeat(plain_size[:, None], steps.size, axis=1)
    largest = np.where(np.isfinite(history), history, 0.0).max(axis=1)
    ceiling = np.log(CEILING * (1.0 + largest))
    tables = {
        lags: np.stack([_features(filled, neighbours, month, lags) for month in range(lags[-1] - 1, months)])
        for lags in (LAGS, LAGS[:3], LAGS[:2], LAGS[:1])
        if months >= lags[-1]
    }
    for place, step in enumerate(steps):
        for lags, table in tables.items():
            # Row t of the table stands at month t + lags[-1] − 1; its target lies `step` months on.
            known_from = table[: max(len(table) - step, 0)]
            targets = np.rint(history[:, lags[-1] - 1 + step :].T)
            usable = np.isfinite(targets) & np.isfinite(known_from).all(axis=2)
            if usable.sum() < ROWS_PER_COLUMN * table.shape[2]:
                continue
            design, counts = known_from[usable], targets[usable]
            fit = fit_negative_binomial(design, counts, _penalty(table.shape[2]))
            drawn = random.multivariate_normal(fit.coefficients, fit.covariance, samples, method="cholesky")
            now = table[-1]
            seen = np.isfinite(now).all(axis=1)  # a district not yet observed keeps the historical mean
            means[:, seen, place] = np.exp(np.minimum(drawn @ now[seen].T, ceiling[seen]))
            sizes[seen, place] = _own_sizes(design, counts, np.nonzero(usable)[1], fit, districts)[seen]
            break
    return negative_binomial(random, means, sizes, (samples, districts, steps.size))


def _own_sizes(design: np.ndarray, counts: np.ndarray, district: np.ndarray, fit: Fit, districts: int) -> np.ndarray:
    """Return the size of each district, (districts,): most likely given its rows and a prior around the common one.

    The prior is log-normal with standard deviation `SIZE_SCALE`. One common size, learnt mostly from districts where
    little happens, would give the violent ones absurd tails, and make this opponent easier to beat than it is.
    """
    mean = np.exp(np.clip(design @ fit.coefficients, -30.0, 30.0))
    offsets = np.linspace(-3.0, 3.0, 61)
    out = np.full(districts, fit.size)
    for one in np.unique(district):
        own = district == one
        likelihood = [_log_likelihood(counts[own], mean[own], fit.size * np.exp(offset)) for offset in offsets]
        out[one] *= np.exp(offsets[np.argmax(np.array(likelihood) - 0.5 * (offsets / SIZE_SCALE) ** 2)])
    return out


def _penalty(columns: int) -> np.ndarray:
    """Return precisions (columns,): a weak one on the constant, 1/SLOPE_SCALE² on every slope."""
    return np.concatenate([[0.01], np.full(columns - 1, SLOPE_SCALE**-2)])
