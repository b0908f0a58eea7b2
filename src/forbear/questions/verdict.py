"""What is said of a claim: a word for it and for its rival, why, what would change it, and the numbers behind it.

The rule that gives it is `verdict_rule.ruling`. No randomness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from forbear.representation import html_of

__all__ = ["NOT_LICENSED", "SIDES", "STAGES", "Moved", "Side", "StageShares", "Verdict"]

NOT_LICENSED = "not licensed"
Side = Literal["claim", "rival", "neither"]
SIDES: tuple[Side, ...] = ("claim", "rival", "neither")
#: Stages in their order, with their words.
STAGES = {
    "before": "before any data",
    "record": "after the record",
    "country": "after this country",
    "both": "after both",
}


@dataclass(frozen=True)
class StageShares:
    """Shares of draws in the claim's region, in neither and in its rival's, at one stage.

    error: the largest of their three Monte Carlo standard errors; draws: how many independent draws they are worth."""

    claim: float
    neither: float
    rival: float
    error: float
    draws: float


@dataclass(frozen=True)
class Moved:
    """Factor by which a source moved the odds of each region, against the stage before it."""

    claim: float
    neither: float
    rival: float


@dataclass(frozen=True)
class Verdict:
    """A word for the claim and for its rival.

    toward: the region that the word is about, "claim", "rival" or "neither", "" where it is about none. share, error:
    of the region that the data moved to, at the last stage. factor, factor_error: by how much they moved its odds, and
    the Monte Carlo error of its logarithm. factors: source -> by how much it moved the odds of each region. near:
    thresholds that lie within Monte Carlo error. left_out: stages that were not made, in words."""

    word: str
    rival_word: str
    reason: str
    what_would_change: str
    toward: str = ""
    share: float = float("nan")
    error: float = float("nan")
    factor: float = float("nan")
    factor_error: float = float("nan")
    factors: Mapping[str, Moved] = field(default_factory=dict)
    near: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Verdict {self.phrase} (rival {self.rival_word}): {self.reason}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def phrase(self) -> str:
        """The word as a sentence holds it: leaning says where to."""
        named = {"claim": "the claim", "rival": "its rival", "neither": "neither side"}
        return f"{self.word} to {named[self.toward]}" if self.word == "leaning" and self.toward else self.word
