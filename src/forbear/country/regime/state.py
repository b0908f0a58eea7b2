"""Regime: the country where nobody intervenes. Not identified by any one case: always shown as a band."""

from forbear.country.declare import fact, flow, lever, stock

STATE = (
    stock("successor", "", "-", "1 once the first ruler has been succeeded within the regime"),
    stock("transition", "", "-", "1 once the regime has given way without civil war"),
    stock("civil_war", "", "-", "1 while or after a civil war has broken out"),
    stock("ruler_dead", "", "-", "1 once the first ruler is dead or deposed"),
    stock("crushing", "", "weeks", "weeks for which the crushing of an uprising goes on"),
    stock("weapons", "", "-", "1 once forbidden weapons have been rebuilt"),
    stock("aggression", "", "-", "1 once a neighbour has been attacked"),
    stock(
        "sanctions_deaths",
        "",
        "persons",
        "excess deaths under sanctions since the start (an estimate, not in the ledger of people)",
    ),
    flow("deaths_by_regime", "district community", "persons", "civilians killed by the regime"),
    fact("repressed", "community", "share", 1, 0, 1, "how far the regime's violence falls on a community"),
    fact("ruler_age", "", "years", 60, 18, 110, "age of the ruler at the start"),
    lever("regional_shock", "", "ratio", 0, 0, 30, "uprisings in the region (0: none)"),
    lever("containment", "", "share", 0, 0, 1, "effort of containment"),
    lever("defeat", "", "share", 0, 0, 1, "how completely the old regime is defeated (1: its leader is taken)"),
    lever("sanctions", "", "share", 0, 0, 1, "sanctions"),
)
