"""The effect of a tested claim in words: short for tables, plain for sentences."""

from __future__ import annotations

from forbear.country.model import MODEL
from forbear.questions.regions import assertion_region, held_apart
from forbear.questions.results import ClaimResult
from forbear.questions.verdict import StageShares
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import approximately, between, percent, signed, times

__all__ = ["FULL", "effect_words", "full_regions", "mixture", "mixture_words", "of_many", "parameter_words",
    "plain_effect", "short_title"]  # fmt: skip

#: What is said of an effect where other theories stand beside the full model: its draws are of that model alone.
FULL = (
    "Intervals are of the full model alone; the verdict, and the share beside it where it differs much, reads all "
    "theories by their weights."
)
#: From which difference of a share on the full model and the mixture are said to disagree.
APART = 0.25

#: Outcomes in as few words as a narrow column holds; others go by their title.
SHORT = {
    "deaths": "civilians killed",
    "intervener_deaths": "soldiers killed",
    "displaced": "displaced people",
    "order": "chance of a calm, inclusive, governed last year",
    "force": "soldiers in the country",
    "governance": "governance, 0 to 1",
    "inclusion": "inclusion of the least included, 0 to 1",
    "democracy": "democracy, 0 to 1",
    "adversaries": "alignment of adversaries, 0 to 1",
    "allies": "support of allies, 0 to 1",
    "attacks_abroad": "attacks abroad",
    "cost": "budgetary cost",
    "cost_full": "full cost",
}
#: Outcomes that are chances.
CHANCES = ("order", "success")


def short_title(outcome: str) -> str:
    """An outcome in as few words as a narrow column holds."""
    return SHORT.get(outcome) or OUTCOMES[outcome].title


def effect_words(result: ClaimResult) -> str:
    """The effect with its central nine tenths, for a table: x0.81 (0.62 to 1.1), +0.03 (-0.1 to +0.2), or a level."""
    low, _, middle, _, high = result.effect
    if not result.paired:
        base = result.claim.threshold
        return f"{base + middle:.2f} ({base + low:.2f} to {base + high:.2f})"
    if result.effect_kind == "ratio":
        return f"x{approximately(middle)} ({approximately(low)} to {approximately(high)})"
    return f"{signed(middle)} ({signed(low)} to {signed(high)})"


def of_many(result: ClaimResult) -> bool:
    """Whether other theories stand beside the full model, so that its effect is not what the verdict reads."""
    return len(result.structures) > 1


def mixture(result: ClaimResult) -> StageShares | None:
    """Shares of all theories by their weights at the last stage, which the word reads; None where there is one
    theory or no stage."""
    stages = result.stages
    return (stages.get("both") or stages.get("country")) if of_many(result) else None


def full_regions(result: ClaimResult) -> tuple[float, float]:
    """Shares of draws of the full model in the claim's region and in its rival's."""
    ours, theirs = held_apart(result.claim)
    shares = result.shares
    claim, rival = (sum(shares[k] for k in assertion_region(says, own)) for says, own in ((ours, 0), (theirs, 1)))
    return float(claim), float(rival)


def mixture_words(result: ClaimResult, always: bool = False) -> str:
    """Shares of all theories by their weights, where they are far from those of the full model (or `always`); "" where
    there is nothing to say."""
    at = mixture(result)
    if at is None or not result.licensed:
        return ""
    claim, rival = full_regions(result)
    if not always and max(abs(at.claim - claim), abs(at.rival - rival)) < APART:
        return ""
    if not always:
        side, share = ("argument", at.claim) if at.claim >= at.rival else ("rival", at.rival)
        return f"all: {side} {percent(share)}"
    return f"all theories by their weights: argument {percent(at.claim)}, rival {percent(at.rival)}"


def parameter_words(name: str) -> str:
    """A parameter by its meaning, with the member that it is of; what is no parameter stays as it is named."""
    base, _, member = name.rstrip("]").partition("[")
    meaning = _MEANINGS.get(base)
    if meaning is None:
        return name
    return f"“{meaning}”" + (f" ({member})" if member else "")


#: Parameters by their own names -> meanings; one that leans on the line before it goes by its name.
_MEANINGS = {
    p.name: p.name.replace("_", " ") if p.meaning.startswith("the same ") else p.meaning
    for p in MODEL.parameters.values()
}


def plain_effect(result: ClaimResult) -> str:
    """The effect with its central nine tenths, as people say it."""
    low, _, middle, _, high = result.effect
    claim = result.claim
    base = claim.threshold
    if claim.kind == "share":
        return f"their share: {percent(base + middle)} ({between(base + low, base + high)})"
    title = short_title(claim.outcome)
    if claim.kind == "level" and claim.outcome in CHANCES and base + low <= 0.0 and base + high >= 1.0:
        # each draw comes out nearly sure one way or the other: a median would be one of the two
        above = max(result.shares[:2]) if middle > 0 else min(result.shares[:2])
        return f"{title}: above {percent(base)} in {percent(above)} of draws"
    if claim.kind == "level" and claim.outcome in CHANCES:
        return f"{title}: {percent(base + middle)} ({between(base + low, base + high)})"
    if claim.kind == "level":
        first, last = approximately(base + low), approximately(base + high)
        return f"{title}: {approximately(base + middle)} ({first} to {last})"
    if result.effect_kind == "ratio":
        return f"{title}: {times(middle)} ({times(low)} to {times(high)})"
    return f"{title}: {signed(middle)} ({signed(low)} to {signed(high)})"
