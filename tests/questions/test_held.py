"""A parameter held low and high in the same draws tells a cause from company."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import forbear as fb
from forbear.questions.effects import Candidate, Held, Probabilities
from forbear.questions.held import Ends, planned_ends, with_ends
from forbear.questions.policy_runs import PolicyRuns, run_side_by_side
from forbear.scenario.casefiles.policies import Claim, Strategy

EVEN = Probabilities(0.5, 0.5, 0.0)
UNSEEN = Candidate(EVEN, EVEN, identification="N-none")
SHARE = Claim("S", "s", "s", "r", "share", "higher", "lower", community="hill", sources=("occupation",), threshold=0.3)
LEVEL = Claim("L", "l", "s", "r", "level", "higher", "lower", changed="HISTORY", outcome="deaths", threshold=500.0)


@pytest.fixture(scope="module")
def held() -> dict[str, dict[str, Candidate]]:
    meadow = fb.Scenario.load("meadow")
    runs = PolicyRuns.of(meadow, None, members=64, replications=1, outcomes=("deaths",))
    asked = {
        "L": {name: UNSEEN for name in ("civilians_killed_per_engagement", "next_by_machine")},
        "S": {"mobilisation_by_occupation": UNSEEN, "over_claim[hill]": Candidate(EVEN, EVEN, identification="I-weak")},
    }
    history = {"HISTORY": Strategy("HISTORY", "as it was", "history", {})}
    ends = planned_ends(meadow, None, asked, {"L": LEVEL, "S": SHARE}, history, runs, members=48)
    run_side_by_side([run for at in ends.values() for run in at.waiting])
    return with_ends(asked, ends)


def of(held: dict[str, dict[str, Candidate]], claim: str, parameter: str) -> Held:
    found = held[claim][parameter].held
    assert found is not None
    return found


def test_what_moves_no_history_leaves_every_share_where_it_was(held: dict[str, dict[str, Candidate]]) -> None:
    found = of(held, "L", "next_by_machine")
    assert found.low == found.high and found.moved == found.error == 0.0


def test_what_moves_the_outcome_moves_the_shares(held: dict[str, dict[str, Candidate]]) -> None:
    found = of(held, "L", "civilians_killed_per_engagement")
    assert found.high[0] > found.low[0] and found.error > 0.0


def test_shares_of_the_pull_to_arms_follow_the_source_that_is_held(held: dict[str, dict[str, Candidate]]) -> None:
    found = of(held, "S", "mobilisation_by_occupation")
    assert found.high[0] > found.low[0]


def test_only_what_no_data_can_tell_is_held(held: dict[str, dict[str, Candidate]]) -> None:
    assert held["S"]["over_claim[hill]"].held is None


def test_ends_are_counted_by_the_regions_that_each_side_asserts() -> None:
    claim = replace(LEVEL, name="N", claim_says="not lower", rival_says="lower", margin=0.1, threshold=0.0)

    def runs(value: float) -> PolicyRuns:
        out = PolicyRuns(None, {}, np.zeros((20, 1)), ("p",))  # type: ignore[arg-type]
        out._runs = {"HISTORY": {"deaths": np.full(20, value)}}
        return out

    inside = Ends({"N": claim}, runs(0.0), runs(0.3)).told("N")
    across = Ends({"N": claim}, runs(-0.3), runs(0.0)).told("N")
    assert inside is not None and inside.low == inside.high == (1.0, 0.0, 0.0)
    assert across is not None and (across.low, across.high) == ((0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
