"""Series on single mechanisms in Iraq: killings in the capital, removals, votes, standing of groups, rents, deals.

Typed figures stand in `figures/` with the page that each was read on. Of data whose owner's terms were not seen only
numbers derived here are written, with the citation.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from tables import check, check_near, read, run, write

HERE = Path(__file__).parent / "figures"
BAND = ("low", "best", "high", "publisher", "address")
#: What International Organization for Migration counted as displaced since February 2006 when its shares were printed.
DISPLACED = 1_504_000
#: The share of power that a status stands for: ours, in the order of the codebook.
STATUS = {
    "MONOPOLY": 1.0,
    "DOMINANT": 0.95,
    "SENIOR PARTNER": 0.8,
    "JUNIOR PARTNER": 0.5,
    "SELF-EXCLUSION": 0.3,
    "POWERLESS": 0.2,
    "DISCRIMINATED": 0.05,
}
GROUPS = {
    "Iraq": {"Sunni Arabs": "sunni", "Shi'a Arabs": "shia", "Kurds": "kurdish"},
    "Afghanistan": {"Pashtuns": "pashtun", "Tajiks": "tajik", "Hazara": "hazara", "Uzbeks": "uzbek"},
}
VOTES = (
    ("2005-01", "assembly", "january"),
    ("2005-10", "referendum", "october"),
    ("2005-12", "parliament", "december"),
)
VOTES_FROM = {
    "report": (
        "Independent Electoral Commission of Iraq, composite report of December 2005",
        "https://docsbay.net/doc/803228/council-of-representative-election-composite",
    ),
    "january": (
        "J. Wing, provincial turnout of January 2005",
        "https://musingsoniraq.blogspot.com/2009/02/comparing-january-2009-to-january-2005.html",
    ),
    "october": (
        "AP quoting the electoral commission and the UN",
        "https://www.antiwar.com/blog/2005/10/16/massive-iraqi-sunni-vote/",
    ),
    "no": (
        "Electoral commission, audit of a fifth of the boxes",
        "https://www.back-to-iraq.com/2005/10/22/preliminary-election-numbers/",
    ),
}


def projectiles(data: Path, series: Path) -> None:
    """Explosively formed projectiles met by month; two publishers where both printed one."""
    points = [p for p in _points(data, "efp_incidents") if p["date"] != "2007-08"]
    rows: list[tuple[object, ...]] = [
        (p["date"], p["value"], p["value"], p["value"], p["source_kind"], p["address"]) for p in points
    ]
    august = next(p for p in _points(data, "efp_incidents") if p["date"] == "2007-08")
    check("projectiles of August 2007", august["value"], "78")
    rows.append(("2007-08", 75, 76, 78, f"{august['source_kind']}; low: Department of Defense", august["address"]))
    rows.sort(key=lambda r: str(r[0]))
    check("months of projectiles", [r[0] for r in rows], ["2007-07", "2007-08", "2007-09", "2007-10"])
    write(series / "iraq-projectiles-month.csv", ("month", *BAND), rows)


def capital(series: Path) -> None:
    """Bodies in the capital, by what was counted."""
    rows = _typed("iraq_baghdad_bodies.csv")
    morgue = [int(r["best"]) for r in rows if r["measure"] == "morgue"]
    check("months of the morgue in 2006", len(morgue), 10)
    # a source at the morgue put the year at about 16,000: ten of twelve months are in the table
    check_near("the year 2006 from ten months", sum(morgue) * 12 / 10, 16_000, 0.06)
    rows.sort(key=lambda r: (r["measure"], r["month"]))
    write(
        series / "iraq-baghdad-bodies-month.csv", ("month", "measure", "governorate", *BAND),
        [(r["month"], r["measure"], "Baghdad", *(r[n] for n in BAND)) for r in rows],
    )  # fmt: skip


def removals(series: Path) -> None:
    """Fighters killed and captured: totals of the command, split where a second total allows it."""
    typed = _typed("iraq_removals.csv")
    whole, part = (int(r["best"]) for r in typed if r["what"] == "killed" and r["organisation"] == "all")
    of_2006 = round(part / 1.25)
    before = whole - part - of_2006
    check("fighters killed, three spans", (before, of_2006, part), (10_609, 3_920, 4_900))
    address, publisher = typed[0]["address"], typed[0]["publisher"]
    rows: list[tuple[object, ...]] = [
        ("2003-05", "2005-12", "killed", "all", before, before, before, f"{publisher}: the whole less 2006 and 2007", address),
        ("2006-01", "2006-12", "killed", "all", of_2006, of_2006, of_2006, f"{publisher}: 2007 by 1.25", address),
        ("2007-01", "2007-09", "killed", "all", part, part, part, publisher, address),
    ]  # fmt: skip
    radicals = {r["what"]: r for r in typed if r["organisation"] != "all"}
    low, high = (int(radicals["captured"][n]) + int(radicals["killed"][n]) for n in ("low", "high"))
    check("radicals removed in 2007", (low, high), (6_800, 11_200))
    middle = round((low * high) ** 0.5)
    rows.append(
        ("2007-01", "2007-12", "removed", "al-Qaida in Iraq", low, middle, high, radicals["captured"]["publisher"], radicals["captured"]["address"])
    )  # fmt: skip
    columns = ("first_month", "last_month", "what", "organisation", *BAND)
    write(series / "iraq-removals-spans.csv", columns, rows)


def interned(series: Path) -> None:
    """Persons given an internment number, by year. The command's own sum, 96,000, is larger than its years."""
    rows = _typed("iraq_interned_year.csv")
    check("persons interned in 2003 to 2008", sum(int(r["interned"]) for r in rows), 84_973)
    source = (
        "Task Force 134 to Consumers for Peace",
        "https://archive.globalpolicy.org/security/issues/iraq/torture/2008/1010detentionimpact.htm",
    )
    write(
        series / "iraq-interned-year.csv",
        ("year", "interned", "publisher", "address"),
        [(r["year"], r["interned"], *source) for r in rows],
    )


