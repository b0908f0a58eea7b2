"""Plans and officials, what people make of soldiers, what disorder leaves behind, and targets: direction and extremes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forbear.ensemble.engine import Engine

MEMBERS = 128
WEEKS = 100
NO_ARROW = {
    "planning_for_administration": 0,
    "administration_imposed": 0,
    "control_by_administration": 0,
    "loyalty_by_presence": 0,
    "loyalty_by_protection": 0,
    "attacks_by_looted_arms": 0,
    "defence_by_looted_arms": 0,
    "soldiers_per_target": 0,
    "substitution_of_parts": 0,
}
MENDED = {"intervener.plan_floor": 1, "intervener.coordination_floor": 1, "intervener.uptake_floor": 1}


@pytest.fixture
def run(meadow, draw):  # type: ignore[no-untyped-def]
    """Weekly quantities of the meadow, (members, weeks) each, with parameters fixed and levers set."""

    def go(*names: str, levers: dict[str, object] | None = None, **fixed: float) -> list[np.ndarray]:
        problem = replace(meadow.with_levers(levers or {}).problem(), rules=())
        parameters = draw(problem, MEMBERS, 11)
        for key, value in {**NO_ARROW, **fixed}.items():
            parameters[key] = np.full_like(parameters[key], value)
        block = Engine(problem, weekly=list(names)).run(parameters, np.arange(MEMBERS, dtype=np.uint32), 5)
        return [np.asarray(block.weekly[name])[:, :WEEKS] for name in names]

    return go


def test_a_plan_carried_out_for_years_builds_capacity_or_costs_it_and_two_equal_arrows_do_nothing(run) -> None:  # type: ignore[no-untyped-def]
    def last(**fixed: float) -> np.ndarray:
        return run("capacity", levers=MENDED, planning_for_services=0, capacity_growth=0.02, **fixed)[0][:, -1]

    none = last()
    assert np.all(last(planning_for_administration=4.4) > none)
    assert np.all(last(administration_imposed=4.4) < none)
    np.testing.assert_array_equal(last(planning_for_administration=2, administration_imposed=2), none)
    assert last(planning_for_administration=100).max() <= 1.0  # no plan makes more of it than there is


def test_governance_is_an_average_a_geometric_mean_or_as_far_below(run) -> None:  # type: ignore[no-untyped-def]
    (average, before), (geometric, dead), (below, _) = (
        run("governance", "deaths", substitution_of_parts=s) for s in (1, 0, -1)
    )
    assert np.all(average >= geometric) and np.all(geometric >= below) and average.mean() > below.mean() + 0.05
    np.testing.assert_allclose(average * below, geometric**2, rtol=1e-3)
    np.testing.assert_array_equal(before, dead)  # how governance is judged changes nobody's life


def test_officials_hold_ground_or_draw_those_who_fight_the_state(run) -> None:  # type: ignore[no-untyped-def]
    many = {"capacity_at_start": 0.9, "capacity_ceiling": 0.9}
    held, none, drawn = (
        run("mean_control", control_by_administration=c, **many)[0][:, 1].mean() for c in (2.0, 0.0, -2.0)
    )
    assert held > none > drawn


@pytest.mark.parametrize("arrow", ["loyalty_by_presence", "loyalty_by_protection"])
def test_soldiers_win_people_over_or_offend_them_and_nothing_comes_of_soldiers_who_are_not_there(run, arrow) -> None:  # type: ignore[no-untyped-def]
    def sympathy(force: float, weight: float) -> np.ndarray:
        levers = {"intervener.force": force, "intervener.partners": 0, "security.population_security": 0.6}
        return run("sympathisers", levers=levers, **{arrow: weight})[0]

    won, none, offended = (sympathy(400, w).mean() for w in (5.0, 0.0, -5.0))
    assert won < none < offended
    np.testing.assert_array_equal(sympathy(0, 5.0), sympathy(0, -5.0))


def test_looted_arms_raise_attacks_or_lower_them_the_more_the_longer_they_last(run) -> None:  # type: ignore[no-untyped-def]
    looted = {"looting_of_arms": 3, "looting_unstopped": 1, "years_of_looted_arms": 10}

    def attacks(**fixed: float) -> np.ndarray:
        return run("attacks_on_intervener", **{**looted, **fixed})[0][:, :20].sum(axis=1)

    none = attacks()
    assert attacks(attacks_by_looted_arms=2).mean() > 2 * none.mean()
    assert attacks(defence_by_looted_arms=2).mean() < none.mean() / 2
    np.testing.assert_array_equal(attacks(attacks_by_looted_arms=1, defence_by_looted_arms=1), none)
    np.testing.assert_array_equal(attacks(attacks_by_looted_arms=2, looting_of_arms=0), none)
    assert none.mean() < attacks(attacks_by_looted_arms=2, years_of_looted_arms=0.05).mean()
    assert (
        attacks(attacks_by_looted_arms=2, years_of_looted_arms=0.05).mean() < attacks(attacks_by_looted_arms=2).mean()
    )


def test_soldiers_keep_depots_from_looters_unless_nothing_would_have_stopped_them(run) -> None:  # type: ignore[no-untyped-def]
    def arms(force: float, unstopped: float) -> float:
        levers = {"intervener.force": force}
        fixed = {"looting_of_arms": 3, "looting_unstopped": unstopped, "density_of_order": 0.01}
        return float(run("looted_arms", levers=levers, years_of_looted_arms=10, **fixed)[0][:, 12].mean())

    assert arms(1000, 0.0) < arms(0, 0.0)
    assert arms(1000, 1.0) == pytest.approx(arms(0, 1.0))


def test_attacks_on_soldiers_are_limited_by_targets_and_may_turn_on_the_government(run) -> None:  # type: ignore[no-untyped-def]
    def by_then(**fixed: float) -> tuple[float, float]:
        on_soldiers, on_government = run("attacks_on_intervener", "attacks_on_government", **fixed)
        return float(on_soldiers[:, :60].sum()), float(on_government[:, :60].sum())

    free, few, nobody = (by_then(soldiers_per_target=s, turned_elsewhere=0) for s in (0, 1e3, 1e9))
    assert free[0] > few[0] > 0 and nobody[0] == 0
    turned = by_then(soldiers_per_target=1e9, turned_elsewhere=1)
    assert turned[0] == 0 and turned[1] > nobody[1]
