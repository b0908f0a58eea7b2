"""The fitted model beside what it was fitted to: course and kind number by number, place as shares, discrepancies by series."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forbear.inference.terms import Terms

__all__ = ["Check", "Checks", "Discrepancy", "course_checks"]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Check:
    """One observed number beside the fitted model. median, low_50 ... high_90: of the model without the error of
    observation (numbers of a place: shares); inside: within the central nine tenths of replicated data; inside_half:
    within their central half."""

    term: str
    series: str
    word: str
    label: str
    observed: float
    median: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float
    inside: bool
    inside_half: bool

    def as_dict(self) -> dict[str, Any]:
        """For tables."""
        return asdict(self)


@dataclass(frozen=True)
class Discrepancy:
    """What the model cannot explain of a series: posterior median and central nine tenths. Of a course or kind it is
    relative; of a place it is the standard deviation of a share of a tenth. prior: its prior median; gap: median of the model's
    log ratio to the data (0 for places)."""

    term: str
    title: str
    word: str
    prior: float
    median: float
    low: float
    high: float
    gap: float

    def as_dict(self) -> dict[str, Any]:
        """For tables."""
        return asdict(self)


@dataclass(frozen=True)
class Checks:
    """All numbers of a fit's terms. share, half: of numbers inside nine tenths and one half of replicated data."""

    checks: tuple[Check, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def numbers(self) -> int:
        """How many."""
        return len(self.checks)

    @property
    def share(self) -> float:
        """Share inside nine tenths."""
        return float(np.mean([c.inside for c in self.checks]))

    @property
    def half(self) -> float:
        """Share inside one half."""
        return float(np.mean([c.inside_half for c in self.checks]))

    @property
    def by_series(self) -> dict[str, list[int]]:
        """Term -> how many of its numbers are inside nine tenths, and of how many."""
        names = dict.fromkeys(c.term for c in self.checks)
        return {
            n: [sum(c.inside for c in self.checks if c.term == n), sum(c.term == n for c in self.checks)] for n in names
        }


def course_checks(terms: Terms, said: Sequence[np.ndarray], seed: int) -> Checks:
    """Set what members say of every term, [(members, n)], beside the data. Randomness: the terms', named by the seed."""
    checks: list[Check] = []
    strays: list[Discrepancy] = []
    for term, raw in zip(terms.all, said, strict=True):
        good = np.isfinite(raw).all(axis=1)
        numbers = raw[good]
        stray = term.discrepancies(numbers, seed)
        drawn = term.replicate(numbers, seed, stray)
        place = term.word == "place"
        observed = term.shares(term.data.value[None])[0] if place else term.observed_numbers
        shown = term.shares(numbers) if place else numbers
        seen = term.shares(drawn) if place else drawn
        q = np.quantile(shown, LEVELS, axis=0)
        r = np.quantile(seen, LEVELS, axis=0)
        for k, label in enumerate(term.data.labels):
            value = float(observed[k])
            checks.append(
                Check(
                    term.name, term.series, term.word, label, value, float(q[2, k]), float(q[1, k]), float(q[3, k]), float(q[0, k]),
                    float(q[4, k]), bool(r[0, k] <= value <= r[4, k]), bool(r[1, k] <= value <= r[3, k]),
                )
            )  # fmt: skip
        low, middle, high = (float(v) for v in np.quantile(stray, [0.05, 0.5, 0.95]))
        gap = 0.0 if place else float(np.median(-term.gaps(numbers)))
        prior = float(term.strays[int(np.argmin(np.abs(term.nodes)))])
        strays.append(Discrepancy(term.name, term.title, term.word, prior, middle, low, high, gap))
    return Checks(tuple(checks), tuple(strays))