def displaced(data: Path, series: Path) -> None:
    """Where the displaced came from: shares of those assessed, times those counted."""
    points = _points(data, "displaced_origin_share")
    shares = {p["area"]: int(p["value"]) for p in points}
    check("share of the displaced from five governorates", sum(shares.values()), 95)
    rows = [
        (
            p["date"],
            p["area"],
            int(p["value"]),
            round(int(p["value"]) / 100 * DISPLACED),
            p["source_kind"],
            p["address"],
        )
        for p in sorted(points, key=lambda p: p["area"])
    ]
    columns = ("month", "governorate", "percent", "persons", "publisher", "address")
    write(series / "iraq-displaced-origin-points.csv", columns, rows)


def votes(series: Path) -> None:
    """Turnout of the three votes of 2005 by governorate, and the part that said no to the constitution."""
    typed = _typed("iraq_votes_2005.csv")
    check("governorates", len(typed), 18)
    rows = []
    for row in typed:
        for month, vote, key in VOTES:
            cast, printed = row[f"vote_{key}"], row[f"turnout_{key}"]
            share = round(float(printed) / 100, 4) if printed else None
            if cast and key != "january":
                counted = int(cast) / int(row["registered"])
                # the report prints 58 per cent for Kirkuk in October, which its own counts put at 78
                if row["governorate"] == "Kirkuk" and key == "october":
                    share = round(counted, 3)
                check_near(f"turnout of {row['governorate']} in {month}", counted, share or 0.0, 0.03)
            no = float(row["no_october"]) / 100 if vote == "referendum" and row["no_october"] else None
            if share is None and no is None:
                continue
            source = VOTES_FROM["report" if cast or key == "december" else "no" if share is None else key]
            if no is not None and share is not None:
                source = (f"{source[0]}; no: {VOTES_FROM['no'][0]}, {VOTES_FROM['no'][1]}", source[1])
            rows.append((month, vote, row["governorate"], share, None if no is None else round(no, 4), *source))
    rows.sort(key=lambda r: (r[0], r[2]))
    check("turnout of Anbar", [r[3] for r in rows if r[2] == "Anbar"], [0.02, 0.38, 0.86])
    write(
        series / "iraq-votes-2005.csv",
        ("month", "vote", "governorate", "turnout", "no_share", "publisher", "address"),
        rows,
    )


