"""Summaries for the scout: logarithms of yearly totals by series and place, set beside those of simulated members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from forbear.inference.data import Data

__all__ = ["Summary", "summarise"]


@dataclass(frozen=True)
class Summary:
    """One number: the sum (counts) or mean (levels, shares) of a series over cells of months and elements."""

    series: str
    quantity: str
    kind: str
    label: str
    first: np.ndarray
    last: np.ndarray
    element: np.ndarray
    observed: float
    floor: float
    error: float

    def value(self, number: np.ndarray) -> np.ndarray:
        """The transform in which errors are about normal."""
        if self.kind == "share":
            inside = np.clip(number, 0.005, 0.995)
            return np.log(inside / (1.0 - inside))
        return np.log(np.maximum(number, 0.0) + self.floor)

    def simulated(self, monthly: np.ndarray) -> np.ndarray:
        """The number for members' months: monthly (members, months, rows) -> (members,), transformed."""
        total = np.zeros(len(monthly))
        for first, last, element in zip(self.first, self.last, self.element, strict=True):
            part = monthly[:, first : last + 1]
            rows = part.sum(axis=2) if element < 0 else part[:, :, element]
            total += rows.sum(axis=1) if self.kind == "counts" else rows[:, -1]
        return self.value(total if self.kind == "counts" else total / len(self.first))


def summarise(data: Data) -> list[Summary]:
    """Group a fit's data by series, element and calendar year."""
    out = []
    for series in data.series:
        years = np.array([int(data.months[m][:4]) for m in series.last])
        groups: dict[tuple[int, int], list[int]] = {}
        for place in range(len(series.value)):
            groups.setdefault((int(series.element[place]), int(years[place])), []).append(place)
        totals = {key: float(np.sum(series.value[at])) for key, at in groups.items()}
        largest = max(totals.values())
        for (element, year), at in groups.items():
            here = np.array(at)
            if series.kind == "counts":
                observed, floor = totals[(element, year)], max(0.01 * largest, 1.0)
                counted = max(len(here) * series.weight, 0.3)
                variance = 1.0 / (series.dispersion * counted) + 1.0 / (observed + floor) + 0.01
            else:
                observed, floor = float(np.mean(series.value[here])), 1e-9
                variance = series.dispersion**2 / max(series.weight, 1e-6)
            summary = Summary(
                series.name, series.quantity, series.kind, f"{series.name} {year} {element}", series.first[here], series.last[here],
                series.element[here], observed, floor, float(np.sqrt(variance)),
            )  # fmt: skip
            out.append(summary)
    return out
