"""A drawn schedule begins with the plan in force."""

import numpy as np
import pytest

from forbear.app.country import Country
from forbear.app.laboratory.drawing import BEGIN_WITH, NEAR, drawing, plan_in_force, points_of
from forbear.app.state import read_state
from forbear.errors import ScenarioError
from forbear.scenario import Scenario
from forbear.scenario.reading.chain import library_names

FORCE = "intervener.force"


@pytest.fixture(scope="module")
def country():
    return Country(Scenario.load("harbour"), "harbour")


def line(plan):
    """What straight lines between the points give, by month."""
    places, values = zip(*plan["points"], strict=True)
    return np.interp(np.arange(len(plan["path"])), places, values)


@pytest.mark.parametrize("name", library_names())
def test_the_points_of_every_lever_follow_its_plan(name):
    country = Country(Scenario.load(name), name)
    for lever, known in drawing(country)["levers"].items():
        plan = plan_in_force(country, read_state([], name), lever)
        assert plan["path"] == known["path"]
        apart = np.abs(line(plan) - plan["path"]).max() / max(max(plan["path"]), 1e-12)
        assert apart == pytest.approx(plan["off"], abs=1e-9)
        assert plan["off"] <= NEAR or len(plan["points"]) == BEGIN_WITH


def test_the_drawing_begins_with_the_factor_that_is_in_force(country):
    alone = plan_in_force(country, read_state([], "harbour"), FORCE)
    doubled = plan_in_force(country, read_state([(FORCE, "*2")], "harbour"), FORCE)
    assert doubled["path"] == pytest.approx([2 * value for value in alone["path"]], rel=1e-3)
    assert line(doubled).max() == pytest.approx(max(doubled["path"]), rel=NEAR)


def test_the_drawing_begins_with_the_strategy_that_is_in_force():
    country = Country(Scenario.load("iraq-2003"), "iraq-2003")
    name = next(n for n, s in country.strategies.items() if FORCE in s.settings)
    alone = plan_in_force(country, read_state([], "iraq-2003"), FORCE)
    under = plan_in_force(country, read_state([("strategy", name)], "iraq-2003"), FORCE)
    assert under["path"] != alone["path"] and line(under)[0] == pytest.approx(under["path"][0])


def test_a_drawing_that_is_used_as_it_begins_changes_the_run_no_more_than_its_points_are_off(country):
    plan = plan_in_force(country, read_state([], "harbour"), FORCE)
    months = country.problem.month_labels
    path = ",".join(f"{months[int(place)]}:{value:.6g}" for place, value in plan["points"])
    drawn = plan_in_force(country, read_state([(FORCE, path)], "harbour"), FORCE)
    # a line meets a step within the month in which it falls
    apart = np.abs(np.array(drawn["path"]) - plan["path"]) / max(plan["path"])
    assert np.median(apart) <= NEAR and (apart > 2 * NEAR).sum() <= 4


def test_a_path_that_never_changes_is_one_point():
    assert points_of([7.0] * 30) == ([0], 0.0)


def test_a_lever_that_cannot_be_drawn_is_named(country):
    with pytest.raises(ScenarioError) as found:
        plan_in_force(country, read_state([], "harbour"), "intervener.forse")
    assert found.value.faults[0].nearest == FORCE


def test_the_page_is_given_the_plan_in_force_of_the_state_in_its_form(visitor):
    alone = visitor.get("/plan?scenario=meadow&lever=intervener.force").json()
    doubled = visitor.get("/plan?scenario=meadow&lever=intervener.force&intervener.force=*2").json()
    assert doubled["points"][0][1] == pytest.approx(2 * alone["points"][0][1], rel=1e-3)
    assert visitor.get("/plan?scenario=meadow&lever=nothing").status_code == 422
