"""What worlds of known truth are asked: claims and the policies that they compare, and what measures their effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from forbear.inference.space import Space
from forbear.inference.synthetic import Measure
from forbear.questions.claims import estimand, needed, provided
from forbear.questions.policy_runs import PolicyRuns
from forbear.scenario.casefiles.audit import MARGIN, load_audit
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
from forbear.validation.contraction import CHANGES

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["claims_of", "measure_of", "policies_of"]


def claims_of(scenario: Scenario) -> dict[str, tuple[Claim, dict[str, Strategy]]]:
    """What is asked of each world: the claims beside the scenario that compare runs (of shares, values and published
    inputs none), else that each contested lever of audit.toml, or change of `contraction`, lowers civilian deaths.
    name -> the claim, and the strategies that it needs."""
    known = load_strategies(scenario)
    asked = {
        name: claim
        for name, claim in load_claims(scenario, strategies=known).items()
        if claim.kind in ("effect", "level") and not claim.arithmetic
    }
    if asked:
        return {name: (claim, {n: known[n] for n in needed([claim])}) for name, claim in asked.items()}
    audited = load_audit(scenario)
    levers = audited.levers if audited is not None else {}
    changes = {n: (v.title, v.settings) for n, v in levers.items() if v.gate == "deaths"} if levers else {}
    changes = changes or {name: (name, change) for name, change in CHANGES.items()}
    return {
        name: (
            Claim(name, title, title, title, "effect", "lower", "higher", changed=name, margin=MARGIN),
            {"HISTORY": known["HISTORY"], name: Strategy(name, title, "intervention", settings)},
        )
        for name, (title, settings) in changes.items()
    }


def policies_of(scenario: Scenario, asked: Mapping[str, tuple[Claim, Mapping[str, Strategy]]]) -> dict[str, Scenario]:
    """The scenario under every strategy that a claim needs."""
    strategies = {name: strategy for _, wanted in asked.values() for name, strategy in wanted.items()}
    return {name: strategy.apply(scenario) for name, strategy in strategies.items()}


def measure_of(
    scenario: Scenario,
    asked: Mapping[str, tuple[Claim, Mapping[str, Strategy]]],
    changed: Mapping[str, Scenario],
    workers: int | None,
) -> Measure:
    """What measures every claim's effect in a world, as a battery does.

    The effect is the logarithm of a ratio, or a difference; nan where a run failed or what both sides take for granted
    does not hold. changed: as `policies_of` gives them.
    """
    outcomes = tuple(dict.fromkeys(outcome for claim, _ in asked.values() for outcome in claim.outcomes))
    space = Space(scenario.problem())

    def measure(scores: np.ndarray, seed: int, lucks: int) -> np.ndarray:
        runs = PolicyRuns(
            scenario, space.values(scores), scores, tuple(space.names), lucks, seed, workers, outcomes=outcomes
        )
        runs.run_all(changed)
        columns = []
        for claim, _ in asked.values():
            effect, kind = estimand(claim, runs, {})
            with np.errstate(divide="ignore", invalid="ignore"):
                score = np.log(effect) if kind == "ratio" else effect
            columns.append(np.where(provided(claim, runs) & np.isfinite(score), score, np.nan))
        return np.stack(columns, axis=1)

    return measure
