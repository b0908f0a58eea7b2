"""Afghanistan: tables against totals known from outside, and a scenario that says what it guesses."""

from __future__ import annotations

import csv
import datetime
import os
import subprocess
import sys
from collections import Counter, defaultdict
from importlib import resources
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from forbear.evidence import borders, find
from forbear.scenario import Problem, Scenario

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "src" / "forbear" / "library" / "afghanistan-2001"
AVERAGES = {
    2003: 10_400,
    2004: 15_200,
    2005: 19_100,
    2006: 20_400,
    2007: 23_700,
    2008: 30_100,
    2009: 44_000,
    2010: 84_000,
}


def by_year(name: str, column: str, **where: object) -> dict[int, float]:
    return {row["year"]: row[column] for row in find(name).rows(**where)}


@pytest.fixture(scope="module")
def afghanistan() -> Scenario:
    return Scenario.load("afghanistan-2001")


@pytest.fixture(scope="module")
def problem(afghanistan: Scenario) -> Problem:
    return afghanistan.problem()


@pytest.mark.parametrize(
    ("name", "column", "known"),
    [
        ("afghanistan-battle-deaths-year", "best", {2009: 6_368, 2018: 25_684, 2021: 35_787}),
        ("afghanistan-civilian-casualties-year", "killed", {2009: 2_412, 2014: 3_701, 2019: 3_403}),
        ("afghanistan-security-incidents-year", "incidents", {2008: 8_893, 2011: 22_903, 2018: 22_478}),
        ("afghanistan-governance-year", "polyarchy", {2001: 0.084, 2020: 0.335, 2021: 0.144}),
    ],
)
def test_a_year_has_the_known_number(name: str, column: str, known: dict[int, float]) -> None:
    found = by_year(name, column)
    assert {year: found[year] for year in known} == known


def test_deaths_of_foreign_soldiers_are_the_known_sums_and_the_us_part_is_never_the_larger() -> None:
    coalition = by_year("afghanistan-foreign-deaths-year", "deaths", whose="coalition")
    assert sum(deaths for year, deaths in coalition.items() if year <= 2011) == 2_845
    assert max(coalition, key=lambda year: coalition[year]) == 2010
    us = find("afghanistan-foreign-deaths-year").rows(whose="us")
    assert sum(row["deaths"] for row in us if row["year"] <= 2010) == 1_435
    assert all(row["deaths"] <= coalition[row["year"]] for row in us if row["year"] in coalition)
    assert {2015, 2020, 2021}.isdisjoint(row["year"] for row in us)


def test_the_scores_of_democracy_lie_in_their_intervals() -> None:
    rows = find("afghanistan-governance-year").rows()
    assert [row["year"] for row in rows] == list(range(1996, 2023))
    assert all(row["polyarchy_low"] <= row["polyarchy"] <= row["polyarchy_high"] for row in rows)
    assert [row["year"] for row in rows if row["government_effectiveness"] is None] == [1997, 1999, 2001]


def test_the_path_of_troops_equals_the_median_of_the_points_used_and_runs_between_them() -> None:
    for force in ("us", "partners"):
        points: dict[str, list[int]] = defaultdict(list)
        for row in find("afghanistan-force-points").rows(force=force, used=True):
            points[row["month"]].append(row["troops"])
        path = find("afghanistan-force-levels-month").rows(force=force)
        assert (path[0]["month"], path[-1]["month"], len(path)) == ("2001-12", "2021-08", 237)
        known = [at for at, row in enumerate(path) if row["kind"] == "point"]
        assert {path[at]["month"] for at in known} == points.keys()
        for at in known:
            assert path[at]["troops"] == round(median(points[path[at]["month"]]))
        for start, end in zip(known, known[1:], strict=False):
            low, high = sorted((path[start]["troops"], path[end]["troops"]))
            assert all(low - 50 <= row["troops"] <= high + 50 for row in path[start + 1 : end])
    for row in find("afghanistan-force-points").rows():
        assert bool(row["reason_unused"]) is not row["used"]
        assert row["troops"] > 0 or row["force"] == "partners"


