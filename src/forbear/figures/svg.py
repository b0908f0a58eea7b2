"""Draws a figure as SVG that follows the page's colours, prints, and can be read aloud."""

from __future__ import annotations

import math
from html import escape
from typing import Any

from forbear.figures.spec import Figure
from forbear.words import approximately

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
    for value in scale.y_ticks():
        y = scale.y(value)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" class="tick">{_short(value)}</text>')
    for year in scale.x_ticks():
        x = scale.x(year)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" class="grid"/>')
        if x + 32 <= WIDTH:  # a year that begins at the very edge has no room for its name
            parts.append(f'<text x="{x + 2:.1f}" y="{HEIGHT - BOTTOM + 16}" class="tick">{year}</text>')
    parts.append(
        f'<text transform="translate(14 {HEIGHT / 2 - 10:.0f}) rotate(-90)" text-anchor="middle" class="axis">{escape(figure.unit)}</text>'
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


def _short(value: float) -> str:
    for size, word in ((1e9, " bn"), (1e6, " m"), (1e3, "k")):
        if abs(value) >= size * (10 if word == "k" else 1):
            return f"{value / size:g}{word}"
    return approximately(value) if abs(value) < 1 else f"{value:,.10g}"


class _Scale:
    def __init__(self, figure: Figure) -> None:
        drawn: list[Any] = [*figure.lines, *figure.marks]
        xs = [x for item in [*figure.bands, *drawn] for x in item.x]
        highs = [v for b in figure.bands for v in b.high] + [v for item in drawn for v in item.y]
        highs += [v for m in figure.marks for v in (m.high or [])]
        lows = [v for b in figure.bands for v in b.low] + [v for item in drawn for v in item.y]
        highs = [v for v in highs if math.isfinite(v)] or [1.0]
        lows = [v for v in lows if math.isfinite(v)] or [0.0]
        self.logarithmic = figure.logarithmic
        self.left, self.right = min(xs, default=0.0), max(xs, default=1.0)
        if self.right <= self.left:
            self.right = self.left + 1
        if not figure.bands and not figure.lines:  # marks by year keep clear of the edges
            self.left, self.right = self.left - 0.4, self.right + 0.5
        top = max(highs)
        if self.logarithmic:
            self.low = max(min([v for v in lows if v > 0] or [1.0]), max(top, 1.0) / 1e5)
            self.high = max(top, self.low * 10)
        else:
            self.low, self.high = min(0.0, min(lows)), max(top * 1.04, 1e-9)

    def x(self, year: float) -> float:
        return LEFT + (year - self.left) / (self.right - self.left) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        if self.logarithmic:
            part = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM)

    def x_ticks(self) -> list[int]:
        years = list(range(math.ceil(self.left), math.floor(self.right) + 1))
        every = max(1, len(years) // 12 + (1 if len(years) > 12 else 0))
        return years[::every]

    def y_ticks(self) -> list[float]:
        if self.logarithmic:
            return [10.0**k for k in range(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)]
        raw = (self.high - self.low) / 5
        step = 10 ** math.floor(math.log10(raw))
        step *= next(m for m in (1, 2, 5, 10) if m * step >= raw)
        first = math.ceil(self.low / step) * step
        return [first + k * step for k in range(int((self.high - first) / step) + 1)]
