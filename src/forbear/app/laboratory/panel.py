"""What charts and tables of the server's pages have in common: pictures without style attributes, spans in words."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

import numpy as np

from forbear.figures.intervals import Intervals, narrow
from forbear.figures.kinds import draw, legend
from forbear.figures.spec import Figure, approximately
from forbear.words import minus

__all__ = ["over_time", "picture", "plain", "signed", "span_words"]

#: On a phone the words of a chart are so many units of it high; a letter is some 0.56 of that wide.
_LARGE, _LETTER, _APART = 23.0, 0.56, 8.0
_AXIS = re.compile(r'<text transform="[^"]*" text-anchor="middle" class="axis">([^<]*)</text>')
_UPRIGHT = re.compile(r'<g transform="[^"]*rotate\(-90\)"><text[^>]* class="upright"[^>]*>([^<]*)</text></g>')
_ACROSS = re.compile(
    r'<text x="([\d.]+)" y="([\d.]+)"( text-anchor="(?:middle|end)")? class="(tick|tick-word)"([^>]*)>([^<]*)</text>'
)


def picture(figure: Figure) -> dict[str, Any]:
    """One chart as `parts_chart.html` takes it: title, words of its upright axis, SVG, legend, caption, and the table
    behind it."""
    svg = _drawings(figure)
    upright = _UPRIGHT.search(svg)
    return {
        "name": figure.name,
        "title": figure.title,
        "unit": figure.unit,
        "axis": unescape(upright[1]) if upright else "",
        "svg": _UPRIGHT.sub("", svg),
        "legend": _words_only(plain(legend(figure))),
        "caption": minus(figure.caption),
        "head": figure.head,
        "rows": [tuple(minus(cell) for cell in row) for row in figure.rows],
    }


def _drawings(figure: Figure) -> str:
    """The drawing of a figure; of a forest plot the wide one, and the narrow one that a phone shows in its place."""
    wide = _spared(plain(draw(figure)))
    if not isinstance(figure, Intervals):
        return wide
    slim = plain(draw(narrow(figure))).replace('class="chart"', 'class="chart slim"', 1)
    return f'<div class="wide">{wide}</div>{slim}'


def over_time(figure: Figure) -> tuple[str, str]:
    """A chart over time without the unit at its side, and that unit, which the page writes above the chart."""
    svg = plain(draw(figure))
    unit = _AXIS.search(svg)
    return _spared(_AXIS.sub("", svg)), unescape(unit[1]) if unit else ""


def _spared(svg: str) -> str:
    """A drawing whose words at its axes are marked "spare" where they would meet or be cut once words are large."""
    ends: dict[str, float] = {}  # by height, where the last word below ends; by place, how high the last one beside is
    width = float(svg.partition('viewBox="0 0 ')[2].partition(" ")[0] or 0)

    def marked(found: re.Match[str]) -> str:
        x, y, anchor, kind, rest, words = found.groups()
        long = _LARGE * _LETTER * len(unescape(words))
        if anchor and "end" in anchor:
            near, axis, reach = abs(float(y) - ends.get(f"x{x}", 1e9)) < _LARGE, f"x{x}", float(y)
        else:
            left = float(x) - (long / 2 if anchor else 0.0)
            axis, reach = y, left + long
            near = left < ends.get(y, -1e9) + _APART or reach > width + _APART
        if near:
            return f'<text x="{x}" y="{y}"{anchor or ""} class="{kind} spare"{rest}>{words}</text>'
        ends[axis] = reach
        return found[0]

    return _ACROSS.sub(marked, svg)


def _words_only(markup: str) -> str:
    """Markup whose words, and nothing else, have a true minus."""
    return re.sub(r"(?<=>)[^<>]+", lambda found: minus(found[0]), markup)


def plain(markup: str) -> str:
    """Markup without style attributes, which the page's policy refuses: inside drawings they become attributes of
    the same names, swatches become small drawings."""

    def swatch(found: re.Match[str]) -> str:
        ground = re.search(r"background(?:-color)?:\s*([^;]+)", found[1])
        edge = re.search(r"(?:border-?[a-z]*|outline):([^;]*?)((?:var\([^)]*\)|#[0-9a-f]{3,6}))", found[1])
        faint = re.search(r"(?<![a-z-])opacity:\s*([\d.]+)", found[1])
        look = f' fill="{escape(ground[1]) if ground else "none"}"'
        look += f' fill-opacity="{faint[1]}"' if faint else ""
        if edge:
            dashes = "" if "solid" in edge[1] else ' stroke-dasharray="3 2"'
            look += f' stroke="{escape(edge[2])}" stroke-width="1.4"{dashes}'
        if "border-radius:50%" in found[1]:
            shade = f'<circle cx="7.5" cy="3.5" r="3"{look}/>'
        else:
            y, tall = (2.5, 2) if "height:3px" in found[1] else (0.5, 6)
            shade = f'<rect x=".5" y="{y}" width="14" height="{tall}"{look}/>'
        return f'<svg class="swatch" viewBox="0 0 15 7" aria-hidden="true">{shade}</svg>'

    markup = re.sub(r'<span class="swatch" style="([^"]*)"></span>', swatch, markup)

    def attributes(found: re.Match[str]) -> str:
        pairs = [pair.split(":", 1) for pair in found[1].split(";") if ":" in pair]
        return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)

    return re.sub(r' style="([^"]*)"', attributes, markup)


def span_words(values: np.ndarray) -> dict[str, str]:
    """Median and central nine tenths of draws, in words."""
    if not len(values):
        return {"middle": "nothing", "span": ""}
    low, middle, high = (float(v) for v in np.quantile(values, [0.05, 0.5, 0.95]))
    ends = minus(f"{approximately(low)} to {approximately(high)}")
    return {"middle": minus(approximately(middle)), "span": ends}


def signed(value: float) -> str:
    """A difference in words: "1,200 more", "0.1 less", "no difference"."""
    if value == 0:
        return "none"
    return ("+" if value > 0 else "\N{MINUS SIGN}") + approximately(abs(value))
