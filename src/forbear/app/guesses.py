"""Facts of a proposal that are guessed: every few simulated histories stand on another set of them.

There is no history that could tell them, so that to hold them at one value would say more than anybody knows. The same
member has the same facts under every plan. The levels of a set are a Latin hypercube's, as in `forbear.prospective`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from forbear.discovery.guessed import GuessedFact, draw_facts, guessed_facts
from forbear.discovery.lookup import hypercube
from forbear.questions.streams import stream

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["SETS", "TOGETHER", "Guesses"]

#: Members that stand on the same facts: the first answer of a page; and different sets, after which they come again.
TOGETHER, SETS = 16, 32


@dataclass(frozen=True)
class Guesses:
    """The guessed facts of a proposal, in the order of the model; none of any other scenario."""

    facts: tuple[GuessedFact, ...]

    @classmethod
    def of(cls, scenario: Scenario) -> Guesses:
        """Those of a scenario."""
        return cls(tuple(guessed_facts(scenario)) if scenario.kind == "prospective" else ())

    def parts(self, problem: Problem, members: np.ndarray, seed: int) -> list[tuple[slice, Problem]]:
        """Members, (n,) in order, in parts that stand on one set of facts, each with its problem; one part where
        nothing is guessed. Randomness: the stream "guessed facts" of the seed."""
        if not self.facts:
            return [(slice(0, len(members)), problem)]
        which = (members // TOGETHER) % SETS
        edges = [0, *(np.flatnonzero(np.diff(which)) + 1).tolist(), len(members)]
        levels = _levels(len(self.facts), seed)
        return [
            (slice(a, b), replace(problem, facts=draw_facts(problem, self.facts, levels[which[a]])))
            for a, b in zip(edges, edges[1:], strict=False)
        ]


@lru_cache(maxsize=16)
def _levels(many: int, seed: int) -> np.ndarray:
    return hypercube(SETS, many, stream(seed, "guessed facts"))
