"""Facts of history: the file `facts.toml` beside a scenario, set down before the fit that is judged by it.

[deaths-2006]
title = "Civilian deaths in press counts, 2006"
measure = "total"                  # total, level, ratio, share, part, peak or order
quantity = "observed_civilian_deaths"
first = "2006-01"                  # months, both included
last = "2006-12"
value = 28393
source = "..."

measure | what is worked out of the monthly quantity, summed over its members unless `members` names some
--------|-------------------------------------------------------------------------------------------------
total   | the sum over the months (a flow)
level   | the number at the end of `last` (a stock or a measure)
ratio   | the sum over the months, divided by that over `against_first` to `against_last`
share   | the part of `members` in the sum over the months
part    | the sum over the months, divided by that of the quantity `whole`
peak    | the month with the largest sum; `value` is a month, `near` the months it may be off
order   | `members` from the largest to the smallest at the end of `last`; it holds where at least half of the draws have it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.country.model import MODEL
from forbear.scenario.casefiles.checker import CaseFile, Table

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "MEASURES", "TOLERANCE", "Fact", "load_facts"]

FILE = "facts.toml"
MEASURES = ("total", "level", "ratio", "share", "part", "peak", "order")
#: Relative distance that a posterior median may have from the observed number.
TOLERANCE = 0.25
#: Months that the peak may be off where a file does not say.
NEAR = 6
_REQUIRED = ("title", "measure", "quantity", "last", "source")
_OPTIONAL = ("first", "value", "members", "against_first", "against_last", "whole", "tolerance", "near", "note")
_NEEDS = {
    "total": ("first", "value"),
    "level": ("value",),
    "ratio": ("first", "value", "against_first", "against_last"),
    "share": ("first", "value", "members"),
    "part": ("first", "value", "whole"),
    "peak": ("first", "value"),
    "order": ("members",),
}
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")


@dataclass(frozen=True)
class Fact:
    """One fact. value: observed, in the quantity's unit (a ratio or share without unit; for a peak the number of the
    month, 12 x year + month - 1; nan for an order); tolerance: relative; near: months that a peak may be off."""

    name: str
    title: str
    measure: str
    quantity: str
    first: str
    last: str
    value: float
    source: str
    members: tuple[str, ...] = ()
    against: tuple[str, str] | None = None
    whole: str = ""
    tolerance: float = TOLERANCE
    near: int = NEAR
    note: str = ""

    @property
    def unit(self) -> str:
        """Unit of the number that is judged: "month" for a peak, "share of draws" for an order, "-" for a ratio."""
        named = {"peak": "month", "order": "share of draws", "ratio": "-", "share": "share", "part": "share"}
        return named.get(self.measure) or MODEL.quantities[self.quantity].unit

    @property
    def quantities(self) -> tuple[str, ...]:
        """Quantities that an ensemble must have recorded by month for this fact."""
        return (self.quantity, self.whole) if self.whole else (self.quantity,)


def load_facts(scenario: Scenario) -> dict[str, Fact]:
    """Facts of history beside a scenario, name -> fact in the order of the file; empty where there is no file.

    Raises FitError E613 with every fault of the file, FileError E102, E104.
    """
    path = scenario.beside(FILE)
    if path is None:
        return {}
    file = CaseFile(path, "facts", field="E613", name="E613")
    out = {name: _fact(name, table, scenario) for name, table in file.tables()}
    file.check()
    return out


def _fact(name: str, table: Table, scenario: Scenario) -> Fact:
    """One fact; its faults are noted in the table."""
    table.only(_REQUIRED + _OPTIONAL)
    measure = table.choice("measure", MEASURES)
    for key in _NEEDS.get(measure, ()):
        if key not in table:
            table.fault(None, f"the measure {measure} needs {key}")
    quantity = table.quantity("quantity")
    last = table.month("last")
    first = table.month("first", last)
    against = None
    if "against_first" in table and "against_last" in table:
        against = (table.month("against_first"), table.month("against_last"))
    return Fact(
        name,
        table.text("title"),
        measure,
        quantity,
        first,
        last,
        _value(table, measure),
        table.text("source"),
        _members(table, quantity, scenario),
        against,
        table.quantity("whole", default=""),
        table.number("tolerance", TOLERANCE, above=0.0),
        int(table.number("near", NEAR, above=0.0)),
        table.text("note", ""),
    )


def _value(table: Table, measure: str) -> float:
    if measure == "order":
        return float("nan")
    if measure == "peak":
        month = table.month("value")
        return float(month_number(month)) if _MONTH.match(month) else float("nan")
    return table.number("value", above=0.0) if "value" in table else 0.0


def _members(table: Table, quantity: str, scenario: Scenario) -> tuple[str, ...]:
    """Members of the quantity's first dimension: districts or communities of the scenario."""
    over = MODEL.quantities[quantity].over if quantity in MODEL.quantities else ()
    if "members" in table and quantity in MODEL.quantities and not over:
        table.fault("members", f"{quantity} has no members", table.data["members"])
        return ()
    return table.texts(
        "members", tuple(scenario.members.get(over[0], ())) if over else None, over[0] if over else "member"
    )


def month_number(month: str) -> int:
    """Number of a month "2006-01": 12 x year + month - 1."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_label(number: float) -> str:
    """The month of a number: the inverse of `month_number`, rounded."""
    whole = round(number)
    return f"{whole // 12:04d}-{whole % 12 + 1:02d}"
