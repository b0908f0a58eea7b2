"""The same seed gives the same bits; policies share their luck."""

import numpy as np
import pytest

from forbear.ensemble.engine import Engine
from forbear.ensemble.runner import simulate

WEEKLY = ("deaths", "attacks_on_intervener", "fighters", "militants", "home_support", "cost_budget")


def bits(ensemble, names=WEEKLY):
    return {name: ensemble.data[name].values.tobytes() for name in names}


def run(problem, **options):
    return simulate(problem, **{"members": 200, "seed": 8, "weekly": WEEKLY, "monthly": ("control",), **options})


@pytest.fixture(scope="module")
def reference(problem):
    return run(problem, workers=1)


def test_one_thread_and_two_give_the_same_bits(problem, reference):
    assert bits(run(problem, workers=2)) == bits(reference)


def test_members_do_not_depend_on_how_many_there_are_or_where_they_stand(problem, reference):
    some = run(problem, members=np.array([150, 3, 77], dtype=np.uint32))
    for name in WEEKLY:
        assert np.array_equal(some.data[name].values, reference.data[name].values[[150, 3, 77]])


def test_another_seed_gives_other_luck(problem, reference):
    assert bits(run(problem, seed=9)) != bits(reference)


def test_a_lever_leaves_the_draws_of_untouched_rooms_identical(meadow, reference):
    """Police work abroad acts on militants abroad and on nothing at home; it costs money."""
    other = run(meadow.with_levers({"abroad.police_effort": 4}).problem())
    for name in ("deaths", "attacks_on_intervener", "fighters", "home_support"):
        assert np.array_equal(other.data[name].values, reference.data[name].values), name
    assert (other.data["militants"].values < reference.data["militants"].values).any()
    assert (other.data["cost_budget"].values[:, -1] > reference.data["cost_budget"].values[:, -1]).all()


def test_two_policies_that_share_luck_differ_far_less_than_two_with_independent_luck(meadow, problem, draw):
    """Variance of the paired difference at least ten times smaller for a small change of a lever."""
    members = np.arange(128, dtype=np.uint32)
    parameters = {name: np.repeat(value[:1], 128, axis=0) for name, value in draw(problem, 1, 5).items()}
    more = meadow.with_levers({"intervener.force": "*1.02"}).problem()
    base = (
        Engine(problem, weekly=["attacks_on_intervener"])
        .run(parameters, members, 1)
        .weekly["attacks_on_intervener"]
        .sum(axis=1)
    )
    same = (
        Engine(more, weekly=["attacks_on_intervener"])
        .run(parameters, members, 1)
        .weekly["attacks_on_intervener"]
        .sum(axis=1)
    )
    other = (
        Engine(more, weekly=["attacks_on_intervener"])
        .run(parameters, members, 2)
        .weekly["attacks_on_intervener"]
        .sum(axis=1)
    )
    assert np.var(same - base) * 10 < np.var(other - base)


def test_parameters_have_names_of_their_own(problem, draw):
    ten, hundred = draw(problem, 10), draw(problem, 100)
    for name, value in ten.items():
        assert np.array_equal(value, hundred[name][:10])
