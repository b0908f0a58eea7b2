"""Events of a file as counts of a scenario's districts: two tables to lie beside it, and how to declare them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import FileError
from forbear.evidence.events import Counts, count_events
from forbear.evidence.names import Crosswalk
from forbear.evidence.tables import read_table
from forbear.faults import Faults
from forbear.files import write_text
from forbear.scenario.observations import LAG_YEARS
from forbear.scenario.reading.crosswalks import read_crosswalk
from forbear.scenario.reading.document import Document
from forbear.spreadsheets import csv_text

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["counted_lines", "declaration", "events_of", "write_counts"]

_GRADES = {
    "ged": "where_prec: 1 the place, 2 within 25 km, 3 the second-order district, 4 the first-order district",
    "acled": "geo_precision: 1 the town, 2 the town is near, 3 a region",
    "gtd": "specificity: 1 the place, 2 and 3 the middle of a smaller district, 4 of a first-order district",
    "plain": "not stated by the list",
}


def events_of(
    scenario: Scenario,
    path: Path,
    *,
    layout: str | None = None,
    delimiter: str = ",",
    crosswalk: str | None = None,
    coarsest: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Count the events of a file by the districts and months of a scenario.

    The outlines of the scenario's map decide where an event with coordinates is; its districts' names, titles and the
    crosswalk (a CSV with the columns name, member and share) where it has none. Of a real country, events of the last
    five years are kept apart. Raises as `forbear.evidence.events.count_events`.
    """
    known: Crosswalk = {}
    if crosswalk is not None:
        place = Path(crosswalk)
        read_table(place, needed=("name", "member"))
        faults = Faults()
        known = read_crosswalk(
            Document("command line", {}, faults, crosswalk, place.parent), ("crosswalk",), place.name
        )
        faults.raise_if_any(crosswalk)
    before = None
    if scenario.kind != "invented":
        today = datetime.date.today()
        before = today.replace(year=today.year - LAG_YEARS, day=min(today.day, 28))
    districts = scenario.members["district"]
    return count_events(
        path,
        districts,
        outlines=scenario.map.outlines if scenario.map else None,
        titles={name: scenario.title_of("district", name) for name in districts},
        crosswalk=known,
        layout=layout,
        delimiter=delimiter,
        coarsest=coarsest,
        before=before,
        progress=progress,
    )


def write_counts(counts: Counts, to: Path) -> tuple[Path, Path]:
    """Write the counts to `to` and what is kept apart beside it; nothing is overwritten (FileError E103)."""
    apart = to.with_name(f"{to.stem}-apart{to.suffix}")
    for place in (to, apart):
        if place.exists():
            raise FileError("E103", f"{place} is there already", hint="choose another name with --to")
    for place, rows in ((to, counts.table()), (apart, counts.apart_table())):
        head = list(rows[0]) if rows else []
        write_text(place, csv_text(head, [[row[name] for name in head] for row in rows]) if rows else "")
    return to, apart


def _number(value: float) -> str:
    return f"{value:,.10g}".replace(",", " ")


def counted_lines(counts: Counts) -> list[str]:
    """What became of the events: how many were read, counted and kept apart, and why."""
    events, deaths = counts.read[:2]
    inside = [sum(value[k] for value in counts.counted.values()) for k in range(2)]
    lines = [
        f"layout {counts.layout}: {_number(events)} events with {_number(deaths)} deaths",
        f"    counted by district and month: {_number(inside[0])} events, {_number(inside[1])} deaths",
    ]
    whys: dict[str, list[float]] = {}
    for (why, _), value in counts.apart.items():
        sums = whys.setdefault(why, [0.0, 0.0])
        sums[0] += value[0]
        sums[1] += value[1]
    for why, (number, killed) in sorted(whys.items(), key=lambda item: -item[1][0]):
        near = counts.nearest.get(why.removeprefix("no district is named "))
        hint = f" (did you mean {near}? say so in a crosswalk)" if near else ""
        lines.append(f"    kept apart, {why}: {_number(number)} events, {_number(killed)} deaths{hint}")
    unknown = counts.read[4]
    if unknown:
        lines.append(f"    {_number(unknown)} events do not say how many were killed; they add no deaths")
    lines.append(f"    precision in the table: {_GRADES[counts.layout]}")
    return lines


def declaration(counts: Counts, table: str) -> str:
    """The lines of TOML that declare the table beside a scenario."""
    kinds = sorted({kind for _, _, kind, _ in counts.counted})
    stem = Path(table).stem.replace(" ", "-")
    shown = f"                     # kinds: {', '.join(kinds[:6])}" if kinds else ""
    return "\n".join(
        [
            f"[series.{stem}]",
            f'table = "{table}"',
            'date = "month"',
            'place = "district"',
            'columns = { events = "attacks", deaths = "deaths", deaths_low = "deaths", deaths_high = "deaths" }',
            'frequency = "month"',
            'absent = "zero"                       # a month without a row had no event in the list',
            'covers = "all"                        # a district without any row was watched, too',
            'repeated = "add"                      # rows by kind and precision of the place are parts of one count',
            'source = "NAME"                       # of [sources]',
            'licence = "as its publisher says"',
            "",
            f"[observations.{stem}]",
            'quantity = "observed_civilian_deaths" # or another of `forbear model`',
            f'series = "{stem}"',
            'column = "deaths"',
            'dimension = "district"' + shown,
        ]
    )
