"""Reading a lever's path from a scenario file: constants, schedules, evidence series, pulses, changes."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from forbear.country.declare import Lever
from forbear.errors import EvidenceError, nearest
from forbear.scenario.dates import as_date, month_length
from forbear.scenario.paths import Change, LeverPath
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.values import bounded, number

__all__ = ["CHANGES", "PATH_KEYS", "Rows", "evidence_rows", "read_change_text", "read_path", "series_rows"]

#: Where the rows of an evidence series come from: name to rows of text by column.
Rows = Callable[[str], list[dict[str, str]]]

CHANGES = ("add", "scale", "set")
PATH_KEYS = ("value", "schedule", "pulses", "series", *CHANGES)
_MORE = ("interpolation", "before", "unit", "source", "note", "from", "until")
_SERIES_KEYS = ("name", "column", "filter", "scale", "at")
_DATE_COLUMNS = ("date", "month", "week", "year")


def evidence_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a series of the evidence catalogue. Raises EvidenceError E501 for an unknown name."""
    from forbear import evidence

    return [{key: str(value) for key, value in row.items()} for row in evidence.find(name).rows()]


def read_path(
    document: Document, path: Path, spec: object, lever: Lever, below: LeverPath, rows: Rows
) -> LeverPath | None:
    """Return the path that `spec` states for a lever, or None after noting what is wrong.

    `below` is what the weaker layers say: the ground for `add` and `scale`.
    """
    if not isinstance(spec, dict):
        if isinstance(spec, str) and document.file is None:
            change = read_change_text(document, path, spec, lever.unit)
            return None if change is None else _applied(document, path, change, lever, below)
        return _constant(document, path, spec, lever, None)
    kinds = [key for key in PATH_KEYS if key in spec]
    if len(kinds) != 1:
        document.fault(
            "E211", "a lever takes exactly one of " + ", ".join(PATH_KEYS), path, " and ".join(kinds) or None
        )
        return None
    document.unknown_keys(spec, (*PATH_KEYS, *_MORE), path)
    kind = kinds[0]
    if kind == "value":
        return _constant(document, (*path, "value"), spec["value"], lever, spec.get("unit"))
    if kind in CHANGES:
        return _change(document, path, spec, kind, lever, below)
    if kind == "pulses":
        return _pulses(document, (*path, "pulses"), spec["pulses"], lever)
    if lever.pulse:
        document.fault("E213", f"{lever.key} acts at dates: give it pulses", (*path, kind), None, "pulses = [dates]")
        return None
    points = (_schedule if kind == "schedule" else _series)(document, path, spec, lever, rows)
    interpolation = spec.get("interpolation", "linear" if kind == "series" else "step")
    if interpolation not in ("linear", "step"):
        document.fault(
            "E211",
            f"unknown interpolation {interpolation!r}",
            (*path, "interpolation"),
            interpolation,
            "linear, step",
            nearest(str(interpolation), ("linear", "step")),
        )
        return None
    if not points:
        return None
    before = spec.get("before")
    if before is not None:
        value = number(document, (*path, "before"), before, lever.unit, spec.get("unit"))
        if value is None or not bounded(document, (*path, "before"), value, lever, before):
            return None
        if interpolation == "linear":
            points.insert(0, (points[0][0] - 1e-6, value))
        points.insert(0, (1.0, value))
    return LeverPath(points=tuple(points), interpolation=interpolation)


def _constant(document: Document, path: Path, raw: object, lever: Lever, unit: object) -> LeverPath | None:
    value = number(document, path, raw, lever.unit, unit)
    if value is None or not bounded(document, path, value, lever, raw):
        return None
    if lever.pulse:
        if value == 0:
            return LeverPath(pulses=())
        document.fault(
            "E213", f"{lever.key} acts at dates: give it pulses", path, raw, "pulses = [dates], or 0 for never"
        )
        return None
    return LeverPath.constant(value)


def _schedule(
    document: Document, path: Path, spec: dict[str, Any], lever: Lever, rows: Rows
) -> list[tuple[float, float]]:
    entries = spec["schedule"]
    place = (*path, "schedule")
    if not isinstance(entries, list) or not entries:
        document.fault("E211", "a schedule is a list of [date, value]", place, entries)
        return []
    points: list[tuple[float, float]] = []
    for index, entry in enumerate(entries):
        here = (*place, index)
        if not isinstance(entry, list) or len(entry) != 2:
            document.fault("E211", "a point of a schedule is [date, value]", here, entry, '["2003-05", 20000]')
            continue
        date = as_date(entry[0])
        if date is None:
            document.fault("E209", "not a date", here, entry[0], "2004-01-15 or 2004-01")
            continue
        value = number(document, here, entry[1], lever.unit, spec.get("unit"))
        if value is None or not bounded(document, here, value, lever, entry[1]):
            continue
        if points and date.toordinal() <= points[-1][0]:
            document.fault(
                "E211",
                "dates of a schedule must rise",
                here,
                str(date),
                f"a date after {datetime.date.fromordinal(int(points[-1][0]))}",
            )
            continue
        points.append((float(date.toordinal()), value))
    return points if len(points) == len(entries) else []


