"""Abroad: sponsors, militants across borders, allies and adversaries."""

from forbear.country.declare import flow, lever, measure, stock

STATE = (
    stock("militants", "", "persons", "internationally operating militants linked to the theatre"),
    stock("ally_support", "", "index", "support of allies"),
    stock("adversary_alignment", "", "index", "alignment of adversaries against the intervener"),
    stock("attacks_abroad_total", "", "attacks", "attacks abroad since the start"),
    measure("sanctuary", "", "share", "share of radical fighters where nobody controls the ground"),
    flow("exits_abroad", "", "persons", "fighters who left the theatre for abroad"),
    flow("attacks_abroad", "", "attacks", "attacks outside the country in the step"),
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
    lever("defiance", "", "index", 0, 0, 1, "how far the intervention was begun against allies' advice", pulse=True),
    lever("model_effort", "", "index", 0, 0, 1, "effort to persuade by example"),
)
