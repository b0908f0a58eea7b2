"""The joined path of force levels: equal to its points, interpolated between them, near the published averages."""

from __future__ import annotations

from statistics import median

import pytest

from forbear.evidence import find

AVERAGES = {2003: 67_700, 2004: 130_600, 2005: 143_800, 2006: 141_100, 2007: 148_300, 2008: 157_800}


def points(force: str) -> dict[str, list[int]]:
    of_month: dict[str, list[int]] = {}
    for row in find("iraq-force-points").rows(force=force, used=True):
        of_month.setdefault(row["month"], []).append(row["troops"])
    return of_month


@pytest.mark.parametrize("force", ["us", "other_coalition"])
def test_the_path_equals_the_median_of_its_points_and_nothing_else_is_called_a_point(force: str) -> None:
    path = {row["month"]: row for row in find("iraq-force-levels-month").rows(force=force)}
    assert len(path) == 104
    known = points(force)
    assert {month for month, row in path.items() if row["kind"] == "point"} == known.keys()
    for month, counts in known.items():
        row = path[month]
        assert row["troops"] == round(median(counts))
        assert (row["points"], row["lowest_point"], row["highest_point"]) == (len(counts), min(counts), max(counts))


@pytest.mark.parametrize("force", ["us", "other_coalition"])
def test_interpolated_months_lie_between_their_neighbouring_points(force: str) -> None:
    rows = find("iraq-force-levels-month").rows(force=force)
    at = [index for index, row in enumerate(rows) if row["kind"] == "point"]
    for start, end in zip(at, at[1:], strict=False):
        ends = sorted((rows[start]["troops"], rows[end]["troops"]))
        for row in rows[start + 1 : end]:
            assert ends[0] - 50 <= row["troops"] <= ends[1] + 50
    assert all(row["troops"] == rows[at[-1]]["troops"] for row in rows[at[-1] :])


def test_the_path_is_within_eight_percent_of_every_full_fiscal_year_that_was_reported() -> None:
    troops = {row["month"]: row["troops"] for row in find("iraq-force-levels-month").rows(force="us")}
    judged = 0
    for row in find("iraq-us-force-fiscal-year").rows():
        year = row["fiscal_year"]
        months = [f"{year - 1}-{m:02d}" for m in (10, 11, 12)] + [f"{year}-{m:02d}" for m in range(1, 10)]
        covered = [troops[month] for month in months if month in troops]
        average = sum(covered) / len(covered)
        assert row["months_of_path"] == len(covered)
        assert row["path_average"] == pytest.approx(average, abs=1)
        assert row["judged"] == (len(covered) == 12 and row["status"] == "reported")
        if year in AVERAGES:
            assert row["published_average"] == AVERAGES[year]
        if row["judged"]:
            judged += 1
            assert abs(average / row["published_average"] - 1) <= 0.08
    assert judged == 5


def test_no_point_counts_ground_forces_and_every_unused_point_says_why() -> None:
    for row in find("iraq-force-points").rows():
        assert bool(row["reason_unused"]) is not row["used"]
        assert row["address"]
        assert "ground" not in row["note"]
