"""Politics: the bargain over power, elections, institutions, legitimacy, capacity, democracy, governance."""

from forbear.country.declare import fact, lever, measure, stock

STATE = (
    stock("inclusion", "community", "index", "power that a community holds credibly, relative to its claim, 0 to 1"),
    stock("boycott", "community", "weeks", "weeks for which a boycott still keeps a community's share at its floor"),
    stock("courtship", "", "index", "how far an election still makes parties court others, 0 to 1"),
    stock("turnout", "", "share", "people in communities that took part in the last election; 0 before the first"),
    stock("institutions", "", "index", "guarantees that have become institutions"),
    stock("capacity", "", "index", "capacity of the administration"),
    stock("legitimacy", "", "index", "legitimacy of the state"),
    stock("democracy", "", "index", "democracy, on the scale of the V-Dem electoral index"),
    stock("appeal", "", "index", "appeal of the intervener as a model"),
    stock("calm_weeks", "", "weeks", "weeks in a row in which every condition of stable success held"),
    stock("success", "", "-", "1 once stable success has held for two years"),
    measure("bargaining_power", "community", "share", "share of bargaining power"),
    measure(
        "claimed_in_full", "community", "share", "share of claims beyond strength that a community's size lets it make"
    ),
    measure("safety", "", "share", "strength of the government's own forces against those who fight it"),
    measure("offer_made", "", "share", "share of a proportional division of power that the government offers"),
    measure("offered_share", "community", "share", "share of power offered"),
    measure("implemented_share", "community", "share", "share of power that the governing community lets happen"),
    measure("consent", "", "probability", "consent of the governing community to the offer"),
    measure("credibility", "", "index", "how far a promise of power is believed"),
    measure(
        "least_included", "", "index", "inclusion of the least included community of a twentieth of the people or more"
    ),
    measure(
        "sympathy_of_excluded",
        "",
        "share",
        "share that sympathises with armed opposition, residents weighed by exclusion",
    ),
    measure("mean_control", "", "index", "control averaged over residents"),
    measure("mean_services", "", "share", "services averaged over residents"),
    measure("governance", "", "index", "governance: capacity, services, control, inclusion and democracy together"),
    fact("governs", "community", "-", 0, 0, 1, "1 for the community that governs under the new order", integer=True),
    fact("floor_share", "community", "share", 0.03, 0, 1, "share of power a community holds without any offer"),
    fact(
        "secured_inclusion",
        "community",
        "index",
        0,
        0,
        1,
        "inclusion a community holds by its own means, such as autonomy",
    ),
    fact("regime_inclusion", "community", "index", 0.3, 0, 1, "inclusion under the regime that was there before"),
    fact("inclusion_at_start", "community", "index", 0.3, 0, 1, "inclusion at the start under the new order"),
    fact(
        "purged", "community", "-", 0, 0, 1, "1 for communities whose members a purge of officials hits", integer=True
    ),
    fact("democracy_at_start", "", "index", 0.2, 0, 1, "democracy at the start"),
    fact("oil", "", "share", 0, 0, 1, "share of the state's income from oil and other rents"),
    fact("preconditions", "", "index", 0, -2, 2, "income and earlier democracy, in standard deviations"),
    fact("neighbours_democracy", "", "index", 0.25, 0, 1, "democracy of neighbours"),
    lever("offer", "", "share", 0, 0, 1, "share of a proportional division of power that is offered"),
    lever("guarantee", "", "index", 0, 0, 1, "third-party guarantee of the division"),
    lever(
        "commitment",
        "",
        "index",
        1,
        0,
        1,
        "expected duration of presence (1: open-ended, falling as an announced exit nears)",
    ),
    lever("sovereignty", "", "share", 0, 0, 1, "formal sovereignty handed to a national government"),
    lever("election", "", "-", 0, 0, 1, "a national election", pulse=True),
    lever("purge_order", "", "-", 0, 0, 1, "officials of the old regime are removed", pulse=True),
    lever("purge_depth", "", "share", 0, 0, 1, "how deep the purge goes"),
    lever("trade_opening", "", "index", 0, 0, 1, "opening of trade with the country"),
)
