"""The whole battery: claims, strategies, attribution, over one set of draws with common random numbers, every number traced."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forbear.discovery.strategies import BESIDE, compare_strategies
from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import ScenarioError, nearest
from forbear.inference.facts import FactsHeld, licence
from forbear.inference.posterior import Posterior
from forbear.inference.structures import structures as known_structures
from forbear.inference.structures import with_structure
from forbear.questions.answers import Answers
from forbear.questions.attribute import attribute
from forbear.questions.claims import assess_claim, needed
from forbear.questions.ledger import MobilisationLedger, mobilisation_ledger
from forbear.questions.licences import facts_judged, facts_on_record
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.results import AttributionResult, ClaimResult, Provenance
from forbear.questions.stamps import answers_stamp
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
from forbear.scenario.casefiles.remedies import FILE as REMEDIES
from forbear.scenario.casefiles.remedies import load_remedies
from forbear.scenario.outcomes import OBJECTIVES

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FULL", "QUICK", "Effort", "answer", "attributions", "structure_posteriors"]

#: Fewest prior draws of plausible size that a question is judged by; with fewer, all of them are taken.
FEWEST = 20


@dataclass(frozen=True)
class Effort:
    """How much is run beside the posterior: replications of its draws, prior draws, draws and replications of structures,
    orders, draws and replications of attribution."""

    replications: int = 3
    prior_members: int = 512
    structure_members: int = 64
    structure_replications: int = 2
    orders: int = 8
    attribution_members: int = 48
    attribution_replications: int = 1


FULL = Effort()
#: For a first look: a claim alone takes some ten seconds.
QUICK = Effort(replications=1, prior_members=128, structure_members=32, structure_replications=1)


def answer(
    scenario: Scenario,
    posterior: Posterior | None,
    *,
    claims: Iterable[str | Path] = (),
    strategies: Iterable[str | Path] = (),
    only: Iterable[str] | None = None,
    where: Iterable[str] = (),
    structures: Mapping[str, Posterior] | None = None,
    members: int = 128,
    effort: Effort = FULL,
    attribution: bool = True,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | None = None,
    store: str | Path | None = None,
) -> Answers:
    """Test every claim beside a scenario, compare every strategy, attribute the failure.

    Parameters
    ----------
    scenario
        With its claims, strategies, facts and remedies beside it.
    posterior
        None: parameters are drawn from the prior, and nothing is tested against data: no verdict is then more than "not
        identified".
    claims, strategies
        Further files, or folders of files, beside those of the scenario.
    only
        Names of claims, and no other strategies than theirs; all when None.
    where
        Conditions on parameters, such as "dismissed_join < 0.1", that draws of posterior and structures must meet. A
        structure that fixes the parameter keeps its value; neutrality and contraction are judged by the whole prior, and
        licences by the whole posterior: an assumption earns no licence.
    structures
        Posteriors of rival structures by name; those beside the scenario when None.
    members
        Draws of the posterior, each run as often as the effort says.
    effort
        How much is run beside that.
    attribution
        Play the games of `remedies.toml`, where it is there.
    seed
        The same seed gives the same bits; all policies share draws and random numbers.
    workers, progress
        Threads; where progress is shown.
    store
        A folder that keeps finished runs, so that a battery that was stopped goes on.

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
    begun, meter = time.time(), progress or NoMeter()
    asked = _asked(scenario, only, claims, strategies)
    held = _facts(scenario, posterior, seed, workers, meter)
    rivals = structure_posteriors(scenario) if structures is None else structures
    conditions = tuple(where)
    for condition in conditions:
        posterior = posterior.where(condition) if posterior is not None else None
        rivals = {name: _restricted(found, condition) for name, found in rivals.items()}
    common = _Common(seed, workers, None if store is None else Path(store))
    runs = _runs(scenario, posterior, rivals, asked, effort, members, common, meter)
    ledgers = _ledgers(scenario, posterior, rivals, asked, effort, runs, common)
    results = _assess(scenario, asked, runs, ledgers, held, fitted=posterior is not None, seed=seed)
    games: dict[str, AttributionResult] = {}
    if attribution:
        games = attributions(
            scenario, posterior, effort, seed=seed, workers=workers, progress=meter, store=common.store
        )
    made = _provenance(scenario, posterior, asked, runs, effort, conditions, only is not None, seed, begun)
    return Answers(
        results,
        compare_strategies(runs.fitted, asked.strategies),
        ledgers["posterior"].result(),
        made,
        games,
        held,
    )


