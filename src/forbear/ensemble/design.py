"""Which parameters each member has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forbear.randomness import uniforms
from forbear.scenario.priors import quantile

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["draw_priors"]


def draw_priors(problem: Problem, members: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Draw every parameter from its prior: name -> (members, *dimensions).

    Randomness: one uniform per (seed, member, parameter, element), so a member's parameters do not depend on how
    many members there are, nor on any other parameter's prior.
    """
    out: dict[str, np.ndarray] = {}
    for name, priors in problem.priors.items():
        shape = priors.shape
        elements = int(np.prod(shape, dtype=int))
        u = uniforms(seed, members, f"parameter/{name}", max(elements, 1))
        flat = priors.ravel()
        values = np.empty((len(members), max(elements, 1)))
        for element in range(max(elements, 1)):
            values[:, element] = quantile(flat[element], u[:, element])
        out[name] = values.reshape(len(members), *shape)
    return out
