"""Scenarios: what is assumed about a country and what is done there, read from a file, every value with its origin.

How layers come together, the weakest first: package default, parent scenarios (`extends`, the most distant ancestor
first), the scenario, sweep point (`with_levers` and its like), command line (`--set`). Facts, levers and
uncertainties are replaced value by value, a lever's path and a prior each as a whole; within one layer a statement
about one member wins over one about all, and the same statement twice is a fault. `add`, `scale` and `set` change what
the weaker layers say. The header and [sources] merge key by key; each list of members and the table of districts is
replaced whole (a table that is replaced takes its cells along); rules and observations are replaced by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forbear.scenario.difference import Difference, diff
    from forbear.scenario.observations import Observation
    from forbear.scenario.problem import Problem
    from forbear.scenario.reading.chain import find, library_names
    from forbear.scenario.reading.origin import Origin
    from forbear.scenario.rules import ReactiveRule
    from forbear.scenario.scenario import Scenario

__all__ = [
    "Difference",
    "Observation",
    "Origin",
    "Problem",
    "ReactiveRule",
    "Scenario",
    "diff",
    "find",
    "library_names",
]

_HOME = {
    "Difference": "difference",
    "diff": "difference",
    "find": "reading.chain",
    "library_names": "reading.chain",
    "Observation": "observations",
    "Origin": "reading.origin",
    "Problem": "problem",
    "ReactiveRule": "rules",
    "Scenario": "scenario",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        value = getattr(import_module(f"forbear.scenario.{_HOME[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'forbear.scenario' has no attribute {name!r}")
