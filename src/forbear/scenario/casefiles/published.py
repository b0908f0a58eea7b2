"""Published totals beside a scenario (`published.toml`): numbers of the evidence that no observation holds.

They stand beside a run in a report and are never fed into a fit, because they are not wholly comparable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import forbear.evidence as evidence
from forbear.country.model import MODEL
from forbear.scenario.casefiles.checker import CaseFile, Table

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "Published", "published_totals"]

FILE, TEXTS = "published.toml", "figures-from-texts"


@dataclass(frozen=True)
class Published:
    """A total since the start. quantity: of the model, a stock in `value`'s unit; title: what was published; until:
    the last month that it counts, "2010-07"; note: why it is not wholly comparable; source: where it was read."""

    quantity: str
    title: str
    value: float
    until: str
    note: str
    source: str


def published_totals(scenario: Scenario) -> dict[str, Published]:
    """Published totals of a scenario by quantity; empty where there is no file.

    Raises FitError E613 with every fault of the file, and where the evidence does not hold what it names.
    """
    path = scenario.beside(FILE)
    if path is None or scenario.kind != "historical":
        return {}
    file = CaseFile(path, "published totals", field="E613", name="E613")
    out = {name: found for name, table in file.tables() if (found := _total(name, table)) is not None}
    file.check()
    return out


def _total(name: str, table: Table) -> Published | None:
    table.only(("title", "item", "number", "times", "until", "note"))
    item, number = table.text("item"), table.text("number")
    title, note, times, until = table.text("title"), table.text("note"), table.number("times"), table.month("until")
    row = next((r for r in evidence.find(TEXTS).rows() if r["item"] == item), None)
    if row is None:
        table.fault("item", f"{TEXTS} has no figure of this name", item)
        return None
    if name not in MODEL.quantities:
        table.fault(None, f"the model has no quantity {name!r}")
        return None
    try:
        told = re.search(number, str(row["context"]))
    except re.error as error:
        table.fault("number", f"no pattern: {error}", number)
        return None
    if told is None or not told.groups():
        table.fault("number", f"the context of the figure does not hold it: {row['context']}")
        return None
    return Published(name, title, float(told[1]) * times, until, note, f"{row['directness']}, {row['address']}")
