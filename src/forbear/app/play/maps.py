"""Play mode, the map of a turn: reported deaths by district, on outlines where the scenario has them, else on tiles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.laboratory.panel import plain
from forbear.figures.map import map_svg

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.play.game import Turn
    from forbear.app.play.views import View
    from forbear.scenario.problem import Problem

__all__ = ["drawn_map", "turn_map"]

#: Tiles of a row, and the part of a tile's place that it fills.
_ROW, _FILLED = 4, 0.94


def _tiles(districts: list[str]) -> tuple[dict[str, Any], list[tuple[float, float]]]:
    """A square for every district that no map shows, as outlines, and where their lower left corners are."""
    features, corners = [], []
    rows = (len(districts) + _ROW - 1) // _ROW
    for k, name in enumerate(districts):
        x, y = float(k % _ROW), float(rows - 1 - k // _ROW) * 0.7
        ring = [[x, y], [x + _FILLED, y], [x + _FILLED, y + 0.6], [x, y + 0.6], [x, y]]
        features.append({"properties": {"district": name}, "geometry": {"coordinates": [[ring]]}})
        corners.append((x, y))
    return {"features": features}, corners


def drawn_map(
    country: Country, titles: Mapping[str, str], values: list[float], largest: float, title: str, unit: str
) -> dict[str, Any]:
    """A map of values by district, as the templates take it: svg, legend, words, and whether outlines are true ones."""
    outlines = country.borders()
    names = list(titles) if outlines is not None else list(titles.values())
    borders, corners = (outlines, []) if outlines is not None else _tiles(names)
    svg, keys, words = map_svg("map", title, unit, borders, names, values, largest)
    svg = plain(svg)
    if corners:
        svg = _named(svg, names, corners)
    return {"svg": svg, "legend": plain(keys), "words": words, "true": outlines is not None, "title": title}


def _named(svg: str, titles: list[str], corners: list[tuple[float, float]]) -> str:
    """Tiles with the names of their districts below them."""
    found = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)
    assert found is not None
    width, height = float(found[1]), float(found[2])
    across = max(x for x, _ in corners) + _FILLED
    top = max(y for _, y in corners) + 0.6
    scale = width / across
    words = "".join(
        f'<text class="tile-word" x="{x * scale:.1f}" y="{(top - y) * scale + 15:.1f}">{escape(title)}</text>'
        for title, (x, y) in zip(titles, corners, strict=True)
    )
    svg = svg.replace(found[0], f'viewBox="0 0 {width:g} {height + 20:.0f}"')
    return svg.replace("</svg>", f"{words}</svg>")


def turn_map(country: Country, problem: Problem, view: View, turn: Turn, titles: Mapping[str, str]) -> dict[str, Any]:
    """The map of a turn: civilians reported killed by district, a month; the darkest shade is the worst month of any
    district so far. No randomness."""
    by_month = view.parts["observed_civilian_deaths"][: turn.until]
    values = by_month[turn.first :].mean(axis=0)
    return drawn_map(
        country,
        titles,
        [float(v) for v in values],
        max(float(np.max(by_month)), 1.0),
        "Where civilians were reported killed",
        "a month",
    )
