"""Drawings of the atlas: where, with what force, what came of it, what the model would have expected.

SVG with a title and a description; order is told by shape and by colour (Okabe and Ito's, safe for the colour-blind).
The documentation, the report and the server's page show the same.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from html import escape

from forbear.evidence.atlas import ATLAS, Case
from forbear.inference.record import about

__all__ = ["courses", "expected", "forces", "legend", "order_of", "panel", "shortened", "text", "world"]

#: Colours of a page that shows a drawing inline and sets these names; else those of a drawing that stands alone.
INK, SOFT, GRID, PAGE = "var(--ink,#1b1b1b)", "var(--soft,#555555)", "var(--grid,#dcdcdc)", "var(--page,#ffffff)"
LAND, COAST, PANEL, BLUE = "var(--land,#ecece6)", "var(--coast,#c4c4bc)", "var(--panel,#fafaf8)", "var(--sim,#0072b2)"
CAME = "var(--obs,#d55e00)"
ORDER = {
    "calm": ("#0072b2", "calm"), "limited_violence": ("#e69f00", "limited violence"), "coup": ("#cc79a7", "coup"),
    "civil_war": ("#d55e00", "civil war"), "": ("#777777", "not known yet"),
}  # fmt: skip
RULE_OF_THUMB = 20.0


def order_of(case: Case, quantity: str) -> str:
    """The coded order, empty where none is known or none applies."""
    word = case.word(quantity)
    return word if word in ORDER else ""


def mark(word: str, x: float, y: float, size: float = 5.0) -> str:
    """Order as a shape: circle calm, triangle limited violence, diamond coup, square civil war, ring not known."""
    colour = ORDER[word][0]
    style = f'fill="{colour}" stroke="{PAGE}" stroke-width="1"'
    if word == "calm":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" {style}/>'
    if word == "civil_war":
        return f'<rect x="{x - size:.1f}" y="{y - size:.1f}" width="{2 * size:g}" height="{2 * size:g}" {style}/>'
    if word == "":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size - 1:g}" fill="{PAGE}" stroke="{colour}" stroke-width="2"/>'
    tall = size * 1.25
    points = (
        [(0, -tall), (tall, tall * 0.8), (-tall, tall * 0.8)]
        if word == "limited_violence"
        else [(0, -tall), (tall, 0), (0, tall), (-tall, 0)]
    )
    return f'<polygon points="{" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in points)}" {style}/>'


def sheet(
    name: str,
    width: float,
    height: float,
    title: str,
    told: str,
    parts: list[str],
    *,
    role: str = "img",
    rows: Sequence[float] = (),
) -> str:
    """One SVG document that stands alone. role: `group` where something in it can be followed; rows: heights at which
    the rows of the table behind it stand, for a page that gives its values."""
    places = f' data-way="y" data-at="{" ".join(f"{y:.0f}" for y in rows)}"' if rows else ""
    size = f'width="{width:g}" height="{height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" {size}{places} role="{role}" '
        f'aria-labelledby="{name}-t {name}-d" font-family="system-ui,sans-serif" font-size="12" fill="{INK}">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(told)}</desc>'
        f'<rect {size} fill="{PAGE}"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: float = 12, colour: str = INK, weight: int = 400
) -> str:
    """One line of words."""
    style = f'text-anchor="{anchor}" font-size="{size:g}" fill="{colour}" font-weight="{weight}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def tick(x: float, y: float, words: str, size: float = 11) -> str:
    """Words of an axis or a column, in the middle of their place."""
    return text(x, y, words, anchor="middle", size=size, colour=SOFT)


def line(x: float, y: float, to_x: float, to_y: float, colour: str, more: str = "") -> str:
    """A straight line. more: attributes such as its width."""
    place = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {place} stroke="{colour}"{" " + more if more else ""}/>'


def dot(x: float, y: float, size: float, fill: str, more: str = "") -> str:
    """A circle. more: attributes such as its edge."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:g}" fill="{fill}"{" " + more if more else ""}/>'


def hollow(x: float, y: float) -> str:
    """A small ring."""
    return dot(x, y, 4, PAGE, f'stroke="{SOFT}" stroke-width="1.6"')


