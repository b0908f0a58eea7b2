"""The frame of a scenario: header, sources, and who lives there (districts, communities, organisations, components)."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass, field
from typing import Any

from forbear.country.declare import DIMENSIONS
from forbear.country.model import FIXED_MEMBERS
from forbear.errors import Fault, FileError, nearest
from forbear.evidence.names import sums_in_disguise, twins
from forbear.evidence.tables import DELIMITERS, read_table
from forbear.faults import Faults, show
from forbear.scenario.dates import Calendar, as_date
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.files import beside

__all__ = ["NAMED", "SECTIONS", "Source", "Structure", "Table", "read_structure", "source_of"]

#: Dimensions whose members a scenario names, and the key of [country] that names them.
NAMED = {dimension: plural for dimension, plural in DIMENSIONS.items() if dimension not in FIXED_MEMBERS}
KINDS = ("historical", "invented", "prospective")
SECTIONS = (
    "scenario",
    "sources",
    "country",
    "facts",
    *NAMED,
    "rivalry",
    "levers",
    "rules",
    "uncertainties",
    "series",
    "observations",
)
_HEADER = ("name", "title", "kind", "extends", "start", "end", "exit", "extensions", "description")
_SOURCE_KEYS = ("title", "publisher", "author", "year", "date", "address", "licence", "note", "accessed")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}\Z")
#: Words with a meaning in tables of values; a member of that name could not be told from them.
RESERVED = frozenset(
    "value schedule pulses series prior add scale set source note unit interpolation before from until title none".split()
)
#: Districts x communities x organisations x components, and pairs of communities: what a country holds is laid out for
#: each; the largest that ships has 1,632.
MOST_ELEMENTS = 20_000
LONGEST_RUN = datetime.timedelta(days=36600)


@dataclass(frozen=True)
class Source:
    """A publication that values point to."""

    name: str
    title: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """A CSV of districts: rows with their line numbers."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    source: str | None


@dataclass
class Structure:
    """The frame as resolved over all layers. `since` tells which layer number set the start and end."""

    header: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    titles: dict[tuple[str, str], str] = field(default_factory=dict)
    start: datetime.date | None = None
    end: datetime.date | None = None
    since: dict[str, int] = field(default_factory=dict)
    table: Table | None = None
    table_document: Document | None = None

    @property
    def calendar(self) -> Calendar | None:
        """Weekly calendar, when the dates can be used."""
        if self.start is None or self.end is None:
            return None
        return Calendar(self.start, self.end)


def read_structure(documents: list[Document], faults: Faults) -> Structure:
    """Read header, sources and members over all layers, the weakest first."""
    structure = Structure()
    for level, document in enumerate(documents):
        for section in document.data:
            if section not in SECTIONS:
                document.fault(
                    "E201",
                    f"unknown section {section!r}",
                    (section,),
                    None,
                    ", ".join(SECTIONS),
                    nearest(section, SECTIONS),
                )
        for section in ("scenario", "sources", "country"):
            if not isinstance(document.data.get(section, {}), dict):
                document.fault("E203", f"[{section}] must be a table", (section,), document.data[section])
                document.data[section] = {}
        _header(structure, document, level)
        _sources(structure, document)
        _members(structure, document, faults)
    own = documents[-1] if documents[-1].file or len(documents) == 1 else _last_file(documents)
    _complete(structure, own)
    return structure


def _last_file(documents: list[Document]) -> Document:
    return next((document for document in reversed(documents) if document.file), documents[-1])


