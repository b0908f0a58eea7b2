"""Rules of the intervener room: whether to intervene, plans and what is carried out, raising force, home politics, money."""

from __future__ import annotations

from forbear.country.constants import constants_of
from forbear.country.words import binomial, cents, clip, exp, larger, log, logistic, normal, power, rule, smaller, total

constant = constants_of(__file__)


@rule("E27b")
def consider(now, given, lever, fact):
    """At the start: leaders who were selected for using what planners know may not intervene at all."""
    chance = lever.leader_selection * (1.0 - given.selected_leaders_intervene) * (1.0 - lever.intervention_given)
    now.declined = binomial("decline", 1.0, chance)


@rule("E27b")
def decide(now, given, lever, fact):
    """Whether there is an intervention: what the scenario says, unless leaders have declined."""
    now.intervenes = lever.intervene * (1.0 - now.declined)


@rule("E27", "E26c", "E31b", "E36")
def assemble(now, given, lever, fact):
    """At the start: leaders, home support, no strain, what years of preparation have built, disorder to come."""
    now.home_support = given.home_support_at_start
    now.leadership_uptake = 0.0
    now.usual_uptake = 0.0
    for t in fact.teams:
        first = 1.0 if t == 0 else 0.0
        drawn = (1.0 - lever.leader_selection) * given.uptake_of_team[
            t
        ] + lever.leader_selection * given.uptake_of_selected_team[t]
        now.leadership_uptake += first * drawn
        now.usual_uptake += first * given.uptake_of_team[t]
    now.implementation = constant.reference_implementation
    now.readiness = 1.0
    now.disorder = now.intervenes * 1.0
    now.years_owed = lever.years_of_preparation * 1.0
    # (E31b) the years before the start, at the effort with which the run begins
    most = larger(given.army_skill_limit, given.army_skill_at_start)
    made = lever.years_of_preparation * lever.transformation / given.army_lag
    now.army_skill = most - (most - given.army_skill_at_start) * exp(-made)
    aim = given.civil_capacity_at_start + (1.0 - given.civil_capacity_at_start) * lever.civil_spending / (
        lever.civil_spending + given.civil_half_cost
    )
    now.civil_capacity = aim - (aim - given.civil_capacity_at_start) * exp(
        -lever.years_of_preparation / given.civil_lag
    )


@rule("E27")
def lead(now, given, lever, fact):
    """How far leaders use what planners know: drawn afresh with every change, learned while violence goes on.

    Beside those in office stand those who would have been, had nobody selected leaders: what is carried out of a plan is
    counted from them (E26b).
    """
    # those who were elected at home (E37) take office the week after, alone or with a change that was planned
    changed = larger(lever.leadership_change, now.leaders_elected)
    now.leadership_team += changed
    # as many teams are drawn as the model has; whoever comes after the last is like the last
    office = smaller(now.leadership_team, total(1.0 for t in fact.teams) - 1.0)
    fresh = 0.0
    usual = 0.0
    for t in fact.teams:
        drawn = (1.0 - lever.leader_selection) * given.uptake_of_team[
            t
        ] + lever.leader_selection * given.uptake_of_selected_team[t]
        fresh = fresh + (drawn if office == t else 0.0)
        usual = usual + (given.uptake_of_team[t] if office == t else 0.0)
    learning = given.uptake_learning * (1.0 - exp(-constant.failure_seen * now.national_violence))
    learned = now.leadership_uptake + fact.step * learning * (1.0 - now.leadership_uptake)
    now.leadership_uptake = fresh if changed > 0.0 else clip(learned, 0.0, 1.0)
    learned = now.usual_uptake + fact.step * learning * (1.0 - now.usual_uptake)
    now.usual_uptake = usual if changed > 0.0 else clip(learned, 0.0, 1.0)


@rule("E26", "E26d")
def plan(now, given, lever, fact):
    """Planning x uptake x coordination, and the same had nobody mended any of them. Which binds has a flat prior."""
    quality = larger(given.plan_quality, lever.plan_floor)
    together = larger(given.coordination, lever.coordination_floor)
    # (E26d) agencies that speak with one voice may be heard, or may keep from leaders what one of them knows
    joined = together - given.coordination
    voice = (given.advice_heard - given.advice_filtered) * joined
    heard = now.leadership_uptake + voice * ((1.0 - now.leadership_uptake) if voice > 0.0 else now.leadership_uptake)
    uptake = larger(heard, lever.uptake_floor)
    weights = given.planning_weight + given.uptake_weight + given.coordination_weight
    index = power(quality, given.planning_weight / weights) * power(uptake, given.uptake_weight / weights)
    index = index * power(together, given.coordination_weight / weights)
    # (E26d) money that agencies spend together is wasted less, or waits for every one of them to agree
    now.spending_reach = exp((given.waste_avoided - given.clearance_delay) * joined)
    # (E31b) agencies that were built for it carry out more
    built = now.civil_capacity - given.civil_capacity_at_start
    now.implementation = smaller(1.0, index * exp(given.plan_by_civil_capacity * built))
    usual = power(given.plan_quality, given.planning_weight / weights) * power(
        now.usual_uptake, given.uptake_weight / weights
    )
    now.usual_implementation = usual * power(given.coordination, given.coordination_weight / weights)


