"""One week, in order: the names of the rules, room by room, as they follow one another.

A rule sees what earlier rules of the same week wrote: flows of this week, stocks as they stand. The order is the
model document's (section 2.1); halving the step bounds what it matters (tests).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable

ROOMS = (
    "people",
    "insurgency",
    "security",
    "forces",
    "services",
    "politics",
    "intervener",
    "abroad",
    "regime",
    "observation",
)

#: Run once, before the first week. A rule that also runs every week runs twice in the first: it reads no pulse, draws
#: nothing, and adds to nothing.
BEGIN = (
    "intervener.consider",
    "intervener.decide",
    "people.settle",
    "forces.muster",
    "services.install",
    "politics.constitute",
    "intervener.assemble",
    "intervener.plan",
    "insurgency.found",
    "abroad.inherit",
)

#: Run every week.
WEEK = (
    "intervener.decide",
    "people.count",
    "regime.reign",
    "intervener.lead",
    "intervener.plan",
    "intervener.choose",
    "politics.decree",
    "forces.order",
    "intervener.transform",
    "intervener.generate",
    "security.control",
    "intervener.keep_order",
    "security.inform",
    "security.operate",
    "insurgency.hold_fire",
    "insurgency.clash",
    "insurgency.attack",
    "insurgency.kill",
    "security.harm",
    "regime.repress",
    "people.bury",
    "people.avenge",
    "people.feel",
    "people.flee",
    "people.shelter",
    "services.build",
    "services.extort",
    "politics.bargain",
    "people.take_sides",
    "people.grow",
    "insurgency.mobilise",
    "insurgency.recruit",
    "insurgency.deal",
    "forces.train",
    "politics.govern",
    "intervener.answer_at_home",
    "abroad.spread",
    "abroad.realign",
    "abroad.trade",
    "intervener.pay",
    "abroad.slide",
    "abroad.spare",
    "abroad.record",
    "observation.report",
    "observation.ask",
)


def rule_named(name: str) -> Callable[..., None]:
    """Return the rule `room.rule` as a plain function."""
    room, rule = name.split(".")
    return getattr(importlib.import_module(f"forbear.country.{room}.dynamics"), rule)  # type: ignore[no-any-return]
