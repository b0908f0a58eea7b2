"""Security: who controls what, what is known, what operations remove and whom they harm."""

from forbear.country.declare import fact, flow, lever, measure

STATE = (
    measure("troops", "district", "persons", "soldiers of the intervener and its partners in the district"),
    measure("density", "district", "per 1000", "soldiers of the intervener per thousand residents"),
    measure("presence", "", "ratio", "soldiers of the intervener and partners, relative to the reference density"),
    measure("government_forces", "district", "persons", "members of government forces, new and kept"),
    measure("security_mass", "district", "persons", "security forces weighted by what they are worth"),
    measure("control", "district", "index", "control of the district, 0 to 1"),
    measure(
        "information", "district organisation", "probability", "chance that an operation has information it can act on"
    ),
    measure(
        "mean_information",
        "district",
        "probability",
        "information averaged over fighters, over organisations where there are none",
    ),
    measure("operations", "district", "operations", "operations per week"),
    measure("suppression", "district", "ratio", "factor on attacks from the mass of security forces"),
    measure("exposure", "district", "ratio", "factor on attacks on the intervener from how many targets it offers"),
    measure("raids", "district", "1/week", "resentment grown per week by untargeted raids"),
    flow("removed", "district organisation", "persons", "fighters killed or captured"),
    flow("fighters_killed", "district organisation", "persons", "fighters killed"),
    flow("released", "district organisation", "persons", "detainees released"),
    flow(
        "deaths_by_intervener", "district community", "persons", "civilians killed by the intervener and the government"
    ),
    fact(
        "linear_removal", "", "-", 0, 0, 1, "1: removals by mass action; 0: they saturate with fighters (rival forms)"
    ),
    fact(
        "reference_density",
        "",
        "per 1000",
        5.5,
        0.1,
        100,
        "soldiers per thousand residents at which elasticities are anchored",
    ),
    fact(
        "control_floor",
        "",
        "share",
        0.002,
        0,
        0.1,
        "security persons per resident at which control is one half with no fighters",
    ),
    lever("population_security", "", "share", 0.2, 0, 1, "share of effort spent on protecting residents"),
    lever("rules_of_engagement", "", "ratio", 1, 0.2, 2, "latitude to use force (1: as at the start)"),
    lever("air_strikes", "", "1/week", 0, 0, 2000, "air strikes a week in the country"),
    lever("phones", "", "share", 0, 0, 1, "coverage of mobile telephones"),
)
