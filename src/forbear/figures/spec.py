"""One figure specification: the picture, the table behind it, and words for those who cannot see it.

A figure says what is shown; `forbear.figures.svg` draws it. Nothing here knows about ensembles or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from forbear.words import approximately

__all__ = ["Figure", "Line", "Marks", "Ribbon", "approximately"]


@dataclass(frozen=True)
class Ribbon:
    """An interval along x. `level` is the share of members inside, such as 0.9."""

    x: list[float]
    low: list[float]
    high: list[float]
    level: float
    role: str = "simulated"


@dataclass(frozen=True)
class Line:
    """A line along x. `role` picks colour and dash: simulated, observed, second, third."""

    x: list[float]
    y: list[float]
    role: str
    label: str


@dataclass(frozen=True)
class Marks:
    """Separate observations, optionally with a width along x (a whole year) or an interval in y."""

    x: list[float]
    y: list[float]
    role: str
    label: str
    low: list[float] | None = None
    high: list[float] | None = None


@dataclass(frozen=True)
class Figure:
    """A chart over time. x is in years (2006.5 is the middle of 2006); y in `unit`."""

    name: str
    title: str
    unit: str
    caption: str
    alternative: str
    bands: list[Ribbon] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    marks: list[Marks] = field(default_factory=list)
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    logarithmic: bool = False
