"""Power and error of the verdict rule: how often each word is said where it is right, and where it is wrong.

Worlds whose truth is known are fitted as a country is; every claim then has a true region in every world and a word. A
word that is about a region is right where that region truly holds. No randomness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.questions.verdict import SIDES, Side
from forbear.questions.verdict_rule import WORDS
from forbear.words import between, percent

__all__ = ["OfWord", "Power", "Share", "power_and_error", "power_in_brief", "power_words"]

#: Words that say nothing of a region: they are neither right nor wrong.
OPEN = ("contested", "not identified")


@dataclass(frozen=True)
class Share:
    """How many of how many, with the central 90 per cent interval of the share."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Not a number where there is none."""
        return self.hits / self.of if self.of else float("nan")

    @property
    def words(self) -> str:
        """The share with its interval and its count."""
        if not self.of:
            return "no case"
        return f"{percent(self.share)} ({between(self.low, self.high)}; {self.hits} of {self.of})"


@dataclass(frozen=True)
class OfWord:
    """One word. said: of all cases; right: of the times that it was said of a region, that region truly held;
    where_right: said of all cases in which it could have been right; where_wrong: said of a region that did not hold,
    of all cases. Of words about no region only `said` has cases."""

    word: str
    said: Share
    right: Share
    where_right: Share
    where_wrong: Share


@dataclass(frozen=True)
class Power:
    """worlds, claims: how many; cases: claims times worlds, those that are judged; power: a region that truly holds is
    established (supported, or refuted for its sake); error: another one is; words: word by word."""

    worlds: int
    claims: int
    cases: int
    power: Share
    error: Share
    words: tuple[OfWord, ...]

    def of(self, word: str) -> OfWord | None:
        """One word; None where it was never possible."""
        return next((found for found in self.words if found.word == word), None)


def power_and_error(truth: Sequence[Sequence[str]], said: Sequence[Sequence[tuple[str, str]]]) -> Power:
    """Count words against truths.

    Parameters
    ----------
    truth
        World by world, claim by claim: the side whose region truly holds, "" where the claim is not judged.
    said
        The same of (word, toward) as a `Verdict` has them.

    Returns
    -------
    Power
        Cases of one world hang together, so that intervals are those of so many worlds, not of so many cases (Jeffreys;
        Brown, Cai and DasGupta 2001).
    """
    cases = [
        (number, true, *found)
        for number, (row, words) in enumerate(zip(truth, said, strict=True))
        for true, found in zip(row, words, strict=True)
        if true
    ]
    world = np.array([case[0] for case in cases], dtype=int)
    true, word, toward = (np.array([case[k] for case in cases], dtype=object) for k in (1, 2, 3))
    decided = np.isin(word, ("supported", "refuted"))
    right = toward == true

    def share(hits: np.ndarray, of: np.ndarray) -> Share:
        return _share(int((hits & of).sum()), int(of.sum()), len(np.unique(world[of])))

    every = np.ones(len(cases), dtype=bool)
    words = []
    for name in WORDS:
        here = word == name
        if name in OPEN:
            none = share(here, ~every)
            words.append(OfWord(name, share(here, every), none, none, none))
        elif name in ("supported", "refuted", "leaning"):
            could = {"supported": true == "claim", "refuted": true != "claim"}.get(name, every)
            words.append(
                OfWord(
                    name,
                    share(here, every),
                    share(right, here),
                    share(here & right, could),
                    share(here & ~right, every),
                )
            )
    return Power(
        len(truth), max((len(row) for row in truth), default=0), len(cases),
        share(decided & right, every), share(decided & ~right, every), tuple(words),
    )  # fmt: skip


def true_side(ours: bool, theirs: bool) -> Side:
    """The side whose region holds."""
    return SIDES[0] if ours else SIDES[1] if theirs else SIDES[2]


def power_words(power: Power | None, word: str) -> str:
    """How far a word can be trusted, in a sentence beside it; says so where nobody has tried."""
    if power is None:
        return "How often this word is right in worlds of known truth is not on record."
    found = power.of(word)
    if found is None:
        return ""
    if word in OPEN:
        return f"In {power.worlds} worlds of known truth it is said in {found.said.words} of cases."
    return (
        f"In {power.worlds} worlds of known truth it is right in {found.right.words} of the times that it is said; "
        f"it is said in {found.where_right.words} of the cases in which it would be right, and wrongly in "
        f"{found.where_wrong.words} of all."
    )


def power_in_brief(power: Power, word: str) -> str:
    """The same in a few words, for a page where room is short: the rest stands beside each claim."""
    found = power.of(word)
    if found is None:
        return ""
    if word in OPEN:
        return f"{percent(found.said.share)} of cases in {power.worlds} worlds of known truth"
    right = found.right
    if not right.of:
        return ""
    return f"right {percent(right.share)} of {right.of} times in {power.worlds} worlds of known truth"


def _share(hits: int, of: int, worlds: int) -> Share:
    from scipy.stats import beta  # heavy: it would slow `forbear --help`

    if not of:
        return Share(0, 0, float("nan"), float("nan"))
    alike = hits / of * worlds
    low, high = beta.ppf([0.05, 0.95], alike + 0.5, worlds - alike + 0.5)
    return Share(hits, of, float(low) if hits else 0.0, float(high) if hits < of else 1.0)
