"""The first picture for wide and narrow pages, and the image to share: the first screen as one SVG document."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from forbear.figures.gauge import draw as draw_gauge
from forbear.figures.kinds import Drawn, drawn
from forbear.figures.sheet import wrapped
from forbear.figures.standalone import PALETTE, standalone, written_out
from forbear.figures.years import Years
from forbear.report.screen import Card

if TYPE_CHECKING:
    from forbear.report.front import Front

__all__ = ["LEVELS", "first_chart", "share_image"]

WIDE, HIGH, EDGE = 1200, 675, 36
#: Width of the chart on it, in its own units, too: its words are as large as they say.
CHART = 604
#: Colours of the levels of trust on a light page.
LEVELS = {"good": "#00795a", "mixed": "#8a5a00", "bad": "#b34e00"}
FACE = "Helvetica, Arial, sans-serif"


def first_chart(figure: Years) -> Drawn:
    """The figure drawn twice, of which the page shows the one that suits its width."""
    both = drawn(figure)
    svg = both.svg.replace('<div class="wide">', "<div>", 1).replace('class="chart slim"', 'class="chart narrow"', 1)
    return Drawn(figure, svg, both.legend)


def share_image(front: Front) -> str:
    """The first screen as one SVG document that needs nothing from outside. Deterministic."""
    screen = front.screen
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" '
        'role="img" '
        f'aria-label="{escape(f"{front.title}. {screen.headline}")}" style="font-family:{FACE}">',
        f'<rect width="{WIDE}" height="{HIGH}" fill="{PALETTE["page"]}"/>',
        _text(EDGE, 52, front.title, 19, PALETTE["soft"]),
    ]
    y = 92.0
    for line in wrapped(screen.headline, 500, 10, 26):
        parts.append(_text(EDGE, y, line, 26, PALETTE["ink"], bold=True))
        y += 34
    for lead, _ in front.banners:
        parts.append(_text(EDGE, y + 6, lead, 16, LEVELS["bad"], bold=True))
        y += 24
    chart = replace(screen.chart, width=CHART)
    parts.append(_placed(standalone(chart, family=FACE), 560, 26, CHART, 370))
    for k, line in enumerate(wrapped(screen.chart.caption, CHART - 12, 2, 13)):
        parts.append(_text(572, 404 + 16 * k, line, 13, PALETTE["soft"]))
    each = (WIDE - 2 * EDGE) / max(len(screen.cards), 1)
    for k, card in enumerate(screen.cards):
        parts += _card(card, EDGE + k * each, 448, each - 24)
    colour = LEVELS[screen.trust.level]
    lines = wrapped(f"{screen.trust.lead} {screen.trust.more}".strip(), WIDE - 2 * EDGE - 20, 2, 17)
    parts.append(f'<rect x="{EDGE}" y="604" width="6" height="{22 * len(lines) + 4}" fill="{colour}"/>')
    parts += [_text(EDGE + 18, 621 + 22 * k, line, 17, colour, bold=True) for k, line in enumerate(lines)]
    parts.append(_text(WIDE - EDGE, HIGH - 12, front.eyebrow, 13, PALETTE["soft"], anchor="end"))
    return "".join([*parts, "</svg>"])


def _card(card: Card, x: float, y: float, width: float) -> list[str]:
    out = [_text(x, y, card.title, 15, PALETTE["soft"]), _text(x, y + 27, card.number, 23, PALETTE["ink"], bold=True)]
    out.append(_placed(written_out(draw_gauge(card.gauge)), x, y + 36, width, 20, stretch=True))
    told = [(line, "ink") for line in wrapped(card.counted, width, 3, 13)]
    told += [(line, "soft") for line in wrapped(card.note, width, 5 - len(told), 13)]
    return [*out, *(_text(x, y + 72 + 16 * k, line, 13, PALETTE[ink]) for k, (line, ink) in enumerate(told))]


def _text(
    x: float, y: float, words: str, size: float, colour: str, *, bold: bool = False, anchor: str = "start"
) -> str:
    weight = ";font-weight:600" if bold else ""
    style = f"font-size:{size:g}px;fill:{colour}{weight}"
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" style="{style}">{escape(words)}</text>'


def _placed(svg: str, x: float, y: float, width: float, height: float, *, stretch: bool = False) -> str:
    """A drawing at a place of another: as large as fits, its own proportions kept unless it stretches."""
    inside = re.sub(r'^<svg([^>]*?) width="[^"]*" height="[^"]*"', r"<svg\1", svg, count=1)
    inside = re.sub(r' (?:id|aria-labelledby)="[^"]*"', "", inside)  # the drawing stands in the page, too
    keep = "" if stretch else ' preserveAspectRatio="xMidYMin meet"'
    return inside.replace("<svg", f'<svg x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}"{keep}', 1)
