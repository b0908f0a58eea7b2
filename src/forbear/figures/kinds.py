"""One way to draw any figure: whatever kind it is, out come an <svg>, a legend and what the page embeds."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from types import ModuleType

from forbear.figures import grid, histogram, intervals, scatter, shares, svg, years
from forbear.figures.spec import Figure

__all__ = ["Drawn", "draw", "drawn", "legend"]

_MODULES: dict[type[Figure], ModuleType] = {
    intervals.Intervals: intervals,
    shares.Shares: shares,
    histogram.Histogram: histogram,
    scatter.Scatter: scatter,
    grid.Grid: grid,
    years.Years: years,
    Figure: svg,
}


def draw(figure: Figure) -> str:
    """Return the figure as one <svg> element, with title and description."""
    return _MODULES[type(figure)].draw(figure)


def legend(figure: Figure) -> str:
    """Return the legend of the figure as HTML, empty where there is nothing to explain."""
    return _MODULES[type(figure)].legend(figure)


@dataclass(frozen=True)
class Drawn:
    """What the report's `chart` macro takes: a figure with its <svg> and its legend as HTML."""

    figure: Figure
    svg: str
    legend: str


def drawn(figure: Figure) -> Drawn:
    """Draw a figure for a page.

    Kinds whose labels stand inside the drawing keep a least width, so that on a narrow screen the chart is scrolled
    sideways and its words stay large enough to read. The page reads the values that it gives on hover and focus from
    the table behind the chart.
    """
    picture, plain = draw(figure), type(figure) in (Figure, years.Years)
    label = (
        escape(figure.title)
        + ": arrow keys give the values"
        + ("" if plain else "; scrolls sideways on a narrow screen")
    )
    if not plain:
        picture = f'<div style="min-width:34rem">{picture}</div>'
    sideways = "" if plain else ' style="overflow-x:auto;contain:inline-size"'
    values = f'data-values="t-{escape(figure.name)}" tabindex="0" role="group" aria-label="{label}"'
    return Drawn(figure, f'<div class="values"{sideways} {values}>{picture}</div>', legend(figure))
