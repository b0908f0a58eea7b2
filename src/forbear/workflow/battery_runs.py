"""The runs of a battery: which claims and strategies are asked for, and every policy over posterior, prior and structures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.discovery.strategies import BESIDE
from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import ScenarioError, nearest
from forbear.inference.posterior import Posterior
from forbear.inference.structures import structures as known_structures
from forbear.inference.structures import with_structure
from forbear.questions.attribute import attribute
from forbear.questions.claims import needed
from forbear.questions.ledger import MobilisationLedger, mobilisation_ledger
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.results import AttributionResult
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
from forbear.scenario.casefiles.remedies import FILE as REMEDIES
from forbear.scenario.casefiles.remedies import load_remedies
from forbear.scenario.outcomes import OBJECTIVES

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = [
    "FULL",
    "QUICK",
    "Asked",
    "Effort",
    "Runs",
    "Shared",
    "asked_of",
    "attributions",
    "ledgers_of",
    "restricted",
    "run_all",
    "structure_posteriors",
]


@dataclass(frozen=True)
class Effort:
    """How much is run beside the posterior: replications of its draws, prior draws, draws and replications of
    structures, orders, draws and replications of attribution."""

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


@dataclass(frozen=True)
class Shared:
    """What every run of a battery shares."""

    seed: int
    workers: int | None
    store: Path | None

    def place(self, name: str) -> Path | None:
        return None if self.store is None else self.store / name


@dataclass(frozen=True)
class Asked:
    """Claims and strategies of a battery, and the strategies that the claims need."""

    claims: dict[str, Claim]
    strategies: dict[str, Strategy]

    @property
    def wanted(self) -> list[str]:
        return needed(list(self.claims.values()))

    @property
    def outcomes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*OBJECTIVES, *BESIDE, *(o for c in self.claims.values() for o in c.outcomes)]))

    @property
    def of_shares(self) -> list[Claim]:
        return [c for c in self.claims.values() if c.kind == "share"]


@dataclass(frozen=True)
class Runs:
    """Policies run over the posterior (the prior where there is none), the prior, and every rival structure."""

    fitted: PolicyRuns
    prior: PolicyRuns
    rivals: dict[str, PolicyRuns]


def asked_of(
    scenario: Scenario, only: Iterable[str] | None, files: Iterable[str | Path], strategies: Iterable[str | Path]
) -> Asked:
    known = load_strategies(scenario, strategies)
    claims = load_claims(scenario, files, known)
    if only is None:
        return Asked(claims, known)
    chosen = {name: _named(claims, name) for name in only}
    used = needed(list(chosen.values()))
    return Asked(chosen, {name: s for name, s in known.items() if name in used})


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
    effort: Effort,
    members: int,
    common: Shared,
    meter: Meter,
) -> Runs:
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
    return Runs(fitted, prior, of_rivals)


def ledgers_of(
    scenario: Scenario,
    posterior: Posterior | None,
    rivals: Mapping[str, Posterior],
    asked: Asked,
    effort: Effort,
    runs: Runs,
    common: Shared,
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
