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


@rule("E19", "E20", "E21", "E26d")
def build(now, given, lever, fact):
    """Spending builds what planning, security and decay leave of it; delivery needs administrators."""
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
        fighting = total(now.fighters[d, a] for a in fact.organisations)
        sabotage = (
            given.sabotage
            * constant.sabotage_scale
            * fighting
            / (fighting + constant.fighters_of_half_sabotage * now.population[d] + 1.0)
        )
        safe = larger(0.0, 1.0 - given.security_overhead * (1.0 - now.control[d]))
        pace = given.building_rate * effect * now.spending_reach * safe
        wear = given.depreciation + sabotage
        now.grid[d] = clip(
            now.grid[d]
            + fact.step
            * (pace * lever.electricity_budget / fact.electricity_reference * (1.0 - now.grid[d]) - wear * now.grid[d]),
            0.0,
            1.0,
        )
        now.works[d] = clip(
            now.works[d]
            + fact.step
            * (pace * small * lever.works_budget / fact.works_reference * (1.0 - now.works[d]) - wear * now.works[d]),
            0.0,
            1.0,
        )
        now.electricity[d] = smaller(1.0, now.grid[d] * delivery / demand)
        now.services[d] = smaller(1.0, now.works[d] * delivery)
        share = now.population[d] / larger(now.nation, 1.0)
        now.power_supplied += fact.power_needed * demand * now.electricity[d] * share
    now.years += fact.step / constant.weeks_per_year
