"""The verdict rule: one function from visible numbers to a word, a reason, and what would change it.

A claim and its rival each assert something about an effect: an effect in their own direction, no effect, or only
that the other side's effect is absent. Each assertion is a region of the effect's distribution, and the rule treats
the two regions alike: exchanging claim and rival exchanges "supported" and "refuted" (and which share is whose in
the sentences) and nothing else. Where both assert effects in opposite directions and there is none, both
are refuted, whichever is named first.

The rule, first match wins:
 not licensed    the claim needs facts of history that the fitted model does not live through: no verdict can rest on
 it; values only     the claim is about what is good, not about what happens: only its consequences are shown; not
 identified  the neutrality audit failed, the contraction is unknown or below .2, no structural rival was run,
                 or the answer hangs on a parameter about which no data speak (class N-none);
 supported       the claim's region holds .8 or more of the draws, and in at least four of five structures too;
 refuted         the same of the rival's region, or of the region that neither asserts;
 contested       the structures reach opposite answers, or splitting the draws at one parameter's median moves
                 the share of the claim or of its rival by .3 or more: that parameter is named, with the value where
                 it flips;
 not identified  otherwise.
No randomness. Source: section 7 of the model document; thresholds in `Rule`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from forbear.questions.effects import Candidate
from forbear.questions.verdict_inputs import VerdictInputs, region
from forbear.representation import html_of
from forbear.words import percent_beside

__all__ = ["NOT_LICENSED", "Rule", "Verdict", "VerdictInputs", "Word", "verdict"]

Word = Literal["supported", "refuted", "contested", "not identified", "values only", "not licensed"]
NOT_LICENSED: Word = "not licensed"


@dataclass(frozen=True)
class Rule:
    """Thresholds: share of draws, share of structures, contraction, and shift of a median split."""

    probability: float = 0.8
    structures: float = 0.8
    contraction: float = 0.2
    shift: float = 0.3


@dataclass(frozen=True)
class Verdict:
    """A word for the claim and for its rival, why, on what it depends, and what would change it.

    deciding: the parameter that moves the answer most, whatever the word; None where none moves it enough.
    flips_at: its value at which the effect changes sign. structures_agreeing: (reaching the word, run).
    """

    word: Word
    rival_word: Word
    reason: str
    deciding: str | None
    flips_at: float | None
    what_would_change: str
    structures_agreeing: tuple[int, int] | None = None

    def __repr__(self) -> str:
        return f"<Verdict {self.word} (rival {self.rival_word}): {self.reason}>"

    def _repr_html_(self) -> str:
        return html_of(self)


def verdict(inputs: VerdictInputs, rule: Rule | None = None) -> Verdict:
    """Return the verdict on a claim by the rule at the head of this module; `rule` holds other thresholds, if any."""
    rule = rule or Rule()
    without = _without_numbers(inputs)
    if without is not None:
        return without
    ours, theirs = region(inputs.asserts, 0), region(inputs.rival_asserts, 1)
    regions = {"claim": ours, "rival": theirs, "neither": {0, 1, 2} - ours - theirs}
    overall = {side: _mass(inputs.overall, region) for side, region in regions.items()}
    decided = {
        side: [k for k, v in inputs.structures.items() if _mass(v, region) >= rule.probability]
        for side, region in regions.items()
    }
    number = len(inputs.structures)
    shifts = {k: max(_shift(c, ours), _shift(c, theirs)) for k, c in inputs.candidates.items()}
    moving = {k: inputs.candidates[k] for k, shift in shifts.items() if shift >= rule.shift}
    name = max(sorted(moving), key=lambda k: shifts[k], default=None)
    mute = sorted(k for k, c in moving.items() if c.identification == "N-none")
    shares = f"the claim holds in {percent_beside(overall['claim'], rule.probability)} of draws, "
    shares += f"its rival in {percent_beside(overall['rival'], rule.probability)}"
    hinge = f" It depends most on {_split(name, moving[name], ours, theirs)}." if name else ""

    def answer(word: Word, rival_word: Word, reason: str, change: str, side: str | None = None) -> Verdict:
        agreeing = (len(decided[side]), number) if side else None
        flips_at = moving[name].flips_at if name else None
        return Verdict(word, rival_word, reason, name, flips_at, change + hinge, agreeing)

    def unknown(why: str, change: str) -> Verdict:
        return answer("not identified", "not identified", f"{why}; {shares}.", change)

    contraction = inputs.contraction
    if not inputs.neutrality_passed:
        return unknown("The model leans to one side before it sees data", "A model that passes the neutrality audit.")
    if contraction is None or not contraction >= rule.contraction:
        known = "unknown" if contraction is None or contraction != contraction else f"{contraction:.3f}"
        why = f"The data have hardly narrowed the effect (contraction {known}, needed {rule.contraction:g})"
        return unknown(why, "Data that bear on the effect itself, until its contraction reaches the threshold.")
    if not number:
        return unknown("No structural rival was run", "Runs of the structural rivals that agree with one another.")
    if mute:
        return unknown(f"The answer hangs on {', '.join(mute)}, about which no data speak", "Evidence about it.")
    words: dict[str, tuple[Word, Word]] = {
        "claim": ("supported", "refuted"),
        "rival": ("refuted", "supported"),
        "neither": ("refuted", "refuted"),
    }
    for side, (word, rival_word) in words.items():
        if overall[side] >= rule.probability and len(decided[side]) >= rule.structures * number - 1e-9:
            agree = f"{len(decided[side])} of {number} structures agree and the contraction is {contraction:.2f}"
            middle = f", neither in {percent_beside(overall[side], rule.probability)}" if side == "neither" else ""
            change = f"A share of draws below {100 * rule.probability:.0f} %, "
            change += f"or fewer than {100 * rule.structures:.0f} % of structures agreeing."
            return answer(word, rival_word, f"{shares[0].upper()}{shares[1:]}{middle}; {agree}.", change, side)
    sides = [side for side, which in decided.items() if which]
    if len(sides) > 1:
        listed = sorted(
            f"{', '.join(sorted(decided[side]))} for the {side}".replace("the neither", "neither") for side in sides
        )
        reason = f"Structures that fit alike answer differently ({'; '.join(listed)}); {shares}."
        return answer("contested", "contested", reason, "Evidence that rules out one of these structures.")
    if name:
        reason = f"It turns on {_split(name, moving[name], ours, theirs)}; {shares}."
        at = "" if moving[name].flips_at is None else f": the effect changes sign at {moving[name].flips_at:.2g}"
        return replace(answer("contested", "contested", reason, ""), what_would_change=f"Evidence about {name}{at}.")
    why = f"No answer reaches {100 * rule.probability:.0f} % of draws in {100 * rule.structures:.0f} % of structures, "
    why += "and no single parameter decides"
    return unknown(why, "Data that bear on the effect itself, or on what the structures disagree about.")


def _without_numbers(inputs: VerdictInputs) -> Verdict | None:
    """The verdict that no number can change: no licence, or a claim about what is good; None where numbers decide."""
    if inputs.unlicensed:
        reason = inputs.unlicensed[0].upper() + inputs.unlicensed[1:].rstrip(".") + "."
        change = "A fit that reproduces the facts of history on which this claim rests."
        return Verdict(NOT_LICENSED, NOT_LICENSED, reason, None, None, change)
    if inputs.is_value_claim:
        reason = "This is a judgement of value: the model shows consequences and gives no verdict on what is right."
        return Verdict("values only", "values only", reason, None, None, "No result of the model would.")
    return None


def _mass(three: tuple[float, float, float], region: set[int]) -> float:
    # Rounded so that shares that add up to the threshold on paper reach it in binary, whatever their order.
    return round(sum(three[k] for k in sorted(region)), 9)


def _shift(candidate: Candidate, asserted: set[int]) -> float:
    return round(abs(_mass(candidate.above, asserted) - _mass(candidate.below, asserted)), 9)


def _split(name: str, candidate: Candidate, ours: set[int], theirs: set[int]) -> str:
    low, high = candidate.below, candidate.above
    return (
        f"{name} (below its median the claim holds in {100 * _mass(low, ours):.0f} % and its rival in "
        f"{100 * _mass(low, theirs):.0f} %, above it in {100 * _mass(high, ours):.0f} % and "
        f"{100 * _mass(high, theirs):.0f} %)"
    )
