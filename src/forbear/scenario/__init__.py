"""Scenarios: what is assumed about a country and what is done there, read from a file, every value with its origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forbear.scenario.difference import Difference, diff
    from forbear.scenario.chain import find, library_names
    from forbear.scenario.observations import Observation
    from forbear.scenario.origin import Origin
    from forbear.scenario.problem import Problem
    from forbear.scenario.rules import ReactiveRule
    from forbear.scenario.scenario import Scenario

__all__ = ["Difference", "Observation", "Origin", "Problem", "ReactiveRule", "Scenario", "diff", "find", "library_names"]

_HOME = {
    "Difference": "difference", "diff": "difference", "find": "chain", "library_names": "chain", "Observation": "observations",
    "Origin": "origin", "Problem": "problem", "ReactiveRule": "rules", "Scenario": "scenario",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        value = getattr(import_module(f"forbear.scenario.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'forbear.scenario' has no attribute {name!r}")
