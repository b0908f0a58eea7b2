"""How a scenario asks to be fitted and judged: the optional file `validation.toml` beside it.

[holdout]
from = "2015-01"          # first month that the fit whose forecasts are judged does not see
reason = "..."
[fit]
until = "holdout"         # the shipped fit stops there, too; absent: it learns from everything
effort = "coarse"         # full, coarse or quick
[transport]
from = "another-case"     # the case whose parameters are borrowed; absent: the first fitted one of the library
[[happened]]              # facts after the hold-out month that no series holds
title, quantity, date, value, near, source
"""

from __future__ import annotations

import datetime
import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.errors import FitError, nearest
from forbear.inference.settings import COARSE, FULL, QUICK, Settings

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "Happened", "Plan", "load_plan"]

FILE = "validation.toml"
EFFORTS = {"full": FULL, "coarse": COARSE, "quick": QUICK}
_FIELDS = {"holdout": ("from", "reason"), "fit": ("until", "effort"), "transport": ("from",)}
_FACT = ("title", "quantity", "date", "value", "near", "source")


@dataclass(frozen=True)
class Happened:
    """A fact after the hold-out month: the quantity (of the country, no dimension) had `value` on `date`; a draw within
    `near` of it counts as having foreseen it."""

    title: str
    quantity: str
    date: str
    value: float
    near: float
    source: str


@dataclass(frozen=True)
class Plan:
    """holdout: first month not seen by the judged fit ("2015-01"), None for the default; until: where the shipped fit
    stops, None for nowhere; effort: of the shipped fit; home: the case whose parameters are borrowed,
    None for the first fitted one of the library."""

    holdout: str | None = None
    reason: str = ""
    until: str | None = None
    effort: Settings = FULL
    home: str | None = None
    happened: tuple[Happened, ...] = ()


def load_plan(scenario: Scenario) -> Plan:
    """The plan beside a scenario; the defaults where there is none. Raises FitError E611 with every fault of the file."""
    path = scenario.beside(FILE)
    if path is None:
        return Plan()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FitError("E611", f"{path} cannot be read: {error}") from None
    faults = _faults(data)
    if faults:
        raise FitError("E611", f"{path}: " + "; ".join(faults))
    holdout, wanted = data.get("holdout", {}), data.get("fit", {})
    return Plan(
        holdout.get("from"), holdout.get("reason", ""), holdout.get("from") if wanted.get("until") == "holdout" else wanted.get("until"),
        EFFORTS[wanted.get("effort", "full")], data.get("transport", {}).get("from"),
        tuple(
            Happened(h["title"], h["quantity"], str(h["date"]), float(h["value"]), float(h["near"]), h["source"])
            for h in data.get("happened", [])
        ),
    )  # fmt: skip


def _faults(data: dict[str, Any]) -> list[str]:
    out = []
    for section, table in data.items():
        if section == "happened":
            continue
        if section not in _FIELDS:
            out.append(f"no section {section!r} (did you mean {nearest(section, [*_FIELDS, 'happened'])}?)")
            continue
        out += [f"[{section}] has no field {key!r}" for key in table if key not in _FIELDS[section]]
    months = {
        "[holdout] from": data.get("holdout", {}).get("from"),
        "[fit] until": data.get("fit", {}).get("until"),
    }
    for name, value in months.items():
        if value not in (None, "holdout") and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(value)):
            out.append(f'{name} is a month such as "2015-01", not {value!r}')
    if data.get("fit", {}).get("until") == "holdout" and "from" not in data.get("holdout", {}):
        out.append('[fit] until = "holdout" needs [holdout] from')
    effort = data.get("fit", {}).get("effort", "full")
    if effort not in EFFORTS:
        out.append(f"[fit] effort is one of {', '.join(EFFORTS)}, not {effort!r}")
    for number, entry in enumerate(data.get("happened", []), 1):
        missing = [key for key in _FACT if key not in entry]
        out += [f"[[happened]] {number} needs {key}" for key in missing]
        out += [f"[[happened]] {number} has no field {key!r}" for key in entry if key not in _FACT]
        quantity = MODEL.quantities.get(entry.get("quantity", ""))
        if "quantity" in entry and (quantity is None or quantity.over):
            out.append(f"[[happened]] {number}: {entry['quantity']!r} is no quantity of the whole country")
        if not isinstance(entry.get("date", datetime.date.min), datetime.date):
            out.append(f"[[happened]] {number}: date is a date such as 2021-08-30")
        out += [
            f"[[happened]] {number}: {key} is a number"
            for key in ("value", "near")
            if key in entry and not isinstance(entry[key], (int, float))
        ]
    return out
