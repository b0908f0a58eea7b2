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
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.errors import Fault, FitError, nearest

if TYPE_CHECKING:
    from pathlib import Path

    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "MEASURES", "TOLERANCE", "Fact", "load_facts", "month_label", "month_number"]

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

    Raises FitError E613 with every fault of the file.
    """
    path = scenario.beside(FILE)
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FitError("E613", f"{path} cannot be read: {error}") from None
    reader = _Reader(path, text, scenario)
    out = {name: reader.fact(name, entry) for name, entry in data.items()}
    if reader.faults:
        raise FitError("E613", f"{path.name}: {len(reader.faults)} faults", faults=tuple(reader.faults))
    return {name: fact for name, fact in out.items() if fact is not None}


class _Reader:
    """Reads the facts of one file and gathers its faults."""

    def __init__(self, path: Path, text: str, scenario: Scenario) -> None:
        self.path, self.lines, self.scenario = path, text.splitlines(), scenario
        self.faults: list[Fault] = []

    def fault(self, name: str, key: str | None, message: str, value: Any = None, allowed: tuple[str, ...] = ()) -> None:
        known = ", ".join(allowed[:12]) + (", ..." if len(allowed) > 12 else "")
        self.faults.append(
            Fault(
                "E613", message, str(self.path), self._line(name, key), f"{name}.{key}" if key else name,
                None if value is None else str(value)[:80], known or None, nearest(str(value), allowed) if allowed else None,
            )
        )  # fmt: skip

    def _line(self, name: str, key: str | None) -> int | None:
        start = next((i for i, row in enumerate(self.lines) if row.split("#")[0].strip() == f"[{name}]"), None)
        if start is None:
            return None
        for i in range(start + 1, len(self.lines)):
            if self.lines[i].startswith("["):
                break
            if key is not None and self.lines[i].split("=")[0].strip() == key:
                return i + 1
        return start + 1

    def fact(self, name: str, entry: Any) -> Fact | None:
        before = len(self.faults)
        if not isinstance(entry, dict):
            self.fault(name, None, "a fact is a table", entry)
            return None
        for key in entry:
            if key not in _REQUIRED + _OPTIONAL:
                self.fault(name, key, f"a fact has no field {key!r}", key, _REQUIRED + _OPTIONAL)
        for key in _REQUIRED:
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                self.fault(name, key, f"a fact needs {key}", entry.get(key))
        measure = entry.get("measure")
        if isinstance(measure, str) and measure not in MEASURES:
            self.fault(name, "measure", "unknown measure", measure, MEASURES)
        for key in _NEEDS.get(str(measure), ()):
            if key not in entry:
                self.fault(name, None, f"the measure {measure} needs {key}")
        for key in ("quantity", "whole"):
            if isinstance(entry.get(key), str) and entry[key] not in MODEL.quantities:
                self.fault(name, key, "no such quantity", entry[key], tuple(MODEL.quantities))
        for key in ("first", "last", "against_first", "against_last"):
            if key in entry and not _MONTH.match(str(entry[key])):
                self.fault(name, key, 'a month such as "2006-01"', entry[key])
        self._members(name, entry)
        value = self._value(name, entry, str(measure))
        for key in ("tolerance", "near"):
            if key in entry and not (isinstance(entry[key], (int, float)) and entry[key] > 0):
                self.fault(name, key, f"{key} is a number above zero", entry[key])
        if len(self.faults) > before:
            return None
        against = (entry["against_first"], entry["against_last"]) if "against_first" in entry else None
        return Fact(
            name, entry["title"], entry["measure"], entry["quantity"], entry.get("first", entry["last"]), entry["last"], value,
            entry["source"], tuple(entry.get("members", ())), against, entry.get("whole", ""),
            float(entry.get("tolerance", TOLERANCE)), int(entry.get("near", NEAR)), entry.get("note", ""),
        )  # fmt: skip

    def _value(self, name: str, entry: dict[str, Any], measure: str) -> float:
        value = entry.get("value")
        if measure == "order":
            return float("nan")
        if measure == "peak":
            if not _MONTH.match(str(value)):
                self.fault(name, "value", "the value of a peak is a month", value)
                return float("nan")
            return float(month_number(str(value)))
        if "value" in entry and (isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0):
            self.fault(name, "value", "the observed value is a number above zero", value)
            return float("nan")
        return float(value or 0.0)

    def _members(self, name: str, entry: dict[str, Any]) -> None:
        named, quantity = entry.get("members", []), MODEL.quantities.get(str(entry.get("quantity")))
        if not isinstance(named, list) or quantity is None:
            if not isinstance(named, list):
                self.fault(name, "members", "members is a list of names", named)
            return
        if named and not quantity.over:
            self.fault(name, "members", f"{quantity.name} has no members", named)
            return
        allowed = self.scenario.members.get(quantity.over[0], ()) if quantity.over else ()
        for member in named:
            if member not in allowed:
                self.fault(name, "members", f"no such {quantity.over[0]}", member, tuple(allowed))


def month_number(month: str) -> int:
    """Number of a month "2006-01": 12 x year + month - 1."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_label(number: float) -> str:
    """The month of a number: the inverse of `month_number`, rounded."""
    whole = round(number)
    return f"{whole // 12:04d}-{whole % 12 + 1:02d}"
