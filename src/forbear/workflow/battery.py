"""The whole battery: claims, strategies, attribution, over one set of draws with common random numbers, all traced."""

from __future__ import annotations

import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from forbear.discovery.strategies import compare_strategies
from forbear.ensemble.progress import Meter, NoMeter
from forbear.inference.facts import FactsHeld, licence
from forbear.inference.posterior import Posterior
from forbear.questions.answers import Answers
from forbear.questions.claims import assess_claim, candidates, other_horizons
from forbear.questions.effects import Candidate
from forbear.questions.held import planned_ends, with_ends
from forbear.questions.licences import facts_judged, facts_on_record
from forbear.questions.policy_runs import run_side_by_side
from forbear.questions.results import ClaimResult, Provenance
from forbear.questions.stamps import answers_stamp
from forbear.scenario.casefiles.policies import claims_out_of_time
from forbear.workflow.battery_request import FULL, QUICK, Effort, Request
from forbear.workflow.battery_runs import Asked, Runs, asked_of, restricted, run_all, structure_posteriors
from forbear.workflow.battery_sources import Heard, fit_words, heard

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FULL", "QUICK", "Battery", "Effort", "Request", "answer", "shares_of_pull", "tested"]


@dataclass(frozen=True)
class Battery:
    """A battery that has been run: what was asked, the runs, facts of history beside the posterior, what else was
    heard, every claim tested, and how many runs had one parameter held to see on what answers hang."""

    asked: Asked
    runs: Runs
    held: FactsHeld | None
    beside: Heard
    results: dict[str, ClaimResult]
    held_runs: int = 0

    @property
    def condition(self) -> np.ndarray:
        """Prior draws that count, (draws,): see `Runs.plausible`."""
        return self.runs.plausible


def answer(
    scenario: Scenario, posterior: Posterior | None, request: Request | None = None, *, progress: Meter | None = None
) -> Answers:
    """Test every claim beside a scenario, compare every strategy, attribute the failure.

    Parameters
    ----------
    scenario
        With its claims, strategies, facts and remedies beside it.
    posterior
        None: parameters are drawn from the prior, and nothing is tested against data: no verdict is then more than "not
        identified".
    request
        Which claims, over how many draws, with how much beside them; `Request()` when None.
    progress
        Where progress is shown.

    Returns
    -------
    Answers
        With licences: a claim that needs a fact of history which the fitted model misses is "not licensed".

    Raises
    ------
    ScenarioError
        E241 for a claim or parameter that does not exist, E240 for a condition that cannot be met, and as the files of
        claims and strategies.
    FitError, RunError
        As `load_facts` and `simulate`.
    """
    begun, request = time.time(), request or Request()
    found = posterior
    for condition in request.where:  # before anything is run: one that cannot be met is told at once
        found = found.where(condition) if found is not None else None
    ran = tested(scenario, posterior, request, progress=progress)
    return Answers(
        ran.results,
        compare_strategies(ran.runs.fitted, ran.asked.strategies),
        ran.runs.ledgers["posterior"].result(),
        _provenance(scenario, found, ran, request, begun),
        ran.runs.games,
        ran.held,
    )


def tested(
    scenario: Scenario,
    posterior: Posterior | None,
    request: Request,
    *,
    progress: Meter | None = None,
    assess: bool = True,
) -> Battery:
    """Run a battery and test its claims: as `answer`, with the runs themselves in memory.

    assess: test them; without it `results` is empty and no fact is judged, for whoever needs the runs alone.
    """
    meter, whole = progress or NoMeter(), posterior
    asked, left_out = asked_of(scenario, request), claims_out_of_time(scenario)
    if left_out:
        meter.say(f"not asked, since they are about months outside of this run: {', '.join(left_out)}")
    rivals = structure_posteriors(scenario) if request.structures is None else request.structures
    for condition in request.where:
        posterior = posterior.where(condition) if posterior is not None else None
        rivals = {name: restricted(found, condition) for name, found in rivals.items()}
    held = _facts(scenario, whole, request.seed, request.workers, meter) if assess else None
    runs = run_all(scenario, posterior, rivals, asked, request, meter)
    beside = heard(scenario, posterior, whole, rivals, runs, runs.plausible, request.seed)
    fitted = posterior is not None
    results: dict[str, ClaimResult] = {}
    held_runs = 0
    if assess:
        hanging, held_runs = _hanging(scenario, posterior, asked, runs, request, meter)
        results = _assess(scenario, asked, runs, held, beside, hanging, fitted=fitted, seed=request.seed)
    return Battery(asked, runs, held, beside, results, held_runs)


