"""What tables say of the facts of the atlas that were recalled: populations, areas, dates, order and Polity scores."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from atlas import INPUTS, POLITY_WORDS, mended, rows_of, write

FIELDS = ["case", "quantity", "value", "low", "high", "date", "grade", "source", "note"]
CONFLICTS = "UCDP/PRIO Armed Conflict Dataset 22.1; Powell and Thyne, coups 2022"
LEVELS = ["calm", "limited_violence", "civil_war"]
#: Orders that no table settles: judged in the first coding, ranges in mended.csv.
LAST_YEAR = 2021


def verify(shared: Path, population: Path, areas: list[dict[str, Any]], polity: Path) -> None:
    """Write verified.csv: one row per fact of which a table speaks."""
    people = {(row["Entity"], row["Year"]): list(row.values())[2] for row in rows_of(population)}
    sizes = {entry["name"]["common"]: entry["area"] for entry in areas}
    scores = {(row["scode"], int(row["year"])): row["polity"] for row in rows_of(polity)}
    tables = _Tables(shared)
    facts: dict[tuple[str, str], dict[str, str]] = {}
    for row in mended(shared):
        if not row["of"]:
            facts.setdefault((row["case"], row["quantity"]), row)
    out: list[dict[str, str]] = []

    def told(
        case: str,
        quantity: str,
        value: object,
        source: str,
        date: object = "",
        grade: str = "table",
        low: str = "",
        high: str = "",
    ) -> None:
        out.append({"case": case, "quantity": quantity, "value": str(value), "low": low, "high": high, "date": str(date), "grade": grade, "source": source, "note": ""})  # fmt: skip

    for case in rows_of(INPUTS / "cases.csv"):
        name = case["id"]
        start = int(facts[name, "start"]["value"][:4])
        end_text = facts[name, "end"]["value"]
        end = int(end_text[:4]) if end_text[:4].isdigit() else None
        year = (
            facts[name, "population"]["date"][-4:] if facts[name, "population"]["date"][-4:].isdigit() else str(start)
        )
        if (case["population_name"], year) in people and facts[name, "population"]["grade"] == "memory":
            told(
                name,
                "population",
                people[case["population_name"], year],
                "Gapminder and UN, population by country",
                year,
            )
        if case["area_name"] in sizes:
            told(name, "area", sizes[case["area_name"]], "mledoze/countries, areas of countries of today")
        for which in ("start", "end"):
            day = tables.day(case["gw"], which, facts[name, which]["value"])
            if day and facts[name, which]["grade"] == "memory":
                told(name, which, day[0], day[1])
        times = {"order_5y": start + 5, "order_10y": start + 10, "order_5y_after_end": end + 5 if end else None}
        for quantity, at in times.items():
            at = _coded(facts.get((name, quantity)), at)
            found = tables.order(case["gw"], at) if at else None
            if found:
                told(name, quantity, found, CONFLICTS, at)
            elif at and at < 1946 and tables.no_war(case["gw"], at) and facts[name, quantity]["value"] == "calm":
                told(
                    name,
                    quantity,
                    "calm",
                    "recalled; Correlates of War list no war within the state that year",
                    at,
                    "memory",
                    "calm",
                    "limited_violence",
                )
        moments = {"polity_before": start - 1, "polity_5y": start + 5, "polity_10y": start + 10, "polity_at_end": end, "polity_5y_after_end": end + 5 if end else None}  # fmt: skip
        for quantity, at in moments.items():
            at = _coded(facts.get((name, quantity)), at)
            score = scores.get((case["polity"], at)) if at else None
            if score:
                told(
                    name,
                    quantity,
                    POLITY_WORDS.get(score, score),
                    "Polity5 annual series, 2018 (Center for Systemic Peace)",
                    at,
                    "scholarly",
                )
    write(INPUTS / "verified.csv", FIELDS, out)
    print(f"{len(out)} rows")


class _Tables:
    """Conflicts, coups, missions and interventions by state."""

    def __init__(self, shared: Path) -> None:
        record = shared / "record"
        self.conflicts = rows_of(record / "ucdp_prio_cow" / "ucdp_prio_acd_221.csv")
        self.coups = {(row["ccode_gw"], int(row["year"])) for row in rows_of(record / "ucdp_prio_cow" / "powell_thyne_coups.csv") if row["coup"] == "2"}  # fmt: skip
        self.wars = rows_of(record / "ucdp_prio_cow" / "cow_war_intra.csv")
        self.missions = rows_of(record / "third_party_peacekeeping" / "third_party_pkm_v3_1.csv")
        self.interventions = rows_of(record / "imi_interventions" / "imi_1946_2005.csv")

    def order(self, gw: str, year: int) -> str | None:
        """Order in a year: a war over 1,000 dead, else a coup in it or the two years before, else violence over 25 dead, else calm."""
        if not gw or not 1946 <= year <= LAST_YEAR:
            return None
        at = [
            int(row["intensity_level"])
            for row in self.conflicts
            if int(row["year"]) == year and gw in row["gwno_loc"].split(", ")
        ]
        level = LEVELS[max(at, default=0)]
        if level != "civil_war" and any((gw, when) in self.coups for when in range(year - 2, year + 1)):
            return "coup"
        return level

    def no_war(self, gw: str, year: int) -> bool:
        """Whether no war within the state is listed in a year."""
        return bool(gw) and not any(row["primary_state"] == "1.0" and row["ccodea"] == f"{gw}.0" and row["year"] == str(year) for row in self.wars)  # fmt: skip

    def day(self, gw: str, which: str, value: str) -> tuple[str, str] | None:
        """The nearest day within a month on which a mission to the state began or ended."""
        if not gw or len(value) != 10:
            return None
        near: list[tuple[int, str, str]] = []
        wanted = datetime.date.fromisoformat(value)
        for row in self.missions:
            if row["CCODE1"].split(".")[0] == gw:
                parts = [row[f"{which.upper()}{part}"].split(".")[0] for part in ("YR", "MON", "DAY")]
                near += _near(parts, wanted, "Mullenbach, Third-Party Peacekeeping Missions 3.1")
        for row in self.interventions:
            if row["target"] == gw:
                text = row[which]
                near += _near([text[:4], text[4:6], text[6:8]], wanted, "International Military Intervention 1946-2005")
        return min(near)[1:] if near else None  # type: ignore[return-value]


def _coded(row: dict[str, str] | None, year: int | None) -> int | None:
    """The year that the first coding speaks of, else the one that the rule gives."""
    return int(row["date"]) if row and row["date"].isdigit() and len(row["date"]) == 4 else year


def _near(parts: list[str], wanted: datetime.date, source: str) -> list[tuple[int, str, str]]:
    try:
        day = datetime.date(*(int(part) for part in parts))
    except ValueError:
        return []
    apart = abs((day - wanted).days)
    return [(apart, day.isoformat(), source)] if apart <= 31 else []


def coastlines(topology: dict[str, Any]) -> list[list[list[float]]]:
    """Rings of land in degrees to a tenth, without Antarctica and islands below half a square degree; points within 0.35 degrees of a chord are left out."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(line)
    rings = []
    for shape in topology["objects"]["land"]["geometries"]:
        for polygon in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            points = [point for at in polygon[0] for point in (arcs[at] if at >= 0 else arcs[~at][::-1])]
            area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1], strict=True))) / 2
            across = max(point[0] for point in points) - min(point[0] for point in points)
            if across > 350 and len(points) < 100:  # an island on the date line, whose ring would cross the map
                continue
            if area >= 0.5 and min(point[1] for point in points) > -60:
                half = len(points) // 2  # a ring has no chord of its own: two halves have
                kept = _simpler(points[: half + 1], 0.35)[:-1] + _simpler(points[half:], 0.35)
                rings.append([[round(px, 1), round(py, 1)] for px, py in kept])
    return rings


def _simpler(points: list[tuple[float, float]], tolerance: float) -> list[tuple[float, float]]:
    """Douglas and Peucker's line: the fewest of the points within the tolerance."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5 or 1e-9
    away = [abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length for x, y in points[1:-1]]
    at = max(range(len(away)), key=away.__getitem__)
    if away[at] <= tolerance:
        return [points[0], points[-1]]
    return _simpler(points[: at + 2], tolerance)[:-1] + _simpler(points[at + 1 :], tolerance)