def square(x: float, y: float) -> str:
    """The mark of what came, with its middle at the place."""
    return f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{CAME}"/>'


def legend(x: float, y: float) -> list[str]:
    """What the shapes mean, in one row."""
    out = []
    for word, (_, label) in ORDER.items():
        out += [mark(word, x, y), text(x + 10, y + 4, label, colour=SOFT)]
        x += 34 + 7 * len(label)
    return out


def world(cases: tuple[Case, ...], link: Callable[[Case], str] | None = None) -> str:
    """The map: a mark for each case at its place, with its number in the tables. link: where a mark leads."""
    width, top, low, high = 960.0, 30.0, -36.0, 62.0
    across = width / 262.0  # from 110 West to 152 East
    height = top + (high - low) * across * 1.15

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude + 110) * across, top + (high - latitude) * across * 1.15

    parts = ['<clipPath id="frame"><rect x="0" y="30" width="960" height="413"/></clipPath><g clip-path="url(#frame)">']
    for ring in json.loads((ATLAS / "land.json").read_text(encoding="utf-8")):
        path = "L".join("{:.1f} {:.1f}".format(*place(x, y)) for x, y in ring)
        parts.append(f'<path d="M{path}Z" fill="{LAND}" stroke="{COAST}" stroke-width="0.6"/>')
    parts.append("</g>")
    spots = [place(case.longitude, case.latitude) for case in cases]
    taken: list[tuple[float, float]] = list(spots)
    for number, (case, (x, y)) in enumerate(zip(cases, spots, strict=True), 1):
        corners = [
            (11 * math.cos(turn * math.pi / 4), 11 * math.sin(turn * math.pi / 4)) for turn in (0, 7, 1, 6, 2, 5, 3, 4)
        ]
        corners += [(1.9 * dx, 1.9 * dy) for dx, dy in corners]
        dx, dy = max(corners, key=lambda c: min(min(math.hypot(x + c[0] - u, y + c[1] - v) for u, v in taken), 10.5))
        taken.append((x + dx, y + dy))
        own = []
        if math.hypot(dx, dy) > 15:
            own.append(line(x, y, x + dx * 0.75, y + dy * 0.75, SOFT, 'stroke-width="0.8"'))
        own += [
            mark(order_of(case, "order_10y"), x, y, 4.5),
            text(x + dx, y + dy + 4, str(number), anchor="middle", size=11, weight=600),
        ]
        if link is None:
            parts += own
            continue
        told = escape(f"{number} {case.title}: {ORDER[order_of(case, 'order_10y')][1]} after ten years")
        parts.append(f'<a href="{escape(link(case))}" aria-label="{told}"><title>{told}</title>{"".join(own)}</a>')
    told = "; ".join(
        f"{number} {case.title}: {ORDER[order_of(case, 'order_10y')][1]}" for number, case in enumerate(cases, 1)
    )
    return sheet(
        "map",
        width,
        height,
        "Where: 33 interventions and their order ten years after the start",
        told,
        [*legend(14, 15), *parts],
        role="img" if link is None else "group",
    )


def panel(case: Case) -> str:
    """One case of the small multiples as a drawing of its own, on the scales that all of them share."""
    left, top, wide, tall = 30.0, 6.0, 168.0, 90.0
    parts = _frame(case, left, top, wide, tall, values=True, years=True)
    people = case.per_1000
    peak = f"at most {people[0]:.2g} soldiers for every thousand inhabitants" if people else "soldiers are not known"
    told = f"{peak}; after ten years {ORDER[order_of(case, 'order_10y')][1]}"
    return sheet(f"course-{case.name}", 204, 118, case.title, told, parts)


def log_scale(value: float, low: float, high: float, start: float, end: float) -> float:
    """Where a value stands on a logarithmic axis; what is below the lowest stands on it."""
    share = (math.log10(max(value, low)) - math.log10(low)) / (math.log10(high) - math.log10(low))
    return start + share * (end - start)


