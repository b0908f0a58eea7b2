"""Rules of the people room: allegiance, resentment, fear, harm remembered, displacement and unmixing.

Reads what others did to people (deaths by cause, forces present, services, inclusion); writes where people are,
how many there are, and what they feel.
"""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import (
    binomial,
    clip,
    exp,
    larger,
    logistic,
    probability,
    rule,
    smaller,
    total,
    uniform,
    whole,
)

constant = constants_of(__file__)


@rule("E28", "E18")
def settle(now, given, lever, fact):
    """At the start: residents by community and side; contact from the shares of communities."""
    for d in fact.districts:
        everyone = total(fact.population_at_start[d, g] for g in fact.communities)
        alike = 0.0
        for g in fact.communities:
            people = fact.population_at_start[d, g] * 1.0
            now.supporters[d, g] = whole(people * given.support_at_start[g])
            now.sympathisers[d, g] = smaller(whole(people * given.sympathy_at_start[g]), people - now.supporters[d, g])
            now.neutral[d, g] = people - now.supporters[d, g] - now.sympathisers[d, g]
            now.resentment[d, g] = given.resentment_at_start[g]
            now.fear[d, g] = given.fear_at_start[g]
            share = people / larger(everyone, 1.0)
            alike = alike + share * share
        now.mixing_at_start[d] = (
            fact.mixing[d] if fact.mixing[d] >= 0.0 else smaller(1.0, constant.mixing_scale * (1.0 - alike))
        )
        now.mixing[d] = now.mixing_at_start[d]


@rule("E28", "E18b")
def count(now, given, lever, fact):
    """Who lives where at the start of the step, where communities meet, and national means of fear and resentment."""
    now.nation = 0.0
    for d in fact.districts:
        # (E18b) walls stand between quarters, whoever lives in them
        now.contact[d] = now.mixing[d] * (1.0 - given.contact_cut_by_walls * lever.walls[d])
        for g in fact.communities:
            now.residents[d, g] = now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g]
        now.population[d] = total(now.residents[d, g] for g in fact.communities)
        now.nation += now.population[d]
    for g in fact.communities:
        people = 1.0
        afraid = 0.0
        resentful = 0.0
        sympathetic = 0.0
        for d in fact.districts:
            people = people + now.residents[d, g]
            afraid = afraid + now.residents[d, g] * now.fear[d, g]
            resentful = resentful + now.residents[d, g] * now.resentment[d, g]
            sympathetic = sympathetic + now.sympathisers[d, g]
        now.mean_fear[g] = afraid / people
        now.mean_resentment[g] = resentful / people
        now.sympathy[g] = sympathetic / people


@rule("E13", "E10")
def bury(now, given, lever, fact):
    """Take the dead from the living, whatever killed them; no community loses more than it has."""
    for d in fact.districts:
        for g in fact.communities:
            left = now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g]
            now.deaths_by_rivals[d, g] = smaller(now.deaths_by_rivals[d, g], left)
            left = left - now.deaths_by_rivals[d, g]
            now.deaths_by_own_side[d, g] = smaller(now.deaths_by_own_side[d, g], left)
            left = left - now.deaths_by_own_side[d, g]
            now.deaths_by_intervener[d, g] = smaller(now.deaths_by_intervener[d, g], left)
            left = left - now.deaths_by_intervener[d, g]
            now.deaths_by_regime[d, g] = smaller(now.deaths_by_regime[d, g], left)
            dead = (
                now.deaths_by_rivals[d, g]
                + now.deaths_by_own_side[d, g]
                + now.deaths_by_intervener[d, g]
                + now.deaths_by_regime[d, g]
            )
            alive = now.supporters[d, g] + now.neutral[d, g] + now.sympathisers[d, g]
            drawn = binomial("supporters among the dead", dead, now.supporters[d, g] / larger(alive, 1.0))
            first = smaller(drawn, now.supporters[d, g])
            rest = alive - now.supporters[d, g]
            drawn = binomial("sympathisers among the dead", dead - first, now.sympathisers[d, g] / larger(rest, 1.0))
            second = smaller(drawn, now.sympathisers[d, g])
            third = smaller(dead - first - second, now.neutral[d, g])
            # whoever could not be taken from the last side is taken from the others: the sum never exceeds `alive`
            over = dead - first - second - third
            more = smaller(over, now.supporters[d, g] - first)
            first = first + more
            second = second + (over - more)
            now.supporters[d, g] -= first
            now.sympathisers[d, g] -= second
            now.neutral[d, g] -= third
            now.deaths[d, g] = dead
            now.civilians_dead[d, g] += dead


