"""[series.NAME]: tables of one's own beside a scenario."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from forbear import evidence
from forbear.errors import FileError, UnitError, nearest
from forbear.evidence.numerals import MARKS
from forbear.evidence.own import ABSENT, Declaration, OwnSeries, frame_table, read_own
from forbear.evidence.periods import FREQUENCIES
from forbear.evidence.tables import DELIMITERS, Table, read_table
from forbear.faults import show
from forbear.scenario.reading.crosswalks import read_crosswalk
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.files import beside
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.structure import Structure, source_of
from forbear.units import factor

__all__ = ["read_series"]

_KEYS = (
    "table",
    "column",
    "columns",
    "date",
    "date_format",
    "frequency",
    "unit",
    "place",
    "crosswalk",
    "delimiter",
    "decimal",
    "thousands",
    "absent",
    "missing",
    "repeated",
    "covers",
    "source",
    "licence",
    "title",
    "note",
)


def read_series(documents: list[Document], structure: Structure) -> dict[str, OwnSeries]:
    """Read [series.NAME] of all layers; a later layer replaces the series of the same name whole. Notes E270 to E276."""
    out: dict[str, OwnSeries] = {}
    for document in documents:
        table = document.data.get("series", {})
        if not isinstance(table, dict):
            document.fault("E203", "[series.NAME] must be tables", ("series",), table)
            continue
        for name, entry in table.items():
            found = _series(document, structure, name, entry)
            if found is not None:
                out[name] = found
    return out


def _series(document: Document, structure: Structure, name: str, entry: object) -> OwnSeries | None:
    path: Path = ("series", name)
    if not isinstance(entry, dict):
        document.fault("E203", "a series is a table", path, entry)
        return None
    document.unknown_keys(entry, _KEYS, path)
    before = len(document.faults.found)
    if name in evidence.catalogue():
        document.fault("E270", f"{name!r} is the name of a series that ships", path, None, "a name of its own")
    said = _declaration(document, path, name, entry)
    sources = _sources(document, structure, path, entry)
    table = _table(document, path, name, entry)
    if said is None or table is None or len(document.faults.found) > before:
        return None
    series, faults = read_own(said, table, sources)
    document.faults.extend(faults)
    if series is None:
        return None
    crosswalk = read_crosswalk(document, (*path, "crosswalk"), entry.get("crosswalk"))
    if len(document.faults.found) > before:
        return None
    object.__setattr__(series, "crosswalk", crosswalk)
    return series


def _declaration(document: Document, path: Path, name: str, entry: dict[str, Any]) -> Declaration | None:
    """What the keys say, each checked by itself; None where one is missing that nothing can stand for."""
    texts = (
        "column",
        "date_format",
        "unit",
        "place",
        "delimiter",
        "decimal",
        "thousands",
        "repeated",
        "licence",
        "title",
    )
    wrong = [
        key for key in (*texts, "note", "frequency", "absent", "covers") if not isinstance(entry.get(key, ""), str)
    ]
    for key in wrong:
        document.fault("E203", f"{key} is text", (*path, key), entry[key])
    for key, allowed in (
        ("frequency", FREQUENCIES),
        ("absent", tuple(ABSENT)),
        ("delimiter", tuple(DELIMITERS)),
        ("decimal", (".", ",")),
        ("thousands", tuple(MARKS)),
        ("repeated", ("add", "mean")),
        ("covers", ("named", "all")),
    ):
        if key in entry and key not in wrong and entry[key] not in allowed:
            document.fault("E270", f"{key} = {show(entry[key])!r} is not known", (*path, key), entry[key],
                           ", ".join(repr(a) for a in allowed), nearest(entry[key], allowed))  # fmt: skip
            wrong.append(key)
    columns = _columns(document, path, entry)
    dates = entry.get("date")
    dates = [dates] if isinstance(dates, str) else dates
    span = entry.get("frequency") == "span"
    if not (isinstance(dates, list) and all(isinstance(d, str) for d in dates) and len(dates) == (2 if span else 1)):
        wanted = 'date = ["first", "last"]' if span else 'date = "month", the column that holds the date'
        document.fault("E270", "a series names the column of its dates", (*path, "date"), dates, wanted)
        dates = None
    needs = {
        "frequency": ", ".join(FREQUENCIES),
        "absent": "zero (nothing happened), missing (nobody knows), carried (counted in the next row)",
    }
    for key, words in needs.items():
        if key not in entry:
            document.fault("E270", f"[series.{name}] does not say {key}", path, None, f"{key} = one of {words}")
    missing = entry.get("missing", [])
    if not (isinstance(missing, list) and all(isinstance(token, str) for token in missing)):
        document.fault("E203", "missing is a list of texts that stand for an empty cell", (*path, "missing"), missing)
        return None
    if entry.get("absent") == "carried" and entry.get("frequency") not in ("month", "quarter", "year"):
        document.fault("E270", "only months, quarters and years are carried into the next row", (*path, "absent"),
                       "carried", "zero or missing")  # fmt: skip
        return None
    if entry.get("decimal", ".") == "," and entry.get("thousands") == ",":
        document.fault("E270", "one mark cannot part decimals and thousands", (*path, "thousands"), ",")
    if wrong or columns is None or dates is None or any(key not in entry for key in needs):
        return None
    return Declaration(
        name,
        columns,
        tuple(dates),
        entry["frequency"],
        entry.get("date_format"),
        entry.get("place", ""),
        entry.get("decimal", "."),
        entry.get("thousands", ""),
        ABSENT[entry["absent"]],
        tuple(missing),
        entry.get("repeated", ""),
        entry.get("title", ""),
        entry.get("licence", ""),
        entry.get("covers") == "all",
    )


def _columns(document: Document, path: Path, entry: dict[str, Any]) -> tuple[tuple[str, str], ...] | None:
    """Columns of numbers with their units: `column` and `unit`, or `columns` = { name = unit } or [names] with `unit`."""
    given, unit = entry.get("columns", entry.get("column")), entry.get("unit")
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list) and given and all(isinstance(name, str) for name in given):
        if not isinstance(unit, str):
            document.fault("E270", "a series says the unit of its column", (*path, "unit"), unit,
                           'unit = "deaths", "attacks", "thousand persons", "percent", "share", "MW", ...')  # fmt: skip
            return None
        given = {name: unit for name in given}
    if not (isinstance(given, dict) and given and all(isinstance(u, str) for u in given.values())):
        document.fault("E270", "a series names its column of numbers", (*path, "column"), given,
                       'column = "deaths", or columns = { killed = "deaths", wounded = "persons" }')  # fmt: skip
        return None
    for words in given.values():
        try:
            factor(words, words + " ")  # parsed once, so that a slip in a unit is told where it stands
            factor(words, "share") if words.strip() else None
        except UnitError as error:
            if error.code != "E302":
                document.fault(error.code, error.message, (*path, "unit"), words, "words joined by '/', '*' or 'per'",
                               error.faults[0].nearest)  # fmt: skip
                return None
    return tuple(given.items())


def _sources(document: Document, structure: Structure, path: Path, entry: dict[str, Any]) -> tuple[Any, ...]:
    """Who published it, under which licence. Notes E207, E208, E229 and E270 (no licence)."""
    name = source_of(structure, document, path, entry.get("source"))
    known = structure.sources.get(name or "")
    details = known.details if known else {}
    licence = entry.get("licence") or details.get("licence", "")
    if name is not None and not licence and name != "invented":
        document.fault("E270", "a series says under which licence it may be used", (*path, "licence"), None,
                       'licence = "CC BY 4.0", "own data, not published", ...')  # fmt: skip
    title = known.title if known else (name or "")
    publisher = str(details.get("publisher") or details.get("author") or title)
    return (evidence.Source(name or "", title, publisher, str(licence), str(details.get("address", ""))),)


def _table(document: Document, path: Path, name: str, entry: dict[str, Any]) -> Table | None:
    given = entry.get("table")
    if hasattr(given, "itertuples") and hasattr(given, "columns"):
        return frame_table(given, name)
    place = beside(document, (*path, "table"), given, "a table")
    if place is None:
        return None
    delimiter = entry.get("delimiter", ",")
    try:
        state = place.stat()
        return _kept(place, state.st_mtime_ns, state.st_size, delimiter if delimiter in DELIMITERS else ",")
    except FileError as error:
        document.faults.extend(error.faults)
    except OSError as error:
        document.fault("E104", f"{place} cannot be read: {error.strerror}", (*path, "table"), given)
    return None


@lru_cache(maxsize=32)
def _kept(place: FilePath, changed: int, size: int, delimiter: str) -> Table:
    """A table as read once: a scenario is resolved again for every change of a lever."""
    return read_table(place, delimiter=delimiter)
