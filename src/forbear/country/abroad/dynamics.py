"""Rules of the abroad room: militants and attacks elsewhere, allies, adversaries, trade, later power."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import (
    binomial,
    clip,
    exp,
    larger,
    log,
    poisson,
    probability,
    rule,
    smaller,
    total,
)

constant = constants_of(__file__)


@rule("E39", "E41", "E40b", "E43b")
def inherit(now, given, lever, fact):
    """At the start: whether such a campaign deposes quickly, militants abroad, allies, adversaries."""
    now.deposed = binomial("deposed", now.intervenes, given.quick_fall)
    now.militants = poisson("at start", given.militants_at_start)
    now.ally_support = constant.usual_ally_support
    now.adversary_alignment = constant.usual_alignment
    now.upheaval_by_trade = 1.0


@rule("E39", "E39b")
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
    # (E39b) ground that nobody who hunts can enter: in the theatre where nobody controls it, or across a border
    stronghold = now.sanctuary * smaller(1.0, radicals / constant.radicals_of_a_sanctuary)
    now.shelter = lever.haven + (1.0 - lever.haven) * stronghold
    # police do not come there; whoever gathers there can be found at once, or is hidden by those who live there
    policed = given.capture_by_police * lever.police_effort * (1.0 - given.beyond_police * now.shelter)
    gathered = exp((given.exposed_by_gathering - given.hidden_by_sanctuary) * now.shelter)
    # partners hunt for pay, or take it and warn those who are hunted
    access = larger(lever.access, smaller(1.0, now.presence))
    access = access * (1.0 - given.warned_by_partners * lever.local_partners)
    raided = given.capture_by_special_operations * lever.special_operations * access * gathered
    partnered = given.capture_by_partners * lever.local_partners
    occupied = given.capture_by_military * engaged * (1.0 - lever.haven)
    hunted = policed + raided + partnered + occupied
    caught = binomial("caught", now.militants - drawn, probability(fact.step * hunted))
    now.militants += joining + now.exits_abroad - drawn - caught
    # the theatre diverts militants from attacks elsewhere and inspires such attacks: one prior, one coefficient
    diverted = exp((given.inspired_by_theatre - given.diverted_by_theatre) * engaged)
    premium = 1.0 + given.sanctuary_premium * now.shelter
    mean = fact.step * now.militants * given.attacks_per_militant * premium * diverted
    now.attack_rate = mean * constant.weeks_per_year / fact.step
    now.attacks_abroad = poisson("attacks", mean)
    now.attacks_abroad_total += now.attacks_abroad


@rule("E41")
def realign(now, given, lever, fact):
    """Allies and adversaries answer to unilateral acts, harm and force; force also reassures, and demonstration deters.

    Both move as odds do, so that neither ever sinks to nothing.
    """
    years = fact.step / constant.weeks_per_year
    harmed = total(now.deaths_by_intervener[d, g] for d in fact.districts for g in fact.communities) / fact.step
    seen = smaller(constant.most_presence, now.presence)
    lost = (
        given.allies_lost_to_defiance * lever.defiance * now.intervenes
        + years * given.allies_lost_to_harm * log(1.0 + harmed) / constant.harm_scale
        + years * given.allies_lost_to_burden * seen
    )
    # the usual support is that under the attacks of the start: more rally, fewer let go
    at_start = given.militants_at_start * given.attacks_per_militant * constant.weeks_per_year
    more = log((1.0 + now.attack_rate) / (1.0 + at_start))
    won = (
        years * given.allies_won_by_force * seen + years * given.allies_rallied_by_attacks * more / constant.harm_scale
    )
    # those who lead anew are judged anew
    anew = given.allies_with_new_leaders * larger(lever.leadership_change, now.leaders_elected)
    usual = constant.usual_ally_support
    room = now.ally_support * (1.0 - now.ally_support) / (usual * (1.0 - usual))
    back = (years * constant.ally_return + anew) * (usual - now.ally_support)
    now.ally_support = clip(now.ally_support + room * (won - lost) + back, 0.0, 1.0)
    push = given.balancing * seen - given.deterrence_by_demonstration * seen
    apart = constant.usual_alignment
    room = now.adversary_alignment * (1.0 - now.adversary_alignment) / (apart * (1.0 - apart))
    now.adversary_alignment = clip(
        now.adversary_alignment + years * (room * push - constant.alignment_return * (now.adversary_alignment - apart)),
        0.0,
        1.0,
    )


@rule("E43b")
def trade(now, given, lever, fact):
    """Opened trade makes wealth over years; it hires people away or stirs them, builds the state or hollows it."""
    years = fact.step / constant.weeks_per_year
    lost = given.wealth_lost_to_violence * now.national_violence
    gained = given.wealth_pace * (lever.trade_opening - now.trade_wealth) - lost * now.trade_wealth
    now.trade_wealth = clip(now.trade_wealth + years * gained, 0.0, 1.0)
    trading = 1.0 if now.trade_wealth > 0.0 else 0.0
    away = probability(years * given.hired_by_trade * now.trade_wealth)
    stirred = probability(years * given.stirred_by_trade * now.trade_wealth)
    for d in fact.districts:
        for g in fact.communities:
            # both per sympathiser, so that equal rates cancel
            hired = binomial("hired", trading * now.sympathisers[d, g], away)
            against = binomial(
                "set against",
                trading * now.neutral[d, g],
                smaller(1.0, stirred * now.sympathisers[d, g] / larger(now.neutral[d, g], 1.0)),
            )
            now.sympathisers[d, g] += against - hired
            now.neutral[d, g] += hired - against
    built = given.state_built_by_trade - given.state_hollowed_by_trade
    now.capacity = clip(now.capacity + years * built * now.trade_wealth, 0.0, 1.0)
    now.upheaval_by_trade = exp((given.upheaval_by_opening - given.upheaval_calmed_by_wealth) * now.trade_wealth)


@rule("E37b")
def slide(now, given, lever, fact):
    """The next intervention: likelier or less likely by the machine for it, by how the last went, and by the dead."""
    years = fact.step / constant.weeks_per_year
    now.memory_of_dead = now.memory_of_dead * exp(-years / constant.memory_years) + now.intervener_killed
    brigades = total(fact.brigades[c] * 1.0 for c in fact.components)
    machine = now.expansion / larger(brigades, 1.0) + now.intervenes * (
        now.implementation - constant.reference_implementation
    )
    outcome = now.intervenes * (now.governance - constant.unremarkable_governance)
    remembered = now.memory_of_dead / (now.memory_of_dead + constant.dead_of_memory)
    now.hazard_of_next = given.next_at_base * exp(
        given.next_by_machine * machine + given.next_by_outcome * outcome + given.next_by_memory * remembered
    )
    began = poisson("next intervention", years * now.hazard_of_next)
    now.interventions_next += began


@rule("E34b")
def spare(now, given, lever, fact):
    """Power preserved: force that is free for anything else, and the cost that is still owed."""
    years = fact.step / constant.weeks_per_year
    used = smaller(1.0, now.force / larger(now.sustainable_force * lever.rotation, 1.0))
    now.war_experience = now.war_experience + (1.0 - exp(-years / constant.experience_years)) * (
        used - now.war_experience
    )
    worth = 1.0 + given.worth_of_experience * now.war_experience
    now.force_in_reserve = (1.0 - used) * now.readiness * worth
    now.war_debt = now.war_debt * exp(years * given.drift_of_debt) + now.cost_in_step / fact.product


@rule("O10", "O11b")
def record(now, given, lever, fact):
    """What is counted abroad: incidents against nationals, others among them; what allies' publics say."""
    years = fact.step / constant.weeks_per_year
    ours = binomial("on nationals", now.attacks_abroad, given.attacks_on_nationals)
    others = poisson("others", years * given.other_attacks_on_nationals)
    now.observed_attacks_abroad = ours + others
    now.poll_allies = now.ally_support