def courses(cases: tuple[Case, ...]) -> str:
    """Small multiples: soldiers per thousand inhabitants from start to end, one panel a case, on the same scales."""
    columns, wide, tall, left, top = 6, 152.0, 96.0, 34.0, 46.0
    rows = math.ceil(len(cases) / columns)
    parts = legend(14, 15)
    for number, case in enumerate(cases, 1):
        column, row = (number - 1) % columns, (number - 1) // columns
        x0, y0 = left + column * (wide + 8), top + row * (tall + 34)
        parts.append(text(x0, y0 - 5, f"{number} {shortened(case.title)}", size=9.5, weight=600))
        lowest = row == rows - 1 or number + columns > len(cases)
        parts += _frame(case, x0, y0, wide, tall, values=column == 0, years=lowest)
    told = (
        "Each panel: soldiers for every thousand inhabitants (logarithmic, 0.05 to 300) against years since the start "
    )
    told += "(0 to 34). The table below has the peaks."
    return sheet(
        "courses",
        left + columns * (wide + 8),
        top + rows * (tall + 34) + 4,
        "With what force: soldiers per thousand inhabitants, years since the start",
        told,
        parts,
    )


def shortened(title: str) -> str:
    """A title that fits above a panel: the second year in two digits."""
    return (
        re.sub(r"(\d\d)(\d\d)-\1(\d\d)", r"\1\2-\3", title)
        .replace("Dominican Republic", "Dominican Rep.")
        .replace("Southern ", "South ")
    )