def _pulses(document: Document, path: Path, entries: object, lever: Lever) -> LeverPath | None:
    if not lever.pulse:
        document.fault("E213", f"{lever.key} acts all the time: give it a value or a schedule", path, entries)
        return None
    if not isinstance(entries, list):
        document.fault("E211", "pulses are a list of dates or of [date, value]", path, entries)
        return None
    pulses: dict[float, float] = {}
    for index, entry in enumerate(entries):
        here = (*path, index)
        pair = entry if isinstance(entry, list) and len(entry) == 2 else [entry, 1.0]
        date = as_date(pair[0])
        if date is None:
            document.fault("E209", "not a date", here, pair[0], "2004-01-15, or [2004-01-15, value]")
            continue
        value = number(document, here, pair[1], lever.unit)
        if value is None or not bounded(document, here, value, lever, pair[1]):
            continue
        if date.toordinal() in pulses:
            document.fault("E211", "the same date twice", here, str(date))
        pulses[float(date.toordinal())] = value
    return LeverPath(pulses=tuple(sorted(pulses.items())))


def _change(
    document: Document, path: Path, spec: dict[str, Any], kind: str, lever: Lever, below: LeverPath
) -> LeverPath | None:
    unit = "-" if kind == "scale" else lever.unit
    value = number(document, (*path, kind), spec[kind], unit, spec.get("unit") if kind != "scale" else None)
    bounds: list[float | None] = []
    for name in ("from", "until"):
        date = as_date(spec[name]) if name in spec else None
        if name in spec and date is None:
            document.fault("E209", "not a date", (*path, name), spec[name], "2004-01-15 or 2004-01")
            return None
        bounds.append(float(date.toordinal()) if date else None)
    if value is None:
        return None
    return _applied(document, path, Change(kind, value, *bounds), lever, below)  # type: ignore[arg-type]


def _applied(document: Document, path: Path, change: Change, lever: Lever, below: LeverPath) -> LeverPath | None:
    if lever.pulse and (change.operation == "add" or (change.operation == "set" and change.value != 0)):
        document.fault(
            "E213",
            f"{lever.key} acts at dates: give it pulses",
            path,
            change.words(),
            "pulses = [dates], or a factor, or 0 for never",
        )
        return None
    return below.changed(change)


def read_change_text(document: Document, path: Path, text: str, unit: str) -> Change | None:
    """Return the change that "+20000", "-5000", "*1.5", "=0" or "20 000 persons" means; notes E230 or E3xx."""
    stripped = text.strip()
    operation = {"+": "add", "-": "add", "*": "scale", "=": "set"}.get(stripped[:1], "set")
    body = stripped[1:] if stripped[:1] in "+*=" else stripped
    if not body.strip():
        document.fault("E230", f"{text!r} is no change", path, text, '"+20000", "-5000", "*1.5", "=0" or a value')
        return None
    value = number(document, path, body.strip(), "-" if operation == "scale" else unit)
    return None if value is None else Change(operation, value)  # type: ignore[arg-type]


def series_rows(
    document: Document, path: Path, table: dict[str, Any], rows: Rows
) -> tuple[str, list[dict[str, str]]] | None:
    """Return the column and the rows of a series that pass `filter`; notes E203 or E224."""
    name, column, wanted = table.get("name"), table.get("column"), table.get("filter", {})
    if not isinstance(name, str) or not isinstance(wanted, dict):
        document.fault("E203", "a series has a name, and filter = { column = value }", path, name or wanted)
        return None
    try:
        found = rows(name)
    except EvidenceError as error:
        document.fault(
            "E224",
            f"no series {name!r} in the evidence",
            (*path, "name"),
            name,
            "see: forbear evidence",
            error.faults[0].nearest or error.hint,
        )
        return None
    columns = list(found[0]) if found else []
    for asked in [column, *wanted]:
        if asked not in columns:
            document.fault(
                "E224",
                f"series {name} has no column {asked!r}",
                path,
                asked,
                ", ".join(columns),
                nearest(str(asked), columns),
            )
            return None
    found = [row for row in found if all(row[key].lower() == str(value).lower() for key, value in wanted.items())]
    if not found:
        document.fault("E224", f"no row of series {name} passes the filter", (*path, "filter"), wanted)
        return None
    return str(column), found


def _series(
    document: Document, path: Path, spec: dict[str, Any], lever: Lever, rows: Rows
) -> list[tuple[float, float]]:
    table, place = spec["series"], (*path, "series")
    if not isinstance(table, dict):
        document.fault("E203", "a series is { name = ..., column = ... }", place, table)
        return []
    document.unknown_keys(table, _SERIES_KEYS, place)
    selected = series_rows(document, place, table, rows)
    scale = number(document, (*place, "scale"), table.get("scale", 1), "-")
    at = table.get("at", "start" if spec.get("interpolation") == "step" else "middle")
    if at not in ("start", "middle"):
        document.fault("E224", "a month's value stands at its start or middle", (*place, "at"), at, "start, middle")
        return []
    if selected is None or scale is None:
        return []
    column, found = selected
    dated = next((name for name in _DATE_COLUMNS if name in found[0]), None)
    points: dict[float, float] = {}
    for row in found:
        first = as_date(row[dated]) if dated else None
        if first is None:
            document.fault("E224", "the series has no dates by day or month", place, row.get(dated or "", None))
            return []
        if row[column] == "":
            continue
        value = number(document, place, row[column], "-")
        if value is None or not bounded(document, place, value * scale, lever, value * scale):
            return []
        offset = month_length(first) / 2 if at == "middle" and len(row[str(dated)]) == 7 else 0
        day = first.toordinal() + offset
        if day in points:
            document.fault(
                "E224", f"the series has two rows for {row[str(dated)]}: add to filter", place, row[str(dated)]
            )
            return []
        points[day] = value * scale
    return sorted(points.items())
