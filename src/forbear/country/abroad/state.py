"""Abroad: militants across borders, allies and adversaries, trade, and what is left of the intervener's power."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    stock("militants", "", "persons", "internationally operating militants linked to the theatre"),
    stock("ally_support", "", "index", "support of allies, as the share of their publics with a favourable view"),
    stock("adversary_alignment", "", "index", "alignment of adversaries against the intervener"),
    stock("attacks_abroad_total", "", "attacks", "attacks abroad since the start"),
    stock("deposed", "", "-", "1 where a campaign like this one deposes a regime within sixty days (E40b)"),
    stock("trade_wealth", "", "index", "wealth from opened trade, 0: as at the start, 1: all that full opening brings"),
    stock(
        "upheaval_by_trade", "", "ratio", "coups and uprisings under a regime, relative to those without opened trade"
    ),
    stock("memory_of_dead", "", "persons", "soldiers killed that are still remembered at home"),
    stock("interventions_next", "", "-", "further large interventions that the intervener has begun since the start"),
    stock("war_experience", "", "index", "how much of the army has lately been at war"),
    stock("war_debt", "", "share", "cost of the intervention that is still owed, in years of the intervener's product"),
    measure("sanctuary", "", "share", "share of radical fighters where nobody controls the ground"),
    measure("shelter", "", "share", "how far militants have ground that those who hunt them cannot enter"),
    measure("force_in_reserve", "", "ratio", "force that is free for anything else, of what rotation sustains"),
    measure("attack_rate", "", "1/year", "attacks abroad that are to be expected a year"),
    measure("hazard_of_next", "", "1/year", "rate at which the intervener begins further large interventions"),
    flow("exits_abroad", "", "persons", "fighters who left the theatre for abroad"),
    flow("attacks_abroad", "", "attacks", "attacks outside the country in the step"),
    flow(
        "observed_attacks_abroad",
        "",
        "attacks",
        "incidents against the intervener's nationals outside the theatre, as event data count them",
    ),
    measure("poll_allies", "", "share", "publics of allies with a favourable view of the intervener, as polled"),
    lever("meddling", "", "index", 0, 0, 5, "a foreign sponsor's effort"),
    lever(
        "police_effort",
        "",
        "index",
        1,
        0,
        5,
        "police and intelligence work at home and with partners (1: as at the start)",
    ),
    lever("special_operations", "", "index", 0, 0, 5, "special operations against militants (1: a large campaign)"),
    lever(
        "access", "", "share", 0, 0, 1, "access to militants' ground without occupation: consent of hosts, bases nearby"
    ),
    lever("haven", "", "share", 0, 0, 1, "militants' ground across a border, where soldiers do not go"),
    lever("local_partners", "", "index", 0, 0, 1, "armed partners on militants' ground who are paid to hunt them"),
    lever("defiance", "", "index", 0, 0, 1, "how far the intervention was begun against allies' advice", pulse=True),
    lever("model_effort", "", "index", 0, 0, 1, "effort to persuade by example"),
    fact("product", "", "US$/year", 1e13, 1e6, 1e15, "product of the intervener's own country in a year"),
)
