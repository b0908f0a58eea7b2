"""Dates in scenario files and the calendar of a run."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

__all__ = ["Calendar", "as_date", "month_length"]

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z")


def as_date(value: object) -> datetime.date | None:
    """Return the date that a TOML date, "2004-01-15" or "2004-01" (its first day) means; None if it means none."""
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, str):
        day = _DAY.match(value.strip())
        month = _MONTH.match(value.strip())
        try:
            if day:
                return datetime.date(int(day[1]), int(day[2]), int(day[3]))
            if month:
                return datetime.date(int(month[1]), int(month[2]), 1)
        except ValueError:
            return None
    return None


def month_length(first: datetime.date) -> int:
    """Return the number of days of the month that begins on `first`."""
    later = first.replace(day=28) + datetime.timedelta(days=4)
    return (later.replace(day=1) - first.replace(day=1)).days


@dataclass(frozen=True)
class Calendar:
    """The steps of a run. `step` is in weeks; only whole steps that end by `end` are run."""

    start: datetime.date
    end: datetime.date
    step: float = 1.0

    @property
    def steps(self) -> int:
        """Number of whole steps between start and end."""
        return int((self.end - self.start).days / (7.0 * self.step) + 1e-9)

    def first_days(self) -> list[float]:
        """Beginning of each step, as a day number with its fraction."""
        origin = self.start.toordinal()
        return [origin + 7.0 * self.step * index for index in range(self.steps)]

    def middles(self) -> list[float]:
        """Middle of each step, as a day number with its fraction."""
        return [day + 3.5 * self.step for day in self.first_days()]

    def months(self) -> tuple[list[int], tuple[str, ...]]:
        """Index of the calendar month that holds the middle of each step, and the labels of the months."""
        labels: list[str] = []
        index = []
        for middle in self.middles():
            date = datetime.date.fromordinal(int(middle))
            label = f"{date.year:04d}-{date.month:02d}"
            if not labels or labels[-1] != label:
                labels.append(label)
            index.append(len(labels) - 1)
        return index, tuple(labels)
