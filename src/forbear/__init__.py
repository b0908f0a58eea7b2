"""Forbear: a laboratory for the decision to intervene in another country.

    import forbear as fb

    iraq = fb.load("iraq-2003")
    more = iraq.with_levers({"intervener.force": "+200000"}, name="200,000 more")
    ensemble = fb.simulate(iraq, members=512, seed=1)  # from the posterior that ships
    pair = fb.compare(iraq, more)

Everything is loaded when it is first used, so importing the package costs nothing. The names are in one table, below;
`__init__.pyi` gives them their types and is held to the table by a test.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

#: Public name -> where it lives, "module:name" or a module.
_HOME = {
    "MODEL": "forbear.country.model:MODEL",
    "Answers": "forbear.questions.answers:Answers",
    "Comparison": "forbear.questions.compare:Comparison",
    "Ensemble": "forbear.ensemble.results:Ensemble",
    "ForbearError": "forbear.errors:ForbearError",
    "GivenWarning": "forbear.workflow.given:GivenWarning",
    "Odds": "forbear.questions.odds:Odds",
    "Posterior": "forbear.inference.posterior:Posterior",
    "Problem": "forbear.scenario.problem:Problem",
    "Scenario": "forbear.scenario.scenario:Scenario",
    "Strategy": "forbear.scenario.casefiles.policies:Strategy",
    "attribute": "forbear.workflow.attribute:attribute",
    "base_rates": "forbear.validation.base_rates:base_rates",
    "cite": "forbear.workflow.library:cite",
    "compare": "forbear.workflow.compare:compare",
    "decide": "forbear.workflow.decide:decide",
    "diff": "forbear.scenario.difference:diff",
    "evidence": "forbear.workflow.library:evidence",
    "fit": "forbear.workflow.fit:fit",
    "library": "forbear.workflow.library:library",
    "load": "forbear.workflow.library:load",
    "look_up_first": "forbear.workflow.lookup:look_up_first",
    "match": "forbear.ensemble.matching:match",
    "odds": "forbear.workflow.odds:odds",
    "open_session": "forbear.workflow.simulate:open_session",
    "plot": "forbear.notebook.plot",
    "report": "forbear.workflow.run:report",
    "search": "forbear.workflow.search:search",
    "simulate": "forbear.workflow.simulate:simulate",
    "stress": "forbear.workflow.stress:stress",
    "summarise": "forbear.workflow.simulate:summarise",
    "test_claims": "forbear.workflow.claims:test_claims",
    "validate": "forbear.workflow.validate:validate",
}

#: Functions whose names packages below this one have, too.
_CALLED = ("evidence", "report")

__all__ = ["__version__", *_HOME]


def _at_home(name: str) -> Any:
    module, _, attribute = _HOME[name].partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


class _Function(ModuleType):
    """A package below this one that has the name of a public function: `forbear.report`, `forbear.evidence`.

    It stays the package that other modules import from, and is called as the function.
    """

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        return self._function(*arguments, **more)

    @property
    def _function(self) -> Any:
        return _at_home(self.__name__.rpartition(".")[2])

    @property
    def __wrapped__(self) -> Any:  # so that `help` and `inspect.signature` show the function
        return self._function


class _Front(ModuleType):
    """This package: whatever else sets a package of a function's name here makes it callable."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _CALLED and isinstance(value, ModuleType):
            value.__class__ = _Function
        super().__setattr__(name, value)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # slow to load, and most programs never ask

        return version("forbear")
    if name not in _HOME:
        raise AttributeError(f"module 'forbear' has no attribute {name!r}")
    # the package alone, not the function's module: `from forbear import evidence` must not load what stands above it
    return import_module(f"forbear.{name}") if name in _CALLED else _at_home(name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__doc__", "__name__", "__file__", "__path__"])


sys.modules[__name__].__class__ = _Front
