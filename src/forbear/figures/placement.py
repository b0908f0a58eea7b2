"""Places labels beside points so that no two overlap: greedy, the same every time, and honest when there is no room."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["Box", "crosses", "place_labels"]

#: left, top, right, bottom
Box = tuple[float, float, float, float]

_TURNS = (0, 180, 90, 270, 45, 315, 135, 225, 20, 340, 160, 200, 65, 115, 245, 295)


def crosses(one: Box, other: Box, spare: float = 0.0) -> bool:
    """True where two boxes share more than an edge, or come nearer than `spare`."""
    return (
        one[0] < other[2] + spare
        and other[0] < one[2] + spare
        and one[1] < other[3] + spare
        and other[1] < one[3] + spare
    )


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)


def place_labels(
    points: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    area: Box,
    *,
    thin: Sequence[Box] = (),
    reach: float = 90.0,
    mark: float = 8.0,
) -> list[Box | None]:
    """Return one box per label inside `area`, clear of every mark and of each other; None where there is no room.

    points: centres of marks; sizes: width and height of labels; thin: boxes that labels should rather not cover, such
    as whiskers; reach: the furthest a label may go from its point. The most crowded point is served first."""
    marks = [(x - mark, y - mark, x + mark, y + mark) for x, y in points]
    crowd = [sum(math.hypot(x - a, y - b) < 70 for a, b in points) for x, y in points]
    placed: list[Box | None] = [None] * len(points)
    for k in sorted(range(len(points)), key=lambda k: (-crowd[k], k)):
        (x, y), (wide, high) = points[k], sizes[k]
        best: tuple[float, Box] | None = None
        for step in range(int(reach // 10) + 1):
            for order, turn in enumerate(_TURNS):
                right, down = math.cos(math.radians(turn)), -math.sin(math.radians(turn))
                away = mark + 2 + 10 * step
                left = x + away * right + (wide * (right - 1) / 2)
                top = y + away * down + (high * (down - 1) / 2)
                box = (left, top, left + wide, top + high)
                if box[0] < area[0] or box[1] < area[1] or box[2] > area[2] or box[3] > area[3]:
                    continue
                if any(crosses(box, m) for m in marks) or any(b and crosses(box, b, 2) for b in placed):
                    continue
                covered = sum(_shared(box, t) for t in thin)
                cost = 10 * step + 0.3 * order + 0.25 * covered
                if best is None or cost < best[0]:
                    best = (cost, box)
            if best is not None and best[0] <= 10 * (step + 1):
                break
        placed[k] = best[1] if best else None
    return placed
