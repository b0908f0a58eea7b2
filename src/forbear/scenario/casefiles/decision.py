"""The file `decision.toml`: options, losses of the user's own or only the order of objectives, and attitude to risk.

There is no default loss: whoever wants several objectives to count says what a unit of each costs, in one unit that is
named, or says which comes first. What is given in Python or on the command line passes the same checks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.scenario.casefiles.checker import CaseFile, Table
from forbear.scenario.casefiles.policies import (
    Strategy,
    load_strategies,
    never_intervening,
    read_strategy,
    without_intervention,
)
from forbear.scenario.outcomes import OUTCOMES, until

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["ATTITUDES", "FILE", "Decision", "Objective", "load_decision", "read_decision"]

#: By custom, the name of the file beside a scenario.
FILE = "decision.toml"
#: Attitude -> what is made least.
ATTITUDES = {
    "expected": "expected loss",
    "tail": "mean loss over the worst draws",
    "regret": "ninetieth percentile of regret",
}
#: A decision of more is none that anybody can read.
MOST_OPTIONS, MOST_OBJECTIVES, LONGEST = 24, 12, 300
#: Of a weight: beyond it sums lose their digits.
LARGEST = 1e12


@dataclass(frozen=True)
class Objective:
    """One outcome that counts. weight: loss in the decision's unit for each unit of the outcome, None in an order;
    margin: in an order, up to which a difference does not count (a share for ratios, points for differences)."""

    outcome: str
    weight: float | None = None
    margin: float = 0.0

    @property
    def title(self) -> str:
        """In words."""
        return OUTCOMES[self.outcome].title

    @property
    def unit(self) -> str:
        """Of the outcome."""
        return OUTCOMES[self.outcome].unit


@dataclass(frozen=True)
class Decision:
    """A choice between options under losses of the user's own.

    options: by name, with what was done and never intervening always among them; objectives: with weights, or in the
    order in which they count; unit: of the loss, "" in an order; attitude: "expected", "tail" or "regret"; tail: share
    of draws that count as the worst; horizon: the month with which outcomes end, "" for the whole run."""

    options: Mapping[str, Strategy]
    objectives: tuple[Objective, ...]
    assumed: frozenset[str]
    unit: str = ""
    attitude: str = "expected"
    tail: float = 0.1
    horizon: str = ""
    title: str = ""

    @property
    def ordered(self) -> bool:
        """True where only the order of the objectives is known."""
        return self.objectives[0].weight is None

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome that must be kept, with the horizon."""
        return tuple(until(objective.outcome, self.horizon) for objective in self.objectives)


def load_decision(
    scenario: Scenario, path: str | Path | None = None, changed: Mapping[str, Any] | None = None
) -> Decision:
    """The decision of a file, by custom the one beside the scenario.

    Parameters
    ----------
    scenario
        Whose strategies may be named.
    path
        The file; None: `decision.toml` beside the scenario where there is one, else no file.
    changed
        Tables as the file has them, whose fields are laid over those of the file.

    Raises
    ------
    FileError
        E101, E102, E104.
    ScenarioError
        E286 where several objectives have neither weights in a named unit nor an order; E240 (a field), E241 (a name),
        all faults at once.
    """
    found = Path(path) if path is not None else scenario.beside(FILE)
    if found is None or (path is None and not found.exists()):
        return read_decision(scenario, CaseFile.of(_merged({}, changed or {}), "decision"))
    file = CaseFile(found, "decision")
    if changed:
        file.document = replace(file.document, data=_merged(file.document.data, changed))
        file.root = Table(file, (), file.document.data)
    return read_decision(scenario, file)


