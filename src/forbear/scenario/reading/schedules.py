"""Reading a lever's path from a scenario file: constants, schedules, evidence series, pulses, changes."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

from forbear.country.declare import Lever
from forbear.errors import nearest
from forbear.scenario.dates import as_date
from forbear.scenario.paths import Change, LeverPath
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.lever_series import Ground, series_points
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.values import bounded, number

__all__ = ["CHANGES", "PATH_KEYS", "read_change_text", "read_path"]

CHANGES = ("add", "scale", "set")
PATH_KEYS = ("value", "schedule", "pulses", "series", *CHANGES)
_MORE = ("interpolation", "before", "unit", "source", "note", "from", "until")


def read_path(
    document: Document, path: Path, spec: object, lever: Lever, below: LeverPath, ground: Ground
) -> LeverPath | None:
    """Return the path that `spec` states for a lever, or None after noting what is wrong.

    `below` is what the weaker layers say, which `add` and `scale` change; `ground` finds series and knows the days
    of the run.
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
    if kind in CHANGES:
        return _change(document, path, spec, kind, lever, below)
    found = _stated(document, path, spec, kind, lever, ground)
    return found if found is None else _in_its_time(document, path, spec, found, below)


def _in_its_time(
    document: Document, path: Path, spec: dict[str, Any], found: LeverPath, below: LeverPath
) -> LeverPath | None:
    """A path that is stated for a part of the run (`from`, `until`): the weaker layers hold outside of it."""
    named = [name for name in ("from", "until") if name in spec]
    if not named:
        return found
    if found.pulses is not None:
        document.fault("E211", "pulses have dates of their own", (*path, named[0]), spec[named[0]], "no " + named[0])
        return None
    if "before" in spec:
        words = "before the first point stands either a value or what the weaker layers say"
        document.fault("E211", words, (*path, "before"), spec["before"], "before or from, not both")
        return None
    bounds = _bounds(document, path, spec)
    return None if bounds is None else replace(below, changes=(*below.changes, Change("follow", 0.0, *bounds, found)))


def _stated(
    document: Document, path: Path, spec: dict[str, Any], kind: str, lever: Lever, ground: Ground
) -> LeverPath | None:
    """The path by itself that a value, pulses, a schedule or a series states."""
    if kind == "value":
        return _constant(document, (*path, "value"), spec["value"], lever, spec.get("unit"))
    if kind == "pulses":
        return _pulses(document, (*path, "pulses"), spec["pulses"], lever)
    if lever.pulse:
        document.fault("E213", f"{lever.key} acts at dates: give it pulses", (*path, kind), None, "pulses = [dates]")
        return None
    if kind == "schedule":
        points = _schedule(document, path, spec, lever)
    else:
        points = series_points(document, path, spec, lever, ground)
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


def _schedule(document: Document, path: Path, spec: dict[str, Any], lever: Lever) -> list[tuple[float, float]]:
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
    bounds = _bounds(document, path, spec)
    if value is None or bounds is None:
        return None
    return _applied(document, path, Change(kind, value, *bounds), lever, below)  # type: ignore[arg-type]


def _bounds(document: Document, path: Path, spec: dict[str, Any]) -> tuple[float | None, float | None] | None:
    """Day numbers of `from` and `until`, None where not given; None for both after noting what is wrong."""
    bounds: list[float | None] = []
    for name in ("from", "until"):
        date = as_date(spec[name]) if name in spec else None
        if name in spec and date is None:
            document.fault("E209", "not a date", (*path, name), spec[name], "2004-01-15 or 2004-01")
            return None
        bounds.append(float(date.toordinal()) if date else None)
    begin, until = bounds
    if begin is not None and until is not None and until <= begin:
        document.fault(
            "E211", "until must be later than from", (*path, "until"), spec["until"], f"after {spec['from']}"
        )
        return None
    return begin, until


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
