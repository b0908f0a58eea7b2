"""Faults are gathered, not thrown one by one: a user sees everything that is wrong with a file at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import NoReturn

from forbear.errors import Fault, FileError, FitError, ForbearError, ScenarioError, UnitError

__all__ = ["Faults", "show"]


def show(value: object) -> str:
    """Return a value as it may stand in a message: short, on one line. A long path keeps its end, where its name is."""
    text = value if isinstance(value, str) else _literal(value)
    text = " ".join(text.split())
    if len(text) <= 80:
        return text
    return "..." + text[-77:] if isinstance(value, PurePath) else text[:77] + "..."


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**18:
        return "a number of very many digits"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        parts = (
            f"{key} = {'...' if isinstance(entry, (dict, list)) else show(entry)}"
            for key, entry in list(value.items())[:4]
        )
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return str(value)


class Faults:
    """Every fault found so far, each only once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self._held: set[Fault] = set()
        self.unreadable: set[str] = set()
        """Dimensions whose members could not be read: that a member is unknown would only repeat that fault."""

    def add(self, fault: Fault) -> None:
        """Keep a fault, unless it is there already or follows from members that could not be read."""
        follows = fault.code == "E206" and any(fault.message.startswith(f"no {name} ") for name in self.unreadable)
        if not follows and fault not in self._held:
            self._held.add(fault)
            self.found.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Keep several faults."""
        for fault in faults:
            self.add(fault)

    def raise_if_any(self, what: str) -> None:
        """Raise one error that holds every fault, in the order of files and lines. Does nothing without faults."""
        if self.found:
            self.throw(what)

    def throw(self, what: str) -> NoReturn:
        """Raise FileError when all faults are E1xx, UnitError when all are E3xx, FitError when all are E6xx, else ScenarioError."""
        ordered = sorted(self.found, key=lambda fault: (fault.file or "", fault.line or 0))
        kinds = {fault.code[:2] for fault in ordered}
        kind: type[ForbearError] = ScenarioError
        if kinds == {"E1"}:
            kind = FileError
        elif kinds == {"E3"}:
            kind = UnitError
        elif kinds == {"E6"}:
            kind = FitError
        number = len(ordered)
        message = ordered[0].message if number == 1 else f"{what}: {number} faults"
        raise kind(ordered[0].code, message, faults=tuple(ordered))
