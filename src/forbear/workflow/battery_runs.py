"""The runs of a battery: which claims and strategies are asked for, and every policy over posterior, prior and structures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from forbear.discovery.strategies import BESIDE
from forbear.ensemble.progress import Meter
from forbear.errors import ScenarioError, nearest
from forbear.inference.posterior import Posterior
from forbear.inference.structures import structures as known_structures
from forbear.inference.structures import with_structure
from forbear.questions.attribute import attribute, planned
from forbear.questions.claims import needed, other_horizons
from forbear.questions.ledger import MobilisationLedger, planned_ledger
from forbear.questions.policy_runs import PolicyRuns, run_side_by_side
from forbear.questions.results import AttributionResult
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
from forbear.scenario.casefiles.remedies import FILE as REMEDIES
from forbear.scenario.casefiles.remedies import load_remedies
from forbear.scenario.outcomes import OBJECTIVES, TOTALS
from forbear.workflow.battery_request import Request

if TYPE_CHECKING:
    from forbear.ensemble.pieces import BlockRun
    from forbear.scenario.casefiles.remedies import Remedy
    from forbear.scenario.scenario import Scenario

__all__ = [
    "Asked",
    "Runs",
    "asked_of",
    "games_of",
    "restricted",
    "run_all",
    "structure_posteriors",
]


#: Fewest prior draws of plausible size that a question is judged by; with fewer, all of them are taken.
FEWEST = 20
#: The strategy that changes nothing.
HISTORY = "HISTORY"


@dataclass(frozen=True)
class Asked:
    """Claims and strategies of a battery, and the strategies that the claims need. start, end: months of the run."""

    claims: dict[str, Claim]
    strategies: dict[str, Strategy]
    start: str
    end: str

    @property
    def wanted(self) -> list[str]:
        return needed(list(self.claims.values()))

    @property
    def outcomes(self) -> tuple[str, ...]:
        tested = [
            variant
            for claim in self.claims.values()
            for variant in (claim, *other_horizons(claim, self.start, self.end).values())
        ]
        return tuple(dict.fromkeys([*OBJECTIVES, *BESIDE, *(o for claim in tested for o in claim.outcomes)]))

    @property
    def of_shares(self) -> list[Claim]:
        return [c for c in self.claims.values() if c.kind == "share"]


@dataclass(frozen=True)
class Runs:
    """Policies run over the posterior (the prior where there is none), the prior, and every rival structure; prior
    draws with a war of plausible size (true where one counts); ledgers of the same; games of remedies, empty where none
    are played."""

    fitted: PolicyRuns
    prior: PolicyRuns
    plausible: np.ndarray
    rivals: dict[str, PolicyRuns]
    ledgers: dict[str, MobilisationLedger]
    games: dict[str, AttributionResult]


@dataclass(frozen=True)
class _Game:
    """Remedies whose coalitions are run over draws of their own."""

    runs: PolicyRuns
    remedies: Sequence[Remedy]
    game: str


def asked_of(scenario: Scenario, request: Request) -> Asked:
    """Raises ScenarioError E241 for a claim that does not exist, and as the files of claims and strategies."""
    known = load_strategies(scenario, request.strategies)
    claims = load_claims(scenario, request.claims, known)
    span = f"{scenario.start:%Y-%m}", f"{scenario.end:%Y-%m}"
    if request.only is None:
        return Asked(claims, known, *span)
    chosen = {name: _named(claims, name) for name in request.only}
    used = needed(list(chosen.values()))
    return Asked(chosen, {name: s for name, s in known.items() if name in used}, *span)


def _named(claims: Mapping[str, Claim], name: str) -> Claim:
    if name not in claims:
        close = nearest(name, claims)
        raise ScenarioError(
            "E241", f"no claim is called {name!r}", hint=f"did you mean {close}?" if close else ", ".join(claims)
        )
    return claims[name]


def run_all(
    scenario: Scenario,
    posterior: Posterior | None,
    rivals: Mapping[str, Posterior],
    asked: Asked,
    request: Request,
    meter: Meter,
) -> Runs:
    """Run every strategy over the posterior, those that claims need over the prior and the rival structures, ledgers,
    and with `attribution` every coalition of remedies.

    HISTORY over the prior goes first, for it tells which prior draws have a war of plausible size: no claim looks at
    the others, and no other policy is run over them. All else is one flat list, so that every core works until its
    end. Without a posterior its place is taken by the prior, which is run once.
    Randomness: named by the seed; nothing depends on threads or their number. Raises as `run_blocks`.
    """

    effort = request.effort

    def over(name: str, at: Scenario, found: Posterior | None, many: int, each: int) -> PolicyRuns:
        return PolicyRuns.of(
            at,
            found,
            members=many if found is None else min(many, len(found)),
            replications=each,
            seed=request.seed,
            workers=request.workers,
            outcomes=asked.outcomes,
            store=request.place(name),
            keep=request.keep,
        )

    prior = over("prior", scenario, None, effort.prior_members, 1)
    fitted = (
        prior if posterior is None else over("posterior", scenario, posterior, request.members, effort.replications)
    )
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
    policies = [(fitted, name, strategy) for name, strategy in asked.strategies.items()]
    for group in (*(() if fitted is prior else (prior,)), *of_rivals.values()):
        policies += [(group, name, asked.strategies[name]) for name in asked.wanted]
    games = games_of(scenario, posterior, request) if request.attribution else {}
    coalitions = [
        run
        for game in games.values()
        for run in planned(game.runs, game.remedies, orders=effort.orders, seed=request.seed, alone=False)
    ]
    ledgers = _ledgers(scenario, posterior, rivals, asked, request, fitted.members)
    words = f"{len(asked.claims)} claims, {len(asked.strategies)} strategies, {1 + len(of_rivals)} structures"
    words += f", {len(coalitions)} coalitions of remedies" if coalitions else ""
    meter.start(len(policies) + len(coalitions) + len(ledgers), words)
    as_it_was = asked.strategies[HISTORY].apply(prior.scenario)
    run_side_by_side([prior.planned(HISTORY, as_it_was)], request.workers)
    plausible = plausible_wars(scenario, prior)
    runs = [
        group.planned(
            name,
            strategy.apply(group.scenario),
            alone=False,
            judged=plausible if group is prior and prior is not fitted else None,
        )
        for group, name, strategy in policies
    ]
    run_side_by_side([*runs, *coalitions, *(run for run, _ in ledgers.values())], request.workers, meter)
    meter.finish()
    return Runs(
        fitted, prior, plausible, of_rivals, {name: found() for name, (_, found) in ledgers.items()},
        _shared_out(games, request),
    )  # fmt: skip


def plausible_wars(scenario: Scenario, prior: PolicyRuns) -> np.ndarray:
    """Prior draws with a war of plausible size under HISTORY, (draws,), as the scenario's audit says; all of them
    without an audit, or where fewer than `FEWEST` are left."""
    audited = load_audit(scenario)
    every = np.ones(prior.members, dtype=bool)
    if audited is None or audited.condition is None:
        return every
    size = prior.values(HISTORY, TOTALS[audited.condition.outcome])
    found: np.ndarray = (size >= audited.condition.low) & (size <= audited.condition.high)
    return found if found.sum() >= FEWEST else every


def _ledgers(
    scenario: Scenario, posterior: Posterior | None, rivals: Mapping[str, Posterior], asked: Asked, request: Request,
    fitted: int,
) -> dict[str, tuple[BlockRun, Callable[[], MobilisationLedger]]]:  # fmt: skip
    """The ledger of the posterior, and where a claim is about a share those of the prior and of every structure.

    fitted: how many draws of the posterior.
    """
    ledger = partial(planned_ledger, seed=request.seed, keep=request.keep)
    out = {"posterior": ledger(scenario, posterior, members=fitted)}
    if asked.of_shares:
        out["prior"] = ledger(scenario, None, members=request.effort.prior_members)
        for name, found in rivals.items():
            at = with_structure(scenario, name)
            out[name] = ledger(at, found, members=request.effort.structure_members)
    return out


def restricted(found: Posterior, condition: str) -> Posterior:
    uncertain = any(condition.replace(" ", "").startswith((f"{n}<", f"{n}>")) for n in found.space.names)
    return found.where(condition) if uncertain else found


def structure_posteriors(scenario: Scenario) -> dict[str, Posterior]:
    """Posteriors of rival structures beside a scenario (posterior-NAME.npz). Raises FitError E606."""
    out = {}
    for name in known_structures(scenario):
        found = Posterior.nearest(with_structure(scenario, name), f"posterior-{name}.npz")
        if found is not None:
            out[name] = found
    return out


def games_of(scenario: Scenario, posterior: Posterior | None, request: Request) -> dict[str, _Game]:
    """Every game of `remedies.toml`: levers in full, as far as they could have been had (feasible), structure.

    Empty where the scenario has no remedies. Raises as `load_remedies`.
    """
    out: dict[str, _Game] = {}
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
            members=request.effort.attribution_members,
            replications=request.effort.attribution_replications,
            seed=request.seed,
            workers=request.workers,
            outcomes=("deaths", "governance", "order"),
            store=request.place(f"attribution-{name}"),
            keep=request.keep,
        )
        out[name] = _Game(runs, load_remedies(scenario, game, feasible=feasible), game)
    return out


def _shared_out(games: Mapping[str, _Game], request: Request) -> dict[str, AttributionResult]:
    """What each remedy adds, from coalitions that have been run."""
    return {
        name: attribute(
            game.runs, game.remedies, game=game.game, orders=request.effort.orders, seed=request.seed
        ).result(game.runs.runs)
        for name, game in games.items()
    }
