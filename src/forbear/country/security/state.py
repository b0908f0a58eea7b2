"""Security: who controls what, what is known, what operations remove and whom they harm."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    measure("troops", "district", "persons", "soldiers of the intervener and its partners in the district"),
    measure("density", "district", "per 1000", "soldiers of the intervener per thousand residents"),
    measure("presence", "", "ratio", "soldiers of the intervener and partners, relative to the reference density"),
    measure(
        "presence_felt", "", "share", "how far the intervener is felt to be in the country, 1 at the reference density"
    ),
    measure("presence_nearby", "district", "share", "how far the intervener is felt to be in the district"),
    measure("government_nearby", "district", "share", "how far government forces are there to be attacked"),
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
    measure(
        "tips", "district", "-", "what residents tell of armed organisations; -log of the chance that it is nothing"
    ),
    measure("operations", "district", "operations", "operations per week"),
    measure("suppression", "district", "ratio", "factor on attacks from the mass of security forces"),
    measure("exposure", "district", "ratio", "factor on attacks on the intervener from how many targets it offers"),
    measure("raids", "district", "1/week", "resentment grown per week by untargeted raids"),
    stock("bystanders_held", "district community", "persons", "people in custody who fought for nobody", people=True),
    stock(
        "raided",
        "district organisation",
        "share",
        "part of an organisation taken in raids lately, for which it takes revenge",
    ),
    measure("detention", "community", "index", "mass detention: how much of the community is in custody, 0 to 1"),
    measure("captured", "district community", "persons", "fighters captured in the step"),
    flow(
        "removed_in_raids",
        "district organisation",
        "persons",
        "part of those removed whom raids on networks are expected to have taken",
    ),
    flow("rejoined", "district organisation", "persons", "detainees who were released and fight again"),
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
    lever(
        "network_raids",
        "",
        "index",
        0,
        0,
        5,
        "raids on networks of radicals inside the country (1: as at the height of a large campaign)",
        helps="removals of radicals",
        harms="revenge of those who are left",
    ),
    lever("rules_of_engagement", "", "ratio", 1, 0.2, 2, "latitude to use force (1: as at the start)"),
    lever("air_strikes", "", "1/week", 0, 0, 2000, "air strikes a week in the country"),
    lever("phones", "", "share", 0, 0, 1, "coverage of mobile telephones"),
)
