"""A problem cannot be changed behind its hash."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest

from forbear.ensemble.runner import simulate
from forbear.errors import RunError

SMALL = {"members": 3, "seed": 1, "weekly": ("deaths",), "monthly": ()}


def arrays_of(problem):
    yield problem.dates
    yield problem.months
    for group in (problem.facts, problem.levers, problem.priors):
        yield from group.values()


def test_no_array_can_be_written_to(problem):
    for array in arrays_of(problem):
        assert not array.flags.writeable and array.base is None
        with pytest.raises(ValueError, match="read-only"):
            array[...] = array
    with pytest.raises(ValueError, match="read-only"):
        problem.facts["population_at_start"] *= 2


def test_nothing_can_be_put_in_the_place_of_another(problem):
    for group in (problem.facts, problem.levers, problem.priors, problem.names):
        name = next(iter(group))
        for change in (
            lambda group=group, name=name: group.__setitem__(name, None), lambda group=group: group.clear(),
            lambda group=group, name=name: group.pop(name), lambda group=group: group.update({"a": 1}),
        ):  # fmt: skip
            with pytest.raises(TypeError, match="cannot be changed"):
                change()
    prior = problem.priors["fear_shock"].ravel()[0]
    with pytest.raises(TypeError, match="cannot be changed"):
        prior.arguments[next(iter(prior.arguments))] = 0.0
    with pytest.raises(AttributeError):
        problem.step = 2.0


def test_an_array_that_was_given_stays_the_givers_own(problem):
    mine = np.array(problem.facts["population_at_start"])
    other = replace(problem, facts={**problem.facts, "population_at_start": mine})
    before = other.hash
    mine *= 2
    assert (other.facts["population_at_start"] == problem.facts["population_at_start"]).all()
    assert other.hash == before == problem.hash


def test_another_fact_or_lever_gives_another_hash_and_the_same_gives_the_same(problem):
    people = problem.facts["population_at_start"]
    assert problem.with_facts({"population_at_start": people}).hash == problem.hash
    assert problem.with_facts({"population_at_start": people * 2}).hash != problem.hash
    assert replace(problem, facts={**problem.facts, "population_at_start": people * 2}).hash != problem.hash
    more = problem.with_levers({"force": problem.levers["force"] + 1})
    assert more.hash != problem.hash and more.with_levers({"force": problem.levers["force"]}).hash == problem.hash
    assert replace(problem, rules=()).hash == problem.hash or problem.rules
    with pytest.raises(KeyError):
        problem.with_facts({"nothing": 1.0})


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_a_copy_is_the_same_and_as_closed(problem, copied):
    other = copied(problem)
    assert other.hash == problem.hash and (other.name, other.names) == (problem.name, problem.names)
    assert all(not array.flags.writeable for array in arrays_of(other))
    assert simulate(other, **SMALL).data.identical(simulate(problem, **SMALL).data)


def test_a_store_never_mixes_two_problems(meadow, tmp_path):
    """A cell that doubled a country in place and went on under the old hash."""
    problem = meadow.problem()
    right = simulate(problem, **SMALL).data
    with pytest.raises(ValueError, match="read-only"):
        problem.facts["population_at_start"] *= 2
    doubled = problem.with_facts({"population_at_start": problem.facts["population_at_start"] * 2})
    simulate(doubled, store=tmp_path / "st", **SMALL)
    with pytest.raises(RunError) as caught:
        simulate(problem, store=tmp_path / "st", **SMALL)
    assert caught.value.code == "E404" and simulate(problem, **SMALL).data.identical(right)
