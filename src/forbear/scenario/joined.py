"""Several rows that become one number: parts of one place, places of one member, days of one month."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import fmean

from forbear.evidence.periods import month_after

__all__ = ["Observed", "days_by_month", "one_a_member"]

_NUMBERS = ("value", "low", "high", "whole")


@dataclass(frozen=True)
class Observed:
    """One observed number, in the unit of the simulated quantity.

    date: first day it speaks of (the middle of a span of months); element: member of the scenario that it belongs to,
    "" for the country; first, last: months of a number that spans several ("2003-05"), else empty; begin, until: the
    days that it counts, `until` excluded; low, high: the range over publishers, equal to the value where there is none;
    whole: the number of which it is a part, nan where it is none.
    """

    date: datetime.date
    value: float
    element: str = ""
    first: str = ""
    last: str = ""
    begin: datetime.date = datetime.date.min
    until: datetime.date = datetime.date.min
    low: float = float("nan")
    high: float = float("nan")
    whole: float = float("nan")


def _summed(parts: list[Observed], mean: bool = False) -> Observed:
    """The sum, or the mean, of numbers of one member and time; a whole is a whole for each part."""
    if len(parts) == 1:
        return parts[0]
    join = fmean if mean else sum
    value, low, high, whole = (float(join(getattr(part, name) for part in parts)) for name in _NUMBERS)
    return replace(parts[0], value=value, low=low, high=high, whole=whole)


def one_a_member(
    values: Iterable[tuple[str, Observed]], repeated: str, absent_is_zero: bool
) -> tuple[list[Observed], int]:
    """Return one number for each member and time, and how many times were left out for want of a place.

    Parameters
    ----------
    values : (name of the place in the table, number).
    repeated : what several rows of one place and time mean: "mean" (reports of one thing), else they are added.
    absent_is_zero : a place without a row had nothing; otherwise a time without all places of a member has no sum.
    """
    cells: dict[tuple[str, datetime.date, datetime.date], dict[str, list[Observed]]] = defaultdict(
        lambda: defaultdict(list)
    )
    places: dict[str, set[str]] = defaultdict(set)
    for place, value in values:
        cells[value.element, value.begin, value.until][place].append(value)
        places[value.element].add(place)
    out, partial = [], 0
    for (element, _, _), held in cells.items():
        if not absent_is_zero and len(held) < len(places[element]):
            partial += 1
            continue
        out.append(_summed([_summed(parts, repeated == "mean") for parts in held.values()]))
    return out, partial


def days_by_month(values: Iterable[Observed], absent_is_zero: bool) -> list[Observed]:
    """Days summed to months; a month of which a day is missing is missing, unless an absent row means zero."""
    days: dict[tuple[datetime.date, str], list[Observed]] = defaultdict(list)
    for value in values:
        days[value.date.replace(day=1), value.element].append(value)
    out = []
    for (month, element), parts in days.items():
        until = month_after(month)
        if absent_is_zero or len({part.date for part in parts}) == (until - month).days:
            out.append(replace(_summed(parts), date=month, element=element, begin=month, until=until))
    return out
