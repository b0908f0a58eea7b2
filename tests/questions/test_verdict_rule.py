"""The rule on shares: words from where each region stood before and after data, and no favour to either side."""

import math
import re
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.questions.verdict_evidence import shares_of
from forbear.questions.verdict_rule import (
    THRESHOLDS,
    WORDS,
    Evidence,
    Shares,
    TheoryShares,
    Thresholds,
    mixture,
    ruling,
    staged,
    variants,
)
from forbear.questions.verdict_sensitivity import sensitivity

OPEN = Shares(0.4, 0.4, 0.2, 4000)
MOST = Shares(0.9, 0.06, 0.04, 4000)
SOME = Shares(0.74, 0.16, 0.1, 4000)
AGAINST = Shares(0.06, 0.9, 0.04, 4000)


def numbers(text):
    return sorted(re.findall(r"\d+(?:\.\d+)?", text))


def test_a_region_that_the_data_moved_and_that_holds_most_is_supported_and_its_rival_refuted():
    found = ruling(Evidence(OPEN, country=MOST))
    assert (found.word, found.rival_word, found.toward) == ("supported", "refuted", "claim")
    assert found.factor == pytest.approx((0.9 / 0.1) / (0.4 / 0.6), rel=0.01)
    assert found.error == pytest.approx(math.sqrt(0.9 * 0.1 / 4000), rel=0.01)
    assert found.left_out == ("after the record", "after both")
    assert ruling(Evidence(OPEN, country=AGAINST)).word == "refuted"


def test_what_neither_side_asserts_refutes_both():
    found = ruling(Evidence(Shares(0.45, 0.45, 0.1, 4000), country=Shares(0.05, 0.1, 0.85, 4000)))
    assert (found.word, found.rival_word, found.toward) == ("refuted", "refuted", "neither")


def test_a_smaller_region_is_leaned_to_and_says_where():
    found = ruling(Evidence(OPEN, country=SOME))
    assert (found.word, found.rival_word, found.phrase) == ("leaning", "leaning", "leaning to the claim")
    assert ruling(Evidence(OPEN, country=SOME.swapped())).phrase == "leaning to its rival"


def test_a_region_that_stood_there_before_any_data_is_not_found_out():
    held = Shares(0.7, 0.2, 0.1, 4000)
    assert ruling(Evidence(held, country=Shares(0.97, 0.02, 0.01, 4000))).word == "not identified"
    assert ruling(Evidence(OPEN, country=Shares(0.6, 0.3, 0.1, 4000))).word == "not identified"  # too little held
    found = ruling(Evidence(Shares(0.6, 0.3, 0.1, 4000), country=Shares(0.81, 0.1, 0.09, 4000)))
    assert found.word == "not identified" and "3 is needed" in found.reason  # moved by less than 3


def test_the_record_and_the_country_each_say_how_far_they_moved_the_odds():
    record = Shares(0.6, 0.2, 0.2, 4000)
    found = ruling(Evidence(OPEN, record=record, both=MOST))
    parts = found.factors
    assert parts["record"].claim * parts["country given the record"].claim == pytest.approx(parts["both"].claim)
    assert found.left_out == ("after this country",) and found.word == "supported"


def test_theories_that_forecast_alike_and_disagree_are_contested_whatever_they_weigh():
    theories = {
        "fear": TheoryShares(MOST, 0.99, about="how fear spreads"),
        "base": TheoryShares(AGAINST, 0.01, about="what a base draws"),
    }
    found = ruling(Evidence(OPEN, country=MOST, theories=theories))
    assert found.word == found.rival_word == "contested"
    assert "how fear spreads" in found.reason and "fear for the claim" in found.reason
    apart = {**theories, "base": replace(theories["base"], alike=False)}
    assert ruling(Evidence(OPEN, country=MOST, theories=apart)).word == "supported"


def test_weights_alone_never_support_or_refute():
    theories = {"one": TheoryShares(MOST, 0.95), "two": TheoryShares(Shares(0.3, 0.4, 0.3, 4000), 0.05)}
    assert mixture(theories).claim > 0.8
    found = ruling(Evidence(OPEN, country=MOST, theories=theories))
    assert found.word == "contested" and "weights alone" in found.reason
    near = {**theories, "two": TheoryShares(Shares(0.6, 0.3, 0.1, 4000), 0.05)}
    assert ruling(Evidence(OPEN, country=MOST, theories=near)).word == "leaning"


