"""What history says: estimates from case datasets, figures from texts, imposed regime changes, conquests.

Reference classes stay apart: each row names its own, and none may be pooled with another.
"""

from __future__ import annotations

import re
from pathlib import Path

from tables import KnownTotalError, Row, check, number, read, run, write

#: the dataset named in the table -> full source
DATASETS = {
    "Lyall 2010": "Lyall (2010), counterinsurgency wars 1800-2005; re-estimated",
    "PRIF HMI": "Peace Research Institute Frankfurt, Humanitarian Military Interventions dataset; re-estimated",
    "MIP + COW pop": "Military Intervention Project (Kushi and Toft) with Correlates of War population; re-estimated",
    "MIP + V-Dem": "Military Intervention Project (Kushi and Toft) with V-Dem; re-estimated",
    "Archigos + V-Dem": "Archigos 4.1 (Goemans, Gleditsch and Chiozza 2009) with V-Dem; re-estimated",
    "Archigos": "Archigos 4.1 (Goemans, Gleditsch and Chiozza 2009); re-estimated",
    "Archigos + UCDP": "Archigos 4.1 (Goemans, Gleditsch and Chiozza 2009) with UCDP; re-estimated",
    "UCDP": "Uppsala Conflict Data Program; re-estimated",
    "Weisiger 2014": "Weisiger (2014), Victory Without Peace, doi 10.7910/DVN/OPCGOE; re-estimated",
    "Hultman et al. 2013 (re-estimated)": "Hultman, Kathman and Shannon (2013), doi 10.7910/DVN/6EBCGA; re-estimated",
    "Fortna": "Fortna, peacekeeping and the duration of peace; re-estimated",
    "DSAT + UCDP (occupation spells hand-coded)": "Database on Suicide Attacks with UCDP, occupation spells coded by hand; re-estimated",
    "EPR + UCDP + V-Dem": "Ethnic Power Relations with UCDP and V-Dem; re-estimated",
    "WDI + V-Dem": "World Development Indicators with V-Dem; re-estimated",
    "WDI + UCDP": "World Development Indicators with UCDP; re-estimated",
    "WDI + GML": "World Development Indicators with Gibler, Miller and Little disputes; re-estimated",
    "Acemoglu et al. data": "data of Acemoglu and others on democracy; re-estimated",
    "Berman et al. 2013": "Berman, Felter, Shapiro and Troland (2013), aid and violence in Iraq; re-estimated",
    "Blair/Lyall/Imai": "Blair, Imai and Lyall, endorsement and list experiments in Afghanistan 2011; re-estimated",
}
CLASS_OF_DATASET = {
    "Lyall 2010": "counterinsurgency",
    "PRIF HMI": "humanitarian intervention",
    "MIP + COW pop": "US military intervention",
    "MIP + V-Dem": "US military intervention",
    "Weisiger 2014": "conquest",
    "Hultman et al. 2013 (re-estimated)": "peacekeeping",
    "Fortna": "peacekeeping",
    "DSAT + UCDP (occupation spells hand-coded)": "occupation and suicide attacks",
    "EPR + UCDP + V-Dem": "civil conflict in general",
    "UCDP": "civil conflict in general",
    "WDI + V-Dem": "trade",
    "WDI + UCDP": "trade",
    "WDI + GML": "trade",
    "Acemoglu et al. data": "trade",
    "Berman et al. 2013": "aid in an occupied country",
    "Blair/Lyall/Imai": "support in an occupied country",
}
#: topics of the figures from texts, in the order of the list: (number of rows, topic)
TOPICS = (
    (5, "force density"), (1, "force generation"), (16, "force density"), (5, "force generation"), (1, "cost"),
    (3, "force generation"), (7, "cost"), (1, "occupation"), (1, "nation-building"), (5, "counterinsurgency"),
    (5, "foreign-imposed regime change"), (2, "terrorism"), (1, "iraq"), (1, "cost"), (2, "iraq"),
    (1, "peacekeeping"), (1, "US military intervention"),
)  # fmt: skip


def reference_class(row: Row) -> str:
    """Return the reference class of an estimate; comparison groups of Archigos rows are named as such."""
    if row["data"] in CLASS_OF_DATASET:
        return CLASS_OF_DATASET[row["data"]]
    return (
        "domestic change of leader" if row["quantity"].startswith("Regular-entry") else "foreign-imposed regime change"
    )


