"""What other wars say of a claim: words by the factor and its Monte Carlo error, numbers of the file and no others."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from forbear.errors import ScenarioError
from forbear.inference.studies import Estimate
from forbear.questions.odds import (
    BOTH,
    POSTERIOR,
    PRIOR,
    RECORD,
    STUDIES,
    TIMES,
    ClaimOdds,
    Odds,
    Shift,
    SourceWeights,
    label_of,
)
from forbear.questions.odds_telling import absent_wars, estimate_words, other_wars, told_lines, why_none_weighs
from forbear.questions.odds_words import moved_sentence

STUDY = "exclusion-and-fighting"
CASES = {"haiti-1994": 1.02, "philippines-1899": 0.6, "panama-1989": 0.97}


def shift(factor: float, error: float = 0.05, before: float = 0.4) -> Shift:
    odds = before / (1.0 - before) * (factor if math.isfinite(factor) else 1.0)
    after = odds / (1.0 + odds)
    return Shift((before, 1 - before, 0.0), (after, 1 - after, 0.0), (factor, 1 / factor, math.nan), (error,) * 3, 0.8)


def odds_of(
    factors: Mapping[str, float], *, error: float = 0.05, conflict: str = "", used: bool = False, word: str = "refuted"
) -> Odds:
    """One claim, A: factors of record and studies over the draws after the country; before any data all are 1."""
    known = {RECORD: 1.0, STUDY: 1.0, STUDIES: 1.0, BOTH: 1.0, **factors}
    moved = {name: {PRIOR: shift(1.0), POSTERIOR: shift(value, error)} for name, value in known.items()}
    tau = {
        name: {f"{t:g}": {PRIOR: 1.0, POSTERIOR: known[name] ** (1 / t)} for t in TIMES} for name in (STUDY, STUDIES)
    }
    names = [*known, *(label_of(name, t) for name in (STUDY, STUDIES) for t in TIMES)]
    weights = {
        name: {draws: SourceWeights(90, 0.8, 0.1, conflict == name, 0.0) for draws in (PRIOR, POSTERIOR)}
        for name in names
    }
    claim = ClaimOdds(
        "a", "refuted", moved, tau, dict.fromkeys((PRIOR, POSTERIOR), CASES), {RECORD: word, STUDIES: "refuted"}
    )
    return Odds("small", "m", {}, 1, 90, 1, 90, used, tuple(CASES), (STUDY,), weights, {"A": claim})


def test_a_factor_near_one_hardly_moves_and_no_direction_is_told() -> None:
    told = other_wars(odds_of({RECORD: 1.03}), "A")
    assert told.sentence.startswith("Other wars: after this country's data, the record of 3 wars would hardly move")
    assert "by a factor" not in told.sentence and "towards" not in told.sentence


def test_a_factor_inside_its_monte_carlo_error_is_told_as_no_move() -> None:
    told = other_wars(odds_of({RECORD: 1.3}, error=0.4), "A")
    assert "no further than Monte Carlo error reaches (x1.3, Monte Carlo 0.67 to 2.5;" in told.sentence
    assert "towards" not in told.sentence


@pytest.mark.parametrize(("factor", "words"), [(2.0, "2 towards the argument"), (0.5, "2 away from the argument")])
def test_a_factor_beyond_its_error_is_told_with_its_direction(factor: float, words: str) -> None:
    told = other_wars(odds_of({RECORD: factor, STUDIES: factor}), "A")
    assert told.sentence.count(f"by a factor of {words}") == 2


def test_ranges_over_wars_left_out_and_over_bias_stand_in_the_line() -> None:
    told = other_wars(odds_of({STUDIES: 2.0}), "A")
    assert "0.6 to 1 with one war left out" in told.sentence
    assert "4, 1.4 with the bias of designs halved, doubled" in told.sentence
    assert "Before any data: the record hardly (x1, 0.92 to 1.1), the studies hardly" in told.sentence


def test_the_war_and_the_study_that_move_most_are_named_and_those_that_do_not_are_not() -> None:
    told = other_wars(odds_of({STUDY: 1.8}), "A")
    assert [(m.kind, m.name) for m in told.movers] == [("case", "philippines-1899"), ("study", STUDY)]
    assert told.felt == 1 and {case.name for case in told.cases} == set(CASES)
    assert [m.kind for m in other_wars(odds_of({}), "A").movers] == ["case"]


def test_a_source_in_conflict_has_no_factor_and_says_so() -> None:
    told = other_wars(odds_of({STUDIES: 9.0}, conflict=STUDIES), "A")
    assert "in conflict with the model" in told.sentence and "x9" not in told.sentence
    assert {row[0]: row[2] for row in told.rows}["all studies"] == "in conflict"


def test_a_claim_that_no_draw_decides_has_no_odds_to_move() -> None:
    odds = odds_of({})
    for held, words in ((1.0, "every draw"), (0.0, "no draw")):
        none = Shift((held, 1 - held, 0.0), (held, 1 - held, 0.0), (math.nan,) * 3, (math.nan,) * 3, 0.8)
        moved = {name: dict.fromkeys((PRIOR, POSTERIOR), none) for name in odds["A"].moved}
        claim = ClaimOdds(
            "a", "", moved, odds["A"].tau, dict.fromkeys((PRIOR, POSTERIOR), dict.fromkeys(CASES, math.nan))
        )
        told = other_wars(Odds(**{**vars(odds), "claims": {"A": claim}}), "A")
        assert f"there are no odds to move: {words} lies where the argument is right." in told.sentence
        assert told.sentence.count("draw") == 1 and not told.movers and not told.cases


def test_another_word_under_a_source_is_told_and_the_same_word_is_not() -> None:
    assert (
        "If the record weighed, the word would be \N{LEFT DOUBLE QUOTATION MARK}leaning"
        in other_wars(odds_of({}, word="leaning to its rival"), "A").sentence
    )
    assert "weighed, the word" not in other_wars(odds_of({}), "A").sentence


def test_why_none_weighs_follows_from_whether_the_record_beat_the_base_rate() -> None:
    assert why_none_weighs(odds_of({})).startswith("None weighs in the word: the record does not foresee")
    assert why_none_weighs(odds_of({}, used=True)).startswith("The record weighs in the word; studies do not")


def test_lines_and_table_hold_the_same_factors_and_the_glance_counts_them() -> None:
    odds = odds_of({RECORD: 2.0, STUDY: 1.2})
    told = other_wars(odds, "A")
    text = "\n".join(told_lines(told, table=True))
    assert all(f"{cell}" in text for row in told.rows for cell in row if cell != "-")
    assert len(told_lines(told)) < len(told_lines(told, table=True))
    assert (
        "the record of 3 other wars would move the odds of 1 of 1 claims by a factor of 1.5 or more (A)"
        in moved_sentence(odds)
    )
    assert "the studies together would move those of none" in moved_sentence(odds)


def test_without_numbers_the_command_that_makes_them_is_told() -> None:
    told = absent_wars("nobody has computed it", "forbear atlas weigh meadow")
    assert told_lines(told, table=True) == [
        "Other wars: nobody has computed it. forbear atlas weigh meadow computes it."
    ]
    with pytest.raises(ScenarioError) as caught:
        other_wars(odds_of({}), "AA")
    assert caught.value.code == "E241" and "did you mean A" in str(caught.value)


def test_an_estimate_is_written_to_the_digits_that_its_error_leaves() -> None:
    one = Estimate("s", "t", 0.0000171, 0.014, "share", 9, "d", "s", "s")
    assert estimate_words(one) == "0.000 (error 0.014), share"
    assert estimate_words(Estimate("s", "t", 1.0, 0.0, "share", 9, "d", "s", "s")) == "1, share"


def test_what_is_written_as_a_move_by_half_is_counted_as_one() -> None:
    odds = odds_of({RECORD: 1 / 1.492})
    assert "by a factor of 1.5 away from the argument" in other_wars(odds, "A").sentence
    assert "1 of 1 claims by a factor of 1.5 or more (A)" in moved_sentence(odds)