def test_the_error_of_a_mixture_is_that_of_its_parts():
    theories = {
        "one": TheoryShares(Shares(0.5, 0.3, 0.2, 100), 3.0),
        "two": TheoryShares(Shares(0.9, 0.1, 0, 400), 1.0),
    }
    generator = np.random.default_rng(1)
    drawn = [
        0.75 * generator.binomial(100, 0.5) / 100 + 0.25 * generator.binomial(400, 0.9) / 400 for _ in range(20_000)
    ]
    assert mixture(theories).claim == pytest.approx(np.mean(drawn), abs=0.002)
    assert mixture(theories).error("claim") == pytest.approx(np.std(drawn), rel=0.03)


def test_the_error_of_a_share_is_that_of_repeated_draws():
    generator = np.random.default_rng(2)
    found = [
        shares_of(generator.normal(0.3, 1.0, 500), "higher", "lower", (0.1, 0.1), "difference") for _ in range(800)
    ]
    assert np.mean([s.error("claim") for s in found]) == pytest.approx(np.std([s.claim for s in found]), rel=0.1)
    assert shares_of(np.ones(50), "higher", "lower", (0.1, 0.1), "difference").error("claim") > 0.0


def test_weights_of_draws_count_and_leave_fewer_effective_ones():
    effect = np.array([1.0, 1.0, -1.0, -1.0])
    found = shares_of(effect, "higher", "lower", (0.1, 0.1), "difference", np.array([3.0, 3.0, 1.0, 1.0]))
    assert found.claim == pytest.approx(0.75) and found.draws == pytest.approx(64 / 20)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"unlicensed": "the model misses the exodus"}, "not licensed"),
        ({"values": True}, "values only"),
        ({"arithmetic": "rotation follows from published strengths"}, "arithmetic"),
        ({"mute": ("zeta",)}, "not identified"),
    ],
)
def test_without_licence_or_room_for_data_no_share_makes_a_verdict(more, word):
    found = ruling(Evidence(OPEN, country=MOST, **more))
    assert found.word == found.rival_word == word
    assert ruling(Evidence(OPEN)).word == "not identified"  # no data at all


def test_a_threshold_within_monte_carlo_error_is_named():
    few = ruling(Evidence(Shares(0.4, 0.4, 0.2, 100), country=Shares(0.82, 0.1, 0.08, 100)))
    assert "share 0.8" in few.near
    many = ruling(Evidence(Shares(0.4, 0.4, 0.2, 1e6), country=Shares(0.82, 0.1, 0.08, 1e6)))
    assert many.near == ()


def test_what_would_do_for_the_least_word_is_said_as_a_factor_that_does_it():
    found = ruling(Evidence(OPEN, country=Shares(0.6, 0.3, 0.1, 4000)))
    assert found.word == "not identified" and "further factor of" in found.what_would_change
    factor = float(re.search(r"further factor of (\d+\.\d+)", found.what_would_change)[1])
    odds = 0.6 / 0.4 * (factor + 0.05)  # it is told to two digits
    share = odds / (1.0 + odds)
    after = ruling(Evidence(OPEN, country=Shares(share, (1 - share) / 2, (1 - share) / 2, 4000)))
    assert after.word == "leaning" and after.factor == pytest.approx(3.0, rel=0.1)


def test_stages_are_kept_with_their_error_and_the_last_is_the_mixture():
    theories = {"one": TheoryShares(MOST, 1.0), "two": TheoryShares(SOME, 1.0)}
    kept = staged(Evidence(OPEN, country=MOST, theories=theories))
    assert list(kept) == ["before", "country"] and kept["country"].claim == pytest.approx(0.82)
    assert kept["before"].error == pytest.approx(math.sqrt(0.4 * 0.6 / 4000), rel=0.01)
    assert kept["before"].claim + kept["before"].neither + kept["before"].rival == pytest.approx(1.0)


def test_a_stage_that_was_not_made_says_why():
    found = ruling(Evidence(OPEN, country=MOST, left_out={"record": "there is no record"}))
    assert found.left_out == ("after the record: there is no record", "after both")


def test_every_word_and_threshold_stands_in_the_file_with_its_meaning():
    assert set(WORDS) == {
        "supported", "refuted", "contested", "leaning", "not identified", "not licensed", "arithmetic", "values only",
    }  # fmt: skip
    assert {entry.name for entry in fields(Thresholds)} == {
        "share",
        "lean",
        "moved",
        "before",
        "hinge",
        "cause",
        "effective",
        "errors",
    }
    assert (THRESHOLDS.share, THRESHOLDS.lean, THRESHOLDS.moved, THRESHOLDS.before) == (0.8, 0.65, 3.0, 0.65)
    assert "share 0.9" in variants() and variants()["share 0.9"].share == 0.9


