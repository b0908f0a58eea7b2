"""Services: electricity and other services, what builds them and what wears them down."""

from forbear.country.declare import fact, lever, measure, stock

STATE = (
    stock("grid", "district", "share", "installed capital of the electricity system, share of what full supply needs"),
    stock("works", "district", "share", "installed capital of water, sewers, schools and health care, likewise"),
    stock(
        "rents",
        "district organisation",
        "share",
        "share of all that could be taken in a district which an organisation lives on",
    ),
    measure("electricity", "district", "share", "electricity supplied, share of demand"),
    measure("services", "district", "share", "other services delivered, share of need"),
    measure("power_supplied", "", "MW", "electricity supplied in the whole country"),
    stock("years", "", "years", "years since the start"),
    fact("electricity_at_start", "", "share", 0.8, 0, 1, "installed electricity capital at the start"),
    fact("works_at_start", "", "share", 0.6, 0, 1, "installed capital of other services at the start"),
    fact("power_needed", "", "MW", 1, 0, 1_000_000, "electricity demand at the start"),
    fact(
        "electricity_reference",
        "",
        "US$/week/person",
        1,
        0.01,
        500,
        "spending on electricity at which its building rate is anchored",
    ),
    fact(
        "works_reference",
        "",
        "US$/week/person",
        4,
        0.01,
        500,
        "spending on other services at which their building rate is anchored",
    ),
    lever("electricity_budget", "", "US$/week/person", 0, 0, 200, "spending on electricity"),
    lever("works_budget", "", "US$/week/person", 0, 0, 200, "spending on other services"),
    lever("small_projects", "", "share", 0.2, 0, 1, "share of spending on small local projects"),
)
