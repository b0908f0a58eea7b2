"""Where in a TOML text each key and each list entry stands.

The standard library parses TOML but forgets positions. A fault should name its line, so this walks once over a text
that has already been parsed without error and notes the line of every path. It reads keys, brackets and strings
only; it judges nothing and understands no values.
"""

from __future__ import annotations

import re

__all__ = ["Path", "line_numbers"]

#: A place in the parsed data: keys of tables and numbers of list entries.
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LONG_BASIC = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''.*?'{3,5}", re.DOTALL)
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_SCALAR = re.compile(r"[^,\]}#\n]*")


class _Walker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}  # entries seen of each array of tables
        self.counted_to = 0
        self.line = 1

    def here(self) -> int:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        return self.line

    def note(self, path: Path) -> None:
        line = self.here()
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def string(self) -> str:
        """Read a string and return its text; escapes stay as they are unless simple."""
        if self.peek(3) == '"""':
            pattern, edge = _LONG_BASIC, 3
        elif self.peek(3) == "'''":
            pattern, edge = _LONG_LITERAL, 3
        else:
            pattern, edge = (_BASIC, 1) if self.peek() == '"' else (_LITERAL, 1)
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError("no string here")
        self.at = match.end()
        return match[0][edge:-edge]

    def key(self) -> Path:
        parts: list[str | int] = []
        while True:
            self.skip(_SPACE)
            if self.peek() in ("'", '"'):
                parts.append(self.string())
            else:
                match = _BARE.match(self.text, self.at)
                if match is None:
                    raise ValueError("no key here")
                self.at = match.end()
                parts.append(match[0])
            self.skip(_SPACE)
            if self.peek() != ".":
                return tuple(parts)
            self.at += 1

    def value(self, path: Path) -> None:
        self.skip(_SPACE)
        first = self.peek()
        if first in ("'", '"'):
            self.string()
        elif first == "[":
            self.at += 1
            index = 0
            while True:
                self.skip(_BLANK)
                if self.peek() == "]":
                    break
                self.note((*path, index))
                self.value((*path, index))
                index += 1
                self.skip(_BLANK)
                if self.peek() == ",":
                    self.at += 1
                elif self.peek() != "]":
                    raise ValueError("no end of list")
            self.at += 1
        elif first == "{":
            self.at += 1
            while True:
                self.skip(_BLANK)
                if self.peek() == "}":
                    break
                if self.peek() == ",":
                    self.at += 1
                    continue
                self.pair(path)
            self.at += 1
        else:
            self.skip(_SCALAR)

    def pair(self, path: Path) -> None:
        self.skip(_BLANK)
        start = self.at
        key = self.key()
        end, self.at = self.at, start
        self.note((*path, *key))
        self.at = end
        if self.peek() != "=":
            raise ValueError("no value here")
        self.at += 1
        self.value((*path, *key))

    def table(self) -> Path:
        double = self.peek(2) == "[["
        self.at += 2 if double else 1
        key = self.key()
        self.at += 2 if double else 1
        path: Path = ()
        for position, part in enumerate(key):
            path = (*path, part)
            last = position == len(key) - 1
            if double and last:
                number = self.counts.get(path, 0)
                self.counts[path] = number + 1
                path = (*path, number)
            elif path in self.counts:
                path = (*path, self.counts[path] - 1)
        self.note(path)
        return path

    def walk(self) -> dict[Path, int]:
        table: Path = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return self.lines
            if self.peek() == "[":
                table = self.table()
            else:
                self.pair(table)


def line_numbers(text: str) -> dict[Path, int]:
    """Return the line (from 1) of every key and list entry of a valid TOML text.

    A text that this cannot follow yields the lines found so far: a fault without a line is still a fault.
    """
    walker = _Walker(text)
    try:
        return walker.walk()
    except (ValueError, IndexError, RecursionError):
        return walker.lines
