"""The audit file beside a scenario: levers that gate G0 moves, the condition on draws, rival forms, and the gate's
bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.scenario.casefiles.checker import CaseFile
from forbear.scenario.outcomes import TOTALS

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["MARGIN", "ONE_SIDED", "TWO_SIDED", "AuditFile", "AuditedLever", "Condition", "RivalForm", "load_audit"]

#: Smallest shares of draws on either side, smallest shares of none and one side, and what counts as an effect.
TWO_SIDED, ONE_SIDED, MARGIN = 0.2, 0.3, 0.1


@dataclass(frozen=True)
class Condition:
    """Draws that are judged: those whose total of `outcome` under history lies between `low` and `high`."""

    outcome: str = "deaths"
    low: float = 0.0
    high: float = math.inf
    words: str = "every prior draw"


@dataclass(frozen=True)
class AuditedLever:
    """A lever, or several, moved by the audit. gate: the quantity whose total is compared."""

    title: str
    settings: Mapping[str, Any]
    gate: str = "deaths"


@dataclass(frozen=True)
class RivalForm:
    """A rival functional form: facts that switch it on."""

    title: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class AuditFile:
    """What `audit.toml` says. condition: None where every draw is judged."""

    levers: Mapping[str, AuditedLever]
    forms: Mapping[str, RivalForm] = field(default_factory=dict)
    condition: Condition | None = None


def load_audit(scenario: Scenario) -> AuditFile | None:
    """The audit file beside a scenario; None where there is none.

    Raises FileError E102, E104, and ScenarioError E240 or E241 with every fault of the file.
    """
    path = scenario.beside("audit.toml")
    if path is None or not path.exists():
        return None
    file = CaseFile(path, "audit")
    file.root.only(("condition", "levers", "forms"))
    levers = {}
    for name, table in file.root.table("levers").tables():
        table.only(("title", "settings", "gate"))
        gate = table.quantity("gate", default="deaths")
        levers[name] = AuditedLever(table.text("title"), table.settings("settings"), gate)
        if not table.table("settings").data:
            table.fault("settings", f"{table.label} moves no lever")
    forms = {}
    for name, table in file.root.table("forms").tables():
        table.only(("title", "facts"))
        facts = table.table("facts")
        for key in facts.data:
            if ".".join(key.split(".")[:2]) not in MODEL.facts:
                facts.fault(key, f"no fact {key!r}", key, MODEL.facts, code=file.name)
        forms[name] = RivalForm(table.text("title", name), dict(facts.data))
    condition = None
    if "condition" in file.root:
        table = file.root.table("condition")
        table.only(("outcome", "low", "high", "words"))
        condition = Condition(
            table.quantity("outcome", default="deaths"),
            table.number("low", 0.0),
            table.number("high", math.inf),
            table.text("words"),
        )
        if condition.outcome not in TOTALS:
            table.fault("outcome", "the size of a war is the total of an outcome", condition.outcome, list(TOTALS))
        if condition.low >= condition.high:
            table.fault("high", "high is a number above low", condition.high)
    file.check()
    return AuditFile(levers, forms, condition)
