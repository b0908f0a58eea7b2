"""Public facts that the package holds about districts: names and titles from a map, people from a table that fits it."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

import forbear.evidence as evidence

__all__ = ["PublicDistrict", "districts_of"]

_PEOPLE = re.compile(r"population_(\d{4})\Z")


@dataclass(frozen=True)
class PublicDistrict:
    """title as on the map; people: residents, None where no shipped table counts them; source in words."""

    title: str
    people: float | None
    source: str


def districts_of(name: str, when: datetime.date | None = None) -> dict[str, PublicDistrict]:
    """Return the districts of a map of the evidence by the name that a scenario gives them (hyphens for spaces).

    People come from the shipped table that has the map's own naming column, a row for each of its districts, and columns
    `population_YEAR`: the year nearest to `when`, else the latest. Reads no network. Raises EvidenceError E501, E504.
    """
    features = [feature["properties"] for feature in evidence.borders(name)["features"]]
    column = next(iter(features[0]))
    titles = [str(entry[column]) for entry in features]
    people: dict[str, float] = {}
    source = ""
    for series in evidence.catalogue().values():
        years = {found[1]: c.name for c in series.columns if (found := _PEOPLE.match(c.name))}
        if series.is_map or not years or column not in [c.name for c in series.columns]:
            continue
        rows = {str(row[column]): row for row in series.rows()}
        if not set(titles) <= set(rows):
            continue
        year = min(years, key=lambda y: abs(int(y) - when.year)) if when else max(years)
        people = {title: float(rows[title][years[year]]) for title in titles}
        source = f"assumption: people of {year} as in the series {series.name} of the evidence, taken as of the start"
        break
    return {t.replace(" ", "-").replace("'", ""): PublicDistrict(t, people.get(t), source) for t in titles}
