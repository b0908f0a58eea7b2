"""Rules of the politics room: who holds power credibly, and what state and democracy come of it."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import clip, exp, larger, log, logistic, power, rule, smaller, total

constant = constants_of(__file__)


@rule("E25", "E43")
def constitute(now, given, lever, fact):
    """At the start: inclusion, capacity, legitimacy and democracy."""
    now.capacity = given.capacity_at_start
    now.legitimacy = given.legitimacy_at_start
    now.democracy = fact.democracy_at_start * 1.0
    now.appeal = 1.0
    now.institutions = 0.0
    for g in fact.communities:
        now.inclusion[g] = (
            now.intervenes * fact.inclusion_at_start[g] + (1.0 - now.intervenes) * fact.regime_inclusion[g]
        )


@rule("E22b", "E29c", "E25c")
def decree(now, given, lever, fact):
    """Orders and elections: the purge, the army's fate as a signal, and who stays away from the ballot."""
    purge = lever.purge_order * now.purge_decided
    now.capacity = now.capacity * (1.0 - given.capacity_lost_to_purge * purge)
    soldiers = total(fact.old_army_strength[g] * 1.0 for g in fact.communities)
    now.courtship = larger(now.courtship * exp(-constant.courtship_fading * fact.step), lever.election)
    boycotted = 0.0
    stayed = 0.0
    for g in fact.communities:
        members = total(now.residents[d, g] for d in fact.districts)
        ours = fact.old_army_strength[g] / larger(soldiers, 1.0) - members / larger(now.nation, 1.0)
        signal = (
            lever.army_order
            * (now.retention_decided - constant.neutral_retention)
            / (1.0 - constant.neutral_retention)
            * given.inclusion_by_army
            * ours
        )
        signal = signal * (1.0 if soldiers > 0.0 else 0.0)
        now.inclusion[g] = clip(
            now.inclusion[g] + signal - given.inclusion_lost_to_purge * purge * fact.purged[g], 0.0, 1.0
        )
        stays_away = lever.election * (1.0 if now.inclusion[g] < given.boycott_threshold else 0.0)
        boycotted = larger(boycotted, stays_away)
        stayed = stayed + stays_away * members / larger(now.nation, 1.0)
        now.boycott[g] = larger(now.boycott[g] - fact.step, constant.boycott_weeks * stays_away)
    now.turnout = now.turnout + lever.election * (1.0 - stayed - now.turnout)
    held = lever.election * (1.0 - boycotted)
    now.institutions = clip(now.institutions + given.institutions_by_election * held, 0.0, 1.0)
    now.legitimacy = clip(
        now.legitimacy + given.legitimacy_by_election * held - given.legitimacy_lost_to_boycott * boycotted, 0.0, 1.0
    )


