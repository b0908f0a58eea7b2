"""Draws a figure as SVG that follows the page's colours, prints, and can be read aloud."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from forbear.figures.sheet import Axis
from forbear.figures.spec import Figure

__all__ = ["draw", "legend"]

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 74, 14, 14, 34


def draw(figure: Figure) -> str:
    """Return one <svg> element with title, description and axes; classes take their colours from the page."""
    scale = _Scale(figure)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" {_places(figure, scale)}role="img" '
        f'aria-labelledby="{figure.name}-t {figure.name}-d" class="chart">',
        f'<title id="{figure.name}-t">{escape(figure.title)}</title><desc id="{figure.name}-d">{escape(figure.alternative)}</desc>',
    ]
    for value, words in scale.up_words():
        y = scale.y(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" class="tick">{words}</text>')
    for at, words in scale.across_words():
        x = scale.x(at)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>')
        if x + max(32.0, 8.6 * len(words)) <= WIDTH:  # what begins at the very edge has no room for its name
            parts.append(f'<text x="{x + 2:.1f}" y="{HEIGHT - BOTTOM + 16}" class="tick">{words}</text>')
    parts.append(
        f'<text transform="translate(14 {HEIGHT / 2 - 10:.0f}) rotate(-90)" text-anchor="middle" class="axis">{escape(scale.up.unit(figure.unit))}</text>'
    )
    for band in sorted(figure.bands, key=lambda b: -b.level):
        forward = [f"{scale.x(x):.1f} {scale.y(v):.1f}" for x, v in zip(band.x, band.high, strict=True)]
        back = [f"{scale.x(x):.1f} {scale.y(v):.1f}" for x, v in zip(reversed(band.x), reversed(band.low), strict=True)]
        kind = "wide" if band.level > 0.6 else "narrow"
        parts.append(f'<path d="M{"L".join(forward + back)}Z" class="band {band.role} {kind}"/>')
    for line in figure.lines:
        points = "L".join(
            f"{scale.x(x):.1f} {scale.y(v):.1f}" for x, v in zip(line.x, line.y, strict=True) if math.isfinite(v)
        )
        if points:
            parts.append(f'<path d="M{points}" class="line {line.role}"/>')
    for marks in figure.marks:
        for place, (x, y) in enumerate(zip(marks.x, marks.y, strict=True)):
            if marks.low is not None and marks.high is not None:
                parts.append(
                    f'<line x1="{scale.x(x):.1f}" x2="{scale.x(x):.1f}" y1="{scale.y(marks.low[place]):.1f}" y2="{scale.y(marks.high[place]):.1f}" class="whisker {marks.role}"/>'
                )
            if marks.role.startswith("observed"):
                parts.append(f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="2.6" class="mark {marks.role}"/>')
            else:
                parts.append(
                    f'<rect x="{scale.x(x) - 4:.1f}" y="{scale.y(y) - 1.5:.1f}" width="8" height="3" class="mark {marks.role}"/>'
                )
    parts.append(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{HEIGHT - BOTTOM}" y2="{HEIGHT - BOTTOM}" class="frame"/></svg>'
    )
    return "".join(parts)


def legend(figure: Figure) -> str:
    """Return the legend as HTML: a swatch and a word for everything that is drawn."""
    items = []
    for band in sorted(figure.bands, key=lambda b: b.level):
        kind = "wide" if band.level > 0.6 else "narrow"
        items.append(
            f'<li><span class="swatch band {band.role} {kind}"></span>{100 * band.level:.0f} % of simulated histories</li>'
        )
    named: list[tuple[str, str, str]] = [("line", e.role, e.label) for e in figure.lines]
    named += [("mark", m.role, m.label) for m in figure.marks]
    for kind, role, label in named:
        if not label:  # the same as the one before it
            continue
        items.append(f'<li><span class="swatch {kind} {role}"></span>{escape(label)}</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'


def _places(figure: Figure, scale: _Scale) -> str:
    """Where along x each row of the table stands, where rows and drawing go by the same times."""
    drawn: list[Any] = [*figure.bands, *figure.lines, *figure.marks]
    x = drawn[0].x if drawn else []
    if len(x) != len(figure.rows):
        return ""
    return f'data-way="x" data-at="{" ".join(f"{scale.x(at):.0f}" for at in x)}" '


class _Scale:
    def __init__(self, figure: Figure) -> None:
        drawn: list[Any] = [*figure.lines, *figure.marks]
        xs = [x for item in [*figure.bands, *drawn] for x in item.x]
        highs = [v for b in figure.bands for v in b.high] + [v for item in drawn for v in item.y]
        highs += [v for m in figure.marks for v in (m.high or [])]
        lows = [v for b in figure.bands for v in b.low] + [v for item in drawn for v in item.y]
        lows += [v for m in figure.marks for v in (m.low or [])]
        highs = [v for v in highs if math.isfinite(v)] or [1.0]
        lows = [v for v in lows if math.isfinite(v)] or [0.0]
        self.left, self.right = min(xs, default=0.0), max(xs, default=1.0)
        self.by_year = not figure.bands and not figure.lines
        if self.by_year:  # marks stand in the middle of whole years
            self.left, self.right = float(math.floor(self.left)), float(math.floor(self.right) + 1)
        if self.right <= self.left:
            self.right = self.left + 1
        top, bottom = max(highs), HEIGHT - BOTTOM
        self.left_out = figure.logarithmic and min(lows) <= 0 < top
        if figure.logarithmic and top > 0:
            low = max(min(v for v in [*lows, top] if v > 0), top / 1e5)
            # noughts have no place in logarithms: they lie on the bottom line, clear of the least that has one
            low = low / 2 if self.left_out else low
            self.up = Axis(low, max(top, low * 10), bottom, TOP, True)
        else:
            self.up = Axis(min(0.0, min(lows)), max(top * 1.04, 0.0), bottom, TOP)

    def x(self, year: float) -> float:
        return LEFT + (year - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.up.place(value)

    def across_words(self) -> list[tuple[float, str]]:
        """Years; months where the chart is shorter than two years."""
        if self.right - self.left < 2 and not self.by_year:
            months = range(math.ceil(12 * self.left - 1e-6), math.floor(12 * self.right + 1e-6) + 1)
            every = next(n for n in (1, 2, 3, 6, 12) if len(months) <= 9 * n)
            return [(m / 12, f"{m // 12}-{m % 12 + 1:02d}") for m in months if m % every == 0]
        years = range(math.ceil(self.left), math.floor(self.right) + 1)
        every = -(-len(years) // 12)
        return [(float(year), str(year)) for year in years[::every]]

    def up_words(self) -> list[tuple[float, str]]:
        if not self.left_out:
            return self.up.labelled(5)
        clear = self.up.low * (self.up.high / self.up.low) ** 0.06
        return [(self.up.low, "0"), *((v, words) for v, words in self.up.labelled(5) if v > clear)]