@rule("E10e")
def avenge(now, given, lever, fact):
    """Deaths at the hands of rivals call for revenge where communities meet, or for restraint by one's own."""
    fade = exp(-given.grief_fading * fact.step)
    for d in fact.districts:
        for g in fact.communities:
            now.unavenged[d, g] = fade * now.unavenged[d, g] + now.deaths_by_rivals[d, g]
            grief = constant.per_100k * now.unavenged[d, g] / (now.residents[d, g] + fact.small_community)
            # the sibling of revenge: a community that fears the spiral polices its own
            now.policed[d, g] = exp(-given.policing * grief)
            called = given.revenge * (1.0 - fade) * now.unavenged[d, g]
            now.revenge[d, g] = called * now.contact[d]


@rule("E15", "E16", "E16b", "E17")
def feel(now, given, lever, fact):
    """Resentment of presence, harm and raids; fear of rivals; what is remembered of harm; smoothed violence."""
    fade = exp(-constant.harm_fading * fact.step)
    dead_everywhere = 0.0
    for d in fact.districts:
        dead_here = total(now.deaths[d, g] for g in fact.communities)
        dead_everywhere = dead_everywhere + dead_here
        rate = constant.per_100k * dead_here / larger(now.population[d], 1.0) / fact.step
        now.violence[d] = fade * now.violence[d] + (1.0 - fade) * rate
    national_rate = constant.per_100k * dead_everywhere / larger(now.nation, 1.0) / fact.step
    now.national_violence = fade * now.national_violence + (1.0 - fade) * national_rate
    occupied = now.years / (now.years + constant.years_of_half_impatience)
    for g in fact.communities:
        # (E16b) defeat, consent and a shared threat make a presence acceptable; nationalism grows with its length
        accepted = (
            given.acceptance_by_defeat * lever.defeat
            + given.acceptance_by_consent * lever.sovereignty * now.inclusion[g]
            + given.acceptance_by_threat * fact.external_threat[g]
        )
        now.acceptance[g] = clip(
            accepted - given.nationalism * occupied, -constant.most_acceptance, constant.most_acceptance
        )
        killed = total(now.deaths_by_rivals[d, g] for d in fact.districts)
        members = total(now.residents[d, g] for d in fact.districts)
        national = constant.per_100k * killed / (members + fact.small_community) / fact.step
        for d in fact.districts:
            size = now.residents[d, g] + fact.small_community
            by_intervener = constant.per_100k * now.deaths_by_intervener[d, g] / size
            by_own_side = constant.per_100k * now.deaths_by_own_side[d, g] / size
            by_rivals = constant.per_100k * now.deaths_by_rivals[d, g] / size / fact.step
            # (E15)
            now.harm_by_intervener[d, g] = now.harm_by_intervener[d, g] * fade + by_intervener
            now.harm_by_insurgents[d, g] = now.harm_by_insurgents[d, g] * fade + by_own_side
            # (E16) the sibling of resentment of presence is protection: fear of rivals makes the occupier welcome
            presence = (
                given.resentment_of_presence
                * (1.0 - given.sovereignty_effect * lever.sovereignty)
                * now.density[d]
                / constant.density_scale
                * exp(-now.acceptance[g])
            )
            walled = given.resentment_of_walls * lever.walls[d]
            hazard = given.occupation_sensitivity[g] * (
                fact.step * (presence + now.raids[d] + walled) + given.resentment_of_harm * by_intervener
            )
            present = now.presence_nearby[d]
            decay = given.resentment_decay * present + given.resentment_decay_after_departure * (1.0 - present)
            relief = constant.relief_scale * given.protection_relief * now.fear[d, g] * now.protecting * present
            room = (1.0 - now.resentment[d, g]) if fact.linear_feelings < constant.switch_on else 1.0
            grown = now.resentment[d, g] + room * probability(hazard)
            now.resentment[d, g] = clip(grown - fact.step * (decay + relief) * now.resentment[d, g], 0.0, 1.0)
            # (E17)
            armed_rivals = total(fact.rivalry[h, g] * now.local_defence[d, h] for h in fact.communities)
            kept_rivals = total(fact.rivalry[h, g] * now.army_kept[d, h] for h in fact.communities)
            armed = armed_rivals / (constant.arms_of_half_fear * now.residents[d, g] + armed_rivals + 1.0)
            kept = kept_rivals / larger(now.government_forces[d], 1.0)
            threat = given.fear_per_death * (
                (1.0 - given.national_salience) * by_rivals + given.national_salience * national
            )
            threat = threat + given.fear_of_local_defence * armed + given.fear_of_crowding * now.crowding[d]
            base = constant.least_fear + given.fear_of_kept_army * kept
            room = (1.0 - now.fear[d, g]) if fact.linear_feelings < constant.switch_on else 1.0
            risen = now.fear[d, g] + room * probability(fact.step * threat)
            calmed = risen - fact.step * given.fear_decay * (now.fear[d, g] - smaller(base, 1.0))
            now.fear[d, g] = clip(calmed + given.fear_shock[g] * lever.trigger, 0.0, 1.0)
    # (E17) an outrage ends restraint, at once or as those who led lose hold of their men
    now.triggered = larger(now.triggered, lever.trigger)
    now.unrestrained += (now.triggered - now.unrestrained) * probability(fact.step * given.restraint_fading)


