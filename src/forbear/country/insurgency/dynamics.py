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


@rule("E10d", "E11", "E26")
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
        now.usual_hold[a] = -1.0  # nothing to compare with yet
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


@rule("E10d")
def hold_fire(now, given, lever, fact):
    """Each organisation declares a truce or breaks it by its own decision: after losses, foreseeing them, as sponsors wish.

    Where a truce holds, those who obey stop. Those who do not obey can be deadlier than before: the sibling.
    """
    for a in fact.organisations:
        g = fact.home[a]
        strength = total(now.fighters[d, a] for d in fact.districts)
        lost = total(now.removed[d, a] + now.fallen[d, a] for d in fact.districts)
        keep = power(constant.losses_kept, fact.step)
        now.rate_of_losses[a] = keep * now.rate_of_losses[a] + (1.0 - keep) * lost / (strength + lost + 1.0) / fact.step
        pressure = smaller(now.rate_of_losses[a] / constant.usual_losses, constant.most_losses)
        # what leaders foresee: the hold of those who fight them, where their people are, against what it was
        held = total(now.fighters[d, a] * now.control[d] for d in fact.districts) / larger(strength, 1.0)
        slow = power(constant.hold_kept, fact.step)
        usual = now.usual_hold[a] if now.usual_hold[a] >= 0.0 else held
        now.usual_hold[a] = slow * usual + (1.0 - slow) * held
        foreseen = clip((held - now.usual_hold[a]) / constant.tightening, -constant.most_losses, constant.most_losses)
        sponsor = fact.sponsored[a] * lever.meddling
        fearful = given.truce_lost_to_fear * now.mean_fear[g]
        wish = given.truce_from_losses * pressure + given.truce_from_foresight * foreseen
        wish = wish + given.truce_from_sponsor * sponsor - fearful
        declares = fact.open_to_truce[a] * given.truce_rate * exp(wish)
        declared = binomial("declare", 1.0 - now.truce[a], probability(fact.step * declares))
        broken = binomial("break", now.truce[a], probability(fact.step * given.truce_breaking * exp(fearful)))
        now.truce[a] += declared - broken
        defiant = (1.0 - given.truce_obeyed) * given.deadliness_of_defiant
        now.readiness_to_fight[a] = 1.0 - now.truce[a] + now.truce[a] * defiant
        held_back = given.restraint[a] + (1.0 - given.restraint[a]) * now.mean_fear[g]
        now.readiness_for_rivals[a] = now.unrestrained + (1.0 - now.unrestrained) * held_back


@rule("E10b", "E10c")
def clash(now, given, lever, fact):
    """Organisations of rival communities fight one another where they meet; a balance can deter or invite."""
    for d in fact.districts:
        # (E10b) soldiers between rivals keep them apart: the sibling of mobilisation by presence
        apart = exp(
            -given.separation_by_presence
            * smaller(constant.most_separating_density, now.density[d] / fact.reference_density)
        )
        reach = given.reach_without_contact + (1.0 - given.reach_without_contact) * now.contact[d]
        now.kept_apart[d] = apart
        now.contact_of_fighters[d] = reach * apart
        for g in fact.communities:
            now.hostile[d, g] = 0.0
            now.in_arms[d, g] = 0.0
        for a in fact.organisations:
            g = fact.home[a]
            now.in_arms[d, g] += now.fighters[d, a]
            now.hostile[d, g] += now.fighters[d, a] * now.readiness_to_fight[a] * now.readiness_for_rivals[a]
        now.clashes[d] = 0.0
        for g in fact.communities:
            rivals = total(fact.rivalry[h, g] * now.hostile[d, h] for h in fact.communities)
            both = now.in_arms[d, g] + rivals + 1.0
            lead = (now.in_arms[d, g] - rivals) / both
            quiet = exp(-given.deterrence_by_balance * (1.0 - lead * lead))
            now.hazard_of_clashes[d, g] = (
                given.clash_rate * quiet * now.contact_of_fighters[d] * now.suppression[d] * rivals / both
            )
        for a in fact.organisations:
            g = fact.home[a]
            chance = probability(fact.step * now.hazard_of_clashes[d, g])
            now.clashes[d] += now.fighters[d, a] * chance
            fallen = binomial("fallen", now.fighters[d, a], chance)
            now.fallen[d, a] = fallen
            now.fighters[d, a] -= fallen
            now.fighters_dead[d, a] += fallen