def test_the_path_is_within_ten_percent_of_every_full_fiscal_year_that_was_reported() -> None:
    troops = {row["month"]: row["troops"] for row in find("afghanistan-force-levels-month").rows(force="us")}
    judged = {}
    for row in find("afghanistan-us-force-fiscal-year").rows():
        year = row["fiscal_year"]
        months = [f"{year - 1}-{m:02d}" for m in (10, 11, 12)] + [f"{year}-{m:02d}" for m in range(1, 10)]
        covered = [troops[month] for month in months if month in troops]
        assert row["path_average"] == pytest.approx(sum(covered) / len(covered), abs=1)
        if row["judged"]:
            judged[year] = row["published_average"]
            assert abs(row["path_average"] / row["published_average"] - 1) <= 0.1
    assert judged == AVERAGES


def test_thirty_four_provinces_hold_the_people_and_the_area_of_the_country() -> None:
    rows = find("afghanistan-provinces").rows()
    assert len({row["province"] for row in rows}) == len({row["natural_earth_code"] for row in rows}) == 34
    # the area usually quoted is 652,230 km2; the borders of Natural Earth are coarse
    assert sum(row["area_km2"] for row in rows) == pytest.approx(652_230, rel=0.02)
    nation = by_year("afghanistan-governance-year", "population")[2001]
    assert sum(row["population_2001"] for row in rows) == pytest.approx(nation, rel=0.001)
    # 33.6 million less 1.5 million nomads
    assert sum(row["population_2021"] for row in rows) == pytest.approx(32_100_000, rel=0.01)


def test_every_number_of_people_that_is_not_the_printed_one_says_why() -> None:
    assert sum(row["population_2021_printed"] or 0 for row in find("afghanistan-provinces").rows()) == 32_078_000
    for row in find("afghanistan-provinces").rows():
        if row["basis"] == "printed":
            assert row["population_2021"] == row["population_2021_printed"]
        else:
            assert row["note"]
            assert row["population_2021"] != row["population_2021_printed"]
    assert Counter(row["basis"] for row in find("afghanistan-provinces").rows()) == {
        "printed": 32, "corrected": 1, "estimated": 1,
    }  # fmt: skip


def test_neighbouring_provinces_are_listed_once_and_share_points_on_the_simplified_map() -> None:
    pairs = [(row["a"], row["b"]) for row in find("afghanistan-provinces-adjacency").rows()]
    assert all(a < b for a, b in pairs)
    assert len(set(pairs)) == len(pairs) == 80
    points: dict[str, set[tuple[float, float]]] = {}
    for feature in borders("afghanistan-provinces-borders")["features"]:
        assert feature["geometry"]["type"] == "Polygon"
        rings = feature["geometry"]["coordinates"]
        assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in rings)
        points[feature["properties"]["province"]] = {(x, y) for ring in rings for x, y in ring}
    assert points.keys() == {row["province"] for row in find("afghanistan-provinces").rows()}
    assert {(a, b) for a in points for b in points if a < b and len(points[a] & points[b]) > 1} == set(pairs)


def test_the_districts_are_the_provinces_of_the_map_and_hold_their_people(problem: Problem) -> None:
    provinces = {
        row["province"].replace(" ", "-"): row["population_2001"] for row in find("afghanistan-provinces").rows()
    }
    assert set(problem.names["district"]) == provinces.keys()
    people = problem.facts["population_at_start"]
    assert people.shape == (34, 4)
    for name, residents in zip(problem.names["district"], people.sum(axis=1), strict=True):
        assert residents == pytest.approx(provinces[name], abs=2)
    shares = people.sum(axis=0) / people.sum()
    quoted = dict(pashtun=0.42, tajik=0.37, hazara=0.09, uzbek=0.12)
    assert shares == pytest.approx([quoted[name] for name in problem.names["community"]], abs=0.03)


