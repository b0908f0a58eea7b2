"""The atlas's wide drawings once more for a phone: the map in three parts, a case's name above its row.

The same numbers, marks and colours as `forbear.report.atlas.drawings`, 360 units wide, so that words keep their size.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import cache
from html import escape
from typing import Any

from forbear.evidence.atlas import ATLAS, Case
from forbear.inference.record import about
from forbear.report.atlas.drawings import (
    BLUE,
    COAST,
    GRID,
    INK,
    LAND,
    ORDER,
    RULE_OF_THUMB,
    SOFT,
    dot,
    hollow,
    line,
    log_scale,
    mark,
    order_of,
    sheet,
    square,
    text,
    tick,
)

__all__ = ["expected", "forces", "legend", "parts_of_the_world"]

WIDTH = 360.0
#: Parts of the map: title, west, east, south, north, in degrees.
PARTS = (
    ("The Americas", -98.0, -52.0, 3.0, 30.0),
    ("Europe, Africa, western Asia", -20.0, 76.0, -30.0, 60.0),
    ("Eastern Asia", 95.0, 148.0, -13.0, 46.0),
)
_STEP = 36.0


def legend(x: float = 10, y: float = 13) -> list[str]:
    """What the shapes mean, in two rows."""
    out, start = [], x
    for number, (word, (_, label)) in enumerate(ORDER.items()):
        if number == 3:
            x, y = start, y + 20
        out += [mark(word, x, y), text(x + 10, y + 4, label, colour=SOFT)]
        x += 34 + 7 * len(label)
    return out


@cache
def _land() -> list[Any]:
    return list(json.loads((ATLAS / "land.json").read_text(encoding="utf-8")))


def parts_of_the_world(cases: tuple[Case, ...], link: Callable[[Case], str]) -> list[tuple[str, str]]:
    """The map in parts, each with its title. Every case lies in one of them. Raises ValueError where one does not."""
    out, left = [], {case.name for case in cases}
    for part, (title, west, east, south, north) in enumerate(PARTS, 1):
        inside = [
            (number, case)
            for number, case in enumerate(cases, 1)
            if west <= case.longitude <= east and south <= case.latitude <= north
        ]
        left -= {case.name for _, case in inside}
        out.append((title, _part(f"{part}", title, (west, east, south, north), inside, link)))
    if left:
        raise ValueError(f"no part of the map holds {', '.join(sorted(left))}")
    return out


def _part(
    key: str,
    title: str,
    frame: tuple[float, float, float, float],
    inside: Sequence[tuple[int, Case]],
    link: Callable[[Case], str],
) -> str:
    """One part of the map. key: sets its names apart from those of other parts."""
    west, east, south, north = frame
    across = WIDTH / (east - west)
    up = across * 1.15
    height = (north - south) * up

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude - west) * across, (north - latitude) * up

    parts = [f'<clipPath id="frame-{key}"><rect width="{WIDTH:g}" height="{height:.0f}"/></clipPath>']
    parts.append(f'<g clip-path="url(#frame-{key})">')
    for ring in _land():
        points = [place(x, y) for x, y in ring]
        if any(-200 <= x <= WIDTH + 200 and -200 <= y <= height + 200 for x, y in points):
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            parts.append(f'<path d="M{path}Z" fill="{LAND}" stroke="{COAST}" stroke-width="0.6"/>')
    parts.append("</g>")
    taken = [place(case.longitude, case.latitude) for _, case in inside]
    for number, case in inside:
        x, y = place(case.longitude, case.latitude)
        dx, dy = _free(x, y, taken, height)
        taken.append((x + dx, y + dy))
        told = escape(f"{number} {case.title}: {ORDER[order_of(case, 'order_10y')][1]} after ten years")
        own = mark(order_of(case, "order_10y"), x, y, 5)
        if math.hypot(dx, dy) > 18:
            own = line(x, y, x + dx * 0.75, y + dy * 0.75, SOFT, 'stroke-width="0.8"') + own
        own += text(x + dx, y + dy + 4, str(number), anchor="middle", size=13, weight=600)
        parts.append(f'<a href="{escape(link(case))}" aria-label="{told}"><title>{told}</title>{own}</a>')
    words = "; ".join(f"{n} {case.title}: {ORDER[order_of(case, 'order_10y')][1]}" for n, case in inside)
    return sheet(f"map-{key}", WIDTH, height, f"{title}: interventions and their order", words, parts, role="group")


def _free(x: float, y: float, taken: list[tuple[float, float]], height: float) -> tuple[float, float]:
    """From a mark to where its number stands: as far from everything else as can be, and inside."""
    turns = (0, 7, 1, 6, 2, 5, 3, 4)
    near = [(14 * math.cos(turn * math.pi / 4), 13 * math.sin(turn * math.pi / 4)) for turn in turns]
    tried = [*near, *((1.9 * dx, 1.9 * dy) for dx, dy in near)]
    seen = [(dx, dy) for dx, dy in tried if 9 <= x + dx <= WIDTH - 9 and 9 <= y + dy <= height - 6]
    return max(seen, key=lambda c: min(min(math.hypot(x + c[0] - u, y + c[1] - v) for u, v in taken), 13.0))


def forces(cases: tuple[Case, ...]) -> str:
    """Peak force with its range, sorted, and what came of it: a case's name stands above its row."""
    ranked = sorted((case for case in cases if case.per_1000), key=lambda case: -(case.per_1000 or (0, 0, 0))[0])
    left, right, top = 12.0, 190.0, 112.0
    height = top + _STEP * len(ranked) + 8
    columns = (216.0, 246.0, 278.0, 312.0, 346.0)
    parts = [
        *legend(),
        text(8, 62, "most soldiers for every", weight=600),
        text(8, 76, "thousand inhabitants", weight=600),
    ]
    for value in (0.1, 1, 10, 100):
        x = log_scale(value, 0.1, 300, left, right)
        parts += [line(x, top - 8, x, height - 8, GRID), tick(x, top - 13, f"{value:g}", 12)]
    x = log_scale(RULE_OF_THUMB, 0.1, 300, left, right)
    parts.append(line(x, top - 8, x, height - 8, INK, 'stroke-dasharray="4 3"'))
    parts.append(text(x + 3, top - 13, "20", size=12))
    for x, (head, under) in zip(
        columns, (("order", "5 y"), ("", "10 y"), ("5 y", "after"), ("demo-", "cracy"), ("", "war")), strict=True
    ):
        parts += [tick(x, top - 27, head, 12), tick(x, top - 13, under, 12)]
    for row, case in enumerate(ranked):
        y, density = top + 22 + _STEP * row, case.per_1000 or (0, 0, 0)
        ends = [log_scale(value, 0.1, 300, left, right) for value in density]
        parts += [
            text(8, y - 10, case.title, size=13),
            line(ends[1], y, ends[2], y, BLUE, 'stroke-opacity="0.35" stroke-width="6"'),
            dot(ends[0], y, 4, BLUE),
        ]
        for x, quantity in zip(columns, ("order_5y", "order_10y", "order_5y_after_end"), strict=False):
            parts.append(mark(order_of(case, quantity), x, y))
        for x, word in zip(columns[3:], (case.democracy, case.war), strict=True):
            parts.append(text(x, y + 4, {"unknown": "?"}.get(word, word), anchor="middle", size=13))
    told = "Cases from the largest force for the population to the smallest; the dashed line is a rule of thumb of 20 "
    told += "per thousand."
    return sheet("forces-narrow", WIDTH, height, "What came of it: force, order and democracy", told, parts)


