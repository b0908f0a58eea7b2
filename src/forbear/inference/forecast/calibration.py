"""Does inference find a truth that is known: ranks of simulation-based calibration, and recovery of signs.

Sources: Talts and others (2018), arXiv 1804.06788; Säilynoja, Bürkner and Vehtari (2022), Statistics and Computing
32:32 (simultaneous bands of the empirical distribution function).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.inference.forecast.history import generator

__all__ = [
    "SIGNS",
    "VERDICTS",
    "Band",
    "Confusion",
    "chi_square_uniformity",
    "confusion",
    "ecdf_uniformity",
    "rank_statistics",
]

#: What is true of a lever in a made world, by the sign of its effect (+1: more of it truly helps).
SIGNS = {1: "helps", 0: "nothing", -1: "hurts"}
#: What may be said of it.
VERDICTS = ("helps", "nothing", "hurts", "not identified")


def rank_statistics(truth: np.ndarray, draws: np.ndarray, seed: int) -> np.ndarray:
    """Return how many draws lie below the truth: (simulations, parameters) whole numbers from 0 to draws.

    `truth`: (simulations, parameters); `draws`: (simulations, draws, parameters), thinned to be nearly independent.
    Uniform when truth came from the prior and draws from its posterior. Draws equal to the truth fall below or above
    it at random: Philox by (seed, "calibration/ranks"). Raises ValueError on shapes that do not fit or on NaN.
    """
    truth, draws = np.asarray(truth, dtype=float), np.asarray(draws, dtype=float)
    if draws.ndim != 3 or truth.shape != (draws.shape[0], draws.shape[2]):
        raise ValueError(
            f"truth must be (simulations, parameters) and draws (simulations, draws, parameters), but are "
            f"{truth.shape} and {draws.shape}"
        )
    if not (np.isfinite(truth).all() and np.isfinite(draws).all()):
        raise ValueError("truth and draws must all be finite")
    below = (draws < truth[:, None, :]).sum(axis=1)
    equal = (draws == truth[:, None, :]).sum(axis=1)
    return below + generator(seed, "calibration/ranks").integers(0, equal + 1)


def chi_square_uniformity(ranks: np.ndarray, draws: int, bins: int | None = None) -> tuple[float, float]:
    """Return (statistic, p-value) of Pearson's test that `ranks` (simulations,) are uniform on 0..draws.

    Ranks are put in `bins` classes of nearly equal width with exact expected numbers; by default as many as keep at
    least five expected in each, between 2 and 20. No randomness.
    """
    from scipy.stats import chi2

    ranks = _checked(ranks, draws)
    if bins is None:
        bins = int(np.clip(ranks.size // 5, 2, min(20, draws + 1)))
    place = np.arange(draws + 1) * bins // (draws + 1)
    expected = np.bincount(place, minlength=bins) * ranks.size / (draws + 1)
    found = np.bincount(place[ranks], minlength=bins)
    statistic = float(((found - expected) ** 2 / expected).sum())
    return statistic, float(chi2.sf(statistic, bins - 1))


@dataclass(frozen=True)
class Band:
    """The difference between the empirical distribution function of ranks and the uniform one, with its band.

    `points`, `difference`, `lower`, `upper`: (points,), all as shares; `p_value`: of the simultaneous test.
    """

    points: np.ndarray
    difference: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_value: float

    @property
    def uniform(self) -> bool:
        """Whether the difference stays inside the band at every point."""
        return bool(((self.lower <= self.difference) & (self.difference <= self.upper)).all())


def ecdf_uniformity(
    ranks: np.ndarray, draws: int, seed: int, level: float = 0.95, replicates: int = 2000, points: int = 50
) -> Band:
    """Return the difference of distribution functions with a band that holds at all points at once.

    The band is found by simulation: sets of uniform ranks of the same size give the distribution of the smallest
    pointwise tail probability, whose (1 − level) quantile sets the pointwise width. Randomness: Philox by (seed,
    "calibration/ecdf"). `ranks`: (simulations,) whole numbers 0..draws.
    """
    from scipy.stats import binom

    ranks = _checked(ranks, draws)
    n = ranks.size
    steps = np.unique(np.linspace(0, draws + 1, min(points, draws + 1) + 1).astype(int))[1:-1]
    share = steps / (draws + 1)
    # Two-sided tail probability of every possible number at every point, once.
    number = np.arange(n + 1)
    below = binom.cdf(number[:, None], n, share)
    above = binom.sf(number[:, None] - 1, n, share)
    tail = np.minimum(1.0, 2.0 * np.minimum(below, above))
    random = generator(seed, "calibration/ecdf")
    least = np.empty(replicates)
    for replicate in range(replicates):
        made = random.integers(0, draws + 1, size=n)
        least[replicate] = tail[_numbers(made, steps, draws), np.arange(steps.size)].min()
    width = float(np.quantile(least, 1 - level))
    found = _numbers(ranks, steps, draws)
    smallest = tail[found, np.arange(steps.size)].min()
    inside = tail >= width
    lower = inside.argmax(axis=0) / n - share
    upper = (n - inside[::-1].argmax(axis=0)) / n - share
    p_value = float((1 + (least <= smallest).sum()) / (replicates + 1))
    return Band(share, found / n - share, lower, upper, p_value)


def _numbers(ranks: np.ndarray, steps: np.ndarray, draws: int) -> np.ndarray:
    """Return how many ranks lie below each step."""
    return np.cumsum(np.bincount(ranks, minlength=draws + 1))[steps - 1]


def _checked(ranks: np.ndarray, draws: int) -> np.ndarray:
    ranks = np.asarray(ranks)
    if ranks.ndim != 1 or ranks.size == 0 or not np.issubdtype(ranks.dtype, np.integer):
        raise ValueError("ranks must be one row of whole numbers")
    if ranks.min() < 0 or ranks.max() > draws:
        raise ValueError(f"ranks must lie from 0 to {draws}, but reach from {ranks.min()} to {ranks.max()}")
    return ranks


@dataclass(frozen=True)
class Confusion:
    """`counts`: (3 truths, 4 verdicts), rows in the order of `SIGNS`, columns in that of `VERDICTS`."""

    counts: np.ndarray

    @property
    def shares(self) -> np.ndarray:
        """Each row as shares of its worlds; NaN in a row without worlds."""
        total = self.counts.sum(axis=1, keepdims=True)
        return np.where(total > 0, self.counts / np.maximum(total, 1), np.nan)

    @property
    def wrong_sign(self) -> float:
        """Share of all worlds in which the opposite of the truth was said."""
        return float((self.counts[0, 2] + self.counts[2, 0]) / self.counts.sum())

    @property
    def not_identified(self) -> float:
        """Share of all worlds in which nothing was claimed."""
        return float(self.counts[:, 3].sum() / self.counts.sum())


def confusion(true_sign: Sequence[int], verdicts: Sequence[str]) -> Confusion:
    """Count verdicts against truths. `true_sign`: +1, 0 or −1 a world; `verdicts`: one of `VERDICTS` a world."""
    if len(true_sign) != len(verdicts) or not len(verdicts):
        raise ValueError(f"as many truths as verdicts are needed, but there are {len(true_sign)} and {len(verdicts)}")
    counts = np.zeros((len(SIGNS), len(VERDICTS)), dtype=int)
    rows = {sign: row for row, sign in enumerate(SIGNS)}
    for sign, verdict in zip(true_sign, verdicts, strict=True):
        if sign not in rows or verdict not in VERDICTS:
            raise ValueError(f"({sign}, {verdict!r}) is not one of {sorted(rows)} with one of {VERDICTS}")
        counts[rows[sign], VERDICTS.index(verdict)] += 1
    return Confusion(counts)
