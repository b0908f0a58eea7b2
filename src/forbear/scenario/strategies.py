"""Strategies as files: named bundles of levers and reactive rules that are laid over a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import ForbearError
from forbear.scenario.beside import choice, files_beside, keep_by_id, only_fields, text
from forbear.scenario.document import Document
from forbear.scenario.faults import Faults

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["SIDES", "Strategy", "apply", "load_strategies"]

SIDES = ("history", "intervention", "restraint")
FIELDS = ("id", "title", "statement", "side", "feasible", "levers", "rules", "source")
_SIGNS = {"+": "add", "-": "add", "*": "scale", "=": "set"}


@dataclass(frozen=True)
class Strategy:
    """What is done otherwise than the scenario says. side: whose strategy it is (`SIDES`); feasible: False where it asks
    for more than could be raised or done; levers, rules: as in a scenario file; file: where it was read."""

    id: str
    title: str
    statement: str
    side: str
    feasible: bool
    levers: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[Mapping[str, Any], ...] = ()
    source: str = ""
    file: str = ""

    @property
    def reactive(self) -> bool:
        """True when it acts on what is observed."""
        return bool(self.rules)


def apply(scenario: Scenario, strategy: Strategy) -> Scenario:
    """Return the scenario under a strategy, named by its id. No randomness.

    Raises ScenarioError or UnitError with every fault of its levers and rules.
    """
    return scenario._with(_layer(strategy.levers, strategy.rules, strategy.source), f"strategy {strategy.id}", strategy.id)


def load_strategies(scenario: Scenario | str | Path, more: Iterable[str | Path] = ()) -> dict[str, Strategy]:
    """Return the strategies in `strategies/` beside a scenario and in further files or folders, by id.

    A user's strategy replaces a shipped one of the same id. HISTORY is always there, without changes. Raises FileError
    E101, E102, E104 for a file that cannot be read; one ScenarioError or UnitError with all faults of all files:
    E240 (a field), E244 (an id twice), and those of levers and rules, each with its line.
    """
    from forbear.scenario.scenario import Scenario as Loaded

    scenario = scenario if isinstance(scenario, Loaded) else Loaded.load(scenario)
    faults = Faults()
    groups = [
        [(document, _strategy(document, scenario)) for document in documents]
        for documents in files_beside(scenario, "strategies", more, faults, FIELDS)
    ]
    out = keep_by_id(groups)
    faults.raise_if_any("strategies")
    history = Strategy("HISTORY", "What was done", "The levers as the scenario states them.", "history", True)
    return {"HISTORY": out.pop("HISTORY", history), **out}


def _strategy(document: Document, scenario: Scenario) -> Strategy:
    data = document.data
    only_fields(document, data, FIELDS)
    words = {key: text(document, data, key) for key in ("id", "title", "statement", "source")}
    side = choice(document, data, "side", SIDES)
    if not isinstance(data.get("feasible"), bool):
        document.fault("E240", "feasible is missing or neither true nor false", ("feasible",), data.get("feasible"), "true, false")
    levers, rules = data.get("levers", {}), data.get("rules", [])
    if not isinstance(levers, dict):
        document.fault("E240", "levers are a table", ("levers",), levers, "[levers]")
        levers = {}
    layer = _layer(levers, rules, words["source"])
    try:
        laid = Document("strategy", layer, Faults(), document.file, document.folder, document.text)
        type(scenario)([*scenario._documents, laid], scenario._model, scenario._rows)
    except ForbearError as error:
        document.faults.extend(error.faults)
    kept = tuple(rules) if isinstance(rules, list) else ()
    return Strategy(**words, side=side, feasible=data.get("feasible") is True, levers=levers, rules=kept, file=document.file or "")


def _layer(levers: Mapping[str, Any], rules: Any, source: str) -> dict[str, Any]:
    """A layer of a scenario. Changes written as on a command line ("+20000", "*2") become the tables that files use."""
    tables = {
        key: {_SIGNS[value.strip()[0]]: value.strip().lstrip("+*=").strip()}
        if isinstance(value, str) and value.strip()[:1] in _SIGNS
        else value
        for key, value in levers.items()
    }
    if source and tables:
        tables.setdefault("source", source)
    return {"levers": tables, **({"rules": list(rules) if isinstance(rules, tuple) else rules} if rules else {})}
