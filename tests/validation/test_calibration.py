"""Power beside error: verdicts on known truths are counted as they should be."""

import numpy as np
import pytest

from forbear.inference.recovery import Effort, Recovered
from forbear.questions.verdict_power import power_and_error, power_words
from forbear.scenario.casefiles.policies import Claim
from forbear.validation.calibration import judged, power_on_record
from forbear.validation.called import share_between, words_of
from forbear.validation.parts import PARTS, Result

CLAIM = Claim("x", "a change", "", "", "effect", "lower", "higher", changed="CHANGE", margin=0.1)
PRIOR = 0.6
EFFORT = Effort(40, 100, 2, 10, 2, 10, 2, 1, 1, 50)


def _worlds(spread: float, bias: float = 0.0) -> Recovered:
    """Forty worlds with effects from -1 to 1 (logarithm of a ratio) and draws about them."""
    random = np.random.default_rng(4)
    truth = np.linspace(-1.0, 1.0, 40)
    seen = truth + bias + spread * random.normal(size=40)
    left = PRIOR**2 / (PRIOR**2 + spread**2)  # the posterior of a normal effect under a normal prior
    drawn = left * seen[:, None] + np.sqrt(left) * spread * random.normal(size=(40, 50))
    scores = random.normal(size=(40, 2))
    draws = scores[:, None, :] + 0.5 * random.normal(size=(40, 1, 2)) + 0.5 * random.normal(size=(40, 50, 2))
    one = np.ones(40)
    before = random.normal(size=(200, 1)) * PRIOR
    return Recovered(scores, draws, truth[:, None], drawn[:, :, None], one, one, one, one, one, 0.1, 1000, before)


def _told(found: Recovered):
    return judged(found, ["a", "b"], [0, 1], {"x": CLAIM}, EFFORT, 1)


def test_a_sharp_fit_calls_what_is_there_and_says_so():
    all_ = _told(_worlds(0.02)).together
    assert all_.power > 0.9 and all_.wrongly < 0.1 and all_.opposite == 0.0
    assert all_.called == pytest.approx(all_.rightly + all_.wrongly)
    assert all_.worlds == 40 and all_.with_effect == 36


def test_a_blunt_fit_has_little_power_and_no_error():
    all_ = _told(_worlds(2.0)).together
    assert all_.power < 0.3 and all_.wrongly < 0.1


def test_a_fit_that_is_off_is_seen_in_coverage_and_in_wrong_calls():
    honest, off = _told(_worlds(0.1)), _told(_worlds(0.1, bias=0.6))
    assert honest.effects_90 > 0.75 > 0.2 > off.effects_90
    assert off.together.wrongly > honest.together.wrongly + 0.2 and off.together.opposite > 0.1
    assert not off.effects[0].uniform


def test_counts_of_truth_against_verdict_hold_every_world():
    counts = np.array(_told(_worlds(0.1)).together.counts)
    assert counts.sum() == 40 and counts.sum(axis=1).tolist() == [18, 4, 18]


def test_verdicts_follow_the_draws_of_each_world_alone():
    found = _worlds(0.1)
    words = words_of(CLAIM, found.prior_effects[:, 0], found.effects[:, :, 0])
    assert [v.word for v in words[:3]] == ["supported"] * 3 and [v.word for v in words[-3:]] == ["refuted"] * 3
    assert {v.toward for v in words[-3:]} == {"rival"}


def test_exchanging_the_sides_exchanges_what_is_right_and_wrong_and_leaves_power_as_it_is():
    found = _worlds(0.1)
    one = judged(found, ["a", "b"], [0, 1], {"x": CLAIM}, EFFORT, 1)
    other = judged(found, ["a", "b"], [0, 1], {"x": CLAIM.swapped()}, EFFORT, 1)
    assert one.power.power == other.power.power and one.power.error == other.power.error
    assert one.effects[0].sides.count("claim") == other.effects[0].sides.count("rival") > 10


def test_worlds_in_which_the_claim_is_not_judged_are_left_out():
    found = _worlds(0.1)
    found.true_effects[:4] = np.nan
    found.effects[5:7] = np.nan
    found.effects[8, ::2] = np.nan
    all_ = _told(found)
    assert all_.power.cases == all_.together.worlds == 34 and all_.effects[0].sides.count("") == 6
    assert 0.0 < all_.effects_90 <= 1.0


def test_words_are_counted_where_they_are_right_and_where_they_are_wrong():
    truth = [["claim"], ["claim"], ["rival"], ["neither"], [""]]
    said = [[("supported", "claim")], [("not identified", "")], [("supported", "claim")], [("refuted", "neither")], [("supported", "claim")]]  # fmt: skip
    found = power_and_error(truth, said)
    supported, refuted = found.of("supported"), found.of("refuted")
    assert (found.cases, found.worlds) == (4, 5)
    assert (supported.said.hits, supported.right.hits, supported.right.of) == (2, 1, 2)
    assert (supported.where_right.hits, supported.where_right.of) == (1, 2)  # of the two in which the claim holds
    assert (supported.where_wrong.hits, supported.where_wrong.of) == (1, 4)
    assert (refuted.right.hits, refuted.where_right.hits, refuted.where_right.of) == (1, 1, 2)
    assert (found.power.hits, found.error.hits) == (2, 1)
    assert found.power.low < found.power.share < found.power.high
    assert "not on record" in power_words(None, "supported") and "1 of 2" in power_words(found, "supported")


def test_claims_of_one_world_hang_together_so_that_more_of_them_make_no_interval_narrower():
    one = power_and_error([["claim"]] * 20, [[("supported", "claim")]] * 10 + [[("not identified", "")]] * 10)
    ten = power_and_error(
        [["claim"] * 10] * 20, [[("supported", "claim")] * 10] * 10 + [[("not identified", "")] * 10] * 10
    )
    assert (one.power.low, one.power.high) == (ten.power.low, ten.power.high) and ten.power.of == 200


def test_power_on_record_is_read_back_and_another_version_says_nothing():
    found = _told(_worlds(0.1))
    record = {"calibration": Result(PARTS["calibration"], found).as_dict()}
    assert repr(power_on_record(record)) == repr(found.power)
    assert power_on_record({"calibration": {"together": {}}}) is None and power_on_record(None) is None
    assert any("right in" in line for line in found.lines())


def test_shares_have_intervals_that_hold_them_and_none_of_none_is_unknown():
    share, low, high = share_between(3, 48)
    assert low < share < high and high < 0.2
    assert share_between(0, 48)[1] == 0.0 and share_between(48, 48)[2] == 1.0
    assert np.isnan(share_between(0, 0)).all()
