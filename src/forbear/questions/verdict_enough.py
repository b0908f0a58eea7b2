"""What would be enough where a claim is not identified: how large a share each side lacks, and what of all that could
be learned would bring it there.

From numbers that an answer holds; no randomness. What knowing a quantity would do is counted in the draws of the whole
model: the claim's share where the quantity lies in its lowest or in its highest quarter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from forbear.questions.claim_words import parameter_words
from forbear.questions.results import ClaimResult
from forbear.questions.verdict_rule import SIDES, THRESHOLDS, Side
from forbear.words import DUST, join, percent

__all__ = ["Enough", "enough", "enough_lines"]

#: Largest share of shuffles in which luck tells as much as a quantity that is said to do.
LUCK = 0.05
#: What a claim's side is called at the beginning of a sentence.
_NAMES: dict[Side, str] = {"claim": "the claim", "rival": "the rival", "neither": "what neither asserts"}


@dataclass(frozen=True)
class Enough:
    """What would do for the least word, leaning.

    Attributes
    ----------
    share
        Side -> the share that its region would have to hold: leaned to, and odds moved as far as the rule asks; NaN
        where it held too much before any data, so that no data of this war alone would do.
    now
        Side -> the share that it holds.
    would_do
        (quantity, "lowest" or "highest", side, share there): a quantity that is known to lie in that quarter of its
        draws would do by itself, so far as the whole model tells: its region then holds the share, and would not if the
        quantity lay in the opposite quarter. Without quantities of which luck tells as much.
    tried
        Quantities that were looked at.
    already
        Sides that hold the share in the whole model wherever any of these quantities lies: it is other theories in the
        mixture that hold less.
    """

    share: dict[Side, float]
    now: dict[Side, float]
    would_do: tuple[tuple[str, str, Side, float], ...]
    tried: tuple[str, ...]
    already: tuple[Side, ...] = ()


def enough(result: ClaimResult) -> Enough | None:
    """What would do for a claim that was tested against data and is not identified; None for any other."""
    stages = result.stages
    after = stages.get("both") or stages.get("country") or stages.get("record")
    before = stages.get("before")
    if result.verdict.word != "not identified" or after is None or before is None:
        return None
    needed: dict[Side, float] = {}
    for side in SIDES:
        held = float(getattr(before, side))
        moved = THRESHOLDS.moved * held / (1.0 - held + THRESHOLDS.moved * held)  # of odds that have been moved so far
        needed[side] = math.nan if held > THRESHOLDS.before else max(THRESHOLDS.lean, moved)
    there: dict[Side, dict[str, tuple[float, float]]] = {}
    there["claim"] = {q.name: (q.low, q.high) for q in result.information}
    if all(at.neither < DUST for at in (before, after)):  # one side is right where the other is wrong
        there["rival"] = {name: (1.0 - low, 1.0 - high) for name, (low, high) in there["claim"].items()}
    sure = {q.name for q in result.information if q.chance <= LUCK}
    found = [
        (name, quarter, side, share)
        for side, quantities in there.items()
        for name, (low, high) in quantities.items()
        for quarter, share, opposite in (("lowest", low, high), ("highest", high, low))
        if name in sure and share >= needed[side] > opposite
    ]
    already = [
        side for side, quantities in there.items() if quantities and min(map(min, quantities.values())) >= needed[side]
    ]
    now = {side: float(getattr(after, side)) for side in SIDES}
    return Enough(needed, now, tuple(found), tuple(q.name for q in result.information), tuple(already))


def enough_lines(result: ClaimResult) -> list[str]:
    """How much would do, in plain sentences; empty where there is nothing to say."""
    found = enough(result)
    if found is None:
        return []
    told = [
        f"{_NAMES[side]} {percent(needed)} (now {percent(found.now[side])})"
        for side, needed in found.share.items()
        if math.isfinite(needed) and (side != "neither" or found.now[side] > DUST)
    ]
    never = [_NAMES[side] for side in SIDES if math.isnan(found.share[side])]
    out = [f"what would do for leaning: a share of {join(told)}"] if told else []
    if never:
        out.append(
            f"no data of this war alone would do for {join(never)}: more than {percent(THRESHOLDS.before)} of draws "
            "before any data hold it already"
        )
    if found.already:
        named = [_NAMES[side] for side in found.already]
        out.append(
            f"in the whole model {join(named)} holds that much already, wherever what tells most lies: the other "
            "theories in the mixture hold less"
        )
    elif found.would_do:
        named = [
            f"{parameter_words(name)} in its {quarter} quarter for {_NAMES[side]} ({percent(share)})"
            for name, quarter, side, share in found.would_do
        ]
        out.append(f"known to lie in one quarter of its draws, each by itself would do: {join(named)}")
    elif found.tried:
        out.append(
            f"known to lie in one quarter of its draws, none by itself would do: {join([parameter_words(name) for name in found.tried])}"
        )
    else:
        out.append("no observation of the war and no study of a parameter tells more than luck does")
    return out
