"""Foreign forces in Iraq: sourced points, a monthly path joined within one definition, and its check.

Rule of the path, one definition per force ("all US troops in Iraq"; "troops of other coalition members in Iraq"):
points of the same month are joined by their median; months between two such months are interpolated linearly and rounded to hundreds;
after the last point the level is held (only for other coalition members, who had left). Points whose own note
puts their basis or their month in doubt stay in the table of points with `used` false and the reason.
The path never uses the GlobalSecurity series, which counts ground forces.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from tables import KnownTotalError, check, label, month_number, months, read, run, split_source, write

FIRST, LAST = "2003-05", "2011-12"
FORCES = {"US": "us", "other coalition": "other_coalition"}
AVERAGES = {2003: 67_700, 2004: 130_600, 2005: 143_800, 2006: 141_100, 2007: 148_300, 2008: 157_800}
TOLERANCE = 0.08
DOUBTFUL = {
    ("2003-03", 192_000): "before the path begins; invasion force",
    ("2004-02", 110_000): "month not given by the source",
    ("2008-06", 182_060): "out of line with the points around it; basis may differ",
}
HERE = Path(__file__).parent


def collect(data: Path) -> list[tuple[object, ...]]:
    """Return every point: month, force, troops, used, reason if unused, note, publisher, address."""
    rows = []
    for point in read(data / "text_figures" / "iraq_troop_level_points.csv"):
        address, publisher = split_source(point["url"])
        rows.append((point["ym"], FORCES[point["force"]], int(point["troops"]), point["note"], publisher, address))
    for point in read(HERE / "figures" / "iraq_us_force_points_additional.csv"):
        kept = (point["note"], point["publisher"], point["address"])
        rows.append((point["month"], FORCES[point["force"]], int(point["troops"]), *kept))
    points = []
    for month, force, troops, *rest in sorted(rows):
        reason = DOUBTFUL.get((month, troops), "") if force == "us" else ""
        points.append((month, force, troops, "false" if reason else "true", reason, *rest))
    check("doubtful points found", sum(point[3] == "false" for point in points), len(DOUBTFUL))
    return points


def join(points: list[tuple[object, ...]], force: str) -> list[tuple[object, ...]]:
    """Return the monthly path of one force: month, force, troops, kind, number of points, low, high."""
    levels: dict[int, list[int]] = {}
    for month, whose, troops, used, *_ in points:
        if whose == force and used == "true":
            levels.setdefault(month_number(str(month)), []).append(int(str(troops)))
    known = sorted(levels)
    path: list[tuple[object, ...]] = []
    for month in months(FIRST, LAST):
        now = month_number(month)
        if now in levels:
            here = levels[now]
            path.append((month, force, round(median(here)), "point", len(here), min(here), max(here)))
            continue
        before = max(number for number in known if number < now)
        after = [number for number in known if number > now]
        level = median(levels[before])
        if after:
            share = (now - before) / (after[0] - before)
            level = (1 - share) * level + share * median(levels[after[0]])
        elif level != 0:
            raise KnownTotalError(f"{force} after {label(before)}: expected a later point, found none")
        path.append((month, force, int(round(level, -2)), "interpolated", 0, None, None))
    return path


def compare(data: Path, path: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return published fiscal-year averages beside those of the US path; raise beyond 8 % in a full year reported."""
    troops = {str(row[0]): int(str(row[2])) for row in path if row[1] == "us"}
    rows: list[tuple[object, ...]] = []
    for record in read(data / "text_figures" / "crs_avg_monthly_boots_on_ground_fy.csv"):
        year, published = int(record["us_fiscal_year"]), int(record["iraq_avg_boots"])
        if year not in range(2003, 2012):
            continue
        span = [f"{year - 1}-{month:02d}" for month in (10, 11, 12)]
        span += [f"{year}-{month:02d}" for month in range(1, 10)]
        covered = [troops[month] for month in span if month in troops]
        average = sum(covered) / len(covered)
        full, reported = len(covered) == 12, record["status"] == "reported"
        if reported:
            check(f"published average of fiscal year {year}", published, AVERAGES[year])
        deviation = average / published - 1
        if full and reported and abs(deviation) > TOLERANCE:
            text = f"expected {published} within {TOLERANCE:.0%}, found {average:.0f} ({deviation:+.1%})"
            raise KnownTotalError(f"US path, fiscal year {year}: {text}")
        status = "reported" if reported else "forecast made in 2009"
        judged = "true" if full and reported else "false"
        address, publisher = split_source(record["url"])
        shown = (round(average), len(covered), f"{100 * deviation:.1f}", judged)
        rows.append((year, published, status, *shown, publisher, address))
    return rows


def derive(data: Path, out: Path) -> None:
    """Derive points, path, check and, apart, the series of ground forces."""
    points = collect(data)
    path = [row for force in FORCES.values() for row in join(points, force)]
    check("months of the path", len(path), 2 * len(months(FIRST, LAST)))
    series = out / "series"
    columns = ("month", "force", "troops", "used", "reason_unused", "note", "publisher", "address")
    write(series / "iraq-force-points.csv", columns, points)
    write(
        series / "iraq-force-levels-month.csv",
        ("month", "force", "troops", "kind", "points", "lowest_point", "highest_point"),
        path,
    )
    ground = read(data / "text_figures" / "iraq_us_ground_forces_month_globalsecurity_200303_200509.csv")
    check("months of ground forces", [row["ym"] for row in ground], months("2003-03", "2005-09"))
    write(
        series / "iraq-us-ground-forces-month.csv",
        ("month", "ground_in_country", "ground_in_theatre_outside"),
        [(row["ym"], row["us_ground_in_country"], row["us_ground_in_theater_outside"]) for row in ground],
    )
    check_columns = ("fiscal_year", "published_average", "status", "path_average", "months_of_path")
    write(
        series / "iraq-us-force-fiscal-year.csv",
        (*check_columns, "deviation_percent", "judged", "publisher", "address"),
        compare(data, path),
    )


if __name__ == "__main__":
    run(derive, __doc__)
