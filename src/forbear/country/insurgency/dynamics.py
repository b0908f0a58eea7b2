"""Rules of the insurgency room: organisations attack, kill, recruit, lose members, and take local deals."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import (
    binomial,
    clip,
    exp,
    larger,
    log,
    logistic,
    normal,
    poisson,
    power,
    probability,
    rule,
    smaller,
    total,
    whole,
)

constant = constants_of(__file__)


@rule("E11", "E26")
def found(now, given, lever, fact):
    """At the start: sizes of lethal events; founding fighters out of sympathisers, fewer where order was planned for."""
    for k in fact.sizes:
        now.size_mass[k] = 0.0
    for x in fact.magnitudes:
        k = fact.lower_class[x]
        mass = exp(-given.event_size_exponent * fact.log_magnitude[x])
        now.size_mass[k] += mass * (1.0 - fact.upper_share[x])
        now.size_mass[k + 1] += mass * fact.upper_share[x]
    left = total(now.size_mass[k] for k in fact.sizes)
    for k in fact.sizes:
        now.size_chance[k] = smaller(1.0, now.size_mass[k] / larger(left, constant.least_divisor * now.size_mass[0]))
        left = left - now.size_mass[k]
    order = exp(
        -constant.planning_on_order
        * given.planning_for_order
        * (now.implementation - constant.reference_implementation)
    )
    war = larger(now.intervenes, now.civil_war)
    for a in fact.organisations:
        g = fact.home[a]
        members = total(now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g] for d in fact.districts)
        for d in fact.districts:
            people = now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g]
            wanted = whole(war * order * fact.founding_fighters[a] * people / larger(members, 1.0))
            joining = smaller(wanted, now.sympathisers[d, g])
            now.fighters[d, a] = joining
            now.sympathisers[d, g] -= joining


@rule("E29a")
def mobilise(now, given, lever, fact):
    """What drives people to armed organisations, each source with its own parameter."""
    for d in fact.districts:
        for g in fact.communities:
            now.mobilised_by_occupation[d, g] = (
                given.mobilisation_by_occupation
                * now.resentment[d, g]
                * (1.0 + given.mobilisation_by_presence * now.density[d] / constant.density_scale)
            )
            now.mobilised_by_exclusion[d, g] = given.mobilisation_by_exclusion * (1.0 - now.inclusion[g])
            now.mobilised_by_fear[d, g] = given.mobilisation_by_fear * now.fear[d, g]
            now.mobilisation[d, g] = (
                given.mobilisation_base
                + now.mobilised_by_occupation[d, g]
                + now.mobilised_by_exclusion[d, g]
                + now.mobilised_by_fear[d, g]
            )


@rule("E9", "E10", "E10b", "E33d")
def attack(now, given, lever, fact):
    """How many attacks, on whom. A burst shared by an organisation's attacks in a district makes them overdispersed.

    Given the burst, counts are Poisson and independent, so organisations that aim at the same target are added
    up before the draw: the sum has the same distribution as the sum of separate draws.
    """
    spread = log(1.0 + 1.0 / given.attack_burstiness)
    width = power(spread, 0.5)
    for d in fact.districts:
        troops_here = 1.0 if now.troops[d] > 0.0 else 0.0
        government_here = 1.0 if now.government_forces[d] > 0.0 else 0.0
        on_intervener = 0.0
        on_government = 0.0
        reach = given.reach_without_contact + (1.0 - given.reach_without_contact) * now.mixing[d]
        # (E10b) soldiers between rivals keep them apart: the sibling of mobilisation by presence
        apart = exp(
            -given.separation_by_presence
            * smaller(constant.most_separating_density, now.density[d] / fact.reference_density)
        )
        for g in fact.communities:
            now.attacks_on_civilians[d, g] = 0.0
            now.coercion[d, g] = 0.0
        for a in fact.organisations:
            g = fact.home[a]
            learned = power(1.0 + now.experience[d, a] / given.learning_scale, given.learning)
            now.intensity[d, a] = (
                fact.step
                * given.attacks_per_fighter
                * given.activity[a]
                * given.district_activity[d]
                * learned
                * now.fighters[d, a]
                * now.suppression[d]
                * (1.0 + given.emboldening * lever.resolve_news)
            )
            now.experience[d, a] += now.intensity[d, a]
            z = normal("burst")
            effort = now.intensity[d, a] * exp(width * z - spread / 2.0)
            on_intervener = (
                on_intervener
                + effort
                * (given.effort_on_intervener[a] + given.effort_from_resentment[a] * now.resentment[d, g])
                * now.exposure[d]
                * troops_here
            )
            on_government = on_government + effort * given.effort_on_government[a] * government_here
            held_back = (
                1.0 if now.triggered > 0.0 else given.restraint[a] + (1.0 - given.restraint[a]) * now.mean_fear[g]
            )
            on_rivals = effort * (given.provocation[a] + given.effort_from_fear[a] * now.fear[d, g])
            on_rivals = on_rivals * held_back * reach * apart
            for h in fact.communities:
                now.attacks_on_civilians[d, h] += (
                    on_rivals * fact.rivalry[g, h] * now.residents[d, h] / larger(now.population[d], 1.0)
                )
            now.coercion[d, g] += (
                effort * given.effort_on_own_side[a] * now.residents[d, g] / larger(now.population[d], 1.0)
            )
        for g in fact.communities:
            # (E33d) armed men in pay can prey on rivals too: the sibling of what local deals bring
            prey = fact.step * given.attacks_per_fighter * given.district_activity[d] * now.suppression[d]
            prey = prey * given.predation_of_local_defence * now.local_defence[d, g] * now.fear[d, g] * reach * apart
            for h in fact.communities:
                now.attacks_on_civilians[d, h] += (
                    prey * fact.rivalry[g, h] * now.residents[d, h] / larger(now.population[d], 1.0)
                )
        now.attacks_on_intervener[d] = poisson("on intervener", on_intervener)
        now.attacks_on_government[d] = poisson("on government", on_government)
        for g in fact.communities:
            now.attacks_on_civilians[d, g] = poisson("on rivals", now.attacks_on_civilians[d, g])
            now.coercion[d, g] = poisson("on own side", now.coercion[d, g])


@rule("E11", "E12")
def kill(now, given, lever, fact):
    """Who dies in attacks. Lethal events have power-law sizes; soldiers' deaths are Poisson."""
    now.intervener_killed = 0.0
    now.government_killed = 0.0
    for d in fact.districts:
        for g in fact.communities:
            lethal = binomial("lethal for rivals", now.attacks_on_civilians[d, g], given.lethal_share)
            dead = 0.0
            for k in fact.sizes:
                here = binomial("sizes for rivals", lethal, now.size_chance[k])
                dead = dead + here * fact.event_size[k]
                lethal = lethal - here
            now.deaths_by_rivals[d, g] = dead
            lethal = binomial("lethal for own side", now.coercion[d, g], given.lethal_share)
            dead = 0.0
            for k in fact.sizes:
                here = binomial("sizes for own side", lethal, now.size_chance[k])
                dead = dead + here * fact.event_size[k]
                lethal = lethal - here
            now.deaths_by_own_side[d, g] = dead
        soldiers = poisson(
            "soldiers", given.soldiers_killed_per_attack * (1.0 - lever.armour) * now.attacks_on_intervener[d]
        )
        now.intervener_killed += smaller(soldiers, whole(now.troops[d]))
        men = poisson("government", given.government_killed_per_attack * now.attacks_on_government[d])
        pool = now.government_forces[d]
        left = smaller(men, pool)
        for g in fact.communities:
            drawn = binomial("of the new forces", left, clip(now.security_forces[d, g] / larger(pool, 1.0), 0.0, 1.0))
            lost = smaller(drawn, now.security_forces[d, g])
            pool = pool - now.security_forces[d, g]
            left = left - lost
            now.security_forces[d, g] -= lost
            drawn = binomial("of the kept army", left, clip(now.army_kept[d, g] / larger(pool, 1.0), 0.0, 1.0))
            lost_kept = smaller(drawn, now.army_kept[d, g])
            pool = pool - now.army_kept[d, g]
            left = left - lost_kept
            now.army_kept[d, g] -= lost_kept
            now.forces_dead[d, g] += lost + lost_kept
            now.government_killed += lost + lost_kept


