"""Levers through time."""

from __future__ import annotations

import numpy as np
import pytest
from own import series_from

from forbear.errors import ForbearError


def lever(load, text: str, name: str = "force", **more):
    return load(f'[levers]\nsource = "paper"\n{text}\n', **more).problem().levers[name]


def test_a_number_holds_on_every_step(load) -> None:
    np.testing.assert_array_equal(lever(load, '"intervener.force" = 300'), np.full(52, 300.0))


def test_a_step_schedule_holds_each_value_until_the_next_date(load) -> None:
    force = lever(load, '"intervener.force" = { schedule = [[2003-05-05, 100], ["2003-07-07", 300]] }')
    np.testing.assert_array_equal(force, [100.0] * 9 + [300.0] * 43)


def test_the_middle_of_a_step_decides_which_value_it_has(load) -> None:
    # week 0 is 5 to 11 May: its middle is 8.5 May
    assert lever(load, '"intervener.force" = { schedule = [[2003-05-05, 100], [2003-05-08, 300]] }')[0] == 300
    assert lever(load, '"intervener.force" = { schedule = [[2003-05-05, 100], [2003-05-09, 300]] }')[0] == 100


def test_a_linear_schedule_is_straight_between_points_and_level_after_the_last(load) -> None:
    force = lever(
        load, '"intervener.force" = { schedule = [[2003-05-05, 0], [2003-07-14, 700]], interpolation = "linear" }'
    )
    np.testing.assert_allclose(force[:10], 35 + 70 * np.arange(10))
    np.testing.assert_array_equal(force[10:], 700)


def test_before_says_what_held_until_the_first_date(load) -> None:
    for interpolation in ("step", "linear"):
        force = lever(
            load,
            f'"intervener.force" = {{ schedule = [["2003-08-04", 700]], before = 5, interpolation = "{interpolation}" }}',
        )
        np.testing.assert_array_equal(force, [5.0] * 13 + [700.0] * 39)


def test_a_month_means_its_first_day_and_units_are_converted(load) -> None:
    force = lever(load, '"intervener.force" = { schedule = [["2003-05", "2 thousand soldiers"], ["2003-09", 5]] }')
    assert force[0] == 2000
    assert force[17] == 5
    assert force[16] == 2000


def test_a_schedule_from_a_day_on_leaves_what_was_before_it_and_until_gives_it_back(load) -> None:
    below = '"intervener.force" = { schedule = [[2003-05-05, 0], [2003-07-14, 700]], interpolation = "linear" }'
    history = lever(load, below)
    scenario = load(f'[levers]\nsource = "paper"\n{below}\n')

    def moved(**spec) -> np.ndarray:
        return scenario.with_levers({"intervener.force": spec}).problem().levers["force"]

    leaving = [["2003-06-16", 420], ["2003-06-30", 0]]
    left = moved(schedule=leaving, interpolation="linear", **{"from": "2003-06-16"})
    np.testing.assert_array_equal(left[:6], history[:6])
    np.testing.assert_allclose(left[6:10], [315, 105, 0, 0])
    a_while = moved(value=50, **{"from": "2003-06-16", "until": "2003-06-30"})
    np.testing.assert_array_equal(np.flatnonzero(a_while != history), [6, 7])
    assert set(a_while[6:8]) == {50}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"schedule": [["2003-06", 1]], "before": 3, "from": "2003-06"}, "before"),
        ({"schedule": [["2003-06", 1]], "from": "2003-06", "until": "2003-05"}, "until"),
        ({"set": 1, "from": "2003-06", "until": "2003-06"}, "until"),
        ({"value": 1, "from": "soon"}, "from"),
    ],
)
def test_a_time_that_cannot_be_is_named(load, spec: dict[str, object], field: str) -> None:
    scenario = load('[levers]\nsource = "paper"\n"intervener.force" = 300\n')
    with pytest.raises(ForbearError) as told:
        scenario.with_levers({"intervener.force": spec})
    assert field in str(told.value)


