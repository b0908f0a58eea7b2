"""What stands beside a word: stages, what was left out, what would be said otherwise; nothing that no draw carries."""

from __future__ import annotations

from dataclasses import replace

import pytest

import forbear as fb
from forbear.questions.answers import Answers
from forbear.questions.claim_words import parameter_words
from forbear.questions.expected_information import Informative
from forbear.questions.results import ClaimResult
from forbear.questions.stamps import since_made
from forbear.questions.verdict import Moved, StageShares, Verdict
from forbear.questions.verdict_sensitivity import Varied
from forbear.questions.verdict_telling import stage_lines, stages_in_brief, telling_lines, varied_lines

STAGES = {"before": StageShares(0.6, 0.0, 0.4, 0.03, 200.0), "country": StageShares(0.9, 0.0, 0.1, 0.04, 55.0)}
VERDICT = Verdict(
    "supported", "refuted", "why", "what", "claim", 0.9, 0.04, 6.0, 0.3, {"country": Moved(6.0, 3.1, 0.17)}, ("share 0.8",),
    ("after the record: none is on file", "after both: none is on file"),
)  # fmt: skip


@pytest.fixture(scope="module")
def result() -> ClaimResult:
    answers = Answers.beside(fb.load("iraq-2003"))
    assert answers is not None
    return replace(answers["H2"], verdict=VERDICT, stages=STAGES)


def test_a_region_in_which_no_draw_lies_is_not_said_to_be_moved(result: ClaimResult) -> None:
    moved = next(line for line in stage_lines(result) if line.startswith("odds moved"))
    assert "claim x6" in moved and "rival x0.17" in moved and "neither" not in moved


def test_a_share_that_is_dust_of_rounding_is_told_as_none_and_nothing_moved_it(result: ClaimResult) -> None:
    dust = {"before": StageShares(0.6, 5.6e-17, 0.4, 0.03, 200.0), "country": STAGES["country"]}
    lines = stage_lines(replace(result, stages=dust))
    moved = next(line for line in lines if line.startswith("odds moved"))
    assert "neither" not in moved and "neither 0\N{NO-BREAK SPACE}%" in lines[0]


def test_a_study_that_would_tell_is_named_by_what_its_parameter_means(result: ClaimResult) -> None:
    told = (0.1, 0.5, 0.01, 0.2, 0.6)
    found = (Informative("truce_obeyed", "study", *told), Informative("deaths", "observation", *told))
    study, observation, *_ = telling_lines(replace(result, information=found))
    assert "truce_obeyed" not in study and "a truce stops" in study and "in the full model the claim holds" in study
    assert observation.startswith("observation that would tell: deaths")
    assert parameter_words("over_claim[sunni]") == "“claim beyond strength” (sunni)"
    assert parameter_words("uptake_of_selected_team") == "“uptake of selected team”"


def test_what_changed_since_is_said_in_english() -> None:
    assert since_made(["model", "claims (H4b, H17)"]) == (
        "they were made with another model; since then these claims were changed: H4b, H17"
    )
    assert since_made(["claims (H4b)"]) == "since then these claims were changed: H4b" and since_made([]) == ""


def test_stages_left_out_for_one_reason_are_told_together(result: ClaimResult) -> None:
    lines = stage_lines(result)
    assert "not made: after the record and after both: none is on file" in lines
    assert any(line.startswith("before any data: claim 60") and "(error 3.0 points)" in line for line in lines)
    assert "share 0.8" in lines[-1]
    assert stages_in_brief(result).count("/") == 6


def test_only_choices_that_change_the_word_are_named_and_none_where_no_number_decides(result: ClaimResult) -> None:
    rows = (
        Varied("margin", "0.2", "leaning", "claim", 0.7, 3.0, False),
        Varied("threshold", "share 0.7", "supported", "claim", 0.9, 6.0, True),
    )
    lines = varied_lines(replace(result, sensitivity=rows))
    assert "1 of 2 change the word" in lines[0] and lines[1].startswith("margin 0.2: leaning") and len(lines) == 2
    silent = replace(result, sensitivity=rows, verdict=replace(VERDICT, word="not licensed"))
    assert varied_lines(silent) == []


def test_leaning_says_to_whom(result: ClaimResult) -> None:
    assert replace(VERDICT, word="leaning", toward="rival").phrase == "leaning to its rival"
    assert VERDICT.phrase == "supported"