@dataclass(frozen=True)
class _Common:
    """What every run of a battery shares."""

    seed: int
    workers: int | None
    store: Path | None

    def place(self, name: str) -> Path | None:
        return None if self.store is None else self.store / name


@dataclass(frozen=True)
class _Asked:
    """Claims and strategies of a battery, and the strategies that the claims need."""

    claims: dict[str, Claim]
    strategies: dict[str, Strategy]

    @property
    def wanted(self) -> list[str]:
        return needed(list(self.claims.values()))

    @property
    def outcomes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*OBJECTIVES, *BESIDE, *(c.outcome for c in self.claims.values())]))

    @property
    def of_shares(self) -> list[Claim]:
        return [c for c in self.claims.values() if c.kind == "share"]


@dataclass(frozen=True)
class _Runs:
    """Policies run over the posterior (the prior where there is none), the prior, and every rival structure."""

    fitted: PolicyRuns
    prior: PolicyRuns
    rivals: dict[str, PolicyRuns]


def _asked(
    scenario: Scenario, only: Iterable[str] | None, files: Iterable[str | Path], strategies: Iterable[str | Path]
) -> _Asked:
    known = load_strategies(scenario, strategies)
    claims = load_claims(scenario, files, known)
    if only is None:
        return _Asked(claims, known)
    chosen = {name: _named(claims, name) for name in only}
    used = needed(list(chosen.values()))
    return _Asked(chosen, {name: s for name, s in known.items() if name in used})


def _named(claims: Mapping[str, Claim], name: str) -> Claim:
    if name not in claims:
        close = nearest(name, claims)
        raise ScenarioError(
            "E241", f"no claim is called {name!r}", hint=f"did you mean {close}?" if close else ", ".join(claims)
        )
    return claims[name]


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


def _runs(
    scenario: Scenario,
    posterior: Posterior | None,
    rivals: Mapping[str, Posterior],
    asked: _Asked,
    effort: Effort,
    members: int,
    common: _Common,
    meter: Meter,
) -> _Runs:
    """Run every strategy over the posterior, and those that claims need over the prior and the rival structures."""

    def over(name: str, at: Scenario, found: Posterior | None, many: int, each: int) -> PolicyRuns:
        return PolicyRuns.of(
            at,
            found,
            members=many if found is None else min(many, len(found)),
            replications=each,
            seed=common.seed,
            workers=common.workers,
            outcomes=asked.outcomes,
            store=common.place(name),
        )

    many, each = (members, effort.replications) if posterior is not None else (effort.prior_members, 1)
    fitted = over("posterior", scenario, posterior, many, each)
    prior = over("prior", scenario, None, effort.prior_members, 1)
    of_rivals = {
        name: over(
            f"structure-{name}",
            with_structure(scenario, name),
            found,
            effort.structure_members,
            effort.structure_replications,
        )
        for name, found in rivals.items()
    }
    total = len(asked.strategies) + len(asked.wanted) * (1 + len(of_rivals))
    words = f"{len(asked.claims)} claims, {len(asked.strategies)} strategies, {1 + len(of_rivals)} structures"
    meter.start(total, words)
    fitted.run_all({name: strategy.apply(scenario) for name, strategy in asked.strategies.items()}, meter)
    for group in (prior, *of_rivals.values()):
        group.run_all({name: asked.strategies[name].apply(group.scenario) for name in asked.wanted}, meter)
    meter.finish()
    return _Runs(fitted, prior, of_rivals)


def _ledgers(
    scenario: Scenario,
    posterior: Posterior | None,
    rivals: Mapping[str, Posterior],
    asked: _Asked,
    effort: Effort,
    runs: _Runs,
    common: _Common,
) -> dict[str, MobilisationLedger]:
    """The ledger of the posterior, and where a claim is about a share those of the prior and of every structure."""

    def ledger(at: Scenario, found: Posterior | None, many: int) -> MobilisationLedger:
        return mobilisation_ledger(at, found, members=many, seed=common.seed, workers=common.workers)

    out = {"posterior": ledger(scenario, posterior, runs.fitted.members)}
    if asked.of_shares:
        out["prior"] = ledger(scenario, None, runs.prior.members)
        for name, found in rivals.items():
            out[name] = ledger(with_structure(scenario, name), found, effort.structure_members)
    return out


