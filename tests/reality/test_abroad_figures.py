"""What happened beyond the theatres: known totals of the derived figures, and what scenarios take from them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from forbear.country.model import MODEL
from forbear.evidence import find
from forbear.scenario import Scenario

ROOT = Path(__file__).parents[2]


def test_incidents_against_nationals_are_the_known_numbers() -> None:
    by_year = {int(row["year"]): row for row in find("us-nationals-attacked-abroad-year").rows()}
    assert by_year[2002]["incidents"] == 27
    later = [by_year[year]["incidents"] for year in range(2003, 2014)]
    assert (min(later), max(later)) == (7, 25)
    assert {year for year, row in by_year.items() if row["collected"] == "anew"} == {2012, 2013}


def test_seven_of_twelve_regimes_fell_within_sixty_days_and_the_prior_says_so() -> None:
    days = [row["days"] for row in find("regimes-attacked").rows()]
    quick = sum(d not in (None, "") and int(d) <= 60 for d in days)
    assert (quick, len(days)) == (7, 12)
    prior = MODEL.parameters["abroad.quick_fall"].prior
    assert (prior.arguments["a"], prior.arguments["b"]) == (quick + 0.5, len(days) - quick + 0.5)


def test_rates_lie_in_their_intervals_and_the_prior_of_the_next_intervention_between_them() -> None:
    rows = {str(row["quantity"]): row for row in find("abroad-rates").rows()}
    assert all(float(r["low"]) <= float(r["estimate"]) <= float(r["high"]) for r in rows.values())
    powers = rows["large interventions begun a year, five great powers: other years"]
    one = rows["large interventions begun a year, United States: other years"]
    median = MODEL.parameters["abroad.next_at_base"].prior.arguments["median"]
    assert float(powers["estimate"]) < median < float(one["estimate"])


def test_allied_publics_are_the_mean_of_three() -> None:
    rows = {row["month"]: row for row in find("ally-opinion-points").rows()}
    assert [float(row["percent"]) for row in rows.values()] == [65.7, 40.0, 42.0, 69.3]
    assert all(row["least"] < row["percent"] < row["most"] for row in rows.values())
    assert MODEL.constants["usual_ally_support"].value == pytest.approx(0.657, abs=0.005)


@pytest.mark.parametrize("name", ["iraq-2003", "afghanistan-2001"])
def test_both_wars_hear_incidents_of_whole_years_collected_alike_with_a_stated_error(name: str) -> None:
    scenario = Scenario.load(name)
    heard = scenario.observations["attacks_on_nationals_abroad"]
    assert heard.error == 0.3
    assert max(row.date.year for row in scenario.selection(heard.name).values) == 2011
    assert scenario.observations["allied_publics"].error == 0.1


@pytest.mark.skipif("FORBEAR_SHARED" not in os.environ, reason="needs FORBEAR_SHARED, the folder of the raw data")
def test_the_family_derives_to_the_same_bytes(tmp_path: Path) -> None:
    script = ROOT / "tools" / "data" / "abroad.py"
    command = [sys.executable, "-B", str(script), "--shared", os.environ["FORBEAR_SHARED"], "--out", str(tmp_path)]
    subprocess.run(command, check=True)
    written = [path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv")]
    assert len(written) == 4
    for path in written:
        assert (tmp_path / path).read_bytes() == (ROOT / "src" / "forbear" / "evidence" / path).read_bytes()