@rule("E9", "E9b", "E10", "E10c", "E10e", "E10f", "E33d")
def attack(now, given, lever, fact):
    """How many attacks, on whom. A burst shared by an organisation's attacks in a district makes them overdispersed.

    Given the burst, counts are Poisson and independent, so organisations that aim at the same target are added
    up before the draw: the sum has the same distribution as the sum of separate draws.
    """
    spread = log(1.0 + 1.0 / given.attack_burstiness)
    width = power(spread, 0.5)
    for a in fact.organisations:
        now.aimed_at_intervener[a] = 0.0
    for d in fact.districts:
        on_intervener = 0.0
        on_government = 0.0
        reach = now.contact_of_fighters[d]
        # (E9b) looted arms serve those who attack, or residents who keep attackers off
        armed = exp((given.attacks_by_looted_arms - given.defence_by_looted_arms) * now.looted_arms[d])
        for g in fact.communities:
            # (E10c) whoever lives where armed rivals fight one another is hit, too
            now.attacks_on_civilians[d, g] = (
                given.crossfire * now.clashes[d] * now.residents[d, g] / larger(now.population[d], 1.0)
            )
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
                * now.readiness_to_fight[a]
                * larger(0.0, 1.0 + given.revenge_for_raids * now.raided[d, a])
                * (1.0 + given.emboldening * lever.resolve_news)
                * armed
            )
            now.experience[d, a] += now.intensity[d, a]
            z = normal("burst")
            effort = now.intensity[d, a] * exp(width * z - spread / 2.0)
            aimed = (
                effort
                * (given.effort_on_intervener[a] + given.effort_from_resentment[a] * now.resentment[d, g])
                * now.exposure[d]
            )
            on_intervener = on_intervener + aimed
            now.sought_by[a] = aimed
            on_government = on_government + effort * given.effort_on_government[a] * now.government_nearby[d]
            held_back = now.readiness_for_rivals[a]
            on_rivals = effort * (given.provocation[a] + given.effort_from_fear[a] * now.fear[d, g])
            on_rivals = on_rivals * held_back * reach * now.policed[d, g] / larger(now.population[d], 1.0)
            # (E10e) avengers follow whoever fights for their community, and strike the rivals whom they meet; before an
            # outrage they are held back by those whom they follow, and no fear undoes that; a truce binds them, too
            loose = now.unrestrained + (1.0 - now.unrestrained) * given.restraint[a]
            unleashed = now.readiness_to_fight[a] * loose
            met = total(fact.rivalry[g, h] * now.residents[d, h] for h in fact.communities)
            # each of them can avenge only so much in a week, less where order is kept
            called = now.revenge[d, g] * now.fighters[d, a] / (now.in_arms[d, g] + 1.0)
            able = fact.step * given.avenging_capacity * now.fighters[d, a] * now.suppression[d]
            avenging = called * able / larger(called + able, constant.least_divisor) * unleashed
            avenging = avenging * now.kept_apart[d] * now.policed[d, g] / larger(met, 1.0)
            for h in fact.communities:
                now.attacks_on_civilians[d, h] += (on_rivals + avenging) * fact.rivalry[g, h] * now.residents[d, h]
            now.coercion[d, g] += (
                effort * given.effort_on_own_side[a] * now.residents[d, g] / larger(now.population[d], 1.0)
            )
        for g in fact.communities:
            # (E33d) armed men in pay can prey on rivals too: the sibling of what local deals bring
            prey = fact.step * given.attacks_per_fighter * given.district_activity[d] * now.suppression[d]
            prey = prey * given.predation_of_local_defence * now.local_defence[d, g] * now.fear[d, g] * reach
            for h in fact.communities:
                now.attacks_on_civilians[d, h] += (
                    prey * fact.rivalry[g, h] * now.residents[d, h] / larger(now.population[d], 1.0)
                )
        # (E10f) nobody is attacked who is not there: few soldiers are few targets; who finds none may turn elsewhere
        sought = given.soldiers_per_target * on_intervener / (now.troops[d] * fact.step + 1.0)
        found = 1.0 / (1.0 + sought)
        for a in fact.organisations:
            now.aimed_at_intervener[a] += found * now.sought_by[a]
        on_government = (
            on_government + given.turned_elsewhere * (1.0 - found) * on_intervener * now.government_nearby[d]
        )
        on_intervener = found * on_intervener
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


