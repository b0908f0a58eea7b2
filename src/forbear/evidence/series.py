"""One series of the catalogue: what it is, where it comes from, how it is read."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any

from forbear.errors import EvidenceError
from forbear.evidence.periods import Period, period, spanning

if TYPE_CHECKING:
    import pandas

__all__ = ["KINDS", "Column", "Dated", "Picture", "Series", "Source"]

#: What a column may hold. An empty cell is the empty text in a text, month or date column and None elsewhere.
KINDS = ("text", "month", "date", "year", "integer", "number", "flag")


@dataclass(frozen=True)
class Source:
    """Who published a figure. `address` is empty when the data at hand gives none."""

    key: str
    title: str
    publisher: str
    licence: str
    address: str = ""


@dataclass(frozen=True)
class Column:
    """One column: its name, unit, kind (one of `KINDS`) and meaning."""

    name: str
    unit: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Picture:
    """How a series is best drawn: `y` columns over `x`, one line or bar for each value of `by`.

    `style` is "line" (a level or count through time), "points" (single observations), "bar" (places), "dates"
    (events on a time axis, no y) or "interval" (estimates with the ends of `band`, one row for each x). `where`
    keeps the rows whose column equals the value; `band` names the columns of the lower and upper end of what is
    uncertain; `label` names quantity and unit on the y axis.
    """

    x: str
    y: tuple[str, ...]
    style: str
    label: str
    by: str = ""
    band: tuple[str, ...] = ()
    where: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dated:
    """A row with its line in the file and the days that it speaks of; None where its date is not known."""

    line: int
    period: Period | None
    row: dict[str, Any]


@dataclass(frozen=True)
class Series:
    """A shipped table with everything that is needed to judge it.

    `absent` says what a missing row means: "zero" (nothing was recorded) or "unknown" (nobody looked, or not seen).
    `first` and `last` are years, months or dates as in the table, or empty for a series without time.
    """

    name: str
    title: str
    what: str
    unit: str
    first: str
    last: str
    frequency: str
    gaps: str
    caveats: str
    licence: str
    absent: str
    file: str
    sha256: str
    sources: tuple[Source, ...]
    columns: tuple[Column, ...]
    picture: Picture | None = None

    @property
    def span(self) -> str:
        """The time covered in words, such as "2004-01 to 2007-07"."""
        if not self.first:
            return "no time"
        return self.first if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def path(self) -> Traversable:
        """The shipped file."""
        return resources.files("forbear.evidence").joinpath(self.file)

    @property
    def is_map(self) -> bool:
        """True when the file holds borders instead of rows."""
        return self.file.endswith(".geojson")

    @cached_property
    def _rows(self) -> tuple[dict[str, Any], ...]:
        if self.is_map:
            raise EvidenceError("E504", f"{self.name} is a map, not a table", hint=f'use borders("{self.name}")')
        reader = csv.DictReader(io.StringIO(self.path.read_text(encoding="utf-8"), newline=""))
        names = tuple(column.name for column in self.columns)
        if tuple(reader.fieldnames or ()) != names:
            found = ", ".join(reader.fieldnames or ())
            raise EvidenceError("E502", f"{self.file} has the columns {found}; the catalogue says {', '.join(names)}")
        return tuple(
            {column.name: self._value(row[column.name], column, line) for column in self.columns}
            for line, row in enumerate(reader, 2)
        )

    def _value(self, text: str, column: Column, line: int) -> Any:
        if column.kind in ("text", "month", "date"):
            return text
        if text == "":
            return None
        if column.kind == "flag" and text in ("true", "false"):
            return text == "true"
        try:
            if column.kind in ("integer", "year"):
                return int(text)
            if column.kind == "number":
                return float(text)
        except ValueError:
            pass
        raise EvidenceError("E502", f"{self.file}, line {line}, {column.name}: {text!r} is no {column.kind}")

    def rows(self, **where: Any) -> list[dict[str, Any]]:
        """Return the rows as dictionaries of typed values, read with the standard library.

        Months are texts "YYYY-MM", dates "YYYY-MM-DD" (or "YYYY-MM" where the day is unknown), flags bool, empty
        numbers None. Keyword arguments keep the rows whose column equals the value: `rows(governorate="Baghdad")`.
        Raises `EvidenceError` E502 when the file is not as the catalogue says, E504 for a map, E505 for an unknown
        column.
        """
        names = [column.name for column in self.columns]
        for name in where:
            if name not in names:
                raise EvidenceError(
                    "E505", f"{self.name} has no column {name!r}", hint=f"its columns are {', '.join(names)}"
                )
        return [dict(row) for row in self.raw_rows() if all(row[name] == value for name, value in where.items())]

    def raw_rows(self) -> tuple[dict[str, Any], ...]:
        """Return every row, typed; not to be changed."""
        return self._rows

    def dated(self) -> list[Dated]:
        """Return every row with its line and the days that it speaks of.

        A row speaks of the span from `first_month` to `last_month` where the table has them, else of its date, month
        or year. A fiscal year stands for the calendar year of its number.
        """
        return [Dated(line, _spoken_of(row), row) for line, row in enumerate(self.raw_rows(), 2)]

    def frequencies(self) -> tuple[str, ...]:
        """Return the frequencies at which an observation may compare it, the natural one first."""
        names = {column.name for column in self.columns}
        if {"first_month", "last_month"} <= names:
            return ("span", "point")
        if names & {"month", "date", "first_month"}:
            return ("month",) if self.frequency == "month" else ("point", "month")
        return ("year",) if names & {"year", "fiscal_year"} else (self.frequency,)

    def table(self, **where: Any) -> pandas.DataFrame:
        """Return `rows(**where)` as a pandas DataFrame, one row for an observation.

        Months and dates become timestamps (the first day of a month), whole numbers nullable integers, flags bool.
        """
        import pandas

        frame = pandas.DataFrame(self.rows(**where), columns=[column.name for column in self.columns])
        for column in self.columns:
            if column.kind in ("month", "date"):
                texts = frame[column.name]
                stamps = texts.where(texts.str.len() != len("YYYY-MM"), texts + "-01")
                frame[column.name] = pandas.to_datetime(stamps, format="%Y-%m-%d", errors="coerce")
            elif column.kind in ("integer", "year"):
                frame[column.name] = frame[column.name].astype("Int64")
            elif column.kind == "number":
                frame[column.name] = frame[column.name].astype("float64")
        return frame

    def digest(self) -> str:
        """Return the sha256 of the shipped file, to be compared with `sha256`."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def __repr__(self) -> str:
        return f"Series({self.name}: {self.title}; {self.span}; {self.unit}; {self.licence})"


def _spoken_of(row: dict[str, Any]) -> Period | None:
    first, last = str(row.get("first_month") or ""), str(row.get("last_month") or "")
    if first and last:
        return spanning(first, last)
    for name in ("date", "month", "first_month", "year", "fiscal_year"):
        text = str(row.get(name) or "")
        if text[:4].isdecimal():
            return period(text, "point")
    return None
