"""Incident reports and attacks in Iraq: national months by type and target, governorate months by type."""

from __future__ import annotations

import calendar
from collections import Counter
from pathlib import Path

from tables import check, months, read, run, write

TYPES = ("ied", "vbied", "mine", "direct_fire", "indirect_fire", "suicide", "air_defence", "other")
TARGETS = ("coalition", "host_nation", "civilian", "infrastructure", "none", "unknown")
YEARS = {"2004": 24_851, "2005": 33_291, "2006": 55_389, "2007": 44_495}
MONTHS = {"2006-07": 5_246, "2007-05": 7_049, "2008-03": 2_929}
PERIODS = (("2006-01-01", "2006-09-24"), ("2007-02-23", "2008-07-05"))
ATTACKS = {"IED": "ied", "SAF": "direct_fire", "other": "other"}
#: beyond this share of unknown targets a month's targets cannot be read (the source lost them in these two months)
MOST_UNKNOWN = 0.3
UNREADABLE = ["2006-11", "2006-12"]
AIR = {"Airstrike": "airstrike", "SOF": "show_of_force"}


def days_covered(month: str, first: str, last: str) -> int:
    """Return how many days of `month` lie between the dates `first` and `last`, both included."""
    year, number = (int(part) for part in month.split("-"))
    end = calendar.monthrange(year, number)[1]
    start_day = int(first[8:]) if first.startswith(month) else 1
    end_day = int(last[8:]) if last.startswith(month) else end
    return end_day - start_day + 1


def is_complete(month: str, first: str, last: str) -> str:
    """Return "true" when every day of the month is covered."""
    year, number = (int(part) for part in month.split("-"))
    return "true" if days_covered(month, first, last) == calendar.monthrange(year, number)[1] else "false"


def incident_reports(data: Path, out: Path) -> None:
    """Derive the two national tables of incident reports from the event file."""
    events = read(data / "sigacts_iraq_foia" / "sigacts_iraq_foia_events_200401_200707.csv")
    by_year = Counter(event["time"][:4] for event in events)
    check("incident reports by year", dict(sorted(by_year.items())), YEARS)
    first, last = min(e["time"] for e in events)[:10], max(e["time"] for e in events)[:10]
    check("span of incident reports", (first, last), ("2004-01-01", "2007-07-16"))
    cells = Counter((e["time"][:7], e["type_class"], e["target_class"]) for e in events)
    check("types of incident reports", sorted({key[1] for key in cells}), sorted(TYPES))
    check("targets of incident reports", sorted({key[2] for key in cells}), sorted(TARGETS))

    national, unreadable = [], []
    for month in months("2004-01", "2007-07"):
        types = [sum(cells[month, kind, target] for target in TARGETS) for kind in TYPES]
        targets = [sum(cells[month, kind, target] for kind in TYPES) for target in TARGETS]
        check(f"types and targets of {month}", sum(types), sum(targets))
        coverage = (days_covered(month, first, last), is_complete(month, first, last))
        if targets[TARGETS.index("unknown")] > MOST_UNKNOWN * sum(types):
            unreadable.append(month)
        readable = "false" if month in unreadable else "true"
        national.append((month, *coverage, readable, sum(types), *types, *targets))
    check("months in which targets cannot be read", unreadable, UNREADABLE)
    check("sum of the national months", sum(row[4] for row in national), sum(YEARS.values()))
    published = read(data / "sigacts_iraq_foia" / "sigacts_iraq_foia_month.csv")
    check("national months", [(r[0], r[4]) for r in national], [(p["ym"], int(p["total"])) for p in published])
    write(
        out / "series" / "iraq-sigacts-month.csv",
        ("month", "days_covered", "complete", "targets_readable", "total")
        + tuple(f"type_{kind}" for kind in TYPES)
        + tuple(f"target_{target}" for target in TARGETS),
        national,
    )
    write(
        out / "series" / "iraq-sigacts-type-target-month.csv",
        ("month", "complete", "targets_readable", "type", "target", "reports"),
        [
            (row[0], row[2], row[3], kind, target, cells[row[0], kind, target])
            for row in national
            for kind in TYPES
            for target in TARGETS
        ],
    )


def attacks(data: Path, out: Path) -> None:
    """Derive governorate months of attacks and of air events for the two periods."""
    events = read(data / "geocausal_iraq" / "attacks_airstrikes_events.csv")
    names = sorted({event["governorate"] for event in events})
    check("governorates with attacks", len(names), 18)
    check("every event has a governorate", all(names), True)
    check("events by kind", dict(Counter(e["kind"] for e in events)), {"attack": 106_274, "air": 6_039})
    national = Counter(event["date"][:7] for event in events if event["kind"] == "attack")
    for month, total in MONTHS.items():
        check(f"attacks of {month}", national[month], total)
    for first, last in PERIODS:
        inside = [event["date"] for event in events if first[:4] <= event["date"][:4] <= last[:4]]
        check("span of a period", (min(inside), max(inside)), (first, last))
    cells = Counter((e["date"][:7], e["governorate"], e["kind"], e["type"]) for e in events)
    for kind, types, name in (
        ("attack", ATTACKS, "iraq-attacks-governorate-month"),
        ("air", AIR, "iraq-air-governorate-month"),
    ):
        rows = []
        for first, last in PERIODS:
            for month in months(first[:7], last[:7]):
                coverage = (days_covered(month, first, last), is_complete(month, first, last))
                for governorate in names:
                    counts = [cells[month, governorate, kind, source] for source in types]
                    rows.append((month, governorate, *coverage, *counts, sum(counts)))
        check(f"sum of {name}", sum(row[-1] for row in rows), sum(e["kind"] == kind for e in events))
        columns = ("month", "governorate", "days_covered", "complete", *types.values(), "total")
        write(out / "series" / f"{name}.csv", columns, rows)


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    incident_reports(data, out)
    attacks(data, out)


if __name__ == "__main__":
    run(derive, __doc__)
