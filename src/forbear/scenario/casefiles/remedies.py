"""Remedies beside a scenario: what could have been done otherwise (levers), and what would have had to be (structure).

[levers.army]
title = "the old army kept"
settings = { "forces.army_retention" = 1 }      # the remedy in full
feasible = { "forces.army_retention" = 0.5 }    # as far as it could have been had; absent: the same
[structure.fear]
title = "no fear of rival communities"
parameters = { mobilisation_by_fear = 0 }       # values that hold in every draw
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.country.model import MODEL
from forbear.errors import ScenarioError
from forbear.scenario.casefiles.checker import CaseFile

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "GAMES", "Remedy", "load_remedies"]

FILE = "remedies.toml"
GAMES = ("levers", "structure")


@dataclass(frozen=True)
class Remedy:
    """A player of the attribution: lever settings, or parameters set to a value in every draw."""

    name: str
    title: str
    settings: dict[str, Any]
    parameters: dict[str, float]


def load_remedies(scenario: Scenario, game: str = "levers", *, feasible: bool = False) -> tuple[Remedy, ...]:
    """The remedies of one game beside a scenario.

    feasible: as far as they could have been had. Raises ScenarioError E250 where there are none or fewer than two,
    E240 or E241 with every fault of the file, FileError E102, E104.
    """
    path = scenario.beside(FILE)
    if path is None or not path.exists():
        raise ScenarioError(
            "E250", f"{scenario.name} has no {FILE} beside it", hint="copy one of the library and edit it"
        )
    file = CaseFile(path, "remedies")
    file.root.only(GAMES)
    names = sorted({p.name for p in MODEL.parameters.values()})
    found: dict[str, list[Remedy]] = {name: [] for name in GAMES}
    for held, tables in file.tables():
        for name, table in tables.tables():
            table.only(("title", "settings", "feasible", "parameters"))
            full, reachable = table.settings("settings"), table.settings("feasible")
            values = table.table("parameters")
            for key in values.data:
                if key not in names:
                    values.fault(key, f"no parameter {key!r}", key, names, code=file.name)
            parameters = {key: values.number(key) for key in values.data if key in names}
            if not (full or reachable or values.data):
                table.fault(None, f"{table.label} changes nothing: it needs settings or parameters")
            settings = reachable if feasible and "feasible" in table else full
            found.setdefault(held, []).append(Remedy(name, table.text("title"), settings, parameters))
    file.check()
    if len(found[game]) < 2:
        raise ScenarioError("E250", f"{path.name} names fewer than two remedies in [{game}.NAME]")
    return tuple(found[game])
