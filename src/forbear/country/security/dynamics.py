"""Rules of the security room: forces become control, control becomes information, information becomes removals."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, clip, exp, larger, poisson, power, probability, rule, smaller, total

constant = constants_of(__file__)


@rule("E1", "E2", "E2b", "E3", "E3b", "E7", "E8")
def control(now, given, lever, fact):
    """Where soldiers stand, what security forces are worth, who controls the district."""
    soldiers = now.force + lever.partners * now.intervenes
    now.presence = constant.per_thousand * soldiers / larger(now.nation, 1.0) / fact.reference_density
    # (E2b) whether the intervener is there is no matter of yes or no: a few soldiers are a little of it
    half = given.presence_of_half_effect
    now.presence_felt = smaller(1.0, (1.0 + half) * now.presence / (now.presence + half))
    spread = total(now.deployed_weight[d] * now.population[d] for d in fact.districts)
    doctrine = (
        1.0 + given.doctrine_effect * (now.protecting - constant.usual_population_security) / constant.doctrine_step
    )
    for d in fact.districts:
        now.troops[d] = soldiers * now.deployed_weight[d] * now.population[d] / larger(spread, 1.0)
        people = larger(now.population[d], 1.0)
        now.density[d] = constant.per_thousand * now.troops[d] / people
        relative = now.density[d] / fact.reference_density
        now.presence_nearby[d] = smaller(1.0, (1.0 + half) * relative / (relative + half))
        new = total(now.security_forces[d, g] for g in fact.communities)
        kept = total(now.army_kept[d, g] for g in fact.communities)
        local = total(now.local_defence[d, g] for g in fact.communities)
        now.government_forces[d] = new + kept
        serving = constant.per_thousand * (new + kept) / people / fact.reference_density
        now.government_nearby[d] = smaller(1.0, (1.0 + half) * serving / (serving + half))
        mass = now.troops[d] * now.readiness * doctrine + now.force_quality * new + now.kept_quality * kept
        mass = mass + given.local_defence_value * lever.local_pay * local
        now.security_mass[d] = larger(0.0, mass)
        fighting = total(now.fighters[d, a] for a in fact.organisations)
        # (E3) officials who register, tax and judge hold ground that arms alone do not, or draw those who fight the state;
        # (E3b) and where nobody fights them they hold it without soldiers, as most ground of the world is held
        holding = now.security_mass[d] * exp(
            given.control_by_administration * (now.capacity - constant.reference_capacity)
        )
        holding = holding + given.held_by_officials * now.capacity * fact.control_floor * people
        now.control[d] = holding / (holding + given.offset_per_fighter * fighting + fact.control_floor * people)
        now.suppression[d] = exp(
            -given.suppression * (constant.per_thousand * now.security_mass[d] / people) / constant.suppression_scale
        )
        dispersal = larger(
            constant.least_dispersal,
            1.0 + given.exposure_of_posts * (now.protecting - constant.usual_population_security),
        )
        now.exposure[d] = smaller(
            constant.most_exposure,
            now.presence_nearby[d] * power(relative, given.exposure_elasticity) * dispersal,
        )


@rule("E4", "E4b", "E14")
def inform(now, given, lever, fact):
    """Information from people who dare to speak, from local forces, from telephones and from other sources."""
    for d in fact.districts:
        known = 0.0
        fighting = 0.0
        heard_of = 0.0
        living = 0.0
        told_by_residents = 0.0
        for a in fact.organisations:
            g = fact.home[a]
            friendly = now.supporters[d, g] / larger(now.residents[d, g], 1.0)
            in_community = total(now.fighters[d, b] for b in fact.organisations if fact.home[b] == g)
            local = (
                now.local_defence[d, g]
                * smaller(1.0, lever.local_pay + constant.unpaid_information)
                / (now.local_defence[d, g] + in_community + 1.0)
            )
            # (E4b) people tell of radicals who abuse them; whoever fears their revenge tells nothing
            hush = exp(-given.silence_from_reprisals * now.silenced[d, g])
            told = friendly * now.control[d] + given.tips_on_radicals * fact.radical[a] * smaller(
                now.abuse[d, g], constant.most_abuse
            )
            tips = given.tips * (
                hush * told
                + given.information_from_local_defence * local
                + given.information_from_phones * lever.phones
            )
            told_by_residents = told_by_residents + now.residents[d, g] * given.tips * hush * told
            heard = 1.0 - exp(-larger(0.0, tips) - given.other_intelligence)
            leak = given.leak_from_kept_army * now.army_kept[d, g] / larger(now.government_forces[d], 1.0)
            now.information[d, a] = clip(heard * (1.0 - leak), 0.0, 1.0)
            known = known + now.information[d, a] * now.fighters[d, a]
            fighting = fighting + now.fighters[d, a]
            heard_of = heard_of + now.information[d, a] * now.residents[d, g]
            living = living + now.residents[d, g]
        # where nobody fights there is nobody to weigh by: organisations count by the people whom they could live among
        alike = heard_of / larger(living, 1.0)
        now.tips[d] = told_by_residents / larger(living, 1.0)
        now.mean_information[d] = known / larger(fighting, 1.0) if fighting > 0.0 else alike
        care = larger(
            0.0,
            1.0 - given.care_of_population_security * (now.protecting - constant.usual_population_security),
        )
        now.raids[d] = (
            given.resentment_of_raids
            * (now.density[d] / constant.density_scale)
            * (1.0 - now.mean_information[d])
            * care
        )


@rule("E5", "E6", "E6b", "E6c", "E6d")
def operate(now, given, lever, fact):
    """Operations and raids on networks remove fighters; bystanders are held with them; what prison does to minds."""
    within_reach = larger(lever.access, smaller(1.0, now.presence))
    for g in fact.communities:
        members = total(now.residents[d, g] for d in fact.districts)
        held = total(now.bystanders_held[d, g] for d in fact.districts) + total(
            now.detainees[d, a] for d in fact.districts for a in fact.organisations if fact.home[a] == g
        )
        share = held / (held + members + 1.0)
        now.detention[g] = share / (share + constant.mass_detention)
    for d in fact.districts:
        for g in fact.communities:
            now.captured[d, g] = 0.0
        reference = fact.reference_density * now.population[d] / constant.per_thousand
        relative = power(now.density[d] / fact.reference_density, given.mass_elasticity)
        foreign = given.operations_by_intervener * reference * relative * now.presence_nearby[d]
        worth = larger(
            0.0,
            now.force_quality * total(now.security_forces[d, g] for g in fact.communities)
            + now.kept_quality * total(now.army_kept[d, g] for g in fact.communities),
        )
        now.operations[d] = (
            foreign * power(lever.rules_of_engagement, given.cost_of_restrictive_rules)
            + given.operations_by_government * worth
        )
        for a in fact.organisations:
            g = fact.home[a]
            in_community = total(now.fighters[d, b] for b in fact.organisations if fact.home[b] == g)
            hiding = given.hiding * now.residents[d, g]
            # mass action instead of saturation is a rival form; both agree where fighters equal the hiding scale
            hidden = (1.0 - fact.linear_removal) * in_community + (1.0 + fact.linear_removal) * hiding + 1.0
            hazard = now.operations[d] * now.information[d, a] / hidden
            raided = given.removal_by_network_raids * lever.network_raids * within_reach * fact.radical[a]
            hazard = hazard + raided
            gone = binomial("removed", now.fighters[d, a], probability(fact.step * hazard))
            in_raids = gone * raided / larger(hazard, constant.least_divisor)
            now.removed_in_raids[d, a] = in_raids
            fade = power(constant.revenge_kept, fact.step)
            now.raided[d, a] = smaller(1.0, fade * now.raided[d, a] + in_raids / (now.fighters[d, a] + 1.0))
            killed = binomial("killed", gone, given.killed_share)
            now.removed[d, a] = gone
            now.fighters_killed[d, a] = killed
            now.fighters[d, a] -= gone
            now.fighters_dead[d, a] += killed
            freed = binomial("released", now.detainees[d, a], probability(fact.step * given.release_rate))
            # (E6d) prison can be a school or a cure: the same share of a community in custody, of either sign
            again = given.rejoining_share * (1.0 + given.minds_changed_in_prison * now.detention[g])
            rejoined = binomial("rejoined", freed, clip(again, 0.0, 1.0))
            now.rejoined[d, a] = rejoined
            now.captured[d, g] += gone - killed
            now.released[d, a] = freed
            now.detainees[d, a] += gone - killed - freed
            now.fighters[d, a] += rejoined
            now.neutral[d, g] += freed - rejoined
        for a in fact.organisations:
            if fact.splinter_of[a] >= 0:
                m = fact.splinter_of[a]
                over = binomial(
                    "gone over in prison",
                    smaller(now.rejoined[d, m], now.fighters[d, m]),
                    clip(given.gone_over_in_prison * now.detention[fact.home[a]], 0.0, 1.0),
                )
                now.fighters[d, m] -= over
                now.fighters[d, a] += over
        for g in fact.communities:
            swept = given.bystanders_per_captive * (1.0 - now.mean_information[d]) * now.captured[d, g]
            share = smaller(constant.most_swept, swept / larger(now.neutral[d, g], 1.0))
            arrested = binomial("bystanders", now.neutral[d, g], share)
            freed = binomial(
                "bystanders released", now.bystanders_held[d, g], probability(fact.step * given.release_rate)
            )
            turned = given.bystanders_turned * (1.0 + given.minds_changed_in_prison * now.detention[g])
            opposed = binomial("bystanders turned", freed, clip(turned, 0.0, 1.0))
            now.bystanders_held[d, g] += arrested - freed
            now.sympathisers[d, g] += opposed
            now.neutral[d, g] += freed - opposed - arrested


@rule("E13")
def harm(now, given, lever, fact):
    """Civilians killed by the intervener, in engagements and from the air, where it does not know whom it faces."""
    troops = total(now.troops[d] for d in fact.districts)
    for d in fact.districts:
        blind = 1.0 - now.mean_information[d]
        care = larger(
            0.0,
            1.0 - given.care_of_population_security * (now.protecting - constant.usual_population_security),
        )
        on_ground = (
            given.civilians_killed_per_engagement * lever.rules_of_engagement * care * now.attacks_on_intervener[d]
        )
        strikes = lever.air_strikes * now.intervenes * now.troops[d] / larger(troops, 1.0)
        from_air = given.civilians_killed_per_strike * strikes * fact.step
        for g in fact.communities:
            share = now.residents[d, g] / larger(now.population[d], 1.0)
            now.deaths_by_intervener[d, g] = poisson("civilians", (on_ground + from_air) * blind * share)
