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


#: Least pixels on the page for a unit of a drawing that is scrolled sideways: its smallest words are twelve units.
LEAST = 0.94


@dataclass(frozen=True)
class Drawn:
    """What the report's `chart` macro takes: a figure with its <svg> and its legend as HTML."""

    figure: Figure
    svg: str
    legend: str


def drawn(figure: Figure) -> Drawn:
    """Draw a figure for a page.

    Of a forest plot and of totals by year there are two drawings, of which a phone shows the narrow one. Other kinds whose labels stand
    inside the drawing keep a least width, and so does every kind on a phone: there the chart is scrolled sideways and
    its words stay large enough to read. The page reads the values that it gives on hover and focus from the table
    behind the chart.
    """
    kind, picture = type(figure), draw(figure)
    sideways = not isinstance(figure, (intervals.Intervals, years.Years))
    if isinstance(figure, intervals.Intervals):
        picture = _both(picture, draw(intervals.narrow(figure)))
    elif isinstance(figure, years.Years):
        picture = _both(picture, draw(years.narrow(figure)))
    elif sideways:
        least = LEAST * float(picture.partition('viewBox="0 0 ')[2].split(" ")[0])
        classes = "drawing" if kind is Figure else "drawing labelled"
        picture = f'<div class="{classes}" style="--least:{least:.0f}px">{picture}</div>'
    label = escape(figure.title) + ": arrow keys give the values"
    label += "; scrolls sideways on a narrow screen" if sideways else ""
    values = f'data-values="t-{escape(figure.name)}" tabindex="0" role="group" aria-label="{label}"'
    return Drawn(
        figure, f'<div class="values{" sideways" if sideways else ""}" {values}>{picture}</div>', legend(figure)
    )


def _both(wide: str, slim: str) -> str:
    """The wide drawing, and the one that a phone shows instead."""
    return f'<div class="wide">{wide}</div>' + slim.replace('class="chart"', 'class="chart slim"', 1)
