"""Numbers in plain words: percentages, effects, lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from forbear.figures.spec import approximately
from forbear.scenario.outcomes import OUTCOMES

__all__ = ["between", "join", "percent", "plain_effect", "times"]

#: Keeps a number and its sign on one line.
SPACE = "\u00a0"
#: Outcomes in as few words as a narrow column holds; others go by their title.
SHORT = {
    "deaths": "civilians killed", "intervener_deaths": "soldiers killed", "displaced": "displaced people", "order": "chance of a calm, inclusive, governed last year",
    "force": "soldiers in the country", "governance": "governance, 0 to 1", "inclusion": "inclusion of the least included, 0 to 1",
    "democracy": "democracy, 0 to 1", "adversaries": "alignment of adversaries, 0 to 1", "allies": "support of allies, 0 to 1",
    "attacks_abroad": "attacks abroad", "cost": "budgetary cost", "cost_full": "full cost",
}  # fmt: skip


def percent(share: float) -> str:
    """A share in whole per cent; what is not nothing and not all is never rounded to it."""
    if 0 < share < 0.005:
        return f"under 1{SPACE}%"
    if 0.995 < share < 1:
        return f"over 99{SPACE}%"
    return f"{100 * share:.0f}{SPACE}%"


def between(low: float, high: float) -> str:
    """Two shares as a range in per cent."""
    first, second = percent(low), percent(high)
    if first == second:
        return first
    short = first.removesuffix(f"{SPACE}%") if first[0].isdigit() else first
    return f"{short} to {second}"


def join(words: Sequence[str]) -> str:
    """Words in a row: a, b and c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def times(ratio: float) -> str:
    """A ratio as people say it: 20 % less, 26 % more, 3.4 times."""
    if ratio >= 2:
        return f"{approximately(ratio)} times"
    change = round(100 * (ratio - 1))
    if change == 0:
        return "the same"
    return f"{abs(change)}{SPACE}% {'more' if change > 0 else 'less'}"


def plain_effect(claim: dict[str, Any]) -> str:
    """The effect of a tested claim (`Tested.as_dict()`) with its central nine tenths."""
    low, _, middle, _, high = claim["effect"]
    if claim["kind"] == "share":
        base = claim["threshold"]
        return f"their share: {percent(base + middle)} ({between(base + low, base + high)})"
    title = SHORT.get(claim["outcome"]) or (
        OUTCOMES[claim["outcome"]].title if claim["outcome"] in OUTCOMES else claim["outcome"]
    )
    if claim["kind"] == "level":
        base = claim["threshold"]
        if claim["outcome"] in ("order", "success"):
            return f"{title}: {percent(base + middle)} ({between(base + low, base + high)})"
        return f"{title}: {approximately(base + middle)} ({approximately(base + low)} to {approximately(base + high)})"
    if claim["effect_kind"] == "ratio":
        return f"{title}: {times(middle)} ({times(low)} to {times(high)})"
    return f"{title}: {_signed(middle)} ({_signed(low)} to {_signed(high)})"


def _signed(value: float) -> str:
    if abs(value) < 0.0005:
        return "0"
    return f"{value:+.{3 if abs(value) < 0.095 else 2}f}".replace("-", "−")
