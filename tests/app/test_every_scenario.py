"""Every shipped scenario opens on every page."""

import dataclasses
import datetime
import re

import numpy as np
import pytest

from forbear.app.country import Country
from forbear.scenario import Scenario
from forbear.scenario.dates import Calendar
from forbear.scenario.reading.chain import library_names


@pytest.mark.parametrize("name", library_names())
@pytest.mark.parametrize("path", ["/", "/claims", "/decide", "/play", "/play/compare", "/graph", "/glossary"])
def test_every_shipped_scenario_opens_on_every_page(visitor, name, path):
    answer = visitor.get(f"{path}?scenario={name}")
    assert answer.status_code == 200


@pytest.mark.parametrize("name", library_names())
def test_every_shipped_scenario_is_answered_with_charts_table_and_file(visitor, name):
    answer = visitor.awaited(visitor.post("/run", {"scenario": name, "seed": "2"}))
    assert answer.status_code == 200 and answer.text.count('<figure class="fan"') == 5
    number = re.search(r'data-run="(\d+)"', answer.text)[1]
    assert visitor.get(f"/export/{number}/differences.csv?page={visitor.tab}").status_code == 200


def test_only_a_scenario_of_the_past_says_what_was_done(visitor):
    assert "what was done" in visitor.get("/?scenario=iraq-2003").text.lower()
    for name in ("harbour", "meadow"):
        for path in ("/", "/play"):
            assert "what was done" not in visitor.get(f"{path}?scenario={name}").text.lower()


@pytest.mark.parametrize("step", [0.5, 1.0, 2.0, 4.0, 6.0])
@pytest.mark.parametrize("start", [datetime.date(2030, 1, day) for day in (1, 7, 28, 29, 31)])
def test_a_path_by_month_has_a_value_for_every_month_of_any_calendar(step, start):
    calendar = Calendar(start, start + datetime.timedelta(days=500), step)
    months, labels = calendar.months()
    country = Country(Scenario.load("meadow"), "meadow")
    values = np.arange(calendar.steps, dtype=float)
    problem = dataclasses.replace(
        country.problem, months=np.array(months), levers={**country.problem.levers, "force": values}
    )
    path = country.monthly_path("intervener.force", problem)
    assert len(path) == len(labels)
    # every value is that of a step whose month it stands for, and of the first such step
    assert [months[int(value)] for value in path] == list(range(len(labels)))
    assert all(value == 0 or months[int(value) - 1] < months[int(value)] for value in path)
