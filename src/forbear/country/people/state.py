"""People: where they live and whom they side with, what they resent, whom they fear."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    stock("supporters", "district community", "persons", "residents who support the new order", people=True),
    stock("neutral", "district community", "persons", "residents who side with nobody", people=True),
    stock(
        "sympathisers", "district community", "persons", "residents who sympathise with armed opposition", people=True
    ),
    stock(
        "displaced", "district community", "persons", "displaced inside the country, by district of origin", people=True
    ),
    stock("refugees", "district community", "persons", "fled abroad, by district of origin", people=True),
    stock("civilians_dead", "district community", "persons", "civilians killed since the start", people=True),
    stock("resentment", "district community", "index", "resentment of the occupation, 0 to 1"),
    stock("fear", "district community", "index", "fear of rival communities, 0 to 1"),
    stock(
        "harm_by_intervener", "district community", "deaths/100k", "fading memory of civilians killed by the intervener"
    ),
    stock(
        "harm_by_insurgents",
        "district community",
        "deaths/100k",
        "fading memory of civilians killed by their own side's fighters",
    ),
    stock("mixing", "district", "index", "how communities live among one another, 0 separate to 1 mixed"),
    stock(
        "unavenged",
        "district community",
        "persons",
        "people killed by rivals whose deaths still call for an answer, fading",
    ),
    stock(
        "hosted", "district community", "persons", "displaced people inside the country, by the district they are in"
    ),
    stock("born", "district community", "persons", "births less deaths of other causes since the start", people=True),
    stock("unborn", "district community", "persons", "fraction of a person that growth still owes"),
    stock("violence", "district", "deaths/100k/week", "smoothed civilian deaths, half-life four weeks"),
    stock("national_violence", "", "deaths/100k/week", "smoothed civilian deaths in the whole country"),
    measure("mixing_at_start", "district", "index", "contact between communities before the war"),
    measure("residents", "district community", "persons", "people who live in the district at the start of the step"),
    measure("population", "district", "persons", "residents of all communities at the start of the step"),
    measure("nation", "", "persons", "residents of all districts at the start of the step"),
    measure("contact", "district", "index", "where communities still meet: mixing less what walls cut off"),
    measure("revenge", "district community", "attacks", "attacks on rivals that deaths call for in the next step"),
    measure(
        "policed", "district community", "ratio", "factor on attacks on rivals from a community's policing of its own"
    ),
    measure("refuge", "district community", "persons", "weight of a district as a refuge, then those expected there"),
    measure("crowding", "district", "ratio", "displaced people who are in a district, per resident"),
    measure("acceptance", "community", "index", "acceptance of the occupier, 0 neither way"),
    measure("mean_fear", "community", "index", "fear averaged over residents"),
    measure("mean_resentment", "community", "index", "resentment averaged over residents"),
    measure("sympathy", "community", "share", "share of residents who sympathise with armed opposition"),
    flow("deaths", "district community", "persons", "civilians killed in the step"),
    flow("newly_displaced", "district community", "persons", "people who left their homes in the step"),
    flow("returned", "district community", "persons", "displaced people who came home in the step"),
    fact(
        "population_at_start", "district community", "persons", None, 0, 16_000_000, "residents at the start, all ages"
    ),
    fact(
        "rivalry",
        "community community",
        "share",
        0,
        0,
        1,
        "how far the second community is a target of the first one's fighters",
    ),
    fact(
        "mixing",
        "district",
        "index",
        -1,
        -1,
        1,
        "contact between communities at the start; -1: from the shares of communities",
    ),
    fact(
        "small_community",
        "",
        "persons",
        1000,
        1,
        100_000,
        "added to a community's size where rates are formed, so that a handful of people do not give a rate of thousands",
    ),
    fact(
        "external_threat",
        "community",
        "index",
        0,
        0,
        1,
        "how far a power outside threatens a community and the intervener alike",
    ),
    fact("threshold_allegiance", "", "-", 0, 0, 1, "1: people change sides at a threshold; 0: smoothly (rival forms)"),
    fact("linear_feelings", "", "-", 0, 0, 1, "1: fear and resentment grow linearly; 0: they saturate (rival forms)"),
    fact("step", "", "weeks", 1, 0.05, 1, "length of a step; set by the run"),
    lever("walls", "district", "share", 0, 0, 1, "share of a district's mixed quarters that walls set apart"),
    lever("trigger", "", "-", 0, 0, 1, "an outrage that ends restraint between communities", pulse=True),
)
