"""Play mode, the map of a turn: reported deaths by district, on outlines where the scenario has them, else on tiles."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.laboratory.panel import plain
from forbear.figures.map import map_svg
from forbear.figures.sheet import width_of
from forbear.figures.spec import approximately

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.play.game import Turn
    from forbear.app.play.views import View
    from forbear.scenario.problem import Problem

__all__ = ["apart", "drawn_map", "people_map", "turn_map"]

#: Letters of names on a phone (`.place-word`), room between two names, and how often names are moved apart at most.
LETTERS, BETWEEN, ROUNDS = 14.1, 2.5, 60
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
    """A map of values by district, as the templates take it: svg, title, words, whether outlines are true ones, and the
    value of the darkest shade in words."""
    outlines = country.borders()
    names = list(titles) if outlines is not None else list(titles.values())
    borders, corners = (outlines, []) if outlines is not None else _tiles(names)
    svg, _, words = map_svg("map", title, unit, borders, names, values, largest)
    if not any(values):
        words = "None anywhere."
    svg = plain(svg)
    if corners:
        svg = _named(svg, names, corners)
    known = outlines is not None
    return {"svg": svg, "words": words, "true": known, "title": title, "darkest": approximately(largest)}


def _named(svg: str, titles: list[str], corners: list[tuple[float, float]]) -> str:
    """Tiles with the names of their districts below them."""
    found = re.search(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)"', svg)
    assert found is not None
    width, height = float(found[1]), float(found[2])
    across = max(x for x, _ in corners) + _FILLED
    top = max(y for _, y in corners) + 0.6
    scale = width / across
    words = "".join(
        f'<text class="tile-word" x="{x * scale:.1f}" y="{(top - y) * scale + 21:.1f}">{escape(title)}</text>'
        for title, (x, y) in zip(titles, corners, strict=True)
    )
    svg = svg.replace(found[0], f'viewBox="0 0 {width:g} {height + 28:.0f}"')
    return svg.replace("</svg>", f"{words}</svg>")


def turn_map(
    country: Country, problem: Problem, view: View, path: Sequence[Turn], titles: Mapping[str, str]
) -> dict[str, Any]:
    """The map of the last turn of a path: civilians reported killed in it by district; the darkest shade is the most in
    any district and turn so far. No randomness."""
    by_month = view.parts["observed_civilian_deaths"]
    turns = [by_month[turn.first : turn.until].sum(axis=0) for turn in path]
    return drawn_map(
        country,
        titles,
        [float(v) for v in turns[-1]],
        max(float(np.max(turns)), 1.0),
        "Where civilians were reported killed",
        "in the turn",
    )


def people_map(country: Country, titles: Mapping[str, str], people: Sequence[float]) -> dict[str, Any]:
    """The map of an opening brief: where people live, with the names of places. Shades are even steps of residents."""
    most = max(*people, 1.0)
    # the shades of `map_svg` are steps of a logarithm; what is passed makes them even ones, and is shown nowhere
    even = [math.expm1(value / most * math.log1p(most)) for value in people]
    found = drawn_map(country, titles, even, most, "Who lives where", "")
    found["svg"] = re.sub(r"<title>([^<:]*): [^<]*</title>", r"<title>\1</title>", found["svg"])
    found["svg"] = re.sub(
        r"<desc ([^>]*)>.*?</desc>", r"<desc \1>The table beside it has the residents.</desc>", found["svg"]
    )
    if found["true"]:
        found["svg"] = _labelled(found["svg"], titles)
    return found


def _labelled(svg: str, titles: Mapping[str, str]) -> str:
    """Outlines with names in the middle of each one's largest ring, or beside it where two names would touch."""
    names, middles = [], []
    for path, name in re.findall(r'<path d="([^"]*)"[^>]*><title>([^<]*)</title>', svg):
        rings = [
            np.array(re.findall(r"-?[0-9.]+", ring), dtype=float).reshape(-1, 2) for ring in path.split("Z") if ring
        ]
        largest = max(rings, key=lambda ring: float(np.prod(np.ptp(ring, axis=0))))
        middles.append((largest.max(axis=0) + largest.min(axis=0)) / 2)
        names.append(titles.get(unescape(name), unescape(name)))
    words = [
        f'<text class="place-word" x="{x:.1f}" y="{y:.1f}">{escape(shown)}</text>'
        for shown, (x, y) in zip(names, apart(middles, names), strict=True)
    ]
    return svg.replace("</svg>", f"{''.join(words)}</svg>")


def apart(middles: Sequence[Sequence[float]], names: Sequence[str]) -> list[tuple[float, float]]:
    """Places of names of which none touches another in the largest letters that a map is given, those of a phone.

    Two that would touch are each moved half of the shortest way apart, round by round. No randomness.
    """
    at = [[float(x), float(y)] for x, y in middles]
    wide = [width_of(name, LETTERS) for name in names]
    for _ in range(ROUNDS):
        still = True
        for k, first in enumerate(at):
            for j in range(k):
                second = at[j]
                across = (wide[k] + wide[j]) / 2 + BETWEEN - abs(first[0] - second[0])
                down = LETTERS + BETWEEN - abs(first[1] - second[1])
                if across <= 0.0 or down <= 0.0:
                    continue
                still, axis, way = False, int(down < across), min(across, down) / 2 + 0.05
                side = way if first[axis] >= second[axis] else -way
                first[axis] += side
                second[axis] -= side
        if still:
            break
    return [(x, y) for x, y in at]
