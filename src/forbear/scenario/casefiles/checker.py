"""One checker for every file beside a scenario: claims, strategies, audit, remedies, plan, search, facts.
 A `CaseFile` is read once; its `Table`s are asked for fields one by one. A field that is missing, unknown or wrong is
noted with file, line, field, value, what is allowed and the nearest match, and a harmless default is given back, so
that one reading finds every fault; `CaseFile.check` then raises them together."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.errors import FileError, nearest
from forbear.faults import Faults
from forbear.scenario.reading.document import Document, read_document

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["CaseFile", "Table", "files_beside"]

#: Choices beyond so many are not written out in a fault.
SHOWN = 12
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")
Value = str | int | float | bool | datetime.date | list[Any] | dict[str, Any]


def files_beside(scenario: Scenario, folder: str, more: Iterable[str | FilePath] = ()) -> list[FilePath]:
    """TOML files in a folder beside a scenario, those of what it extends first, and further files or folders.

    A name that is stated again in the scenario's own folder is therefore read last, and holds. Raises FileError E101
    for a further file that does not exist.
    """
    folders = [FilePath(file).parent / folder for file in reversed(scenario.files)]
    found = [path for place in dict.fromkeys(folders) if place.is_dir() for path in sorted(place.glob("*.toml"))]
    for path in map(FilePath, more):
        if not path.exists():
            raise FileError(
                "E101", f"{path} does not exist", hint="a TOML file of claims or strategies, or a folder of them"
            )
        found += sorted(path.glob("*.toml")) if path.is_dir() else [path]
    return found


class CaseFile:
    """One file with its faults. field, name: codes of a wrong field and of a name that does not exist."""

    def __init__(self, path: FilePath, what: str, *, field: str = "E240", name: str = "E241") -> None:
        """Read a file. Raises FileError E101, E102, E104."""
        self.path, self.what, self.field, self.name = path, what, field, name
        self.document: Document = read_document(path, what, Faults())
        self.root = Table(self, (), self.document.data)

    @classmethod
    def of(cls, data: dict[str, Any], what: str, *, field: str = "E240", name: str = "E241") -> CaseFile:
        """What a file would say, given in Python or on the command line; checked alike, without lines."""
        made = cls.__new__(cls)
        made.path, made.what, made.field, made.name = FilePath(what), what, field, name
        made.document = Document(what, data)
        made.root = Table(made, (), made.document.data)
        return made

    def tables(self, *, but: Collection[str] = ()) -> Iterator[tuple[str, Table]]:
        """Every table of the file by name, those of `but` left out; a fault where an entry is no table."""
        yield from self.root.tables(but=but)

    def check(self) -> None:
        """Raise every fault of the file at once; nothing where it has none."""
        self.document.faults.raise_if_any(f"{self.path.name}, {self.what}")


@dataclass(frozen=True)
class Table:
    """A table of a file: its path in the file, and what stands in it."""

    file: CaseFile
    path: tuple[str | int, ...]
    data: dict[str, Value]

    @property
    def label(self) -> str:
        """The table as a message names it."""
        return ".".join(map(str, self.path)) or self.file.path.name

    @property
    def sound(self) -> bool:
        """True while no fault lies in this table or in what it holds."""
        start = ".".join(map(str, self.path))
        fields = [fault.field or "" for fault in self.file.document.faults.found]
        return not any(field == start or field.startswith(f"{start}.") or not start for field in fields)

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def fault(
        self,
        key: str | None,
        message: str,
        value: object = None,
        allowed: Iterable[str] = (),
        *,
        code: str | None = None,
    ) -> None:
        """Note a fault of a field, or of the table where `key` is None."""
        choices = list(allowed)
        shown = ", ".join(choices[:SHOWN]) + (", ..." if len(choices) > SHOWN else "") if choices else None
        near = nearest(str(value), choices) if choices and value is not None else None
        path = self.path if key is None else (*self.path, key)
        self.file.document.fault(code or self.file.field, message, path, value, shown, near)

    def only(self, keys: Iterable[str]) -> None:
        """Note every field that is none of these."""
        known = list(keys)
        for key in self.data:
            if key not in known:
                self.fault(key, f"{self.file.what}: there is no field {key!r}", key, known)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; required where there is no default."""
        value = self.data.get(key, default)
        if isinstance(value, str) and (value.strip() or default is not None):
            return value
        if value is None:
            self.fault(key, f"{self.label} needs {key}")
        else:
            self.fault(key, f"{key} is a text", value)
        return ""

    def choice(self, key: str, allowed: Collection[str], default: str | None = None, *, code: str | None = None) -> str:
        """One of a few words; required where there is no default."""
        value = self.text(key, default)
        if value and value not in allowed:
            self.fault(key, f"unknown {key}", value, allowed, code=code)
        return value

    def number(
        self, key: str, default: float | None = None, *, above: float | None = None, least: float | None = None
    ) -> float:
        """A number, above or not below a bound; required where there is no default."""
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            words = f"{key} is a number" if key in self.data else f"{self.label} needs {key}, a number"
            self.fault(key, words, value)
            return 0.0
        if (above is not None and value <= above) or (least is not None and value < least):
            bound = f"above {above:g}" if above is not None else f"{least:g} or more"
            self.fault(key, f"{key} is a number {bound}", value)
        return float(value)

    def texts(self, key: str, allowed: Collection[str] | None = None, what: str = "name") -> tuple[str, ...]:
        """A list of texts, each among those allowed; empty where it is absent."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self.fault(key, f"{key} is a list of names", value)
            return ()
        for entry in value:
            if allowed is not None and entry not in allowed:
                self.fault(key, f"no {what} {entry!r}", entry, allowed, code=self.file.name)
        return tuple(value)

    def month(self, key: str, default: str | None = None) -> str:
        """A month such as "2006-01"; required where there is no default."""
        value = self.data.get(key, default)
        if value == default and default is not None:
            return default
        if value is None:
            self.fault(key, f"{self.label} needs {key}, a month")
        elif not _MONTH.match(str(value)):
            self.fault(key, f'{key} is a month such as "2006-01"', value)
        return "" if value is None else str(value)

    def date(self, key: str) -> str:
        """A day such as 2021-08-30, as text."""
        value = self.data.get(key)
        if value is None:
            self.fault(key, f"{self.label} needs {key}, a date")
        elif not isinstance(value, datetime.date):
            self.fault(key, f"{key} is a date such as 2021-08-30", value)
        return str(value)

    def settings(self, key: str) -> dict[str, Any]:
        """Levers with what they are set to, as in a scenario; empty where absent. What a lever may be is checked when
        it is applied."""
        table = self.table(key)
        for lever in table.data:
            if ".".join(lever.split(".")[:2]) not in MODEL.levers:
                table.fault(lever, f"no lever {lever!r}", lever, MODEL.levers, code=self.file.name)
        return dict(table.data)

    def quantity(self, key: str, *, national: bool = False, default: str | None = None) -> str:
        """A quantity of the model; of the whole country where `national`."""
        value = self.text(key, default)
        known = {name for name, q in MODEL.quantities.items() if not (national and q.over)}
        if value and value not in known:
            words = "no quantity of the whole country" if national else "no such quantity"
            self.fault(key, f"{words}: {value!r}", value, sorted(known), code=self.file.name)
        return value

    def table(self, key: str) -> Table:
        """A table within this one; an empty one where it is absent."""
        value = self.data.get(key, {})
        if not isinstance(value, dict):
            self.fault(key, f"{key} is a table", value)
            value = {}
        return Table(self.file, (*self.path, key), value)

    def tables(self, *, but: Collection[str] = ()) -> Iterator[tuple[str, Table]]:
        """Every table within this one by name; a fault where an entry is none."""
        for name, value in self.data.items():
            if name in but:
                continue
            if not isinstance(value, dict):
                self.fault(name, f"{name} is not a table", value)
                continue
            yield name, Table(self.file, (*self.path, name), value)

    def rows(self, key: str) -> Iterator[Table]:
        """Every table of a list [[key]]; a fault where an entry is none."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.fault(key, f"{key} is a list of tables", value)
            return
        for number, entry in enumerate(value):
            if isinstance(entry, dict):
                yield Table(self.file, (*self.path, key, number), entry)
            else:
                self.fault(key, f"entry {number + 1} of {key} is not a table", entry)
