"""Rules of the security room: forces become control, control becomes information, information becomes removals."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, clip, exp, larger, poisson, power, probability, rule, smaller, total

constant = constants_of(__file__)


@rule("E1", "E2", "E3", "E7", "E8")
def control(now, given, lever, fact):
    """Where soldiers stand, what security forces are worth, who controls the district."""
    soldiers = now.force + lever.partners * now.intervenes
    now.presence = constant.per_thousand * soldiers / larger(now.nation, 1.0) / fact.reference_density
    spread = total(now.deployed_weight[d] * now.population[d] for d in fact.districts)
    doctrine = (
        1.0 + given.doctrine_effect * (now.protecting - constant.usual_population_security) / constant.doctrine_step
    )
    for d in fact.districts:
        now.troops[d] = soldiers * now.deployed_weight[d] * now.population[d] / larger(spread, 1.0)
        people = larger(now.population[d], 1.0)
        now.density[d] = constant.per_thousand * now.troops[d] / people
        new = total(now.security_forces[d, g] for g in fact.communities)
        kept = total(now.army_kept[d, g] for g in fact.communities)
        local = total(now.local_defence[d, g] for g in fact.communities)
        now.government_forces[d] = new + kept
        mass = now.troops[d] * now.readiness * doctrine + now.force_quality * new + now.kept_quality * kept
        mass = mass + given.local_defence_value * lever.local_pay * local
        now.security_mass[d] = larger(0.0, mass)
        fighting = total(now.fighters[d, a] for a in fact.organisations)
        now.control[d] = now.security_mass[d] / (
            now.security_mass[d] + given.offset_per_fighter * fighting + fact.control_floor * people
        )
        now.suppression[d] = exp(
            -given.suppression * (constant.per_thousand * now.security_mass[d] / people) / constant.suppression_scale
        )
        dispersal = larger(
            constant.least_dispersal,
            1.0 + given.exposure_of_posts * (now.protecting - constant.usual_population_security),
        )
        now.exposure[d] = smaller(
            constant.most_exposure,
            power(now.density[d] / fact.reference_density, given.exposure_elasticity) * dispersal,
        )


@rule("E4", "E14")
def inform(now, given, lever, fact):
    """Information from people who dare to speak, from local forces, from telephones and from other sources."""
    for d in fact.districts:
        known = 0.0
        fighting = 0.0
        heard_of = 0.0
        organisations = 0.0
        for a in fact.organisations:
            g = fact.home[a]
            friendly = now.supporters[d, g] / larger(now.residents[d, g], 1.0)
            in_community = total(now.fighters[d, b] for b in fact.organisations if fact.home[b] == g)
            local = (
                now.local_defence[d, g]
                * smaller(1.0, lever.local_pay + constant.unpaid_information)
                / (now.local_defence[d, g] + in_community + 1.0)
            )
            tips = given.tips * (
                friendly * now.control[d]
                + given.information_from_local_defence * local
                + given.information_from_phones * lever.phones
            )
            heard = 1.0 - exp(-larger(0.0, tips) - given.other_intelligence)
            leak = given.leak_from_kept_army * now.army_kept[d, g] / larger(now.government_forces[d], 1.0)
            now.information[d, a] = clip(heard * (1.0 - leak), 0.0, 1.0)
            known = known + now.information[d, a] * now.fighters[d, a]
            fighting = fighting + now.fighters[d, a]
            heard_of = heard_of + now.information[d, a]
            organisations = organisations + 1.0
        # where nobody fights there is nobody to weigh by: every organisation counts alike
        alike = heard_of / larger(organisations, 1.0)
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


@rule("E5", "E6", "E6b")
def operate(now, given, lever, fact):
    """Operations remove fighters whom they can find; some detainees come back."""
    for d in fact.districts:
        reference = fact.reference_density * now.population[d] / constant.per_thousand
        relative = power(now.density[d] / fact.reference_density, given.mass_elasticity)
        foreign = given.operations_by_intervener * reference * relative if now.troops[d] > 0.0 else 0.0
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
            gone = binomial("removed", now.fighters[d, a], probability(fact.step * hazard))
            killed = binomial("killed", gone, given.killed_share)
            now.removed[d, a] = gone
            now.fighters_killed[d, a] = killed
            now.fighters[d, a] -= gone
            now.fighters_dead[d, a] += killed
            freed = binomial("released", now.detainees[d, a], probability(fact.step * given.release_rate))
            rejoined = binomial("rejoined", freed, given.rejoining_share)
            now.released[d, a] = freed
            now.detainees[d, a] += gone - killed - freed
            now.fighters[d, a] += rejoined
            now.neutral[d, g] += freed - rejoined


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
