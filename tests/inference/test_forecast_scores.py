"""Scores against closed forms and against what they must say of a true forecast."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forbear.inference.forecast import scores


def test_the_crps_of_a_normal_sample_is_the_closed_form():
    random = np.random.default_rng(1)
    observed = np.array([-1.5, 0.0, 0.4, 3.0])
    samples = random.normal(0.5, 2.0, (40_000, 4))
    z = (observed - 0.5) / 2.0
    exact = 2.0 * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert scores.crps(samples, observed) == pytest.approx(exact, abs=0.03)


def test_the_crps_of_a_negative_binomial_sample_is_the_sum_of_squared_differences_of_distribution_functions():
    samples = np.random.default_rng(2).negative_binomial(1.5, 0.1, (60_000, 3)).astype(float)
    observed = np.array([0.0, 9.0, 60.0])
    grid = np.arange(2000)
    step = stats.nbinom.cdf(grid, 1.5, 0.1)[:, None] - (grid[:, None] >= observed)
    assert scores.crps(samples, observed) == pytest.approx((step**2).sum(axis=0), rel=0.02)


def test_the_crps_of_a_point_forecast_is_its_absolute_error():
    samples = np.full((7, 2), 4.0)
    assert scores.crps(samples, np.array([1.0, 6.0])).tolist() == [3.0, 2.0]


def test_the_fair_crps_does_not_depend_on_the_number_of_samples():
    random = np.random.default_rng(3)
    cells = 40_000
    observed = random.normal(size=cells)
    few, many = random.normal(size=(3, cells)), random.normal(size=(40, cells))
    truth = 1 / np.sqrt(np.pi)
    assert scores.crps(few, observed).mean() == pytest.approx(truth, abs=0.012)
    assert scores.crps(many, observed).mean() == pytest.approx(truth, abs=0.012)
    assert scores.crps(few, observed, fair=False).mean() > truth + 0.1


def test_the_ignorance_score_counts_the_category_of_the_observation_and_one_imagined_sample():
    samples = np.array([0, 0, 1, 2, 7, 9, 2000], dtype=float)[:, None]
    # Seven samples and eleven categories; category 1–2 holds two of them and the imagined one.
    assert scores.ignorance_score(samples, np.array([2.0]))[0] == pytest.approx(-np.log2(3 / 18))
    assert scores.ignorance_score(samples, np.array([1001.0]))[0] == pytest.approx(-np.log2(2 / 18))
    assert scores.ignorance_score(samples, np.array([30.0]))[0] == pytest.approx(np.log2(18))


@pytest.mark.parametrize("mean", [0.3, 6.0, 80.0])
def test_the_smoothed_log_score_of_a_true_forecast_is_near_its_entropy(mean):
    random = np.random.default_rng(4)
    size = 2.0
    draw = lambda shape: random.negative_binomial(size, size / (size + mean), shape).astype(float)
    observed = draw(4000)
    exact = -stats.nbinom.logpmf(observed, size, size / (size + mean)).mean()
    assert scores.log_score(draw((1000, 4000)), observed).mean() == pytest.approx(exact, abs=0.02)


def test_the_smoothed_probabilities_of_all_counts_sum_to_one():
    random = np.random.default_rng(5)
    one = np.concatenate([np.zeros(30), random.negative_binomial(1.0, 0.05, 170)]).astype(float)
    grid = np.arange(3000.0)
    probability = np.exp(-scores.log_score(np.repeat(one[:, None], grid.size, axis=1), grid))
    # What lies beyond the grid belongs to the imagined sample alone: 1/(201 · 3001).
    assert probability.sum() == pytest.approx(1.0 - 1 / (201 * 3001), abs=1e-9)


def test_a_forecast_of_certain_zero_has_a_finite_log_score_for_a_massacre():
    value = scores.log_score(np.zeros((100, 2)), np.array([0.0, 500.0]))
    assert value[0] < 0.02 and np.isfinite(value[1]) and value[1] > 10


def test_the_interval_score_is_width_plus_twenty_times_the_overshoot():
    samples = np.linspace(0, 100, 101)[:, None].repeat(3, axis=1)
    assert scores.interval_score(samples, np.array([50.0, 3.0, 100.0])) == pytest.approx([90.0, 130.0, 190.0])


def test_the_pit_of_counts_is_uniform_when_the_forecast_is_true():
    random = np.random.default_rng(6)
    observed = random.negative_binomial(1.0, 0.4, 3000).astype(float)
    samples = random.negative_binomial(1.0, 0.4, (19, 3000)).astype(float)
    assert stats.kstest(scores.pit(samples, observed, seed=1), "uniform").pvalue > 0.01


def test_the_pit_shows_a_forecast_that_is_too_sharp():
    random = np.random.default_rng(7)
    observed = random.negative_binomial(1.0, 0.1, 1000).astype(float)
    samples = random.poisson(9.0, (200, 1000)).astype(float)
    assert stats.kstest(scores.pit(samples, observed, seed=1), "uniform").pvalue < 1e-6


def test_coverage_is_the_level_when_the_forecast_is_true():
    random = np.random.default_rng(8)
    samples, observed = random.gamma(2.0, 50.0, (400, 4000)), random.gamma(2.0, 50.0, 4000)
    result = scores.summary(samples, observed, seed=0)
    assert result["coverage_50"] == pytest.approx(0.5, abs=0.03)
    assert result["coverage_90"] == pytest.approx(0.9, abs=0.02)
    assert result["coverage_90_randomised"] == pytest.approx(0.9, abs=0.02)


def test_missing_observations_are_left_out_of_the_summary():
    random = np.random.default_rng(9)
    samples, observed = random.poisson(4, (50, 20)).astype(float), random.poisson(4, 20).astype(float)
    holed = np.append(observed, np.nan)
    wide = np.column_stack([samples, samples[:, 0]])
    assert scores.summary(wide, holed, seed=0) == scores.summary(samples, observed, seed=0)
    assert np.isnan([values[-1] for values in scores.score_cells(wide, holed).values()]).all()
    assert np.isnan(scores.pit(wide, holed, seed=0)[-1])


def test_samples_that_do_not_fit_the_observations_are_refused():
    with pytest.raises(ValueError, match=r"\(5, 3\) and \(2,\)"):
        scores.crps(np.zeros((5, 3)), np.zeros(2))
    with pytest.raises(ValueError, match="1 samples are missing"):
        scores.crps(np.array([[1.0], [np.nan]]), np.zeros(1))
    with pytest.raises(ValueError, match="below zero"):
        scores.ignorance_score(np.array([[-1.0], [2.0]]), np.zeros(1))
