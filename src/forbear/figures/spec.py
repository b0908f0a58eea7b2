"""One figure specification: the picture, the table behind it, and words for those who cannot see it.

A figure says what is shown; `forbear.figures.svg` draws it. Nothing here knows about ensembles or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

__all__ = ["Band", "Figure", "Line", "Marks", "approximately"]


@dataclass(frozen=True)
class Band:
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
    bands: list[Band] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    marks: list[Marks] = field(default_factory=list)
    head: tuple[str, ...] = ()
    rows: Sequence[tuple[str, ...]] = ()
    logarithmic: bool = False


def approximately(value: float, digits: int = 2) -> str:
    """A number as people should read it: two significant digits, thousands apart, no false precision."""
    import math

    if not math.isfinite(value):
        return "not finite"
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    if abs(rounded) >= 1e9:
        return f"{rounded / 1e9:,.{max(0, digits - 1 - int(math.log10(abs(rounded) / 1e9)))}f} billion"
    if abs(rounded) >= 1e6:
        return f"{rounded / 1e6:,.{max(0, digits - 1 - int(math.log10(abs(rounded) / 1e6)))}f} million"
    if abs(rounded) >= 10 ** (digits - 1):
        return f"{rounded:,.0f}"
    if abs(rounded) < 1e-3:  # never in powers of ten
        return f"{rounded:.{digits - 1 - math.floor(math.log10(abs(rounded)))}f}"
    return f"{rounded:.{digits}g}"
