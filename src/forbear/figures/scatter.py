"""Strategies on two objectives: a mark at the medians, whiskers for half and nine tenths of draws, a label each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forbear.figures.placement import Box, place_labels
from forbear.figures.sheet import WIDTH, Axis, Sheet, legend_list, swatch, width_of, wrapped
from forbear.figures.spec import Figure
from forbear.words import approximately

__all__ = ["Point", "Scatter", "draw", "legend", "scatter"]

HEIGHT, LEFT, RIGHT, TOP, BOTTOM, SMALL = 446, 78, 18, 16, 48, 12.0
Five = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Point:
    """One strategy: quantiles at 5, 25, 50, 75 and 95 per cent on both objectives; pareto: not beaten on both."""

    label: str
    x: Five
    y: Five
    pareto: bool = False


@dataclass(frozen=True)
class Scatter(Figure):
    """Points on two objectives. unit: of y; across: of x; better: which way is better on x and on y ("lower", "higher"
    or "" where neither is)."""

    points: tuple[Point, ...] = ()
    across: str = ""
    better: tuple[str, str] = ("lower", "lower")
    scales: tuple[bool, bool] = (False, False)


def scatter(
    name: str,
    title: str,
    across: str,
    unit: str,
    points: Sequence[Point],
    *,
    better: tuple[str, str] = ("lower", "lower"),
    logarithmic: tuple[bool, bool] = (False, False),
    caption: str = "",
) -> Scatter:
    """Return strategies on two objectives; across and unit name the axes with their units. Without points it says so.

    Raises ValueError where quantiles are out of order or not finite, or a logarithmic axis meets a median at or below
    nought.
    """
    for point in points:
        for five, steep in zip((point.x, point.y), logarithmic, strict=True):
            if len(five) != 5 or not all(math.isfinite(v) for v in five) or list(five) != sorted(five):
                raise ValueError(f"quantiles of {point.label!r} must be five rising numbers, not {five}")
            if steep and five[2] <= 0:
                raise ValueError(f"a logarithmic axis cannot show the median {five[2]} of {point.label!r}")
    table = [(p.label, *_three(p.x), *_three(p.y), "yes" if p.pareto else "no") for p in points]
    said = [f"{p.label}: {_words(p.x)} and {_words(p.y)}{', not beaten on both' if p.pareto else ''}" for p in points]
    words = f"{across} and {unit}, medians with nine tenths of draws. " + "; ".join(said) + "."
    head = ("strategy", f"{across}: 5 %", "median", "95 %", f"{unit}: 5 %", "median", "95 %", "not beaten on both")
    return Scatter(
        name,
        title,
        unit,
        caption,
        words if points else "Nothing to show.",
        head=head,
        rows=table,
        points=tuple(points),
        across=across,
        better=better,
        scales=logarithmic,
    )


def _three(five: Five) -> tuple[str, str, str]:
    return approximately(five[0]), approximately(five[2]), approximately(five[4])


def _words(five: Five) -> str:
    low, middle, high = _three(five)
    return f"{middle} ({low} to {high})"


def _axis(values: list[Five], start: float, end: float, logarithmic: bool) -> Axis:
    every = [v for five in values for v in five]
    if logarithmic:
        floor = max(every) / 1e3
        low = min(v for v in every if v >= min(floor, min(five[2] for five in values)) and v > 0)
        return Axis(low / 1.15, max(every) * 1.15, start, end, True)
    spare = (max(every) - min(every)) * 0.06
    low = 0.0 if 0 <= min(every) <= spare * 4 else min(every) - spare
    return Axis(low, max(every) + spare, start, end)


def _arrow(words: str, better: str, ways: tuple[str, str]) -> str:
    """The axis in words, with which way is better."""
    if not better:
        return words
    return f"{ways[0]} lower is better: {words}" if better == "lower" else f"{words}: higher is better {ways[1]}"


def draw(figure: Scatter) -> str:
    """Return the chart as one <svg>; a label without room is left to the table, which a line then says."""
    if not figure.points:
        sheet = Sheet(figure.name, figure.title, figure.alternative, 40)
        sheet.text(12, 25, "Nothing to show: no strategy was given.")
        return sheet.svg()
    sheet = Sheet(figure.name, figure.title, figure.alternative, HEIGHT)
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    across = _axis([p.x for p in figure.points], LEFT, right, figure.scales[0])
    up = _axis([p.y for p in figure.points], bottom, TOP, figure.scales[1])
    for value, words in across.labelled(7):
        x = across.place(value)
        sheet.line(x, TOP, x, bottom)
        sheet.text(x, bottom + 17, words, size=SMALL, anchor="middle", kind="tick-word")
    for value, words in up.labelled(6):
        y = up.place(value)
        sheet.line(LEFT, y, right, y)
        sheet.text(LEFT - 7, y + 4, words, size=SMALL, anchor="end", kind="tick-word")
    sheet.line(LEFT, bottom, right, bottom, ink="soft")
    sheet.line(LEFT, TOP, LEFT, bottom, ink="soft")
    thin: list[Box] = []
    for point in figure.points:
        x, y = across.place(point.x[2]), up.place(point.y[2])
        ink = "sim" if point.pareto else "obs"
        for low, high, width, opacity in ((0, 4, 1.4, 0.6), (1, 3, 4.5, 0.4)):
            left, far = across.place(point.x[low]), across.place(point.x[high])
            foot, head = up.place(point.y[low]), up.place(point.y[high])
            sheet.line(left, y, far, y, ink=ink, width=width, opacity=opacity, kind="whisker-across")
            sheet.line(x, foot, x, head, ink=ink, width=width, opacity=opacity, kind="whisker-up")
            thin += [(left, y - width / 2, far, y + width / 2), (x - width / 2, head, x + width / 2, foot)]
    for point in figure.points:
        _mark(sheet, across.place(point.x[2]), up.place(point.y[2]), point)
    sheet.spots([(across.place(p.x[2]), up.place(p.y[2])) for p in figure.points])
    missing = _labels(sheet, figure, across, up, thin, (LEFT + 3, TOP, right, bottom - 3))
    middle = (LEFT + right) / 2
    words = wrapped(_arrow(across.unit(figure.across), figure.better[0], ("←", "→")), right - LEFT, 1, SMALL)[0]
    sheet.text(middle, bottom + 37, words, size=SMALL, anchor="middle", ink="ink", kind="unit")
    if missing:
        sheet.height += 18
        sheet.text(
            middle, bottom + 55, f"No room for the labels of {missing}: see the table.", size=SMALL, anchor="middle"
        )
    words = wrapped(_arrow(up.unit(figure.unit), figure.better[1], ("←", "→")), bottom - TOP, 1, SMALL)[0]
    sheet.parts.append(f'<g transform="translate(18 {(TOP + bottom) / 2:.0f}) rotate(-90)">')
    sheet.text(0, 0, words, size=SMALL, anchor="middle", ink="ink", kind="upright")
    sheet.parts.append("</g>")
    return sheet.svg()


def _mark(sheet: Sheet, x: float, y: float, point: Point) -> None:
    """A filled diamond where the strategy is not beaten on both objectives, an open circle where it is."""
    if point.pareto:
        shape = f"M{x:.1f} {y - 7:.1f}L{x + 7:.1f} {y:.1f}L{x:.1f} {y + 7:.1f}L{x - 7:.1f} {y:.1f}Z"
        sheet.path(shape, style="fill:{sim};stroke:{page};stroke-width:1.4", kind="pareto")
        return
    sheet.parts.append(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" class="beaten" style="fill:var(--page,#fff);stroke:var(--obs,#d55e00);stroke-width:2.2"/>'
    )


def _labels(sheet: Sheet, figure: Scatter, across: Axis, up: Axis, thin: list[Box], area: Box) -> int:
    """Write the labels; return how many found no room."""
    texts = [wrapped(p.label, 150, 2, SMALL) for p in figure.points]
    centres = [(across.place(p.x[2]), up.place(p.y[2])) for p in figure.points]
    sizes = [(max(width_of(t, SMALL) for t in lines), 14.4 * len(lines)) for lines in texts]
    boxes = place_labels(centres, sizes, area, thin=thin)
    for (x, y), lines, box in zip(centres, texts, boxes, strict=True):
        if box is None:
            continue
        near = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
        if math.hypot(near[0] - x, near[1] - y) > 22:
            sheet.line(x, y, *near, ink="soft", width=1, dash="2 2", kind="leader")
        centred = box[0] < x < box[2] and abs((box[0] + box[2]) / 2 - x) < 2
        anchor = "middle" if centred else "end" if box[2] <= x else "start"
        at = (box[0] + box[2]) / 2 if centred else box[2] if box[2] <= x else box[0]
        for k, line in enumerate(lines):
            sheet.text(at, box[1] + 11 + 14.4 * k, line, size=SMALL, ink="ink", anchor=anchor, halo=True, kind="label")
    return sum(box is None for box in boxes)


def legend(figure: Scatter) -> str:
    """Return the legend as HTML."""
    if not figure.points:
        return ""
    return legend_list(
        [
            swatch(
                "background:{sim};width:.6em;height:.6em;transform:rotate(45deg);border-radius:0;outline:0",
                "no strategy is better on both (medians)",
            ),
            swatch(
                "background:none;border:2px solid {obs};width:.75em;height:.75em;border-radius:50%;outline:0",
                "another is better on both",
            ),
            swatch("background:{soft};opacity:.45;height:5px;outline:0", "half of draws"),
            swatch("background:{soft};height:2px;outline:0", "nine tenths of draws"),
        ]
    )