@rule("E29b", "E29c", "E29d", "E25b", "E38")
def recruit(now, given, lever, fact):
    """Sympathisers, dismissed soldiers and foreigners join; radicals draw from moderates; fighters go home."""
    war = larger(now.intervenes, now.civil_war)
    present = 1.0 if now.force > 0.0 else 0.0
    now.exits_abroad = 0.0
    foreign = (
        given.foreign_fighters
        * (constant.foreigners_without_force + constant.foreigners_by_force * present)
        * lever.border
    )
    sponsor = (
        given.sponsor_support
        * lever.meddling
        * (1.0 + given.sponsor_response * now.adversary_alignment)
        * power(now.presence, given.sponsor_response_to_presence)
    )
    for a in fact.organisations:
        g = fact.home[a]
        members = total(now.residents[d, g] for d in fact.districts)
        taken_by_splinters = total(given.splinter_share[b] for b in fact.organisations if fact.splinter_of[b] == a)
        share = fact.recruit_share[a] * (1.0 - smaller(taken_by_splinters, 1.0))
        if fact.splinter_of[a] >= 0:
            share = given.splinter_share[a]
        inflow = fact.transnational[a] * foreign + fact.sponsored[a] * sponsor
        for d in fact.districts:
            in_community = total(now.fighters[d, b] for b in fact.organisations if fact.home[b] == g)
            network = given.recruits_without_network + (1.0 - given.recruits_without_network) * in_community / (
                in_community + given.network_half_size * now.residents[d, g] + 1.0
            )
            pull = war * now.mobilisation[d, g] * network * share * fact.step
            joined = binomial(
                "sympathisers",
                now.sympathisers[d, g],
                probability(given.recruitment * given.recruitment_ratio[g] * pull),
            )
            now.sympathisers[d, g] -= joined
            dismissed = binomial("dismissed", now.dismissed[d, g], probability(given.dismissed_join * pull))
            now.dismissed[d, g] -= dismissed
            came = poisson("from abroad", war * fact.step * inflow * now.residents[d, g] / larger(members, 1.0))
            now.foreigners_arrived[d, a] += came
            gone = binomial(
                "go home",
                now.fighters[d, a],
                probability(
                    fact.step
                    * given.voluntary_exit
                    * exp(
                        -clip(
                            now.mobilisation[d, g] - constant.usual_mobilisation,
                            -constant.most_exit_change,
                            constant.most_exit_change,
                        )
                    )
                ),
            )
            abroad = binomial("go abroad", fact.transnational[a] * gone, given.returnee_share)
            now.left_abroad[d, a] += abroad
            now.exits_abroad += abroad
            now.neutral[d, g] += gone - abroad
            now.fighters[d, a] += joined + dismissed + came - gone
            now.recruits[d, a] = joined + dismissed
            now.foreign_recruits[d, a] = came
            if fact.splinter_of[a] >= 0:
                # (E25b) an offer made to a community lets its radicals outbid the moderates
                m = fact.splinter_of[a]
                outbid = probability(
                    fact.step
                    * given.outbidding
                    * larger(now.implemented_share[g] - constant.unnoticed_share, 0.0)
                    * constant.outbidding_pace
                )
                defectors = binomial("outbid", now.fighters[d, m], outbid)
                now.fighters[d, m] -= defectors
                now.fighters[d, a] += defectors


