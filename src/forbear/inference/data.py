"""What was observed, number by number: what a forecast is carried to its origin by, and judged by.

The alignment is that of `scenario/alignment.py`; how far a number may stray from the simulated one is estimated from
the past of the series (see `sized`). A fit hears terms instead (`inference/terms.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forbear.errors import FitError
from forbear.inference.density import log_density
from forbear.scenario.alignment import align, rows_along

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["Data", "Series", "gather", "members_say", "sized"]

#: Months over which the discrepancy between model and world is taken to persist: a monthly number counts this much.
MONTHLY_WEIGHT = 1.0 / 6.0
_DISPERSION = {"counts": 4.0, "cells": 1.0, "level": 0.3, "share": 0.7}


@dataclass(frozen=True)
class Series:
    """Numbers of one observation. `first`, `last`: months covered, inclusive; `element`: row of the quantity, -1 for
    all rows together, summed or averaged as `adds` says; kind: counts (negative binomial), level (lognormal) or share
    (logit-normal); axis: which of the quantity's dimensions the rows are."""

    name: str
    title: str
    quantity: str
    kind: str
    first: np.ndarray
    last: np.ndarray
    element: np.ndarray
    value: np.ndarray
    weight: float
    dispersion: float
    axis: int = 0
    adds: bool = True

    def until(self, month: int) -> Series:
        """The part that ends before `month`."""
        keep = self.last < month
        return Series(
            self.name, self.title, self.quantity, self.kind, self.first[keep], self.last[keep], self.element[keep],
            self.value[keep], self.weight, self.dispersion, self.axis, self.adds,
        )  # fmt: skip


@dataclass(frozen=True)
class Data:
    """All fitted series of a scenario on the months of its problem."""

    series: tuple[Series, ...]
    months: tuple[str, ...]

    def until(self, month: str | None) -> Data:
        """Only what was observed before `month` ("2007-01"); all of it for None."""
        if month is None:
            return self
        place = next((i for i, label in enumerate(self.months) if label >= month), len(self.months))
        return Data(tuple(s for s in (s.until(place) for s in self.series) if len(s.value)), self.months)

    @property
    def quantities(self) -> list[str]:
        """Quantities that must be recorded month by month."""
        return sorted({s.quantity for s in self.series})

    @property
    def dispersions(self) -> dict[str, float]:
        """Series -> its dispersion."""
        return {s.name: s.dispersion for s in self.series}

    @property
    def size(self) -> int:
        """How many numbers."""
        return sum(len(s.value) for s in self.series)


def gather(scenario: Scenario, problem: Problem) -> Data:
    """Arrange the observations of a scenario that a fit uses (weight above zero).

    Raises FitError E601 when the scenario has none.
    """
    out = []
    for name, observation in scenario.observations.items():
        if observation.weight == 0.0 or "kind" in observation.term:
            continue
        found = align(scenario, name, problem)
        if not len(found):
            continue
        kind = {"count": "counts"}.get(found.kind, found.kind)
        form = "cells" if kind == "counts" and observation.dimension else kind
        weight = MONTHLY_WEIGHT if observation.frequency == "month" else 1.0
        first = found.first if kind == "counts" else found.last  # a level is compared where its window ends
        out.append(
            Series(
                name, found.title, found.quantity, kind, first, found.last, found.element, found.value, weight,
                _DISPERSION[form], found.axis, found.adds,
            )
        )  # fmt: skip
    if not out:
        raise FitError(
            "E601", f"{problem.name} has no observation to learn from", hint="add [observations.NAME] to the scenario"
        )
    return Data(tuple(out), problem.month_labels)


def sized(data: Data, monthly: Mapping[str, np.ndarray]) -> Data:
    """The data with the dispersion of every series that fits best what members say of its numbers.

    monthly: quantity -> (members, months, ...) of the fitted model; the density of `inference/density.py`, averaged
    over members, is largest at the dispersion chosen from a grid of factors about the usual one. No randomness.
    """
    out = []
    for series in data.series:
        said = members_say(series, monthly[series.quantity])
        at = np.arange(len(series.value))
        tried = series.dispersion * np.exp(np.linspace(-3.0, 3.0, 25))
        levels = [
            float(np.mean(log_density(series, at, said, np.full(said.shape[1], size)).sum(axis=0))) for size in tried
        ]
        out.append(replace(series, dispersion=float(tried[int(np.argmax(levels))])))
    return replace(data, series=tuple(out))


def members_say(series: Series, monthly: np.ndarray) -> np.ndarray:
    """What members give for each number of a series, (numbers, members).

    monthly: (members, months, ...), summed over the number's months (counts) or taken at its last month (levels,
    shares); places are summed, or averaged where a quantity does not add up."""
    flat = rows_along(monthly, series.axis, adds=series.adds).astype(float)
    together = np.sum if series.adds else np.mean
    out = np.empty((len(series.value), len(flat)))
    for place, (first, last, element) in enumerate(zip(series.first, series.last, series.element, strict=True)):
        part = flat[:, first : last + 1] if series.kind == "counts" else flat[:, last : last + 1]
        out[place] = (together(part, axis=2) if element < 0 else part[:, :, element]).sum(axis=1)
    return np.where(np.isfinite(out), np.maximum(out, 0.0), 1e12)
