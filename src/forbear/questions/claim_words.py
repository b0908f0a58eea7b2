"""The effect of a tested claim in words: short for tables, plain for sentences."""

from __future__ import annotations

from forbear.questions.results import ClaimResult
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import approximately, between, percent, signed, times

__all__ = ["effect_words", "plain_effect", "short_title"]

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