@rule("E18", "E18b")
def flee(now, given, lever, fact):
    """Displacement by rival violence where people are mixed, and by fear; return where it is calm; unmixing."""
    for d in fact.districts:
        calm = 1.0 if now.violence[d] < given.calm_violence else 0.0
        pressure = 0.0
        moved = 0.0
        for g in fact.communities:
            size = now.residents[d, g] + fact.small_community
            by_rivals = constant.per_100k * now.deaths_by_rivals[d, g] / size / fact.step
            pressure = pressure + by_rivals
            others = 1.0 - now.residents[d, g] / larger(now.population[d], 1.0)
            minority = constant.flight_of_majority + constant.flight_by_minority * others
            # some flee threats to their life, others what they fear, wherever they live among rivals
            threatened = given.displacement * constant.displacement_scale * by_rivals * now.contact[d]
            leaving = probability(fact.step * minority * (threatened + given.flight_by_fear * now.fear[d, g]))
            supporters = binomial("supporters leave", now.supporters[d, g], leaving)
            neutral = binomial("neutral leave", now.neutral[d, g], leaving)
            sympathisers = binomial("sympathisers leave", now.sympathisers[d, g], leaving)
            leavers = supporters + neutral + sympathisers
            moved = moved + others * leavers / size
            abroad = binomial("abroad", leavers, given.share_fleeing_abroad)
            now.supporters[d, g] -= supporters
            now.neutral[d, g] -= neutral
            now.sympathisers[d, g] -= sympathisers
            now.displaced[d, g] += leavers - abroad
            now.refugees[d, g] += abroad
            now.newly_displaced[d, g] = leavers
            coming = probability(fact.step * given.return_rate * calm)
            home = binomial("displaced return", now.displaced[d, g], coming)
            home_from_abroad = binomial("refugees return", now.refugees[d, g], coming)
            now.displaced[d, g] -= home
            now.refugees[d, g] -= home_from_abroad
            now.neutral[d, g] += home + home_from_abroad
            now.returned[d, g] = home + home_from_abroad
        # (E18b) those who flee lived where communities met: each of them takes more contact away than one of many
        unmixed = constant.unmixing_scale * given.unmixing * pressure * fact.step + given.separation_by_flight * moved
        mixed = now.mixing[d] * exp(-unmixed)
        again = given.remixing * calm * (1.0 - lever.walls[d])
        now.mixing[d] = clip(mixed + fact.step * again * (now.mixing_at_start[d] - mixed), 0.0, 1.0)


