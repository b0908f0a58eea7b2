"""A parameter held low and high in the same draws tells a cause from company."""

from __future__ import annotations

import pytest

import forbear as fb
from forbear.questions.effects import Candidate, Probabilities
from forbear.questions.held import planned_ends, with_ends
from forbear.questions.policy_runs import PolicyRuns, run_side_by_side
from forbear.scenario.casefiles.policies import Claim, Strategy

EVEN = Probabilities(0.5, 0.5, 0.0)
SHARE = Claim("S", "s", "s", "r", "share", "higher", "lower", community="hill", sources=("occupation",), threshold=0.3)
LEVEL = Claim("L", "l", "s", "r", "level", "higher", "lower", changed="HISTORY", outcome="deaths", threshold=500.0)


@pytest.fixture(scope="module")
def held() -> dict[str, dict[str, Candidate]]:
    meadow = fb.Scenario.load("meadow")
    runs = PolicyRuns.of(meadow, None, members=64, replications=1, outcomes=("deaths",))
    asked = {
        "L": {name: Candidate(EVEN, EVEN) for name in ("civilians_killed_per_engagement", "next_by_machine")},
        "S": {"mobilisation_by_occupation": Candidate(EVEN, EVEN)},
    }
    history = {"HISTORY": Strategy("HISTORY", "as it was", "history", {})}
    ends = planned_ends(meadow, None, asked, {"L": LEVEL, "S": SHARE}, history, runs, members=48)
    run_side_by_side([run for at in ends.values() for run in at.waiting])
    return with_ends(asked, ends)


def test_what_moves_no_history_leaves_every_share_where_it_was(held: dict[str, dict[str, Candidate]]) -> None:
    low, high = held["L"]["next_by_machine"].held or pytest.fail("not held")
    assert low == high


def test_what_moves_the_outcome_moves_the_shares(held: dict[str, dict[str, Candidate]]) -> None:
    low, high = held["L"]["civilians_killed_per_engagement"].held or pytest.fail("not held")
    assert high.p_for > low.p_for


def test_shares_of_the_pull_to_arms_follow_the_source_that_is_held(held: dict[str, dict[str, Candidate]]) -> None:
    low, high = held["S"]["mobilisation_by_occupation"].held or pytest.fail("not held")
    assert high.p_for > low.p_for
