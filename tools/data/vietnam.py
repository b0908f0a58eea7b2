"""South Vietnam: hamlet ratings by region and month, soldiers, deaths, opinion at home, dated events.

*Regions.* The 44 provinces and 6 cities are joined to 13 regions inside the four corps zones, so that a region is rated
whole in every month that is at hand: twelve northern units for 1972, 29 for 1973, all for half of 1969 and of 1971 and
for January 1974. A region with a unit missing has no row in that month.

*Control.* The share of residents in places rated A or B is the low reading, A to C among those rated the high one; what
was not rated counts as out of reach in the low reading and is left out of the high one. `control` is their middle. The
ratings of 1969 and those from 1971 on were scored in different ways. Rows of the ratings themselves are not shipped.

*Soldiers.* The yearly counts of the personnel agency are said to be those of the end of a year. They lie on the path of
dated figures only as counts of September, so that is what they are taken for, and the check below holds it.
"""

from __future__ import annotations

from pathlib import Path

from tables import Row, check, check_near, label, month_number, months, read, run, write

HERE = Path(__file__).parent / "figures"
SOUTH = "817.0"
REGIONS = {
    "Tri-Thien": (1, ("QUANG TRI", "THUA THIEN", "HUE")),
    "Quang-Da-and-Quang-Ngai": (1, ("QUANG NAM", "QUANG TIN", "QUANG NGAI", "DANANG")),
    "Northern-Highlands": (2, ("KONTUM", "PLEIKU", "PHU BON")),
    "Binh-Dinh-and-Phu-Yen": (2, ("BINH DINH", "PHU YEN")),
    "Southern-Highlands": (2, ("DARLAC", "TUYEN DUC", "QUANG DUC", "LAM DONG", "DALAT")),
    "Southern-Coast": (2, ("KHANH HOA", "NINH THUAN", "BINH THUAN", "THI-XA CAM RANH")),
    "Saigon": (3, ("SAIGON", "GIA-DINH")),
    "Western-Border": (3, ("TAY-NINH", "BINH LONG", "PHUOC-LONG", "BINH DUONG", "HAU NGHIA")),
    "Around-Saigon": (3, ("BIEN HOA", "LONG KHANH", "BINH TUY", "PHUOC TUY", "VUNG TAU", "LONG AN")),
    "Northern-Delta": (4, ("GO CONG", "KIEN TUONG", "KIEN PHONG", "DINH TUONG")),
    "Middle-Delta": (4, ("KIEN HOA", "VINH BINH", "VINH LONG", "SA DEC")),
    "Western-Delta": (4, ("AN GIANG", "CHAU DOC")),
    "Southern-Delta": (4, ("KIEN GIANG", "CHUONG THIEN", "PHONG DINH", "BA XUYEN", "AN XUYEN", "BAC LIEU")),
}
#: month -> share of residents rated A or B, as the notes beside the ratings state it
KNOWN = {"1969-07": 0.595, "1969-12": 0.681, "1971-07": 0.779, "1971-12": 0.851, "1974-01": 0.834}
NORTH = {"1972-01": 0.732, "1972-04": 0.388, "1972-12": 0.660}
FIRST, LAST = "1965-02", "1975-04"
#: deaths of all foreign soldiers for one of the United States: 58,220 and 6,008 of partners over 58,220
ALL_FOREIGN = 64_228 / 58_220


