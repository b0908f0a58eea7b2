"""Vietnam: ratings of control, soldiers and deaths against totals known from outside, and a scenario that says what it guesses."""

from __future__ import annotations

import datetime
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from forbear.evidence import find
from forbear.inference.data import gather
from forbear.inference.terms import terms_of
from forbear.scenario import Problem, Scenario
from forbear.scenario.casefiles.facts import load_facts
from forbear.scenario.casefiles.plan import load_plan_file

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "src" / "forbear" / "library" / "vietnam-1965"
WHOLE = [f"1969-{m:02d}" for m in range(7, 13)] + [f"1971-{m:02d}" for m in range(7, 13)] + ["1974-01"]


@pytest.fixture(scope="module")
def vietnam() -> Scenario:
    return Scenario.load("vietnam-1965")


@pytest.fixture(scope="module")
def problem(vietnam: Scenario) -> Problem:
    return vietnam.problem()


@pytest.mark.parametrize(
    ("month", "secure"), [("1969-07", 0.595), ("1969-12", 0.681), ("1971-12", 0.851), ("1974-01", 0.834)]
)
def test_the_share_of_people_rated_secure_is_the_known_one(month: str, secure: float) -> None:
    [row] = find("vietnam-control-country-month").rows(month=month)
    assert row["secure"] == pytest.approx(secure, abs=0.001)
    regions = find("vietnam-control-month").rows(month=month)
    assert sum(r["residents"] for r in regions) == pytest.approx(row["residents"], abs=13)
    assert sum(r["residents"] * r["secure"] for r in regions) / row["residents"] == pytest.approx(secure, abs=0.001)


def test_a_region_has_a_row_in_a_month_only_where_all_its_provinces_were_rated() -> None:
    units = {row["district"]: row["units"].count(";") + 1 for row in find("vietnam-regions").rows()}
    assert (len(units), sum(units.values())) == (13, 50)
    months: dict[str, set[str]] = {}
    for row in find("vietnam-control-month").rows():
        assert row["units"] == units[row["district"]]
        months.setdefault(row["month"], set()).add(row["district"])
    assert sorted(m for m, districts in months.items() if districts == units.keys()) == WHOLE
    assert {len(d) for m, d in months.items() if m.startswith("1972")} == {4}
    assert {len(d) for m, d in months.items() if m.startswith("1973")} == {7}


def test_control_lies_between_its_two_readings() -> None:
    for name in ("vietnam-control-month", "vietnam-control-country-month"):
        for row in find(name).rows():
            assert 0.0 <= row["control_low"] <= row["control"] <= row["control_high"] <= 1.0
            assert (row["control_low"], row["control_high"]) == (row["secure"], row["relatively_secure"])
            assert row["control_low"] + row["enemy"] + row["unrated"] <= 1.0 + 1e-3


def test_the_northern_regions_fell_in_the_offensive_of_1972_and_so_did_those_who_were_rated() -> None:
    rows = {(r["month"], r["district"]): r for r in find("vietnam-control-month").rows()}
    before, after = rows["1972-02", "Tri-Thien"], rows["1972-05", "Tri-Thien"]
    assert before["control"] > 0.9 and after["control"] < before["control"] - 0.2
    assert rows["1973-06", "Tri-Thien"]["residents"] < before["residents"]


def test_no_table_of_the_ratings_themselves_is_shipped() -> None:
    provinces = {"Quang Tri", "Thua Thien", "Binh Long", "Hau Nghia"}
    for name in ("vietnam-control-month", "vietnam-control-country-month"):
        series = find(name)
        assert not {column.name for column in series.columns} & set("ABCDEVNX")
        assert not provinces & {row.get("district") for row in series.rows()}


def test_us_deaths_sum_to_the_records_of_the_archive_and_peak_in_1968() -> None:
    deaths = {row["year"]: row["deaths"] for row in find("vietnam-foreign-deaths-year").rows()}
    # 412 from 1960 to 1964, four before and seven after
    assert sum(deaths.values()) + 412 + 4 + 7 == 58_220
    assert max(deaths, key=lambda year: deaths[year]) == 1968


def test_the_yearly_counts_of_soldiers_are_those_of_september_and_the_path_runs_through_them() -> None:
    path = {row["month"]: row["troops"] for row in find("vietnam-force-levels-month").rows(force="us")}
    counted = find("vietnam-force-points").rows(force="us", used=True)
    agency = {row["month"]: row["troops"] for row in counted if row["publisher"].startswith("Defense Manpower")}
    dated = {row["month"]: row["troops"] for row in counted if not row["publisher"].startswith("Defense Manpower")}
    assert agency["1965-09"] == 129_611 and dated["1965-12"] == 184_000
    for row in counted:
        assert path[row["month"]] == row["troops"]
    # had they been counts of December, the army would have shrunk by a third between two prints of one month
    assert dated["1965-12"] > 1.4 * agency["1965-09"] and dated["1971-12"] < 0.8 * agency["1971-09"]
    assert (path["1973-03"] > 0, path["1973-04"], path["1975-04"]) == (True, 0, 0)


