"""What happened beyond the theatres: nationals attacked abroad, regimes attacked by great powers, the next intervention, allies.

Only derived figures are written: the owners' terms of the Global Terrorism Database and of the International Military
Intervention data do not allow, or were not seen to allow, passing the tables on. What was coded by hand stands in
`figures/`, and every row of the source that fits the rule must be coded there.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from pathlib import Path
from statistics import median

from tables import Row, check, read, run, write

FIGURES = Path(__file__).with_name("figures")
#: The two wars that the library fits.
THEATRES = ("Iraq", "Afghanistan")
FIRST, LAST = 1998, 2013
#: From November 2011 on incidents were collected in another way (codebook of the release): counts jump.
LAST_COMPARABLE = 2011
#: Correlates of War: the great powers after 1945, and the command of the United Nations in Korea.
POWERS = {"2": "United States", "200": "United Kingdom", "220": "France", "365": "Soviet Union", "710": "China"}
UNITED_NATIONS = "1"
TARGETS = {
    "41": "Haiti", "55": "Grenada", "95": "Panama", "310": "Hungary", "315": "Czechoslovakia", "645": "Iraq", "651": "Egypt",
    "700": "Afghanistan", "709": "Tibet", "731": "North Korea", "732": "South Korea",
}  # fmt: skip
#: Above 5,000 soldiers (codes 3 and 4), in or ready for combat (types 4 and 5).
LARGE, COMBAT = ("3", "4"), ("4", "5")
#: Beside a government against rebels, or against a government.
HOSTILE = ("2", "3")
QUICK = 60
MEMORY = 10
YEARS = range(1946, 2006)
#: Codes of casualties as they read in the data: 998 is 998 or more; 999 and above 900,000 unknown.
MOST_WRITTEN, UNKNOWN = 998, 900_000


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    for step in (attacked_nationals, regimes_attacked, rates, ally_opinion):
        step(data, out)


def attacked_nationals(data: Path, out: Path) -> None:
    """Incidents against nationals of the United States by year, outside and inside the two theatres."""
    rows = read(data / "record" / "gtd_foreign_victims" / "gtd_foreign_victims_nationality_location_year.csv")
    check("rows of foreign victims", len(rows), 5472)
    ours = [row for row in rows if row["victim_nationality"] == "United States"]
    written = []
    for year in range(FIRST, LAST + 1):
        here = [row for row in ours if row["year"] == str(year)]
        outside = [row for row in here if row["location"] not in THEATRES]
        inside = [row for row in here if row["location"] in THEATRES]
        collected = "as before" if year <= LAST_COMPARABLE else "anew"
        written.append(
            (year, _sum(outside, "incidents"), _sum(outside, "killed"), _sum(inside, "incidents"), collected)
        )
    by_year = {row[0]: row[1] for row in written}
    check("incidents outside the theatres, 2002", by_year[2002], 27)
    later = [by_year[year] for year in range(2003, 2014)]
    check("least and most incidents of a year, 2003 to 2013", (min(later), max(later)), (7, 25))
    columns = ("year", "incidents", "killed", "incidents_in_theatres", "collected")
    write(out / "series" / "us-nationals-attacked-abroad-year.csv", columns, written)


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(round(float(row[column] or 0)) for row in rows)


def _interventions(data: Path) -> list[Row]:
    rows = read(data / "record" / "imi_interventions" / "imi_1946_2005.csv")
    check("interventions", len(rows), 1111)
    check("interventions of 5,000 soldiers and more", sum(row["amount"] in LARGE for row in rows), 171)
    counts = [sum(row["direction"] == str(code) for row in rows) for code in range(7)]
    check("interventions by direction", counts, [251, 255, 68, 345, 27, 53, 104])
    return [row for row in rows if row["amount"] in LARGE and row["type"] in COMBAT]


def _campaigns(data: Path) -> list[Row]:
    """The coded campaigns against governments, one row a target and year: the first intervener of a coalition."""
    large = _interventions(data)
    interveners = {*POWERS, UNITED_NATIONS}
    found = sorted(
        (row["intervener"], row["target"], _day(row["start"]).isoformat())
        for row in large
        if row["intervener"] in interveners and row["direction"] in HOSTILE
    )
    coded = read(FIGURES / "regimes_attacked.csv")
    check("coded campaigns", sorted((row["intervener"], row["target"], row["start"]) for row in coded), found)
    kept: dict[tuple[str, str], Row] = {}
    for row in coded:
        if row["aim"] == "government":
            kept.setdefault((row["target"], row["start"][:4]), row)
    return sorted(kept.values(), key=lambda row: row["start"])


def _day(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _days(row: Row) -> int | None:
    if not row["fell"]:
        return None
    return (datetime.date.fromisoformat(row["fell"]) - datetime.date.fromisoformat(row["start"])).days


def regimes_attacked(data: Path, out: Path) -> None:
    """Campaigns of great powers whose aim was the government: when it fell."""
    written = []
    for row in _campaigns(data):
        power = "United Nations command" if row["intervener"] == UNITED_NATIONS else POWERS[row["intervener"]]
        written.append((power, TARGETS[row["target"]], row["start"], row["fell"], _days(row), row["grade"], row["address"], row["note"]))  # fmt: skip
    check("campaigns against governments", len(written), 12)
    columns = ("power", "target", "start", "fell", "days", "grade", "address", "note")
    write(out / "cases" / "regimes-attacked.csv", columns, written)


def rates(data: Path, out: Path) -> None:
    """Base rates with 95 % intervals: quick falls, and how often great powers began a large intervention."""
    cases = _campaigns(data)
    quick = [row for row in cases if (days := _days(row)) is not None and days <= QUICK]
    late = [row for row in cases if row["start"] >= "1979"]
    written = [
        _share("regimes attacked by a great power that fell within sixty days", len(quick), len(cases), "1946-2005"),
        _share("the same, campaigns that began in 1979 or later", sum(row in quick for row in late), len(late), "1979-2005"),
    ]  # fmt: skip
    large = [row for row in _interventions(data) if row["intervener"] in POWERS]
    begun = {(row["intervener"], row["target"], int(row["start"][:4])) for row in large}
    ends = {(row["intervener"], min(int(row["end"][:4]), 2006)) for row in large if _costly(row)}
    for title, powers in (("five great powers", tuple(POWERS)), ("United States", ("2",))):
        years = [(power, year) for power in powers for year in YEARS]
        after = {(p, y) for p, y in years if any(p == q and end < y <= end + MEMORY for q, end in ends)}
        written += _pair(f"large interventions begun a year, {title}", begun, after, set(years) - after, "ten years after a costly war", "other years")  # fmt: skip
    troops = _troops_abroad(data)
    middle = median(troops.values())
    many = {("2", year) for year, count in troops.items() if count > middle}
    few = {("2", year) for year in troops} - many
    written += _pair("large interventions begun a year, United States", begun, many, few, "many soldiers abroad", "few soldiers abroad")  # fmt: skip
    columns = ("quantity", "unit", "events", "cases", "estimate", "low", "high", "span", "data")
    write(out / "estimates" / "abroad-rates.csv", columns, written)


def _costly(row: Row) -> bool:
    casualties = int(row["intervener_casualties"])
    return casualties == MOST_WRITTEN or MOST_WRITTEN + 1 < casualties < UNKNOWN


def _troops_abroad(data: Path) -> dict[int, int]:
    """Soldiers of the United States in the hosts of the table, by year of the span."""
    rows = read(data / "record" / "us_troops_1950_2025" / "us_troops_selected_hosts_country_year.csv")
    vietnam = {row["year"]: row["troops"] for row in rows if row["countryname"] == "Republic of Vietnam"}
    check("soldiers in South Vietnam, 1965 and 1968", (vietnam["1965"], vietnam["1968"]), ("129611", "537377"))
    out: dict[int, int] = {}
    for row in rows:
        if int(row["year"]) in YEARS and row["troops"] not in ("", "NA"):
            out[int(row["year"])] = out.get(int(row["year"]), 0) + round(float(row["troops"]))
    return out


def _share(quantity: str, events: int, cases: int, span: str) -> tuple[object, ...]:
    """A share with Wilson's interval."""
    z, share = 1.96, events / cases
    middle = (share + z * z / (2 * cases)) / (1 + z * z / cases)
    half = z / (1 + z * z / cases) * math.sqrt(share * (1 - share) / cases + z * z / (4 * cases * cases))
    return (quantity, "share", events, cases, *(f"{v:.3f}" for v in (share, middle - half, middle + half)), span,
            "International Military Intervention data; falls coded by hand")  # fmt: skip


