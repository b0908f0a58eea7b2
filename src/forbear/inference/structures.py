"""Rival structures and mechanisms as scenario switches: the same country with one mechanism off."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from forbear.errors import ScenarioError, nearest

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Structure", "mechanisms", "structures", "with_structure"]


@dataclass(frozen=True)
class Structure:
    """A rival structure: which uncertainties it fixes."""

    name: str
    title: str
    fixed: dict[str, float]


def structures() -> dict[str, Structure]:
    """Rival structures by name: those that are fitted, judged and shipped beside the full model."""
    return _read("structures.toml")


def mechanisms() -> dict[str, Structure]:
    """The model without one mechanism, by name: any of them may be fitted as a rival, none ships with a posterior."""
    return _read("mechanisms.toml")


def _read(file: str) -> dict[str, Structure]:
    text = (resources.files("forbear.inference") / file).read_text(encoding="utf-8")
    return {name: Structure(name, entry["title"], entry["fixed"]) for name, entry in tomllib.loads(text).items()}


def with_structure(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario under a rival structure or without a mechanism; "full" leaves it.

    Raises ScenarioError E205 for an unknown name.
    """
    if name == "full":
        return scenario
    known = {**structures(), **mechanisms()}
    if name not in known:
        raise ScenarioError(
            "E205", f"no rival structure is called {name!r}", hint=f"did you mean {nearest(name, known)}?"
        )
    changes: dict[str, Any] = {}
    for key, value in known[name].fixed.items():
        changes[key] = value
        # what a scenario says of single members is laid over, too
        for element in _elements(scenario, key):
            changes[f"{key}.{element}"] = value
    return scenario.with_uncertainties(changes, name=f"{scenario.name} {name}")


def _elements(scenario: Scenario, key: str) -> list[str]:
    resolved = scenario.uncertainties[key]
    return [".".join(names) for names in resolved.elements if names]
