"""A lever's path from a series: every period of the run has a number, or the file says what stands where none is."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from forbear.country.declare import Lever
from forbear.errors import Fault, UnitError, nearest
from forbear.evidence.periods import Period, month_after
from forbear.evidence.series import Dated, Series
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.series_of import Find, find_series, turns
from forbear.scenario.reading.values import bounded, number
from forbear.scenario.selection import passes

__all__ = ["Ground", "series_points"]

_KEYS = ("name", "column", "filter", "scale", "at", "gaps", "ends")
_GAPS = ("hold", "interpolate", "zero")
_ENDS = ("hold", "zero")
_STEP = {"week": datetime.timedelta(days=7), "day": datetime.timedelta(days=1)}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Ground:
    """What the path of a lever stands on: where series are found, and the days of the run."""

    find: Find
    start: datetime.date | None = None
    end: datetime.date | None = None


def series_points(
    document: Document, path: Path, spec: dict[str, Any], lever: Lever, ground: Ground
) -> list[tuple[float, float]]:
    """Return the points (day, value) of a lever that follows a series; empty after noting what is wrong.

    A month's number stands at its middle where the path is linear, at its first day where it is held. An empty cell
    is a missing number. Notes E203, E224, E272 (text), E285 (a gap, or an end before the run's), E302.
    """
    table, place = spec["series"], (*path, "series")
    if isinstance(table, str):
        table = {"name": table}
    if not isinstance(table, dict):
        document.fault("E203", "a series is { name = ..., column = ... }", place, table)
        return []
    document.unknown_keys(table, _KEYS, place)
    linear = spec.get("interpolation") != "step"
    at = table.get("at", "middle" if linear else "start")
    for key, value, allowed in (("at", at, ("start", "middle")), ("gaps", table.get("gaps"), _GAPS), ("ends", table.get("ends"), _ENDS)):  # fmt: skip
        if value is not None and value not in allowed:
            document.fault("E224", f"{key} = {show(value)!r} is not known", (*place, key), value, ", ".join(allowed),
                           nearest(str(value), allowed))  # fmt: skip
            return []
    series = find_series(document, (*place, "name"), table.get("name"), ground.find)
    scale = number(document, (*place, "scale"), table.get("scale", 1), "-")
    if series is None or scale is None:
        return []
    column = _column(document, place, table, series)
    if column is None:
        return []
    factor = _factor(document, place, table, series, column, lever, scale)
    held = None if factor is None else _numbers(document, place, table, series, column, factor, lever)
    if not held:
        return []
    frequency = series.frequencies()[0]
    filled = _filled(document, place, table, series, held, frequency, ground)
    if filled is None:
        return []
    points = []
    for spoken, value in filled:
        middle = (
            (spoken.until - spoken.begin).days / 2
            if at == "middle" and spoken.until - spoken.begin > _STEP["day"]
            else 0
        )
        points.append((spoken.begin.toordinal() + middle, value))
    if table.get("ends") == "zero" and ground.end is not None and filled[-1][0].until < ground.end:
        last = filled[-1][0].until.toordinal()
        points += [(last - 1e-6, filled[-1][1])] * linear + [(float(last), 0.0)]
    return points


def _column(document: Document, place: Path, table: dict[str, Any], series: Series) -> str | None:
    columns = {column.name: column for column in series.columns}
    numbers = [name for name, column in columns.items() if column.kind in ("integer", "number")]
    asked, wanted = table.get("column"), table.get("filter", {})
    if asked is None and len(numbers) == 1:
        asked = numbers[0]
    if not isinstance(wanted, dict):
        document.fault("E203", "filter = { column = value }", (*place, "filter"), wanted)
        return None
    for name in [asked, *wanted]:
        if name not in columns:
            document.fault("E224", f"series {series.name} has no column {show(name)!r}", place, name, ", ".join(columns),
                           nearest(str(name), columns))  # fmt: skip
            return None
    if asked not in numbers:
        document.fault("E272", f"column {asked!r} of series {series.name} holds text, not numbers", (*place, "column"),
                       asked, ", ".join(numbers))  # fmt: skip
        return None
    return str(asked)


def _factor(document: Document, place: Path, table: dict[str, Any], series: Series, column: str, lever: Lever,
            scale: float) -> float | None:  # fmt: skip
    unit = next(entry.unit for entry in series.columns if entry.name == column)
    try:
        factor = turns(unit, lever.unit)
    except UnitError:
        document.fault("E302", f"column {column!r} counts {unit}, {lever.key} is in {lever.unit}", (*place, "column"),
                       column, f"a column in a unit that converts to {lever.unit}")  # fmt: skip
        return None
    if factor == 1.0 or "scale" not in table or abs(scale / factor - 1.0) < 1e-9:
        return scale if factor == 1.0 or "scale" in table else factor
    document.fault("E277", f"{unit} become {lever.unit} by {factor:g}, and scale = {scale:g}", (*place, "scale"), scale,
                   f"scale = {factor:g}, or no scale")  # fmt: skip
    return None


def _numbers(document: Document, place: Path, table: dict[str, Any], series: Series, column: str, factor: float,
             lever: Lever) -> dict[Period, float] | None:  # fmt: skip
    """Period -> value; an empty cell is no number. None after a fault."""
    wanted = table.get("filter", {})
    chosen: list[Dated] = [entry for entry in series.dated() if passes(entry.row, wanted)]
    if not chosen:
        document.fault("E224", f"no row of series {series.name} passes the filter", (*place, "filter"), wanted)
        return None
    out: dict[Period, float] = {}
    for entry in chosen:
        raw = entry.row.get(column)
        if raw in (None, ""):
            continue
        if entry.period is None:
            document.faults.add(Fault("E273", "a row without a date", series.file, entry.line, None, show(raw)))
            return None
        if entry.period in out:
            when = entry.period.begin
            document.fault("E224", f"series {series.name} has two rows for {when}: add to filter", place, str(when))
            return None
        value = float(raw) * factor
        if not bounded(document, place, value, lever, raw):
            return None
        out[entry.period] = value
    if not out:
        document.fault("E224", f"series {series.name} has no number in {column!r}", (*place, "column"), column)
        return None
    return dict(sorted(out.items()))


def _filled(document: Document, place: Path, table: dict[str, Any], series: Series, held: dict[Period, float],
            frequency: str, ground: Ground) -> list[tuple[Period, float]] | None:  # fmt: skip
    """Every period from the first to the last number, gaps filled as the file says; None after E285."""
    out: list[tuple[Period, float]] = []
    missing: list[Period] = []
    gaps = table.get("gaps")
    entries = list(held.items())
    for spoken, value in entries:
        between = _between(out[-1][0], spoken, frequency) if out else []
        within = [
            p
            for p in between
            if (ground.start is None or p.until > ground.start) and (ground.end is None or p.begin < ground.end)
        ]
        missing += within
        before = out[-1][1] if out else value
        for index, empty in enumerate(between, 1):
            between_ends = before + (value - before) * index / (len(between) + 1)
            out.append((empty, {"hold": before, "zero": 0.0}.get(str(gaps), between_ends)))
        out.append((spoken, value))
    if missing and gaps is None:
        named = ", ".join(str(p.begin) for p in missing[:4]) + (", ..." if len(missing) > 4 else "")
        document.fault("E285", f"series {series.name} has no number for {len(missing)} periods within the run ({named})",
                       place, named, 'gaps = "hold", "interpolate" or "zero" in the series of the lever')  # fmt: skip
        return None
    last = entries[-1][0].until
    # a run may end a few days into a period that has no number of its own
    if ground.end is not None and (ground.end - last).days > 7 and table.get("ends") is None:
        document.fault("E285", f"series {series.name} ends on {last - _STEP['day']}, the run on {ground.end}", place,
                       str(last), 'ends = "hold" or "zero" in the series of the lever')  # fmt: skip
        return None
    return out


def _between(before: Period, after: Period, frequency: str) -> list[Period]:
    """Periods of a regular series that are missing between two that it has."""
    out, begin = [], before.until
    while frequency in (*_STEP, *_MONTHS) and begin < after.begin:
        until = month_after(begin, _MONTHS[frequency]) if frequency in _MONTHS else begin + _STEP[frequency]
        out.append(Period(begin, until))
        begin = until
    return out
