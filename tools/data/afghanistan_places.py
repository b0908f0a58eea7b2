"""The provinces of Afghanistan: people, areas, neighbours, borders (Natural Earth, NSIA).

People of 2021 are the printed estimates of settled people, with two rules where the print fails:
  1. Badakhshan is printed as 1.72 million, which alone would leave no one for the province that is missing; it is
     read as 1.072 million (a lost digit);
  2. Kapisa is not printed; it is taken as its seats in the lower house times the median number of people per seat
     of the nine other provinces whose seats the source of seats lists.
People of 2001 are the country's total of that year shared out as in 2021: provinces that grew faster than the
country (Kabul above all) are too large by this, the others too small.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from places import ring_area
from tables import KnownTotalError, check, check_near, read, run, write

Ring = list[list[float]]
Point = tuple[float, float]

#: name in the list of people -> name in Natural Earth
SPELLING = {"Helmand": "Hilmand", "Herat": "Hirat", "Paktia": "Paktya", "Sar-e Pol": "Sari Pul"}
#: the source carries two units called Uruzgan: the northern one is the province of Daykundi, split off in 2004
DAYKUNDI = "AFG-1753"
BADAKHSHAN_PRINTED, BADAKHSHAN = 1_720_000, 1_072_000
#: seats of the lower house (electoral law of 2004, Inter-Parliamentary Union)
SEATS = {"Kabul": 33, "Kapisa": 4, "Parwan": 6, "Wardak": 5, "Logar": 4, "Ghazni": 11, "Paktika": 4, "Paktya": 5, "Khost": 5, "Nangarhar": 14}  # fmt: skip
SUM_PRINTED = 32_078_000
AFGHANISTAN = 700
NATION_2001 = 20_284_310
DECIMALS = 3
TOLERANCE = 0.02
LIMIT_BYTES = 60_000
AREA_TOTAL = 642_179


@dataclass(frozen=True)
class Unit:
    """A province on the map: code, area in km2 and rings rounded to `DECIMALS`."""

    code: str
    area: float
    rings: list[Ring]


def units(data: Path) -> dict[str, Unit]:
    """Return the units of the map by name."""
    source = data / "boundaries_natural_earth" / "afg_adm1.geojson"
    found: dict[str, Unit] = {}
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        facts, shape = feature["properties"], feature["geometry"]
        name = "Daykundi" if facts["adm1_code"] == DAYKUNDI else facts["name"]
        check(f"shape of {name}", shape["type"], "Polygon")
        rings = [rounded(ring) for ring in shape["coordinates"]]
        found[name] = Unit(facts["adm1_code"], float(facts["area_km2"]), rings)
    check("provinces on the map", len(found), 34)
    return dict(sorted(found.items()))


def rounded(ring: Ring) -> Ring:
    """Round a closed ring and drop repeated points; neighbours round alike, so no gap opens."""
    kept: Ring = []
    for longitude, latitude in ring:
        point = [round(longitude, DECIMALS), round(latitude, DECIMALS)]
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


def people(data: Path, names: list[str]) -> list[tuple[str, int | None, int, str, str]]:
    """Return province, printed and used people of 2021, basis and note by the rules above."""
    rows = read(data / "text_figures" / "afghanistan_province_population_2021.csv")
    printed = {SPELLING.get(r["province"], r["province"]): int(r["population_2021"]) for r in rows}
    check("printed provinces", sorted({*printed, "Kapisa"}), names)
    check("sum of the printed provinces", sum(printed.values()), SUM_PRINTED)
    check("Badakhshan as printed", printed["Badakhshan"], BADAKHSHAN_PRINTED)
    per_seat = median(printed[name] / seats for name, seats in SEATS.items() if name != "Kapisa")
    kapisa = round(SEATS["Kapisa"] * per_seat, -3)
    notes = {
        "Badakhshan": "printed as 1.72 million, read as 1.072 million: with the print no one is left for Kapisa",
        "Kapisa": "not printed: four seats of the lower house times the median of people per seat elsewhere",
        "Baghlan": "printed as over a million",
        "Nimroz": "printed as 166,000, the same as Nuristan: doubtful",
    }
    used = printed | {"Badakhshan": BADAKHSHAN, "Kapisa": int(kapisa)}
    basis = {"Badakhshan": "corrected", "Kapisa": "estimated"}
    return [(name, printed.get(name), used[name], basis.get(name, "printed"), notes.get(name, "")) for name in names]


def provinces(data: Path, out: Path) -> None:
    """Derive the table of provinces and that of neighbours."""
    places = units(data)
    panel = read(data / "country_year" / "static_world_1989_2023_trimmed.csv")
    country = [r for r in panel if float(r["gwcode"]) == AFGHANISTAN and float(r["year"]) == 2001]
    nation = round(1e6 * float(country[0]["population"]))
    check("people of Afghanistan in 2001", nation, NATION_2001)
    known = people(data, list(places))
    whole = sum(row[2] for row in known)
    rows = []
    for name, printed, used, basis, note in known:
        share = int(round(nation * used / whole, -3))
        rows.append((name, places[name].code, round(places[name].area), printed, used, basis, share, note))
    check("total area (km2)", sum(row[2] for row in rows), AREA_TOTAL)
    check_near("people of 2001 after rounding", sum(row[6] for row in rows), nation, 0.001)
    columns = ("province", "natural_earth_code", "area_km2", "population_2021_printed", "population_2021", "basis")
    write(out / "series" / "afghanistan-provinces.csv", (*columns, "population_2001", "note"), rows)

    points = {name: {tuple(p) for ring in place.rings for p in ring} for name, place in places.items()}
    pairs = [(a, b) for a in points for b in points if a < b and len(points[a] & points[b]) > 1]
    listed = read(data / "boundaries_natural_earth" / "afg_adm1_adjacency.csv")
    check("neighbours against the source, which calls two provinces Uruzgan", merged(pairs), sorted({(r["a"], r["b"]) for r in listed}))  # fmt: skip
    write(out / "series" / "afghanistan-provinces-adjacency.csv", ("a", "b"), pairs)


def merged(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the pairs as the source would name them, with Daykundi called Uruzgan."""
    renamed = [["Uruzgan" if name == "Daykundi" else name for name in pair] for pair in pairs]
    return sorted({(min(pair), max(pair)) for pair in renamed})


