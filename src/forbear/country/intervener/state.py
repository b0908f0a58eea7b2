"""Intervener: the force that can be raised and kept, plans and their use, home support, money."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    stock("strain", "", "index", "strain on the force from deploying beyond what rotation sustains"),
    stock("ordered_expansion", "", "brigades", "brigades ordered and not yet formed"),
    stock("expansion", "", "brigades", "brigades added since the start"),
    stock("home_support", "", "share", "share of the home public that supports the war"),
    stock("leadership_uptake", "", "index", "how far leaders use what planners know"),
    stock("leadership_team", "", "-", "number of leadership changes since the start"),
    stock("withdrawing", "", "-", "1 once home politics has decided to withdraw (endogenous policy only)"),
    stock("withdrawn", "", "share", "share of the planned force already withdrawn (endogenous policy only)"),
    stock("intervener_dead", "", "persons", "soldiers of the intervener killed since the start"),
    stock(
        "slow_violence", "", "deaths/100k/week", "violence smoothed over twelve weeks: what progress is judged against"
    ),
    measure("force", "", "persons", "own force in the country"),
    measure("sustainable_force", "", "persons", "force that rotation sustains"),
    measure("force_ceiling", "", "persons", "largest force that could be deployed now"),
    measure("readiness", "", "ratio", "worth of a soldier under strain"),
    measure("implementation", "", "index", "planning x uptake x coordination: how far plans become action"),
    measure("unsustainable", "", "-", "1 in steps in which the force is larger than rotation sustains"),
    stock("cost_operations", "", "US$", "cost of operations since the start", money=True),
    stock("cost_reconstruction", "", "US$", "cost of reconstruction since the start", money=True),
    stock(
        "cost_local_forces",
        "",
        "US$",
        "cost of local defence and of training government forces since the start",
        money=True,
    ),
    stock("cost_expansion", "", "US$", "cost of added brigades since the start", money=True),
    stock("cost_containment", "", "US$", "cost of containment since the start", money=True),
    stock("cost_veterans", "", "US$", "later cost of veterans and wounded (full accounting only)", money=True),
    stock("cost_budget", "", "US$", "budgetary cost since the start: the sum of all but veterans", money=True),
    stock("cost_full", "", "US$", "full cost since the start: budgetary and veterans", money=True),
    flow("cost_in_step", "", "US$", "budgetary cost of the step, for charts; the ledger is kept in whole cents"),
    fact("committed", "component", "brigades", 0, 0, 1000, "brigades committed elsewhere"),
    fact("brigades", "component", "brigades", 0, 0, 1000, "brigades of the component"),
    fact("expands", "component", "-", 0, 0, 1, "1 for the component that an expansion adds to", integer=True),
    fact("election_weight", "", "-", 1, 0, 1, "1: home elections can change leaders under endogenous policy"),
    lever("intervene", "", "-", 1, 0, 1, "1: the intervention happens; 0: nobody intervenes"),
    lever("force", "", "persons", 0, 0, 2_000_000, "planned own force in the country"),
    lever("partners", "", "persons", 0, 0, 500_000, "soldiers of partners in the country"),
    lever("deployment", "district", "ratio", 1, 0, 100, "density of the force in a district relative to the others"),
    lever(
        "feasible", "", "-", 0, 0, 1, "1: the force is held to what can be raised; 0: the plan is met whatever it takes"
    ),
    lever(
        "rotation",
        "",
        "ratio",
        1,
        0.2,
        2,
        "rotation ratio relative to the peacetime norm (below 1: longer tours, stop-loss)",
    ),
    lever("expansion_target", "", "brigades", 0, 0, 200, "brigades to be added"),
    lever("plan_floor", "", "index", 0, 0, 1, "planning raised to at least this quality"),
    lever("coordination_floor", "", "index", 0, 0, 1, "coordination between agencies raised to at least this"),
    lever("uptake_floor", "", "index", 0, 0, 1, "use of plans by leaders raised to at least this"),
    lever("leader_selection", "", "share", 0, 0, 1, "how far leaders are selected for using what planners know"),
    lever("leadership_change", "", "-", 0, 0, 1, "a change of the leadership team", pulse=True),
    lever("home_election", "", "-", 0, 0, 1, "an election at home", pulse=True),
    lever(
        "endogenous_policy", "", "-", 0, 0, 1, "1: home politics can end the intervention; 0: force follows the plan"
    ),
)
