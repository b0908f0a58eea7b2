"""The course of the war in Iraq: national numbers by period, every event in one number only, with low and high.

Where two publishers counted, low and high hold both; where one stands alone the three are equal, and a fit takes its
own error for that. Also local defence, detainees and electoral democracy, typed or cut from larger tables.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

from tables import check, check_near, read, run, write

HERE = Path(__file__).parent / "figures"
NATIONAL = "Iraq"


def civilian_deaths(data: Path, series: Path) -> None:
    """Press counts by year; low is the count of the ministries where one was printed."""
    press = {
        int(r["year"]): int(r["civilian_deaths_max"])
        for r in read(data / "text_figures/iraq_civilian_deaths_year_published.csv")
    }
    ministries = {int(r["year"]): r for r in _typed("iraq_civilian_deaths_government.csv")}
    check("years counted by ministries", sorted(ministries), list(range(2006, 2012)))
    check_near("ministries over press, 2007", int(ministries[2007]["killed"]) / press[2007], 0.716, 0.01)
    rows = []
    for year, best in sorted(press.items()):
        low = ministries.get(year)
        rows.append(
            (year, int(low["killed"]) if low else best, best, best, "Iraq Body Count" + (f"; low: {low['publisher']}" if low else ""),
             low["address"] if low else "")
        )  # fmt: skip
    write(
        series / "iraq-civilian-deaths-publishers-year.csv",
        ("year", "low", "best", "high", "publishers", "address"),
        rows,
    )


def soldiers(data: Path, series: Path) -> None:
    """US deaths, every death once: years to 2006, months from 2007-01 to 2008-08, the rest of 2008, years after."""
    months = {
        r["ym"]: int(r["us_military_deaths_iraq"]) for r in read(data / "text_figures/iraq_us_deaths_month_partial.csv")
    }
    years = {int(r["year"]): r for r in _typed("iraq_us_deaths_year_printed.csv")}
    seen = [f"2007-{m:02d}" for m in range(1, 13)] + [f"2008-{m:02d}" for m in range(1, 9)]
    check("months of 2007 against the year", sum(months[m] for m in seen[:12]), int(years[2007]["deaths"]))
    rows: list[tuple[object, ...]] = []
    for year, row in sorted(years.items()):
        if year not in (2007, 2008):
            rows.append((f"{year}-01", f"{year}-12", int(row["deaths"]), row["publisher"], row["address"]))
    rows += [(m, m, months[m], "icasualties.org", "https://woundedtimes.org/search/label/troop%20surge") for m in seen]
    rest = int(years[2008]["deaths"]) - sum(months[m] for m in seen[12:])
    rows.append(
        ("2008-09", "2008-12", rest, "icasualties.org: the year less the months to August", years[2008]["address"])
    )
    rows.sort(key=lambda r: str(r[0]))
    check("US deaths of 2004 to 2011", sum(int(str(r[2])) for r in rows), 849 + 846 + 822 + 904 + 314 + 150 + 60 + 56)
    write(series / "iraq-us-deaths-course.csv", ("first_month", "last_month", "deaths", "publisher", "address"), rows)


def attacks(series: Path) -> None:
    """Attacks by month from both releases of incident reports; a month that one of them cuts short has the other's number."""
    released = {r["month"]: int(r["total"]) for r in _csv(series / "iraq-sigacts-month.csv") if r["complete"] == "true"}
    placed: dict[str, int] = defaultdict(int)
    for row in _csv(series / "iraq-attacks-governorate-month.csv"):
        if row["complete"] == "true":
            placed[row["month"]] += int(row["total"])
    check("attacks of May 2007", placed["2007-05"], 7049)
    both = sorted(set(released) & set(placed))
    check("months of both releases", len(both), 12)
    check_near("ratio of the releases", sum(placed[m] for m in both) / sum(released[m] for m in both), 1.0, 0.08)
    rows = []
    for month in sorted(set(released) | set(placed)):
        found = [counts[month] for counts in (released, placed) if month in counts]
        rows.append((month, min(found), round(sum(found) / len(found)), max(found), len(found)))
    write(series / "iraq-attacks-course-month.csv", ("month", "low", "best", "high", "releases"), rows)


def by_intervener(series: Path) -> None:
    """Civilian deaths caused by the coalition after the invasion: the paper's count less the dossier's invasion phase.

    The dossier of 2005 counts 24,865 deaths in two years, 6,215 and 11,351 of them after 30 April 2003 in the first and the
    second year, so 7,299 in the invasion phase, and 9,270 by the coalition in all. All of the phase, or four fifths of it,
    are taken to be the coalition's: the low and the high number; the best lies half way.
    """
    paper = sum(int(r["deaths"]) for r in _typed("iraq_deaths_by_perpetrator.csv") if r["perpetrator"] == "coalition")
    check("deaths by the coalition in the paper", paper, 11_516)
    phase = 24_865 - 6_215 - 11_351
    check("deaths of the invasion phase", phase, 7_299)
    low, high = paper - phase, paper - round(0.8 * phase)
    row = ("2003-05", "2008-03", low, round((low + high) / 2), high, 92_614 - phase, "Hicks and others 2011; Iraq Body Count 2005",
           "http://www.plosmedicine.org/article/info%3Adoi%2F10.1371%2Fjournal.pmed.1000415")  # fmt: skip
    columns = ("first_month", "last_month", "low", "best", "high", "all_deaths", "publisher", "address")
    write(series / "iraq-deaths-by-intervener.csv", columns, [row])


