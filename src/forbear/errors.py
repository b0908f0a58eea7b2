"""One tree of errors with stable codes.

    ForbearError
    ├── FileError      E1xx  a file cannot be read, parsed or written, or is damaged
    ├── ScenarioError  E2xx  a scenario says something that cannot be meant
    ├── UnitError      E3xx  a unit is unknown or of the wrong kind
    ├── RunError       E4xx  a simulation or its store cannot go on
    ├── EvidenceError  E5xx  a series or a known total is not as it should be
    └── FitError       E6xx  a stage of a fit refuses to pass its result on

A fault in a user's file is reported together with every other fault of that file: see `Fault` and
`ForbearError.faults`. `explain(code)` gives the paragraph that `forbear explain E204` prints.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = [
    "MOST_SHOWN",
    "EvidenceError",
    "Fault",
    "FileError",
    "FitError",
    "ForbearError",
    "RunError",
    "ScenarioError",
    "UnitError",
    "can_be_shown",
    "nearest",
]


#: Faults that are written out; of the others their number is told.
MOST_SHOWN = 200
#: No name is longer: a word beyond that resembles none, and to compare it would take long.
_LONGEST_NAME = 120


def nearest(word: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed word most like `word`, or None when nothing is alike."""
    if len(word) > _LONGEST_NAME:
        return None
    matches = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.55)
    return matches[0] if matches else None


#: Controls but tabulators and ends of lines, marks that turn the direction of writing, halves of characters: a terminal
#: obeys some of them (it writes the clipboard, wipes the screen, shows another word than is there), and none is text.
_UNSHOWN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")


def can_be_shown(text: str) -> bool:
    """False for a text with controls, halves of characters, or marks that turn the direction of writing."""
    return _UNSHOWN.search(text) is None


def _shown(text: str) -> str:
    """The same text where it can be printed; what cannot be shown as its number, \\x1b or \\ud800."""
    return _UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a file: where it is, what it is, what is allowed."""

    code: str
    message: str
    file: str | None = None
    line: int | None = None
    field: str | None = None
    value: str | None = None
    allowed: str | None = None
    nearest: str | None = None

    def __post_init__(self) -> None:
        for name in ("message", "file", "field", "value", "allowed", "nearest"):
            text = getattr(self, name)
            if isinstance(text, str):
                object.__setattr__(self, name, _shown(text))

    def render(self) -> str:
        """Return the fault as indented lines of plain text."""
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        head = f"{self.code} {self.message}" if not place else f"{place}: {self.code} {self.message}"
        lines = [head]
        for label, content in (
            ("field", self.field),
            ("value", self.value),
            ("allowed", self.allowed),
        ):
            if content is not None:
                lines.append(f"    {label}: {content}")
        if self.nearest is not None:
            lines.append(f"    did you mean: {self.nearest}")
        return "\n".join(lines)


@dataclass
class ForbearError(Exception):
    """A fault that a user can mend. `faults` holds every fault found, at least one."""

    code: str
    message: str
    hint: str | None = None
    faults: Sequence[Fault] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        self.message = _shown(self.message)
        self.hint = None if self.hint is None else _shown(self.hint)
        super().__init__(self.message)
        if not self.faults:
            self.faults = (Fault(self.code, self.message),)

    def __reduce__(self) -> tuple[type[ForbearError], tuple[object, ...]]:
        """An error of a worker process arrives whole."""
        return type(self), (self.code, self.message, self.hint, tuple(self.faults))

    def __str__(self) -> str:
        text = "\n".join(fault.render() for fault in self.faults[:MOST_SHOWN])
        if len(self.faults) > MOST_SHOWN:
            text += f"\nand {len(self.faults) - MOST_SHOWN:,} more"
        if len(self.faults) > 1:
            text = f"{self.message}\n{text}"
        return text if self.hint is None else f"{text}\n    hint: {self.hint}"


class FileError(ForbearError):
    """A file cannot be read, parsed or written (E1xx)."""


class ScenarioError(ForbearError):
    """A scenario says something that cannot be meant (E2xx)."""


class UnitError(ForbearError):
    """A unit is unknown or of the wrong kind (E3xx)."""


class RunError(ForbearError):
    """A simulation or its store cannot go on (E4xx)."""


class EvidenceError(ForbearError):
    """A series is unknown, or a table is not as its catalogue says (E5xx)."""


class FitError(ForbearError):
    """A stage of a fit refuses to pass its result on (E6xx)."""
