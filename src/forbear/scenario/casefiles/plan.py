"""How a scenario asks to be fitted and judged: the optional file `validation.toml` beside it.

[holdout]
from = "2015-01"          # first month that the fit whose forecasts are judged does not see
reason = "..."
[fit]
until = "holdout"         # the shipped fit stops there, too; absent: it learns from everything
effort = "coarse"         # full, rival, coarse or quick
[transport]
from = "another-case"     # the case whose parameters are borrowed; absent: the first fitted one of the library
[[happened]]              # facts after the hold-out month that no series holds
title, quantity, date, value, near, source
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.scenario.casefiles.checker import CaseFile, Table

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["EFFORTS", "FILE", "Happened", "PlanFile", "load_plan_file"]

FILE = "validation.toml"
EFFORTS = ("full", "rival", "coarse", "quick")


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
class PlanFile:
    """holdout: first month not seen by the judged fit ("2015-01"), None for the default; until: where the shipped fit
    stops, None for nowhere; effort: of the shipped fit, in a word; home: the case whose parameters are borrowed, None
    for the first fitted one of the library."""

    holdout: str | None = None
    reason: str = ""
    until: str | None = None
    effort: str = "full"
    home: str | None = None
    happened: tuple[Happened, ...] = ()


def load_plan_file(scenario: Scenario) -> PlanFile:
    """The plan beside a scenario; the defaults where there is none.

    Raises FitError E611 with every fault of the file, FileError E102, E104.
    """
    path = scenario.beside(FILE)
    if path is None:
        return PlanFile()
    file = CaseFile(path, "plan", field="E611", name="E611")
    file.root.only(("holdout", "fit", "transport", "happened"))
    holdout, fit, transport = (file.root.table(name) for name in ("holdout", "fit", "transport"))
    holdout.only(("from", "reason"))
    fit.only(("until", "effort"))
    transport.only(("from",))
    first = holdout.month("from") if "from" in holdout else None
    until = None
    if fit.data.get("until") == "holdout":
        until = first
        if first is None:
            fit.fault("until", 'until = "holdout" needs [holdout] from', "holdout")
    elif "until" in fit:
        until = fit.month("until")
    plan = PlanFile(
        first,
        holdout.text("reason", ""),
        until,
        fit.choice("effort", EFFORTS, "full"),
        transport.text("from", "") or None,
        tuple(_happened(row) for row in file.root.rows("happened")),
    )
    file.check()
    return plan


def _happened(row: Table) -> Happened:
    row.only(("title", "quantity", "date", "value", "near", "source"))
    return Happened(
        row.text("title"),
        row.quantity("quantity", national=True),
        row.date("date"),
        row.number("value"),
        row.number("near"),
        row.text("source"),
    )