def _header(structure: Structure, document: Document, level: int) -> None:
    header = document.data.get("scenario", {})
    document.unknown_keys(header, _HEADER, ("scenario",))
    for key in ("name", "title", "description", "kind"):
        if key in header and not (isinstance(header[key], str) and header[key].strip()):
            document.fault("E203", f"{key} must be text", ("scenario", key), header[key], "text")
        elif key in header:
            structure.header[key] = header[key]
    if "name" in header and isinstance(header["name"], str) and not _NAME.match(header["name"]):
        document.fault("E203", "a name is made of letters, digits, - and _", ("scenario", "name"), header["name"])
    if "kind" in header and header["kind"] not in KINDS:
        document.fault(
            "E203",
            f"unknown kind {show(header['kind'])!r}",
            ("scenario", "kind"),
            header["kind"],
            ", ".join(KINDS),
            nearest(str(header["kind"]), KINDS),
        )
    for key in ("start", "end"):
        if key not in header:
            continue
        date = as_date(header[key])
        structure.since[key] = level
        if date is None:
            document.fault("E209", f"{key} is not a date", ("scenario", key), header[key], "2003-05-05")
        setattr(structure, key, date)
    if "exit" in header:
        leaves = as_date(header["exit"])
        if leaves is None and header["exit"] != "open":
            allowed = 'a date, or "open": no day is set'
            document.fault("E209", "exit is not a date", ("scenario", "exit"), header["exit"], allowed)
        structure.header["exit"] = leaves or "open"
    if "extensions" in header:
        given = header["extensions"]
        if isinstance(given, list) and all(isinstance(name, str) and _NAME.match(name) for name in given):
            structure.header["extensions"] = tuple(sorted(set(given)))
        else:
            document.fault("E203", "extensions is a list of names", ("scenario", "extensions"), given, '["name"]')


def _sources(structure: Structure, document: Document) -> None:
    for name, table in document.data.get("sources", {}).items():
        path = ("sources", name)
        if not isinstance(table, dict):
            document.fault("E203", "a source is a table with a title", path, table)
            continue
        document.unknown_keys(table, _SOURCE_KEYS, path)
        if name in ("invented", "assumption", "package"):
            document.fault("E208", f"{name!r} has a meaning of its own and cannot name a source", path)
        if not isinstance(table.get("title"), str) or not table["title"].strip():
            document.fault("E202", f"source {name!r} has no title", path, None, 'title = "..."')
            continue
        structure.sources[name] = Source(name, table["title"], dict(table))


def source_of(
    structure: Structure, document: Document, path: tuple[str | int, ...], given: object, needed: bool = True
) -> str | None:
    """Return the source of a value as text; notes E207 (none), E208 (unknown) or E229 (invented where it may not be)."""
    if given is None:
        if needed:
            document.fault(
                "E207", "no source", path, None, 'source = "name of [sources]", "invented" or "assumption: why"'
            )
        return None
    names: list[Any] = given if isinstance(given, list) else [given]
    for name in names:
        if not isinstance(name, str):
            document.fault("E203", "a source is named by text", (*path, "source"), name)
            return None
        if name == "invented":
            if structure.header.get("kind") == "historical":
                document.fault(
                    "E229",
                    "nothing is invented in a historical scenario",
                    (*path, "source"),
                    name,
                    'a source, or "assumption: why"',
                )
        elif name.partition(":")[0].strip() == "assumption":
            if not name.partition(":")[2].strip():
                document.fault(
                    "E207", "an assumption says what is assumed", (*path, "source"), name, '"assumption: why"'
                )
        elif name not in structure.sources:
            document.fault(
                "E208",
                f"no source {show(name)!r}",
                (*path, "source"),
                name,
                ", ".join([*structure.sources, "invented", "assumption: why"]),
                nearest(name, structure.sources),
            )
    return "; ".join(names) if names else None


def _members(structure: Structure, document: Document, faults: Faults) -> None:
    country = document.data.get("country", {})
    document.unknown_keys(country, (*NAMED.values(), "borders"), ("country",))
    for dimension, key in NAMED.items():
        if key not in country:
            continue
        given, path = country[key], ("country", key)
        if dimension == "district" and isinstance(given, dict):
            structure.table = _table(structure, document, given)
            structure.table_document = document
            given = [] if structure.table is None else [row["district"] for _, row in structure.table.rows]
            if structure.table is None:
                structure.members[dimension] = ()
                faults.unreadable.add(dimension)
                continue
        elif dimension == "district":
            structure.table = None
        if not isinstance(given, list):
            document.fault("E203", f"{key} is a list of names", path, given, '["name", "name"]')
            structure.members[dimension] = ()
            faults.unreadable.add(dimension)
            continue
        names: dict[str, None] = {}
        for index, name in enumerate(given):
            if not isinstance(name, str) or not _NAME.match(name) or name in RESERVED:
                reason = "has a meaning of its own" if name in RESERVED else "is no name"
                document.fault(
                    "E221",
                    f"{show(name)!r} {reason}",
                    (*path, index),
                    name,
                    "letters, digits, - and _, beginning with a letter",
                )
            elif name in names:
                document.fault("E221", f"{dimension} {name!r} is named twice", (*path, index), name)
            else:
                names[name] = None
        structure.members[dimension] = tuple(names)


