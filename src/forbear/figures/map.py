"""A map of districts by year: outlines from the evidence catalogue, shades from the ensemble, a table behind it."""

from __future__ import annotations

import json
import math
from html import escape
from typing import Any

from forbear.figures.spec import approximately

__all__ = ["map_by_year"]

WIDTH = 460
#: Seven shades of one hue, light to dark (viridis family, safe for colour blindness and in print).
SHADES = ("#f7f7f7", "#fde9c8", "#fdc98a", "#f5985a", "#d8613f", "#a8323b", "#6a1233")


def map_by_year(
    name: str,
    title: str,
    unit: str,
    borders: dict[str, Any] | None,
    districts: list[str],
    values: dict[int, list[float]],
    largest: float,
) -> str:
    """Return HTML: an SVG map with a slider over years and a table of all values.

    values: year -> one number per district; largest: the value of the darkest shade, shared by maps that are to
    be compared. Without borders only the table is returned. The slider is a plain script in the page; without it,
    and in print, the year with the highest total is shown.
    """
    years = sorted(values)
    shown = max(years, key=lambda y: sum(values[y]))
    table = _table(title, unit, districts, values)
    if borders is None:
        return table
    paths, height = _outlines(borders, districts)
    shapes = []
    for district, path in paths.items():
        value = values[shown][districts.index(district)]
        shapes.append(
            f'<path d="{path}" data-district="{escape(district)}" fill="{_shade(value, largest)}" class="district"><title>{escape(district)}: about {approximately(value)} {escape(unit)}</title></path>'
        )
    limits = [math.expm1(k / (len(SHADES) - 1) * math.log1p(largest)) for k in range(len(SHADES))]
    words = ["none", *(f"up to {approximately(limit)}" for limit in limits[1:])]
    keys = "".join(
        f'<li><span class="swatch" style="background:{shade}"></span>{word}</li>'
        for shade, word in zip(SHADES, words, strict=True)
    )
    data = {
        "years": years,
        "districts": districts,
        "values": {str(y): [round(v, 2) for v in values[y]] for y in years},
        "largest": largest,
        "shades": SHADES,
        "unit": unit,
    }
    embedded = json.dumps(data).replace("<", "\\u003c")
    return (
        f'<figure class="map" id="{name}"><figcaption><strong>{escape(title)}</strong>, {escape(unit)}, <output for="{name}-year">{shown}</output></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">Map of districts shaded by {escape(unit)}; the table below holds the numbers.</desc>{"".join(shapes)}</svg>'
        f'<label for="{name}-year" class="screen">year</label><input class="screen" type="range" id="{name}-year" min="{years[0]}" max="{years[-1]}" value="{shown}" step="1" aria-label="year of the map {escape(title)}">'
        f'<ul class="legend">{keys}</ul><script type="application/json">{embedded}</script>{table}</figure>'
    )


def _shade(value: float, largest: float) -> str:
    if value <= 0 or largest <= 0:
        return SHADES[0]
    part = math.log(1 + value) / math.log(1 + largest)
    return SHADES[min(len(SHADES) - 1, max(0, math.ceil(part * (len(SHADES) - 1))))]


def _outlines(borders: dict[str, Any], districts: list[str]) -> tuple[dict[str, str], float]:
    """Equirectangular outlines at the middle latitude; a point each few hundred metres is more than a page shows."""
    rings: dict[str, list[list[list[float]]]] = {}
    for feature in borders["features"]:
        properties = feature["properties"]
        name = next(
            (str(v).replace(" ", "-") for v in properties.values() if str(v).replace(" ", "-") in districts), None
        )
        if name is None:
            continue
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        rings.setdefault(name, []).extend(polygon[0] for polygon in polygons)
    points = [p for group in rings.values() for ring in group for p in ring]
    if not points:
        return {}, 10.0
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = WIDTH / ((east - west) * squeeze)
    out = {}
    for name, group in rings.items():
        out[name] = "".join(
            "M" + "L".join(f"{(x - west) * squeeze * scale:.1f} {(north - y) * scale:.1f}" for x, y, *_ in ring) + "Z"
            for ring in group
        )
    return out, (north - south) * scale


def _table(title: str, unit: str, districts: list[str], values: dict[int, list[float]]) -> str:
    years = sorted(values)
    head = "".join(f'<th scope="col">{y}</th>' for y in years)
    rows = "".join(
        f'<tr><th scope="row">{escape(d)}</th>'
        + "".join(f"<td>{approximately(values[y][k])}</td>" for y in years)
        + "</tr>"
        for k, d in enumerate(districts)
    )
    return f'<details><summary>Table: {escape(title)}</summary><div class="scroll"><table><caption>{escape(title)}, {escape(unit)}</caption><thead><tr><th scope="col">district</th>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
