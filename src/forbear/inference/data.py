"""What was observed, arranged by month of the scenario: the data side of a likelihood.

A month that a series does not cover is missing and enters nothing. A month that it covers without a row is zero
where the evidence says that absence means nothing happened, and missing otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL
from forbear.errors import FitError
from forbear.scenario.observed import Observed, observed_values

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["Data", "Series", "gather"]

#: Months over which the discrepancy between model and world is taken to persist: a monthly number counts this much.
MONTHLY_WEIGHT = 1.0 / 6.0
_DISPERSION = {"counts": 4.0, "cells": 1.0, "level": 0.3, "share": 0.7}


@dataclass(frozen=True)
class Series:
    """Numbers of one observation. `first`, `last`: months covered, inclusive; `element`: row of the quantity, -1 for
    the sum over all rows; kind: counts (negative binomial), level (lognormal) or share (logit-normal)."""

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

    def until(self, month: int) -> Series:
        """The part that ends before `month`."""
        keep = self.last < month
        return Series(
            self.name, self.title, self.quantity, self.kind, self.first[keep], self.last[keep], self.element[keep],
            self.value[keep], self.weight, self.dispersion,
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
        """Series -> prior median of its dispersion."""
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
        if observation.weight == 0.0:
            continue
        found = _series(scenario, problem, name)
        if found is not None and len(found.value):
            out.append(found)
    if not out:
        raise FitError(
            "E601", f"{problem.name} has no observation to learn from", hint="add [observations.NAME] to the scenario"
        )
    return Data(tuple(out), problem.month_labels)


def _series(scenario: Scenario, problem: Problem, name: str) -> Series | None:
    observation = scenario.observations[name]
    quantity = MODEL.quantities[observation.quantity]
    kind = "counts" if quantity.kind == "flow" else ("share" if quantity.unit == "share" else "level")
    values = [v for v in observed_values(scenario, name)]
    place = {label: at for at, label in enumerate(problem.month_labels)}
    whole = _whole_months(problem)
    names = problem.names.get(observation.dimension or "", ())
    rows: dict[tuple[int, int, int], list[float]] = {}
    for v in values:
        element = -1 if observation.dimension is None else names.index(v.element)
        if observation.frequency == "year":
            window = [place.get(f"{v.date.year}-{month:02d}", -1) for month in range(1, 13)]
            if min(window) < 0 or not all(whole[m] for m in window):
                continue
            # a count is summed over its year; a level or share stands for where the year ended
            key = (window[0] if kind == "counts" else window[-1], window[-1], element)
        elif observation.frequency == "span":
            # a span may begin before the scenario does: what it holds of the scenario is compared, said in the note
            inside = [at for label, at in place.items() if v.first <= label <= v.last]
            if not inside or v.last > problem.month_labels[-1]:
                continue
            key = (min(inside) if kind == "counts" else max(inside), max(inside), element)
        else:
            month = place.get(f"{v.date.year}-{v.date.month:02d}", -1)
            if month < 0 or (kind == "counts" and not whole[month]):
                continue
            key = (month, month, element)
        rows.setdefault(key, []).append(v.value)
    if (
        kind == "counts"
        and observation.frequency == "month"
        and scenario.find_series(observation.series).absent == "zero"
    ):
        # a member that the series never names is unknown, not zero
        covered = scenario.selection(name).covered
        _fill(
            rows, values, problem, whole, [i for i, member in enumerate(names) if member in covered] if names else (-1,)
        )
    if not rows:
        return None
    keys = sorted(rows)
    # events of one month and place are added up; several reports of a year or a level are averaged
    adds = kind == "counts" and observation.frequency == "month"
    total = [float(np.sum(rows[k]) if adds else np.mean(rows[k])) for k in keys]
    first, last, places = (np.array([k[i] for k in keys], dtype=np.int64) for i in range(3))
    weight = observation.weight
    if weight is None:
        weight = MONTHLY_WEIGHT if observation.frequency == "month" else 1.0
    form = "cells" if kind == "counts" and names else kind
    dispersion = observation.dispersion if observation.dispersion is not None else _DISPERSION[form]
    return Series(
        name, observation.title or name, observation.quantity, kind, first, last, places, np.array(total), weight, dispersion
    )  # fmt: skip


def _fill(
    rows: dict[tuple[int, int, int], list[float]], values: list[Observed], problem: Problem, whole: np.ndarray, elements: object
) -> None:  # fmt: skip
    """Months inside the span of a series in which nothing was recorded hold zeros."""
    first = min(f"{v.date.year}-{v.date.month:02d}" for v in values)
    last = max(f"{v.date.year}-{v.date.month:02d}" for v in values)
    for month, label in enumerate(problem.month_labels):
        if first <= label <= last and whole[month]:
            for element in elements:  # type: ignore[attr-defined]
                rows.setdefault((month, month, element), []).append(0.0)


def _whole_months(problem: Problem) -> np.ndarray:
    """Which months the calendar of the scenario holds (nearly) whole: the first and last may be cut."""
    weeks = np.bincount(problem.months, minlength=len(problem.month_labels)) * problem.step
    return weeks >= 3.5
