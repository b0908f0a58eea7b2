"""The space in which parameters are learned: one standard normal score per uncertain number.

A score z stands for the prior quantile at u = Phi(z), so the prior is N(0, I) whatever its families; the data move a
score away from 0 and narrow it, and "contraction" means the same for every parameter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.randomness import uniforms
from forbear.scenario.priors import quantile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forbear.country.declare import Prior
    from forbear.scenario.problem import Problem

__all__ = ["Space"]

#: Scores are kept within this many standard deviations: beyond it the quantile functions lose their digits.
FARTHEST = 6.0


class Space:
    """Names, priors and transforms of every uncertain number of a problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self._at: list[tuple[str, int]] = []
        self._priors: list[Prior] = []
        self.names: list[str] = []
        for name, priors in problem.priors.items():
            for element, prior in enumerate(priors.ravel()):
                if prior.family == "fixed":
                    continue
                self._at.append((name, element))
                self._priors.append(prior)
                self.names.append(_label(problem, name, element))
        self.parameters = len(self.names)
        #: name -> (elements,), the medians of priors, of which a fixed one has nothing else
        self._medians = {
            name: np.array([quantile(p, np.array(0.5)) for p in priors.ravel()], dtype=float)
            for name, priors in problem.priors.items()
        }

    def __len__(self) -> int:
        return len(self.names)

    def draw(self, count: int, seed: int, name: str = "prior") -> np.ndarray:
        """Draw scores from the prior, (count, len(self)). Randomness: uniforms named by (seed, member, name)."""
        return ndtri(uniforms(seed, np.arange(count, dtype=np.uint32), f"scores/{name}", len(self)))

    def values(self, scores: np.ndarray) -> dict[str, np.ndarray]:
        """Parameters of each row of scores (n, len(self)): name -> (n, *dimensions); fixed ones included."""
        u = ndtr(np.clip(scores, -FARTHEST, FARTHEST))
        out = {name: np.repeat(middle[None], len(scores), axis=0) for name, middle in self._medians.items()}
        for place, ((name, element), prior) in enumerate(zip(self._at, self._priors, strict=True)):
            out[name][:, element] = quantile(prior, u[:, place])
        return {name: values.reshape(len(scores), *self.problem.priors[name].shape) for name, values in out.items()}

    def column(self, name: str, scores: np.ndarray) -> np.ndarray:
        """One uncertainty, by its name in `names`, in each row of scores (n,), in its own unit."""
        place = self.names[: self.parameters].index(name)
        return np.asarray(quantile(self._priors[place], ndtr(np.clip(scores[:, place], -FARTHEST, FARTHEST))), float)

    def scores(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Scores of parameters, (n, len(self)): what `values` gave, perhaps of a space with other priors of the same
        names.

        values: name -> (n, *dimensions). Found on a grid of the quantile functions, to about a hundredth of a score; a
        value beyond a prior has the score of its end, one at a spike any score of the spike.
        """
        grid = np.linspace(-FARTHEST, FARTHEST, 2401)
        out = np.empty((len(next(iter(values.values()))), len(self)))
        for place, ((name, element), prior) in enumerate(zip(self._at, self._priors, strict=True)):
            known = np.asarray(values[name], dtype=float).reshape(len(out), -1)[:, element]
            out[:, place] = np.interp(known, quantile(prior, ndtr(grid)), grid)
        return out

    def log_prior(self, scores: np.ndarray) -> np.ndarray:
        """Log density of the prior of scores, (n,)."""
        return -0.5 * np.sum(scores**2, axis=1) - 0.5 * scores.shape[1] * np.log(2.0 * np.pi)


def _label(problem: Problem, name: str, element: int) -> str:
    shape = problem.priors[name].shape
    if not shape:
        return name
    parameter = next(p for p in MODEL.parameters.values() if p.name == name)
    members = {**problem.names, **FIXED_MEMBERS}
    at = np.unravel_index(element, shape)
    return f"{name}[{','.join(members[d][i] for d, i in zip(parameter.over, at, strict=True))}]"