@rule("E22", "E22b", "E23", "E24", "E25", "E25f")
def bargain(now, given, lever, fact):
    """What is offered, what the governing community lets happen, what is believed, and who accepts."""
    strength = 0.0
    against = 0.0
    for g in fact.communities:
        members = total(now.residents[d, g] for d in fact.districts)
        fighting = total(now.fighters[d, a] for d in fact.districts for a in fact.organisations if fact.home[a] == g)
        now.bargaining_power[g] = members + given.weight_of_fighters * fighting
        strength = strength + now.bargaining_power[g]
        against = against + fighting * (1.0 - fact.governs[g])
    effect = exp(given.planning_for_politics * (now.implementation - constant.reference_implementation))
    # (E22b) a government that feels safe keeps more, or can afford to give; one that needs votes courts, or outbids
    own = total(now.government_forces[d] for d in fact.districts)
    now.safety = own / (own + given.offset_per_fighter * against + 1.0)
    now.offer_made = clip(
        now.offer_decided * effect
        - given.offer_lost_to_safety * now.safety
        + given.offer_by_election * smaller(1.0, now.courtship),
        0.0,
        1.0,
    )
    given_away = 0.0
    governing = 0.0
    for g in fact.communities:
        now.bargaining_power[g] = now.bargaining_power[g] / larger(strength, 1.0)
        # (E25) a small community claims beyond its strength, or below it, in proportion to what it is
        now.claimed_in_full[g] = smaller(1.0, now.bargaining_power[g] / constant.power_of_full_claim)
        fair = larger(constant.fair_share * now.bargaining_power[g] - fact.floor_share[g], 0.0)
        now.offered_share[g] = (fact.floor_share[g] + fair * now.offer_made) * (1.0 - fact.governs[g])
        given_away = given_away + now.offered_share[g]
        # the governing community may claim more than its power too, or not: no constant decides it
        governing = (
            governing + (now.bargaining_power[g] + given.over_claim[g] * now.claimed_in_full[g]) * fact.governs[g]
        )
    # (E23) moral hazard: protection lets the governing community avoid compromise, or emboldens its moderates
    hazard = 1.0 - given.moral_hazard * smaller(constant.most_sheltering_presence, now.presence)
    # war makes both sides ask for less: those who govern as well as those who fight them
    tired = given.reservation_lost_to_war * smaller(
        1.0, constant.weeks_of_war * now.national_violence / constant.tiring_violence
    )
    # a purge in force reassures those who govern (E23) and alienates the purged (E25)
    claim = governing - tired - given.concession * hazard - given.reassurance_by_purge * now.purge_decided
    now.consent = logistic(given.acceptance_sharpness * ((1.0 - given_away) - claim))
    # (E24)
    third_party = (
        given.credibility_by_guarantee
        * lever.guarantee
        * smaller(1.0, constant.presence_gain * now.presence)
        * lever.commitment
    )
    now.credibility = clip(
        given.credibility_at_base + third_party + given.credibility_by_institutions * now.institutions, 0.0, 1.0
    )
    most = 0.0
    for g in fact.communities:
        more = (now.offered_share[g] - fact.floor_share[g]) * now.consent * (1.0 - fact.governs[g])
        # whoever stays away from an election gets nothing by it, except where shares are guaranteed
        open_to_all = 1.0 if now.boycott[g] <= 0.0 else lever.guarantee
        now.implemented_share[g] = (fact.floor_share[g] + more * open_to_all) * (1.0 - fact.governs[g])
        most = larger(most, now.implemented_share[g])
    # (E25)
    new_order = larger(now.intervenes, larger(now.civil_war, now.transition))
    for g in fact.communities:
        beyond = given.over_claim[g] - given.reservation_discount - tired
        beyond = beyond + given.alienation_by_purge * now.purge_decided * fact.purged[g]
        reservation = now.bargaining_power[g] + beyond * now.claimed_in_full[g]
        # a promise kept gives the share; a promise broken leaves what fighting on brings, less what disarming cost
        gain = now.credibility * (now.implemented_share[g] - reservation)
        gain = gain - (1.0 - now.credibility) * given.loss_from_disarming * larger(reservation, 0.0)
        # (E25f) a state that delivers is accepted for it by those it does not belong to, or is a prize worth fighting for
        gain = gain + (given.acceptance_by_services - given.prize_of_services) * now.mean_services
        accepted = logistic(given.acceptance_sharpness * gain)
        backlash = clip(
            constant.usual_governing_inclusion
            - constant.spoiling_scale * given.spoiling * larger(most - constant.unnoticed_share, 0.0),
            0.0,
            1.0,
        )
        target = backlash if fact.governs[g] > 0 else larger(accepted, fact.secured_inclusion[g])
        target = new_order * target + (1.0 - new_order) * fact.regime_inclusion[g]
        now.inclusion[g] = clip(
            now.inclusion[g] + fact.step * given.bargaining_pace * (target - now.inclusion[g]), 0.0, 1.0
        )


