"""Foreign forces in Afghanistan: sourced points, a monthly path, and its check against published averages.

Rule of the path, as for Iraq: points of one month are joined by their median; between such months the level runs in a
straight line and is rounded to hundreds. "us" is every US soldier counted in the country: personnel quarters of the
Defense Manpower Data Center (active and reserve) and counts printed by agencies. "partners" is ISAF, later Resolute
Support, less its US part; partners outside these missions are not counted. Points whose basis is in doubt stay in the
table of points with `used` false and the reason.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean, median

from tables import KnownTotalError, Row, check, label, month_number, months, read, run, split_source, write

FIRST, LAST = "2001-12", "2021-08"
FORCES = ("us", "partners")
MONTHS = {"March": "03", "June": "06", "September": "09", "December": "12"}
HERE = Path(__file__).parent
DMDC = "Defense Manpower Data Center, in the troopdata package"
#: averages reported by CRS for whole fiscal years, and the two later actuals quoted beside the forecasts
AVERAGES = {2003: 10_400, 2004: 15_200, 2005: 19_100, 2006: 20_400, 2007: 23_700, 2008: 30_100, 2009: 44_000, 2010: 84_000}  # fmt: skip
LATER = (2009, 2010)
TOLERANCE = 0.1
#: points used and not used: a change of the shared points must be seen
POINTS = [64, 19]


def doubt(row: Row, month: str) -> str:
    """Return why a personnel quarter is not used, or an empty text."""
    year = int(row["year"])
    if row["source"] == "Kane 2006" and year >= 2008:
        return "repeats the active-duty count of September"
    if row["month"] == "June" and 2014 <= year <= 2017:
        return "far above the sum of its own services and of the quarters around it"
    if month == "2020-03":
        return "level agreed for July 2020"
    if month == "2020-12":
        return "a later press count is at hand"
    return ""


def collect(data: Path) -> list[tuple[object, ...]]:
    """Return every point: month, force, troops, used, reason if unused, note, publisher, address."""
    rows: list[tuple[object, ...]] = []
    for row in read(HERE / "figures" / "afghanistan_force_points.csv"):
        used = "false" if row["reason_unused"] else "true"
        kept = (row["reason_unused"], row["note"], row["publisher"], row["address"])
        rows.append((row["month"], row["force"], int(row["troops"]), used, *kept))
    for row in read(data / "troops" / "dmdc_troops_iraq_afghanistan_quarter.csv"):
        month = f"{row['year']}-{MONTHS[row['month']]}"
        troops = int(float(row["troops_all"] or 0))
        # a zero is a quarter that was not reported; before December 2001 and after the end nothing is asked
        if row["countryname"] != "Afghanistan" or troops == 0 or not FIRST <= month <= LAST:
            continue
        reason = doubt(row, month)
        origin = row["source"] or "authors' figure from news"
        rows.append((month, "us", troops, "false" if reason else "true", reason, origin, DMDC, ""))
    return sorted(rows, key=str)


def join(points: list[tuple[object, ...]], force: str) -> list[tuple[object, ...]]:
    """Return the monthly path of one force: month, force, troops, kind, number of points, low, high."""
    levels: dict[int, list[int]] = {}
    for month, whose, troops, used, *_ in points:
        if whose == force and used == "true":
            levels.setdefault(month_number(str(month)), []).append(int(str(troops)))
    known = sorted(levels)
    check(f"first and last point of {force}", (label(known[0]), label(known[-1])), (FIRST, LAST))
    path: list[tuple[object, ...]] = []
    for month in months(FIRST, LAST):
        now = month_number(month)
        if now in levels:
            here = levels[now]
            path.append((month, force, round(median(here)), "point", len(here), min(here), max(here)))
            continue
        before = max(number for number in known if number < now)
        after = min(number for number in known if number > now)
        share = (now - before) / (after - before)
        level = (1 - share) * median(levels[before]) + share * median(levels[after])
        path.append((month, force, int(round(level, -2)), "interpolated", 0, None, None))
    return path


def compare(data: Path, path: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Return published fiscal-year averages beside those of the US path; raise beyond 10 % in a full year."""
    troops = {str(row[0]): int(str(row[2])) for row in path if row[1] == "us"}
    rows: list[tuple[object, ...]] = []
    for record in read(data / "text_figures" / "crs_avg_monthly_boots_on_ground_fy.csv"):
        year = int(record["us_fiscal_year"])
        published, reported = int(record["afghanistan_avg_boots"]), record["status"] == "reported"
        if year in LATER:
            text = f"averaged {AVERAGES[year]:,}" if year == LATER[0] else f"{AVERAGES[year]:,} in FY{year}"
            check(f"later actual of {year} quoted", text in record["status"], True)
            published, reported = AVERAGES[year], True
        span = [f"{year - 1}-{month:02d}" for month in (10, 11, 12)] + [f"{year}-{m:02d}" for m in range(1, 10)]
        covered = [troops[month] for month in span if month in troops]
        average = mean(covered)
        deviation = average / published - 1
        judged = reported and len(covered) == 12
        if judged:
            check(f"published average of fiscal year {year}", published, AVERAGES[year])
            if abs(deviation) > TOLERANCE:
                text = f"expected {published} within {TOLERANCE:.0%}, found {average:.0f} ({deviation:+.1%})"
                raise KnownTotalError(f"US path in Afghanistan, fiscal year {year}: {text}")
        status = "forecast made in 2009" if not reported else ("later actual" if year in LATER else "reported")
        address, publisher = split_source(record["url"])
        shown = (round(average), len(covered), f"{100 * deviation:.1f}", "true" if judged else "false")
        rows.append((year, published, status, *shown, publisher, address))
    check("fiscal years judged", sum(row[6] == "true" for row in rows), len(AVERAGES))
    return rows


def derive(data: Path, out: Path) -> None:
    """Derive points, path and check."""
    points = collect(data)
    check("points used and not used", [sum(row[3] == used for row in points) for used in ("true", "false")], POINTS)
    path = [row for force in FORCES for row in join(points, force)]
    check("months of the path", len(path), 2 * len(months(FIRST, LAST)))
    series = out / "series"
    columns = ("month", "force", "troops", "used", "reason_unused", "note", "publisher", "address")
    write(series / "afghanistan-force-points.csv", columns, points)
    columns = ("month", "force", "troops", "kind", "points", "lowest_point", "highest_point")
    write(series / "afghanistan-force-levels-month.csv", columns, path)
    columns = ("fiscal_year", "published_average", "status", "path_average", "months_of_path", "deviation_percent")
    rows = compare(data, path)
    write(series / "afghanistan-us-force-fiscal-year.csv", (*columns, "judged", "publisher", "address"), rows)


if __name__ == "__main__":
    run(derive, __doc__)