def estimates(data: Path, out: Path) -> None:
    """Derive the estimates with intervals."""
    rows = read(data / "evidence" / "empirical_priors.csv")
    check("estimates", len(rows), 43)
    check("datasets of the estimates", sorted({row["data"] for row in rows}), sorted(DATASETS))
    written = []
    for row in rows:
        low, middle, high = (float(row[name]) for name in ("lo95", "estimate", "hi95"))
        if not low <= middle <= high:
            raise KnownTotalError(f"{row['quantity']}: expected low <= estimate <= high, found {low, middle, high}")
        numbers = (row["estimate"], row["lo95"], row["hi95"], row["n"])
        written.append((row["quantity"], reference_class(row), row["unit"], *numbers, DATASETS[row["data"]]))
    columns = ("quantity", "reference_class", "unit", "estimate", "low_95", "high_95", "n", "source")
    write(out / "estimates" / "empirical-estimates.csv", columns, written)


def bounds(value: str) -> tuple[str, str]:
    """Return lowest and highest number of a figure that is a number or a range; both empty for anything else."""
    plain = value.replace(",", "")
    if found := re.fullmatch(r"(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?", plain):
        return found[1], found[2] or found[1]
    return "", ""


def figures(data: Path, out: Path) -> None:
    """Derive the figures from texts; a row whose page is unknown says so instead of an address."""
    rows = read(data / "evidence" / "figures_from_texts.csv")
    check("figures from texts", len(rows), 58)
    topics = [topic for count, topic in TOPICS for _ in range(count)]
    check("topics of the figures", len(topics), len(rows))
    written = []
    for row, topic in zip(rows, topics, strict=True):
        address = row["address"] if row["address"].startswith("http") else ""
        known = "page" if address else "address of the page not known"
        low, high = ("", "") if row["value"] == "1920-2004" else bounds(row["value"])
        figure = (row["item"], topic, row["value"], low, high, row["unit"], row["context"])
        written.append((*figure, row["source_kind"].split(" in GitHub")[0], known, address))
    check("figures without a page", sum(not row[-1] for row in written), 8)
    names = ("item", "topic", "value", "low", "high", "unit", "context", "directness", "source_state", "address")
    write(out / "estimates" / "figures-from-texts.csv", names, written)


def regime_changes(data: Path, out: Path) -> None:
    """Derive the foreign-imposed regime changes."""
    rows = read(data / "evidence" / "derived_firc_archigos.csv")
    check("imposed regime changes", len(rows), 65)
    source = ("v0", "v5", "v10", "p0", "p5", "p10")
    values = [[number(row[name]) for name in source] for row in rows]
    columns = [f"polyarchy_{when}" for when in ("before", "after_5", "after_10")]
    columns += [f"polity_{when}" for when in ("before", "after_5", "after_10")]
    cases = [(r["GWn"], r["country"], r["year"], r["type"].removeprefix("firc_")) for r in rows]
    written = [(*case, *value) for case, value in zip(cases, values, strict=True)]
    names = ("gleditsch_ward_code", "country", "year", "imposed_at", *columns)
    write(out / "cases" / "imposed-regime-changes.csv", names, written)


def conquests(data: Path, out: Path) -> None:
    """Derive the conquests."""
    rows = read(data / "evidence" / "crdata" / "weisiger2014.csv")
    check("conquests", len(rows), 35)
    check("conquests resisted", sum(row["resist"] == "1" for row in rows), 14)
    source = ("resist", "coord", "polity_conq", "lndist", "terrain", "soldperterr", "gdppc2")
    names = (
        "resisted",
        "leader_at_large",
        "polity_conqueror",
        "log_distance",
        "terrain",
        "log_force_density",
        "gdp_per_person",
    )
    written = [(case, *(row[name] for name in source)) for case, row in enumerate(rows, 1)]
    write(out / "cases" / "conquests.csv", ("case", *names), written)


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    for step in (estimates, figures, regime_changes, conquests):
        step(data, out)


if __name__ == "__main__":
    run(derive, __doc__)
