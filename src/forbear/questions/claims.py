"""Claims tested: the counterfactual, its effect with uncertainty, the verdict, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from forbear.country.model import MODEL
from forbear.inference.facts import Licence
from forbear.questions.effects import Candidate, Probabilities, contraction, deciding_parameters, probabilities
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.regions import effect_kind, held_apart, holds, margins, region_shares, sides
from forbear.questions.results import ClaimResult, DrawnEffect, Quantiles, Split
from forbear.questions.verdict import verdict
from forbear.questions.verdict_inputs import VerdictInputs
from forbear.scenario.casefiles.audit import ONE_SIDED, TWO_SIDED
from forbear.scenario.casefiles.policies import Claim
from forbear.scenario.outcomes import OUTCOMES, until

__all__ = ["assess_claim", "effect_kind", "estimand", "margin_of", "needed", "provided", "three_shares"]


def needed(claims: Sequence[Claim]) -> list[str]:
    """Strategies that must have been run to test these claims."""
    names = [
        n for c in claims if c.kind != "share" for n in ((c.base, c.changed) if c.kind != "level" else (c.changed,))
    ]
    return list(dict.fromkeys(["HISTORY", *names]))


def estimand(claim: Claim, runs: PolicyRuns, shares: Mapping[tuple[str, ...], np.ndarray]) -> tuple[np.ndarray, str]:
    """The claim's effect in every draw of the worlds, and whether it is a ratio or a difference.

    shares: (community, *sources) -> share of mobilisation, (draws,), for claims of that kind.
    """
    if claim.kind == "share":
        return shares[(claim.community, *claim.sources)] - claim.threshold, "difference"
    if claim.kind == "level":
        return runs.values(claim.changed, claim.measured) - claim.threshold, "difference"
    before, after = runs.values(claim.base, claim.measured), runs.values(claim.changed, claim.measured)
    kind = effect_kind(claim)
    # outcomes of a million persons and of billions alike: one of the outcome's own units keeps zeros finite
    return ((after + 1.0) / (before + 1.0) if kind == "ratio" else after - before), kind


def provided(claim: Claim, runs: PolicyRuns) -> np.ndarray:
    """Draws in which what both sides take for granted holds, (draws,); all of them where a claim takes nothing so."""
    if claim.provided is None:
        return np.ones(runs.members, dtype=bool)
    name, kind = until(claim.provided.outcome, claim.horizon), OUTCOMES[claim.provided.outcome].kind
    before, after = runs.values(claim.base, name), runs.values(claim.changed, name)
    effect = (after + 1.0) / (before + 1.0) if kind == "ratio" else after - before
    return holds(effect, claim.provided.says, claim.provided.margin, kind)


def margin_of(claim: Claim) -> float:
    """Within which an effect counts as none: the claim's own, else its outcome's."""
    return margins(claim)[0]


def assess_claim(
    claim: Claim,
    posterior: PolicyRuns,
    prior: PolicyRuns,
    structures: Mapping[str, PolicyRuns],
    shares: Mapping[str, Mapping[tuple[str, ...], np.ndarray]],
    condition: np.ndarray,
    *,
    fitted: bool = True,
    licence: Licence | None = None,
    seed: int = 1,
) -> ClaimResult:
    """Test one claim.

    Parameters
    ----------
    claim
        What is tested.
    posterior, prior, structures
        Runs of its strategies over posterior and prior draws, and over those of each rival structure by name.
    shares
        Name of the runs ("posterior", "prior", a structure) -> shares of mobilisation, (members,).
    condition
        (prior draws,), true for those with a war of plausible size.
    fitted
        False when `posterior` is itself a prior: nothing was learned.
    licence
        Whether the fitted model lives through the facts that the claim needs; None: nothing is asked of it.
    seed
        Names the shuffles of `deciding_parameters`.
    """
    effect, kind = estimand(claim, posterior, shares.get("posterior", {}))
    before, _ = estimand(claim, prior, shares.get("prior", {}))
    margin, granted = margin_of(claim), licence or Licence(True)
    good = np.isfinite(effect) & provided(claim, posterior)
    before = before[condition & np.isfinite(before) & provided(claim, prior)]
    three, three_before = three_shares(claim, effect[good]), three_shares(claim, before)
    of_structures: dict[str, Probabilities] = {"full": three}
    for name, runs in structures.items():
        here, _ = estimand(claim, runs, shares.get(name, {}))
        of_structures[name] = three_shares(claim, here[np.isfinite(here) & provided(claim, runs)])
    candidates = _candidates(claim, posterior, effect, good, seed)
    neutral = _neutral(three_before, len(before))
    narrowed = contraction(before, effect[good], kind) if fitted else 0.0  # type: ignore[arg-type]
    inputs = VerdictInputs(
        p_for=three.p_for,
        p_against=three.p_against,
        p_none=three.p_none,
        structures=of_structures if structures else {},
        contraction=narrowed,
        neutrality_passed=bool(neutral),
        candidates=candidates,
        asserts=held_apart(claim)[0],  # type: ignore[arg-type]
        rival_asserts=held_apart(claim)[1],  # type: ignore[arg-type]
        is_value_claim=claim.kind == "value",
        unlicensed="" if granted.granted else granted.words,
    )
    return ClaimResult(
        replace(claim, file=Path(claim.file).name),
        verdict(inputs),
        granted,
        kind,
        margin,
        Quantiles.of(effect),
        Quantiles.of(before),
        three,
        three_before,
        of_structures,
        narrowed,
        neutral,
        {k: Split(c.below, c.above, c.flips_at, c.identification, c.shift) for k, c in candidates.items()},
        DrawnEffect(effect, before),
    )


def three_shares(claim: Claim, effect: np.ndarray) -> Probabilities:
    """The three shares on which a verdict rests: for, against and none, or claim, rival and neither (own margins)."""
    if claim.rival_margin is not None:
        return region_shares(claim, effect)
    return probabilities(effect, margin_of(claim), claim.direction, effect_kind(claim))  # type: ignore[arg-type]


def _candidates(
    claim: Claim, runs: PolicyRuns, effect: np.ndarray, good: np.ndarray, seed: int
) -> dict[str, Candidate]:
    """Splits at the median of every parameter, in prior quantiles, with the class of each."""
    if claim.kind == "value" or good.sum() < 40:
        return {}
    classes = {p.name: p.identification for p in MODEL.parameters.values()}
    found = deciding_parameters(
        effect[good], runs.quantiles[good], runs.names, margin_of(claim), claim.direction,  # type: ignore[arg-type]
        effect_kind(claim),  # type: ignore[arg-type]
        seed=seed, regions=sides(claim, effect[good]) if claim.rival_margin is not None else None,
    )  # fmt: skip
    return {name: replace(c, identification=classes.get(name.split("[")[0])) for name, c in found.items()}


def _neutral(three: Probabilities, draws: int) -> str:
    """How the claim's own prior effect passes gate G0: "two-sided", "one-sided", or "" where it fails."""
    slack = 2.0 * np.sqrt(0.25 * 0.75 / max(draws, 1))
    if min(three.p_for, three.p_against) >= TWO_SIDED - slack:
        return "two-sided"
    if min(three.p_none, max(three.p_for, three.p_against)) >= ONE_SIDED - slack:
        return "one-sided"
    return ""
