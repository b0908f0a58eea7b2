"""The verdict rule on shares: where each side's region stood before any data, and where it stands after them.

A claim asserts a region of the effect, its rival another, and what neither asserts is the third. The rule sees the
share of each at up to four stages (before any data, after the record of other wars, after this country, after both),
the same shares within each theory with the weight of the theory, and whether the model has its licence. First match
wins:

 not licensed    the model does not live through the facts on which the claim rests;
 values only     the claim is about what is good;
 arithmetic      published inputs decide it before any data;
 not identified  no data were heard, or a parameter of which no data speak decides;
 contested       two theories that forecast alike each hold another region by the threshold;
 supported       the claim's region: share at the threshold or above, odds moved up by the factor or more, no more than
                 the limit before any data, and the same share with all theories that forecast alike weighed equally;
 refuted         the same of the rival's region, or of what neither asserts (then both sides are refuted);
 contested       as that, but weighed equally the region is not even leaned to: the weights alone decide;
 leaning         the same with the lower threshold;
 not identified  otherwise.

Exchanging claim and rival exchanges the words and nothing else, whether a side asserts an effect or none. Odds are taken
of shares with half a draw on either side (Jeffreys), so that they are finite; every share has its Monte Carlo error.
Thresholds and words: `verdict_rule.toml`. No randomness.

Sources: Jeffreys (1961), Theory of Probability, appendix B (grades of evidence); Yao, Vehtari, Simpson and Gelman
(2018), Bayesian Analysis 13 (stacking), from which the weights come.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from importlib.resources import files
from typing import Any

from forbear.questions.verdict import NOT_LICENSED, SIDES, STAGES, Moved, Side, StageShares, Verdict
from forbear.words import approximately, join, percent, percent_beside

__all__ = [
    "THRESHOLDS", "WORDS", "Evidence", "Shares", "TheoryShares", "Thresholds", "mixture", "ruling", "staged",
    "variants",
]  # fmt: skip

_OPPOSITE = {"supported": "refuted", "refuted": "supported"}
#: Odds are kept within these, so that an exact share of nothing or of all has a factor that can be written.
_LEAST = 1e-12


@dataclass(frozen=True)
class Thresholds:
    """Numbers of the rule; what each means stands in `verdict_rule.toml`."""

    share: float
    lean: float
    moved: float
    before: float
    hinge: float
    cause: float
    effective: float
    errors: float


def _read() -> dict[str, Any]:
    return tomllib.loads((files("forbear.questions") / "verdict_rule.toml").read_text(encoding="utf-8"))


_FILE = _read()
THRESHOLDS = Thresholds(**{name: float(entry["value"]) for name, entry in _FILE["thresholds"].items()})
#: Word -> what it means.
WORDS: dict[str, str] = _FILE["words"]


@dataclass(frozen=True)
class Shares:
    """Shares of draws in the claim's region, in its rival's and in neither; they add up to 1.

    draws: effective number of independent draws behind them, infinite where they are exact; errors: Monte Carlo errors
    of the three where they are known otherwise (a mixture), None where they follow from the draws."""

    claim: float
    rival: float
    neither: float
    draws: float = math.inf
    errors: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for shares that are none, or for less than one draw."""
        three = (self.claim, self.rival, self.neither)
        if not (min(three) >= 0.0 and abs(sum(three) - 1.0) < 1e-6):
            raise ValueError(f"shares are {three}; they must be three that add up to 1")
        if not self.draws >= 1.0:
            raise ValueError(f"shares of {self.draws} draws; at least one is needed")

    def __getitem__(self, side: Side) -> float:
        return float(getattr(self, side))

    def smooth(self, side: Side) -> float:
        """The share with half a draw on either side, never 0 or 1 where draws are finite."""
        share = self[side]
        return share if math.isinf(self.draws) else (self.draws * share + 0.5) / (self.draws + 1.0)

    def error(self, side: Side) -> float:
        """Monte Carlo standard error of a share."""
        if self.errors is not None:
            return self.errors[SIDES.index(side)]
        share = self.smooth(side)
        return 0.0 if math.isinf(self.draws) else math.sqrt(share * (1.0 - share) / self.draws)

    def log_odds(self, side: Side) -> tuple[float, float]:
        """Logarithm of the odds of a region, and its Monte Carlo standard error."""
        share = min(max(self.smooth(side), _LEAST), 1.0 - _LEAST)
        return math.log(share / (1.0 - share)), self.error(side) / (share * (1.0 - share))

    def swapped(self) -> Shares:
        """The same with claim and rival exchanged."""
        errors = None if self.errors is None else (self.errors[1], self.errors[0], self.errors[2])
        return replace(self, claim=self.rival, rival=self.claim, errors=errors)


