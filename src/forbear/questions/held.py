"""A parameter held low and held high in the same draws, everything else as it was: whether an answer hangs on it, or
only goes along with it.

A fit ties parameters together, and luck does, too: draws in which one is high may answer otherwise because of another.
Both ends share draws and random numbers with one another. `planned_ends` gives the runs that wait in a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forbear.files import checksum
from forbear.inference.space import Space
from forbear.questions.claims import estimand, needed, provided
from forbear.questions.effects import Candidate, Held, Probabilities
from forbear.questions.ledger import planned_ledger
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.regions import sides

if TYPE_CHECKING:
    from forbear.ensemble.pieces import BlockRun
    from forbear.inference.posterior import Posterior
    from forbear.questions.ledger import MobilisationLedger
    from forbear.scenario.casefiles.policies import Claim, Strategy
    from forbear.scenario.scenario import Scenario

__all__ = ["Ends", "planned_ends", "with_ends"]

#: The class of what no data can tell: the rule closes a claim whose answer hangs on such a parameter.
MUTE = "N-none"
#: Of the draws of an answer, at which a parameter is held: the middles of the two halves that a split compares.
QUARTILES = (0.25, 0.75)
#: With fewer draws that count at both ends nothing is told.
FEWEST = 16


@dataclass
class Ends:
    """Runs with one parameter held low and high. claims: those that ask; waiting: what is still to be run; ledgers:
    give those of mobilisation at either end, empty where no claim asks for shares."""

    claims: dict[str, Claim]
    low: PolicyRuns
    high: PolicyRuns
    waiting: list[BlockRun | None] = field(default_factory=list)
    ledgers: list[Callable[[], MobilisationLedger]] = field(default_factory=list)

    @cached_property
    def ledgers_made(self) -> list[MobilisationLedger]:
        """The ledgers of both ends, after their runs."""
        return [made() for made in self.ledgers]

    def told(self, name: str) -> Held | None:
        """What holding did to the shares of a claim's regions, over the draws that count at both ends."""
        claim = self.claims[name]
        found, judged = [], []
        for at, runs in enumerate((self.low, self.high)):
            pull = {}
            if claim.kind == "share":
                of = claim.community, *claim.sources
                pull = {of: self.ledgers_made[at].share(*of)}
            effect, _ = estimand(claim, runs, pull)
            found.append(effect)
            judged.append(np.isfinite(effect) & provided(claim, runs))
        both = judged[0] & judged[1]
        if both.sum() < FEWEST:
            return None
        where = [_where(claim, effect[both]) for effect in found]
        low, high = (Probabilities(*(float(share) for share in at.mean(axis=0))) for at in where)
        # the same draws at both ends: the error of the difference of their shares is that of a mean of differences
        apart = where[1] - where[0]
        errors = apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
        return Held(low, high, float(errors[int(abs(apart.mean(axis=0)).argmax())]))


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
    """Parameter -> its runs at both ends, waiting, for every claim whose verdict it could close.

    Those are the parameters of which no data speak; the others close nothing, and are not held.

    Parameters
    ----------
    candidates
        Claim -> parameter -> how it splits the draws.
    fitted
        Runs of the claims: their draws say where the ends lie; seed, workers, outcomes and what is kept are theirs.
    members
        Draws at each end, the first of the posterior's choice, each with as many replications as `fitted` has.

    Randomness is named by the seed of `fitted`. Raises as `Scenario.problem` and `Strategy.apply`.
    """
    asked: dict[str, list[str]] = {}
    for name, found in candidates.items():
        for parameter, candidate in found.items():
            if candidate.identification == MUTE:
                asked.setdefault(parameter, []).append(name)
    out = {}
    for parameter, names in asked.items():
        column = fitted.quantiles[:, fitted.names.index(parameter)]
        where = np.quantile(column, QUARTILES)
        few = {name: claims[name] for name in names}
        low, high = (_at(scenario, posterior, fitted, parameter, float(q), members) for q in where)
        ends = Ends(few, low, high)
        used = {s for c in few.values() if c.kind != "share" for s in (c.base, c.changed)[c.kind == "level" :]}
        for runs in (ends.low, ends.high):
            run = [strategy for strategy in needed(list(few.values())) if strategy in used]
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
        name: {
            p: replace(candidate, held=ends[p].told(name) if p in ends and name in ends[p].claims else None)
            for p, candidate in found.items()
        }
        for name, found in candidates.items()
    }


def _where(claim: Claim, effect: np.ndarray) -> np.ndarray:
    """Where each draw's effect lies, (draws, 3): in the claim's region, its rival's, neither, as a split counts."""
    ours, theirs = sides(claim, effect)
    return np.stack([ours, theirs, ~ours & ~theirs], axis=1).astype(float)


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
    named = checksum(f"{parameter} {quantile!r}".encode())[:12]
    return PolicyRuns.over(
        scenario, space, scores, replications=fitted.replications, seed=fitted.seed, workers=fitted.workers,
        outcomes=fitted.outcomes, keep=fitted.keep,
        store=None if fitted.store is None else fitted.store.parent / f"held-{named}",
    )  # fmt: skip
