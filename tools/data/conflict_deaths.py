"""Deaths in Iraq from the UCDP Georeferenced Event Dataset, 2003 to 2017, by governorate, month and type of violence."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tables import check, months, read, run, write

VIOLENCE = {"1": "state_based", "2": "non_state", "3": "one_sided"}
YEARS = {"2003": 7_999, "2006": 4_609, "2007": 4_489, "2014": 15_092, "2017": 11_400}
#: a fault of the source, nearly always of one death where a toll was split between events; kept as it is
OUT_OF_ORDER = 59
#: events, best, low, high, civilians (part of best), best of events that run over more than one month
SUMS = 6


def derive(data: Path, out: Path) -> None:
    """Derive the governorate months (events without governorate apart) and the national months."""
    events = read(data / "ucdp_ged_iraq" / "ged_iraq_events_1989_2018.csv")
    check("events in the source", len(events), 7_473)
    cells: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0] * SUMS)
    by_year: dict[str, int] = defaultdict(int)
    unlocated, out_of_order = [0, 0], 0
    for event in events:
        if not 2003 <= int(event["year"]) <= 2017:
            continue
        month, best = event["date_start"][:7], int(event["best"])
        check("year and month agree", month[:4], event["year"])
        by_year[event["year"]] += best
        cell = cells[event["governorate"], month, VIOLENCE[event["type_of_violence"]]]
        spills = best if event["date_end"][:7] != month else 0
        added = (1, best, int(event["low"]), int(event["high"]), int(event["deaths_civilians"]), spills)
        for index, amount in enumerate(added):
            cell[index] += amount
        out_of_order += not int(event["low"]) <= best <= int(event["high"])
        if not event["governorate"] and int(event["year"]) <= 2011:
            unlocated[0] += 1
            unlocated[1] += best
    for year, total in YEARS.items():
        check(f"best estimate of {year}", by_year[year], total)
    check("events and deaths of 2003-11 without governorate", unlocated, [171, 9_110])
    check("events whose source puts best outside low to high", out_of_order, OUT_OF_ORDER)
    check("deaths of 2003-11", sum(by_year[str(year)] for year in range(2003, 2012)), 32_678)
    check("governorates", len({key[0] for key in cells if key[0]}), 18)
    sums = ("events", "best", "low", "high", "civilians", "best_over_months")
    write(
        out / "series" / "iraq-ged-governorate-month.csv",
        ("month", "governorate", "type_of_violence", *sums),
        [(month, place, kind, *cells[place, month, kind]) for place, month, kind in sorted(cells, key=order)],
    )
    national = []
    for month in months("2003-01", "2017-12"):
        for kind in VIOLENCE.values():
            located = [0] * SUMS
            for (place, when, what), cell in cells.items():
                if place and when == month and what == kind:
                    located = [a + b for a, b in zip(located, cell, strict=True)]
            apart = cells.get(("", month, kind), [0] * SUMS)
            national.append((month, kind, *located, apart[0], apart[1]))
    check("national best", sum(row[3] + row[9] for row in national), sum(by_year.values()))
    write(
        out / "series" / "iraq-ged-month.csv",
        ("month", "type_of_violence", *sums, "unlocated_events", "unlocated_best"),
        national,
    )


def order(key: tuple[str, str, str]) -> tuple[str, str, str]:
    """Sort by month, then governorate, then type."""
    return key[1], key[0], key[2]


if __name__ == "__main__":
    run(derive, __doc__)
