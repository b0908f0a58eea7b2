"""Claims tested: the counterfactual, its effect with uncertainty, the verdict, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.questions.effects import Candidate, Probabilities, contraction, deciding_parameters, probabilities
from forbear.questions.verdict import Verdict, verdict
from forbear.questions.verdict_inputs import VerdictInputs
from forbear.questions.worlds import Worlds
from forbear.scenario.casefiles.audit import ONE_SIDED, TWO_SIDED
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["Tested", "estimand", "needed", "assess_claim"]


@dataclass(frozen=True)
class Tested:
    """A claim with everything its verdict rests on. effect, prior: (draws,) under posterior and (conditioned) prior;
    shares, prior_shares, structures: for, against, none; candidates: splits at parameters' medians."""

    claim: Claim
    verdict: Verdict
    effect: np.ndarray
    prior: np.ndarray
    kind: str
    margin: float
    shares: Probabilities
    prior_shares: Probabilities
    structures: dict[str, Probabilities]
    contraction: float
    neutral: str
    candidates: dict[str, Candidate]

    def __repr__(self) -> str:
        low, middle, high = np.nanquantile(self.effect, [0.05, 0.5, 0.95])
        return f"<Tested {self.claim.name}: {self.verdict.word}; {self.kind} {middle:.2g} ({low:.2g} to {high:.2g})>"

    def _repr_html_(self) -> str:
        from forbear.representation import html_of

        return html_of(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for files and pages."""
        claim, found = self.claim, self.verdict

        def quantiles(values: np.ndarray) -> list[float]:
            return [float(v) for v in np.nanquantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])]

        return {
            "name": claim.name, "title": claim.title, "statement": claim.statement, "rival": claim.rival, "kind": claim.kind,
            "base": claim.base, "changed": claim.changed, "outcome": claim.outcome, "outcome_title": _outcome_title(claim),
            "claim_says": claim.claim_says, "rival_says": claim.rival_says, "direction": claim.direction, "margin": self.margin,
            "threshold": claim.threshold, "effect_kind": self.kind, "effect": quantiles(self.effect), "prior": quantiles(self.prior),
            "shares": list(self.shares), "prior_shares": list(self.prior_shares), "structures": {k: list(v) for k, v in self.structures.items()},
            "contraction": self.contraction, "neutral": self.neutral, "verdict": found.word, "rival_verdict": found.rival_word,
            "reason": found.reason, "deciding": found.deciding, "flips_at": found.flips_at, "would_change": found.what_would_change,
            "declared_deciding": list(claim.deciding), "evidence": list(claim.evidence), "caution": claim.caution,
            "candidates": {
                k: {"below": list(c.below), "above": list(c.above), "flips_at": c.flips_at, "class": c.identification, "shift": c.shift}
                for k, c in self.candidates.items()
            },
        }  # fmt: skip


def _outcome_title(claim: Claim) -> str:
    if claim.kind == "share":
        return f"share of the pull of armed opposition among {claim.community} from {' and '.join(claim.sources)}"
    return OUTCOMES[claim.outcome].title


def needed(claims: Sequence[Claim]) -> list[str]:
    """Strategies that must have been run to test these claims."""
    names = [
        n for c in claims if c.kind != "share" for n in ((c.base, c.changed) if c.kind != "level" else (c.changed,))
    ]
    return list(dict.fromkeys(["HISTORY", *names]))


def estimand(claim: Claim, worlds: Worlds, shares: Mapping[tuple[str, ...], np.ndarray]) -> tuple[np.ndarray, str]:
    """The claim's effect in every draw of the worlds, and whether it is a ratio or a difference.

    shares: (community, *sources) -> share of mobilisation, (draws,), for claims of that kind.
    """
    if claim.kind == "share":
        return shares[(claim.community, *claim.sources)] - claim.threshold, "difference"
    if claim.kind == "level":
        return worlds.values(claim.changed, claim.outcome) - claim.threshold, "difference"
    before, after = worlds.values(claim.base, claim.outcome), worlds.values(claim.changed, claim.outcome)
    kind = OUTCOMES[claim.outcome].kind
    # outcomes of a million persons and of billions alike: one of the outcome's own units keeps zeros finite
    return ((after + 1.0) / (before + 1.0) if kind == "ratio" else after - before), kind


def assess_claim(
    claim: Claim,
    posterior: Worlds,
    prior: Worlds,
    structures: Mapping[str, Worlds],
    shares: Mapping[str, Mapping[tuple[str, ...], np.ndarray]],
    condition: np.ndarray,
    *,
    fitted: bool = True,
    seed: int = 1,
) -> Tested:
    """Test one claim. `shares`: worlds' name ("posterior", "prior", structure) -> shares of mobilisation; condition: (prior
    draws,), those with a war of plausible size; fitted: False when `posterior` is itself a prior (nothing was learned).

    Randomness: shuffles of `deciding_parameters`, by the seed.
    """
    effect, kind = estimand(claim, posterior, shares.get("posterior", {}))
    before, _ = estimand(claim, prior, shares.get("prior", {}))
    margin = (
        claim.margin
        if claim.margin is not None
        else (0.05 if claim.kind in ("share", "level") else OUTCOMES[claim.outcome].margin)
    )
    good = np.isfinite(effect)
    before = before[condition & np.isfinite(before)]
    direction = claim.direction
    three = probabilities(effect[good], margin, direction, kind)  # type: ignore[arg-type]
    three_before = probabilities(before, margin, direction, kind)  # type: ignore[arg-type]
    of_structures: dict[str, Probabilities] = {"full": three}
    for name, worlds in structures.items():
        here, _ = estimand(claim, worlds, shares.get(name, {}))
        of_structures[name] = probabilities(here[np.isfinite(here)], margin, direction, kind)  # type: ignore[arg-type]
    candidates = _candidates(claim, posterior, effect, good, margin, direction, kind, seed)
    neutral = _neutral(three_before, len(before))
    narrowed = contraction(before, effect[good], kind) if fitted else 0.0  # type: ignore[arg-type]
    inputs = VerdictInputs(
        p_for=three.p_for, p_against=three.p_against, p_none=three.p_none, structures=of_structures if structures else {}, contraction=narrowed,
        neutrality_passed=bool(neutral), candidates=candidates, asserts=claim.asserts, rival_asserts=claim.rival_asserts,  # type: ignore[arg-type]
        is_value_claim=claim.kind == "value",
    )  # fmt: skip
    return Tested(
        claim,
        verdict(inputs),
        effect,
        before,
        kind,
        margin,
        three,
        three_before,
        of_structures,
        narrowed,
        neutral,
        candidates,
    )


def _candidates(
    claim: Claim,
    worlds: Worlds,
    effect: np.ndarray,
    good: np.ndarray,
    margin: float,
    direction: str,
    kind: str,
    seed: int,
) -> dict[str, Candidate]:
    """Splits at the median of every parameter, in prior quantiles, with the class of each."""
    if claim.kind == "value" or good.sum() < 40:
        return {}
    classes = {p.name: p.identification for p in MODEL.parameters.values()}
    found = deciding_parameters(effect[good], worlds.quantiles[good], worlds.names, margin, direction, kind, seed=seed)  # type: ignore[arg-type]
    return {name: replace(c, identification=classes.get(name.split("[")[0])) for name, c in found.items()}


def _neutral(three: Probabilities, draws: int) -> str:
    """How the claim's own prior effect passes gate G0: "two-sided", "one-sided", or "" where it fails."""
    slack = 2.0 * np.sqrt(0.25 * 0.75 / max(draws, 1))
    if min(three.p_for, three.p_against) >= TWO_SIDED - slack:
        return "two-sided"
    if min(three.p_none, max(three.p_for, three.p_against)) >= ONE_SIDED - slack:
        return "one-sided"
    return ""
