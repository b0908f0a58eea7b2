"""The governorates of Iraq: people, votes, communities, areas, neighbours, borders.

Community shares are read from the certified lists of the December 2005 election by one rule, in each governorate:
  1. the Sunni, Shia and Kurdish lists count for their community;
  2. the secular and nationalist lists drew on Sunni and Shia voters, so their share is divided between these two in
     the proportion of the two communities' own lists there; where neither has any, it is left out;
  3. what is missing to 1 (small and minority lists) is left out, and the three shares are scaled to sum to 1.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

from tables import KnownTotalError, check, check_near, number, read, run, write

AREA_BAGHDAD, AREA_TOTAL, POPULATION = 5_100, 436_269, 28_104_187
COMMUNITIES = ("sunni", "shia", "kurdish")
EARTH_KM = 6_371.0088
LIMIT_BYTES = 60_000


def communities(facts: dict[str, str]) -> dict[str, float]:
    """Return the share of each community in one governorate by the rule above (sums to 1)."""
    votes = {name: float(facts[f"vote_share_{name}_lists"]) for name in COMMUNITIES}
    secular = float(facts["vote_share_secular_nationalist_lists"])
    arab = votes["sunni"] + votes["shia"]
    shares = dict(votes)
    if arab > 0:
        for name in ("sunni", "shia"):
            shares[name] += secular * votes[name] / arab
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}


def governorates(data: Path, out: Path) -> None:
    """Derive the governorates, their communities and their neighbours."""
    areas = {r["governorate"]: r["area_km2"] for r in read(data / "boundaries_ocha_cod_iraq" / "irq_adm1_area.csv")}
    codes = {r["governorate"]: r["iso_3166_2"] for r in read(data / "crosswalk" / "iraq_governorates.csv")}
    facts = read(data / "text_figures" / "iraq_governorate_facts.csv")
    check("governorates", sorted(areas), sorted(codes))
    check("governorates with facts", sorted(row["governorate"] for row in facts), sorted(codes))
    check("area of Baghdad", float(areas["Baghdad"]), float(AREA_BAGHDAD))
    total = sum(float(area) for area in areas.values())
    check("total area, up to rounding of 18 areas to whole km2", abs(total - AREA_TOTAL) <= 9, True)
    check("total population", sum(int(row["population_2005"]) for row in facts), POPULATION)
    lists = ("sunni_lists", "shia_lists", "kurdish_lists", "secular_nationalist_lists")
    rows, shares = [], []
    for row in sorted(facts, key=lambda row: row["governorate"]):
        name, people = row["governorate"], int(row["population_2005"])
        votes = [row[f"vote_share_{which}"] for which in lists]
        if sum(float(vote) for vote in votes) > 1:
            raise KnownTotalError(f"vote shares of {name}: expected at most 1, found {votes}")
        rows.append((name, codes[name], people, number(areas[name]), *votes))
        by_community = communities(row)
        check_near(f"community shares of {name}", sum(by_community.values()), 1.0, 1e-9)
        for community, share in by_community.items():
            shares.append((name, community, f"{share:.4f}", round(share * people, -3)))
    columns = ("governorate", "iso_3166_2", "population_2005", "area_km2")
    series = out / "series"
    write(series / "iraq-governorates.csv", columns + tuple(f"vote_share_{which}" for which in lists), rows)
    columns = ("governorate", "community", "share", "persons_2005")
    write(series / "iraq-governorates-communities.csv", columns, [(*row[:3], int(row[3])) for row in shares])

    borders = read(data / "boundaries_ocha_cod_iraq" / "irq_adm1_adjacency.csv")
    check("shared borders", len(borders), 40)
    check("names at shared borders", {b[side] for b in borders for side in "ab"} <= set(codes), True)
    pairs = sorted((*sorted((b["a"], b["b"])), number(b["shared_border_km_approx"])) for b in borders)
    write(series / "iraq-governorates-adjacency.csv", ("a", "b", "shared_border_km"), pairs)


def ring_area(ring: list[list[float]]) -> float:
    """Return the area in km2 inside a closed ring of longitudes and latitudes on a sphere."""
    total = 0.0
    for (lon_a, lat_a), (lon_b, lat_b) in zip(ring, ring[1:], strict=False):
        total += math.radians(lon_b - lon_a) * (math.sin(math.radians(lat_a)) + math.sin(math.radians(lat_b)))
    return abs(total) * EARTH_KM**2 / 2


def simplify(ring: list[list[float]]) -> list[list[float]]:
    """Round a ring to 3 decimals (about 100 m) and drop repeated points; neighbours round alike, so no gap opens."""
    kept: list[list[float]] = []
    for longitude, latitude in ring:
        point = [round(longitude, 3), round(latitude, 3)]
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


def borders(data: Path, out: Path) -> None:
    """Derive the map of the governorates."""
    source = data / "boundaries_ocha_cod_iraq" / "irq_adm1_governorates.geojson"
    codes = {r["governorate"]: r["iso_3166_2"] for r in read(data / "crosswalk" / "iraq_governorates.csv")}
    features = []
    for feature in json.loads(source.read_text(encoding="utf-8"))["features"]:
        name, area = feature["properties"]["governorate"], float(feature["properties"]["area_km2"])
        shape = feature["geometry"]
        whole = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        polygons = [[simplify(ring) for ring in polygon] for polygon in whole]
        found = sum(ring_area(p[0]) - sum(ring_area(hole) for hole in p[1:]) for p in polygons)
        check_near(f"area inside the border of {name} (km2)", found, area, 0.01)
        geometry = {"type": "MultiPolygon", "coordinates": polygons}
        if len(polygons) == 1:
            geometry = {"type": "Polygon", "coordinates": polygons[0]}
        properties = {"governorate": name, "iso_3166_2": codes[name], "area_km2": round(area)}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    features.sort(key=lambda feature: str(feature["properties"]["governorate"]))  # type: ignore[index]
    check("governorates on the map", len(features), 18)
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")) + "\n"
    if len(text.encode()) >= LIMIT_BYTES:
        raise KnownTotalError(f"size of the map: expected under {LIMIT_BYTES} bytes, found {len(text.encode())}")
    path = out / "maps" / "iraq-governorates-borders.geojson"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    governorates(data, out)
    borders(data, out)


if __name__ == "__main__":
    run(derive, __doc__)
