"""One TOML file as read: its data, its text's line numbers, and how faults in it are reported."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from forbear.errors import Fault, FileError, can_be_shown, nearest
from forbear.faults import Faults, show
from forbear.files import check_regular
from forbear.scenario.reading.locate import Path, line_numbers

__all__ = ["Document", "Written", "parse", "read_document", "read_text"]

#: A scenario longer than this is not a scenario.
LARGEST_FILE = 8 * 1024 * 1024
#: Tables within tables; no scenario needs a tenth of it.
DEEPEST = 32
_TOO_DEEP = "tables and lists are nested too deeply"
_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
#: A dotted key of so many parts that reading it would take longer than the square of its length is worth.
_DEEP_KEY = re.compile(rf"(?:^|[{{,])[ \t]*+\[{{0,2}}[ \t]*+(?:{_PART}\.[ \t]*+){{{DEEPEST}}}", re.MULTILINE)


class Written(float):
    """A decimal as a file writes it: 20.000 and 20.0 are one number and may be two meanings."""

    written: str

    def __new__(cls, text: str | float) -> Written:
        """Keep the text beside the number."""
        number = super().__new__(cls, text)
        number.written = str(text)
        return number


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
        if check_regular(path) > LARGEST_FILE:
            raise _file_error("E104", f"{name} is too large for a scenario", name, "at most 8 MiB")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        raise _file_error("E101", f"no file {name}", name) from None
    except UnicodeDecodeError as error:
        message = f"{name} is not text in UTF-8 (byte {error.start})"
        raise _file_error("E104", message, name, "text in UTF-8") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a possible file name"
        raise _file_error("E104", f"{show(path)} cannot be read: {reason}", show(path)) from None


def read_document(path: FilePath, layer: str, faults: Faults) -> Document:
    """Read and parse a TOML file. Raises FileError E101, E102 or E104."""
    return parse(read_text(path), layer, faults, str(path), path.parent)


def parse(text: str, layer: str, faults: Faults, file: str | None, folder: FilePath | None) -> Document:
    """Parse TOML text. Raises FileError E102 with the line of the error."""
    deep = _DEEP_KEY.search(text)
    if deep is not None:
        raise _file_error("E102", _TOO_DEEP, file, f"at most {DEEPEST} levels", text.count("\n", 0, deep.start()) + 1)
    try:
        data = tomllib.loads(text, parse_float=Written)
    except RecursionError:
        raise _file_error("E102", _TOO_DEEP, file, f"at most {DEEPEST} levels") from None
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
    wrong = _beyond(data)
    if wrong is not None:
        raise _file_error("E102", wrong, file)
    return Document(layer, data, faults, file, folder, text)


def _beyond(data: dict[str, Any]) -> str | None:
    """What is deeper or larger than TOML and this program hold, or None; walks without calling itself."""
    left: list[tuple[int, Any]] = [(0, data)]
    while left:
        depth, value = left.pop()
        if depth > DEEPEST:
            return _TOO_DEEP
        texts = (*(value if isinstance(value, dict) else ()), value)
        unshown = next((text for text in texts if isinstance(text, str) and not can_be_shown(text)), None)
        if unshown is not None:
            return f"a text holds a character that cannot be shown: {unshown[:60]!r}"
        if isinstance(value, (dict, list)):
            left += [(depth + 1, inner) for inner in (value.values() if isinstance(value, dict) else value)]
        elif isinstance(value, int) and abs(value) >= 2**63:
            return "a whole number of more than 64 bits"
    return None


def _file_error(
    code: str, message: str, file: str | None, allowed: str | None = None, line: int | None = None
) -> FileError:
    return FileError(code, message, faults=(Fault(code, message, file=file, line=line, allowed=allowed),))