def arcs(ring: Ring, owners: dict[Point, frozenset[str]]) -> list[Ring]:
    """Cut a closed ring where the set of provinces that share a point changes, so that neighbours cut alike."""
    points = [(x, y) for x, y in ring[:-1]]
    count = len(points)

    def cut(at: int) -> bool:
        here = owners[points[at]]
        return len(here) > 2 or any(owners[points[(at + step) % count]] != here for step in (-1, 1))

    cuts = [at for at in range(count) if cut(at)] or [points.index(min(points))]
    pieces = []
    for start, end in zip(cuts, [*cuts[1:], cuts[0] + count], strict=True):
        pieces.append([list(points[at % count]) for at in range(start, end + 1)])
    return pieces


def thinned(line: Ring) -> Ring:
    """Drop points nearer than `TOLERANCE` degrees to the line between those kept (Douglas and Peucker 1973).

    The line is read from its smaller end, so that both neighbours of a border keep the same points.
    """
    if line[-1] < line[0] or (line[-1] == line[0] and line[-2] < line[1]):
        return thinned(line[::-1])[::-1]
    keep = {0, len(line) - 1}
    spans = [(0, len(line) - 1)]
    while spans:
        start, end = spans.pop()
        far, place = max(((distance(line[at], line[start], line[end]), at) for at in range(start + 1, end)), default=(0.0, 0))  # fmt: skip
        if far > TOLERANCE:
            keep.add(place)
            spans += [(start, place), (place, end)]
    return [line[at] for at in sorted(keep)]


def distance(point: list[float], start: list[float], end: list[float]) -> float:
    """Return the distance of a point from a stretch of line, in degrees."""
    across, along = end[0] - start[0], end[1] - start[1]
    length = across * across + along * along
    part = 0.0
    if length > 0:
        part = ((point[0] - start[0]) * across + (point[1] - start[1]) * along) / length
    part = min(1.0, max(0.0, part))
    return float(((point[0] - start[0] - part * across) ** 2 + (point[1] - start[1] - part * along) ** 2) ** 0.5)


def joined(pieces: list[Ring]) -> Ring:
    """Thin every piece and join them into a closed ring."""
    ring: Ring = []
    for piece in pieces:
        ring += thinned(piece)[:-1]
    return [*ring, ring[0]]


def borders(data: Path, out: Path) -> None:
    """Derive the map of the provinces."""
    places = units(data)
    sharing: dict[Point, set[str]] = {}
    for name, place in places.items():
        for ring in place.rings:
            for x, y in ring:
                sharing.setdefault((x, y), set()).add(name)
    owners = {point: frozenset(names) for point, names in sharing.items()}
    features = []
    for name, place in places.items():
        rings = [joined(arcs(ring, owners)) for ring in place.rings]
        found = ring_area(rings[0]) - sum(ring_area(hole) for hole in rings[1:])
        check_near(f"area inside the border of {name} (km2)", found, place.area, 0.02)
        properties = {"province": name, "natural_earth_code": place.code, "area_km2": round(place.area)}
        geometry = {"type": "Polygon", "coordinates": rings}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n"
    if len(text.encode()) >= LIMIT_BYTES:
        raise KnownTotalError(f"size of the map: expected under {LIMIT_BYTES} bytes, found {len(text.encode())}")
    path = out / "maps" / "afghanistan-provinces-borders.geojson"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    provinces(data, out)
    borders(data, out)


if __name__ == "__main__":
    run(derive, __doc__)