def _assess(
    scenario: Scenario,
    asked: _Asked,
    runs: _Runs,
    ledgers: Mapping[str, MobilisationLedger],
    held: FactsHeld | None,
    *,
    fitted: bool,
    seed: int,
) -> dict[str, ClaimResult]:
    shares = {
        group: {(c.community, *c.sources): ledger.share(c.community, *c.sources) for c in asked.of_shares}
        for group, ledger in ledgers.items()
    }
    condition = _condition(scenario, runs.prior)
    return {
        name: assess_claim(
            claim,
            runs.fitted,
            runs.prior,
            runs.rivals,
            shares,
            condition,
            fitted=fitted,
            licence=licence(claim, held),
            seed=seed,
        )
        for name, claim in asked.claims.items()
    }


def _condition(scenario: Scenario, prior: PolicyRuns) -> np.ndarray:
    """Prior draws with a war of plausible size, as the scenario's audit says; all of them without an audit."""
    audited = load_audit(scenario)
    every = np.ones(prior.members, dtype=bool)
    if audited is None or audited.condition is None:
        return every
    size = prior.values("HISTORY", "deaths")
    found = (size >= audited.condition.low) & (size <= audited.condition.high)
    return found if found.sum() >= FEWEST else every


def _provenance(
    scenario: Scenario,
    posterior: Posterior | None,
    asked: _Asked,
    runs: _Runs,
    effort: Effort,
    where: tuple[str, ...],
    some: bool,
    seed: int,
    begun: float,
) -> Provenance:
    return Provenance(
        scenario=scenario.name,
        seed=seed,
        given="posterior" if posterior is not None else "prior",
        members=runs.fitted.members,
        replications=runs.fitted.replications,
        prior_members=runs.prior.members,
        prior_conditioned=int(_condition(scenario, runs.prior).sum()),
        structures=("full", *runs.rivals),
        structure_members=effort.structure_members,
        stamp=answers_stamp(scenario, posterior),
        problems={name: s.apply(scenario).problem().hash for name, s in asked.strategies.items()},
        runs=runs.fitted.runs + runs.prior.runs + sum(r.runs for r in runs.rivals.values()),
        seconds=round(time.time() - begun),
        only=tuple(asked.claims) if some else (),
        where=where,
        available=len(posterior) if posterior is not None else 0,
        quick=bool(posterior.quick) if posterior is not None else False,
        quick_effort=effort == QUICK,
        version=version("forbear"),
    )


def _restricted(found: Posterior, condition: str) -> Posterior:
    uncertain = any(condition.replace(" ", "").startswith((f"{n}<", f"{n}>")) for n in found.space.names)
    return found.where(condition) if uncertain else found


def structure_posteriors(scenario: Scenario) -> dict[str, Posterior]:
    """Posteriors of rival structures beside a scenario (posterior-NAME.npz). Raises FitError E606."""
    out = {}
    for name in known_structures():
        found = Posterior.nearest(with_structure(scenario, name), f"posterior-{name}.npz")
        if found is not None:
            out[name] = found
    return out


def attributions(
    scenario: Scenario,
    posterior: Posterior | None,
    effort: Effort = FULL,
    *,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | None = None,
    store: Path | None = None,
) -> dict[str, AttributionResult]:
    """Every game of `remedies.toml`: levers in full, as far as they could have been had (feasible), structure.

    Empty where the scenario has no remedies. Randomness: named by the seed. Raises as `load_remedies` and `simulate`.
    """
    out: dict[str, AttributionResult] = {}
    if scenario.beside(REMEDIES) is None:
        return out
    for name, game, feasible in (
        ("levers", "levers", False),
        ("feasible", "levers", True),
        ("structure", "structure", False),
    ):
        runs = PolicyRuns.of(
            scenario,
            posterior,
            members=effort.attribution_members,
            replications=effort.attribution_replications,
            seed=seed,
            workers=workers,
            outcomes=("deaths", "governance", "order"),
            meter=progress or NoMeter(),
            store=None if store is None else store / f"attribution-{name}",
        )
        remedies = load_remedies(scenario, game, feasible=feasible)
        out[name] = attribute(runs, remedies, game=game, orders=effort.orders, seed=seed).result(runs.runs)
    return out
