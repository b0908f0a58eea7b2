"""What the room holds: how dry it is, what a place usually is, and what relief is sent."""

from forbear.country.declare import fact, lever, stock

STATE = (
    stock("dryness", "district", "index", "soil and reservoirs: 0 wet, 1 dry"),
    fact("usual_dryness", "district", "index", 0.3, 0, 1, "dryness of a usual year"),
    fact("rain_fed", "district", "share", 0.5, 0, 1, "share of people who live by rain-fed land"),
    lever(
        "relief",
        "",
        "index",
        0,
        0,
        1,
        "water and food sent where it is dry (1: whatever is needed)",
        harms="relief that is diverted feeds fighters: not in this room, add it if you believe it",
        helps="services hold up in dry districts",
    ),
)
