"""A decision's page in words: what is moved, and an order of outcomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.discovery.decision_changes import Change
    from forbear.scenario.casefiles.decision import Decision

__all__ = ["order_of", "setting_words"]

#: Where the page offers places in an order, at least so many; the last one of more is empty.
PLACES = 4


def setting_words(change: Change, decision: Decision) -> str:
    """How something is moved, with outcomes by their titles."""
    if change.what not in ("order", "objective", "weight"):
        return change.setting
    titles = {objective.outcome: objective.title for objective in decision.objectives}
    names = "|".join(map(re.escape, sorted(titles, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)({names})(?!\w)", lambda found: titles[found[1]], change.setting)


def order_of(text: str) -> list[str]:
    """The names of an order as an address holds them, with empty places after them for the form."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return [*names, *[""] * max(PLACES - len(names), 1 if len(names) < len(OUTCOMES) else 0)]