def test_deaths_of_others_are_what_is_left_of_all_after_the_soldiers_of_both_governments() -> None:
    ours = {row["year"]: row["deaths"] for row in find("vietnam-foreign-deaths-year").rows()}
    theirs = {row["year"]: row["killed"] for row in find("vietnam-government-deaths-year").rows()}
    assert sum(theirs.values()) == 254_256 - 23_806
    for row in find("vietnam-battle-deaths-year").rows():
        soldiers = ours[row["year"]] * 64_228 / 58_220 + theirs[row["year"]]
        assert row["best"] - row["others_best"] == pytest.approx(soldiers, abs=1)
        assert 0 < row["others_low"] < row["others_best"] < row["others_high"]


def test_the_table_of_districts_is_what_its_script_writes(tmp_path: Path) -> None:
    copy = tmp_path / "src" / "forbear"
    (copy / "evidence").mkdir(parents=True)
    (copy / "library" / "vietnam-1965").mkdir(parents=True)
    (copy / "evidence" / "series").symlink_to(str(resources.files("forbear.evidence").joinpath("series")))
    script = tmp_path / "tools" / "scenarios" / "vietnam_districts.py"
    script.parent.mkdir(parents=True)
    script.write_bytes((ROOT / "tools" / "scenarios" / script.name).read_bytes())
    subprocess.run([sys.executable, "-B", str(script)], check=True, capture_output=True)
    assert (copy / "library" / "vietnam-1965" / "districts.csv").read_bytes() == (
        LIBRARY / "districts.csv"
    ).read_bytes()


def test_the_scenario_marks_what_nobody_counted_as_an_assumption(vietnam: Scenario) -> None:
    origins = {name: resolved.origins for name, resolved in vietnam._content.facts.items()}
    for name in (
        "people.population_at_start",
        "politics.governs",
        "politics.inclusion_at_start",
        "forces.old_army_strength",
    ):
        assert all(origin.guessed for origin in origins[name]), name


def test_the_problem_runs_from_the_landing_to_the_week_after_the_fall(problem: Problem) -> None:
    assert problem.start == datetime.date(1965, 3, 8) and problem.steps == 530
    assert problem.month_labels[-2] == "1975-04"
    assert problem.facts["population_at_start"].sum() == 16_000_000
    force = problem.levers["force"]
    assert force.max() == pytest.approx(543_000, rel=0.01) and force[-1] == 0.0
    for values in (*problem.facts.values(), *problem.levers.values()):
        assert np.all(np.isfinite(values))


def test_control_is_heard_as_a_course_of_the_country_and_as_places_and_by_nothing_after_1971(
    vietnam: Scenario, problem: Problem
) -> None:
    heard = {term.name: term for term in terms_of(vietnam, problem, "1972-01").all}
    course, place = heard["control (course)"], heard["control (place)"]
    assert [problem.month_labels[m] for m in course.data.last] == WHOLE[:12]
    assert place.data.elements == problem.names["district"] and 0.0 < course.weight < 1.0
    assert "control_of_country (course)" not in heard and "civilian_deaths (course)" not in heard
    latest = {problem.month_labels[m] for term in heard.values() for m in term.data.last}
    assert max(latest) < "1972-01"


def test_no_year_that_the_scenario_cuts_is_compared(vietnam: Scenario, problem: Problem) -> None:
    data = gather(vietnam, problem)
    years = {s.name: sorted({data.months[m][:4] for m in s.first}) for s in data.series}
    assert years["foreign_deaths"] == years["government_deaths"] == [str(year) for year in range(1966, 1975)]


def test_facts_of_the_gate_end_where_the_fit_does_and_stand_in_the_evidence(vietnam: Scenario) -> None:
    facts = load_facts(vietnam)
    holdout = load_plan_file(vietnam).holdout
    assert holdout == "1972-01" and all(fact.last < holdout for fact in facts.values())
    ratings = {(r["month"], r["district"]): r["control"] for r in find("vietnam-control-month").rows()}
    country = {r["month"]: r["control"] for r in find("vietnam-control-country-month").rows()}
    judged = 0
    for fact in facts.values():
        if fact.measure == "level" and fact.quantity == "control":
            assert fact.value == pytest.approx(ratings[fact.last, fact.members[0]], abs=0.001)
            judged += 1
        if fact.quantity == "mean_control":
            assert fact.value == pytest.approx(country[fact.last], abs=0.001)
            judged += 1
    assert judged == 12
    order = facts["order-1969"].members
    assert sorted(order, key=lambda name: -ratings["1969-12", name]) == list(order)
