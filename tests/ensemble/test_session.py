"""An ensemble under way is the ensemble that is run at once, whatever is done between its steps."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.ensemble.engine import Engine
from forbear.ensemble.runner import simulate
from forbear.ensemble.session import open_session
from forbear.errors import RunError
from forbear.kernel.draws import LANES

RECORDED = {"weekly": ("deaths", "fighters", "cost_budget", "force"), "monthly": ("deaths", "control")}
OPTIONS = {"members": LANES + 9, "seed": 8, **RECORDED}


@pytest.fixture(scope="module")
def whole(problem):
    return simulate(problem, **OPTIONS)


def test_a_session_that_is_finished_at_once_is_simulate_to_the_bit(problem, whole):
    found = open_session(problem, **OPTIONS).finish()
    assert found.data.identical(whole.data) and found.manifest == whole.manifest


def test_weeks_and_months_in_any_order_end_in_the_same_bits(problem, whole):
    session = open_session(problem, workers=2, **OPTIONS)
    session.advance(weeks=3).advance(months=1).advance(until=31).advance(months=2).advance(weeks=1)
    assert not session.ended and session.problem.steps > session.step > 31
    assert session.finish().data.identical(whole.data) and session.ended


def test_what_is_seen_on_the_way_is_what_is_recorded_in_the_end(problem, whole):
    session = open_session(problem, **OPTIONS).advance(months=4)
    assert session.month == 4 and session.step == np.searchsorted(problem.months, 3, side="right")
    paths = session.paths()
    assert dict(paths.sizes)["week"] == session.step and dict(paths.sizes)["month"] == 4
    then = whole.data.isel(week=slice(0, session.step), month=slice(0, 4))
    assert paths["deaths"].equals(then["deaths"]) and paths["monthly_control"].equals(then["monthly_control"])
    assert np.array_equal(session.weekly("cost_budget"), then["cost_budget"].values)
    assert np.array_equal(session.monthly("deaths"), then["monthly_deaths"].values)
    now = session.state("fighters")
    assert np.allclose(now.sum([d for d in now.dims if d != "member"]), session.weekly("fighters")[:, -1])
    assert now.attrs["unit"] and now.attrs["long_name"] and now.attrs["kind"] == "stock"
    assert session.failed.tolist() == [False] * len(session)


def test_a_lever_set_midway_gives_the_bits_of_the_same_schedule(problem):
    force = np.array(problem.levers["force"])
    force[30:50], force[50:] = 321.0, 12.0
    planned = simulate(problem.with_levers({"force": force}), **OPTIONS)
    session = open_session(problem, **OPTIONS).advance(until=30)
    session.set_levers({"intervener.force": 321}).advance(until=50)
    session.set_levers({"intervener.force": np.full(problem.steps - 50, 12.0)})
    found = session.finish()
    assert found.data.identical(planned.data) and found.manifest == planned.manifest
    assert np.array_equal(session.levers("intervener.force"), force)


def test_a_lever_set_for_some_weeks_falls_back_to_the_plan(problem):
    force = np.array(problem.levers["force"])
    force[10:18] = 40.0
    session = open_session(problem, **OPTIONS).advance(until=10)
    session.set_levers({"intervener.force": 40}, weeks=8)
    assert np.array_equal(session.levers("intervener.force"), force)
    assert session.finish().data.identical(simulate(problem.with_levers({"force": force}), **OPTIONS).data)


def test_a_schedule_set_back_to_what_it_was_leaves_no_trace(problem, whole):
    session = open_session(problem, **OPTIONS).advance(until=20)
    plan = session.levers("intervener.force")
    session.set_levers({"intervener.force": 7}).set_levers({"intervener.force": plan[20:]})
    found = session.finish()
    assert found.data.identical(whole.data) and found.manifest == whole.manifest


def test_faults_of_levers_come_together_and_change_nothing(problem, whole):
    session = open_session(problem, **OPTIONS).advance(until=5)
    wrong = {
        "intervener.forces": 1, "intervener.force": -5, "abroad.police_effort": float("nan"), "intervener.intervene": [1, 0, 1],
    }  # fmt: skip
    with pytest.raises(RunError) as caught:
        session.set_levers(wrong)
    assert caught.value.code == "E443" and len(caught.value.faults) == 4
    assert caught.value.faults[0].nearest == "intervener.force"
    with pytest.raises(RunError) as caught:
        session.set_levers({"intervener.intervene": 0.5})
    assert "E408" in str(caught.value)
    assert session.finish().data.identical(whole.data)


def test_a_resampled_member_has_its_ancestors_past_and_parameters_and_its_own_future(problem, whole):
    ancestors = np.arange(len(whole))[::-1].copy()
    ancestors[:5] = 3  # five members replaced by one, from the other block, too
    ancestors[-5:] = 3
    session = open_session(problem, **OPTIONS).advance(until=40)
    before = session.state("fighters").values.copy()
    session.resample(ancestors)
    assert np.array_equal(session.state("fighters").values, before[ancestors])
    found = session.finish()
    past, now = whole.data["deaths"].values[:, :40], found.data["deaths"].values
    assert np.array_equal(now[:, :40], past[ancestors])
    given = next(name for name in map(str, whole.data.data_vars) if name.startswith("given_"))
    assert np.array_equal(found.data[given].values, whole.data[given].values[ancestors])
    assert len(np.unique(now[:5, 40:], axis=0)) > 1
    assert found.manifest["resampled_before_step"] == [40]


def test_members_that_stay_where_they_are_are_untouched_by_the_replacement_of_others(problem, whole):
    ancestors = np.arange(len(whole))
    ancestors[0] = 70
    found = open_session(problem, **OPTIONS).advance(months=3).resample(ancestors, past=False).finish()
    assert np.array_equal(found.data["deaths"].values[1:], whole.data["deaths"].values[1:])
    assert not np.array_equal(found.data["deaths"].values[0], whole.data["deaths"].values[0])


def test_going_back_past_the_end_or_by_half_steps_is_refused(problem):
    session = open_session(problem, **{**OPTIONS, "members": 2}).advance(until=10)
    for wrong in ({"weeks": 0.5}, {"weeks": -1}, {"weeks": 1, "months": 1}, {}, {"until": 9}, {"months": 1.0}):
        with pytest.raises(RunError) as caught:
            session.advance(**wrong)
        assert caught.value.code in ("E441", "E444")
    assert session.step == 10
    session.advance(weeks=10_000)
    assert session.ended and session.step == problem.steps
    for beyond in (lambda: session.advance(weeks=1), lambda: session.set_levers({"intervener.force": 1})):
        with pytest.raises(RunError) as caught:
            beyond()
        assert caught.value.code == "E444"


def test_unknown_names_offer_the_nearest(problem):
    session = open_session(problem, **{**OPTIONS, "members": 2}).advance(months=1)
    for look in (session.state, session.weekly, session.monthly):
        with pytest.raises(RunError, match="deaths") as caught:
            look("deathss")
        assert caught.value.code == "E401"


def test_a_block_under_way_takes_other_levers_from_its_next_step_on(problem, draw):
    """What play mode does: the plan changes at a turn, what was played stays."""
    members, parameters = np.arange(64, dtype=np.uint32), draw(problem, 64)
    later = np.array(problem.levers["force"])
    later[:] = 50.0
    opened = Engine(problem, weekly=("deaths",)).open(parameters, members, 5)
    opened.advance(24)
    opened.set_levers({"force": later})
    opened.advance(problem.steps)
    mixed = np.concatenate([problem.levers["force"][:24], later[24:]])
    assert np.array_equal(opened.levers["force"], mixed)
    planned = Engine(problem.with_levers({"force": mixed}), weekly=("deaths",)).run(parameters, members, 5)
    assert np.array_equal(opened.block().weekly["deaths"], planned.weekly["deaths"])
