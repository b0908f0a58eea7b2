"""The whole battery: claims, strategies, attribution, over one set of draws with one luck, with a trace from every number."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FitError, ScenarioError, nearest
from forbear.questions.attribute import as_dict, attribute, load_players
from forbear.questions.claims import Tested, assess_claim, needed
from forbear.questions.ledger import SOURCES, MobilisationLedger, mobilisation_ledger
from forbear.questions.worlds import Worlds
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
from forbear.scenario.outcomes import OBJECTIVES

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["Answers", "Effort", "answer", "attributions", "claims_of"]


@dataclass(frozen=True)
class Effort:
    """How much is run: draws and lucks of posterior, prior draws, draws and lucks of structures, orders and draws of
    attribution."""

    draws: int = 128
    lucks: int = 3
    prior: int = 512
    structure_draws: int = 64
    structure_lucks: int = 2
    orders: int = 8
    attribution_draws: int = 48
    attribution_lucks: int = 1


#: For a first look: a claim alone takes some ten seconds.
QUICK = Effort(lucks=1, prior=128, structure_draws=32, structure_lucks=1)


@dataclass
class Answers:
    """tested: claim -> result; worlds: the posterior runs, by strategy; ledger; attribution: game -> numbers; about: seed,
    stamps, counts, seconds, for traces."""

    tested: dict[str, Tested]
    strategies: dict[str, Strategy]
    worlds: Worlds
    ledger: MobilisationLedger
    attribution: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        words = [tested.verdict.word for tested in self.tested.values()]
        counts = ", ".join(f"{words.count(word)} {word}" for word in dict.fromkeys(words))
        return f"<Answers {self.about.get('scenario', '')}: {len(words)} claims ({counts}), {len(self.strategies)} strategies>"

    def _repr_html_(self) -> str:
        from forbear.representation import html_of

        return html_of(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for a file and for pages."""
        years = [int(y) for y in self.ledger.years]
        return {
            "claims": {name: tested.as_dict() for name, tested in self.tested.items()},
            "strategies": self.comparison, "attribution": self.attribution,
            "ledger": {
                "communities": list(self.ledger.communities), "years": years, "sources": list(SOURCES),
                "shares": np.median(self.ledger.shares, axis=0).round(4).tolist(),
                "whole": np.quantile(self.ledger.whole, [0.05, 0.5, 0.95], axis=0).round(4).tolist(),
            },
            "about": self.about,
        }  # fmt: skip

    def save(self, path: Path) -> None:
        """Write all numbers at once or not at all. Raises FitError E605."""
        work = path.with_suffix(".tmp")
        try:
            work.write_text(json.dumps(self.as_dict(), indent=1, default=float), encoding="utf-8")
            os.replace(work, path)
        except OSError as error:
            raise FitError("E605", f"{path} cannot be written: {error.strerror}") from None