def ratings(data: Path, series: Path) -> None:
    """Derive control by region and month, control of the country, and residents by region."""
    cells: dict[tuple[str, str], Row] = {}
    corps: dict[str, int] = {}
    for row in read(data / "record" / "hes_vietnam" / "hes_province_month.csv"):
        cells[row["province"], f"{row['year']}-{int(row['month']):02d}"] = row
        corps[row["province"]] = int(row["CORPS"])
    units = {unit: region for region, (_, members) in REGIONS.items() for unit in members}
    check("units in regions", sorted(units), sorted(corps))
    check("corps of units", {u: REGIONS[r][0] for u, r in units.items()}, corps)
    columns = ("month", "district", "units", "residents", "secure", "relatively_secure", "enemy", "unrated", "control")
    rows, whole = [], []
    for month in sorted({m for _, m in cells}):
        for region, (_, members) in REGIONS.items():
            if all((unit, month) in cells for unit in members):
                rows.append((month, region, len(members), *shares([cells[u, month] for u in members])))
        if all((unit, month) in cells for unit in units):
            whole.append((month, len(units), *shares([cells[u, month] for u in units])))
    for month, known in KNOWN.items():
        check_near(f"share rated A or B in {month}", dict((r[0], r[3]) for r in whole)[month], known, 0.002)
    for month, known in NORTH.items():
        found = shares([row for (_, m), row in cells.items() if m == month])
        check_near(f"northern share rated A or B in {month}", float(str(found[1])), known, 0.002)
    write(series / "vietnam-control-month.csv", (*columns, "control_low", "control_high"), rows)
    write(
        series / "vietnam-control-country-month.csv", (columns[0], *columns[2:], "control_low", "control_high"), whole
    )
    table = [
        (region, zone, "; ".join(u.title() for u in members), residents([cells[u, "1969-12"] for u in members]))
        for region, (zone, members) in REGIONS.items()
    ]
    check("residents rated in December 1969", sum(row[3] for row in table), 16_967_108)
    write(series / "vietnam-regions.csv", ("district", "corps", "units", "residents_1969"), table)


def residents(rows: list[Row]) -> int:
    """Return residents of all places, rated or not."""
    return round(sum(float(row["total"]) for row in rows))


def shares(rows: list[Row]) -> tuple[object, ...]:
    """Return residents; shares rated A or B, A to C among the rated, V, and not rated; control; its two readings."""
    sums = {grade: sum(float(row[grade]) for row in rows) for grade in "ABCDEVNX"}
    people = sum(sums.values())
    rated = people - sums["N"] - sums["X"]
    low, high = (sums["A"] + sums["B"]) / people, (sums["A"] + sums["B"] + sums["C"]) / rated
    numbers = (low, high, sums["V"] / people, 1.0 - rated / people, (low + high) / 2.0, low, high)
    return round(people), *(round(share, 4) for share in numbers)


def soldiers(data: Path, series: Path) -> None:
    """Derive points of US soldiers and of partners, and the monthly path between them."""
    points: list[tuple[object, ...]] = []
    for row in read(HERE / "vietnam_force_points.csv"):
        points.append(
            (row["month"], row["force"], int(row["troops"]), "true", row["note"], row["publisher"], row["address"])
        )
    agency = {}
    for row in read(data / "record" / "us_troops_1950_2025" / "us_troops_selected_hosts_country_year.csv"):
        if row["countryname"] == "Republic of Vietnam" and 1965 <= int(row["year"]) <= 1974:
            agency[int(row["year"])] = int(float(row["troops"]))
    check("counts of 1965, 1968, 1971", [agency[y] for y in (1965, 1968, 1971)], [129_611, 537_377, 212_925])
    dated = {month_number(str(p[0])): int(str(p[2])) for p in points}
    between = []
    for year, troops in agency.items():
        september = month_number(f"{year}-09")
        before, after = max(m for m in dated if m < september), min((m for m in dated if m > september), default=0)
        if after and year != 1968:  # the peak of April 1969 lies above its neighbours
            low, high = sorted((dated[before], dated[after]))
            check(f"the count of {year} lies between the dated figures about September", low <= troops <= high, True)
            between.append(year)
        used = "true" if year <= 1972 else "false"
        note = "taken for a count of September" if used == "true" else "guards and attaches, no force in the field"
        points.append(
            (f"{year}-09", "us", troops, used, note, "Defense Manpower Data Center, in the troopdata package", "")
        )
    check("counts held by dated figures", between, [1965, 1966, 1967, 1969, 1970, 1971, 1972])
    partners: dict[int, int] = {}
    for row in read(HERE / "vietnam_partners_year.csv"):
        partners[int(row["year"])] = partners.get(int(row["year"]), 0) + int(row["troops"])
    for year, printed in {1964: 467, 1965: 22_404, 1966: 52_166, 1967: 59_450, 1970: 67_444}.items():
        check_near(f"partners of {year} against the printed total", partners[year], printed, 0.1)
    page = read(HERE / "vietnam_partners_year.csv")[0]["address"]
    for year, troops in sorted(partners.items()):
        points.append(
            (
                f"{year}-12",
                "partners",
                troops,
                "true",
                "sum of seven countries",
                "US Army Center of Military History",
                page,
            )
        )
    # no page at hand for the last two years; the last Koreans left in March 1973
    points.append(("1972-12", "partners", 37_000, "true", "recalled: Koreans of the last year", "assumption", ""))
    points.append(("1973-04", "partners", 0, "true", "the last divisions had left in March", "assumption", ""))
    points.sort(key=str)
    columns = ("month", "force", "troops", "used", "note", "publisher", "address")
    write(series / "vietnam-force-points.csv", columns, points)
    path = [row for force in ("us", "partners") for row in join(points, force)]
    write(series / "vietnam-force-levels-month.csv", ("month", "force", "troops", "kind"), path)