@rule("E25d", "E25e", "E43", "E44")
def govern(now, given, lever, fact):
    """Institutions, capacity, legitimacy, democracy, and governance as the outcome that all of them make."""
    worst = 1.0
    mean_inclusion = 0.0
    mean_resentment = 0.0
    excluded = 0.0
    turned = 0.0
    for g in fact.communities:
        members = total(now.residents[d, g] for d in fact.districts) / larger(now.nation, 1.0)
        # who is few counts in the mean, and does not alone decide whether an order is shared
        few = 1.0 if members < constant.least_community else 0.0
        worst = smaller(worst, larger(now.inclusion[g], few))
        mean_inclusion = mean_inclusion + members * now.inclusion[g]
        mean_resentment = mean_resentment + members * now.mean_resentment[g]
        excluded = excluded + members * (1.0 - now.inclusion[g])
        turned = turned + members * (1.0 - now.inclusion[g]) * now.sympathy[g]
    now.least_included = worst
    now.sympathy_of_excluded = turned / larger(excluded, constant.least_divisor)
    now.mean_control = 0.0
    now.mean_services = 0.0
    local = 0.0
    government = 0.0
    for d in fact.districts:
        share = now.population[d] / larger(now.nation, 1.0)
        now.mean_control += share * now.control[d]
        now.mean_services += share * (now.electricity[d] + now.services[d]) / 2.0
        local = local + total(now.local_defence[d, g] for g in fact.communities)
        government = government + now.government_forces[d]
    # (E25d)
    calm = larger(0.0, 1.0 - now.national_violence / given.calm_violence)
    growth = given.institutional_growth * worst * calm * (1.0 - now.institutions)
    decay = given.institutional_decay * now.institutions * (1.0 if worst < constant.exclusion_limit else 0.0)
    now.institutions = clip(now.institutions + fact.step * (growth - decay), 0.0, 1.0)
    # (E26c, E31b) what was looted may not come back by itself; civil agencies of the intervener help or crowd out
    # plans for ministries build them, or put a scheme from abroad in the place of what they can do
    planned = (given.planning_for_administration - given.administration_imposed) * now.intervenes
    tended = log(given.capacity_ceiling / larger(1.0 - given.capacity_ceiling, constant.least_divisor))
    aim = logistic(tended + planned * (now.implementation - constant.reference_implementation))
    aim = aim * (1.0 - given.collapse_lasting * now.collapsed) + now.civil_help
    now.capacity = clip(
        now.capacity + fact.step * given.capacity_growth * (clip(aim, 0.0, 1.0) - now.capacity), 0.0, 1.0
    )
    # (E25e) a puppet is not obeyed; armed units beside the state cost it its monopoly; a mean, not a product, so that a
    # state that does half of everything is half legitimate
    performed = (
        mean_inclusion
        * power(now.mean_services, given.legitimacy_by_services)
        * now.mean_control
        * power(now.capacity, given.delivery_by_capacity)
    )
    weight = constant.weight_of_inclusion_and_control + given.legitimacy_by_services + given.delivery_by_capacity
    performed = power(performed, 1.0 / weight)
    performed = performed * (1.0 - given.puppet_cost * mean_resentment) - given.monopoly_cost * local / (
        local + government + 1.0
    )
    now.legitimacy = clip(now.legitimacy + fact.step * given.legitimacy_pace * (performed - now.legitimacy), 0.0, 1.0)
    # (E43)
    aim = (
        given.democracy_base
        + given.democracy_by_inclusion * mean_inclusion
        + given.democracy_by_legitimacy * now.legitimacy
    )
    aim = (
        aim
        - given.democracy_lost_to_violence * now.national_violence
        - given.democracy_lost_to_oil * fact.oil
        + given.democracy_by_preconditions * fact.preconditions
    )
    regime_holds = (1.0 - now.intervenes) * (1.0 - now.transition)
    target = (1.0 - regime_holds) * logistic(aim) + regime_holds * smaller(
        now.democracy, constant.most_regime_democracy
    )
    years = fact.step / constant.weeks_per_year
    trade = (
        given.democracy_by_trade
        * lever.trade_opening
        * (1.0 - given.oil_blocks_trade * fact.oil)
        * (1.0 - now.democracy)
    )
    neighbours = given.democracy_by_diffusion * (fact.neighbours_democracy - now.democracy) * now.appeal
    now.democracy = clip(
        now.democracy + years * (given.democracy_pace * (target - now.democracy) + trade + neighbours), 0.0, 1.0
    )
    now.appeal = clip(
        now.appeal
        - years * given.appeal_lost_to_coercion * now.presence_felt
        + years * constant.appeal_return * (1.0 + lever.model_effort) * (1.0 - now.appeal),
        0.0,
        constant.most_appeal,
    )
    # (E44)
    product = (
        now.capacity
        * now.mean_services
        * now.mean_control
        * mean_inclusion
        * power(now.democracy, constant.democracy_weight)
    )
    geometric = power(product, constant.governance_root)
    parts = now.capacity + now.mean_services + now.mean_control + mean_inclusion
    average = constant.governance_root * (parts + constant.democracy_weight * now.democracy)
    # one part makes up for another as in an average, as in a geometric mean, or even less
    above = larger(average, constant.least_divisor) / larger(geometric, constant.least_divisor)
    now.governance = clip(geometric * power(above, given.substitution_of_parts), 0.0, 1.0)
    quiet = (
        1.0
        if now.national_violence < constant.order_violence
        and worst > constant.order_inclusion
        and now.governance > constant.order_governance
        and now.presence < constant.success_presence
        else 0.0
    )
    now.calm_weeks = (now.calm_weeks + fact.step) * quiet
    now.success = larger(now.success, 1.0 if now.calm_weeks >= constant.success_weeks else 0.0)