def status(data: Path, series: Path) -> None:
    """The share of power that a group's status stands for, in the middle of each span of unchanged status.

    Derived: the words of the data set are not passed on, only a number of ours for each.
    """
    for country, groups in GROUPS.items():
        rows = []
        for row in read(data / "record/epr_2021/epr_2021.csv"):
            first, last = int(row["from"]), int(row["to"])
            if row["statename"] != country or row["group"] not in groups or last < 2001 or row["status"] not in STATUS:
                continue
            first = max(first, 2002)
            if first <= last:
                rows.append(
                    (
                        f"{(first + last) // 2}-07",
                        groups[row["group"]],
                        f"{first}-01",
                        f"{last}-12",
                        STATUS[row["status"]],
                    )
                )
        rows.sort()
        check(f"groups of {country}", sorted({r[1] for r in rows}), sorted(groups.values()))
        if country == "Iraq":
            sunni = [r[4] for r in rows if r[1] == "sunni"]
            check("standing of Sunni Arabs", sunni, [1.0, 0.5, 0.2, 0.5])
        write(
            series / f"{country.lower()}-group-status-points.csv",
            ("month", "community", "first_month", "last_month", "standing"),
            rows,
        )


def deals(data: Path, series: Path) -> None:
    """Tribes of one governorate that cooperated, as a share of those counted."""
    points = _points(data, "tribes_cooperating")
    rows = [(p["date"], p["area"], int(p["value"]), 21, round(int(p["value"]) / 21, 3), p["source_kind"], p["address"]) for p in points]  # fmt: skip
    check("tribes cooperating", [r[2] for r in rows], [3, 12])
    columns = ("month", "governorate", "cooperating", "counted", "share", "publisher", "address")
    write(series / "iraq-tribes-points.csv", columns, rows)


def tips(data: Path, series: Path) -> None:
    """Tips by month: national numbers of 2005."""
    points = [p for p in _points(data, "tips") if p["area"] == "Iraq"]
    check("tips of three months", [p["value"] for p in points], ["483", "3341", "4700"])
    rows = [(p["date"], p["value"], p["source_kind"], p["address"]) for p in points]
    write(series / "iraq-tips-month.csv", ("month", "tips", "publisher", "address"), rows)


def between_organisations(data: Path, series: Path) -> None:
    """Deaths in fighting between organisations, event data, by pair and year."""
    cells: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in read(data / "ucdp_ged_iraq/ged_iraq_events_1989_2018.csv"):
        if row["type_of_violence"] == "2" and 2003 <= int(row["year"]) <= 2011:
            cell = cells[row["year"], row["dyad_name"]]
            cell[0] += 1
            for place, name in enumerate(("low", "best", "high"), start=1):
                cell[place] += int(row[name])
    check("deaths between organisations, 2003 to 2011", sum(c[2] for c in cells.values()), 343)
    write(
        series / "iraq-ged-non-state-year.csv",
        ("year", "pair", "events", "low", "best", "high"),
        [(*key, *cell) for key, cell in sorted(cells.items())],
    )


def finance(series: Path) -> None:
    """Revenue, oil revenue and spending of the government."""
    rows = _typed("iraq_government_finance.csv")
    oil, all_of_it = (
        float(next(r["best"] for r in rows if r["what"] == w and r["first_month"] == "2005-01"))
        for w in ("oil revenue", "revenue")
    )
    check_near("oil in revenue of 2005 to 2007", oil / all_of_it, 0.94, 0.005)
    columns = ("first_month", "last_month", "what", *BAND)
    write(series / "iraq-government-finance-spans.csv", columns, [tuple(r[c] for c in columns) for r in rows])


def _points(data: Path, name: str) -> list[dict[str, str]]:
    return [p for p in read(data / "iraq_mechanisms/iraq_mechanism_points.csv") if p["series"] == name]


def _typed(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    series = out / "series"
    projectiles(data, series)
    capital(series)
    removals(series)
    interned(series)
    displaced(data, series)
    votes(series)
    status(data, series)
    deals(data, series)
    tips(data, series)
    between_organisations(data, series)
    finance(series)


if __name__ == "__main__":
    run(derive, __doc__)
