"""The observed values that a scenario sets beside a simulated quantity, as dated numbers.

A month that is not in the series is missing, not zero; nothing is filled in.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.evidence import find

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Observed", "observed_rows", "observed_values"]


@dataclass(frozen=True)
class Observed:
    """One observed number. `element` is the district (or other member) it belongs to, "" for the country; first, last:
    months of a number that spans several ("2003-05"), else empty; low, high: the range over publishers, equal to the
    value where there is none; whole: the number of which it is a part, nan where it is none."""

    date: datetime.date
    value: float
    element: str = ""
    first: str = ""
    last: str = ""
    low: float = float("nan")
    high: float = float("nan")
    whole: float = float("nan")


def observed_values(scenario: Scenario, name: str) -> list[Observed]:
    """Return the values of observation `name` of the scenario, in order of date.

    Raises KeyError for an observation the scenario does not have, EvidenceError for a series that is not there.
    """
    return observed_rows(scenario, name)


def observed_rows(scenario: Scenario, name: str) -> list[Observed]:
    """Return the same with the range over publishers and the whole of which each number is a part."""
    observation = scenario.observations[name]
    column = observation.member_column or observation.dimension
    out: list[Observed] = []
    for row in find(observation.series).rows():
        if not _passes(row, observation.filter):
            continue
        value = row.get(observation.column)
        date = _date(row)
        if value in (None, "") or date is None or f"{date.year}-{date.month:02d}" < observation.since:
            continue
        element = str(row.get(column, "")) if column else ""
        if column and not element:
            continue
        # names in a scenario hold no blanks; those of the evidence may
        span = [str(row.get(key, "") or "") for key in ("first_month", "last_month")]
        number = float(value) * observation.scale

        def other(key: str | None, otherwise: float, row: dict[str, Any] = row) -> float:
            found = row.get(key) if key else None
            return otherwise if found in (None, "") else float(found) * observation.scale

        out.append(
            Observed(
                date, number, element.replace(" ", "-"), span[0], span[1], other(observation.low, number),
                other(observation.high, number), other(observation.whole_column, float("nan")),
            )
        )  # fmt: skip
    return sorted(out, key=lambda o: (o.date, o.element))


def _passes(row: dict[str, Any], wanted: dict[str, Any] | None) -> bool:
    for key, value in (wanted or {}).items():
        found = row.get(key)
        if str(found).lower() != str(value).lower():
            return False
    return True


def _date(row: dict[str, Any]) -> datetime.date | None:
    """The day a row speaks of; a span of months is placed in its middle."""
    first, last = str(row.get("first_month", "") or ""), str(row.get("last_month", "") or "")
    if first and last and first != last:
        months = [int(text[:4]) * 12 + int(text[5:7]) - 1 for text in (first, last)]
        middle = sum(months) // 2
        return datetime.date(middle // 12, middle % 12 + 1, 1)
    for column in ("date", "month", "first_month", "year", "fiscal_year"):
        text = str(row.get(column, "") or "")
        if column in ("year", "fiscal_year") and text.isdigit():
            return datetime.date(int(text), 1, 1)
        if len(text) >= 7 and text[:4].isdigit() and text[4] == "-":
            day = int(text[8:10]) if len(text) >= 10 else 1
            return datetime.date(int(text[:4]), int(text[5:7]), day)
    return None
