"""Rules of the intervener room: raising and keeping force, using plans, home politics, money."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, cents, clip, exp, larger, log, logistic, normal, power, rule, smaller, total

constant = constants_of(__file__)


@rule("E27", "E36")
def assemble(now, given, lever, fact):
    """At the start: leaders, home support, no strain."""
    now.home_support = given.home_support_at_start
    now.leadership_uptake = 0.0
    for t in fact.teams:
        first = 1.0 if t == 0 else 0.0
        drawn = (1.0 - lever.leader_selection) * given.uptake_of_team[
            t
        ] + lever.leader_selection * given.uptake_of_selected_team[t]
        now.leadership_uptake += first * drawn
    now.implementation = constant.reference_implementation
    now.readiness = 1.0


@rule("E27")
def lead(now, given, lever, fact):
    """How far leaders use what planners know: drawn afresh with every change, learned while violence goes on."""
    # those who were elected at home (E37) take office the week after, alone or with a change that was planned
    changed = larger(lever.leadership_change, now.leaders_elected)
    now.leadership_team += changed
    # as many teams are drawn as the model has; whoever comes after the last is like the last
    office = smaller(now.leadership_team, total(1.0 for t in fact.teams) - 1.0)
    fresh = 0.0
    for t in fact.teams:
        drawn = (1.0 - lever.leader_selection) * given.uptake_of_team[
            t
        ] + lever.leader_selection * given.uptake_of_selected_team[t]
        fresh = fresh + (drawn if office == t else 0.0)
    learning = (
        given.uptake_learning
        * (1.0 - exp(-constant.failure_seen * now.national_violence))
        * (1.0 - now.leadership_uptake)
    )
    now.leadership_uptake = fresh if changed > 0.0 else clip(now.leadership_uptake + fact.step * learning, 0.0, 1.0)


@rule("E26")
def plan(now, given, lever, fact):
    """Planning x uptake x coordination. Which of the three binds has a flat prior."""
    quality = larger(given.plan_quality, lever.plan_floor)
    together = larger(given.coordination, lever.coordination_floor)
    uptake = larger(now.leadership_uptake, lever.uptake_floor)
    weights = given.planning_weight + given.uptake_weight + given.coordination_weight
    index = power(quality, given.planning_weight / weights) * power(uptake, given.uptake_weight / weights)
    now.implementation = index * power(together, given.coordination_weight / weights)


@rule("E30", "E31", "E32")
def generate(now, given, lever, fact):
    """What rotation sustains, what strain allows, what is deployed."""
    waiting = larger(0.0, lever.expansion_target - now.expansion - now.ordered_expansion)
    room = smaller(waiting, given.expansion_pace * fact.step / constant.weeks_per_year)
    formed = now.ordered_expansion * (1.0 - exp(-fact.step / (constant.weeks_per_year * given.expansion_lag)))
    now.ordered_expansion += room - formed
    now.expansion += formed
    now.sustainable_force = 0.0
    for c in fact.components:
        available = larger(0.0, fact.brigades[c] + now.expansion * fact.expands[c] - fact.committed[c])
        now.sustainable_force += available / (given.rotation_ratio[c] * lever.rotation) * given.soldiers_per_brigade[c]
    now.force_ceiling = given.peak_ratio * now.sustainable_force * exp(-given.strain_on_ceiling * now.strain)
    wanted = lever.intervene * lever.force * (1.0 - now.withdrawn)
    now.force = smaller(wanted, now.force_ceiling) if lever.feasible > constant.switch_on else wanted
    beyond = larger(0.0, now.force / larger(now.sustainable_force * lever.rotation, 1.0) - 1.0)
    now.strain = larger(
        0.0, now.strain + fact.step * (given.strain_growth * beyond - given.strain_recovery * now.strain)
    )
    now.readiness = exp(-given.strain_on_readiness * now.strain)
    now.unsustainable = 1.0 if now.force > now.sustainable_force else 0.0


@rule("E36", "E37")
def answer_at_home(now, given, lever, fact):
    """Home support falls with the logarithm of the dead, rises with visible progress, tires, and wanders."""
    before = now.intervener_dead
    now.intervener_dead += now.intervener_killed
    slow = exp(-fact.step / constant.violence_window)
    progress = clip(
        log((now.slow_violence + constant.least_violence) / (now.national_violence + constant.least_violence)),
        -constant.most_progress,
        constant.most_progress,
    )
    now.slow_violence = slow * now.slow_violence + (1.0 - slow) * now.national_violence
    fought = now.presence_felt
    z = normal("news")
    odds = log(now.home_support / (1.0 - now.home_support))
    odds = odds - given.support_lost_to_deaths * log(
        (now.intervener_dead + constant.dead_unnoticed) / (before + constant.dead_unnoticed)
    )
    odds = odds + fought * fact.step / constant.weeks_per_year * (
        given.support_by_progress * progress * constant.violence_window / constant.weeks_per_month - given.fatigue
    )
    odds = odds + fought * given.support_noise * power(fact.step, 0.5) * z
    now.home_support = logistic(clip(odds, -constant.most_odds, constant.most_odds))
    # (E37) only where the scenario lets home politics decide
    chance = logistic(
        given.change_base
        - given.change_by_support * (now.home_support - constant.even_support) * constant.election_scale
    )
    elections = lever.home_election * lever.endogenous_policy * fact.election_weight
    now.leaders_elected = binomial("leadership", elections, chance)
    hazard = given.withdrawal_hazard * exp(
        -given.withdrawal_by_support * log(now.home_support / (1.0 - now.home_support))
    )
    decided = binomial(
        "withdrawal", lever.endogenous_policy * (1.0 - now.withdrawing), smaller(1.0, fact.step * hazard)
    )
    now.withdrawing = larger(now.withdrawing, decided)
    now.withdrawn = clip(now.withdrawn + fact.step * now.withdrawing / constant.withdrawal_weeks, 0.0, 1.0)


@rule("E34")
def pay(now, given, lever, fact):
    """The ledger of money: each cost is booked once, in whole cents, and totals are sums of what is booked."""
    local = 0.0
    government = 0.0
    for d in fact.districts:
        local = local + total(now.local_defence[d, g] for g in fact.communities)
        government = government + now.government_forces[d]
    weeks = fact.step
    operations = cents(now.force * given.cost_per_soldier_year * weeks / constant.weeks_per_year)
    rebuilding = cents((lever.electricity_budget + lever.works_budget) * now.nation * weeks * lever.intervene)
    local_forces = cents(
        lever.intervene
        * weeks
        * (
            local * lever.local_pay * constant.local_pay_a_week
            + government * given.training_cost / constant.weeks_per_year
        )
    )
    growth = cents(now.expansion * given.cost_per_brigade_year * weeks / constant.weeks_per_year)
    containing = cents(
        lever.containment * given.containment_cost * constant.dollars_of_a_billion * weeks / constant.weeks_per_year
    )
    wounded = constant.wounded_per_dead * now.intervener_killed
    veterans = cents(
        now.force * given.veteran_cost_per_soldier_year * weeks / constant.weeks_per_year
        + wounded * given.cost_per_wounded
    )
    now.cost_operations += operations
    now.cost_reconstruction += rebuilding
    now.cost_local_forces += local_forces
    now.cost_expansion += growth
    now.cost_containment += containing
    now.cost_veterans += veterans
    step_cost = operations + rebuilding + local_forces + growth + containing
    now.cost_budget += step_cost
    now.cost_full += step_cost + veterans
    now.cost_in_step = step_cost
