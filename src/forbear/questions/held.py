"""A parameter held low and held high in the same draws, everything else as it was: whether an answer hangs on it, or
only goes along with it.

A fit ties parameters together, and luck does, too: draws in which one is high may answer otherwise because of another.
Both ends share draws and random numbers with one another. `planned_ends` gives the runs that wait in a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from forbear.inference.space import Space
from forbear.questions.claims import estimand, needed, provided, three_shares
from forbear.questions.effects import Candidate, Probabilities
from forbear.questions.ledger import planned_ledger
from forbear.questions.policy_runs import PolicyRuns

if TYPE_CHECKING:
    from forbear.ensemble.pieces import BlockRun
    from forbear.inference.posterior import Posterior
    from forbear.questions.ledger import MobilisationLedger
    from forbear.scenario.casefiles.policies import Claim, Strategy
    from forbear.scenario.scenario import Scenario

__all__ = ["Ends", "planned_ends", "with_ends"]

#: Of the draws of an answer, at which a parameter is held: the middles of the two halves that a split compares.
QUARTILES = (0.25, 0.75)
#: A half of the draws of each end may fail or not be judged; with fewer nothing is told.
FEWEST = 16


@dataclass
class Ends:
    """Runs with one parameter held low and high. claims: those that ask; waiting: what is still to be run; ledgers: of
    mobilisation at either end, empty where no claim asks for shares."""

    claims: dict[str, Claim]
    low: PolicyRuns
    high: PolicyRuns
    waiting: list[BlockRun | None] = field(default_factory=list)
    ledgers: list[Callable[[], MobilisationLedger]] = field(default_factory=list)

    def shares(self, name: str) -> tuple[Probabilities, Probabilities] | None:
        """Shares of a claim's regions at either end, over the draws that count at both."""
        claim = self.claims[name]
        found, judged = [], []
        for at, runs in enumerate((self.low, self.high)):
            pull = {}
            if claim.kind == "share":
                of = claim.community, *claim.sources
                pull = {of: self.ledgers[at]().share(*of)}
            effect, _ = estimand(claim, runs, pull)
            found.append(effect)
            judged.append(np.isfinite(effect) & provided(claim, runs))
        both = judged[0] & judged[1]
        if both.sum() < FEWEST:
            return None
        low, high = (three_shares(claim, effect[both]) for effect in found)
        return low, high


def planned_ends(
    scenario: Scenario,
    posterior: Posterior | None,
    candidates: Mapping[str, Mapping[str, Candidate]],
    claims: Mapping[str, Claim],
    strategies: Mapping[str, Strategy],
    fitted: PolicyRuns,
    *,
    members: int,
) -> dict[str, Ends]:
    """Parameter -> its runs at both ends, waiting, for every claim of which it is a candidate.

    Parameters
    ----------
    candidates
        Claim -> parameter -> how it splits the draws.
    fitted
        Runs of the claims: their draws say where the ends lie; seed, workers, outcomes and what is kept are theirs.
    members
        Draws at each end, the first of the posterior's choice.

    Randomness is named by the seed of `fitted`. Raises as `Scenario.problem` and `Strategy.apply`.
    """
    asked: dict[str, list[str]] = {}
    for name, found in candidates.items():
        for parameter in found:
            asked.setdefault(parameter, []).append(name)
    out = {}
    for parameter, names in asked.items():
        column = fitted.quantiles[:, fitted.names.index(parameter)]
        where = np.quantile(column, QUARTILES)
        few = {name: claims[name] for name in names}
        low, high = (_at(scenario, posterior, fitted, parameter, float(q), members) for q in where)
        ends = Ends(few, low, high)
        for runs in (ends.low, ends.high):
            run = [strategy for strategy in needed(list(few.values())) if any(c.kind != "share" for c in few.values())]
            ends.waiting += [runs.planned(s, strategies[s].apply(scenario), alone=False) for s in run]
            if any(claim.kind == "share" for claim in few.values()):
                many = np.arange(runs.members, dtype=np.uint32)
                block, take = planned_ledger(
                    scenario, None, members=many, seed=fitted.seed, parameters=runs.parameters, keep=fitted.keep
                )
                ends.waiting.append(block)
                ends.ledgers.append(take)
        out[parameter] = ends
    return out


def with_ends(
    candidates: Mapping[str, Mapping[str, Candidate]], ends: Mapping[str, Ends]
) -> dict[str, dict[str, Candidate]]:
    """Candidates with what holding them did, after the runs have ended."""
    return {
        name: {p: replace(candidate, held=ends[p].shares(name)) for p, candidate in found.items()}
        for name, found in candidates.items()
    }


def _at(
    scenario: Scenario, posterior: Posterior | None, fitted: PolicyRuns, parameter: str, quantile: float, members: int
) -> PolicyRuns:
    """Runs that wait for policies, over draws in which the parameter has this quantile of its prior."""
    from scipy.special import ndtri  # heavy: it would slow `forbear --help`

    if posterior is not None:
        space, scores = posterior.space, posterior.scores[posterior.chosen(min(members, len(posterior)))].copy()
    else:
        space = Space(scenario.problem())
        scores = space.draw(min(members, fitted.members), fitted.seed, "worlds")
    place = space.names.index(parameter)
    scores[:, place] = ndtri(np.clip(quantile, 1e-6, 1.0 - 1e-6))
    return PolicyRuns.over(
        scenario, space, scores, replications=1, seed=fitted.seed, workers=fitted.workers,
        outcomes=fitted.outcomes, keep=fitted.keep,
    )  # fmt: skip