def test_pulses_have_dates_of_their_own_and_take_no_other(load) -> None:
    with pytest.raises(ForbearError, match="dates of their own"):
        lever(load, '"politics.election" = { pulses = [2003-05-12], from = 2003-05-12 }', "election")


def test_pulses_act_in_the_step_that_holds_their_day_and_nowhere_else(load) -> None:
    election = lever(load, '"politics.election" = { pulses = [2003-05-12, [2003-06-01, 0.5]] }', "election")
    assert list(np.flatnonzero(election)) == [1, 3]
    assert election[1] == 1
    assert election[3] == 0.5


def test_a_pulse_on_the_last_day_of_a_step_belongs_to_that_step(load) -> None:
    election = lever(load, '"politics.election" = { pulses = [2003-05-11] }', "election")
    assert list(np.flatnonzero(election)) == [0]


def test_one_district_can_have_a_path_of_its_own(load) -> None:
    text = (
        '"intervener.deployment" = 2\n"intervener.deployment.west" = { schedule = [[2003-05-05, 1], [2003-06-02, 3]] }'
    )
    deployment = lever(load, text, "deployment")
    assert deployment.shape == (52, 2)
    np.testing.assert_array_equal(deployment[:, 0], 2)
    np.testing.assert_array_equal(deployment[[0, 10], 1], [1, 3])


COUNTED = "month,force,troops\n2003-05,us,100\n2003-05,other,7\n2003-06,us,200\n2003-07,us,\n2003-08,us,400\n"


def test_a_series_runs_straight_between_the_middles_of_its_months(load) -> None:
    text = '"intervener.force" = { series = { name = "counted", column = "troops", filter = { force = "us" }, scale = 10, gaps = "interpolate", ends = "hold" } }'
    force = lever(load, text, series=series_from(COUNTED, "troops"))
    assert force[0] == 1000  # 8.5 May is before the middle of May
    middle_may, middle_june = 15.5, 31 + 15.0  # days after 1 May 2003
    assert force[3] == pytest.approx(1000 + 1000 * (28.5 - 1 - middle_may + 1) / (middle_june - middle_may), rel=0.05)
    assert force[-1] == 4000
    assert (np.diff(force) >= 0).all()


def test_a_series_in_steps_changes_at_the_first_of_a_month(load) -> None:
    text = '"intervener.force" = { series = { name = "counted", column = "troops", filter = { force = "us" }, gaps = "hold", ends = "hold" }, interpolation = "step" }'
    force = lever(load, text, series=series_from(COUNTED, "troops"))
    np.testing.assert_array_equal(force[:6], [100, 100, 100, 100, 200, 200])


def test_a_shorter_step_samples_the_same_path_more_finely(load) -> None:
    scenario = load(
        '[levers]\n"intervener.force" = { schedule = [[2003-05-05, 0], [2004-05-03, 364]], interpolation = "linear", source = "paper" }'
    )
    whole, half = scenario.problem(), scenario.problem(step=0.5)
    assert (whole.steps, half.steps) == (52, 104)
    np.testing.assert_allclose(half.levers["force"].reshape(52, 2).mean(axis=1), whole.levers["force"])
    assert half.facts["step"] == 0.5


def test_a_pulse_acts_once_at_any_step(load) -> None:
    scenario = load('[levers]\n"politics.election" = { pulses = [2003-06-01], source = "paper" }')
    for step in (1.0, 0.5, 0.25, 1 / 7):
        assert np.count_nonzero(scenario.problem(step=step).levers["election"]) == 1


@pytest.mark.parametrize("step", [0, 0.01, 1.5, -1])
def test_a_step_out_of_bounds_is_refused(load, step: float) -> None:
    with pytest.raises(ForbearError) as caught:
        load().problem(step=step)
    assert caught.value.code == "E210"


def test_months_are_those_of_the_middles_of_steps(load) -> None:
    problem = load().problem()
    assert problem.month_labels[0] == "2003-05"
    assert problem.month_labels[-1] == "2004-04"
    assert problem.months[3] == 0  # 26 May to 1 June
    assert str(problem.dates[3]) == "2003-05-26"
    assert problem.months[4] == 1
