"""How a verdict depends on what was chosen: margin, horizon, weights of theories, thresholds. No randomness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from forbear.questions.verdict import Verdict
from forbear.questions.verdict_rule import (
    THRESHOLDS,
    Evidence,
    TheoryShares,
    Thresholds,
    mixture,
    ruling,
    variants,
)

__all__ = ["Varied", "sensitivity"]


@dataclass(frozen=True)
class Varied:
    """What is said under another choice. what: margin, horizon, theories or threshold; setting: the choice in words;
    word, toward: as of a `Verdict`; share, factor: of the region that holds most; same: the word and where it leans
    are those of the verdict itself."""

    what: str
    setting: str
    word: str
    toward: str
    share: float
    factor: float
    same: bool


def sensitivity(
    evidence: Evidence,
    *,
    thresholds: Thresholds = THRESHOLDS,
    margins: Mapping[str, Evidence] | None = None,
    horizons: Mapping[str, Evidence] | None = None,
) -> tuple[Varied, ...]:
    """Rule again under other choices.

    Parameters
    ----------
    evidence
        Under the choices that were made.
    thresholds
        Of the ruling itself; the others are those of the rule's file.
    margins, horizons
        Setting in words -> the evidence under it, made from the same draws.

    Returns
    -------
    tuple of Varied
        Margins, horizons, theories (weighed equally, without each, each alone), thresholds.
    """
    own = ruling(evidence, thresholds)
    cases = [("margin", name, other, thresholds) for name, other in (margins or {}).items()]
    cases += [("horizon", name, other, thresholds) for name, other in (horizons or {}).items()]
    cases += [("theories", name, other, thresholds) for name, other in _reweighed(evidence).items()]
    cases += [("threshold", name, evidence, other) for name, other in variants(thresholds).items()]
    return tuple(_varied(what, setting, ruling(other, limits), own) for what, setting, other, limits in cases)


def _varied(what: str, setting: str, found: Verdict, own: Verdict) -> Varied:
    same = (found.word, found.toward) == (own.word, own.toward)
    return Varied(what, setting, found.word, found.toward, found.share, found.factor, same)


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
