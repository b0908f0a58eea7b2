"""The set of divisions that every community accepts: its size at extremes, and what widens or empties it."""

import datetime

import numpy as np
import pytest

from forbear.errors import RunError
from forbear.questions.divisions import acceptable_divisions
from forbear.questions.policy_runs import PolicyRuns

MEMBERS = 12
GRID = {"offers": (0.0, 0.5, 1.0), "guarantees": (0.0, 1.0)}


@pytest.fixture(scope="module")
def asked(meadow):
    """Ask the meadow with some parameters set in every draw."""

    def go(at=None, scenario=meadow, **fixed):
        worlds = PolicyRuns.of(scenario, None, members=MEMBERS, replications=1, seed=4, outcomes=("deaths",))
        for name, value in fixed.items():
            worlds.parameters[name] = np.full_like(worlds.parameters[name], value)
        return acceptable_divisions(scenario, worlds, at=at, **GRID)

    return go


EASY = {"over_claim": -0.6, "concession": 1.0, "credibility_at_base": 1.0, "acceptance_sharpness": 30.0}
HARD = {"over_claim": 0.9, "concession": 0.0, "credibility_at_base": 0.0, "reservation_discount": 0.0}


def test_where_nobody_over_claims_and_promises_are_believed_the_set_is_wide_and_where_all_do_it_is_empty(asked):
    wide, empty = asked(**EASY), asked(**HARD)
    assert wide.empty == 0.0
    assert wide.by_all[:, -1, :].all()
    assert empty.empty == 1.0
    assert empty.size.max() == 0.0


def test_the_size_is_the_share_of_the_grid_and_every_community_has_its_say(asked):
    found = asked()
    assert found.accepted.shape == (2, MEMBERS, 3, 2)
    assert found.size == pytest.approx(found.accepted.all(axis=0).reshape(MEMBERS, -1).mean(axis=1))
    assert (found.by_all <= found.accepted[0]).all()
    assert found.empty == (found.size == 0).mean()
    assert any("none at all" in line for line in found.lines())


def test_a_guarantee_that_is_believed_never_loses_the_excluded(asked):
    """In the meadow the valley is excluded; the guarantee raises belief, so whoever accepted without accepts with it."""
    valley = asked(credibility_by_guarantee=1.0, credibility_at_base=0.2, loss_from_disarming=0.5).accepted[0]
    assert (valley[:, :, 1] >= valley[:, :, 0]).all()


def test_a_date_outside_the_run_and_a_share_that_is_none_are_refused(asked, meadow):
    with pytest.raises(RunError, match="E444"):
        asked(at=datetime.date(1990, 1, 1))
    worlds = PolicyRuns.of(meadow, None, members=2, replications=1, seed=4, outcomes=("deaths",))
    with pytest.raises(RunError, match="E441"):
        acceptable_divisions(meadow, worlds, offers=(0.0, 1.5))
    with pytest.raises(RunError, match="E441"):
        acceptable_divisions(meadow, worlds, guarantees=())