def _frame(case: Case, x0: float, y0: float, wide: float, tall: float, *, values: bool, years: bool) -> list[str]:
    """A panel with its course. values, years: whether its axes are named."""
    out = [f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{wide:g}" height="{tall:g}" fill="{PANEL}" stroke="{GRID}"/>']
    for value in (0.1, 1, 10, 100):
        y = log_scale(value, 0.05, 300, y0 + tall, y0)
        out.append(line(x0, y, x0 + wide, y, GRID))
        if values:
            out.append(text(x0 - 4, y + 4, f"{value:g}", anchor="end", size=10, colour=SOFT))
    for year in (0, 10, 20, 30) if years else ():
        out.append(tick(x0 + wide * year / 34, y0 + tall + 13, str(year), 10))
    return out + _course(case, x0, y0, wide, tall)


def _course(case: Case, x0: float, y0: float, wide: float, tall: float) -> list[str]:
    people = case.one("population")
    assert people is not None and people.number is not None
    start = int(case.word("start")[:4]) + (int(case.word("start")[5:7]) - 1) / 12
    out, points = [], []
    for year, count, fact in case.soldiers:
        x = x0 + wide * min(max(year - start, 0), 34) / 34
        points.append((x, log_scale(1000 * count / people.number, 0.05, 300, y0 + tall, y0)))
        if fact.range and fact.range[0] < fact.range[1]:
            ends = [log_scale(1000 * end / people.number, 0.05, 300, y0 + tall, y0) for end in fact.range]
            out.append(line(x, ends[0], x, ends[1], BLUE, 'stroke-opacity="0.35" stroke-width="4"'))
    last = min(case.years, 34)
    if len(points) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="1.6"/>')
    out += [dot(x, y, 2.3, BLUE) for x, y in points]
    if not case.ongoing:
        x = x0 + wide * last / 34
        out.append(line(x, y0, x, y0 + tall, SOFT, 'stroke-dasharray="3 3"'))
    return [*out, mark(order_of(case, "order_10y"), x0 + wide - 9, y0 + 10, 4.5)]


def forces(cases: tuple[Case, ...]) -> str:
    """Peak force with its range, sorted, and what came of it beside: order at five, ten, after, democracy."""
    ranked = sorted((case for case in cases if case.per_1000), key=lambda case: -(case.per_1000 or (0, 0, 0))[0])
    left, right, top, step = 232.0, 640.0, 78.0, 21.0
    height = top + step * len(ranked) + 16
    parts = [
        *legend(14, 15),
        text(left, 44, "most soldiers for every thousand inhabitants, with range", size=12, weight=600),
    ]
    for value in (0.1, 1, 10, 100):
        x = log_scale(value, 0.1, 300, left, right)
        parts += [line(x, top - 8, x, height - 14, GRID), tick(x, top - 14, f"{value:g}")]
    x = log_scale(RULE_OF_THUMB, 0.1, 300, left, right)
    parts.append(line(x, top - 8, x, height - 14, INK, 'stroke-dasharray="4 3"'))
    parts.append(text(x, top - 14, "20", anchor="middle", size=11))
    heads = ("at 5 y", "at 10 y", "5 y after", "democracy", "war")
    for at, head in enumerate(heads):
        parts.append(tick(688 + 62 * at, top - 14, head))
    for row, case in enumerate(ranked):
        y, density = top + 6 + step * row, case.per_1000 or (0, 0, 0)
        ends = [log_scale(value, 0.1, 300, left, right) for value in density]
        parts += [
            text(left - 8, y + 4, case.title, anchor="end", size=11.5),
            line(ends[1], y, ends[2], y, BLUE, 'stroke-opacity="0.35" stroke-width="6"'),
            dot(ends[0], y, 3.6, BLUE),
        ]
        for at, quantity in enumerate(("order_5y", "order_10y", "order_5y_after_end")):
            parts.append(mark(order_of(case, quantity), 688 + 62 * at, y))
        parts.append(
            text(688 + 62 * 3, y + 4, {"unknown": "?"}.get(case.democracy, case.democracy), anchor="middle", size=11.5)
        )
        parts.append(text(688 + 62 * 4, y + 4, {"unknown": "?"}.get(case.war, case.war), anchor="middle", size=11.5))
    told = "Cases from the largest force for the population to the smallest; the dashed line is a rule of thumb of 20 "
    told += "per thousand. The table below has every number."
    return sheet("forces", 980, height, "What came of it: force, order and democracy", told, parts)


def expected(cases: tuple[Case, ...]) -> str:
    """Two columns of chances, one line a case: filled the record, hollow the prior, the base rate as a stroke; beside,
    whether it came."""
    rows = {row["case"]: row for row in about().get("judged", {}).get("cases", [])}
    kept = [case for case in cases if case.name in rows]
    left, wide, gap, top, step = 232.0, 260.0, 100.0, 76.0, 21.0
    height = top + step * max(len(kept), 1) + 14
    parts = [
        *(dot(20, 15, 5, BLUE), text(30, 19, "knowing the other cases", colour=SOFT)),
        *(hollow(200, 15), text(210, 19, "before any data", colour=SOFT)),
        *(line(330, 8, 330, 22, INK, 'stroke-width="2"'), text(338, 19, "share among the other cases", colour=SOFT)),
        *(square(545, 15), text(556, 19, "it came", colour=SOFT), text(620, 19, "–  it did not", colour=SOFT)),
    ]
    for place, (question, head) in enumerate((("calm", "calm after five years"), ("war", "a war"))):
        x0 = left + place * (wide + gap)
        parts += [text(x0, 44, head, weight=600), tick(x0 + wide + 42, top - 14, "came")]
        for value in (0, 0.25, 0.5, 0.75, 1):
            x = x0 + wide * value
            parts += [line(x, top - 8, x, height - 12, GRID), tick(x, top - 14, f"{value:.0%}")]
        for row, case in enumerate(kept):
            y, found = top + 6 + step * row, rows[case.name][question]
            if place == 0:
                parts.append(text(left - 10, y + 4, case.title, anchor="end", size=11.5))
            if found["came"] is None:
                continue
            at = {name: x0 + wide * found[name] for name in ("record", "prior", "base rate")}
            parts += [
                line(at["base rate"], y - 6, at["base rate"], y + 6, INK, 'stroke-width="2"'),
                hollow(at["prior"], y),
                dot(at["record"], y, 5, BLUE),
                square(x0 + wide + 42, y) if found["came"] else tick(x0 + wide + 42, y + 4, "–", 12),
            ]
    told = "One line a case: chances of calm after five years and of a war by three forecasters, and whether it came. "
    told += "The table below has every number."
    return sheet(
        "foreseen",
        left + 2 * wide + gap + 70,
        height,
        "What the model would have expected of each case from the others",
        told,
        parts,
        rows=[top + 6 + step * row for row in range(len(kept))],
    )
