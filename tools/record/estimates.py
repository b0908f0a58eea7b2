"""Derive the estimates of `library/record/estimates.csv` from tables that do not ship: `python -m tools.record.estimates`.

Every estimate is a comparison of what happened, not of what was caused: who sends soldiers, and where to, is no accident. Each row
says on which cases and how. Only estimates are written; the tables stay where they are.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tools.record.regress import least_squares

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
TARGET = ROOT / "src" / "forbear" / "library" / "record" / "estimates.csv"
#: One row of the table: field -> value.
Row = dict[str, object]
FIELDS = ("name", "title", "estimate", "error", "unit", "cases", "design", "sample", "source")
#: Middles of the classes of soldiers of International Military Intervention: to 1,000, to 5,000, to 10,000, above.
CLASSES = {"1": 300.0, "2": 2500.0, "3": 7000.0, "4": 20000.0}
EXCLUDED = ("POWERLESS", "DISCRIMINATED")
RULING = ("MONOPOLY", "DOMINANT", "SENIOR PARTNER", "JUNIOR PARTNER", "SELF-EXCLUSION", *EXCLUDED)


def rows(*parts: str) -> list[dict[str, str]]:
    """A table as dictionaries."""
    with DATA.joinpath(*parts).open(encoding="utf-8", errors="replace", newline="") as stream:
        return list(csv.DictReader(stream))


def estimated(
    name: str, title: str, found: tuple[float, float], *, unit: str, cases: int, design: str, sample: str, source: str
) -> Row:
    """One row of the table. found: the estimate and its error."""
    estimate, error = found
    return {"name": name, "title": title, "estimate": estimate, "error": error, "unit": unit, "cases": cases, "design": design, "sample": sample, "source": source}  # fmt: skip


def compared(
    name: str,
    title: str,
    y: Sequence[float],
    columns: Sequence[Sequence[float]],
    clusters: Sequence[object],
    *,
    unit: str,
    design: str,
    sample: str,
    source: str,
) -> Row:
    """The row of a comparison of cases: the slope of y on the first of the columns, its error clustered."""
    found, error = least_squares(y, columns, clusters)
    return estimated(name, title, (float(found[1]), float(error[1])), unit=unit, cases=len(y), design=design, sample=sample, source=source)  # fmt: skip


def conflicts() -> dict[int, set[int]]:
    """Country (Gleditsch and Ward) -> years with a conflict within the state of 25 dead (UCDP/PRIO 22.1)."""
    out: dict[int, set[int]] = defaultdict(set)
    for row in rows("record", "ucdp_prio_cow", "ucdp_prio_acd_221.csv"):
        if row["type_of_conflict"] in ("3", "4"):
            for code in re.findall(r"\d+", row["gwno_loc"]):
                out[int(code)].add(int(row["year"]))
    return out


def troops_and_fighting() -> Row:
    """Fighting five years on: conflicts within states whose government had foreign soldiers beside it early on, less the others."""
    dyads: dict[str, list[dict[str, str]]] = defaultdict(list)
    active: dict[str, set[int]] = defaultdict(set)
    for row in rows("record", "ucdp_termination_peace", "ucdp_term_dyad_v3_2021.csv"):
        if row["type_of_conflict2"] == "3":
            dyads[row["conflict_id"]].append(row)
            active[row["conflict_id"]].add(int(row["year"]))
    y, x, place = [], [], []
    for conflict, own in dyads.items():
        first = min(active[conflict])
        if first > 2014:
            continue
        y.append(float(first + 5 in active[conflict]))
        x.append(float(any(row["side_a_2nd"].strip() for row in own if int(row["year"]) <= first + 1)))
        place.append(own[0]["location"])
    return compared(
        "troops-and-fighting", "fighting five years after it began: foreign soldiers beside the government, less none",
        y, [x], place,
        unit="share of conflicts", design="cross-country comparison",
        sample=f"conflicts within states 1946 to 2014, {int(sum(x))} with foreign soldiers in the first two years; 25 dead in the fifth year after the first",
        source="UCDP Conflict Termination Dataset 3-2021 (Kreutz 2010), CC BY 4.0",
    )  # fmt: skip


def peacekeepers_and_renewed_war() -> Row:
    """Renewed war in a year after a war, with peacekeepers on the ground and without."""
    table = [row for row in rows("record", "walter_2015", "walter_2015_jcr.csv") if row["renewed_war"] and row["unpko"]]
    y, x = [float(row["renewed_war"]) for row in table], [float(row["unpko"]) for row in table]
    return compared(
        "peacekeepers-and-renewed-war", "renewed war in a year after a war: United Nations peacekeepers there, less none",
        y, [x], [row["ccode"] for row in table],
        unit="share of country-years", design="cross-country comparison",
        sample=f"post-war country-years, {int(sum(x))} with peacekeepers, {int(sum(y))} renewed wars",
        source="Walter 2015 (JCR 59), through BayesSPsurv",
    )  # fmt: skip


def exclusion_and_fighting() -> Row:
    """Conflict five years later by the share of people whose group is excluded from power; every fifth year, decades apart."""
    fighting = conflicts()
    shares: dict[tuple[int, int], list[float]] = {}
    for row in rows("record", "epr_2021", "epr_2021.csv"):
        if row["status"] not in RULING or not row["size"]:
            continue
        for year in range(int(row["from"]), int(row["to"]) + 1):
            if 1950 <= year <= 2015 and year % 5 == 0:
                both = shares.setdefault((int(row["gwid"]), year), [0.0, 0.0])
                both[0] += float(row["size"]) * (row["status"] in EXCLUDED)
                both[1] += float(row["size"])
    kept = [(key, excluded / whole) for key, (excluded, whole) in shares.items() if whole > 0]
    decades = sorted({year // 10 for (_, year), _ in kept})[1:]
    y = [float(year + 5 in fighting[country]) for (country, year), _ in kept]
    dummies = [[float(year // 10 == decade) for (_, year), _ in kept] for decade in decades]
    return compared(
        "exclusion-and-fighting", "conflict five years later: everyone excluded from power, less nobody",
        y, [[share for _, share in kept], *dummies], [country for (country, _), _ in kept],
        unit="share of country-years", design="cross-country regression",
        sample="every fifth year 1950 to 2015, countries with groups of known status; decades controlled",
        source="Ethnic Power Relations 2021 (Vogt et al. 2015); UCDP/PRIO 22.1",
    )  # fmt: skip


def force_and_democracy() -> Row:
    """Democracy ten years after an intervention on the ground by the logarithm of its soldiers, democracy before controlled."""
    index = {
        (int(float(row["gwcode"])), int(float(row["year"]))): float(row["v2x_polyarchy"])
        for row in rows("country_year", "static_world_1989_2023_trimmed.csv")
        if row["v2x_polyarchy"]
    }
    largest: dict[tuple[int, int], float] = {}
    for row in rows("record", "imi_interventions", "imi_1946_2005.csv"):
        year = int(row["start"][:4])
        if row["direction"] in ("1", "3") and row["amount"] in CLASSES and year >= 1990:
            key = (int(row["target"]), year)
            largest[key] = max(largest.get(key, 0.0), CLASSES[row["amount"]])
    kept = [
        (key, size) for key, size in largest.items() if (key[0], key[1] - 1) in index and (key[0], key[1] + 10) in index
    ]
    y = [index[(country, year + 10)] for (country, year), _ in kept]
    before = [index[(country, year - 1)] for (country, year), _ in kept]
    return compared(
        "force-and-democracy", "electoral democracy ten years later: ten times as many foreign soldiers",
        y, [[math.log10(size) for _, size in kept], before], [country for (country, _), _ in kept],
        unit="index, 0 to 1", design="cross-country regression",
        sample="largest intervention on the ground in a country and year 1990 to 2005, for or against the government; democracy before controlled",
        source="International Military Intervention (Pearson and Baumann 1993; Pickering and Kisangani 2009); V-Dem (CC BY-SA 4.0)",
    )  # fmt: skip


def soldiers_and_suicide_attacks() -> Row:
    """Chance of a suicide attack in a country-year with a thousand soldiers of the United States or more, less others."""
    attacks = {(row["country"], int(row["year"])) for row in rows("record", "suicide_attacks_country_year", "country_year_without_iraq_afghanistan.csv")}  # fmt: skip
    y, x, place = [], [], []
    for row in rows("troops", "troopdata_all_countries_1989on.csv"):
        year = int(row["year"])
        if (
            row["countryname"] in ("Iraq", "Afghanistan", "United States")
            or not 1989 <= year <= 2019
            or row["troops"] in ("", "NA")
        ):
            continue
        y.append(float((row["countryname"], year) in attacks))
        x.append(float(float(row["troops"]) >= 1000))
        place.append(row["countryname"])
    return compared(
        "soldiers-and-suicide-attacks", "any suicide attack in a year: a thousand soldiers of the United States or more, less fewer",
        y, [x], place,
        unit="share of country-years", design="cross-country comparison",
        sample=f"1989 to 2019 without Iraq and Afghanistan, {int(sum(x))} with a thousand; names that differ between the tables count as no attack",
        source="Chicago Project on Security and Threats, October 2020; DMDC through troopdata",
    )  # fmt: skip


def attacks_on_nationals() -> Row:
    """Incidents against nationals of the United States outside the theatres: logarithm of 2003 to 2011 over 1994 to 2002."""
    years: dict[int, float] = defaultdict(float)
    for row in rows("record", "gtd_foreign_victims", "gtd_foreign_victims_nationality_location_year.csv"):
        if row["victim_nationality"] == "United States" and row["location"] not in ("Iraq", "Afghanistan"):
            years[int(row["year"])] += float(row["incidents"])
    before, after = ([years[year] for year in span] for span in (range(1994, 2003), range(2003, 2012)))
    estimate = math.log(np.mean(after) / np.mean(before))
    # overdispersed counts: the error of a mean is that of the years themselves
    error = math.sqrt(
        sum((np.std(span, ddof=1) / math.sqrt(len(span)) / np.mean(span)) ** 2 for span in (before, after))
    )
    return estimated(
        "attacks-on-nationals", "incidents against nationals of the United States outside the theatres: 2003 to 2011 over 1994 to 2002",
        (estimate, error), unit="logarithm of a ratio", cases=18, design="before and after",
        sample=f"{np.mean(before):.1f} a year before, {np.mean(after):.1f} after; years as they are in the 2014 release",
        source="START, Global Terrorism Database, 2014 release",
    )  # fmt: skip


def status_after_2003() -> Iterator[Row]:
    """Share of the years 2004 to 2020 in which a group of Iraq had part of the government."""
    periods: dict[str, list[bool]] = defaultdict(list)
    for row in rows("record", "epr_2021", "epr_2021.csv"):
        if row["gwid"] == "645":
            for _ in range(max(int(row["from"]), 2004), min(int(row["to"]), 2020) + 1):
                periods[row["group"]].append(row["status"] in RULING[:4])
    for group, included in sorted(periods.items()):
        name = re.sub(r"[^a-z]+", "-", group.lower()).strip("-")
        yield estimated(
            f"status-after-2003-{name}", f"years 2004 to 2020 with part of the government: {group} of Iraq",
            (float(np.mean(included)), 0.0), unit="share of years", cases=len(included), design="one country",
            sample="coded by year; no sampling error, the error of the coding is not known", source="Ethnic Power Relations 2021 (Vogt et al. 2015)",
        )  # fmt: skip


def estimates() -> list[dict[str, str]]:
    """All rows, numbers to three digits."""
    found = [
        troops_and_fighting(), peacekeepers_and_renewed_war(), exclusion_and_fighting(), force_and_democracy(), soldiers_and_suicide_attacks(),
        attacks_on_nationals(), *status_after_2003(),
    ]  # fmt: skip
    return [
        {key: f"{value:.3g}" if isinstance(value, float) else str(value) for key, value in row.items()} for row in found
    ]


def main() -> None:
    """Write the table."""
    TARGET.parent.mkdir(exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(estimates())


if __name__ == "__main__":
    main()
