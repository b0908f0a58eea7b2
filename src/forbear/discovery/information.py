"""What it would be worth to know a parameter before choosing between strategies.

Expected value of partial perfect information: the gain in expected benefit if a parameter were known before the
choice, in the benefit's units. Estimated from draws already made: the benefit of each strategy is regressed on the
parameter, and the best fitted strategy of each draw is chosen.

Method and bias. The gain of each strategy over the one best without the knowledge is regressed on the parameter by
least squares on a cubic spline in ranks. Choosing the best among noisy fits flatters the parameter: one of no worth
gets a positive value (about noise / sqrt(draws)). The flattery is measured and taken off: shuffled residuals are
added to the fit shrunk by what chance explains of it (a fit no better than chance shrinks to nothing, and the
correction is then the plain permutation null), and the same choice is made again. What is left is small and of
either sign, save that values below zero are reported as zero. Jumps are smoothed over, which leans low. `chance`
comes from shuffling the whole table: how often a parameter of no worth would look as good.

Sources: Howard (1966), IEEE Trans. Systems Science and Cybernetics 2; Strong, Oakley and Brennan (2014), Medical
Decision Making 34 (regression from given draws); correction: own construction, tested on a closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.questions.streams import stream

__all__ = [
    "PartialInformation",
    "choices_along",
    "research_priorities",
    "value_of_partial_information",
    "value_of_perfect_information",
]


@dataclass(frozen=True)
class PartialInformation:
    """Worth of knowing each parameter, arrays (parameters,), in units of the benefit.

    value: corrected, zero or more; raw: before correction; flattery: what was taken off;
    chance: share of shuffles with a raw value at least as large (small: the parameter bears on the choice);
    any_chance: the same where the largest raw value of all parameters is as large, for whoever picks from many.
    """

    value: np.ndarray
    raw: np.ndarray
    flattery: np.ndarray
    chance: np.ndarray
    any_chance: np.ndarray


def value_of_perfect_information(benefit: np.ndarray) -> float:
    """Return mean over draws of the best strategy's benefit less the best mean benefit, in the benefit's units.

    benefit: (draws, strategies), higher is better (a cost: its negative), draws paired across strategies.
    """
    table = _checked(benefit)
    return float(table.max(axis=1).mean() - table.mean(axis=0).max())


def value_of_partial_information(
    benefit: np.ndarray,
    parameters: np.ndarray,
    *,
    seed: int,
    shuffles: int = 100,
    knots: int = 4,
) -> PartialInformation:
    """Return the worth of knowing each parameter alone before choosing a strategy.

    benefit: (draws, strategies), higher is better; parameters: (draws, parameters), any monotone scale.
    knots: interior knots of the spline; shuffles: 0 for no correction (flattery 0, chance NaN).
    Randomness: the stream "value of information" of `seed`, the same shuffles for every parameter.
    Raises ValueError where shapes disagree, a value is not finite, or draws are fewer than ten per coefficient.
    """
    table = _checked(benefit)
    points = np.asarray(parameters, dtype=float)
    if points.ndim != 2 or len(points) != len(table) or not np.isfinite(points).all():
        raise ValueError(f"parameters {points.shape} must be finite and have the {len(table)} draws of the benefit")
    if len(table) < 10 * (knots + 4):
        raise ValueError(f"{len(table)} draws are too few for {knots} knots: need {10 * (knots + 4)}")
    number, strategies = table.shape
    generator = stream(seed, "value of information")
    orders = np.array([generator.permutation(number) for _ in range(shuffles)], dtype=int).reshape(shuffles, number)
    gains = table - table[:, [int(np.argmax(table.mean(axis=0)))]]
    raw, flattery, chance = np.empty(points.shape[1]), np.zeros(points.shape[1]), np.full(points.shape[1], np.nan)
    luckiest = np.zeros(shuffles)
    for j in range(points.shape[1]):
        basis, _ = np.linalg.qr(_spline_basis(points[:, j], knots))
        fit = _fitted(basis, gains[None])[0]
        raw[j] = fit.max(axis=1).mean()
        if shuffles:
            signal = _shrunk(fit, gains, basis.shape[1])
            noisy = signal + _fitted(basis, (gains - fit)[orders])
            flattery[j] = noisy.max(axis=2).mean() - signal.max(axis=1).mean()
            idle = _fitted(basis, gains[orders]).max(axis=2).mean(axis=1)
            chance[j] = (1 + (idle >= raw[j]).sum()) / (1 + shuffles)
            luckiest = np.maximum(luckiest, idle)
    many = (1 + (luckiest[:, None] >= raw[None]).sum(axis=0)) / (1 + shuffles) if shuffles else chance
    return PartialInformation(np.maximum(raw - flattery, 0.0), raw, flattery, chance, np.asarray(many))


def research_priorities(information: PartialInformation, names: Sequence[str], level: float = 0.05) -> list[str]:
    """Return the names whose worth chance does not explain at `level`, the most valuable first."""
    order = np.argsort(-information.value, kind="stable")
    return [names[j] for j in order if information.value[j] > 0.0 and information.chance[j] < level]


def choices_along(
    benefit: np.ndarray, parameter: np.ndarray, *, knots: int = 4, least: float = 0.05
) -> list[tuple[float, int]]:
    """Which strategy is best as a parameter grows, by the fit that its worth is estimated from.

    benefit: (draws, strategies), higher is better; parameter: (draws,). Returns stretches in order: the value with
    which each ends, and the strategy that is best on it. Stretches with less than the share `least` of draws are given
    to the one before them. Raises as `value_of_partial_information`.
    """
    table, points = _checked(benefit), np.asarray(parameter, dtype=float)
    if points.shape != (len(table),) or not np.isfinite(points).all():
        raise ValueError(f"a parameter {points.shape} must be finite and have the {len(table)} draws of the benefit")
    basis, _ = np.linalg.qr(_spline_basis(points, knots))
    order = np.argsort(points, kind="stable")
    first = int(np.argmax(table.mean(axis=0)))
    best = _fitted(basis, (table - table[:, [first]])[None])[0].argmax(axis=1)[order]
    ends = [*(np.flatnonzero(np.diff(best)) + 1).tolist(), len(best)]
    found: list[tuple[int, int]] = []
    start = 0
    for end in ends:
        option = int(best[start])
        if found and (end - start < least * len(best) or found[-1][1] == option):
            found[-1] = (end, found[-1][1])
        else:
            found.append((end, option))
        start = end
    if len(found) > 1 and found[0][0] < least * len(best):
        found = found[1:]
    return [(float(points[order[end - 1]]), option) for end, option in found]


def _fitted(basis: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """Return least-squares fits, (sets, draws, strategies), of gains of that shape on an orthonormal basis."""
    sets, number, strategies = gains.shape
    wide = gains.transpose(1, 0, 2).reshape(number, sets * strategies)
    return (basis @ (basis.T @ wide)).reshape(number, sets, strategies).transpose(1, 0, 2)


def _shrunk(fit: np.ndarray, gains: np.ndarray, coefficients: int) -> np.ndarray:
    """Return the fit drawn to its mean until its variance is what chance leaves unexplained, (draws, strategies)."""
    centre = fit.mean(axis=0)
    explained = ((fit - centre) ** 2).sum(axis=0)
    noise = ((gains - fit) ** 2).sum(axis=0) / max(1, len(gains) - coefficients)
    left = np.maximum(explained - (coefficients - 1) * noise, 0.0)
    scale = np.sqrt(np.divide(left, explained, out=np.zeros_like(left), where=explained > 0.0))
    return centre + scale * (fit - centre)


def _spline_basis(parameter: np.ndarray, knots: int) -> np.ndarray:
    """Return a full-rank cubic B-spline design, (draws, at most knots + 4), in the ranks of the parameter.

    Ranks make the fit the same on every monotone scale and spread draws evenly between knots; ties share a rank.
    """
    from scipy.interpolate import BSpline
    from scipy.stats import rankdata

    place = (rankdata(parameter) - 0.5) / len(parameter)
    inner = np.linspace(0.0, 1.0, knots + 2)[1:-1]
    design = BSpline.design_matrix(place, np.r_[[0.0] * 4, inner, [1.0] * 4], 3).toarray()
    values, places = np.unique(place, return_inverse=True)
    if len(values) <= design.shape[1]:  # a parameter of few values: one mean for each
        return np.eye(len(values))[places]
    return design


def _checked(benefit: np.ndarray) -> np.ndarray:
    table = np.asarray(benefit, dtype=float)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise ValueError(f"benefit {table.shape} must be finite with shape (draws, strategies)")
    return table