def _table(structure: Structure, document: Document, given: dict[str, Any]) -> Table | None:
    """Read the CSV of districts; notes E101, E104, E106, E221, E270 or E276."""
    path = ("country", "districts")
    document.unknown_keys(given, ("table", "source", "delimiter"), path)
    delimiter = given.get("delimiter", ",")
    if delimiter not in DELIMITERS:
        document.fault("E270", f"delimiter = {show(delimiter)!r} is not known", (*path, "delimiter"), delimiter,
                       ", ".join(map(repr, DELIMITERS)))  # fmt: skip
        return None
    place = beside(document, (*path, "table"), given.get("table"), "the table of districts")
    if place is None:
        return None
    try:
        table = read_table(place, delimiter=delimiter, needed=("district",))
    except FileError as error:
        document.faults.extend(error.faults)
        return None
    lines = {cells["district"]: line for line, cells in reversed(table.rows)}
    for name in sums_in_disguise(lines):
        document.faults.add(
            Fault("E276", f"{name!r} is the sum of the other rows: it would count everything twice", table.file,
                  lines[name], "district", name, "rows of districts alone")
        )  # fmt: skip
    for one, other in twins(cells["district"] for _, cells in table.rows):
        document.faults.add(
            Fault("E276", f"{one!r} and {other!r} differ in case or blanks alone", table.file, lines[other], "district",
                  other, "one row for one district")
        )  # fmt: skip
    return Table(table.file, table.columns, table.rows, given.get("source"))


def _complete(structure: Structure, document: Document) -> None:
    for key in ("name", "title", "kind"):
        if key not in structure.header and key not in document.data.get("scenario", {}):
            document.fault("E202", f"[scenario] lacks {key}", ("scenario",), None, f'{key} = "..."')
    for key in ("start", "end"):
        if key not in structure.since:
            document.fault("E202", f"[scenario] lacks {key}", ("scenario",), None, f"{key} = 2003-05-05")
    if structure.start and structure.end:
        if structure.end - structure.start < datetime.timedelta(days=7):
            document.fault(
                "E210",
                f"the run from {structure.start} to {structure.end} holds no whole week",
                ("scenario", "end"),
                str(structure.end),
                f"after {structure.start}",
            )
            structure.end = None
        elif structure.end - structure.start > LONGEST_RUN:
            document.fault(
                "E210",
                f"the run from {structure.start} to {structure.end} is longer than a hundred years",
                ("scenario", "end"),
                str(structure.end),
                "at most 100 years",
            )
            structure.end = None
    for dimension, key in NAMED.items():
        if dimension not in structure.members:
            document.fault("E202", f"[country] lacks {key}", ("country",), None, f'{key} = ["name", ...]')
            structure.members[dimension] = ()
            document.faults.unreadable.add(dimension)
        elif not structure.members[dimension] and dimension not in document.faults.unreadable:
            document.fault("E202", f"there is no {dimension}", ("country", key), None, "at least one name")
            document.faults.unreadable.add(dimension)
    many = {dimension: max(len(structure.members[dimension]), 1) for dimension in NAMED}
    elements = max(math.prod(many.values()), many["community"] ** 2)
    if elements > MOST_ELEMENTS:
        words = " x ".join(NAMED.values())
        document.fault("E210", f"the country is too large: {words}, or pairs of communities, make {elements:,}",
                       ("country",), None, f"at most {MOST_ELEMENTS:,}")  # fmt: skip
        structure.members = dict.fromkeys(NAMED, ())
        document.faults.unreadable.update(NAMED)
    structure.members = {**structure.members, **FIXED_MEMBERS}