def expected(cases: tuple[Case, ...]) -> str:
    """Chances of calm and of a war side by side under each case's name, and whether it came."""
    rows = {row["case"]: row for row in about().get("judged", {}).get("cases", [])}
    kept = [case for case in cases if case.name in rows]
    top = 146.0
    height = top + _STEP * max(len(kept), 1) + 8
    parts = [
        *(dot(14, 15, 5, BLUE), text(24, 19, "knowing the other cases", colour=SOFT)),
        *(hollow(200, 15), text(210, 19, "before any data", colour=SOFT)),
        *(line(14, 30, 14, 44, INK, 'stroke-width="2"'), text(24, 41, "share among the other cases", colour=SOFT)),
        *(square(14, 59), text(24, 63, "it came", colour=SOFT), text(90, 63, "–  it did not", colour=SOFT)),
    ]
    panels = (("calm", "calm after five years", 14.0, 132.0, 160.0), ("war", "a war", 196.0, 314.0, 342.0))
    for question, head, x0, x1, came in panels:
        parts += [text(x0 - 6, 100, head, weight=600), tick(came, top - 28, "came", 12)]
        for value in (0, 0.5, 1):
            x = x0 + (x1 - x0) * value
            parts += [line(x, top - 8, x, height - 8, GRID), tick(x, top - 14, f"{value:.0%}", 12)]
        for row, case in enumerate(kept):
            y, found = top + 22 + _STEP * row, rows[case.name][question]
            if question == "calm":
                parts.append(text(8, y - 10, case.title, size=13))
            if found["came"] is None:
                continue
            at = {name: x0 + (x1 - x0) * found[name] for name in ("record", "prior", "base rate")}
            parts += [
                line(at["base rate"], y - 6, at["base rate"], y + 6, INK, 'stroke-width="2"'),
                hollow(at["prior"], y),
                dot(at["record"], y, 5, BLUE),
                square(came, y) if found["came"] else tick(came, y + 4, "–", 13),
            ]
    told = "One row a case: chances of calm after five years and of a war by three forecasters, and whether it came."
    heading = "What the model would have expected of each case"
    heights = [top + 22 + _STEP * row for row in range(len(kept))]
    return sheet("foreseen-narrow", WIDTH, height, heading, told, parts, rows=heights)
