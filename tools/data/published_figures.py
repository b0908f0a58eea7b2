"""Figures typed from published texts: deaths, security forces, services, polls, dated events.

Every row keeps the page it was read on; a page that the typed list only calls "same as above" is filled in.
"""

from __future__ import annotations

import re
from pathlib import Path

from tables import KnownTotalError, Row, check, month_number, number, read, run, split_source, write

YEARS_PUBLISHED = {2003: 12_087, 2006: 28_393, 2007: 25_063, 2011: 4_087}
#: name in the typed list -> (table, quantity, unit)
SERVICES = {
    "electricity_mw": ("electricity", "generation", "MW"),
    "electricity_supply_mw": ("electricity", "supply", "MW"),
    "electricity_supply_mw_incl_imports": ("electricity", "supply with imports", "MW"),
    "peak_supply_mw_incl_imports": ("electricity", "peak supply with imports", "MW"),
    "hours_per_day_nationwide": ("electricity", "hours nationwide", "h/day"),
    "hours_per_day_baghdad": ("electricity", "hours in Baghdad", "h/day"),
    "hours_per_day_rest": ("electricity", "hours outside Baghdad", "h/day"),
    "oil_production_mbd": ("oil", "production", "million barrels/day"),
    "oil_exports_mbd": ("oil", "exports", "million barrels/day"),
    "enemy_attacks_per_day": ("attacks", "enemy-initiated attacks", "1/day"),
}


def deaths(data: Path, series: Path) -> None:
    """Derive deaths of US military, of civilians as published by year, and of Iraqi forces in months seen."""
    seen = read(data / "iraq_us_deaths_month_partial.csv")
    check("months of US deaths", (len(seen), len({row["ym"] for row in seen})), (38, 38))
    of_2007 = sum(int(row["us_military_deaths_iraq"]) for row in seen if row["ym"].startswith("2007"))
    check("months of US deaths of 2007 against the year", of_2007, 904)
    rows = [(r["ym"], r["us_military_deaths_iraq"], *sourced(r["url"])) for r in seen]
    write(series / "iraq-us-deaths-month.csv", ("month", "deaths", "publisher", "address"), rows)
    years = read(data / "iraq_us_deaths_year_partial.csv")
    check("US deaths of 2007", [r["us_military_deaths_iraq"] for r in years if r["year"] == "2007"], ["904"])
    rows = [(r["year"], r["us_military_deaths_iraq"], *sourced(r["url"])) for r in years]
    write(series / "iraq-us-deaths-year.csv", ("year", "deaths", "publisher", "address"), rows)

    published = {int(r["year"]): r for r in read(data / "iraq_civilian_deaths_year_published.csv")}
    for year, total in YEARS_PUBLISHED.items():
        check(f"published civilian deaths of {year}", int(published[year]["civilian_deaths_max"]), total)
    check("years of published civilian deaths", sorted(published), list(range(2003, 2012)))
    rows = [(year, row["civilian_deaths_max"], "Iraq Body Count") for year, row in sorted(published.items())]
    write(series / "iraq-civilian-deaths-year.csv", ("year", "deaths_highest", "publisher"), rows)

    points = read(data / "iraq_isf_civilian_deaths_points.csv")
    check("months of deaths of Iraqi forces", len(points), 8)
    names = ("iraqi_police_military_deaths", "iraqi_civilian_deaths_icasualties", "coalition_deaths_per_day")
    write(
        series / "iraq-isf-civilian-deaths-points.csv",
        ("month", "security_force_deaths", "civilian_deaths", "coalition_deaths_per_day", "publisher", "address"),
        [(p["ym"], *(p[name] for name in names), *sourced(p["url"])) for p in points],
    )


def sourced(text: str) -> tuple[str, str]:
    """Return publisher (or remark) and address of a typed source."""
    address, publisher = split_source(text)
    return publisher, address