@rule("E33a", "E33b", "E33c")
def deal(now, given, lever, fact):
    """Local deals: fighters abused by radicals, afraid of rivals or protected take pay; unpaid, they go back."""
    present = 1.0 if now.force > 0.0 else 0.0
    keep = power(constant.abuse_kept, fact.step)
    for d in fact.districts:
        for g in fact.communities:
            radicals = total(
                now.fighters[d, a] for a in fact.organisations if fact.home[a] == g and fact.splinter_of[a] >= 0
            )
            moderates = total(
                now.fighters[d, a] for a in fact.organisations if fact.home[a] == g and fact.splinter_of[a] < 0
            )
            now.abuse[d, g] = keep * now.abuse[d, g] + (1.0 - keep) * (
                now.harm_by_insurgents[d, g] + constant.abuse_by_radicals * radicals / (moderates + radicals + 1.0)
            )
            back = binomial(
                "back to arms",
                now.local_defence[d, g],
                probability(fact.step * (1.0 - lever.local_pay) * given.reversion * (1.0 - now.inclusion[g])),
            )
            now.local_defence[d, g] -= back
            tired = binomial("quit", now.local_defence[d, g], probability(constant.local_defence_leaving * fact.step))
            now.local_defence[d, g] -= tired
            now.neutral[d, g] += tired
            to_fight = binomial("to fight again", back, constant.share_fighting_again)
            unplaced = to_fight
            appeal = (
                given.deal_base
                + given.deal_from_abuse * smaller(now.abuse[d, g], constant.most_abuse)
                + given.deal_from_fear * now.fear[d, g]
                - given.deal_lost_to_resentment * now.resentment[d, g]
            )
            appeal = (
                appeal
                + constant.protection_weight * given.deal_from_protection * now.control[d] * now.protecting * present
            )
            for a in fact.organisations:
                if fact.home[a] == g and fact.splinter_of[a] < 0:
                    now.fighters[d, a] += unplaced
                    unplaced = 0.0
                    rate = lever.local_offer * fact.open_to_deals[a] * given.deal_rate * logistic(appeal)
                    turned = binomial("turn", now.fighters[d, a], probability(fact.step * rate))
                    now.fighters[d, a] -= turned
                    bring = smaller(
                        constant.most_brought,
                        turned * given.civilians_per_defector / larger(now.sympathisers[d, g], 1.0),
                    )
                    brought = binomial("bring", now.sympathisers[d, g], bring)
                    now.sympathisers[d, g] -= brought
                    now.local_defence[d, g] += turned + brought
                    now.defected_to_deals[d, a] = turned
            now.neutral[d, g] += back - to_fight + unplaced
