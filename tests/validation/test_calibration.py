"""Power beside error: verdicts on known truths are counted as they should be."""

import numpy as np
import pytest

from forbear.inference.recovery import Effort, Recovered
from forbear.validation.calibration import judged, share_between, words_of

EFFORT = Effort(40, 100, 2, 10, 2, 10, 2, 1, 1, 50)


def _worlds(spread: float, bias: float = 0.0) -> Recovered:
    """Forty worlds with effects from -1 to 1 (logarithm of a ratio) and draws about them."""
    random = np.random.default_rng(4)
    truth = np.linspace(-1.0, 1.0, 40)
    middle = truth + bias + spread * random.normal(size=40)
    drawn = middle[:, None] + spread * random.normal(size=(40, 50))
    scores = random.normal(size=(40, 2))
    draws = scores[:, None, :] + 0.5 * random.normal(size=(40, 1, 2)) + 0.5 * random.normal(size=(40, 50, 2))
    one = np.ones(40)
    return Recovered(scores, draws, truth[:, None], drawn[:, :, None], one, one, one, one, one, 0.1, 1000)


def _told(found: Recovered):
    return judged(found, ["a", "b"], [0, 1], {"x": "a change"}, EFFORT, 1)


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
    words = words_of(found.true_effects[:, 0], found.effects[:, :, 0])
    assert words[:3] == ["helps"] * 3 and words[-3:] == ["hurts"] * 3


def test_shares_have_intervals_that_hold_them_and_none_of_none_is_unknown():
    share, low, high = share_between(3, 48)
    assert low < share < high and high < 0.2
    assert share_between(0, 48)[1] == 0.0 and share_between(48, 48)[2] == 1.0
    assert np.isnan(share_between(0, 0)).all()
