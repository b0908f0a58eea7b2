"""Rules of the forces room: what becomes of the old army, and how the new forces grow, improve and decay."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, clip, exp, larger, probability, rule, smaller, total, whole

constant = constants_of(__file__)


@rule("E29c")
def muster(now, given, lever, fact):
    """At the start: the old army out of the neutral residents of its communities."""
    now.force_quality = given.quality_at_start
    for g in fact.communities:
        members = total(now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g] for d in fact.districts)
        for d in fact.districts:
            people = now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g]
            soldiers = smaller(whole(fact.old_army_strength[g] * people / larger(members, 1.0)), now.neutral[d, g])
            now.neutral[d, g] -= soldiers
            # where nobody intervenes the regime keeps its army
            now.army_kept[d, g] = (1.0 - now.intervenes) * soldiers
            now.old_army[d, g] = now.intervenes * soldiers


@rule("E29c")
def order(now, given, lever, fact):
    """The order on the old army. `available` is the share that would have come back if called."""
    now.kept_quality = given.retained_quality if now.intervenes > 0.0 else given.regime_force_quality
    kept_chance = lever.army_order * now.retention_decided * given.army_available
    for d in fact.districts:
        for g in fact.communities:
            ordered = lever.army_order * now.old_army[d, g]
            kept = binomial("kept", ordered, kept_chance)
            # of the rest, those who would have been kept but did not come go home; the others are dismissed
            home_chance = (
                now.retention_decided
                * (1.0 - given.army_available)
                / larger(1.0 - now.retention_decided * given.army_available, constant.least_divisor)
            )
            home = binomial("go home", ordered - kept, clip(home_chance, 0.0, 1.0))
            now.old_army[d, g] -= ordered
            now.army_kept[d, g] += kept
            now.neutral[d, g] += home
            now.dismissed[d, g] += ordered - kept - home
            settled = binomial(
                "find work",
                now.dismissed[d, g],
                probability(fact.step * (constant.work_found_unaided + given.reemployment * lever.stipend)),
            )
            now.dismissed[d, g] -= settled
            now.neutral[d, g] += settled


@rule("E35")
def train(now, given, lever, fact):
    """New forces recruit towards their target, desert where quality is low, and slowly become better or worse."""
    serving = 0.0
    willing = 0.0
    for d in fact.districts:
        for g in fact.communities:
            serving = serving + now.security_forces[d, g]
            willing = willing + now.supporters[d, g] + now.neutral[d, g]
    gap = larger(0.0, lever.force_target - serving)
    enlist = smaller(
        constant.most_enlisting * fact.step,
        gap * (1.0 - exp(-constant.enlistment_pace * fact.step)) / larger(willing, 1.0),
    )
    worst = 1.0
    afraid = 0.0
    people = 1.0
    for g in fact.communities:
        members = total(now.residents[d, g] for d in fact.districts)
        few = 1.0 if members < constant.least_community * now.nation else 0.0
        worst = smaller(worst, larger(now.inclusion[g], few))
        afraid = afraid + members * now.mean_fear[g] * fact.governs[g]
        people = people + members * fact.governs[g]
    for d in fact.districts:
        for g in fact.communities:
            supporters = binomial("supporters enlist", now.supporters[d, g], enlist)
            neutral = binomial("neutral enlist", now.neutral[d, g], enlist)
            deserters = binomial(
                "desert",
                now.security_forces[d, g],
                probability(fact.step * given.desertion * (1.0 - now.force_quality)),
            )
            now.supporters[d, g] -= supporters
            now.neutral[d, g] += deserters - neutral
            now.security_forces[d, g] += supporters + neutral - deserters
            now.enlisted[d, g] = supporters + neutral
            now.deserted[d, g] = deserters
    planned = given.planning_for_forces * (now.implementation - constant.reference_implementation)
    ceiling = (
        given.quality_ceiling
        * exp(constant.planning_on_ceiling * planned)
        * (1.0 - given.infiltration * afraid / people)
        * (constant.ceiling_without_capacity + constant.ceiling_by_capacity * now.capacity)
    )
    pace = (
        given.quality_growth
        * exp(constant.planning_on_growth * planned)
        * (
            constant.growth_without_trainers
            + constant.growth_by_trainers * smaller(1.0, now.presence / constant.presence_of_enough_trainers)
        )
    )
    pace = pace * (
        1.0
        - constant.sheltered_growth
        * larger(given.moral_hazard, 0.0)
        * smaller(constant.most_sheltering_presence, now.presence)
    )
    decay = (
        given.quality_decay
        * now.force_quality
        * (1.0 if worst < constant.exclusion_limit and now.force <= 0.0 else 0.0)
    )
    now.force_quality = clip(
        now.force_quality + fact.step * (pace * (smaller(ceiling, 1.0) - now.force_quality) - decay), 0.0, 1.0
    )