def mechanisms(data: Path, series: Path) -> None:
    """Local defence and detainees: low, best (mean of those printed for the month) and high."""
    points = read(data / "iraq_mechanisms/iraq_mechanism_points.csv")
    national = _by_month([p for p in points if p["series"] == "sons_of_iraq" and p["area"] == NATIONAL])
    check("local defence in May 2008", national["2008-05"][1], 103_000)
    # the first units: nearly 2,400 police and 1,600 men of the tribes in Anbar, and none known elsewhere. Low are the men of
    # the tribes alone, high are both
    first = next(p for p in points if p["series"] == "tribes_cooperating" and p["date"] == "2007-02")
    men = [int(n.replace(",", "")) for n in re.findall(r"\d,\d{3}", first["context"])]
    check("first units in Anbar", sum(men), 4_000)
    national["2007-02"] = (min(men), round((min(men) + sum(men)) / 2), sum(men), first["source_kind"], first["address"])
    write(
        series / "iraq-local-defence-points.csv",
        ("month", "low", "best", "high", "publisher", "address"),
        [(m, *v) for m, v in sorted(national.items())],
    )
    placed = [p for p in points if p["series"] == "sons_of_iraq" and p["date"] == "2008-05" and p["area"] != NATIONAL]
    check("local defence of nine governorates", sum(int(p["value"]) for p in placed), 78_750)
    write(
        series / "iraq-local-defence-governorates.csv", ("month", "governorate", "members", "publisher", "address"),
        [(p["date"], p["area"], p["value"], "J. Wing from CSIS, CAP and WPR", p["address"]) for p in sorted(placed, key=lambda p: p["area"])],
    )  # fmt: skip
    held = [p for p in points if p["series"] == "us_held_detainees"] + _typed("iraq_detainees_points.csv")
    for point in held:  # "fewer than 10,000 in 2006" stands for the middle of that year
        point["date"] = "2006-06" if point["date"] == "2006" else point["date"]
    detained = _by_month(held)
    check("detainees at the end of 2007", detained["2007-12"][1], 24_700)
    write(
        series / "iraq-detainees-points.csv",
        ("month", "low", "best", "high", "publisher", "address"),
        [(m, *v) for m, v in detained.items()],
    )


def fighting(data: Path, series: Path) -> None:
    """Deaths in fighting by year, events without a governorate included."""
    years: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in _csv(series / "iraq-ged-governorate-month.csv"):
        if row["type_of_violence"] == "state_based":
            for place, name in enumerate(("low", "best", "high")):
                years[row["month"][:4]][place] += int(row[name])
    check_near("deaths in fighting of 2006", years["2006"][1], 3_939, 0.001)
    write(
        series / "iraq-ged-state-based-year.csv",
        ("year", "low", "best", "high"),
        [(y, *v) for y, v in sorted(years.items())],
    )


def democracy(data: Path, series: Path) -> None:
    """Electoral democracy as experts score it."""
    rows = [
        r
        for r in read(data / "governance/vdem_simple_1989on.csv")
        if r["country_text_id"] == "IRQ" and 1996 <= float(r["year"]) <= 2022
    ]
    names = ("v2x_polyarchy", "v2x_polyarchy_codelow", "v2x_polyarchy_codehigh", "v2x_libdem")
    out = [(int(float(r["year"])), *(r[n] for n in names)) for r in rows]
    check("electoral democracy of 2006", next(r[1] for r in out if r[0] == 2006), "0.403")
    write(
        series / "iraq-governance-year.csv",
        ("year", "polyarchy", "polyarchy_low", "polyarchy_high", "liberal_democracy"),
        out,
    )


def _by_month(points: list[dict[str, str]]) -> dict[str, tuple[object, ...]]:
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for point in points:
        found[point["date"][:7]].append(point)
    out: dict[str, tuple[object, ...]] = {}
    for month, rows in sorted(found.items()):
        values = [int(float(r["value"])) for r in rows]
        out[month] = (
            min(values),
            round(sum(values) / len(values)),
            max(values),
            rows[0]["source_kind"],
            rows[0]["address"],
        )
    return out


def _typed(name: str) -> list[dict[str, str]]:
    return _csv(HERE / name)


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family; the tables of violence must have been derived before."""
    series = out / "series"
    civilian_deaths(data, series)
    soldiers(data, series)
    attacks(series)
    by_intervener(series)
    mechanisms(data, series)
    fighting(data, series)
    democracy(data, series)


if __name__ == "__main__":
    run(derive, __doc__)