def test_sensitivity_rules_again_under_other_margins_horizons_weights_and_thresholds():
    theories = {"one": TheoryShares(MOST, 1.0), "two": TheoryShares(Shares(0.82, 0.1, 0.08, 4000), 1.0)}
    case = Evidence(OPEN, country=MOST, theories=theories)
    rows = sensitivity(
        case,
        margins={"0.2": replace(case, theories={}, country=SOME)},
        horizons={"2005-12": replace(case, country=MOST)},
    )
    found = {(row.what, row.setting): row for row in rows}
    assert found["margin", "0.2"].word == "leaning" and not found["margin", "0.2"].same
    assert found["horizon", "2005-12"].same
    assert found["threshold", "share 0.9"].word == "leaning"
    assert {"weighed equally", "without one", "one alone"} <= {setting for what, setting in found if what == "theories"}
    assert found["theories", "two alone"].share == pytest.approx(0.82)


def test_shares_and_weights_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="add up to 1"):
        Shares(0.5, 0.6, 0.2)
    with pytest.raises(ValueError, match="at least one"):
        Shares(0.5, 0.5, 0.0, 0.2)
    with pytest.raises(ValueError, match="weights"):
        Evidence(OPEN, theories={"one": TheoryShares(MOST, 0.0)})
    with pytest.raises(ValueError, match="both regions"):
        shares_of(np.zeros(9), "same", "not lower", (0.1, 0.1), "difference")
    with pytest.raises(ValueError, match="no draw"):
        shares_of(np.full(9, np.nan), "higher", "lower", (0.1, 0.1), "difference")


SAYINGS = [
    ("higher", "lower"), ("lower", "higher"), ("higher", "same"), ("same", "lower"), ("same", "higher"),
    ("not lower", "lower"), ("higher", "not higher"), ("lower", "not lower"),
]  # fmt: skip


@st.composite
def effects(draw):
    """Effects before and after data, in two theories, and what the two sides say of them: random, also with ties."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["difference", "ratio"]))
    place = st.floats(-2, 2)

    def some(count):
        values = generator.normal(draw(place), draw(st.sampled_from([0.05, 0.4, 1.5])), count)
        values[generator.random(count) < draw(st.sampled_from([0.0, 0.3]))] = 0.0
        return np.exp(values) if kind == "ratio" else values

    says = draw(st.sampled_from(SAYINGS))
    margin = draw(st.sampled_from([0.05, 0.3, 1.0]))
    weights = (draw(st.floats(0, 1)), draw(st.floats(0.01, 1)))
    return kind, says, margin, [some(draw(st.integers(5, 60))) for _ in range(4)], weights, draw(st.booleans())


@settings(max_examples=300, deadline=None)
@given(case=effects())
def test_exchanging_claim_and_rival_exchanges_the_words_and_nothing_else_for_effects_and_for_none(case):
    kind, says, margin, (before, record, one, two), weights, alike = case

    def evidence(first, second):
        made = [shares_of(values, first, second, (margin, margin), kind) for values in (before, record, one, two)]
        theories = {
            "one": TheoryShares(made[2], weights[0]),
            "two": TheoryShares(made[3], weights[1], alike=alike),
        }
        return Evidence(made[0], record=made[1], both=made[2], theories=theories)

    ours, theirs = ruling(evidence(*says)), ruling(evidence(*reversed(says)))
    assert (ours.word, ours.rival_word) == (theirs.rival_word, theirs.word)
    assert ours.toward == {"claim": "rival", "rival": "claim"}.get(theirs.toward, theirs.toward)
    assert ours.near == theirs.near and ours.left_out == theirs.left_out
    assert (ours.share, ours.error) == pytest.approx((theirs.share, theirs.error))
    assert ours.factor == pytest.approx(theirs.factor)
    assert numbers(ours.reason) == numbers(theirs.reason)
    for source, moved in ours.factors.items():
        assert moved.claim == pytest.approx(theirs.factors[source].rival)
        assert moved.neither == pytest.approx(theirs.factors[source].neither)
    again = ruling(evidence(*says).swapped())
    assert (again.word, again.rival_word, again.toward) == (theirs.word, theirs.rival_word, theirs.toward)


@settings(max_examples=300, deadline=None)
@given(case=effects())
def test_no_side_wins_whose_region_stood_there_before_or_hardly_moved(case):
    kind, says, margin, (before, _, one, two), weights, alike = case
    made = [shares_of(values, *says, (margin, margin), kind) for values in (before, one, two)]
    theories = {"one": TheoryShares(made[1], weights[0]), "two": TheoryShares(made[2], weights[1], alike=alike)}
    found = ruling(Evidence(made[0], country=made[1], theories=theories))
    if found.word in ("supported", "refuted"):
        assert found.share >= 0.8 - 1e-9 and found.factor >= 3.0 - 1e-6
        assert made[0][found.toward] <= 0.65 + 1e-9
        assert mixture(theories, equal=True)[found.toward] >= 0.8 - 1e-9
