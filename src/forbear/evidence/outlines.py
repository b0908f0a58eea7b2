"""Outlines of districts from GeoJSON: checked, matched, made flat and small enough to draw.

Rings may run either way and polygons may have holes: what is inside is decided by the even-odd rule alone. A map that
crosses the 180th meridian is carried on beyond 180 degrees, so that neighbours stay neighbours.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forbear.errors import Fault, FileError
from forbear.evidence.names import Crosswalk, Matching, match
from forbear.evidence.tables import LARGEST_TABLE, decoded
from forbear.files import check_regular, whole_number

__all__ = ["Outline", "attribute_of", "matched", "outlines_of", "read_outlines", "simplified"]

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Outline:
    """One feature of a map: its attributes, and every ring of every polygon of it, closed."""

    attributes: dict[str, str]
    rings: tuple[tuple[tuple[float, float], ...], ...]


def read_outlines(path: Path) -> tuple[Outline, ...]:
    """Read a GeoJSON file of polygons. Raises FileError E101, E104 or EvidenceError-like E280 faults, all at once."""
    file = str(path)
    try:
        data = path.read_bytes() if check_regular(path) <= LARGEST_TABLE else None
    except OSError as error:
        raise FileError("E104", f"{file} cannot be read: {error.strerror}") from None
    if data is None:
        raise FileError("E104", f"{file} is too large for a map", hint="at most 64 MiB; simplify it first")
    try:
        collection = json.loads(decoded(data, file), parse_int=whole_number)
    except (ValueError, RecursionError) as error:
        raise _refused([Fault("E280", f"not GeoJSON: {str(error)[:80]}", file)]) from None
    return outlines_of(collection, file)


def _refused(faults: list[Fault]) -> FileError:
    message = faults[0].message if len(faults) == 1 else f"{len(faults)} faults in a map"
    return FileError("E280", message, faults=tuple(faults))


def outlines_of(collection: Any, file: str) -> tuple[Outline, ...]:
    """Return the outlines of a FeatureCollection. Raises FileError E280 with every fault."""
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        kind = collection.get("type") if isinstance(collection, dict) else type(collection).__name__
        raise _refused([Fault("E280", "a map is a FeatureCollection of polygons", file, value=str(kind))])
    faults: list[Fault] = []
    out = []
    crs = collection.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    system = str(named.get("name", "")) if isinstance(named, dict) else ""
    if system and not any(known in system for known in ("CRS84", "4326")):
        faults.append(Fault("E280", f"coordinates in {system}", file, None, "crs", allowed="degrees (WGS 84)"))
    features = collection.get("features")
    for number, feature in enumerate(features if isinstance(features, list) else []):
        rings, why = _rings(feature.get("geometry") if isinstance(feature, dict) else None)
        properties = (feature.get("properties") or {}) if isinstance(feature, dict) else {}
        if not why and not isinstance(properties, dict):
            why = "its properties are no table of names and values"
        if why:
            faults.append(Fault("E280", f"feature {number}: {why}", file, None, f"features.{number}.geometry"))
        else:
            held = {str(k): str(v) for k, v in properties.items() if isinstance(v, (str, int, float))}
            out.append(Outline(held, rings))
    if not out and not faults:
        faults.append(Fault("E280", "the map has no features", file))
    if faults:
        raise _refused(faults[:12])
    return _unwrapped(out)


def _rings(geometry: Any) -> tuple[tuple[tuple[tuple[float, float], ...], ...], str]:
    """Every ring of a geometry, closed; or why it cannot be used."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        return (), f"{kind or 'no geometry'} is no polygon"
    given = geometry.get("coordinates")
    polygons = given if kind == "MultiPolygon" else [given]
    rings = []
    try:
        for polygon in polygons:
            for ring in polygon:
                points = [(float(point[0]), float(point[1])) for point in ring]
                if points and points[0] != points[-1]:
                    points.append(points[0])
                if len(set(points)) < 3:
                    return (), "a ring has fewer than three corners"
                if any(not (math.isfinite(x) and math.isfinite(y)) for x, y in points):
                    return (), "a coordinate is not finite"
                if any(abs(y) > 90 or abs(x) > 360 for x, y in points):
                    x, y = next((x, y) for x, y in points if abs(y) > 90 or abs(x) > 360)
                    return (), f"({x:g}, {y:g}) are no degrees: longitude first, in WGS 84"
                rings.append(tuple(points))
    except (TypeError, ValueError, IndexError, KeyError):
        return (), "its coordinates are no lists of points"
    return (tuple(rings), "") if rings else ((), "it has no rings")


def _unwrapped(outlines: list[Outline]) -> tuple[Outline, ...]:
    """Carry a map that crosses the 180th meridian on beyond 180 degrees."""
    every = [x for outline in outlines for ring in outline.rings for x, _ in ring]
    if max(every) - min(every) <= 180 or min(every) >= 0:
        return tuple(outlines)
    shifted = [x + 360 if x < 0 else x for x in every]
    if max(shifted) - min(shifted) >= max(every) - min(every):
        return tuple(outlines)
    return tuple(
        Outline(o.attributes, tuple(tuple((x + 360 if x < 0 else x, y) for x, y in ring) for ring in o.rings))
        for o in outlines
    )


def attribute_of(
    outlines: Sequence[Outline], members: Sequence[str], titles: Mapping[str, str], crosswalk: Crosswalk
) -> list[str]:
    """Return the attributes that name every member; best when it is one."""
    names = list(dict.fromkeys(name for outline in outlines for name in outline.attributes))
    return [name for name in names if not matched(outlines, name, members, titles, crosswalk).uncovered]


def matched(
    outlines: Sequence[Outline], attribute: str, members: Sequence[str], titles: Mapping[str, str], crosswalk: Crosswalk
) -> Matching:
    """Say which members the values of an attribute mean, as `forbear.evidence.names.match` does."""
    values = [outline.attributes.get(attribute, "") for outline in outlines]
    return match(values, members, titles=titles, crosswalk=crosswalk)


def simplified(ring: Sequence[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """Return a ring without the points that lie within `tolerance` of the line through the others (Douglas, Peucker)."""
    if len(ring) <= 5:
        return list(ring)
    # a ring has no ends: cut it at the point farthest from its first
    far = max(range(len(ring)), key=lambda i: (ring[i][0] - ring[0][0]) ** 2 + (ring[i][1] - ring[0][1]) ** 2)
    keep = {0, far, len(ring) - 1}
    spans = [(0, far), (far, len(ring) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        (ax, ay), (bx, by) = ring[first], ring[last]
        length = math.hypot(bx - ax, by - ay)
        best, at = -1.0, first
        for index in range(first + 1, last):
            x, y = ring[index]
            if length:
                distance = abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length
            else:
                distance = math.hypot(x - ax, y - ay)
            if distance > best:
                best, at = distance, index
        if best > tolerance:
            keep.add(at)
            spans += [(first, at), (at, last)]
    out = [ring[index] for index in sorted(keep)]
    return out if len(out) >= 4 else list(ring)