def answer(
    scenario: Scenario,
    posterior: Posterior | None,
    *,
    structures: Mapping[str, Posterior] | None = None,
    claims: Iterable[str | Path] = (),
    strategies: Iterable[str | Path] = (),
    effort: Effort | None = None,
    attribution: bool = True,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | None = None,
    only: Iterable[str] | None = None,
    where: Iterable[str] = (),
) -> Answers:
    """Test every claim, compare every strategy, attribute the failure.

    posterior: None tests nothing against data: every verdict is then "not identified"; structures: posteriors of rival
    structures, found beside the scenario when None; only: names of claims, and no other strategies than theirs; where:
    conditions on parameters, such as "dismissed_join < 0.1", that draws of posterior and structures must meet (a
    structure that fixes the parameter keeps its value; neutrality and contraction are judged by the whole prior). Randomness: named by the seed; all policies share draws
    and luck. Raises ScenarioError E241 for a claim or parameter that does not exist, E240 for a condition that cannot
    be met, and as the files of claims and strategies.
    """
    effort, meter = effort or Effort(), progress or NoMeter()
    begun = time.time()
    known_strategies = load_strategies(scenario, strategies)
    known_claims = load_claims(scenario, claims, known_strategies)
    if only is not None:
        known_claims = {name: _named(known_claims, name) for name in only}
        used = needed(list(known_claims.values()))
        known_strategies = {name: s for name, s in known_strategies.items() if name in used}
    structures = structure_posteriors(scenario) if structures is None else structures
    conditions = []
    for assumed in where:
        posterior = posterior.where(assumed) if posterior is not None else None
        structures = {name: _restricted(found, assumed) for name, found in structures.items()}
        conditions.append(assumed)
    wanted = needed(list(known_claims.values()))
    common: dict[str, Any] = {"seed": seed, "workers": workers}
    outcomes = tuple(
        dict.fromkeys(
            [
                *OBJECTIVES,
                "success",
                "order",
                "inclusion",
                "services",
                "force",
                "unsustainable",
                "violence_at_end",
                *(c.outcome for c in known_claims.values()),
            ]
        )
    )
    fitted = Worlds.of(
        scenario,
        posterior,
        draws=min(effort.draws, len(posterior)) if posterior else effort.prior,
        lucks=effort.lucks if posterior else 1,
        outcomes=outcomes,
        **common,
    )
    prior = Worlds.of(scenario, None, draws=effort.prior, lucks=1, outcomes=outcomes, **common)
    rivals = {
        name: Worlds.of(found_scenario(scenario, name), found, draws=min(effort.structure_draws, len(found)), lucks=effort.structure_lucks, outcomes=outcomes, **common)
        for name, found in structures.items()
    }  # fmt: skip
    total = len(known_strategies) + len(wanted) * (1 + len(rivals))
    meter.start(total, f"{len(known_claims)} claims, {len(known_strategies)} strategies, {1 + len(rivals)} structures")
    fitted.run_all({name: strategy.apply(scenario) for name, strategy in known_strategies.items()}, meter)
    for group in (prior, *rivals.values()):
        group.run_all({name: known_strategies[name].apply(group.scenario) for name in wanted}, meter)
    meter.finish()
    ledgers = {"posterior": mobilisation_ledger(scenario, posterior, draws=fitted.draws, seed=seed, workers=workers)}
    if any(c.kind == "share" for c in known_claims.values()):
        ledgers["prior"] = mobilisation_ledger(scenario, None, draws=prior.draws, seed=seed, workers=workers)
        for name, found in structures.items():
            ledgers[name] = mobilisation_ledger(
                found_scenario(scenario, name), found, draws=effort.structure_draws, seed=seed, workers=workers
            )
    shares = {
        group: {_key(c): ledger.share(c.community, *c.sources) for c in known_claims.values() if c.kind == "share"}
        for group, ledger in ledgers.items()
    }
    condition = _condition(scenario, prior)
    tested = {
        name: assess_claim(c, fitted, prior, rivals, shares, condition, fitted=posterior is not None, seed=seed)
        for name, c in known_claims.items()
    }
    from forbear.discovery.strategies import compare_strategies

    out = Answers(tested, known_strategies, fitted, ledgers["posterior"])
    out.comparison = compare_strategies(fitted, known_strategies)
    if attribution:
        out.attribution = attributions(scenario, posterior, effort, common, meter)
    out.about = {
        "scenario": fitted.scenario.name, "seed": seed, "draws": fitted.draws, "lucks": fitted.lucks, "prior_draws": prior.draws,
        "prior_conditioned": int(condition.sum()), "structures": ["full", *rivals], "structure_draws": effort.structure_draws,
        "given": "posterior" if posterior is not None else "prior", "quick": bool(posterior.quick) if posterior is not None else False,
        "stamp": dict(posterior.stamp) if posterior is not None else {}, "hashes": {n: s.apply(scenario).problem().hash for n, s in known_strategies.items()},
        "only": list(known_claims) if only is not None else [], "where": conditions,
        "available": len(posterior) if posterior is not None else 0, "quick_effort": replace(effort, draws=QUICK.draws) == QUICK, "runs": fitted.runs + prior.runs + sum(w.runs for w in rivals.values()), "seconds": round(time.time() - begun),
    }  # fmt: skip
    return out


def _restricted(found: Posterior, condition: str) -> Posterior:
    uncertain = any(condition.replace(" ", "").startswith((f"{n}<", f"{n}>")) for n in found.space.names)
    return found.where(condition) if uncertain else found


def _named(claims: Mapping[str, Claim], name: str) -> Claim:
    if name not in claims:
        close = nearest(name, claims)
        raise ScenarioError(
            "E241", f"no claim is called {name!r}", hint=f"did you mean {close}?" if close else ", ".join(claims)
        )
    return claims[name]


def claims_of(scenario: Scenario) -> dict[str, Claim]:
    """Claims beside a scenario; empty where there are none."""
    return load_claims(scenario)


def structure_posteriors(scenario: Scenario) -> dict[str, Posterior]:
    """Posteriors of rival structures beside a scenario (posterior-NAME.npz)."""
    from forbear.inference.posterior import Posterior
    from forbear.inference.structures import structures

    out = {}
    for name in structures():
        found = Posterior.nearest(found_scenario(scenario, name), f"posterior-{name}.npz")
        if found is not None:
            out[name] = found
    return out


def found_scenario(scenario: Scenario, structure: str) -> Scenario:
    """The scenario under a rival structure."""
    from forbear.inference.structures import with_structure

    return with_structure(scenario, structure)


def _key(claim: Claim) -> tuple[str, ...]:
    return (claim.community, *claim.sources)


def _condition(scenario: Scenario, prior: Worlds) -> np.ndarray:
    """Prior draws with a war of plausible size, as the scenario's audit says; all of them without an audit."""
    plan = (load_audit(scenario) or {}).get("condition")
    if plan is None:
        return np.ones(prior.draws, dtype=bool)
    size = prior.values("HISTORY", "deaths")
    found = (size >= plan["low"]) & (size <= plan["high"])
    return found if found.sum() >= 20 else np.ones(prior.draws, dtype=bool)


def attributions(
    scenario: Scenario, posterior: Posterior | None, effort: Effort, common: dict[str, Any], meter: Meter
) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if scenario.beside("remedies.toml") is None:
        return out
    for game, feasible in (("levers", False), ("levers", True), ("structure", False)):
        worlds = Worlds.of(
            scenario, posterior, draws=effort.attribution_draws, lucks=effort.attribution_lucks, outcomes=("deaths", "governance", "order"),
            meter=meter, **common,
        )  # fmt: skip
        players = load_players(scenario, game, feasible=feasible)
        found = attribute(worlds, players, game=game, orders=effort.orders, seed=common["seed"])
        out["feasible" if feasible else game] = {**as_dict(found), "draws": worlds.draws, "runs": worlds.runs}
    return out
