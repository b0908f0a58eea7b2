"""The engine of a problem: the house's own, or one whose kernel is woven with the rooms that the scenario asks for."""

from __future__ import annotations

from functools import cache
from typing import Any

from forbear.country.program import program_of, using
from forbear.ensemble.engine import Engine
from forbear.kernel import woven
from forbear.scenario.problem import Problem

__all__ = ["ExtendedEngine", "engine_of"]


@cache
def _module(kernel: str, extensions: tuple[str, ...]) -> Any:
    """The woven module of the house with rooms from outside; compiled once for each set of them."""
    return woven.load(program_of(extensions), kernel)


class ExtendedEngine(Engine):
    """An engine over the house and the problem's extensions. Everything else is as in `Engine`."""

    def __init__(self, problem: Problem, **more: Any) -> None:
        """Prepare. Raises as `Engine`, and ScenarioError E267, E268 where a room is not there or cannot be used."""
        self.extensions = tuple(name for name, _ in problem.extensions)
        with using(self.extensions):
            super().__init__(problem, **more)

    def module(self) -> Any:
        """The woven module; the first call ever compiles it, which takes some minutes."""
        return _module(self.kernel, self.extensions)


def engine_of(problem: Problem, **more: Any) -> Engine:
    """Return the engine of a problem. more: as for `Engine`. Raises as `ExtendedEngine`."""
    return ExtendedEngine(problem, **more) if problem.extensions else Engine(problem, **more)
