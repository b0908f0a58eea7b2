"""The whole battery: claims, strategies, attribution, over one set of draws with one luck, with a trace from every number."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.analysis.attribute import as_dict, attribute, load_players
from forbear.analysis.claims import Tested, assess_claim, needed
from forbear.analysis.ledger import SOURCES, MobilisationLedger, mobilisation_ledger
from forbear.analysis.neutrality import load_audit
from forbear.analysis.outcomes import OBJECTIVES
from forbear.analysis.policies import Claim, Strategy, load_claims, load_strategies
from forbear.analysis.worlds import Worlds
from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FitError

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
) -> Answers:
    """Test every claim, compare every strategy, attribute the failure.

    posterior: None tests nothing against data: every verdict is then "not identified"; structures: posteriors of rival
    structures, found beside the scenario when None. Randomness: named by the seed; all policies share draws and luck.
    """
    effort, meter = effort or Effort(), progress or NoMeter()
    begun = time.time()
    known_strategies = load_strategies(scenario, strategies)
    known_claims = load_claims(scenario, claims, known_strategies)
    structures = structure_posteriors(scenario) if structures is None else structures
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
        draws=effort.draws if posterior else effort.prior,
        lucks=effort.lucks if posterior else 1,
        outcomes=outcomes,
        **common,
    )
    prior = Worlds.of(scenario, None, draws=effort.prior, lucks=1, outcomes=outcomes, **common)
    rivals = {
        name: Worlds.of(found_scenario(scenario, name), found, draws=effort.structure_draws, lucks=effort.structure_lucks, outcomes=outcomes, **common)
        for name, found in structures.items()
    }  # fmt: skip
    total = len(known_strategies) + len(wanted) * (1 + len(rivals))
    meter.start(total, f"{len(known_claims)} claims, {len(known_strategies)} strategies, {1 + len(rivals)} structures")
    for name, strategy in known_strategies.items():
        fitted.run(name, strategy.apply(scenario))
        meter.advance(1)
    for group in (prior, *rivals.values()):
        for name in wanted:
            group.run(name, known_strategies[name].apply(group.scenario))
            meter.advance(1)
    meter.finish()
    ledgers = {"posterior": mobilisation_ledger(scenario, posterior, draws=fitted.draws, seed=seed, workers=workers)}
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
    from forbear.analysis.strategies import compare_strategies

    out = Answers(tested, known_strategies, fitted, ledgers["posterior"])
    out.comparison = compare_strategies(fitted, known_strategies)
    if attribution:
        out.attribution = attributions(scenario, posterior, effort, common, meter)
    out.about = {
        "scenario": fitted.scenario.name, "seed": seed, "draws": fitted.draws, "lucks": fitted.lucks, "prior_draws": prior.draws,
        "prior_conditioned": int(condition.sum()), "structures": ["full", *rivals], "structure_draws": effort.structure_draws,
        "given": "posterior" if posterior is not None else "prior", "quick": bool(posterior.quick) if posterior is not None else False,
        "stamp": dict(posterior.stamp) if posterior is not None else {}, "hashes": {n: s.apply(scenario).problem().hash for n, s in known_strategies.items()},
        "runs": fitted.runs + prior.runs + sum(w.runs for w in rivals.values()), "seconds": round(time.time() - begun),
    }  # fmt: skip
    return out


def claims_of(scenario: Scenario) -> dict[str, Claim]:
    """Claims beside a scenario; empty where there are none."""
    return load_claims(scenario)


def structure_posteriors(scenario: Scenario) -> dict[str, Posterior]:
    """Posteriors of rival structures beside a scenario (posterior-NAME.npz)."""
    from forbear.inference.posterior import Posterior
    from forbear.inference.structures import structures

    out = {}
    folder = Path(scenario.file).parent if scenario.file else None
    for name in structures():
        path = folder / f"posterior-{name}.npz" if folder else None
        if path is not None and path.exists():
            out[name] = Posterior.load(path, found_scenario(scenario, name).problem())
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
    if scenario.file is None or not (Path(scenario.file).parent / "remedies.toml").exists():
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
