"""Rules of the abroad room: militants beyond the theatre, what fighting there does to attacks elsewhere, allies, adversaries."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, clip, exp, larger, log, poisson, probability, rule, smaller, total

constant = constants_of(__file__)


@rule("E39", "E41")
def inherit(now, given, lever, fact):
    """At the start: militants abroad, allies, adversaries."""
    now.militants = poisson("at start", given.militants_at_start)
    now.ally_support = constant.usual_ally_support
    now.adversary_alignment = constant.usual_alignment


@rule("E39")
def spread(now, given, lever, fact):
    """Does the theatre make terrorists for abroad, or does it draw them in? Both arrows share prior and coefficient."""
    radicals = 0.0
    unwatched = 0.0
    harmed = 0.0
    for d in fact.districts:
        here = total(now.fighters[d, a] for a in fact.organisations if fact.transnational[a] > 0)
        radicals = radicals + here
        unwatched = unwatched + here * (1.0 - now.control[d])
        harmed = harmed + total(now.deaths_by_intervener[d, g] for g in fact.communities)
    now.sanctuary = unwatched / larger(radicals, 1.0)
    # anger at the occupation, diversion into the theatre and capture there all scale alike with presence
    engaged = smaller(constant.most_engagement, constant.presence_gain * now.presence)
    anger = given.radicalised_by_occupation * engaged + given.radicalised_by_harm * log(1.0 + harmed / fact.step)
    joining = poisson("radicalised", fact.step * given.radical_pool * (given.radicalised_at_base + anger))
    arrivals = total(
        now.foreign_recruits[d, a] for d in fact.districts for a in fact.organisations if fact.transnational[a] > 0
    )
    drawn = binomial("drawn into the theatre", smaller(arrivals, now.militants), given.drawn_from_abroad)
    access = larger(lever.access, smaller(1.0, now.presence))
    hunted = (
        given.capture_by_police * lever.police_effort
        + given.capture_by_special_operations * lever.special_operations * access
    )
    hunted = hunted + given.capture_by_military * smaller(
        constant.most_engagement, constant.presence_gain * now.presence
    )
    caught = binomial("caught", now.militants - drawn, probability(fact.step * hunted))
    now.militants += joining + now.exits_abroad - drawn - caught
    # the theatre diverts militants from attacks elsewhere and inspires such attacks: one prior, one coefficient
    diverted = exp((given.inspired_by_theatre - given.diverted_by_theatre) * engaged)
    mean = (
        fact.step
        * now.militants
        * given.attacks_per_militant
        * (1.0 + given.sanctuary_premium * now.sanctuary * smaller(1.0, radicals / constant.radicals_of_a_sanctuary))
        * diverted
    )
    now.attacks_abroad = poisson("attacks", mean)
    now.attacks_abroad_total += now.attacks_abroad


@rule("E41")
def realign(now, given, lever, fact):
    """Allies and adversaries answer to unilateral acts, harm and force; demonstration can also deter."""
    harmed = total(now.deaths_by_intervener[d, g] for d in fact.districts for g in fact.communities)
    years = fact.step / constant.weeks_per_year
    loss = (
        given.allies_lost_to_defiance * lever.defiance * now.intervenes
        + years * given.allies_lost_to_harm * log(1.0 + harmed) / constant.harm_scale
    )
    loss = loss + years * given.allies_lost_to_burden * smaller(constant.most_presence, now.presence)
    now.ally_support = clip(
        now.ally_support - loss + years * constant.ally_return * (constant.usual_ally_support - now.ally_support),
        0.0,
        1.0,
    )
    force = smaller(constant.most_presence, now.presence)
    push = given.balancing * force - given.deterrence_by_demonstration * force
    now.adversary_alignment = clip(
        now.adversary_alignment
        + years * (push - constant.alignment_return * (now.adversary_alignment - constant.usual_alignment)),
        0.0,
        1.0,
    )
