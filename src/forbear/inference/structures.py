"""Rival structures as scenario switches: the same country with one mechanism off."""

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
    """A rival structure: which uncertainties it fixes.

    mechanism: a single mechanism is off, and the structure is not fitted unasked.
    """

    name: str
    title: str
    fixed: dict[str, float]
    mechanism: bool = False


def structures() -> dict[str, Structure]:
    """Rival structures by name: those that are fitted beside the full model."""
    return {name: structure for name, structure in _declared().items() if not structure.mechanism}


def mechanisms() -> dict[str, Structure]:
    """The model without one mechanism, by name: for ensembles under the prior, and for fits that ask for it by name."""
    return {name: structure for name, structure in _declared().items() if structure.mechanism}


def _declared() -> dict[str, Structure]:
    text = (resources.files("forbear.inference") / "structures.toml").read_text(encoding="utf-8")
    return {
        name: Structure(name, entry["title"], entry["fixed"], entry.get("mechanism", False))
        for name, entry in tomllib.loads(text).items()
    }


def with_structure(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario under a rival structure; "full" leaves it. Raises ScenarioError E205 for an unknown name."""
    if name == "full":
        return scenario
    known = _declared()
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
