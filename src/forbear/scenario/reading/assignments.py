"""Every statement of a layer as one assignment: which declared name, which element, what, from where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forbear.country.declare import Fact, Lever, Parameter
from forbear.country.model import Model
from forbear.errors import MOST_SHOWN, nearest
from forbear.evidence.numerals import Misread, grouped, numeral
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path
from forbear.scenario.reading.refusals import refused_lever
from forbear.scenario.reading.schedules import PATH_KEYS
from forbear.scenario.reading.structure import NAMED, Structure
from forbear.units import counts_whole

__all__ = ["Assignment", "Declared", "assignments", "set_by_run"]

Declared = Fact | Lever | Parameter
_ALIASES = {"population": "people.population_at_start"}
_ASIDE = ("source", "unit", "note", "range")
_SPEC = {"fact": ("value",), "lever": PATH_KEYS, "parameter": ("value", "prior")}
_SECTION_OF = {"fact": "facts", "lever": "levers", "parameter": "uncertainties"}


@dataclass(frozen=True)
class Assignment:
    """`element` names members of the first dimensions; what it leaves open, the value fills."""

    declared: Declared
    element: tuple[str, ...]
    spec: Any
    document: Document
    path: Path
    source: Any = None
    line: int | None = None


def kind_of(declared: Declared) -> str:
    """Return "fact", "lever" or "parameter"."""
    return {Fact: "fact", Lever: "lever", Parameter: "parameter"}[type(declared)]


def set_by_run(declared: Declared) -> bool:
    """True for facts that no scenario states: the step, and those over dimensions that the model fixes."""
    return isinstance(declared, Fact) and (
        declared.key == "people.step" or any(dimension in ("size", "magnitude") for dimension in declared.over)
    )


class _Gatherer:
    def __init__(self, structure: Structure, model: Model) -> None:
        self.structure = structure
        self.members = structure.members
        self.tables: dict[str, dict[str, Any]] = {
            "facts": dict(model.facts),
            "levers": dict(model.levers),
            "uncertainties": dict(model.parameters),
        }
        self.declared: dict[str, Declared] = {}
        for table in self.tables.values():
            self.declared.update(table)
        self.rooms = {key.partition(".")[0] for key in self.declared}

    def section(self, document: Document, name: str) -> Iterator[Assignment]:
        """Assignments of [facts], [levers] or [uncertainties]."""
        table = document.data.get(name, {})
        if not isinstance(table, dict):
            document.fault("E203", f"[{name}] must be a table", (name,), table)
            return
        for key, spec in table.items():
            if key == "source" and not isinstance(spec, dict):
                continue
            if key in self.rooms and isinstance(spec, dict):
                for inner, value in spec.items():
                    yield from self.entry(
                        document, name, f"{key}.{inner}", value, (name, key, inner), table.get("source")
                    )
            else:
                yield from self.entry(document, name, key, spec, (name, key), table.get("source"))

    def entry(
        self, document: Document, section: str, key: str, spec: Any, path: Path, source: Any
    ) -> Iterator[Assignment]:
        known = self.tables[section]
        parts = key.split(".")
        stem, element = ".".join(parts[:2]), tuple(parts[2:])
        if stem not in known:
            refusal = refused_lever(key) if section == "levers" else None
            if refusal is not None:
                document.fault("E265", refusal, path)
                return
            other = next((name for name, table in self.tables.items() if stem in table), None)
            if other is not None:
                document.fault("E226", f"{stem} belongs in [{other}]", path, None, f"[{other}]")
                return
            names = [declared.name for declared in known.values()]
            # of thousands that are unknown, only those that are written out are compared with every name
            near = nearest(stem, known) if len(document.faults.found) < MOST_SHOWN else None
            if len(document.faults.found) < MOST_SHOWN and near is None and stem.partition(".")[0] not in self.rooms:
                guess = nearest(stem.rpartition(".")[2], names)
                near = next((full for full in known if full.endswith(f".{guess}")), None) if guess else None
            words = {"facts": "fact", "levers": "lever", "uncertainties": "uncertainty"}[section]
            document.fault("E205", f"unknown {words} {show(key)!r}", path, None, "see: forbear model", near)
            return
        yield from self.spread(document, known[stem], element, spec, path, source)

    def spread(
        self, document: Document, declared: Declared, element: tuple[str, ...], spec: Any, path: Path, source: Any
    ) -> Iterator[Assignment]:
        """Unfold tables by member until a value is reached."""
        if set_by_run(declared):
            document.fault("E228", f"{declared.key} is set by the model or the run", path)
            return
        if len(element) > len(declared.over):
            over = " x ".join(declared.over) or "the whole country"
            document.fault("E206", f"{declared.key} runs over {over}", path, ".".join(element))
            return
        for dimension, member in zip(declared.over, element, strict=False):
            known = self.members[dimension]
            if member not in known:
                document.fault(
                    "E206", f"no {dimension} {show(member)!r}", path, None, ", ".join(known), nearest(member, known)
                )
                return
        if isinstance(spec, dict) and not any(key in spec for key in _SPEC[kind_of(declared)]):
            aside = {key: spec[key] for key in _ASIDE if key in spec}
            inner = {key: value for key, value in spec.items() if key not in aside}
            if len(element) == len(declared.over) or not inner:
                wrong = [key for key in inner if key not in self.members.get((declared.over or ("",))[-1], ())]
                allowed = ", ".join((*_SPEC[kind_of(declared)], *_ASIDE))
                if wrong:
                    document.fault(
                        "E201",
                        f"unknown key {wrong[0]!r} for {declared.key}",
                        (*path, wrong[0]),
                        None,
                        allowed,
                        nearest(wrong[0], (*_SPEC[kind_of(declared)], *_ASIDE)),
                    )
                else:
                    document.fault("E202", f"{declared.key} is given no value", path, None, allowed)
                return
            for member_name, value in inner.items():
                passed = {name: aside[name] for name in ("unit", "range") if name in aside}
                if passed and isinstance(value, (int, float)) and not isinstance(value, bool):
                    value = {"value": value, **passed}
                yield from self.spread(
                    document,
                    declared,
                    (*element, member_name),
                    value,
                    (*path, member_name),
                    aside.get("source", source),
                )
            return
        if isinstance(spec, dict) and isinstance(spec.get("value"), dict):
            outer = {key: value for key, value in spec.items() if key != "value"}
            yield from self.spread(document, declared, element, {**spec["value"], **outer}, path, source)
            return
        given = spec.get("source", source) if isinstance(spec, dict) else source
        yield Assignment(declared, element, spec, document, path, given)

    def member_section(self, document: Document, dimension: str) -> Iterator[Assignment]:
        """Assignments of [community.NAME] and its like; titles go to the structure."""
        table = document.data.get(dimension, {})
        if not isinstance(table, dict):
            document.fault("E203", f"[{dimension}.NAME] must be tables", (dimension,), table)
            return
        fitting = {key: declared for key, declared in self.declared.items() if declared.over == (dimension,)}
        for member, values in table.items():
            path: Path = (dimension, member)
            allowed = self.members[dimension]
            if member not in allowed:
                document.fault(
                    "E206", f"no {dimension} {member!r}", path, None, ", ".join(allowed), nearest(member, allowed)
                )
                continue
            if not isinstance(values, dict):
                document.fault("E203", f"[{dimension}.{member}] must be a table", path, values)
                continue
            for key, spec in _flat(values, self.rooms):
                place = (*path, *key)
                name = ".".join(key)
                if name == "title":
                    if isinstance(spec, str):
                        self.structure.titles[dimension, member] = spec
                    else:
                        document.fault("E203", "a title is text", place, spec)
                    continue
                if name == "source":
                    continue
                named = [full for full in fitting if name in (full, full.partition(".")[2])]
                if len(named) != 1:
                    words = [*fitting, *(full.partition(".")[2] for full in fitting)]
                    reason = "could mean several" if named else f"is nothing that a {dimension} has"
                    document.fault(
                        "E205",
                        f"{name!r} {reason}",
                        place,
                        None,
                        ", ".join(named) or "see: forbear model",
                        nearest(name, words),
                    )
                    continue
                yield from self.spread(document, fitting[named[0]], (member,), spec, place, values.get("source"))

    def rivalry(self, document: Document) -> Iterator[Assignment]:
        """Assignments of [rivalry]."""
        table = document.data.get("rivalry")
        if table is None:
            return
        declared = self.tables["facts"].get("people.rivalry")
        if not isinstance(table, dict) or declared is None:
            document.fault("E203", "[rivalry] is a table by community", ("rivalry",), table)
            return
        yield from self.spread(document, declared, (), table, ("rivalry",), None)

    def table(self) -> Iterator[Assignment]:
        """Assignments of the CSV of districts: one for each cell."""
        table, document = self.structure.table, self.structure.table_document
        if table is None or document is None:
            return
        inner = Document(document.layer, {}, document.faults, table.file, None, "")
        columns: dict[str, tuple[Declared, tuple[str, ...]]] = {}
        for column in table.columns:
            if column in ("district", "title", "note"):
                continue
            head, _, rest = column.partition(".")
            full = _ALIASES[head] + (f".{rest}" if rest else "") if head in _ALIASES else column
            parts = full.split(".")
            declared = self.declared.get(".".join(parts[:2]))
            tail = tuple(parts[2:])
            fits = declared is not None and declared.over[:1] == ("district",) and len(tail) == len(declared.over) - 1
            if declared is None or not fits:
                allowed = [key for key, entry in self.declared.items() if entry.over == ("district",)]
                allowed += [f"population.{name}" for name in self.members["community"]]
                inner.fault(
                    "E222",
                    f"unknown column {column!r}",
                    ("districts", column),
                    None,
                    ", ".join([*allowed, "title", "note"]),
                    nearest(column, allowed),
                )
                continue
            wrong = [name for name, over in zip(tail, declared.over[1:], strict=True) if name not in self.members[over]]
            if wrong:
                inner.fault(
                    "E206",
                    f"no {declared.over[1]} {wrong[0]!r} (column {column!r})",
                    ("districts", column),
                    None,
                    ", ".join(self.members[declared.over[1]]),
                    nearest(wrong[0], self.members[declared.over[1]]),
                )
                continue
            columns[column] = (declared, tail)
        for line, row in table.rows:
            member = row["district"]
            if member not in self.members["district"]:
                continue
            if row.get("title"):
                self.structure.titles["district", member] = row["title"]
            for column, (declared, tail) in columns.items():
                cell = row[column]
                at = _LineDocument(inner.layer, {}, inner.faults, inner.file, None, "", number=line)
                if cell == "":
                    at.fault("E222", f"the cell of {member} under {column} is empty", ("districts", column))
                    continue
                if grouped(cell) is not None and counts_whole(declared.unit):
                    try:
                        numeral(cell, whole=True)
                    except Misread as wrong:
                        at.fault(wrong.code, str(wrong), ("districts", column), cell, wrong.allowed.partition(",")[0])
                        continue
                yield Assignment(declared, (member, *tail), cell, at, ("districts", column), table.source, line)


@dataclass(frozen=True)
class _LineDocument(Document):
    """A row of a table: every fault in it stands on its line."""

    number: int | None = None

    def line(self, path: Path) -> int | None:
        return self.number


def _flat(table: dict[str, Any], rooms: set[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in table.items():
        if key in rooms and isinstance(value, dict):
            for inner, deeper in value.items():
                yield (key, inner), deeper
        else:
            yield (key,), value


def assignments(documents: list[Document], structure: Structure, model: Model) -> list[list[Assignment]]:
    """Return the assignments of each layer, the weakest layer first; faults are noted in the documents."""
    gatherer = _Gatherer(structure, model)
    out = []
    for document in documents:
        found: list[Assignment] = []
        for section in _SECTION_OF.values():
            found += gatherer.section(document, section)
        for dimension in NAMED:
            found += gatherer.member_section(document, dimension)
        found += gatherer.rivalry(document)
        if document is structure.table_document:
            found += gatherer.table()
        out.append(found)
    return out
