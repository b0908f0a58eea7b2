"""The small charts of a sweep: a whisker for each value of the lever, zero as a line, the axis in round numbers."""

from __future__ import annotations

import math
from html import escape

from forbear.figures.spec import Figure
from forbear.words import approximately, minus

__all__ = ["drawn"]

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 360, 210, 66, 10, 10, 30


def drawn(figure: Figure, low: float, high: float, *, dots: bool) -> str:
    """The chart as one <svg>; low, high: ends of the lever's range; dots: whether middles are drawn."""
    marks = figure.marks[0]
    assert marks.low is not None and marks.high is not None
    bottom, top = min(0.0, *marks.low), max(0.0, *marks.high)
    if top <= bottom:
        bottom, top = -1.0, 1.0
    x = lambda value: LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    y = lambda value: TOP + (top - value) / (top - bottom) * (HEIGHT - TOP - BOTTOM)
    title, words = f"{figure.name}-t", f"{figure.name}-d"
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{title} {words}">',
        f'<title id="{title}">{escape(figure.title)}</title><desc id="{words}">{escape(figure.alternative)}</desc>',
    ]
    for value in _ticks(bottom, top):
        kind = "frame" if value == 0 else "grid"
        parts.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        parts.append(
            f'<text class="tick" x="{LEFT - 5}" y="{y(value) + 5:.1f}" text-anchor="end">{_short(value)}</text>'
        )
    for value in _ticks(low, high):
        said = minus(approximately(value))
        parts.append(f'<text class="tick" x="{x(value):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{said}</text>')
    for at, middle, first, last in zip(marks.x, marks.y, marks.low, marks.high, strict=True):
        ends = f'x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{y(first):.1f}" y2="{y(last):.1f}"'
        parts.append(f'<line class="span second" stroke-width="4" stroke-opacity=".6" {ends}/>')
        if dots:
            parts.append(f'<circle class="dot second" cx="{x(at):.1f}" cy="{y(middle):.1f}" r="5"/>')
    return "".join([*parts, "</svg>"])


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _short(value: float) -> str:
    for size, word in ((1e9, " bn"), (1e6, " m"), (1e3, "k")):
        if abs(value) >= size * (10 if word == "k" else 1):
            return f"{value / size:g}{word}".replace("-", "\N{MINUS SIGN}")
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")
