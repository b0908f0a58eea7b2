"""Insurgency: armed organisations, their recruits, attacks, victims, deals and defections."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    stock("fighters", "district organisation", "persons", "active fighters", people=True),
    stock(
        "detainees",
        "district organisation",
        "persons",
        "captured fighters in custody, by district of capture",
        people=True,
    ),
    stock("fighters_dead", "district organisation", "persons", "fighters killed since the start", people=True),
    stock(
        "foreigners_arrived",
        "district organisation",
        "persons",
        "fighters who came from abroad since the start",
        people=True,
    ),
    stock(
        "left_abroad", "district organisation", "persons", "fighters who left for abroad since the start", people=True
    ),
    stock(
        "local_defence", "district community", "persons", "local defence forces on the government's side", people=True
    ),
    stock("abuse", "district community", "index", "abuse of their own community by radical organisations, smoothed"),
    stock(
        "experience",
        "district organisation",
        "attacks",
        "attacks planned since the start: what an organisation has learned from",
    ),
    measure("silenced", "district community", "index", "fear of reprisals by a community's own radicals, 0 to 1"),
    stock("truce", "organisation", "-", "1 while the organisation's leaders hold a truce"),
    stock(
        "rate_of_losses", "organisation", "1/week", "share of its fighters that an organisation loses a week, smoothed"
    ),
    stock("usual_hold", "organisation", "share", "control by those who fight it where its fighters are, smoothed"),
    measure("readiness_to_fight", "organisation", "ratio", "attacks of an organisation relative to no truce"),
    measure(
        "readiness_for_rivals", "organisation", "ratio", "attacks of an organisation on rivals relative to no restraint"
    ),
    measure(
        "contact_of_fighters",
        "district",
        "share",
        "how far fighters reach rivals: contact, less what soldiers keep apart",
    ),
    measure("kept_apart", "district", "share", "attacks between communities relative to no soldiers between them"),
    measure("in_arms", "district community", "persons", "fighters of all organisations of a community"),
    measure(
        "hostile", "district community", "persons", "fighters of a community who seek rivals: no truce, no restraint"
    ),
    measure("hazard_of_clashes", "district community", "1/week", "chance that a fighter falls to armed rivals"),
    measure("clashes", "district", "persons", "fighters expected to fall to armed rivals in the step"),
    flow("fallen", "district organisation", "persons", "fighters killed by organisations of rival communities"),
    measure(
        "sought_by", "organisation", "attacks", "attacks on the intervener that an organisation seeks in a district"
    ),
    flow(
        "aimed_at_intervener", "organisation", "attacks", "attacks on the intervener to be expected of an organisation"
    ),
    stock("triggered", "", "-", "1 once an outrage has been done that ends restraint between communities"),
    stock("unrestrained", "", "share", "part of the restraint between communities that an outrage has undone"),
    measure("intensity", "district organisation", "attacks", "attacks an organisation would make in the step"),
    measure("mobilisation", "district community", "index", "drive to join armed organisations"),
    measure(
        "mobilised_by_occupation",
        "district community",
        "index",
        "part of mobilisation from resentment of the occupation",
    ),
    measure("mobilised_by_exclusion", "district community", "index", "part of mobilisation from political exclusion"),
    measure("mobilised_by_fear", "district community", "index", "part of mobilisation from fear of rivals"),
    flow("attacks_on_intervener", "district", "attacks", "attacks on the intervener's forces"),
    flow("attacks_on_government", "district", "attacks", "attacks on government forces"),
    flow("attacks_on_civilians", "district community", "attacks", "attacks on civilians of a community by its rivals"),
    flow("coercion", "district community", "attacks", "attacks on civilians of a community by its own radicals"),
    flow("deaths_by_rivals", "district community", "persons", "civilians killed by fighters of rival communities"),
    flow("deaths_by_own_side", "district community", "persons", "civilians killed by fighters of their own community"),
    flow("intervener_killed", "", "persons", "soldiers of the intervener killed"),
    flow("government_killed", "", "persons", "members of government forces killed"),
    flow("recruits", "district organisation", "persons", "sympathisers who became fighters"),
    flow(
        "foreign_recruits",
        "district organisation",
        "persons",
        "fighters who came from abroad or were paid by a sponsor",
    ),
    flow("defected_to_deals", "district organisation", "persons", "fighters who took a local deal"),
    measure("size_mass", "size", "share", "share of lethal events in each size class"),
    measure("size_chance", "size", "share", "chance of a class given no smaller one"),
    fact("home", "organisation", "community", None, 0, 1000, "community that the organisation draws on", integer=True),
    fact(
        "splinter_of",
        "organisation",
        "organisation",
        -1,
        -1,
        1000,
        "organisation that this radical one draws recruits from",
        integer=True,
    ),
    fact(
        "transnational", "organisation", "-", 0, 0, 1, "takes foreign fighters and sends fighters abroad", integer=True
    ),
    fact(
        "radical",
        "organisation",
        "-",
        0,
        0,
        1,
        "lives by overreach: people turn away from it, raids on networks aim at it",
        integer=True,
    ),
    fact("sponsored", "organisation", "-", 0, 0, 1, "takes support from a foreign sponsor", integer=True),
    fact(
        "founding_fighters",
        "organisation",
        "persons",
        0,
        0,
        2_000_000,
        "fighters at the start, before planning for order lowers them",
    ),
    fact(
        "recruit_share",
        "organisation",
        "share",
        1,
        0,
        1,
        "share of its community's recruits, before splinters take theirs",
    ),
    fact("open_to_deals", "organisation", "share", 0, 0, 1, "how far its fighters would take local deals at all"),
    fact(
        "open_to_truce", "organisation", "share", 0, 0, 1, "how far one leadership could have its fighters hold a truce"
    ),
    fact("event_size", "size", "persons", None, 1, 10_000, "deaths in an event of each class; fixed by the model"),
    fact("log_magnitude", "magnitude", "-", None, 0, 20, "logarithm of a number of deaths; fixed by the model"),
    fact(
        "lower_class",
        "magnitude",
        "-",
        None,
        0,
        100,
        "class just below a number of deaths; fixed by the model",
        integer=True,
    ),
    fact(
        "upper_share",
        "magnitude",
        "share",
        None,
        0,
        1,
        "share of a number of deaths put into the class above; keeps the mean",
    ),
    lever("local_offer", "", "index", 0, 0, 1, "local deals offered to armed organisations"),
    lever(
        "offer_priority", "district", "ratio", 1, 0, 100, "local deals offered in a district relative to the country"
    ),
    lever("local_pay", "", "share", 0, 0, 1, "pay of local defence forces, share of the full rate"),
    lever("border", "", "index", 1, 0, 50, "openness of borders to foreign fighters (1: as at the start)"),
    lever("resolve_news", "", "index", 0, 0, 5, "news that the intervener's home may give up"),
    lever(
        "armour",
        "",
        "share",
        0,
        0,
        0.95,
        "share of attacks' lethality that armour takes from the intervener's soldiers",
    ),
)