@rule("E26b")
def choose(now, given, lever, fact):
    """What was done, moved towards what planners had recommended, as far as it is carried out in the first year."""
    early = 1.0 if now.years < constant.years_of_a_plan else 0.0
    gained = (now.implementation - now.usual_implementation) / larger(
        1.0 - now.usual_implementation, constant.least_divisor
    )
    reached = given.plan_reach * clip(gained, 0.0, 1.0)
    now.carried_out = reached if early > 0.0 else now.carried_out
    now.retention_decided = clip(lever.army_retention + now.carried_out * lever.planned_retention, 0.0, 1.0)
    now.purge_decided = clip(lever.purge_depth + now.carried_out * lever.planned_purge, 0.0, 1.0)
    now.guarded = clip(lever.guards + now.carried_out * lever.planned_guards, 0.0, 1.0)
    now.offer_decided = clip(lever.offer + now.carried_out * lever.planned_offer, 0.0, 1.0)
    now.planned_soldiers = early * now.carried_out * lever.planned_force
    for d in fact.districts:
        weight = lever.deployment[d] + early * now.carried_out * lever.planned_deployment[d]
        now.deployed_weight[d] = larger(0.0, weight)


@rule("E31b")
def transform(now, given, lever, fact):
    """What the intervener builds at home: an army made for small wars, civil agencies. Both have a lag and a limit."""
    years = fact.step / constant.weeks_per_year
    # soldiers learn in the theatre, and in barracks where the army is made for it
    in_theatre = smaller(1.0, constant.presence_gain * now.presence)
    most = larger(given.army_skill_limit, given.army_skill_at_start)
    pace = in_theatre / given.army_learning + lever.transformation / given.army_lag
    now.army_skill = most - (most - now.army_skill) * exp(-years * pace)
    now.protecting = smaller(lever.population_security, now.army_skill)
    aim = given.civil_capacity_at_start + (1.0 - given.civil_capacity_at_start) * lever.civil_spending / (
        lever.civil_spending + given.civil_half_cost
    )
    now.civil_capacity = aim - (aim - now.civil_capacity) * exp(-years / given.civil_lag)
    built = now.civil_capacity - given.civil_capacity_at_start
    now.civil_help = now.intervenes * (given.capacity_by_civil_help - given.capacity_crowded_out) * built


@rule("E26c", "E26e")
def keep_order(now, given, lever, fact):
    """The first weeks after the fall: looting of what the state has, and who stands in its way."""
    released = now.disorder * (1.0 - exp(-fact.step / constant.weeks_of_disorder))
    now.disorder -= released
    stoppable = 1.0 - given.looting_unstopped
    # looters who are kept from what is guarded go on to what is not
    spared = stoppable * now.guarded * (1.0 - given.looting_displaced)
    hazard = given.looting * fact.institutions_at_risk * released * (1.0 - spared)
    everywhere = 0.0
    # (E26e) depots of the old army have no ministry's guards; what was taken is used up, found or sold abroad with time
    taking = given.looting_of_arms * fact.institutions_at_risk * released
    kept = exp(-fact.step / (constant.weeks_per_year * given.years_of_looted_arms))
    for d in fact.districts:
        present = now.security_mass[d] / larger(now.population[d], 1.0)
        stopped = stoppable * (1.0 - exp(-present / given.density_of_order))
        lost = 1.0 - exp(-hazard * (1.0 - stopped))
        now.looted_arms[d] = kept * now.looted_arms[d]
        now.looted_arms[d] += (1.0 - now.looted_arms[d]) * (1.0 - exp(-taking * (1.0 - stopped)))
        now.works[d] -= lost * now.works[d]
        everywhere = everywhere + lost * now.population[d] / larger(now.nation, 1.0)
        for g in fact.communities:
            blamed = given.resentment_of_disorder * given.occupation_sensitivity[g] * lost
            now.resentment[d, g] = clip(now.resentment[d, g] + (1.0 - now.resentment[d, g]) * blamed, 0.0, 1.0)
    now.capacity -= everywhere * now.capacity
    now.collapsed += (1.0 - now.collapsed) * everywhere


@rule("E30", "E31", "E31b", "E32")
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
    # (E31b) brigades that are being made over do not deploy
    now.sustainable_force *= 1.0 - given.brigades_in_school * lever.transformation
    now.force_ceiling = given.peak_ratio * now.sustainable_force * exp(-given.strain_on_ceiling * now.strain)
    wanted = now.intervenes * (lever.force + now.planned_soldiers) * (1.0 - now.withdrawn)
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


@rule("E31b", "E34")
def pay(now, given, lever, fact):
    """The ledger of money: each cost is booked once, in whole cents, and totals are sums of what is booked."""
    local = 0.0
    government = 0.0
    for d in fact.districts:
        local = local + total(now.local_defence[d, g] for g in fact.communities)
        government = government + now.government_forces[d]
    weeks = fact.step
    operations = cents(now.force * given.cost_per_soldier_year * weeks / constant.weeks_per_year)
    rebuilding = cents((lever.electricity_budget + lever.works_budget) * now.nation * weeks * now.intervenes)
    local_forces = cents(
        now.intervenes
        * weeks
        * (
            local * lever.local_pay * constant.local_pay_a_week
            + government * given.training_cost / constant.weeks_per_year
        )
    )
    growth = cents(now.expansion * given.cost_per_brigade_year * weeks / constant.weeks_per_year)
    # (E31b) years of preparation before the start are paid in the first week
    years = weeks / constant.weeks_per_year + now.years_owed
    now.years_owed = 0.0
    growth = growth + cents(
        (lever.transformation * given.cost_of_transformation + lever.civil_spending)
        * constant.dollars_of_a_billion
        * years
    )
    # a regime is contained where nobody intervenes; militants are hunted either way
    watching = lever.containment * given.containment_cost * (1.0 - now.intervenes)
    hunting = given.cost_of_police_effort * larger(0.0, lever.police_effort - 1.0)
    hunting = hunting + given.cost_of_special_operations * lever.special_operations
    containing = cents((watching + hunting) * constant.dollars_of_a_billion * weeks / constant.weeks_per_year)
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
