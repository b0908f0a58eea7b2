"""Problems that begin alike: what they have in common is simulated once, and each goes on from there.

A policy that changes nothing before 2007 has the past of what was done until then, to the bit: levers are read step by
step, and randomness is named by member, step and draw. No randomness here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["LEAST", "shared_beginnings", "steps_alike"]

#: Fewest steps in common for which a state is copied: a copy costs as much as some five steps of a block.
LEAST = 20


def steps_alike(one: Problem, other: Problem) -> int:
    """How many steps two problems have in common from the first on, for members with the same parameters.

    >>> import forbear as fb
    >>> problem = fb.Scenario.load("meadow").problem()
    >>> force = problem.levers["force"].copy()
    >>> force[40:] *= 2
    >>> steps_alike(problem, problem), steps_alike(problem, problem.with_levers({"force": force}))
    (104, 40)
    """
    same = (
        (one.start, one.step, one.steps, one.names) == (other.start, other.step, other.steps, other.names)
        and (one.rules, one.extensions) == (other.rules, other.extensions)
        and one.facts.keys() == other.facts.keys()
        and all(_equal(value, other.facts[name]) for name, value in one.facts.items())
    )
    if not same:
        return 0
    steps = one.steps
    for name, schedule in one.levers.items():
        beside = other.levers[name]
        if schedule is not beside and steps:
            differs = (schedule[:steps] != beside[:steps]).reshape(steps, -1).any(axis=1)
            steps = int(differs.argmax()) if differs.any() else steps
    return steps


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one is other or np.array_equal(one, other)


def shared_beginnings(problems: Sequence[Problem]) -> list[tuple[int, int] | None]:
    """From which other problem each goes on, and after how many steps: (place, steps); None where it begins by itself.

    Of all trees of problems the one that shares most steps (Prim 1957); a problem never goes on from one that has not
    begun to be itself by then, but from where that one came from.
    """
    out: list[tuple[int, int] | None] = [None] * len(problems)
    best = [(0, -1)] * len(problems)
    left = set(range(len(problems)))
    while left:
        place = max(left, key=lambda each: (best[each][0], -each))
        left.discard(place)
        steps, origin = best[place]
        if origin >= 0:
            while (before := out[origin]) is not None and before[1] >= steps:
                origin = before[0]
            out[place] = origin, steps
        for each in left:
            alike = steps_alike(problems[place], problems[each])
            best[each] = max(best[each], (alike, place)) if alike >= LEAST else best[each]
    return out