def security_forces(data: Path, series: Path) -> None:
    """Derive the counts of Iraqi security forces; definitions differ and stay apart."""
    points = read(data / "iraq_isf_points.csv")
    check("counts of security forces", len(points), 7)
    rows = []
    for point in points:
        words = point["definition"]
        kind = "on_hand" if "on hand" in words else "cumulative" if "cumulative" in words else "trained"
        rows.append((point["ym"], point["iraqi_security_forces"], kind, words, *sourced(point["url"])))
    columns = ("month", "personnel", "definition", "words_of_source", "publisher", "address")
    write(series / "iraq-security-forces-points.csv", columns, rows)


def span(period: str) -> tuple[str, str]:
    """Return first and last month of a typed period; both empty for "prewar"."""
    if period == "prewar":
        return "", ""
    if found := re.fullmatch(r"(\d{4})-(\d\d)/(\d\d)", period):
        return f"{found[1]}-{found[2]}", f"{found[1]}-{found[3]}"
    if found := re.match(r"(\d{4}-\d\d)", period):
        month_number(found[1])
        return found[1], found[1]
    if found := re.match(r"(\d{4})", period):
        return f"{found[1]}-01", f"{found[1]}-12"
    raise KnownTotalError(f"period of a service figure: expected a year or month, found {period!r}")


def services(data: Path, series: Path) -> None:
    """Derive electricity, oil and the few published rates of attacks."""
    tables: dict[str, list[tuple[object, ...]]] = {"electricity": [], "oil": [], "attacks": []}
    for row in read(data / "iraq_services_points.csv"):
        table, quantity, unit = SERVICES[row["series"]]
        low, _, high = row["value"].partition("-")
        exact = number(low) if not high else ""
        values = (exact, number(low), number(high or low))
        tables[table].append((quantity, row["period"], *span(row["period"]), *values, unit, *sourced(row["url"])))
    check("service figures", [len(rows) for rows in tables.values()], [19, 28, 2])
    names = {"electricity": "iraq-electricity", "oil": "iraq-oil", "attacks": "iraq-attacks-per-day-points"}
    columns = ("quantity", "period", "first_month", "last_month", "value", "low", "high", "unit")
    for table, rows in tables.items():
        rows.sort(key=lambda row: (str(row[0]), str(row[2]), str(row[1])))
        write(series / f"{names[table]}.csv", (*columns, "publisher", "address"), rows)


def polls(data: Path, series: Path) -> None:
    """Derive the opinion polls."""
    rows = read(data / "iraq_opinion_polls.csv")
    check("poll answers", len(rows), 29)
    order = sorted(rows, key=lambda r: (r["ym"], r["question"], r["group"]))
    write(
        series / "iraq-polls.csv",
        ("month", "question", "group", "percent", "poll", "publisher", "address"),
        [(r["ym"], r["question"], r["group"], r["percent"], r["poll"], *sourced(r["url"])) for r in order],
    )


def events(data: Path, series: Path) -> None:
    """Derive the dated events."""
    rows = read(data / "iraq_events.csv")
    check("dated events", len(rows), 28)
    pages: dict[str, tuple[str, str]] = {}
    for key, word in (("AP timeline", "AP"), ("Washington Post timeline", "washingtonpost"), ("news24", "news24")):
        pages[key] = next(source(row) for row in rows if "http" in row["url"] and word in row["url"])
    written = []
    for row in rows:
        publisher, address = source(row)
        if not address:
            key = next((key for key in pages if key in row["url"]), None)
            if key is None:
                raise KnownTotalError(f"source of {row['event']!r}: expected an address, found {row['url']!r}")
            publisher, address = pages[key]
        written.append((row["date"], "day" if len(row["date"]) == 10 else "month", row["event"], publisher, address))
    write(series / "iraq-events.csv", ("date", "precision", "event", "publisher", "address"), written)


def source(row: Row) -> tuple[str, str]:
    """Return publisher and address of an event."""
    return sourced(row["url"])


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    texts, series = data / "text_figures", out / "series"
    for step in (deaths, security_forces, services, polls, events):
        step(texts, series)


if __name__ == "__main__":
    run(derive, __doc__)