def _facts(
    scenario: Scenario, posterior: Posterior | None, seed: int, workers: int | None, meter: Meter
) -> FactsHeld | None:
    """Facts of history beside the posterior: on record, else judged now."""
    if posterior is None:
        return None
    found = facts_on_record(scenario, posterior)
    if found is not None:
        return found
    return facts_judged(scenario, posterior, seed=seed, workers=workers, progress=meter)


def _hanging(
    scenario: Scenario, posterior: Posterior | None, asked: Asked, runs: Runs, request: Request, meter: Meter
) -> tuple[dict[str, dict[str, Candidate]], int]:
    """Claim -> parameters that split its draws, each held to see whether it is what moves the answer; how many runs."""
    shares = shares_of_pull(asked, runs)["posterior"]
    found = {name: candidates(claim, runs.fitted, shares, request.seed) for name, claim in asked.claims.items()}
    ends = planned_ends(
        scenario, posterior, found, asked.claims, asked.strategies, runs.fitted, members=request.effort.held_members
    )
    waiting = [run for at in ends.values() for run in at.waiting]
    if waiting:
        meter.start(len(waiting), f"{len(ends)} uncertainties held low and high, to see what moves the answers")
        run_side_by_side(waiting, request.workers, meter)
        meter.finish()
    return with_ends(found, ends), sum(at.low.runs + at.high.runs for at in ends.values())


def _assess(
    scenario: Scenario,
    asked: Asked,
    runs: Runs,
    held: FactsHeld | None,
    beside: Heard,
    hanging: dict[str, dict[str, Candidate]],
    *,
    fitted: bool,
    seed: int,
) -> dict[str, ClaimResult]:
    shares = shares_of_pull(asked, runs)
    return {
        name: assess_claim(
            claim,
            runs.fitted,
            runs.prior,
            runs.rivals,
            shares,
            runs.plausible,
            fitted=fitted,
            licence=licence(claim, held),
            sources=beside.sources,
            horizons=other_horizons(claim, f"{scenario.start:%Y-%m}", f"{scenario.end:%Y-%m}"),
            hanging=hanging[name],
            seed=seed,
        )
        for name, claim in asked.claims.items()
    }


def shares_of_pull(asked: Asked, runs: Runs) -> dict[str, dict[tuple[str, ...], np.ndarray]]:
    """Name of the runs -> (community, *sources) -> share of the pull to arms, (draws,), for claims of that kind."""
    return {
        group: {(c.community, *c.sources): ledger.share(c.community, *c.sources) for c in asked.of_shares}
        for group, ledger in runs.ledgers.items()
    }


def _provenance(
    scenario: Scenario, posterior: Posterior | None, ran: Battery, request: Request, begun: float
) -> Provenance:
    asked, runs, beside = ran.asked, ran.runs, ran.beside
    return Provenance(
        scenario=scenario.name,
        seed=request.seed,
        given="posterior" if posterior is not None else "prior",
        members=runs.fitted.members,
        replications=runs.fitted.replications,
        prior_members=runs.prior.members,
        prior_conditioned=int(runs.plausible.sum()),
        structures=("full", *runs.rivals),
        structure_members=request.effort.structure_members,
        stamp=answers_stamp(scenario, posterior),
        problems={name: s.apply(scenario).problem().hash for name, s in asked.strategies.items()},
        runs=ran.held_runs
        + sum({id(each): each.runs for each in (runs.fitted, runs.prior, *runs.rivals.values())}.values()),
        seconds=round(time.time() - begun),
        only=tuple(asked.claims) if request.only is not None else (),
        where=tuple(request.where),
        available=len(posterior) if posterior is not None else 0,
        quick=bool(posterior.quick) if posterior is not None else False,
        quick_effort=request.effort == QUICK,
        version=version("forbear"),
        theories=dict(beside.sources.theories),
        weighed_by=beside.weighed_by,
        fit=fit_words(posterior),
        series=_series(posterior),
        record=beside.record,
        cases=beside.cases,
    )


def _series(posterior: Posterior | None) -> tuple[str, ...]:
    """Observed series that the posterior was fitted to, by name and in order."""
    terms = posterior.notes.get("data") or [] if posterior is not None else []
    return tuple(dict.fromkeys(str(term).partition(" (")[0] for term in terms))
