"""Value of information against the closed form for a normal gain: E max(0, m + s Z) - max(0, m)."""

import numpy as np
import pytest
from scipy.stats import norm

from forbear.discovery.information import (
    research_priorities,
    value_of_partial_information,
    value_of_perfect_information,
)


def closed_form(mean: float, deviation: float) -> float:
    return mean * norm.cdf(mean / deviation) + deviation * norm.pdf(mean / deviation) - max(0.0, mean)


def two_strategies(seed: int, draws: int = 800) -> tuple[np.ndarray, np.ndarray]:
    """One strategy worth nothing, one worth -.3 + p0 + p1 / 2 + luck of deviation 2; p2 is idle; all standard normal."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(draws, 3))
    gain = -0.3 + points[:, 0] + 0.5 * points[:, 1] + 2.0 * generator.normal(size=draws)
    return np.stack([np.zeros(draws), gain], axis=1), points


def test_perfect_information_is_worth_the_mean_of_the_best_less_the_best_mean():
    assert value_of_perfect_information(np.array([[0.0, 4.0], [0.0, -2.0]])) == 1.0
    benefit, _ = two_strategies(0, draws=200_000)
    assert value_of_perfect_information(benefit) == pytest.approx(closed_form(-0.3, np.sqrt(5.25)), abs=0.02)


def test_the_corrected_value_is_right_on_average_and_the_raw_one_flatters():
    found = [value_of_partial_information(*two_strategies(seed), seed=seed, shuffles=40) for seed in range(40)]
    corrected = np.mean([one.raw - one.flattery for one in found], axis=0)
    error = np.std([one.raw - one.flattery for one in found], axis=0) / np.sqrt(40)
    truth = np.array([closed_form(-0.3, 1.0), closed_form(-0.3, 0.5), 0.0])
    assert (abs(corrected - truth) < 3.5 * error + 0.003).all()
    assert np.mean([one.raw for one in found], axis=0)[2] > 0.005
    assert np.mean([one.chance[2] < 0.05 for one in found]) <= 0.15


def test_parameters_come_in_order_of_worth_and_idle_ones_not_at_all():
    benefit, points = two_strategies(7, draws=2000)
    found = value_of_partial_information(benefit, points, seed=7)
    assert research_priorities(found, ["first", "second", "idle"]) == ["first", "second"]
    assert (found.value <= value_of_perfect_information(benefit)).all()


def test_a_monotone_scale_of_the_parameter_and_a_common_benefit_change_nothing():
    benefit, points = two_strategies(3)
    found = value_of_partial_information(benefit, points, seed=1)
    again = value_of_partial_information(benefit + 5.0 * points[:, [1]], np.exp(points), seed=1)
    assert again.value == pytest.approx(found.value)


def test_a_parameter_of_two_values_is_worth_the_choice_it_settles():
    coin = np.tile([0.0, 1.0], 200)[:, None]
    benefit = np.concatenate([np.zeros((400, 1)), 2.0 * coin - 1.0], axis=1)
    found = value_of_partial_information(benefit, coin, seed=0, shuffles=20)
    assert found.raw[0] == pytest.approx(0.5)
    assert found.value[0] == pytest.approx(0.5, abs=0.01)


def test_where_one_strategy_is_always_best_nothing_is_worth_knowing():
    points = np.random.default_rng(4).random((300, 2))
    benefit = np.stack([points[:, 0], points[:, 0] + 1.0], axis=1)
    assert value_of_partial_information(benefit, points, seed=0, shuffles=20).value.tolist() == pytest.approx(
        [0.0, 0.0]
    )
    assert value_of_perfect_information(benefit) == pytest.approx(0.0)


def test_too_few_draws_for_the_spline_are_refused():
    with pytest.raises(ValueError, match="too few"):
        value_of_partial_information(np.zeros((20, 2)), np.zeros((20, 1)), seed=0)
