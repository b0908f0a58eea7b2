"""Finding the series that a file names: one's own first, then those that ship."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from forbear import evidence
from forbear.errors import EvidenceError, nearest
from forbear.evidence.own import OwnSeries
from forbear.evidence.series import Series
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path
from forbear.units import factor

__all__ = ["Find", "Finder", "find_series", "turns"]

#: Units in words that say nothing to convert; the number is taken as it is.
_UNSAID = ("see ", "index")

#: From the name of a series to the series. Raises EvidenceError E501.
Find = Callable[[str], Series]


@dataclass(frozen=True)
class Finder:
    """What finds a series by name among one's own, then among those that ship; it can be sent to another process."""

    own: Mapping[str, OwnSeries]
    shipped: Find = evidence.find

    def __call__(self, name: str) -> Series:
        """The series of that name. Raises EvidenceError for one that is not there."""
        return self.own[name] if name in self.own else self.shipped(name)


def find_series(document: Document, path: Path, name: object, find: Find) -> Series | None:
    """Return the series of that name; notes E203 or E224, with a word for who names a file instead."""
    if not isinstance(name, str):
        document.fault("E203", "a series is named by text", path, name, "see: forbear evidence")
        return None
    declared = document.data.get("series", {})
    if isinstance(declared, dict) and name in declared:
        try:
            return find(name)
        except EvidenceError:
            return None  # what is wrong with it is told where it is declared
    try:
        return find(name)
    except EvidenceError as error:
        allowed = "one of `forbear evidence`, or one of your own under [series.NAME]"
        if name.lower().endswith((".csv", ".tsv", ".txt")):
            stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
            allowed = (
                f'series = "{stem}" here, and [series.{stem}] with table = "{name}" (see docs/how-to/your-own-data.md)'
            )
        near = error.faults[0].nearest or (nearest(name, declared) if isinstance(declared, dict) else None)
        document.fault("E224", f"no series {show(name)!r}", path, name, allowed, near)
        return None


def turns(unit: str, declared: str) -> float:
    """Return what a number in the unit of a column is multiplied by to be in a declared unit.

    Raises UnitError E301 to E303 where it counts another kind of thing.
    """
    return 1.0 if unit.startswith(_UNSAID) else factor(unit, declared)
