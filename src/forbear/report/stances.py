"""All claims in one picture: the argument on one side, its rival on the other, a mark for each stage of knowledge.

A mark stands at the share of draws in which the argument holds less the share in which its rival does: 1 where the
argument always holds, -1 where the rival always does, 0 where both hold as often. Claims are sorted by how far data
moved them; those that structure, arithmetic or values decide stand apart and grey, for no data can move them far.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forbear.questions.answers import Answers
from forbear.questions.regions import held_apart
from forbear.questions.results import ClaimResult
from forbear.words import join, percent

__all__ = ["STAGES", "Mark", "Stance", "Stances", "stances"]

#: Stages of knowledge in their order, with the words of the legend.
STAGES = {
    "before": "before any data",
    "record": "after the record of other cases",
    "country": "after this country",
    "both": "after both",
}


@dataclass(frozen=True)
class Mark:
    """Shares of draws at one stage. error: Monte Carlo error of a share, NaN where it is not known."""

    stage: str
    claim: float
    neither: float
    rival: float
    error: float

    @property
    def place(self) -> float:
        """Between -1 (the rival in all draws) and 1 (the argument in all)."""
        return max(-1.0, min(1.0, self.claim - self.rival))

    @property
    def left(self) -> str:
        """The place as a part of the width, for a style."""
        return f"{50 + 50 * self.place:.1f}%"

    @property
    def words(self) -> str:
        """The mark in words."""
        told = f"{STAGES[self.stage]}: argument {percent(self.claim)}, rival {percent(self.rival)}"
        told += f", neither {percent(self.neither)}" if self.neither >= 0.005 else ""
        points = 100 * self.error
        return told + (f" (± {points:.1f} points of sampling)" if math.isfinite(points) and points > 0 else "")


@dataclass(frozen=True)
class Stance:
    """One claim. grey: why the question was not open before data, "" where it was; moved: from first to last."""

    result: ClaimResult
    marks: tuple[Mark, ...]
    grey: str
    moved: float

    @property
    def span(self) -> tuple[str, str]:
        """Start and width of the line between the first and the last mark, for a style."""
        first, last = sorted((self.marks[0].place, self.marks[-1].place))
        return f"{50 + 50 * first:.1f}%", f"{50 * (last - first):.1f}%"

    @property
    def words(self) -> str:
        """All marks in words."""
        return "; ".join(mark.words for mark in self.marks)


@dataclass(frozen=True)
class Stances:
    """open_, grey: claims in their order; present: stages that some claim carries, with words; absent: what is said of
    the others, once; rows: of the table behind the picture."""

    open_: tuple[Stance, ...]
    grey: tuple[Stance, ...]
    present: tuple[tuple[str, str], ...]
    absent: str
    digest: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def stances(answers: Answers) -> Stances:
    """The picture of all claims of `answers`, of the stages that they carry. Deterministic."""
    found = [_stance(result) for result in answers]
    present = tuple((s, words) for s, words in STAGES.items() if any(m.stage == s for x in found for m in x.marks))
    lacking = [words for s, words in STAGES.items() if s not in dict(present)]
    open_ = tuple(sorted((x for x in found if not x.grey), key=lambda x: (-x.moved, x.result.name)))
    grey = tuple(x for x in found if x.grey)
    head = ("claim", "title", *(f"{words} (argument / neither / rival)" for _, words in present), "moved", "verdict")
    return Stances(
        open_,
        grey,
        present,
        f"Not drawn, because these answers do not carry it: {join(lacking)}." if lacking else "",
        _digest(open_, grey),
        head,
        tuple(_row(x, present) for x in (*open_, *grey)),
    )


def _stance(result: ClaimResult) -> Stance:
    marks = _marks(result)
    return Stance(result, marks, _grey(result), abs(marks[-1].place - marks[0].place))


def _grey(result: ClaimResult) -> str:
    """Why no data can move a claim far; "" where the question was open."""
    if result.claim.kind == "value":
        return "values"
    if result.claim.arithmetic:
        return "arithmetic"
    return "" if result.neutral else "structure"


def _marks(result: ClaimResult) -> tuple[Mark, ...]:
    """The stages that a result carries; of answers without any, the shares before data and after this country."""
    carried: Mapping[str, Any] = getattr(result, "stages", None) or {}
    out = [
        Mark(stage, *(_of(carried[stage], key) for key in ("claim", "neither", "rival", "error")))
        for stage in STAGES
        if stage in carried and math.isfinite(_of(carried[stage], "claim"))
    ]
    if out:
        return tuple(out)
    return tuple(
        _mark(result, stage, three) for stage, three in (("before", result.prior_shares), ("country", result.shares))
    )


def _of(shares: Any, key: str) -> float:
    """A share of a stage, whether it is a mapping or a record; NaN where it is not there."""
    value = shares.get(key) if isinstance(shares, Mapping) else getattr(shares, key, None)
    return float("nan") if value is None else float(value)


def _mark(result: ClaimResult, stage: str, three: tuple[float, float, float]) -> Mark:
    """Shares of draws (for, against, within the margin) as those of the regions that each side asserts."""
    asserts, rival_asserts = held_apart(result.claim)
    ours, theirs = _asserted(asserts, 0), _asserted(rival_asserts, 1)
    claim, rival = (float(sum(three[k] for k in which)) for which in (ours, theirs))
    return Mark(stage, claim, max(0.0, 1.0 - claim - rival), rival, float("nan"))


def _asserted(says: str, own: int) -> tuple[int, ...]:
    """Which of the shares (for, against, within the margin) a side asserts; own: the index of its own direction."""
    return {"effect": (own,), "no effect": (2,), "no opposite effect": (own, 2)}[says]


def _row(stance: Stance, present: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    marks = {mark.stage: mark for mark in stance.marks}
    cells = [
        f"{percent(m.claim)} / {percent(m.neither)} / {percent(m.rival)}" if m is not None else "not on record"
        for m in (marks.get(stage) for stage, _ in present)
    ]
    result = stance.result
    moved = f"{stance.moved:.2f}" + (f" ({stance.grey})" if stance.grey else "")
    return (result.name, result.claim.title, *cells, moved, result.verdict.word)


def _digest(open_: tuple[Stance, ...], grey: tuple[Stance, ...]) -> str:
    """What the picture shows, in a sentence."""
    if not open_:
        return f"None of {len(grey)} claims was open before data."
    far = [x for x in open_ if x.moved >= 0.5]
    sides = [sum(x.marks[-1].place > 0.6 for x in open_), sum(x.marks[-1].place < -0.6 for x in open_)]
    licensed = sum(x.result.licensed for x in open_)
    words = f"Of {len(open_)} claims that were open before data, data moved {len(far) or 'none'} "
    words += "by a quarter of the scale or more; "
    words += f"{sides[0] or 'none'} now lie near the argument and {sides[1] or 'none'} near its rival, "
    words += (
        f"and {licensed or 'none'} of the {len(open_)} rest{'s' if licensed == 1 else ''} on facts that the model lives through"
        if licensed < len(open_)
        else "all licensed"
    )
    return words + (f". {len(grey)} more were not open before data." if grey else ".")
