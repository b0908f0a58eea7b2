"""How much would do for a claim that is not identified: from the shares of an answer and the rule's own thresholds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forbear.questions.claims import assess_claim
from forbear.questions.expected_information import Informative
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.results import ClaimResult
from forbear.questions.verdict_enough import enough, enough_lines
from forbear.questions.verdict_rule import THRESHOLDS, StageShares
from forbear.questions.verdict_telling import telling_lines
from forbear.scenario.casefiles.policies import Claim

CLAIM = Claim("C", "c", "s", "r", "effect", "lower", "not lower", changed="MORE", outcome="deaths")


@pytest.fixture(scope="module")
def open_question() -> ClaimResult:
    """A claim over whose effect draws are divided before and after the data."""
    effect = np.exp(np.random.Generator(np.random.Philox(3)).normal(size=200) * 0.6)
    runs = PolicyRuns(None, {}, np.zeros((200, 0)), ())  # type: ignore[arg-type]
    runs._runs = {"HISTORY": {"deaths": np.full(200, 1e5)}, "MORE": {"deaths": 1e5 * effect}}
    shares: dict = {"posterior": {}, "prior": {}}
    return assess_claim(CLAIM, runs, runs, {}, shares, np.ones(200, bool))


def _at(claim: float, rival: float) -> StageShares:
    return StageShares(claim=claim, rival=rival, neither=1.0 - claim - rival, error=0.03, draws=200.0)


def _told(result: ClaimResult, before: StageShares, after: StageShares, *known: Informative) -> ClaimResult:
    return replace(result, stages={"before": before, "country": after}, information=known)


def test_a_side_needs_the_share_of_leaning_and_odds_moved_as_far_as_the_rule_asks(open_question: ClaimResult) -> None:
    assert open_question.verdict.word == "not identified"
    found = enough(_told(open_question, _at(0.6, 0.4), _at(0.5, 0.5)))
    assert found is not None
    odds = THRESHOLDS.moved * 0.6 / 0.4
    assert found.share["claim"] == pytest.approx(odds / (1 + odds))
    assert found.share["claim"] > THRESHOLDS.lean
    assert found.share["rival"] == pytest.approx(max(THRESHOLDS.lean, THRESHOLDS.moved * 0.4 / (0.6 + 1.2)))
    assert found.now == {"claim": 0.5, "rival": 0.5, "neither": 0.0}


def test_no_data_of_this_war_do_for_a_region_that_held_too_much_before_them(open_question: ClaimResult) -> None:
    told = _told(open_question, _at(0.9, 0.1), _at(0.95, 0.05))
    found = enough(told)
    assert found is not None and np.isnan(found.share["claim"]) and found.share["rival"] == THRESHOLDS.lean
    assert any("no data of this war alone would do for the claim" in line for line in enough_lines(told))


def test_what_would_do_moves_a_share_past_what_is_needed_and_is_told_apart_from_luck(
    open_question: ClaimResult,
) -> None:
    before, after = _at(0.5, 0.5), _at(0.45, 0.55)
    needed = THRESHOLDS.moved / (1 + THRESHOLDS.moved)
    telling = Informative("a", "study", 0.2, 1.0, 0.01, 0.9, 0.3)
    for known, would_do in (
        (telling, (("a", "lowest", "claim", 0.9),)),
        (replace(telling, high=1.0 - 0.9), (("a", "lowest", "claim", 0.9), ("a", "highest", "rival", 0.9))),
        (replace(telling, chance=0.4), ()),
        (replace(telling, low=needed - 0.01), ()),
    ):
        found = enough(_told(open_question, before, after, known))
        assert found is not None and [entry[:3] for entry in found.would_do] == [entry[:3] for entry in would_do]
    lines = telling_lines(_told(open_question, before, after, telling))
    assert any("each by itself would do: a in its lowest quarter for the claim (90" in line for line in lines)
    weak = enough_lines(_told(open_question, before, after, replace(telling, low=0.6)))
    assert weak[-1] == "known to lie in one quarter of its draws, none by itself would do: a"


def test_where_the_whole_model_holds_a_side_anyway_the_other_theories_are_named_as_the_reason(
    open_question: ClaimResult,
) -> None:
    known = Informative("a", "study", 0.05, 0.2, 0.01, 0.1, 0.0)
    told = _told(open_question, _at(0.5, 0.5), _at(0.3, 0.7), known)
    found = enough(told)
    assert found is not None and found.already == ("rival",) and found.would_do == ()
    assert "the other theories in the mixture hold less" in enough_lines(told)[-1]


def test_nothing_is_said_of_a_claim_that_is_identified_or_was_not_tested(open_question: ClaimResult) -> None:
    settled = replace(open_question, verdict=replace(open_question.verdict, word="supported"))
    assert enough(settled) is None and enough_lines(settled) == []
    assert enough(replace(open_question, stages={"before": _at(0.5, 0.5)})) is None
