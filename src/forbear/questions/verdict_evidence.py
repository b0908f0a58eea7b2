"""What the verdict rule sees of a claim: shares of draws by region, and how its word depends on what was chosen.

From draws of an effect (`shares_of`), from a result on record (`evidence_of`); `sensitivity` rules again under other
margins, horizons, theory weights and thresholds. No randomness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forbear.questions.effects import Probabilities
from forbear.questions.regions import held_apart, holds
from forbear.questions.verdict import Rule
from forbear.questions.verdict_inputs import region
from forbear.questions.verdict_rule import (
    THRESHOLDS,
    Evidence,
    Ruling,
    Shares,
    TheoryShares,
    Thresholds,
    mixture,
    ruling,
    variants,
)

if TYPE_CHECKING:
    from forbear.questions.results import ClaimResult, Provenance

__all__ = ["Varied", "evidence_of", "sensitivity", "shares_of"]


@dataclass(frozen=True)
class Varied:
    """A ruling under another choice. what: margin, horizon, theories or threshold; setting: the choice in words;
    same: the words and where they lean are those of the ruling itself."""

    what: str
    setting: str
    ruling: Ruling
    same: bool


def shares_of(
    effect: np.ndarray,
    says: str,
    rival_says: str,
    margins: tuple[float, float],
    kind: str,
    weights: np.ndarray | None = None,
) -> Shares:
    """Shares of draws in the region of each side.

    Parameters
    ----------
    effect
        (draws,), a ratio or a difference as `kind` says; draws that are not finite are left out.
    says, rival_says
        "lower", "higher", "same", "not lower" or "not higher".
    margins
        Of the claim and of its rival, as `regions.holds` takes them.
    weights
        Of draws, (draws,), zero or more; all the same when None. Their effective number is Kish's.

    Raises
    ------
    ValueError
        Where no draw is finite, or the two regions meet.
    """
    values = np.asarray(effect, dtype=float)
    good = np.isfinite(values)
    mass = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    mass, values = mass[good], values[good]
    if not len(values) or not mass.sum() > 0.0:
        raise ValueError("no draw of the effect is finite and weighs anything")
    ours, theirs = holds(values, says, margins[0], kind), holds(values, rival_says, margins[1], kind)
    if (ours & theirs).any():
        raise ValueError(f"a draw lies in both regions ({says} and {rival_says}): nothing can tell between them")
    whole = float(mass.sum())
    claim, rival = float(mass[ours].sum()) / whole, float(mass[theirs].sum()) / whole
    return Shares(claim, rival, max(0.0, 1.0 - claim - rival), whole**2 / float((mass**2).sum()))


def evidence_of(
    result: ClaimResult,
    made: Provenance,
    *,
    weights: Mapping[str, float] | None = None,
    alike: Mapping[str, bool] | None = None,
) -> Evidence:
    """What a result on record says to the rule: before any data and after this country; the other stages it has not.

    Parameters
    ----------
    result, made
        A tested claim, and how it was made (its counts of draws).
    weights, alike
        Structure -> weight by stacking, and whether it forecasts like the best; equal weights, and all alike, when
        None.
    """
    held = held_apart(result.claim)
    ours, theirs = region(held[0], 0), region(held[1], 1)  # type: ignore[arg-type]

    def shares(three: Probabilities, draws: float) -> Shares:
        claim, rival = (sum(three[k] for k in sorted(side)) for side in (ours, theirs))
        return Shares(claim, rival, max(0.0, 1.0 - claim - rival), max(1.0, float(draws)))

    def moves(below: Probabilities, above: Probabilities) -> float:
        one, other = shares(below, 1.0), shares(above, 1.0)
        return max(abs(other.claim - one.claim), abs(other.rival - one.rival))

    theories = {
        name: TheoryShares(
            shares(three, made.members),
            1.0 if weights is None else weights.get(name, 0.0),
            alike is None or alike.get(name, False),
        )
        for name, three in result.structures.items()
    }
    return Evidence(
        before=shares(result.prior_shares, made.prior_conditioned),
        country=shares(result.shares, made.members),
        theories=theories if len(theories) > 1 else {},
        unlicensed="" if result.licence.granted else result.licence.words,
        arithmetic=result.claim.arithmetic,
        values=result.claim.kind == "value",
        mute=tuple(
            name
            for name, split in result.splits.items()
            if split.identification == "N-none" and moves(split.below, split.above) >= Rule().shift
        ),
    )


def sensitivity(
    evidence: Evidence,
    *,
    thresholds: Thresholds = THRESHOLDS,
    margins: Mapping[str, Evidence] | None = None,
    horizons: Mapping[str, Evidence] | None = None,
) -> list[Varied]:
    """Rule again under other choices.

    Parameters
    ----------
    evidence
        Under the choices that were made.
    thresholds
        Of the ruling itself; the others are those of the rule's file.
    margins, horizons
        Setting in words -> the evidence under it, made from draws with `shares_of`.

    Returns
    -------
    list of Varied
        Margins, horizons, theories (weighed equally, without each, each alone), thresholds.
    """
    own = ruling(evidence, thresholds)
    cases = [("margin", name, other, thresholds) for name, other in (margins or {}).items()]
    cases += [("horizon", name, other, thresholds) for name, other in (horizons or {}).items()]
    cases += [("theories", name, other, thresholds) for name, other in _reweighed(evidence).items()]
    cases += [("threshold", name, evidence, other) for name, other in variants(thresholds).items()]
    out = []
    for what, setting, other, limits in cases:
        found = ruling(other, limits)
        out.append(Varied(what, setting, found, (found.word, found.toward) == (own.word, own.toward)))
    return out


def _reweighed(evidence: Evidence) -> dict[str, Evidence]:
    """The same evidence with other weights of theories, by what was done to them."""
    theories = evidence.theories
    if len(theories) < 2:
        return {}
    out = {"weighed equally": _with(evidence, {name: replace(t, weight=1.0) for name, t in theories.items()})}
    for name in theories:
        rest = {other: t for other, t in theories.items() if other != name}
        if sum(t.weight for t in rest.values()) > 0.0:
            out[f"without {name}"] = _with(evidence, rest)
    for name, theory in theories.items():
        out[f"{name} alone"] = _with(evidence, {name: replace(theory, weight=1.0)})
    return out


def _with(evidence: Evidence, theories: Mapping[str, TheoryShares]) -> Evidence:
    """With other theories; one alone stands for the last stage by itself."""
    if len(theories) > 1:
        return replace(evidence, theories=theories)
    last = next(reversed(evidence.stages))
    lone = {} if last == "before" else {last: mixture(theories)}
    return replace(evidence, theories={}, **lone)  # type: ignore[arg-type]
