"""What charts and tables of the server's pages have in common: pictures without style attributes, spans in words."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import numpy as np

from forbear.figures.kinds import draw, legend
from forbear.figures.spec import Figure, approximately

__all__ = ["picture", "plain", "signed", "span_words"]


def picture(figure: Figure) -> dict[str, Any]:
    """One chart as `parts_chart.html` takes it: title, SVG, legend, caption, and the table behind it."""
    return {
        "name": figure.name,
        "title": figure.title,
        "unit": figure.unit,
        "svg": plain(draw(figure)),
        "legend": plain(legend(figure)),
        "caption": figure.caption,
        "head": figure.head,
        "rows": figure.rows,
    }


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
    return {"middle": approximately(middle), "span": f"{approximately(low)} to {approximately(high)}"}


def signed(value: float) -> str:
    """A difference in words: "1,200 more", "0.1 less", "no difference"."""
    if value == 0:
        return "none"
    return ("+" if value > 0 else "\N{MINUS SIGN}") + approximately(abs(value))
