"""When a row of a table speaks of: from the text of its date to the first day and the day after the last."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from forbear.evidence.numerals import Misread

__all__ = ["FREQUENCIES", "Period", "frequency_shown", "month_after", "months_between", "period", "spanning"]

FREQUENCIES = ("day", "week", "month", "quarter", "year", "span", "point")
_ISO = "2004, 2004-01, 2004-01-15, 2004-W03 or 2004-Q1"
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?\Z", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})\Z", re.ASCII)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})\Z", re.ASCII)
_QUARTER = re.compile(r"(\d{4})[- ]?Q([1-4])\Z", re.ASCII)
_YEAR = re.compile(r"(\d{4})\Z", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{2,4})\Z", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """Days from `begin` to before `until`."""

    begin: datetime.date
    until: datetime.date

    @property
    def months(self) -> int:
        """How many whole months it is; 0 where it does not begin and end with a month."""
        if self.begin.day != 1 or self.until.day != 1:
            return 0
        return (self.until.year - self.begin.year) * 12 + self.until.month - self.begin.month


def month_after(first: datetime.date, count: int = 1) -> datetime.date:
    """Return the first day of the month `count` months after that of `first`."""
    number = first.year * 12 + first.month - 1 + count
    return datetime.date(number // 12, number % 12 + 1, 1)


def months_between(first: datetime.date, until: datetime.date) -> list[str]:
    """Labels ("2011-02") of the months from that of `first` to that of the day before `until`."""
    out, month = [], first.replace(day=1)
    while month < until:
        out.append(f"{month:%Y-%m}")
        month = month_after(month)
    return out


def _misdated(text: str, allowed: str, why: str = "is no date") -> Misread:
    return Misread("E273", f"{text!r} {why}", allowed)


def _natural(text: str, layout: str | None) -> tuple[Period, str]:
    """The period that a text names by itself, and the frequency it is written in."""
    day = datetime.timedelta(days=1)
    try:
        if layout:
            moment = datetime.datetime.strptime(text, layout).date()
            if "%d" in layout or "%j" in layout:
                return Period(moment, moment + day), "day"
            if "%m" in layout or "%b" in layout or "%B" in layout:
                return Period(moment.replace(day=1), month_after(moment)), "month"
            return Period(datetime.date(moment.year, 1, 1), datetime.date(moment.year + 1, 1, 1)), "year"
        if found := _DAY.match(text):
            moment = datetime.date(*(int(part) for part in found.groups()))
            return Period(moment, moment + day), "day"
        if found := _MONTH.match(text):
            moment = datetime.date(int(found[1]), int(found[2]), 1)
            return Period(moment, month_after(moment)), "month"
        if found := _WEEK.match(text):
            moment = datetime.date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return Period(moment, moment + 7 * day), "week"
        if found := _QUARTER.match(text):
            moment = datetime.date(int(found[1]), 3 * int(found[2]) - 2, 1)
            return Period(moment, month_after(moment, 3)), "quarter"
        if found := _YEAR.match(text):
            return Period(datetime.date(int(found[1]), 1, 1), datetime.date(int(found[1]) + 1, 1, 1)), "year"
    except (ValueError, OverflowError):
        raise _misdated(text, layout or _ISO) from None
    if _SLASHED.match(text):
        raise _misdated(text, 'date_format = "%d/%m/%Y" or "%m/%d/%Y"', "can be read with the day or the month first")
    raise _misdated(text, f"{_ISO}, or a date_format")


def period(text: str, frequency: str, layout: str | None = None) -> Period:
    """Return the days that a row dated `text` speaks of, in a series of that frequency.

    Raises Misread E273 (no date, or one that can be read in two ways) or E274 (a date that no row of this frequency
    can have: the 17th in a series by month, February in one by quarter).
    """
    named, written = _natural(text.strip(), layout)
    begin, day = named.begin, datetime.timedelta(days=1)
    if frequency in ("point", "span") or written == frequency:
        return named
    if frequency == "week" and written == "day":
        return Period(begin, begin + 7 * day)
    length = {"month": 1, "quarter": 3, "year": 12}.get(frequency, 0)
    finer = {"day": ("month", "quarter", "year"), "month": ("quarter", "year")}.get(written, ())
    if frequency in finer:
        # a row may be dated by the first or the last day, or month, of what it counts
        first = datetime.date(begin.year, (begin.month - 1) // length * length + 1, 1)
        whole = Period(first, month_after(first, length))
        if named.begin == whole.begin or named.until == whole.until:
            return whole
    raise Misread("E274", f"{text!r} in a series by {frequency}", f"dates by {frequency}, or frequency = {written!r}")


def spanning(first: str, last: str, layout: str | None = None) -> Period:
    """Return the days from the first of what `first` names to the last of what `last` names. Raises Misread E273."""
    begin, until = _natural(first.strip(), layout)[0].begin, _natural(last.strip(), layout)[0].until
    if not begin < until:
        raise Misread("E273", f"a span from {first} to {last}", "a first date before the last")
    return Period(begin, until)


def frequency_shown(begins: Iterable[datetime.date]) -> str | None:
    """Return the frequency that first days of rows show by themselves; None where they show none.

    At least three different dates are needed. Gaps do not hide a frequency: what counts is the grid that all dates
    lie on, the widest first.
    """
    dates = sorted(set(begins))
    if len(dates) < 3:
        return None
    if all(date.day == 1 for date in dates):
        months = [date.year * 12 + date.month - 1 for date in dates]
        for name, length in (("year", 12), ("quarter", 3)):
            if len({month % length for month in months}) == 1:
                return name
        return "month"
    days = {(later - earlier).days for earlier, later in zip(dates, dates[1:], strict=False)}
    if all(gap % 7 == 0 for gap in days):
        return "week"
    if len({date.day for date in dates}) == 1 and len({date.month for date in dates}) == 1:
        return "year"
    return "day" if min(days) == 1 else None
