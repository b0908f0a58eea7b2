"""A scenario as what a calibration asks for: prior draws, runs, the data that a world would have had, and its
likelihood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forbear.inference.fit import Fitting
from forbear.inference.summaries import Summaries
from forbear.inference.terms import Term, Terms

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.scenario import Scenario

__all__ = ["FACTOR", "PLAUSIBLE", "HeardTerms", "Measure", "OfScenario"]

#: Scores (n, p), seed, lucks -> effects (n, changes).
Measure = Callable[[np.ndarray, int, int], np.ndarray]

#: A war of plausible size: every national count series sums to within this factor of what was really observed.
FACTOR = 10.0
PLAUSIBLE = f"every national count, summed over its months, is within a factor of {FACTOR:g} of what was observed"


@dataclass(frozen=True)
class HeardTerms:
    """One world's data as terms and as summaries. sizes: numbers of each term, in order."""

    terms: Terms
    summaries: Summaries
    sizes: tuple[int, ...]

    @property
    def error(self) -> np.ndarray:
        """See `recovery.Heard`."""
        return self.summaries.error

    def level(self, said: np.ndarray) -> np.ndarray:
        """See `recovery.Heard`."""
        return np.asarray(self.terms.log_densities(parts_of(said, self.sizes)).sum(axis=1))

    def gaps(self, said: np.ndarray) -> np.ndarray:
        """See `recovery.Heard`; nan where a run failed."""
        known = np.isfinite(said).all(axis=1)
        found = self.summaries.gaps(parts_of(np.where(known[:, None], said, 0.0), self.sizes))
        return np.where(known[:, None], found, np.nan)


class OfScenario:
    """See `recovery.Simulator`. measure: scores (n, p), seed, lucks -> effects (n, changes), as `recovery.Simulator`
    asks for them; until: only what was observed before this month."""

    def __init__(
        self,
        scenario: Scenario,
        measure: Measure,
        *,
        until: str | None = None,
        workers: int | None = None,
        meter: Meter,
    ) -> None:
        self.work = Fitting(scenario, until=until, workers=workers, meter=meter)
        self.terms, self._measure = self.work.terms, measure
        self.sizes = tuple(len(t.data) for t in self.terms.all)

    def draw(self, count: int, seed: int) -> np.ndarray:
        """See `recovery.Simulator`."""
        return self.work.space.draw(count, seed, "known worlds")

    def run(self, scores: np.ndarray, seed: int, luck: np.ndarray | None = None) -> np.ndarray:
        """See `recovery.Simulator`."""
        data = self.work.simulate(scores, seed, luck)
        said = np.concatenate(self.work.said(data), axis=1)
        return np.where(data["failed"].values[:, None], np.nan, said)

    def observe(self, said: np.ndarray, seed: int) -> np.ndarray:
        """See `recovery.Simulator`. Every term's discrepancy is drawn from the prior that its likelihood integrates
        over."""
        known = np.isfinite(said).all(axis=1)
        out = np.full(said.shape, np.nan)
        parts = parts_of(said[known], self.sizes)
        out[known] = np.concatenate([_observed(t, p, seed) for t, p in zip(self.terms.all, parts, strict=True)], axis=1)
        return out

    def plausible(self, observed: np.ndarray) -> np.ndarray:
        """See `recovery.Simulator` and `PLAUSIBLE`."""
        near = np.isfinite(observed).all(axis=1)
        for term, part in zip(self.terms.all, parts_of(observed, self.sizes), strict=True):
            if term.word == "course" and term.data.kind == "count":
                gap = np.log((np.nan_to_num(part).sum(axis=1) + 1.0) / (term.data.value.sum() + 1.0))
                near &= np.abs(gap) <= np.log(FACTOR)
        return near

    def heard(self, observed: np.ndarray) -> HeardTerms:
        """See `recovery.Simulator`. Errors of measurement stay those of the real series."""
        found = parts_of(observed[None], self.sizes)
        terms = Terms(
            tuple(_told(t, part[0]) for t, part in zip(self.terms.all, found, strict=True)), self.terms.months
        )
        return HeardTerms(terms, Summaries.of(terms), self.sizes)

    def effects(self, scores: np.ndarray, seed: int, lucks: int) -> np.ndarray:
        """See `recovery.Simulator`."""
        return self._measure(scores, seed, lucks)


def parts_of(numbers: np.ndarray, sizes: Sequence[int]) -> list[np.ndarray]:
    """Numbers (n, m) of all terms, parted by term."""
    return np.split(numbers, np.cumsum(sizes)[:-1], axis=1)


def _observed(term: Term, said: np.ndarray, seed: int) -> np.ndarray:
    """What would have been observed, (n, numbers): measured with the stated error, strayed by a drawn discrepancy."""
    weights = np.exp(-0.5 * term.nodes**2)
    draws = term.random(seed + 1).random(len(said))
    node = np.searchsorted(np.cumsum(weights / weights.sum()), draws)
    return np.asarray(term.replicate(said, seed, term.strays[np.minimum(node, len(term.nodes) - 1)]))


def _told(term: Term, observed: np.ndarray) -> Term:
    """The term with the data that this world would have had."""
    value = observed * term.data.whole if term.word == "kind" else observed
    data = replace(term.data, value=value, low=value, high=value)
    return replace(term, data=data)  # type: ignore[type-var]
