"""Rules of the observation room: every series has its own way of missing things (O1-O11).

A count that is thinned is binomial: each event is reported or not. Nothing here acts on the country except
through reactive levers, which see these numbers and no others.
"""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, clip, exp, larger, logistic, normal, rule, total

constant = constants_of(__file__)


@rule("O1", "O2", "O3", "O13")
def report(now, given, lever, fact):
    """Attacks and deaths as incident reports, press counts and event data have them."""
    now.observed_attacks_on_intervener = 0.0
    for d in fact.districts:
        seen = binomial(
            "on intervener", now.attacks_on_intervener[d] + now.attacks_on_government[d], given.reporting_of_attacks
        )
        civilian = total(now.attacks_on_civilians[d, g] + now.coercion[d, g] for g in fact.communities)
        noted = binomial("on civilians", civilian, given.reporting_of_attacks_on_civilians)
        now.observed_attacks[d] = seen + noted
        now.observed_attacks_on_intervener += seen
        dead = total(now.deaths[d, g] for g in fact.communities)
        now.observed_civilian_deaths[d] = binomial("press", dead, given.reporting_of_deaths * lever.media)
        now.observed_one_sided_deaths[d] = binomial(
            "one-sided", dead, given.reporting_of_one_sided_deaths * lever.media
        )
        fought = total(now.fighters_killed[d, a] for a in fact.organisations) * fact.fighters_counted
        now.observed_state_based_deaths[d] = binomial(
            "state-based", fought, given.reporting_of_state_based_deaths * lever.media
        )
        fell = total(now.fallen[d, a] for a in fact.organisations) * fact.fighters_counted
        now.observed_non_state_deaths[d] = binomial(
            "non-state", fell, given.reporting_of_non_state_deaths * lever.media
        )
        now.counted_dead += now.observed_civilian_deaths[d]
    for a in fact.organisations:
        now.observed_attacks_by_organisation[a] = given.reporting_of_attacks * now.aimed_at_intervener[a]
        now.observed_removals[a] = total(now.removed[d, a] for d in fact.districts)
    by_intervener = total(now.deaths_by_intervener[d, g] for d in fact.districts for g in fact.communities)
    now.observed_deaths_by_intervener = binomial(
        "press, by intervener", by_intervener, given.reporting_of_deaths * lever.media
    )
    now.observed_intervener_deaths = now.intervener_killed
    now.observed_government_deaths = binomial("government", now.government_killed, given.reporting_of_government_deaths)


@rule("O4", "O5", "O7", "O8", "O9", "O11")
def ask(now, given, lever, fact):
    """Registers, payrolls, meters and polls."""
    away = total(now.displaced[d, g] + now.refugees[d, g] for d in fact.districts for g in fact.communities)
    now.observed_displaced = away * given.registration_of_displaced
    z = normal("meter")
    now.observed_electricity = now.power_supplied * exp(constant.meter_error * z)
    bystanders = total(now.bystanders_held[d, g] for d in fact.districts for g in fact.communities)
    now.observed_detainees = bystanders + total(now.detainees[d, a] for d in fact.districts for a in fact.organisations)
    now.observed_local_defence = total(now.local_defence[d, g] for d in fact.districts for g in fact.communities)
    serving = total(now.government_forces[d] for d in fact.districts)
    now.observed_government_forces = serving / (1.0 - given.ghost_soldiers)
    for g in fact.communities:
        answer = (
            given.poll_base
            + given.poll_by_resentment * now.mean_resentment[g]
            + given.poll_by_sympathy * now.sympathy[g]
        )
        now.poll_support_for_attacks[g] = logistic(answer)
    home = normal("home poll")
    now.poll_home_support = clip(now.home_support + constant.home_poll_error * home, 0.0, 1.0)
    now.observed_displaced = larger(now.observed_displaced, 0.0)
