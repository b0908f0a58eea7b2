"""A layer laid over a resolved scenario gives what reading all layers anew gives, and leaves the first as it is."""

from __future__ import annotations

import numpy as np
import pytest

import forbear as fb
from forbear.errors import ScenarioError
from forbear.scenario.paths import Change, LeverPath
from forbear.scenario.scenario import Scenario


def read_anew(scenario: Scenario) -> Scenario:
    """The same layers, resolved from the first."""
    return Scenario(scenario._documents, scenario._model, scenario._find, scenario._name)


def some_levers(scenario: Scenario) -> dict[str, object]:
    """Changes of levers that the scenario has, each of another kind."""
    known = [
        key for key, resolved in scenario.levers.items() if not resolved.declared.pulse and not resolved.declared.switch
    ]
    low, high = (getattr(scenario.levers[known[1]].declared, end) for end in ("low", "high"))
    schedule = [["1990-01", low], [scenario.end.isoformat(), high]]
    return {
        known[0]: {"scale": 0.9, "from": scenario.start.isoformat()},
        known[1]: {"schedule": schedule, "interpolation": "linear"},
        known[2]: scenario.levers[known[2]].declared.high,
    }


@pytest.mark.parametrize("name", ["meadow", "harbour", "iraq-2003"])
def test_levers_laid_over_give_the_problem_of_all_layers_read_anew(name: str) -> None:
    scenario = fb.Scenario.load(name)
    before = scenario.problem().hash
    laid = scenario.with_levers(some_levers(scenario), name="moved")
    assert laid.problem().hash == read_anew(laid).problem().hash != before
    assert scenario.problem().hash == before


def test_layers_one_over_another_change_what_the_last_left() -> None:
    meadow = fb.Scenario.load("meadow")
    laid = meadow.with_levers({"intervener.force": "+500"}).with_levers({"intervener.force": "*2"})
    assert laid.problem().hash == read_anew(laid).problem().hash
    assert (laid.problem().levers["force"] == (meadow.problem().levers["force"] + 500) * 2).all()


def test_facts_and_uncertainties_laid_over_are_judged_as_in_a_file(meadow: fb.Scenario) -> None:
    first = next(iter(meadow.uncertainties))
    laid = meadow.with_facts({"people.population_at_start": "*2"}).with_uncertainties({first: 0.5})
    assert laid.problem().hash == read_anew(laid).problem().hash
    with pytest.raises(ScenarioError) as told:
        meadow.with_facts({"people.population_at_start": 0})
    assert {fault.code for fault in told.value.faults} == {"E232"}


def test_arrays_that_a_layer_leaves_alone_are_shared_and_cannot_be_changed(meadow: fb.Scenario) -> None:
    one, other = meadow.problem(), meadow.with_levers({"intervener.force": "+500"}).problem()
    assert one.levers["force"] is not other.levers["force"]
    assert one.levers["deployment"] is other.levers["deployment"]
    assert one.facts["population_at_start"] is other.facts["population_at_start"]
    with pytest.raises(ValueError, match="read-only"):
        one.facts["population_at_start"][:] = 0


def test_steps_of_half_a_week_have_schedules_of_their_own(meadow: fb.Scenario) -> None:
    weekly, halves = meadow.problem(), meadow.problem(step=0.5)
    assert len(halves.levers["force"]) == halves.steps > weekly.steps == len(weekly.levers["force"])


def test_faults_of_a_layer_are_told_all_at_once_and_leave_the_scenario_as_it_was(meadow: fb.Scenario) -> None:
    before = meadow.problem().hash
    with pytest.raises(ScenarioError) as told:
        meadow.with_levers({"intervener.forse": 1, "intervener.force": -5})
    assert len(told.value.faults) == 2
    assert meadow.problem().hash == before


def test_a_path_over_many_days_is_its_value_at_each_of_them() -> None:
    path = LeverPath(points=((10.0, 1.0), (20.0, 3.0), (40.0, 2.0)), interpolation="linear").changed(
        Change("scale", 2.0, 15.0, 30.0)
    )
    days = np.arange(5.0, 45.0, 2.5)
    by_hand = np.interp(days, [10, 20, 40], [1, 3, 2]) * np.where((days >= 15) & (days < 30), 2, 1)
    assert np.allclose(path.over(days), by_hand)
    assert [path.at(day) for day in days] == path.over(days).tolist()
    steps = LeverPath(points=((10.0, 1.0), (20.0, 3.0))).over(days)
    assert (steps == np.where(days < 20, 1.0, 3.0)).all()
