"""Leaving a few soldiers is nearly leaving none: whether the intervener is there acts continuously."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forbear.ensemble.engine import Engine

MEMBERS = 128


@pytest.fixture
def run(draw):
    """Mean over members of a weekly quantity in the last year, with a force left from a year on."""

    def go(meadow, left, name, **fixed):
        force = {"schedule": [["2003-05-05", 400], ["2004-05-03", left]], "interpolation": "step"}
        problem = meadow.with_levers({"intervener.force": force}).problem()
        problem = replace(problem.with_facts({"transnational": [1, 0], "sponsored": [0, 0]}), rules=())
        parameters = draw(problem, MEMBERS, 11)
        for key, value in fixed.items():
            parameters[key] = np.full_like(parameters[key], value)
        engine = Engine(problem, weekly=[name], monthly=["presence_felt", "presence_nearby", "resentment"])
        block = engine.run(parameters, np.arange(MEMBERS, dtype=np.uint32), 5)
        return block.weekly[name][:, 60:].mean(), block.monthly

    return go


def test_presence_is_nothing_without_soldiers_half_at_its_parameter_and_whole_at_the_reference(meadow, run):
    reference = 0.0055 * 40_000  # soldiers at the reference density
    felt = {
        share: run(meadow, share * reference, "deaths", presence_of_half_effect=0.1)[1]["presence_felt"][:, -1].mean()
        for share in (0.0, 0.1, 1.0)
    }
    assert felt[0.0] == 0.0
    assert 0.5 < felt[0.1] < 0.6 and felt[1.0] > 0.97


def test_one_soldier_draws_nearly_as_many_foreigners_as_none_and_a_full_force_many_more(meadow, run):
    fixed = {
        "presence_of_half_effect": 0.2,
        "foreign_fighters": 30,
        "foreigners_by_presence": 1,
        "foreigners_by_vacuum": 0,
    }
    came = {left: run(meadow, left, "foreign_recruits", **fixed)[0] for left in (0, 1, 220)}
    assert came[0] == 0 and 0 < came[1] < 0.1 * came[220]


def test_a_vacuum_draws_in_what_an_occupier_drew_where_nobody_controls_the_ground(meadow, run):
    fixed = {"presence_of_half_effect": 0.2, "foreign_fighters": 30, "foreigners_by_presence": 0}
    calm = run(meadow, 0, "foreign_recruits", foreigners_by_vacuum=0, **fixed)[0]
    drawn = run(meadow, 0, "foreign_recruits", foreigners_by_vacuum=1, **fixed)[0]
    there = run(meadow, 400, "foreign_recruits", foreigners_by_vacuum=1, **fixed)[0]
    assert drawn > calm and drawn > there


@pytest.mark.parametrize(("decay", "after"), [(0.002, 0.08), (0.03, 0.004)])
def test_resentment_fades_faster_or_slower_after_departure_as_the_two_rates_say(meadow, run, decay, after):
    fixed = {
        "resentment_decay": decay,
        "resentment_decay_after_departure": after,
        "resentment_of_presence": 0,
        "resentment_of_harm": 0,
        "resentment_of_raids": 0,
        "protection_relief": 0,
        "resentment_at_start": 0.5,
    }
    left, stayed = (run(meadow, soldiers, "resentment", **fixed)[0] for soldiers in (0, 400))
    assert bool(left < stayed) == (after > decay)
