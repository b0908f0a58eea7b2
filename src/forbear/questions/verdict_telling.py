"""What stands beside the word of a verdict, in plain sentences for a terminal, a page and a report alike."""

from __future__ import annotations

from collections.abc import Sequence

from forbear.questions.claim_words import of_many, parameter_words
from forbear.questions.expected_information import Informative
from forbear.questions.results import ClaimResult
from forbear.questions.verdict import NOT_LICENSED, SIDES, STAGES
from forbear.questions.verdict_enough import enough_lines
from forbear.questions.verdict_sensitivity import Varied
from forbear.words import DUST, approximately, join, percent

__all__ = ["beside_lines", "stage_lines", "stages_in_brief", "telling_lines", "varied_lines"]


def stages_in_brief(result: ClaimResult) -> str:
    """Shares of claim, neither and rival at every stage that was made, on one line."""
    told = [
        f"{words} {' / '.join(percent(share) for share in (at.claim, at.neither, at.rival))}"
        for name, words in STAGES.items()
        if (at := result.stages.get(name)) is not None
    ]
    return f"claim / neither / rival: {'; '.join(told)}" if told else ""


def stage_lines(result: ClaimResult) -> list[str]:
    """Shares at each stage with their Monte Carlo error, what was left out, and by how much each source moved the
    odds."""
    out = []
    for name, words in STAGES.items():
        at = result.stages.get(name)
        if at is not None:
            shares = f"claim {percent(at.claim)}, neither {percent(at.neither)}, rival {percent(at.rival)}"
            out.append(f"{words}: {shares} (error {100 * at.error:.1f} points)")
    out += [f"not made: {words}" for words in _together(result.verdict.left_out)]
    # a region in which no draw ever lies has odds by the half draw alone: nothing moved them
    possible = [side for side in SIDES if any(getattr(at, side) > DUST for at in result.stages.values())]
    for source, moved in result.verdict.factors.items():
        factors = (f"{side} x{approximately(getattr(moved, side))}" for side in possible)
        out.append(f"odds moved by the {source}: {', '.join(factors)}")
    if result.verdict.near:
        out.append(f"within Monte Carlo error of a threshold: {join(list(result.verdict.near))}")
    return out


def _together(left_out: Sequence[str]) -> list[str]:
    """Stages with the same reason in one sentence."""
    reasons: dict[str, list[str]] = {}
    for words in left_out:
        stage, _, why = words.partition(": ")
        reasons.setdefault(why, []).append(stage)
    return [join(stages) + (f": {why}" if why else "") for why, stages in reasons.items()]


def varied_lines(result: ClaimResult) -> list[str]:
    """Under which other choices another word is said; what changes nothing is counted."""
    if not result.sensitivity or result.verdict.word in ("values only", "arithmetic", NOT_LICENSED):
        return []
    other = [entry for entry in result.sensitivity if not entry.same]
    tried = join(list(dict.fromkeys(entry.what for entry in result.sensitivity)))
    head = f"other choices ({tried}; not tau, for no study weighs a draw): {len(other)} of {len(result.sensitivity)}"
    return [
        f"{head} change the word",
        *(f"{_choice(e)}: {e.word} ({percent(e.share)}, odds x{approximately(e.factor)})" for e in other),
    ]


def _choice(entry: Varied) -> str:
    """Another choice in words; theories by the names that people read."""
    if entry.what != "theories":
        return f"{entry.what} {entry.setting}"
    return f"theories: {entry.setting.replace('-', ' ').replace('full alone', 'the full model alone')}"


def telling_lines(result: ClaimResult) -> list[str]:
    """What observation or study would tell most about which side is right, and how much of it would do."""
    where = "in the full model the claim" if of_many(result) else "the claim"
    told = [
        f"{found.kind} that would tell: {_named(found)}, {found.bits:.2f} of {found.of:.2f} bits (luck tells as much in "
        f"{percent(found.chance)} of shuffles); {where} holds in {percent(found.low)} in its lowest quarter, in "
        f"{percent(found.high)} in its highest"
        for found in result.information
    ]
    return [*told, *enough_lines(result)]


def _named(found: Informative) -> str:
    """What would tell: a parameter by its meaning, an observation as it is named."""
    return parameter_words(found.name) if found.kind == "study" else found.name


def beside_lines(result: ClaimResult) -> list[str]:
    """The model beside studies, the country beside the record."""
    return [f"{found.kind}, {found.word}: {found.what}: {found.theirs}; here: {found.ours}" for found in result.beside]