def _merged(data: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """Fields laid over those of a file; losses put an order aside, and the other way round."""
    out = dict(data)
    for here, there in (("losses", "order"), ("order", "losses")):
        if here in changed and there not in changed:
            out.pop(there, None)
    for name, table in changed.items():
        held = out.get(name)
        whole = name in ("losses", "order") or not isinstance(held, dict)
        out[name] = dict(table) if whole else {**held, **table}  # type: ignore[dict-item]
    return out


def read_decision(scenario: Scenario, file: CaseFile) -> Decision:
    """The decision of a file that was read. Raises as `load_decision`."""
    root = file.root
    root.only(("decision", "losses", "order", "option"))
    asked = root.table("decision")
    asked.only(("title", "options", "attitude", "tail", "horizon"))
    own = {}
    for name, table in root.table("option").tables():
        strategy = read_strategy(name, table)
        if table.sound:
            own[name] = strategy
    known = {**load_strategies(scenario), **own}
    named = asked.texts("options", known, "strategy")
    if len(named) + len(own) > MOST_OPTIONS:
        asked.fault("options", f"a decision has at most {MOST_OPTIONS} options", len(named) + len(own))
    tail = asked.number("tail", 0.1, above=0.0)
    if not tail <= 0.5:
        asked.fault("tail", "tail is a share of draws, at most a half", tail)
    horizon = asked.month("horizon", "")
    if horizon and not f"{scenario.start:%Y-%m}" <= horizon <= f"{scenario.end:%Y-%m}":
        span = f"{scenario.start:%Y-%m} to {scenario.end:%Y-%m}"
        asked.fault("horizon", f"{horizon} lies outside the scenario", horizon, [span])
    title = _short(asked, "title")
    attitude = asked.choice("attitude", list(ATTITUDES), "expected")
    objectives, unit = _objectives(root)
    file.check()
    options = _options(scenario, {name: known[name] for name in (*named, *own)}, known)
    assumed = never_intervening(options, scenario)
    return Decision(options, objectives, assumed, unit, attitude, tail, horizon, title)


def _short(table: Table, key: str) -> str:
    text = table.text(key, "")
    if len(text) > LONGEST:
        table.fault(key, f"{key} has at most {LONGEST} characters", text)
    return text


def _objectives(root: Table) -> tuple[tuple[Objective, ...], str]:
    """Objectives with weights and their unit, or in an order; faults are noted."""
    if "losses" in root and "order" in root:
        root.fault("order", "a decision has losses or an order of objectives, not both")
    if "losses" in root:
        return _weighed(root.table("losses"))
    if "order" in root:
        return _ordered(root.table("order")), ""
    words = "no loss is assumed here: say what a unit of each objective costs, or which comes first"
    root.fault(
        "losses", words, None, ['[losses] unit = "..." with numbers', '[order] objectives = ["..."]'], code="E286"
    )
    return (), ""


def _weighed(table: Table) -> tuple[tuple[Objective, ...], str]:
    out = []
    for key in table.data:
        if key == "unit":
            continue
        weight = table.number(key, above=0.0)
        if not (math.isfinite(weight) and weight < LARGEST):
            table.fault(key, f"a weight is a number below {LARGEST:g}", table.data[key])
        if _counts(table, key, key):
            out.append(Objective(key, weight))
    if not out and table.sound:
        table.fault(None, "losses name at least one objective", None, list(OUTCOMES))
    if len(out) > MOST_OBJECTIVES:
        table.fault(None, f"a decision has at most {MOST_OBJECTIVES} objectives", len(out))
    unit = _short(table, "unit")
    if not unit and len(out) > 1:
        words = f"{len(out)} objectives would be added up without a unit: say in what all of them are counted"
        table.fault("unit", words, None, ['unit = "billion US$", "lives", or a name of your own'], code="E286")
    if not unit and len(out) == 1:
        unit = out[0].unit if out[0].weight == 1.0 else f"{out[0].weight:g} x {out[0].unit}"
    return tuple(out), unit


def _ordered(table: Table) -> tuple[Objective, ...]:
    table.only(("objectives", "margins"))
    names = table.texts("objectives")
    margins = table.table("margins")
    margins.only(names)
    out = []
    for name in dict.fromkeys(names):
        if _counts(table, "objectives", name):
            margin = margins.number(name, OUTCOMES[name].margin, least=0.0)
            if not math.isfinite(margin):
                margins.fault(name, "a margin is a number", margin)
            out.append(Objective(name, None, margin))
    if not names:
        table.fault("objectives", "an order names at least one objective", None, list(OUTCOMES))
    if len(set(names)) < len(names) or len(names) > MOST_OBJECTIVES:
        table.fault("objectives", f"an order names each objective once, at most {MOST_OBJECTIVES}", list(names))
    return tuple(out)


def _counts(table: Table, key: str, name: str) -> bool:
    """Whether a name is an outcome of which less or more is better; a fault where it is not."""
    usable = [outcome.name for outcome in OUTCOMES.values() if outcome.better != "neither"]
    if name not in OUTCOMES:
        table.fault(key, f"no outcome {name!r}", name, usable, code=table.file.name)
        return False
    if name not in usable:
        table.fault(key, f"of {name!r} neither more nor less is better: it is no objective", name, usable)
        return False
    return True


def _options(scenario: Scenario, chosen: Mapping[str, Strategy], known: Mapping[str, Strategy]) -> dict[str, Strategy]:
    """What was done, a world in which nobody intervenes, and what was chosen."""
    options = {"HISTORY": known["HISTORY"], **chosen}
    if not never_intervening(options, scenario):
        never = without_intervention(scenario)
        name = never.name
        while name in options:  # somebody's own option has the name and intervenes
            name += "-INTERVENING"
        options[name] = replace(never, name=name)
    first = [name for name in options if name in never_intervening(options, scenario)]
    order = dict.fromkeys([*first, *options])
    return {name: options[name] for name in order}