def _pair(
    quantity: str, begun: set[tuple[str, str, int]], one: set[tuple[str, int]], other: set[tuple[str, int]], first: str, second: str
) -> list[tuple[object, ...]]:  # fmt: skip
    """Two rates and their ratio, with intervals of Poisson counts on the logarithm."""
    counts = [sum((power, year) in group for power, _, year in begun) for group in (one, other)]
    span, source = f"{YEARS[0]}-{YEARS[-1]}", "International Military Intervention data"
    out = []
    for name, events, cases in ((first, counts[0], len(one)), (second, counts[1], len(other))):
        half = 1.96 / math.sqrt(events)
        values = (events / cases, events / cases * math.exp(-half), events / cases * math.exp(half))
        out.append((f"{quantity}: {name}", "1/year", events, cases, *(f"{v:.3f}" for v in values), span, source))
    ratio = counts[0] / len(one) / (counts[1] / len(other))
    half = 1.96 * math.sqrt(1 / counts[0] + 1 / counts[1])
    values = (ratio, ratio * math.exp(-half), ratio * math.exp(half))
    out.append((f"{quantity}: {first} over {second}", "ratio", sum(counts), len(one) + len(other),
                *(f"{v:.3f}" for v in values), span, source))  # fmt: skip
    return out


def ally_opinion(data: Path, out: Path) -> None:
    """Favourable views of the United States in three allied publics: mean, least and most of a month."""
    rows = read(FIGURES / "ally_opinion_points.csv")
    check("points of allied opinion", len(rows), 12)
    written = []
    for month in sorted({row["month"] for row in rows}):
        here = [row for row in rows if row["month"] == month]
        check(f"publics asked in {month}", sorted(row["country"] for row in here), ["Britain", "France", "Germany"])
        shares = [int(row["percent"]) for row in here]
        written.append((month, f"{sum(shares) / len(shares):.1f}", min(shares), max(shares), here[0]["publisher"], here[0]["address"]))  # fmt: skip
    columns = ("month", "percent", "least", "most", "publisher", "address")
    write(out / "series" / "ally-opinion-points.csv", columns, written)


if __name__ == "__main__":
    run(derive, __doc__)