@rule("E6d", "E29b", "E29c", "E29d", "E29e", "E25b", "E38")
def recruit(now, given, lever, fact):
    """Sympathisers, dismissed soldiers and foreigners join; radicals draw from moderates; fighters go home."""
    war = larger(now.intervenes, now.civil_war)
    now.exits_abroad = 0.0
    # those who come to fight the intervener stay away with it; a vacuum draws others in: the sibling
    absent = 1.0 - now.presence_felt
    drawn = 1.0 - given.foreigners_by_presence * absent + given.foreigners_by_vacuum * absent * now.sanctuary
    foreign = given.foreign_fighters * drawn * lever.border
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
            deterred = exp(-given.deterrence_by_detention * now.detention[g])
            # (E29e) rents pay men to fight, or hire them away into business
            paid = (1.0 + given.recruits_by_rents * now.rents[d, a]) / (1.0 + given.exits_by_rents * now.rents[d, a])
            pull = war * now.mobilisation[d, g] * network * share * deterred * paid * fact.step
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
                    / paid
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


@rule("E33a", "E33b", "E33c", "E33e")
def deal(now, given, lever, fact):
    """Local deals: fighters abused by radicals, afraid of rivals or protected take pay; unpaid, they go back."""
    war = larger(now.intervenes, now.civil_war)
    keep = power(constant.abuse_kept, fact.step)
    for d in fact.districts:
        for g in fact.communities:
            radicals = total(
                now.fighters[d, a] for a in fact.organisations if fact.home[a] == g and fact.splinter_of[a] >= 0
            )
            moderates = total(
                now.fighters[d, a] for a in fact.organisations if fact.home[a] == g and fact.splinter_of[a] < 0
            )
            # what radicals take from their own community is seen as what they do to take it
            taken = now.coercion[d, g] / fact.step / constant.heavy_coercion
            taken = taken / (now.residents[d, g] + fact.small_community)
            taken = taken + total(
                now.rents[d, a] for a in fact.organisations if fact.home[a] == g and fact.splinter_of[a] >= 0
            )
            now.abuse[d, g] = keep * now.abuse[d, g] + (1.0 - keep) * (
                given.overreach * (now.harm_by_insurgents[d, g] + taken)
                + constant.abuse_by_radicals * radicals / (moderates + radicals + 1.0)
            )
            now.silenced[d, g] = now.harm_by_insurgents[d, g] / (
                now.harm_by_insurgents[d, g] + constant.harm_of_half_silence
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
                - given.silence_from_reprisals * now.silenced[d, g]
            )
            appeal = (
                appeal
                + constant.protection_weight
                * given.deal_from_protection
                * now.control[d]
                * now.protecting
                * now.presence_nearby[d]
            )
            # (E33e) abused by radicals, people turn without anybody's offer; with pay, residents stand guard
            unaided = war * given.unaided_turning * smaller(now.abuse[d, g], constant.most_abuse) / constant.most_abuse
            offer = smaller(1.0, lever.local_offer * lever.offer_priority[d])
            offered = larger(offer, unaided)
            guards = given.residents_standing_guard * larger(offer * lever.local_pay, unaided)
            standing = binomial("stand guard", now.neutral[d, g], probability(fact.step * guards * logistic(appeal)))
            now.neutral[d, g] -= standing
            now.local_defence[d, g] += standing
            for a in fact.organisations:
                if fact.home[a] == g and fact.splinter_of[a] < 0:
                    now.fighters[d, a] += unplaced
                    unplaced = 0.0
                    rate = offered * fact.open_to_deals[a] * given.deal_rate * logistic(appeal)
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
