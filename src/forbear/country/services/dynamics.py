"""Rules of the services room: capital is built, wears out and is sabotaged; demand grows; capacity delivers."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import clip, exp, larger, power, rule, smaller, total

constant = constants_of(__file__)


@rule("E19")
def install(now, given, lever, fact):
    """At the start: what is installed."""
    now.years = 0.0
    for d in fact.districts:
        now.grid[d] = fact.electricity_at_start * 1.0
        now.works[d] = fact.works_at_start * 1.0


@rule("E19", "E19b", "E20", "E20b", "E21", "E26d")
def build(now, given, lever, fact):
    """Spending builds what planning, security and decay leave of it; delivery needs administrators."""
    # (E19b) a country builds by its own means, too, unless what comes from abroad takes their place
    helped = smaller(
        1.0, (lever.electricity_budget + lever.works_budget) / (fact.electricity_reference + fact.works_reference)
    )
    means = given.own_building * now.capacity * larger(0.0, 1.0 - given.own_building_displaced * helped)
    effect = exp(
        constant.planning_on_building
        * given.planning_for_services
        * (now.implementation - constant.reference_implementation)
    )
    demand = exp(given.demand_growth * now.years)
    delivery = power(now.capacity, given.delivery_by_capacity)
    small = 1.0 + given.small_project_effect * (lever.small_projects - constant.usual_small_projects)
    now.power_supplied = 0.0
    for d in fact.districts:
        # (E20b) more people share what there is; the displaced are hands, too
        guests = total(now.hosted[d, g] for g in fact.communities)
        at_start = total(fact.population_at_start[d, g] * 1.0 for g in fact.communities)
        crowd = power(1.0 + now.crowding[d], given.pressure_of_people)
        share_of = power(larger(1.0, (now.population[d] + guests) / larger(at_start, 1.0)), given.pressure_of_people)
        hands = 1.0 + given.labour_of_displaced * smaller(1.0, now.crowding[d])
        fighting = total(now.fighters[d, a] for a in fact.organisations)
        sabotage = (
            given.sabotage
            * constant.sabotage_scale
            * fighting
            / (fighting + constant.fighters_of_half_sabotage * now.population[d] + 1.0)
        )
        safe = larger(0.0, 1.0 - given.security_overhead * (1.0 - now.control[d]))
        wear = given.depreciation + sabotage
        pace = given.building_rate * effect * safe * hands
        own = means * now.control[d]
        grid = own + now.spending_reach * lever.electricity_budget / fact.electricity_reference
        works = own + now.spending_reach * small * lever.works_budget / fact.works_reference
        # (E19) what is missing is missing of what is needed now: more than at the start where demand or people grow
        now.grid[d] = clip(
            now.grid[d] + fact.step * (pace * grid * larger(0.0, demand - now.grid[d]) - wear * now.grid[d]),
            0.0,
            larger(1.0, demand),
        )
        now.works[d] = clip(
            now.works[d] + fact.step * (pace * works * larger(0.0, share_of - now.works[d]) - wear * now.works[d]),
            0.0,
            larger(1.0, share_of),
        )
        now.electricity[d] = smaller(1.0, now.grid[d] * delivery / (demand * crowd))
        open_ways = 1.0 - given.services_cut_by_walls * lever.walls[d]
        now.services[d] = smaller(1.0, now.works[d] * delivery / share_of) * open_ways
        share = now.population[d] / larger(now.nation, 1.0)
        now.power_supplied += fact.power_needed * demand * now.electricity[d] * share
    now.years += fact.step / constant.weeks_per_year


@rule("E21b")
def extort(now, given, lever, fact):
    """What armed organisations take of oil, trade and contracts where nobody controls them."""
    keep = exp(-constant.rents_pace * fact.step)
    reference = fact.electricity_reference + fact.works_reference
    contracts = smaller(1.0, (lever.electricity_budget + lever.works_budget) / reference)
    prize = smaller(1.0, constant.rents_of_trade + fact.oil + given.rents_from_contracts * contracts)
    for d in fact.districts:
        fighting = total(now.fighters[d, a] for a in fact.organisations)
        within_reach = fighting + constant.fighters_of_half_rents * now.population[d] + 1.0
        for a in fact.organisations:
            taken = prize * (1.0 - now.control[d]) * now.fighters[d, a] / within_reach
            now.rents[d, a] = keep * now.rents[d, a] + (1.0 - keep) * taken
