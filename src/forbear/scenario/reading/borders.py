"""The map of a scenario: one that ships, or a GeoJSON beside the file; which outline is which district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from forbear import evidence
from forbear.errors import FileError, nearest
from forbear.evidence.names import Crosswalk
from forbear.evidence.outlines import Outline, attribute_of, matched, outlines_of, read_outlines, simplified
from forbear.faults import show
from forbear.scenario.reading.crosswalks import read_crosswalk
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.files import beside
from forbear.scenario.reading.structure import Structure

__all__ = ["Borders", "read_borders"]

_KEYS = ("file", "map", "attribute", "crosswalk", "source", "licence", "note")
#: A map with more points than this is thinned to what a page can show.
MOST_POINTS = 6000
#: Parts of the width of a map that a page can still show.
FINEST = 1500.0


@dataclass(frozen=True)
class Borders:
    """`name`: of the map or its file. `outlines`: district -> rings; `beyond`: names of outlines that are no district."""

    name: str
    attribute: str
    outlines: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]]
    beyond: tuple[str, ...] = ()
    source: str = ""
    _thin: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def collection(self) -> dict[str, Any]:
        """A FeatureCollection to draw, one MultiPolygon for a district, whose attribute `district` names the member.

        Rings are listed as they are: what is inside is decided by the even-odd rule. A large map is simplified.
        """
        if not self._thin:
            points = sum(len(ring) for rings in self.outlines.values() for ring in rings)
            every = [x for rings in self.outlines.values() for ring in rings for x, _ in ring]
            tolerance = (max(every) - min(every)) / FINEST if points > MOST_POINTS else 0.0
            self._thin["type"] = "FeatureCollection"
            self._thin["features"] = [
                {
                    "type": "Feature",
                    "properties": {"district": district},
                    "geometry": {
                        "type": "MultiPolygon",
                        "coordinates": [[[list(p) for p in (simplified(ring, tolerance) if tolerance else ring)]] for ring in rings],
                    },
                }
                for district, rings in self.outlines.items()
            ]  # fmt: skip
        return self._thin


def read_borders(documents: list[Document], structure: Structure) -> Borders | None:
    """Read [country] borders of the strongest layer that states it; notes E280 and what a file beside may have wrong."""
    for document in reversed(documents):
        country = document.data.get("country", {})
        given = country.get("borders") if isinstance(country, dict) else None
        if given is not None:
            return _borders(document, structure, given)
    return None


def _borders(document: Document, structure: Structure, given: object) -> Borders | None:
    path = ("country", "borders")
    if isinstance(given, str):
        given = {"file" if given.lower().endswith((".geojson", ".json")) else "map": given}
    if not isinstance(given, dict):
        allowed = 'the name of a map of the evidence, or { file = "borders.geojson", attribute = "name" }'
        document.fault("E203", "borders name a map", path, given, allowed)
        return None
    document.unknown_keys(given, _KEYS, path)
    maps = [name for name, series in evidence.catalogue().items() if series.is_map]
    name = str(given.get("file", given.get("map")))
    if "file" not in given and name not in maps:
        document.fault("E280", f"no map {show(name)!r} in the evidence", path, name,
                       ", ".join([*maps, 'or a file beside the scenario: "borders.geojson"']), nearest(name, maps))  # fmt: skip
        return None
    before = len(document.faults.found)
    crosswalk = read_crosswalk(document, (*path, "crosswalk"), given.get("crosswalk"))
    try:
        if "file" in given:
            place = beside(document, (*path, "file"), given["file"], "a map")
            outlines = _kept(place, place.stat().st_mtime_ns) if place is not None else ()
        else:
            outlines = _shipped(name)
    except FileError as error:
        document.faults.extend(error.faults)
        return None
    if not outlines or len(document.faults.found) > before or "district" in document.faults.unreadable:
        return None
    return _matched(document, structure, given, name, outlines, crosswalk)


def _matched(document: Document, structure: Structure, given: dict[str, Any], name: str, outlines: tuple[Outline, ...],
             crosswalk: Crosswalk) -> Borders | None:  # fmt: skip
    path = ("country", "borders")
    members = structure.members["district"]
    titles = {member: title for (over, member), title in structure.titles.items() if over == "district"}
    attributes = list(dict.fromkeys(key for outline in outlines for key in outline.attributes))
    attribute = given.get("attribute")
    if attribute is None:
        fitting = attribute_of(outlines, members, titles, crosswalk)
        # a map that ships says it by its first attribute; another file by the only one that fits
        attribute = fitting[0] if len(fitting) == 1 or (fitting and "file" not in given) else None
        if attribute is None:
            document.fault(
                "E280", *_unnamed(bool(fitting), attributes, outlines, members, titles, crosswalk, path, name)
            )
            return None
    elif attribute not in attributes:
        document.fault("E280", f"the map has no attribute {show(attribute)!r}", (*path, "attribute"), attribute,
                       ", ".join(attributes), nearest(str(attribute), attributes))  # fmt: skip
        return None
    found = matched(outlines, str(attribute), members, titles, crosswalk)
    near = {offered: value for value, offered in found.unmatched.items() if offered}
    for member in found.uncovered:
        document.fault("E280", f"district {member} has no outline in {name}", path, member,
                       f'an outline whose {attribute} is {member!r}, or crosswalk = {{ "name in the map" = "{member}" }}',
                       near.get(member))  # fmt: skip
    if found.uncovered:
        return None
    rings: dict[str, list[Any]] = {member: [] for member in members}
    for outline in outlines:
        for member, _ in found.found.get(outline.attributes.get(str(attribute), ""), ()):
            rings[member] += outline.rings
    return Borders(
        name, str(attribute), {m: tuple(r) for m, r in rings.items()}, (*found.unmatched, *found.aside), str(given.get("source", ""))
    )  # fmt: skip


def _unnamed(several: bool, attributes: list[str], outlines: tuple[Outline, ...], members: tuple[str, ...],
             titles: Mapping[str, str], crosswalk: Crosswalk, path: tuple[str, ...], name: str) -> tuple[Any, ...]:  # fmt: skip
    """Message, path, value and allowed of the fault that no attribute, or more than one, names every district."""
    listed = f"attribute = one of {', '.join(attributes)}"
    if several:
        return "several attributes name every district", path, name, listed
    offers = {a: matched(outlines, a, members, titles, crosswalk) for a in attributes}

    def likely(attribute: str) -> int:
        found = offers[attribute]
        return len(members) - len(found.uncovered) + len({near for near in found.unmatched.values() if near})

    best = max(attributes, key=likely, default="")
    lost = offers[best].uncovered if best else members
    near = {value: member for value, member in (offers[best].unmatched if best else {}).items() if member}
    said = ", ".join(f'"{value}" = "{member}"' for value, member in list(near.items())[:6])
    words = f"no attribute names every district; {best!r} leaves out {', '.join(lost[:6])}"
    if not near:
        return words, path, name, listed
    return words, path, name, f'{{ file = "{name}", attribute = "{best}", crosswalk = {{ {said} }} }}, if that is meant'


@lru_cache(maxsize=8)
def _kept(place: FilePath, changed: int) -> tuple[Outline, ...]:
    return read_outlines(place)


@lru_cache(maxsize=8)
def _shipped(name: str) -> tuple[Outline, ...]:
    return outlines_of(evidence.borders(name), name)
