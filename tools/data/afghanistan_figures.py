"""Figures on Afghanistan by year and typed figures: violence, deaths, forces, governance, opium, dated events.

What the data at hand do not hold is not filled in: see the gaps in the catalogue.
"""

from __future__ import annotations

from pathlib import Path

from tables import check, number, read, run, split_source, write

HERE = Path(__file__).parent / "figures"
AFGHANISTAN = 700
FIRST_YEAR, LAST_YEAR = 1996, 2022
BATTLE_DEATHS = {2009: 6_368, 2018: 25_684}
CIVILIANS_KILLED = {2009: 2_412, 2019: 3_403}
INCIDENTS = {2008: 8_893, 2018: 22_478}


def of_country(path: Path) -> dict[int, dict[str, str]]:
    """Return the rows of Afghanistan by year from a panel with a Gleditsch-Ward code."""
    code = "gwcode" if "country_year" in str(path) else "GWn"
    rows = [row for row in read(path) if row[code] and float(row[code]) == AFGHANISTAN]
    years = {int(float(row["year"])): row for row in rows}
    return {year: row for year, row in sorted(years.items()) if FIRST_YEAR <= year <= LAST_YEAR}


def violence(data: Path, series: Path) -> None:
    """Derive battle deaths, civilian casualties and security incidents by year."""
    found = of_country(data / "country_year" / "battle_deaths_country_year_1946_2022.csv")
    check("years of battle deaths", list(found), list(range(FIRST_YEAR, LAST_YEAR + 1)))
    rows = [(y, *(number(r[name]) for name in ("best", "low", "high"))) for y, r in found.items()]
    check("battle deaths of known years", {y: int(b) for y, b, *_ in rows if y in BATTLE_DEATHS}, BATTLE_DEATHS)
    write(series / "afghanistan-battle-deaths-year.csv", ("year", "best", "low", "high"), rows)

    texts = data / "text_figures"
    casualties = read(texts / "afghanistan_unama_civilian_casualties_year.csv")
    killed = {int(r["year"]): int(r["civilians_killed"]) for r in casualties}
    check("civilians killed in known years", {y: killed[y] for y in CIVILIANS_KILLED}, CIVILIANS_KILLED)
    for row in casualties:
        added = int(row["civilians_killed"]) + int(row["civilians_injured"])
        check(f"killed and injured of {row['year']}", added, int(row["total"]))
    columns = ("year", "killed", "injured", "publisher", "address")
    names = ("year", "civilians_killed", "civilians_injured")
    rows = [(*(r[name] for name in names), *sourced(r["url"])) for r in casualties]
    write(series / "afghanistan-civilian-casualties-year.csv", columns, rows)

    incidents = read(texts / "afghanistan_un_security_incidents_year.csv")
    counted = {int(r["year"]): int(r["security_incidents"]) for r in incidents}
    check("incidents of known years", {y: counted[y] for y in INCIDENTS}, INCIDENTS)
    for row in incidents:
        check(f"months of {row['year']}", abs(int(row["per_month"]) - counted[int(row["year"])] / 12) < 1, True)
    columns = ("year", "incidents", "certain", "publisher", "address")
    sure = {"": "true", "uncertain": "false"}
    rows = [(r["year"], r["security_incidents"], sure[r["note"]], *sourced(r["url"])) for r in incidents]
    write(series / "afghanistan-security-incidents-year.csv", columns, rows)


def sourced(text: str) -> tuple[str, str]:
    """Return publisher (or remark) and address of a typed source."""
    address, publisher = split_source(text)
    return publisher, address


def governance(data: Path, series: Path) -> None:
    """Derive democracy, government effectiveness, product and people by year; an empty cell is a year not scored."""
    panel = of_country(data / "country_year" / "static_world_1989_2023_trimmed.csv")
    scores = of_country(data / "governance" / "vdem_simple_1989on.csv")
    check("years of governance", list(panel), list(scores))
    check("electoral democracy of 2001, 2020, 2021", [scores[y]["v2x_polyarchy"] for y in (2001, 2020, 2021)], ["0.084", "0.335", "0.144"])  # fmt: skip
    rows = []
    for year, score in scores.items():
        parts = [
            score[name] for name in ("v2x_polyarchy", "v2x_polyarchy_codelow", "v2x_polyarchy_codehigh", "v2x_libdem")
        ]
        people = round(1e6 * float(panel[year]["population"]))
        rows.append((year, *parts, panel[year]["e_wbgi_gee"], panel[year]["gdppc"], people))
    columns = ("year", "polyarchy", "polyarchy_low", "polyarchy_high", "liberal_democracy")
    columns += ("government_effectiveness", "gdp_per_person", "population")
    write(series / "afghanistan-governance-year.csv", columns, rows)


