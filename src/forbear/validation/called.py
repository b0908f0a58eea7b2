"""One claim in worlds of known truth: its effect recovered, its true region, and the word of the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.inference.forecast.calibration import confusion, ecdf_uniformity, rank_statistics
from forbear.inference.recovery import Recovered
from forbear.questions.regions import effect_kind, sides
from forbear.questions.verdict import Verdict
from forbear.questions.verdict_evidence import Group, Groups, evidence
from forbear.questions.verdict_rule import ruling
from forbear.scenario.casefiles.policies import Claim

__all__ = [
    "SIGN",
    "Called",
    "OfEffect",
    "called_in",
    "effect_in_worlds",
    "eighths",
    "share_between",
    "told_by",
    "words_of",
]

BINS = 8
#: Side whose region truly holds -> sign as `confusion` counts it.
SIGN = {"claim": 1, "neither": 0, "rival": -1}


@dataclass(frozen=True)
class Called:
    """Regions established beside the true ones in so many cases. called: one was (supported, or refuted for its sake);
    rightly, wrongly: of all cases; opposite: the rival's in place of the claim's or the other way; power: rightly, of
    cases in which one of the two sides is right (`with_effect` of them); false: one of the two was called, of cases in
    which neither is; each share with its 90 per cent interval (Jeffreys). counts: rows claim, neither, rival are true;
    columns claim, neither, rival are called, none is."""

    worlds: int
    called: float
    rightly: float
    wrongly: float
    opposite: float
    with_effect: int
    power: float
    power_low: float
    power_high: float
    false: float
    false_low: float
    false_high: float
    wrongly_low: float
    wrongly_high: float
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class OfEffect:
    """Recovery of one claim's effect (log ratio, or difference). truth, median: by world in which the claim is judged;
    ranks: counts by eighths; sides, words, toward, said: by world, the side whose region truly holds ("" where the
    claim is not judged), the word of the rule, the region that the word is about, and the region that is
    established."""

    name: str
    title: str
    coverage_50: float
    coverage_90: float
    ranks: tuple[int, ...]
    uniform: bool
    called: Called
    truth: tuple[float, ...]
    median: tuple[float, ...]
    sides: tuple[str, ...]
    words: tuple[str, ...]
    toward: tuple[str, ...]
    said: tuple[str, ...]


def effect_in_worlds(found: Recovered, place: int, claim: Claim, seed: int) -> OfEffect:
    """One claim in all worlds: how its effect was recovered, its true region and the word that the rule gives."""
    true, drawn, before = found.true_effects[:, place], found.effects[:, :, place], found.prior_effects[:, place]
    verdicts = words_of(claim, before, drawn)
    sides = ["" if not np.isfinite(t) else _side(claim, t) for t in true]
    # a world without a draw that is judged has no word
    sides = [side if found_ is not None else "" for side, found_ in zip(sides, verdicts, strict=True)]
    at = np.array([bool(side) for side in sides])
    said = ["not identified" if v is None else v.word for v in verdicts]
    toward = ["" if v is None else v.toward for v in verdicts]
    signs = np.array([SIGN[side] for side in sides if side], dtype=int)
    shown = [_said(word, side) for word, side in zip(said, toward, strict=True)]
    if not at.any():
        none = float("nan")
        return OfEffect(
            claim.name, claim.title, none, none, (0,) * BINS, False, called_in(signs, []), (), (),
            tuple(sides), tuple(said), tuple(toward), tuple(shown),
        )  # fmt: skip
    filled = np.stack([_filled(row) for row in drawn[at]])
    rank = rank_statistics(true[at, None], filled[:, :, None], seed)[:, 0]
    return OfEffect(
        claim.name,
        claim.title,
        told_by(true[at], filled, 0.5),
        told_by(true[at], filled, 0.9),
        eighths(rank, filled.shape[1]),
        ecdf_uniformity(rank, filled.shape[1], seed).uniform,
        called_in(signs, [word for word, there in zip(shown, at, strict=True) if there]),
        tuple(true[at].tolist()),
        tuple(np.median(filled, axis=1).tolist()),
        tuple(sides),
        tuple(said),
        tuple(toward),
        tuple(shown),
    )


def _filled(row: np.ndarray) -> np.ndarray:
    """Draws that are judged, repeated in their order in the place of those that are not."""
    known = row[np.isfinite(row)]
    return np.where(np.isfinite(row), row, np.resize(known, len(row)))


def _side(claim: Claim, effect: float) -> str:
    """The side whose region holds a true effect (logarithm of a ratio, or a difference)."""
    ours, theirs = sides(claim, _natural(claim, np.array([effect])))
    return "claim" if ours[0] else "rival" if theirs[0] else "neither"


def _natural(claim: Claim, effect: np.ndarray) -> np.ndarray:
    return np.exp(effect) if effect_kind(claim) == "ratio" else effect


def words_of(claim: Claim, before: np.ndarray, drawn: np.ndarray) -> list[Verdict | None]:
    """The verdict on a claim in every world, by the project's own rule; None where no draw is judged.

    before: (rows,) effects in plausible worlds before any data; drawn: (worlds, draws) after each world's; nan where
    one is not judged. One structure only, and every licence taken for given: asked is whether the rule follows the
    draws.
    """
    first = _group(claim, before)
    out: list[Verdict | None] = []
    for one in drawn:
        group = _group(claim, one)
        out.append(ruling(evidence(claim, Groups(first, group))) if group.judged.any() else None)
    return out


def _group(claim: Claim, effect: np.ndarray) -> Group:
    return Group(_natural(claim, effect), np.isfinite(effect), len(effect))


def _said(word: str, toward: str) -> str:
    """What was said as one of `VERDICTS`: which region is established, "not identified" where none is."""
    established = {"claim": "helps", "rival": "hurts", "neither": "nothing"}
    return established[toward] if word in ("supported", "refuted") else "not identified"


def called_in(sign: np.ndarray, words: Sequence[str]) -> Called:
    """Regions established against true ones. sign: +1 claim, 0 neither, -1 rival; words: helps, nothing, hurts for the
    same, or not identified."""
    if not len(words):
        none = float("nan")
        return Called(0, none, none, none, none, 0, *(none,) * 8, tuple((0,) * 4 for _ in range(3)))
    right = {1: "helps", 0: "nothing", -1: "hurts"}
    said = np.array(words)
    called = said != "not identified"
    rightly = np.array([right[int(s)] for s in sign]) == said
    wrongly = called & ~rightly
    opposite = ((sign == 1) & (said == "hurts")) | ((sign == -1) & (said == "helps"))
    some, none = sign != 0, sign == 0
    power = int((rightly & some).sum()), int(some.sum())
    false = int((called & none & (said != "nothing")).sum()), int(none.sum())
    table = confusion(sign.tolist(), list(words)).counts
    return Called(
        len(said),
        float(called.mean()),
        float(rightly.mean()),
        float(wrongly.mean()),
        float(opposite.mean()),
        power[1],
        *share_between(*power),
        *share_between(*false),
        *share_between(int(wrongly.sum()), len(said))[1:],
        tuple(tuple(int(c) for c in row) for row in table),
    )


def share_between(hits: int, of: int) -> tuple[float, float, float]:
    """A share with its central 90 per cent interval (Jeffreys: Brown, Cai and DasGupta 2001); nan where there is
    none."""
    from scipy.stats import beta

    if not of:
        return (float("nan"),) * 3
    low, high = beta.ppf([0.05, 0.95], hits + 0.5, of - hits + 0.5)
    return hits / of, float(low) if hits else 0.0, float(high) if hits < of else 1.0


def told_by(truth: np.ndarray, draws: np.ndarray, level: float) -> float:
    """Share of worlds whose truth lies in the central interval: truth (worlds,), draws (worlds, draws)."""
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    return float(np.mean((truth >= low) & (truth <= high)))


def eighths(ranks: np.ndarray, draws: int) -> tuple[int, ...]:
    return tuple(int(c) for c in np.histogram(ranks, bins=BINS, range=(0, draws + 1))[0])