@rule("E18c")
def shelter(now, given, lever, fact):
    """Where the displaced are: with their own community, in calm, one host for each of them."""
    for g in fact.communities:
        away = 0.0
        hosted = 0.0
        places = 0.0
        for d in fact.districts:
            # many of one's own, few others, and calm
            alike = now.residents[d, g] / larger(now.population[d], 1.0)
            now.refuge[d, g] = now.residents[d, g] * alike / (1.0 + now.violence[d] / given.calm_violence)
            places = places + now.refuge[d, g]
            away = away + now.displaced[d, g]
            hosted = hosted + now.hosted[d, g]
        # who came since last week goes to refuges; who went home leaves hosts in proportion
        came = larger(0.0, away - hosted)
        kept = smaller(1.0, away / larger(hosted, 1.0))
        everyone = 0.0
        for d in fact.districts:
            now.refuge[d, g] = kept * now.hosted[d, g] + came * now.refuge[d, g] / larger(places, 1.0)
            everyone = everyone + now.refuge[d, g]
        # whole people: cuts of the running sum, shifted by chance, the last of them at the sum itself
        shift = uniform("hosts")
        reached = 0.0
        placed = 0.0
        for d in fact.districts:
            reached = reached + now.refuge[d, g]
            cut = clip(
                whole(away * reached / larger(everyone, constant.least_divisor) + shift - 1.0 / 2.0), placed, away
            )
            cut = away if reached >= everyone else cut
            now.hosted[d, g] = cut - placed
            placed = cut
    for d in fact.districts:
        guests = total(now.hosted[d, g] for g in fact.communities)
        now.crowding[d] = guests / larger(now.population[d], 1.0)


@rule("E28b")
def grow(now, given, lever, fact):
    """More are born than die of other causes than this war; fractions of a person wait until they are whole."""
    for d in fact.districts:
        for g in fact.communities:
            rate = given.population_growth / constant.weeks_per_year * fact.step
            now.unborn[d, g] += rate * now.residents[d, g]
            room = larger(0.0, constant.most_people - now.residents[d, g])
            born = smaller(larger(0.0, whole(now.unborn[d, g])), whole(room))
            now.unborn[d, g] = smaller(now.unborn[d, g] - born, 1.0)
            now.neutral[d, g] += born
            now.born[d, g] += born


@rule("E28", "E28c", "E28d")
def take_sides(now, given, lever, fact):
    """Neutral people turn to opposition or support, and back, as grievance and benefit weigh."""
    patronage = fact.oil * now.capacity
    for d in fact.districts:
        served = (now.electricity[d] + now.services[d]) / 2.0
        # (E28d) whom soldiers keep safe sides with them, or shuns them: presence offends, and protection marks
        seen = smaller(1.0, now.density[d] / constant.density_of_doctrine)
        won = given.loyalty_by_presence * seen
        won = won + given.loyalty_by_protection * now.protecting * now.presence_nearby[d]
        for g in fact.communities:
            against = given.weight_of_resentment * now.resentment[d, g] + given.weight_of_exclusion * (
                1.0 - now.inclusion[g]
            )
            against = against + given.weight_of_fear * now.fear[d, g] + given.weight_of_deprivation * (1.0 - served)
            against = against + given.weight_of_harm_by_intervener[g] * now.harm_by_intervener[d, g]
            # (E28c) rents in the state's hands buy peace, and are envied by those who have no share in power
            envied = given.envy_of_patronage * (1.0 - now.inclusion[g])
            against = against + patronage * (envied - given.loyalty_by_patronage)
            against = (
                against
                - won
                - given.weight_of_harm_by_insurgents[g] * now.harm_by_insurgents[d, g]
                - given.opposition_threshold
            )
            in_favour = given.support_from_inclusion * now.inclusion[g] + given.support_from_services * served
            in_favour = (
                in_favour + given.support_from_control * now.control[d] + given.support_from_legitimacy * now.legitimacy
            )
            in_favour = in_favour - given.support_lost_to_resentment * now.resentment[d, g] - given.support_threshold
            # a threshold instead of a smooth answer is a rival form: all or nothing within one unit of the balance
            opposed = (
                logistic(against)
                if fact.threshold_allegiance < constant.switch_on
                else clip(constant.even_chance + against, 0.0, 1.0)
            )
            attached = (
                logistic(in_favour)
                if fact.threshold_allegiance < constant.switch_on
                else clip(constant.even_chance + in_favour, 0.0, 1.0)
            )
            pace = given.attitude_pace * fact.step
            to_sympathy = binomial("to sympathy", now.neutral[d, g], probability(pace * opposed))
            to_support = binomial("to support", now.neutral[d, g] - to_sympathy, probability(pace * attached))
            from_sympathy = binomial("from sympathy", now.sympathisers[d, g], probability(pace * (1.0 - opposed)))
            from_support = binomial("from support", now.supporters[d, g], probability(pace * (1.0 - attached)))
            now.neutral[d, g] += from_sympathy + from_support - to_sympathy - to_support
            now.sympathisers[d, g] += to_sympathy - from_sympathy
            now.supporters[d, g] += to_support - from_support