def typed(series: Path) -> None:
    """Check and copy what was typed from texts."""
    deaths = read(HERE / "afghanistan_deaths_year.csv")
    to_2011 = [int(r["deaths"]) for r in deaths if r["whose"] == "coalition" and int(r["year"]) <= 2011]
    check("coalition deaths to 2011; the page prints 2,847 for the sum of its years", sum(to_2011), 2_845)
    reported = [r for r in deaths if r["publisher"].startswith("US Department of Defense")]
    # the page's own sum of 1,778 runs to September 2011 and holds 343 deaths of that year
    check("US deaths to 2010", sum(int(r["deaths"]) for r in reported), 1_778 - 343)
    copy("afghanistan_deaths_year.csv", series / "afghanistan-foreign-deaths-year.csv", deaths)
    opium = read(HERE / "afghanistan_opium_points.csv")
    years = [(r["period"][:4], r["period"][-4:]) for r in opium]
    rows = [{"first_year": a, "last_year": b} | r for (a, b), r in zip(years, opium, strict=True)]
    copy("opium points", series / "afghanistan-opium-points.csv", rows)
    for name in ("insurgent_strength_points", "events"):
        rows = read(HERE / f"afghanistan_{name}.csv")
        check(f"order of {name}", rows, sorted(rows, key=lambda row: next(iter(row.values()))))
        copy(name, series / f"afghanistan-{name.replace('_', '-')}.csv", rows)


def security_forces(data: Path, series: Path) -> None:
    """Derive the counts of Afghan forces: those of the shared list and those typed since; definitions stay apart."""
    kinds = {
        ("2013-02", "ANSF total (ANA+ANP+AAF)"): ("2013-02", "army and police", "strength"),
        ("2012-10 target", "ANSF target"): ("2012-10", "army and police", "target"),
        ("2013 autumn", "ANA"): ("2013-10", "army", "strength"),
        ("2014 autumn", "ANA"): ("2014-10", "army", "strength"),
        ("2014 autumn", "ANP"): ("2014-10", "police", "strength"),
        ("2018", "ANDSF authorised"): ("2018-06", "army and police", "target"),
    }
    listed = read(data / "text_figures" / "afghanistan_ansf_points.csv")
    check("counts of Afghan forces", sorted((r["period"], r["series"]) for r in listed), sorted(kinds))
    rows = []
    for row in listed:
        month, force, definition = kinds[row["period"], row["series"]]
        words = f"{row['period']}: {row['series']}"
        rows.append((month, force, int(row["value"]), definition, words, *sourced(row["url"])))
    autumn = [row for row in rows if row[0] == "2014-10"]
    both = ("2014-10", "army and police", sum(row[2] for row in autumn), "strength", "2014 autumn: sum of ANA and ANP")
    rows.append((*both, *autumn[0][5:]))
    names = ("month", "force", "personnel", "definition", "words_of_source", "publisher", "address")
    rows += [tuple(r[name] for name in names) for r in read(HERE / "afghanistan_security_forces_points.csv")]
    rows.sort(key=lambda row: row[:2])
    write(series / "afghanistan-security-forces-points.csv", names, rows)


def copy(what: str, path: Path, rows: list[dict[str, str]]) -> None:
    """Write typed rows as they are; every one names its page."""
    check(f"rows of {what} without a page", [row for row in rows if not row["address"].startswith("http")], [])
    write(path, tuple(rows[0]), [tuple(row.values()) for row in rows])


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    series = out / "series"
    violence(data, series)
    governance(data, series)
    security_forces(data, series)
    typed(series)


if __name__ == "__main__":
    run(derive, __doc__)
