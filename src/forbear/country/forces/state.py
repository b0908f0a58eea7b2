"""Forces: the new army and police, the old army dissolved or kept, those who were sent home."""

from forbear.country.declare import fact, flow, lever, measure, stock

STATE = (
    stock("security_forces", "district community", "persons", "new army and police", people=True),
    stock("army_kept", "district community", "persons", "soldiers of the old army kept in service", people=True),
    stock("old_army", "district community", "persons", "soldiers of the old army before any order", people=True),
    stock("dismissed", "district community", "persons", "dismissed soldiers without other work", people=True),
    stock(
        "forces_dead",
        "district community",
        "persons",
        "members of government forces killed since the start",
        people=True,
    ),
    stock("force_quality", "", "index", "quality of the new forces"),
    measure("kept_quality", "", "index", "usable quality of the old army"),
    flow("enlisted", "district community", "persons", "residents who joined the new forces"),
    flow("deserted", "district community", "persons", "members who deserted the new forces"),
    fact("old_army_strength", "community", "persons", 0, 0, 4_000_000, "soldiers of the old army at the start"),
    lever("army_order", "", "-", 0, 0, 1, "the order on the old army is given", pulse=True, switch=True),
    lever("army_retention", "", "share", 0, 0, 1, "share of the old army that the order keeps (0: disband)"),
    lever("stipend", "", "share", 0, 0, 1, "stipends and re-employment for dismissed soldiers"),
    lever("force_target", "", "persons", 0, 0, 3_000_000, "planned strength of the new army and police"),
)
