"""Summaries for scouts: the terms of a fit as a short vector of gaps with standard errors, about normal near the data.

Numbers of a course are averaged by element and calendar year, because the months of one year say nearly the same of
parameters; shares of places enter as logarithms where at least one in fifty was observed there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.inference.terms import CONCENTRATION, Course, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forbear.inference.terms import Terms

__all__ = ["Summaries"]

#: Discrepancy that a scout allows a course, and error of the logarithm of a share: rougher than the fit's own.
STRAY, SHARE_ERROR = 0.15, 0.2
#: Shares that were observed to be smaller say little and are left to the sampler.
SMALLEST = 0.02


@dataclass(frozen=True)
class Summaries:
    """names: (m,); error: (m,) standard errors; plans: by term, a projection of gaps (courses) or the columns kept and
    their observed logarithms (places)."""

    terms: Terms
    names: tuple[str, ...]
    error: np.ndarray
    plans: tuple[tuple[np.ndarray, np.ndarray], ...]

    @classmethod
    def of(cls, terms: Terms) -> Summaries:
        """The summaries of a fit's terms."""
        names: list[str] = []
        errors, plans = [], []
        for term in terms.all:
            if isinstance(term, Course):
                plan, error, labels = _of_course(term)
            else:
                assert isinstance(term, Place)
                plan, error, labels = _of_place(term)
            names += [f"{term.name} {label}" for label in labels]
            errors.append(error)
            plans.append(plan)
        return cls(terms, tuple(names), np.concatenate(errors), tuple(plans))

    def gaps(self, simulated: Sequence[np.ndarray]) -> np.ndarray:
        """Simulated minus observed, (members, m), from what members say of every term."""
        out = []
        for term, said, (one, other) in zip(self.terms.all, simulated, self.plans, strict=True):
            out.append(
                -term.gaps(said) @ one if isinstance(term, Course) else (np.log(term.gaps(said)) - other)[:, one]
            )
        return np.concatenate(out, axis=1)

    def misfit(self, gaps: np.ndarray) -> np.ndarray:
        """Mean squared standardised gap of each member, (members,)."""
        return np.asarray(np.mean((gaps / self.error) ** 2, axis=1))


def _of_course(term: Course) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, list[str]]:
    years = [term.data.months[m][:4] for m in term.data.last]
    keys = sorted({(int(e), y) for e, y in zip(term.data.element, years, strict=True)})
    projection = np.zeros((len(term.data), len(keys)))
    for place, (element, year) in enumerate(keys):
        at = [
            i for i, (e, y) in enumerate(zip(term.data.element, years, strict=True)) if int(e) == element and y == year
        ]
        projection[at, place] = 1.0 / len(at)
    covariance = projection.T @ term.covariance(STRAY) @ projection
    labels = [y if e < 0 else f"{y} {term.data.elements[e]}" for e, y in keys]
    return (projection, np.zeros(0)), np.sqrt(np.diag(covariance)), labels


def _of_place(term: Place) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, list[str]]:
    observed = term.observed_shares.ravel()
    kept = np.flatnonzero(observed > SMALLEST)
    counted = np.repeat(np.maximum(term.weights.sum(axis=1), 1.0), term.counts.shape[1])
    error = np.sqrt((1.0 - observed) / observed * (1.0 / CONCENTRATION + 1.0 / counted) + SHARE_ERROR**2) * np.sqrt(
        term.periods
    )
    labels = term.data.labels
    return (kept, np.log(observed)), error[kept], [labels[k] for k in kept]
