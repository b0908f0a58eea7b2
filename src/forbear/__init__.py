"""Forbear: a laboratory for the decision to intervene in another country.

    import forbear as fb

    iraq = fb.Scenario.load("iraq-2003")
    more = iraq.with_levers({"intervener.force": "+200000"}, name="200,000 more")
    ensemble = fb.simulate(iraq.problem(), members=2_000, seed=1)

Everything is loaded when it is first used, so importing the package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forbear import plot
    from forbear.analysis.attribute import attribute
    from forbear.analysis.base_rates import base_rates
    from forbear.analysis.battery import answer
    from forbear.analysis.compare import compare
    from forbear.analysis.lookup import look_up_first
    from forbear.analysis.worlds import Worlds
    from forbear.country.model import MODEL
    from forbear.ensemble.matching import match
    from forbear.ensemble.results import Ensemble
    from forbear.ensemble.runner import simulate
    from forbear.errors import ForbearError
    from forbear.inference.fit import fit
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Problem, Scenario, diff

__all__ = [
    "MODEL",
    "Ensemble",
    "ForbearError",
    "Posterior",
    "Problem",
    "Scenario",
    "Worlds",
    "answer",
    "attribute",
    "base_rates",
    "compare",
    "diff",
    "fit",
    "look_up_first",
    "match",
    "plot",
    "simulate",
]

_HOME = {
    "MODEL": ("forbear.country.model", "MODEL"),
    "Ensemble": ("forbear.ensemble.results", "Ensemble"),
    "ForbearError": ("forbear.errors", "ForbearError"),
    "Problem": ("forbear.scenario", "Problem"),
    "Scenario": ("forbear.scenario", "Scenario"),
    "diff": ("forbear.scenario", "diff"),
    "Posterior": ("forbear.inference.posterior", "Posterior"),
    "Worlds": ("forbear.analysis.worlds", "Worlds"),
    "answer": ("forbear.analysis.battery", "answer"),
    "attribute": ("forbear.analysis.attribute", "attribute"),
    "base_rates": ("forbear.analysis.base_rates", "base_rates"),
    "compare": ("forbear.analysis.compare", "compare"),
    "look_up_first": ("forbear.analysis.lookup", "look_up_first"),
    "fit": ("forbear.inference.fit", "fit"),
    "match": ("forbear.ensemble.matching", "match"),
    "simulate": ("forbear.ensemble.runner", "simulate"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "plot":
        return import_module("forbear.plot")
    if name in _HOME:
        module, attribute = _HOME[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module 'forbear' has no attribute {name!r}")
