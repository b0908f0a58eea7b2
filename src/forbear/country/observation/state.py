"""Observation: what is counted, asked and reported of what happens. Policies and reactive rules see only this."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    flow("observed_attacks", "district", "attacks", "attacks in incident reports of the intervener"),
    flow("observed_attacks_on_intervener", "", "attacks", "attacks on the intervener in incident reports"),
    flow("observed_civilian_deaths", "district", "persons", "civilian deaths in press-based counts"),
    flow(
        "observed_state_based_deaths",
        "district",
        "persons",
        "deaths in fighting between government side and organisations, as event data count them",
    ),
    flow(
        "observed_one_sided_deaths", "district", "persons", "deaths in attacks on civilians, as event data count them"
    ),
    flow(
        "observed_non_state_deaths",
        "district",
        "persons",
        "deaths in fighting between organisations, as event data count them",
    ),
    flow(
        "observed_attacks_by_organisation",
        "organisation",
        "attacks",
        "attacks on the intervener in incident reports that are told by organisation (expected: shares, not counts)",
    ),
    flow("observed_removals", "organisation", "persons", "fighters killed or captured in operations, as published"),
    flow("observed_deaths_by_intervener", "", "persons", "civilian deaths in press counts that the intervener caused"),
    flow("observed_intervener_deaths", "", "persons", "soldiers of the intervener killed, as published"),
    flow("observed_government_deaths", "", "persons", "members of government forces killed, as published"),
    measure("observed_displaced", "", "persons", "displaced inside the country and abroad, as registered"),
    measure("observed_electricity", "", "MW", "electricity supplied, as reported"),
    measure("observed_detainees", "", "persons", "detainees in custody, as reported"),
    measure("observed_local_defence", "", "persons", "local defence forces on the payroll"),
    measure("observed_government_forces", "", "persons", "government forces on the payroll, ghosts included"),
    measure(
        "poll_support_for_attacks",
        "community",
        "share",
        "share who tell pollsters that attacks on the intervener are acceptable",
    ),
    measure("poll_home_support", "", "share", "home public that supports the war, as polled"),
    stock("counted_dead", "", "persons", "civilian deaths in press-based counts since the start"),
    lever("media", "", "share", 1, 0, 1, "presence of journalists (1: as at the start)"),
    fact("fighters_counted", "", "-", 1, 0, 1, "1: event data count fighters killed"),
)
