"""Which parameters each member has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from forbear.randomness import uniforms
from forbear.scenario.priors import quantile

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["SharedDraws", "draw_priors"]


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


class SharedDraws(Mapping[str, np.ndarray]):
    """Parameters of members that share a small number of draws, such as those of a posterior.

    As a mapping it is name -> (members, *dimensions), made when it is asked for; `of` makes the rows of some members
    alone, so that ten million members need no more memory than their identities.
    """

    def __init__(self, values_of_draws: Mapping[str, np.ndarray], which: np.ndarray) -> None:
        """values_of_draws: name -> (draws, *dimensions); which: (members,), the draw of each."""
        self.values_of_draws, self.which = dict(values_of_draws), np.asarray(which)

    @property
    def draws(self) -> int:
        """How many draws are shared out."""
        return len(next(iter(self.values_of_draws.values()), self.which))

    def of(self, at: slice) -> dict[str, np.ndarray]:
        """Parameters of the members in a slice."""
        rows = self.which[at]
        return {name: values[rows] for name, values in self.values_of_draws.items()}

    def __getitem__(self, name: str) -> np.ndarray:
        return self.values_of_draws[name][self.which]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of_draws)

    def __len__(self) -> int:
        return len(self.values_of_draws)
