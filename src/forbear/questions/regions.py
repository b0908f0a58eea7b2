"""Which effects each side of a claim asserts: its own region, with its own margin, judged by the same rule for both.

A side that says an effect is there asserts what lies beyond its margin; one that says nothing happens asserts what lies
within; one that only denies the other's effect asserts the rest ("not lower": all but what is lower by the margin).
Ratios are judged on the logarithm. What neither asserts stays open. No randomness.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forbear.questions.effects import Probabilities
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.scenario.casefiles.policies import Claim

__all__ = [
    "MARGIN_OF_SHARES",
    "assertion_region",
    "effect_kind",
    "held_apart",
    "holds",
    "margins",
    "region_shares",
    "sides",
]

#: Margin of a share or a level where a claim states none.
MARGIN_OF_SHARES = 0.05


def effect_kind(claim: Claim) -> str:
    """ "ratio" or "difference": as the outcome's, a difference for levels and shares."""
    return "difference" if claim.kind in ("share", "level") else OUTCOMES[claim.outcome].kind


def margins(claim: Claim) -> tuple[float, float]:
    """Margins of the claim and of its rival: their own, else the claim's, else the outcome's."""
    usual = MARGIN_OF_SHARES if claim.kind in ("share", "level") else OUTCOMES[claim.outcome].margin
    own = float(claim.margin) if claim.margin is not None else usual
    return own, float(claim.rival_margin) if claim.rival_margin is not None else own


def held_apart(claim: Claim) -> tuple[str, str]:
    """What each side asserts in the words of the verdict rule; with own margins the shares are those of regions."""
    return (claim.asserts, claim.rival_asserts) if claim.rival_margin is None else ("effect", "effect")


def assertion_region(asserts: str, own: int) -> set[int]:
    """Indices of the shares for, against and within the margin that a side asserts; own: the index of its direction.

    asserts: "effect", "no effect" or "no opposite effect". Raises KeyError for anything else."""
    return {"effect": {own}, "no effect": {2}, "no opposite effect": {own, 2}}[asserts]


def holds(effect: np.ndarray, says: str, margin: float, kind: str) -> np.ndarray:
    """Where an effect lies in the region of a saying, booleans in the shape given; never where it is not finite."""
    effect = np.asarray(effect, dtype=float)
    finite = np.isfinite(effect) & (effect > 0 if kind == "ratio" else True)
    score = np.log(np.where(finite, effect, 1.0)) if kind == "ratio" else np.where(finite, effect, 0.0)
    limit = float(np.log1p(margin)) if kind == "ratio" else margin
    inside = {
        "lower": score < -limit,
        "higher": score > limit,
        "same": np.abs(score) <= limit,
        "not lower": score >= -limit,
        "not higher": score <= limit,
    }[says]
    return np.asarray(inside & finite)


def sides(claim: Claim, effect: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the claim's region holds, and where its rival's: booleans (draws,)."""
    kind, (ours, theirs) = effect_kind(claim), margins(claim)
    return holds(effect, claim.claim_says, ours, kind), holds(effect, claim.rival_says, theirs, kind)


def region_shares(claim: Claim, effect: np.ndarray) -> Probabilities:
    """Shares of draws in the claim's region, in its rival's, and in neither."""
    ours, theirs = sides(claim, effect)
    return Probabilities(float(ours.mean()), float(theirs.mean()), float((~ours & ~theirs).mean()))
