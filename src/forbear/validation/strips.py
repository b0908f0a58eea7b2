"""A band and a number on one line of text: the picture of a course in a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["scale_of", "strip"]

WIDTH = 44


def scale_of(numbers: Sequence[float]) -> tuple[float, float, bool]:
    """Ends of a scale that holds all numbers, and whether it is logarithmic (all above nought and wide apart)."""
    known = [v for v in numbers if math.isfinite(v)]
    if not known:
        return 0.0, 1.0, False
    low, high = min(known), max(known)
    logarithmic = low > 0 and high / low > 8
    if not logarithmic:
        low = min(low, 0.0)
    return low, max(high, low + 1e-9), logarithmic


def strip(
    band: tuple[float, float, float, float, float],
    observed: float,
    scale: tuple[float, float, bool],
    width: int = WIDTH,
) -> str:
    """One line: thin for nine tenths, thick for a half, a bar at the median, a dot at what was observed.

    band: 5, 25, 50, 75, 95 per cent.

    >>> strip((1, 2, 3, 4, 5), 5, (0, 6, False), 13)
    '  ─━━┃━━●    '
    """
    low, high, logarithmic = scale

    def place(value: float) -> int:
        value = min(max(value, low), high)
        share = math.log(value / low) / math.log(high / low) if logarithmic else (value - low) / (high - low)
        return min(int(share * (width - 1) + 0.5), width - 1)

    cells = [" "] * width
    a, b, middle, c, d = (place(v) for v in band)
    cells[a : d + 1] = "─" * (d + 1 - a)
    cells[b : c + 1] = "━" * (c + 1 - b)
    cells[middle] = "┃"
    cells[place(observed)] = "●"
    return "".join(cells)