def test_the_table_of_districts_is_what_its_script_writes(tmp_path: Path) -> None:
    copy = tmp_path / "src" / "forbear"
    (copy / "evidence").mkdir(parents=True)
    (copy / "library" / "afghanistan-2001").mkdir(parents=True)
    (copy / "evidence" / "series").symlink_to(str(resources.files("forbear.evidence").joinpath("series")))
    script = tmp_path / "tools" / "scenarios" / "afghanistan_districts.py"
    script.parent.mkdir(parents=True)
    script.write_bytes((ROOT / "tools" / "scenarios" / script.name).read_bytes())
    subprocess.run([sys.executable, "-B", str(script)], check=True, capture_output=True)
    written = copy / "library" / "afghanistan-2001" / "districts.csv"
    assert written.read_bytes() == (LIBRARY / "districts.csv").read_bytes()


def test_the_scenario_marks_what_nobody_counted_as_an_assumption(afghanistan: Scenario) -> None:
    origins = {name: resolved.origins for name, resolved in afghanistan._content.facts.items()}
    for name in ("people.population_at_start", "insurgency.founding_fighters", "politics.governs"):
        assert all(origin.guessed for origin in origins[name]), name
    assert not any(origin.guessed for origin in origins["politics.democracy_at_start"])
    with (LIBRARY / "districts.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 34


def test_the_problem_runs_from_bonn_to_the_last_soldier(problem: Problem) -> None:
    assert problem.start == datetime.date(2001, 12, 3)
    assert problem.steps == 1030
    force = problem.levers["force"]
    assert force.max() == pytest.approx(100_000, rel=0.01)
    assert force[-1] < 1_500
    assert np.flatnonzero(problem.levers["election"]).size == 7
    for values in (*problem.facts.values(), *problem.levers.values()):
        assert np.all(np.isfinite(values))


def test_no_year_that_the_scenario_cuts_is_compared(afghanistan: Scenario, problem: Problem) -> None:
    from forbear.inference.data import gather

    data = gather(afghanistan, problem)
    years = {s.name: sorted({data.months[m][:4] for m in s.first}) for s in data.series}
    assert set(years) == {
        "incidents", "foreign_deaths", "civilian_deaths", "battle_deaths", "democracy",
        "attacks_on_nationals_abroad", "allied_publics",
    }  # fmt: skip
    assert years["battle_deaths"] == years["democracy"] == [str(year) for year in range(2002, 2021)]
    assert years["incidents"] == [str(year) for year in range(2008, 2019) if year != 2012]
    assert years["civilian_deaths"] == [str(year) for year in range(2009, 2020)]
    assert years["foreign_deaths"] == [str(year) for year in range(2002, 2014)]
    # 2001 began before the scenario; 2012 and later were collected in another way
    assert years["attacks_on_nationals_abroad"] == [str(year) for year in range(2002, 2012)]
    assert years["allied_publics"] == ["2002", "2007", "2008", "2009"]
    for series in data.series:  # no number's window is longer or shorter than its year; points have a month
        assert set(series.last - series.first) <= {0, 11}


def test_a_yearly_level_stands_for_where_its_year_ended_and_a_count_for_all_of_it(
    afghanistan: Scenario, problem: Problem
) -> None:
    from forbear.inference.data import gather

    series = {s.name: s for s in gather(afghanistan, problem).series}
    assert np.array_equal(series["democracy"].first, series["democracy"].last)
    assert {problem.month_labels[m][5:] for m in series["democracy"].last} == {"12"}
    assert set(series["battle_deaths"].last - series["battle_deaths"].first) == {11}


def test_the_filter_and_the_fit_compare_a_yearly_level_alike(afghanistan: Scenario, problem: Problem) -> None:
    from forbear.inference.data import gather
    from forbear.inference.filter import _due
    from forbear.inference.terms import terms_of

    data = gather(afghanistan, problem)
    december = problem.month_labels.index("2005-12")
    due = {s.name: (at, begun) for s, at, begun in _due(data, december)}
    at, begun = due["democracy"]
    assert len(at) == 1
    assert len(begun) == 0  # nothing gathers a sum
    months = np.arange(len(problem.month_labels), dtype=float)[None, :, None] / 1000.0
    term = next(t for t in terms_of(afghanistan, problem).all if t.series == "democracy")
    said = term.data.simulated(months)[0]
    assert said[term.data.labels.index("2005")] == pytest.approx(december / 1000.0)


def test_the_year_of_the_collapse_is_whole_only_in_the_scenario_that_is_carried_on(problem: Problem) -> None:
    from forbear.inference.data import gather

    longer = Scenario.load(LIBRARY / "afterwards.toml")
    carried = longer.problem()
    assert carried.month_labels[: len(problem.month_labels)] == problem.month_labels
    last = {s.name: (carried.month_labels[s.last[-1]], s.value[-1]) for s in gather(longer, carried).series}
    assert last["battle_deaths"] == ("2021-12", 35_787)
    assert last["democracy"] == ("2021-12", 0.144)
    assert np.array_equal(carried.levers["force"][: problem.steps], problem.levers["force"])
    assert not carried.levers["force"][problem.steps :].any()


def test_the_shipped_fit_is_up_to_date_marked_coarse_and_saw_nothing_of_the_years_it_is_judged_by(
    afghanistan: Scenario, problem: Problem
) -> None:
    from forbear.inference.posterior import Posterior
    from forbear.inference.terms import terms_of
    from forbear.validation.holdout import holdout_month

    found = Posterior.of(afghanistan)
    assert found is not None
    assert found.stale(afghanistan, problem) == []
    assert found.notes["settings"]["name"] == "coarse"
    assert found.notes["until"] == holdout_month(afghanistan) == "2015-01"
    seen = terms_of(afghanistan, problem, "2015-01")
    assert {t.name: len(t.data) for t in seen.all} == found.notes["data"]
    assert max(problem.month_labels[t.data.last.max()] for t in seen.all) == "2014-12"
    assert found.facts is not None


def test_what_happened_in_august_2021_is_a_fact_of_the_plan_with_its_source(afghanistan: Scenario) -> None:
    from forbear.inference.plan import load_plan

    plan = load_plan(afghanistan)
    assert {h.quantity for h in plan.happened} >= {"mean_control", "observed_government_forces", "governance"}
    assert all(h.date == "2021-08-30" and h.source for h in plan.happened)


def test_strategies_do_what_their_names_say(afghanistan: Scenario, problem: Problem) -> None:
    from forbear.scenario.casefiles.policies import load_claims, load_strategies

    strategies = load_strategies(afghanistan)
    force = {name: s.apply(afghanistan).problem().levers["force"] for name, s in strategies.items()}
    history = problem.levers["force"]

    def year(text: str) -> int:
        return (datetime.date.fromisoformat(text) - problem.start).days // 7

    assert not force["OUT-2002"][year("2003-01-10") :].any()
    assert force["OUT-2010"][: year("2009-03-01")] == pytest.approx(history[: year("2009-03-01")], rel=0.1, abs=600)
    assert not force["OUT-2010"][year("2011-01-10") :].any()
    assert force["NO-SURGE"].max() == 38_000
    assert force["SURGE-KEPT"][-1] == 99_000
    assert np.array_equal(force["MORE-100"], history + 100_000)
    assert set(force["COUNTERTERRORISM-ONLY"][year("2003-01-10") :]) == {5_000}
    never = strategies["NEVER"].apply(afghanistan).problem()
    assert not never.levers["intervene"].any()
    for claim in load_claims(afghanistan, (), strategies).values():
        assert claim.community in ("", "pashtun")


@pytest.mark.skipif("FORBEAR_SHARED" not in os.environ, reason="needs FORBEAR_SHARED, the folder of the raw data")
@pytest.mark.parametrize("family", ["places", "forces", "figures"])
def test_a_family_derives_to_the_same_bytes(family: str, tmp_path: Path) -> None:
    script = ROOT / "tools" / "data" / f"afghanistan_{family}.py"
    subprocess.run(
        [sys.executable, "-B", str(script), "--shared", os.environ["FORBEAR_SHARED"], "--out", str(tmp_path)],
        check=True,
    )
    home = ROOT / "src" / "forbear" / "evidence"
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    for path in written:
        assert (tmp_path / path).read_bytes() == (home / path).read_bytes()
