"""One TOML file as read: its data, its text's line numbers, and how faults in it are reported."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from forbear.errors import Fault, FileError, nearest
from forbear.faults import Faults, show
from forbear.scenario.reading.locate import Path, line_numbers

__all__ = ["Document", "parse", "read_document", "read_text"]

#: A scenario longer than this is not a scenario.
LARGEST_FILE = 8 * 1024 * 1024


@dataclass(frozen=True)
class Document:
    """Parsed data with the file it came from. `file` is None for changes made in Python or on the command line."""

    layer: str
    data: dict[str, Any]
    faults: Faults = field(default_factory=Faults, compare=False, repr=False)
    file: str | None = None
    folder: FilePath | None = None
    text: str = field(default="", repr=False)

    @cached_property
    def lines(self) -> dict[Path, int]:
        """Line of every path in the file."""
        return line_numbers(self.text)

    def line(self, path: Path) -> int | None:
        """Return the line of a path, or of the nearest table around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def fault(
        self,
        code: str,
        message: str,
        path: Path = (),
        value: object = None,
        allowed: str | None = None,
        near: str | None = None,
    ) -> None:
        """Note a fault at `path`."""
        self.faults.add(
            Fault(
                code,
                message,
                file=self.file,
                line=self.line(path),
                field=".".join(str(part) for part in path) or None,
                value=None if value is None else show(value),
                allowed=allowed,
                nearest=near,
            )
        )

    def unknown_keys(self, table: dict[str, Any], allowed: tuple[str, ...], path: Path) -> None:
        """Note E201 for every key of `table` that is not allowed."""
        for key in table:
            if key not in allowed:
                place = f" in [{'.'.join(map(str, path))}]" if path else ""
                self.fault(
                    "E201", f"unknown key {key!r}{place}", (*path, key), None, ", ".join(allowed), nearest(key, allowed)
                )


def read_text(path: FilePath) -> str:
    """Return a file's text. Raises FileError E101 (absent) or E104 (unreadable, too large, not UTF-8)."""
    name = str(path)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _file_error("E104", f"{name} is too large for a scenario", name, "at most 8 MiB")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise _file_error("E101", f"no file {name}", name) from None
    except UnicodeDecodeError as error:
        message = f"{name} is not text in UTF-8 (byte {error.start})"
        raise _file_error("E104", message, name, "text in UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        raise _file_error("E104", f"{show(name)} cannot be read: {reason}", show(name)) from None


def read_document(path: FilePath, layer: str, faults: Faults) -> Document:
    """Read and parse a TOML file. Raises FileError E101, E102 or E104."""
    return parse(read_text(path), layer, faults, str(path), path.parent)


def parse(text: str, layer: str, faults: Faults, file: str | None, folder: FilePath | None) -> Document:
    """Parse TOML text. Raises FileError E102 with the line of the error."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise _file_error("E102", "tables and lists are nested too deeply", file) from None
    except ValueError as error:  # TOMLDecodeError, and numbers of too many digits
        message = str(error).split("\n")[0]
        place = re.search(r"\(at line (\d+), column (\d+)\)|\(at end of document\)", message)
        line = None
        if place:
            line = int(place[1]) if place[1] else text.count("\n") + 1
            message = message.replace(place[0], "").strip()
        if "digits" in message:
            message = "a number has too many digits"
        raise _file_error("E102", f"not TOML: {message}", file, line=line) from None
    return Document(layer, data, faults, file, folder, text)


def _file_error(
    code: str, message: str, file: str | None, allowed: str | None = None, line: int | None = None
) -> FileError:
    return FileError(code, message, faults=(Fault(code, message, file=file, line=line, allowed=allowed),))