def join(points: list[tuple[object, ...]], force: str) -> list[tuple[object, ...]]:
    """Return the monthly path of one force: straight lines between its points, rounded to hundreds."""
    known = {month_number(str(p[0])): int(str(p[2])) for p in points if p[1] == force and p[3] == "true"}
    path: list[tuple[object, ...]] = []
    for month in months(FIRST, LAST):
        now = month_number(month)
        before, after = max(m for m in known if m <= now), min((m for m in known if m >= now), default=None)
        if after is None or before == after:
            path.append((month, force, known[before], "point" if before == now else "held"))
            continue
        level = known[before] + (known[after] - known[before]) * (now - before) / (after - before)
        path.append((month, force, int(round(level, -2)), "interpolated"))
    check(f"months of {force}", (path[0][0], path[-1][0]), (label(month_number(FIRST)), LAST))
    return path


def deaths(data: Path, series: Path) -> None:
    """Derive deaths of soldiers of both armies, and deaths in fighting as event data estimate them."""
    ours = read(HERE / "vietnam_deaths_year.csv")
    # 4 died before 1960 and 7 after 1975; the archive's records are 58,220
    check("US deaths of all years", sum(int(r["deaths"]) for r in ours) + 4 + 7, 58_220)
    copy("vietnam-foreign-deaths-year", series, [r for r in ours if int(r["year"]) >= 1965])
    theirs = read(HERE / "vietnam_government_deaths_year.csv")
    # 23,806 in 1960 to 1964
    check("government deaths of all years", sum(int(r["killed"]) for r in theirs) + 23_806, 254_256)
    copy("vietnam-government-deaths-year", series, theirs)
    counted = {("deaths", int(r["year"])): int(r["deaths"]) for r in ours}
    counted |= {("killed", int(r["year"])): int(r["killed"]) for r in theirs}
    found = [
        row
        for row in read(data / "country_year" / "battle_deaths_country_year_1946_2022.csv")
        if row["gwcode"] == SOUTH and 1965 <= int(float(row["year"])) <= 1974
    ]
    rows = []
    for row in found:
        year, all_sides = int(float(row["year"])), [int(float(row[name])) for name in ("best", "low", "high")]
        soldiers = round(ALL_FOREIGN * counted["deaths", year]) + counted["killed", year]
        rows.append((year, *all_sides, *(number_of - soldiers for number_of in all_sides)))
    check("deaths in fighting of 1968", rows[3][:4], (1968, 166_162, 128_973, 527_190))
    columns = ("year", "best", "low", "high", "others_best", "others_low", "others_high")
    write(series / "vietnam-battle-deaths-year.csv", columns, rows)


def copy(name: str, series: Path, rows: list[Row]) -> None:
    """Write typed rows as they are."""
    write(series / f"{name}.csv", tuple(rows[0]), [tuple(row.values()) for row in rows])


def derive(data: Path, out: Path) -> None:
    """Derive every table of this family."""
    series = out / "series"
    ratings(data, series)
    soldiers(data, series)
    deaths(data, series)
    names = ("home_opinion_points", "government_forces_points", "insurgent_points", "displaced_points")
    for name in (*names, "civilian_deaths_spans", "events"):
        copy(f"vietnam-{name.replace('_', '-')}", series, read(HERE / f"vietnam_{name}.csv"))


if __name__ == "__main__":
    run(derive, __doc__)
