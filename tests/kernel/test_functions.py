"""The 32-bit functions against 64-bit values, over the range that rules use."""

import numpy as np
import pytest
from numba import njit

from forbear.kernel import functions as f


def over(function, values):
    """Apply a compiled scalar function to every value."""

    @njit
    def run(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    out = np.zeros(values.size, dtype=np.float32)
    run(values.astype(np.float32), out)
    return out.astype(float)


def test_the_exponential_is_right_to_two_parts_in_ten_million():
    x = np.linspace(-80, 80, 40_001).astype(np.float32)
    assert np.max(np.abs(over(f.exp_lane, x) / np.exp(x.astype(float)) - 1)) < 2e-7


def test_the_logarithm_is_right_to_two_parts_in_ten_million():
    x = np.exp(np.linspace(-80, 80, 40_001)).astype(np.float32)
    truth = np.log(x.astype(float))
    assert np.max(np.abs(over(f.log_lane, x) - truth) / np.maximum(1, np.abs(truth))) < 2e-7


@pytest.mark.parametrize(
    ("lane", "truth", "low", "high"), [(f.expm1_lane, np.expm1, -20, 3), (f.log1p_lane, np.log1p, -0.5, 3)]
)
def test_nothing_is_lost_near_zero(lane, truth, low, high):
    x = np.concatenate(
        [np.linspace(low, high, 20_001), np.geomspace(1e-12, 1e-2, 2_001), -np.geomspace(1e-12, 1e-2, 2_001)]
    ).astype(np.float32)
    x = x[x != 0]
    exact = truth(x.astype(float))
    assert np.max(np.abs(over(lane, x) / exact - 1)) < 6e-7


def test_a_probability_stays_between_zero_and_the_bound_of_a_step():
    x = np.array([-3.0, 0.0, 1e-9, 0.1, 0.5, 7.0])
    assert over(f.probability_lane, x) == pytest.approx(
        [0, 0, 1e-9, 1 - np.exp(-0.1), 1 - np.exp(-0.5), 1 - np.exp(-0.5)], rel=1e-6
    )


def test_powers_of_zero_follow_the_convention():
    assert f.power_lane(np.float32(0), np.float32(0)) == 1
    assert f.power_lane(np.float32(0), np.float32(0.5)) == 0
    assert f.power_lane(np.float32(8), np.float32(1 / 3)) == pytest.approx(2, rel=1e-6)


def test_cents_close():
    total = sum(f.cents(1 / 3) for _ in range(3_000))
    assert total == pytest.approx(990.0, abs=1e-6)
