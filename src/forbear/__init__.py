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
    from forbear.country.model import MODEL
    from forbear.discovery.lookup import look_up_first
    from forbear.ensemble.matching import match
    from forbear.ensemble.results import Ensemble
    from forbear.ensemble.runner import simulate
    from forbear.errors import ForbearError
    from forbear.inference.fit import fit
    from forbear.inference.posterior import Posterior
    from forbear.notebook import plot
    from forbear.questions.attribute import attribute
    from forbear.questions.compare import compare
    from forbear.questions.worlds import Worlds
    from forbear.scenario import Problem, Scenario, diff
    from forbear.validation.base_rates import base_rates
    from forbear.workflow.battery import answer

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
    "Worlds": ("forbear.questions.worlds", "Worlds"),
    "answer": ("forbear.workflow.battery", "answer"),
    "attribute": ("forbear.questions.attribute", "attribute"),
    "base_rates": ("forbear.validation.base_rates", "base_rates"),
    "compare": ("forbear.questions.compare", "compare"),
    "look_up_first": ("forbear.discovery.lookup", "look_up_first"),
    "fit": ("forbear.inference.fit", "fit"),
    "match": ("forbear.ensemble.matching", "match"),
    "simulate": ("forbear.ensemble.runner", "simulate"),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "plot":
        return import_module("forbear.notebook.plot")
    if name in _HOME:
        module, attribute = _HOME[name]
        return getattr(import_module(module), attribute)
    raise AttributeError(f"module 'forbear' has no attribute {name!r}")
