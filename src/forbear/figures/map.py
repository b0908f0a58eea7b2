"""A map of districts by year: outlines from the evidence catalogue, shades from the ensemble, a table behind it."""

from __future__ import annotations

import json
import math
from html import escape
from typing import Any

from forbear.words import approximately

__all__ = ["map_by_year", "map_svg"]

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
    *,
    low: dict[int, list[float]] | None = None,
    high: dict[int, list[float]] | None = None,
    caption: str = "",
    slider: bool = True,
) -> str:
    """Return HTML: an SVG map with a slider over years and a table of all values.

    values: year -> one number per district; largest: the value of the darkest shade, shared by maps that are to
    be compared; low, high: ends of an interval, in the same form, which table and words then give; caption: a sentence
    below the map; slider: False leaves the slider to the page, where one serves several maps. Without borders only the
    table is returned. The slider is a plain script in the page; without it, and in print, the year with the highest
    total is shown.
    """
    years = sorted(values)
    shown = max(years, key=lambda y: sum(values[y]))
    table = _table(name, title, unit, districts, values, low, high)
    if borders is None:
        return table
    paths, height = _outlines(borders, districts)
    shapes = []
    for district, path in paths.items():
        at = districts.index(district)
        value = values[shown][at]
        words = _words(value, low[shown][at] if low else None, high[shown][at] if high else None)
        shapes.append(
            f'<path d="{path}" data-district="{escape(district)}" fill="{_shade(value, largest)}" fill-rule="evenodd" class="district"><title>{escape(district)}: about {words} {escape(unit)}</title></path>'
        )
    keys = _keys(largest)
    data: dict[str, Any] = {
        "years": years,
        "shown": shown,
        "districts": districts,
        "values": {str(y): [round(v, 2) for v in values[y]] for y in years},
        "largest": largest,
        "shades": SHADES,
        "unit": unit,
    }
    if low and high:
        data["low"] = {str(y): [round(v, 2) for v in low[y]] for y in years}
        data["high"] = {str(y): [round(v, 2) for v in high[y]] for y in years}
    own = (
        f'<label for="{name}-year" class="screen">year</label><input class="screen" type="range" id="{name}-year" min="{years[0]}" '
        f'max="{years[-1]}" value="{shown}" step="1" aria-label="year of the map {escape(title)}">'
    )
    linked = f' for="{name}-year"' if slider else ""
    embedded = json.dumps(data).replace("<", "\\u003c")
    return (
        f'<figure class="map" id="{name}"><figcaption><strong>{escape(title)}</strong>, {escape(unit)}, <output{linked}>{shown}</output></figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">Map of districts shaded by {escape(unit)}; {escape(_said(districts, values[shown], shown))} The table below holds the numbers.</desc>{"".join(shapes)}</svg>'
        + (own if slider else "")
        + f'<ul class="legend">{keys}</ul>{f"<p>{escape(caption)}</p>" if caption else ""}<script type="application/json">{embedded}</script>{table}</figure>'
    )


def map_svg(
    name: str, title: str, unit: str, borders: dict[str, Any], districts: list[str], values: list[float], largest: float
) -> tuple[str, str, str]:
    """One map without a slider: the <svg>, its legend as HTML, and what it shows in words. As `map_by_year`
    otherwise."""
    paths, height = _outlines(borders, districts)
    shapes = "".join(
        f'<path d="{path}" fill="{_shade(values[districts.index(d)], largest)}" fill-rule="evenodd" class="district"><title>{escape(d)}: about {approximately(values[districts.index(d)])} {escape(unit)}</title></path>'
        for d, path in paths.items()
    )
    ranked = sorted(range(len(districts)), key=lambda k: -values[k])[:3]
    words = f"Highest: {', '.join(f'{districts[k]} {approximately(values[k])}' for k in ranked)} {unit}."
    svg = (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(words)}</desc>{shapes}</svg>'
    )
    return svg, f'<ul class="legend">{_keys(largest)}</ul>', words


def _keys(largest: float) -> str:
    """The shades with their limits."""
    limits = [math.expm1(k / (len(SHADES) - 1) * math.log1p(largest)) for k in range(len(SHADES))]
    words = ["none", *(f"up to {approximately(limit)}" for limit in limits[1:])]
    return "".join(
        f'<li><span class="swatch" style="background:{shade}"></span>{word}</li>'
        for shade, word in zip(SHADES, words, strict=True)
    )


def _shade(value: float, largest: float) -> str:
    if value <= 0 or largest <= 0:
        return SHADES[0]
    part = math.log(1 + value) / math.log(1 + largest)
    return SHADES[min(len(SHADES) - 1, max(0, math.ceil(part * (len(SHADES) - 1))))]


def _outlines(borders: dict[str, Any], districts: list[str]) -> tuple[dict[str, str], float]:
    """Equirectangular outlines at the middle latitude. `borders` is `Scenario.outlines()`: the attribute `district` of a
    feature names the member, and every ring counts by the even-odd rule, so that holes stay open."""
    rings: dict[str, list[list[list[float]]]] = {}
    for feature in borders["features"]:
        name = feature["properties"].get("district")
        if name in districts:
            rings.setdefault(name, []).extend(
                ring for polygon in feature["geometry"]["coordinates"] for ring in polygon
            )
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


def _words(value: float, low: float | None, high: float | None) -> str:
    """A value, with its interval where there is one."""
    if low is None or high is None:
        return approximately(value)
    return f"{approximately(value)} ({approximately(low)} to {approximately(high)})"


def _said(districts: list[str], values: list[float], year: int) -> str:
    """The three highest districts of a year, for those who cannot see the map."""
    ranked = sorted(range(len(districts)), key=lambda k: -values[k])[:3]
    return f"highest in {year}: {', '.join(f'{districts[k]} {approximately(values[k])}' for k in ranked)}."


def _table(
    name: str,
    title: str,
    unit: str,
    districts: list[str],
    values: dict[int, list[float]],
    low: dict[int, list[float]] | None,
    high: dict[int, list[float]] | None,
) -> str:
    years = sorted(values)
    head = "".join(f'<th scope="col">{y}</th>' for y in years)
    rows = "".join(
        f'<tr><th scope="row">{escape(d)}</th>'
        + "".join(
            f"<td>{_words(values[y][k], low[y][k] if low else None, high[y][k] if high else None)}</td>" for y in years
        )
        + "</tr>"
        for k, d in enumerate(districts)
    )
    return f'<details><summary>Table: {escape(title)}</summary><div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}: table"><table id="t-{name}" data-csv="{name}" data-unit="{escape(unit)}"><caption>{escape(title)}, {escape(unit)}</caption><thead><tr><th scope="col">district</th>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>'
