"""A series of one's own: a table beside a scenario, or a DataFrame, read with every fault named and nothing guessed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from forbear.errors import Fault, nearest
from forbear.evidence.names import sums_in_disguise, twins
from forbear.evidence.numerals import Misread, numeral
from forbear.evidence.periods import Period, frequency_shown, months_between, period, spanning
from forbear.evidence.series import Column, Dated, Series
from forbear.evidence.tables import Table
from forbear.units import counts_whole

__all__ = ["ABSENT", "Declaration", "OwnSeries", "frame_table", "read_own"]

#: What a row that is not there means: nothing happened, nobody knows, or it is counted in the next row of its place.
ABSENT = {"zero": "zero", "missing": "unknown", "carried": "carried"}
#: No more faults of one table are told than this: they are mostly one fault many times.
MOST_FAULTS = 12
_ORDER = ("day", "week", "month", "quarter", "year")
_PERSON = re.compile(
    r"(^|_)(victim|first|last|sur|full|family|given|patient)_?name|phone|e_?mail|passport|national_?id|birth|ssn|home_?address",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Declaration:
    """What a file says of its table. `columns`: column -> unit; `dates`: one column, or the first and last of a span."""

    name: str
    columns: tuple[tuple[str, str], ...]
    dates: tuple[str, ...]
    frequency: str
    layout: str | None = None
    place: str = ""
    decimal: str = "."
    thousands: str = ""
    absent: str = "unknown"
    missing: tuple[str, ...] = ()
    repeated: str = ""
    title: str = ""
    licence: str = ""
    covers: bool = False


@dataclass(frozen=True)
class OwnSeries(Series):
    """A series that no catalogue holds. `place`: the column that names the place; `repeated`: what two rows of one
    place and time mean ("add", "mean", or "" where that is a fault); `covers`: places without any row were watched, too."""

    place: str = ""
    repeated: str = ""
    covers: bool = False
    held: tuple[Dated, ...] = field(default=(), repr=False)
    crosswalk: Mapping[str, tuple[tuple[str, float], ...]] = field(default_factory=dict, repr=False)
    notices: tuple[str, ...] = ()

    def dated(self) -> list[Dated]:
        """Return every row with its line and the days that it speaks of."""
        return list(self.held)

    def frequencies(self) -> tuple[str, ...]:
        """Return the frequency that was declared: an observation compares at that and at no other."""
        return (self.frequency,)

    def raw_rows(self) -> tuple[dict[str, Any], ...]:
        """Every row as read."""
        return tuple(entry.row for entry in self.held)

    def digest(self) -> str:
        """Return the sha256 of what was read: values, dates and places as they are used."""
        return self.sha256

    def months_without_rows(self) -> list[str]:
        """Months between the first and the last row for which no row of any place speaks."""
        seen = {month for entry in self.held if entry.period for month in months_between(entry.period.begin, entry.period.until)}  # fmt: skip
        if not self.held:
            return []
        begin = min(entry.period.begin for entry in self.held if entry.period)
        until = max(entry.period.until for entry in self.held if entry.period)
        return [month for month in months_between(begin, until) if month not in seen]


def frame_table(frame: Any, name: str) -> Table:
    """Return a DataFrame as a table of text: dates in ISO, absent values empty; its rows count from 1."""
    columns = tuple(str(column) for column in frame.columns)
    rows = []
    for line, values in enumerate(frame.itertuples(index=False, name=None), 1):
        rows.append((line, {column: _text(value) for column, value in zip(columns, values, strict=True)}))
    return Table(f"the DataFrame of {name}", columns, tuple(rows))


def _text(value: Any) -> str:
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())[:10]
    if isinstance(value, float) or type(value).__name__.startswith("float"):
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
    return str(value)


def read_own(said: Declaration, table: Table, sources: tuple[Any, ...]) -> tuple[OwnSeries | None, list[Fault]]:
    """Read a table as its declaration says.

    Returns
    -------
    The series, or None where a fault forbids its use; and every fault: E270 (a column that is not there), E304, E272
    (numbers), E273, E274 (dates and frequency), E276 (sums and twins among the places), each with line and field.
    """
    faults: list[Fault] = []
    needed = {*(column for column, _ in said.columns), *said.dates, *([said.place] if said.place else [])}
    for column in sorted(needed - set(table.columns)):
        faults.append(
            Fault("E270", f"the table of {said.name} has no column {column!r}", table.file, None, column,
                  allowed=", ".join(table.columns), nearest=nearest(column, table.columns))
        )  # fmt: skip
    if faults:
        return None, faults
    units = dict(said.columns)
    rows = []
    for line, cells in table.rows:
        row: dict[str, Any] = dict(cells)
        when: Period | None = None
        place = said.dates[0]
        try:
            if len(said.dates) == 2:
                place = " and ".join(said.dates)
                when = spanning(cells[said.dates[0]], cells[said.dates[1]], said.layout)
                if not when.months:
                    raise Misread("E274", f"a span from {when.begin} to before {when.until}", "spans of whole months")
            else:
                when = period(cells[place], said.frequency, said.layout)
        except Misread as wrong:
            faults.append(_at(table.file, line, place, wrong, " to ".join(cells[name] for name in said.dates)))
        for column, unit in units.items():
            text = cells[column]
            row[column] = None
            if text == "" or text in said.missing:
                continue
            try:
                row[column] = numeral(
                    text, decimal=said.decimal, thousands=said.thousands, whole=counts_whole(unit)
                )  # fmt: skip
            except Misread as wrong:
                faults.append(_at(table.file, line, column, wrong, text))
        rows.append(Dated(line, when, row))
    faults += _frequency_faults(said, table, rows) + _place_faults(said, table)
    if not rows:
        faults.append(Fault("E270", f"the table of {said.name} has no rows", table.file))
    if faults:
        return None, _few(faults, table.file)
    return _series(said, table, rows, sources), []


def _at(file: str, line: int, column: str, wrong: Misread, value: str) -> Fault:
    return Fault(wrong.code, str(wrong), file, line, column, value or "(empty)", wrong.allowed)


def _few(faults: list[Fault], file: str) -> list[Fault]:
    if len(faults) <= MOST_FAULTS:
        return faults
    kinds = ", ".join(dict.fromkeys(fault.code for fault in faults[MOST_FAULTS:]))
    more = Fault(
        faults[0].code,
        f"{len(faults) - MOST_FAULTS} more faults in this table ({kinds})",
        file,
        allowed=faults[0].allowed,
    )
    return [*faults[:MOST_FAULTS], more]


def _frequency_faults(said: Declaration, table: Table, rows: list[Dated]) -> list[Fault]:
    """What was declared against what the dates show; a coarser grid than declared, or weeks that do not line up."""
    if said.frequency not in _ORDER:
        return []
    begins = [entry.period.begin for entry in rows if entry.period is not None]
    shown = frequency_shown(begins)
    coarser = shown in _ORDER and _ORDER.index(shown) > _ORDER.index(said.frequency)
    if coarser and not (said.frequency == "week" and shown == "month"):
        return [
            Fault("E274", f"the dates of {said.name} lie a {shown} apart, and the file says that it is by {said.frequency}",
                  table.file, None, said.dates[0], allowed=f'frequency = "{shown}", or rows for what lies between')
        ]  # fmt: skip
    if said.frequency == "week" and len({begin.toordinal() % 7 for begin in begins}) > 1:
        return [
            Fault("E274", f"the weeks of {said.name} begin on different days of the week", table.file, None,
                  said.dates[0], allowed="dates a multiple of seven days apart")
        ]  # fmt: skip
    return []


def _place_faults(said: Declaration, table: Table) -> list[Fault]:
    if not said.place:
        return []
    lines: dict[str, int] = {}
    for line, cells in table.rows:
        lines.setdefault(cells[said.place], line)
    out = [
        Fault("E276", f"{name!r} is the sum of the other rows: it would count everything twice", table.file, lines[name],
              said.place, name, "rows of places alone")
        for name in sums_in_disguise(lines)
    ]  # fmt: skip
    out += [
        Fault("E276", f"{one!r} and {other!r} differ in case or blanks alone", table.file, lines[other], said.place, other,
              "one spelling for one place", one)
        for one, other in twins(lines)
    ]  # fmt: skip
    return out


def _series(said: Declaration, table: Table, rows: list[Dated], sources: tuple[Any, ...]) -> OwnSeries:
    begin = min(entry.period.begin for entry in rows if entry.period)
    until = max(entry.period.until for entry in rows if entry.period)
    units = dict(said.columns)
    columns = tuple(
        Column(name, units.get(name, "text"), "number" if name in units else "text", "as declared") for name in table.columns
    )  # fmt: skip
    digest = hashlib.sha256(repr(said).encode())
    for entry in rows:
        digest.update(repr((entry.period, sorted(entry.row.items()))).encode())
    persons = [name for name in table.columns if _PERSON.search(name)]
    notices = tuple(
        f"column {name!r} looks like data about persons: forbear uses counts by place and time alone; remove it"
        for name in persons
    )
    months = months_between(begin, until)
    series = OwnSeries(
        name=said.name,
        title=said.title or said.name,
        what="a series of one's own",
        unit=", ".join(dict.fromkeys(unit for _, unit in said.columns)),
        first=months[0],
        last=months[-1],
        frequency=said.frequency,
        gaps="",
        caveats="",
        licence=said.licence,
        absent=said.absent,
        file=table.file,
        sha256=digest.hexdigest(),
        sources=sources,
        columns=columns,
        place=said.place,
        repeated=said.repeated,
        covers=said.covers,
        held=tuple(rows),
        notices=notices,
    )
    without = series.months_without_rows()
    object.__setattr__(series, "gaps", f"{len(without)} of {len(months)} months without a row" if without else "none")
    return series