@dataclass(frozen=True)
class TheoryShares:
    """One theory after all data that were heard.

    weight: of the stacked mixture, zero or more; alike: its held-out forecasts cannot be told from those of the best;
    about: the mechanism that sets it apart, in words."""

    shares: Shares
    weight: float
    alike: bool = True
    about: str = ""


@dataclass(frozen=True)
class Evidence:
    """Everything on which a ruling rests.

    before: shares before any data. record, country, both: after the record of other wars, after this country's data,
    after both; None for a stage that was not made, which the ruling says. theories: shares within each theory at the
    last stage; empty where there is one theory only, else their mixture stands for that stage. unlicensed: why the
    model has no licence for this claim, "" where it has. arithmetic: why published inputs decide, "" for all other
    claims. values: the claim is about what is good. mute: parameters on which the answer hangs and of which no data
    speak. left_out: stage -> why it was not made, where that is known."""

    before: Shares
    record: Shares | None = None
    country: Shares | None = None
    both: Shares | None = None
    theories: Mapping[str, TheoryShares] = field(default_factory=dict)
    unlicensed: str = ""
    arithmetic: str = ""
    values: bool = False
    mute: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError for weights of theories that are none."""
        weights = [theory.weight for theory in self.theories.values()]
        if weights and not (min(weights) >= 0.0 and 0.0 < sum(weights) < math.inf):
            raise ValueError(f"weights of theories are {weights}; they must be zero or more and not all zero")

    @property
    def stages(self) -> dict[str, Shares]:
        """Stage -> shares, those that were made; the last one is the mixture of the theories."""
        made = {name: getattr(self, name) for name in STAGES}
        found = {name: shares for name, shares in made.items() if shares is not None}
        last = next(reversed(found))
        if self.theories and last != "before":
            found[last] = mixture(self.theories)
        return found

    def swapped(self) -> Evidence:
        """The same with claim and rival exchanged."""
        return replace(
            self,
            before=self.before.swapped(),
            record=self.record and self.record.swapped(),
            country=self.country and self.country.swapped(),
            both=self.both and self.both.swapped(),
            theories={name: replace(t, shares=t.shares.swapped()) for name, t in self.theories.items()},
        )


def mixture(theories: Mapping[str, TheoryShares], *, equal: bool = False) -> Shares:
    """Shares under the mixture of theories. equal: those that forecast alike weigh the same and the others nothing
    (all weigh the same where none is marked alike)."""
    alike = {name: theory for name, theory in theories.items() if theory.alike} or dict(theories)
    parts = {n: 1.0 for n in alike} if equal else {n: t.weight for n, t in theories.items()}
    total = math.fsum(parts.values())
    weights = {name: weight / total for name, weight in parts.items() if weight > 0.0}
    three = [math.fsum(w * theories[n].shares[side] for n, w in weights.items()) for side in SIDES]
    errors = [math.sqrt(math.fsum((w * theories[n].shares.error(s)) ** 2 for n, w in weights.items())) for s in SIDES]
    behind = math.fsum(w * w / theories[n].shares.draws for n, w in weights.items())
    draws = 1.0 / behind if behind > 0.0 else math.inf
    return Shares(three[0], three[1], three[2], draws, (errors[0], errors[1], errors[2]))


def ruling(evidence: Evidence, thresholds: Thresholds = THRESHOLDS) -> Verdict:
    """Rule on a claim by the rule at the head of this module.

    Parameters
    ----------
    evidence
        Shares, theories, licence.
    thresholds
        Others than those of the file, for a sensitivity.

    Returns
    -------
    Verdict
        The words, why, what would change them, and the numbers.
    """
    return _Case(evidence, thresholds).ruling()


class _Case:
    """One ruling under way."""

    def __init__(self, evidence: Evidence, thresholds: Thresholds) -> None:
        self.evidence, self.at = evidence, thresholds
        self.stages = evidence.stages
        self.before, self.after = self.stages["before"], next(reversed(self.stages.values()))
        self.heard = len(self.stages) > 1
        # equal shares: the one that was moved further, so that nothing hangs on who is called the claim
        self.side: Side = max(SIDES, key=lambda s: (_round(self.after[s]), s == "neither", self.move(s)[0]))
        self.moved, self.moved_error = self.move(self.side)

    def move(self, side: Side) -> tuple[float, float]:
        """Logarithm of the factor by which the data moved the odds of a region, and its Monte Carlo error."""
        (late, late_error), (early, early_error) = self.after.log_odds(side), self.before.log_odds(side)
        return late - early, math.hypot(late_error, early_error)

    def ruling(self) -> Verdict:
        """First match wins."""
        evidence, at = self.evidence, self.at
        if evidence.unlicensed:
            return self.say(
                NOT_LICENSED, _sentence(evidence.unlicensed), "A fit that lives through the facts that are missed."
            )
        if evidence.values:
            return self.say(
                "values only", "This is a judgement of value: the model shows consequences.", "No result would."
            )
        if evidence.arithmetic:
            found = self.side if _round(self.after[self.side]) >= at.share else ""
            return self.say("arithmetic", _sentence(evidence.arithmetic), "Other published inputs.", found)
        if not self.heard:
            return self.say("not identified", "No data have been heard.", "A fit, or the record of other wars.")
        if evidence.mute:
            named = join(evidence.mute)
            return self.say(
                "not identified",
                f"The answer hangs on {named}, of which no data speak.",
                f"A study or an observation of {named}: a split at the median moves a share by "
                f"{_percent(at.hinge)} or more.",
            )
        return self._disputed() or self._by_shares()

    def _disputed(self) -> Verdict | None:
        """Contested where theories that forecast alike each hold another region."""
        holding: dict[Side, list[str]] = {}
        for name, theory in self.evidence.theories.items():
            for side in SIDES:
                if theory.alike and _round(theory.shares[side]) >= self.at.share:
                    holding.setdefault(side, []).append(name)
        if len(holding) < 2:
            return None
        told = sorted(f"{join(sorted(names))} for {_named(side)}" for side, names in holding.items())
        theories = self.evidence.theories
        about = sorted({theories[n].about for names in holding.values() for n in names if theories[n].about})
        on = f" They differ on {join(about)}." if about else ""
        why = f"Theories that forecast alike answer differently: {'; '.join(told)}.{on}"
        return self.say("contested", why, "Forecasts or evidence that tell these theories apart.")

    def _by_shares(self) -> Verdict:
        at, share = self.at, _round(self.after[self.side])
        held = f"{self._told(at.share)}; the data moved its odds by a factor of {_factor(self.moved)}"
        if share < at.lean:
            why = f"{self._told(at.lean)}; the data moved its odds by a factor of {_factor(self.moved)}"
            return self.say("not identified", f"{why}, and no region holds {_percent(at.lean)}.", self._missing())
        if _round(self.before[self.side]) > at.before:
            why = f"{held}, but it held {_beside(self.before[self.side], at.before)} before any data"
            change = (
                f"A prior in which the region holds {_percent(at.before)} or less, and data; no data of this war alone."
            )
            return self.say("not identified", f"{why}.", change)
        if _round(self.moved) < _round(math.log(at.moved)):
            why = f"{held}, and {approximately(at.moved)} is needed"
            return self.say("not identified", f"{why}.", self._missing())
        equal = share if not self.evidence.theories else _round(mixture(self.evidence.theories, equal=True)[self.side])
        if equal < at.lean:
            why = f"{held}, but with theories weighed equally it holds {_beside(equal, at.lean)}"
            return self.say("contested", f"{why}: the weights alone decide.", "Forecasts that tell the theories apart.")
        if min(share, equal) < at.share:
            less = f"; weighed equally it holds {_beside(equal, at.share)}" if equal < at.share <= share else ""
            why = f"{held}{less}; {_percent(at.share)} is needed for more than leaning"
            further = _log_odds(at.share) - _log_odds(min(share, equal))
            change = f"Data that move its odds by a further factor of {_factor(further)}."
            return self.say("leaning", f"{why}.", change, self.side)
        change = f"A share below {_percent(at.share)}, a factor below {approximately(at.moved)}, or a theory that "
        word = "supported" if self.side == "claim" else "refuted"
        return self.say(word, f"{held}.", f"{change}forecasts alike and answers otherwise.", self.side)

    def _missing(self) -> str:
        """How much information would do for the least word, leaning."""
        short = max(
            _log_odds(self.at.lean) - self.after.log_odds(self.side)[0], math.log(self.at.moved) - self.moved, 0.0
        )
        region = _subject(self.side)
        return (
            f"Data that bear on the effect. {region} holds most: to be leaned to, its odds would have to move by a "
            f"further factor of {_factor(short)}."
        )

    def _told(self, threshold: float) -> str:
        share, error = self.after[self.side], self.after.error(self.side)
        told = f"{_subject(self.side)} holds {_beside(share, threshold)}"
        return f"{told} (Monte Carlo error {_round(100 * error):.1f} points)" if error else told

    def say(self, word: str, reason: str, change: str, toward: str = "") -> Verdict:
        why = self.evidence.left_out
        rival = "refuted" if toward == "neither" and word == "refuted" else _OPPOSITE.get(word, word)
        absent = tuple(
            words + (f": {why[name]}" if name in why else "")
            for name, words in STAGES.items()
            if name not in self.stages
        )
        return Verdict(
            word, rival, reason, change, toward, self.after[self.side], self.after.error(self.side),
            math.exp(self.moved), self.moved_error, self._factors(), self._near(), absent,
        )  # fmt: skip

    def _factors(self) -> dict[str, Moved]:
        """Source -> factor of the odds of each region: each against what stood before it."""
        steps = {"record": ("before", "record"), "country": ("before", "country"), "both": ("before", "both")}
        steps |= {"record given the country": ("country", "both"), "country given the record": ("record", "both")}
        made = {name: pair for name, pair in steps.items() if pair[0] in self.stages and pair[1] in self.stages}
        return {
            name: Moved(**{s: math.exp(self.stages[b].log_odds(s)[0] - self.stages[a].log_odds(s)[0]) for s in SIDES})
            for name, (a, b) in made.items()
        }

    def _near(self) -> tuple[str, ...]:
        """Thresholds within Monte Carlo error of the number that they are set beside."""
        at, side = self.at, self.side
        beside = {
            f"share {at.share:g}": (self.after[side] - at.share, self.after.error(side)),
            f"share {at.lean:g}": (self.after[side] - at.lean, self.after.error(side)),
            f"before {at.before:g}": (self.before[side] - at.before, self.before.error(side)),
            f"moved {at.moved:g}": (self.moved - math.log(at.moved), self.moved_error),
        }
        return tuple(name for name, (gap, error) in beside.items() if abs(gap) < at.errors * error)


def staged(evidence: Evidence) -> dict[str, StageShares]:
    """Shares of every stage that was made, as they are kept: that which theories have is their mixture."""
    return {
        name: StageShares(
            shares.claim, shares.neither, shares.rival, max(shares.error(side) for side in SIDES), shares.draws
        )
        for name, shares in evidence.stages.items()
    }


def variants(thresholds: Thresholds = THRESHOLDS) -> dict[str, Thresholds]:
    """Other thresholds, by name, under which a verdict is shown beside its own: those of the file."""
    known = {entry.name for entry in fields(Thresholds)}
    return {
        f"{name} {value:g}": replace(thresholds, **{name: float(value)})
        for name, values in _FILE["variants"].items()
        for value in values
        if name in known and float(value) != getattr(thresholds, name)
    }


def _named(side: str) -> str:
    return {"claim": "the claim", "rival": "its rival", "neither": "neither side"}.get(side, "")


def _subject(side: str) -> str:
    return {"claim": "The claim's region", "rival": "The rival's region", "neither": "What neither asserts"}[side]


def _factor(logarithm: float) -> str:
    return approximately(_round(math.exp(logarithm)))


def _log_odds(share: float) -> float:
    return math.log(share / (1.0 - share))


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def _beside(share: float, threshold: float) -> str:
    """A share in per cent: never rounded to nothing or all, nor across the threshold."""
    share = _round(share)
    crosses = (round(share, 2) >= threshold) != (share >= threshold)
    return percent_beside(share, threshold) if crosses else percent(share)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _round(value: float) -> float:
    # shares that add up to a threshold on paper reach it in binary, whatever their order
    return round(value, 9)
