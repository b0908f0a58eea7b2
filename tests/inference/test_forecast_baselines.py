"""What a baseline may know, what it does with gaps, and what it says of simple worlds."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.inference.forecast.baselines import BASELINES
from forbear.inference.forecast.history import generator, moments
from forbear.inference.forecast.regression import fit_negative_binomial
from forbear.inference.forecast.smoothing import smoothed_levels

ALL = pytest.mark.parametrize("name", list(BASELINES))
HORIZONS = [1, 2, 6, 12]


def world(districts: int = 4, months: int = 72, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    mean = np.array([0.4, 5.0, 20.0, 90.0] * districts)[:districts, None]
    y = random.negative_binomial(2.0, 2.0 / (2.0 + mean), (districts, months)).astype(float)
    neighbours = (np.abs(np.subtract.outer(np.arange(districts), np.arange(districts))) == 1).astype(float)
    return y, neighbours


def forecast(name, y, neighbours, origin, samples=300, seed=7, horizons=HORIZONS):
    return BASELINES[name](y, neighbours, origin, horizons, samples, seed)


@ALL
def test_a_baseline_returns_whole_counts_for_every_district_and_horizon(name):
    y, neighbours = world()
    drawn = forecast(name, y, neighbours, 50)
    assert drawn.shape == (300, 4, len(HORIZONS))
    assert (drawn >= 0).all() and (drawn == np.rint(drawn)).all()


@ALL
def test_a_baseline_never_reads_a_month_after_the_origin(name):
    y, neighbours = world()
    changed = y.copy()
    changed[:, 51:] = 1e5
    assert (forecast(name, y, neighbours, 50) == forecast(name, changed, neighbours, 50)).all()


@ALL
def test_the_same_seed_gives_the_same_forecast_and_another_seed_another(name):
    y, neighbours = world()
    first = forecast(name, y, neighbours, 50)
    assert (first == forecast(name, y, neighbours, 50)).all()
    assert name == "zero" or (first != forecast(name, y, neighbours, 50, seed=8)).any()


@ALL
def test_a_baseline_bears_missing_months_and_a_district_never_observed(name):
    y, neighbours = world()
    y[np.random.default_rng(1).random(y.shape) < 0.3] = np.nan
    y[1, 30:51] = np.nan
    y[2] = np.nan
    drawn = forecast(name, y, neighbours, 50)
    assert np.isfinite(drawn).all()
    assert name == "zero" or drawn[:, 2].mean() > 0


@ALL
def test_a_baseline_serves_a_nation_without_neighbours(name):
    y, neighbours = world()
    drawn = forecast(name, y.sum(axis=0, keepdims=True), np.zeros((1, 1)), 60)
    assert drawn.shape == (300, 1, len(HORIZONS)) and np.isfinite(drawn).all()


@ALL
def test_a_baseline_can_speak_from_a_single_month(name):
    drawn = forecast(name, np.array([[5.0], [0.0]]), np.zeros((2, 2)), 0)
    assert np.isfinite(drawn).all()


@ALL
def test_an_origin_outside_the_history_is_refused(name):
    y, neighbours = world()
    with pytest.raises(ValueError, match="origin 72"):
        forecast(name, y, neighbours, 72)
    with pytest.raises(ValueError, match="no month up to the origin"):
        forecast(name, y * np.nan, neighbours, 10)


@pytest.mark.parametrize("name", [n for n in BASELINES if n not in ("zero", "last observation")])
def test_in_a_world_without_change_every_baseline_finds_the_mean(name):
    y, neighbours = world(months=600, seed=3)
    drawn = forecast(name, y, neighbours, 599, samples=4000)
    window = y[:, -12:] if name == "conflictology" else y
    # Smoothing and regression lean on the newest months, so at one origin they may stand away from the long mean.
    share = 0.35 if name in ("exponential smoothing", "negative binomial regression") else 0.15
    assert drawn.mean(axis=(0, 2))[1:] == pytest.approx(window.mean(axis=1)[1:], rel=share)


def test_the_historical_mean_has_the_moments_of_the_past():
    y, neighbours = world(months=400)
    drawn = forecast("historical mean", y, neighbours, 399, samples=20_000)
    assert drawn[:, :, 0].mean(axis=0) == pytest.approx(y.mean(axis=1), rel=0.05)
    assert drawn[:, :, 0].std(axis=0) == pytest.approx(y.std(axis=1), rel=0.1)


def test_a_past_of_zeros_is_not_read_as_certainty():
    assert moments(np.zeros(24)) == (0.5 / 24, 0.5)


def test_conflictology_says_only_what_the_last_twelve_months_have_seen():
    y, neighbours = world()
    drawn = forecast("conflictology", y, neighbours, 50)
    for district in range(4):
        assert set(drawn[:, district].ravel()) <= set(y[district, 39:51])


def test_the_last_observation_is_the_middle_of_its_forecast():
    y = np.tile([8.0, 12.0], 30)[None]
    y[0, -1] = 100.0
    drawn = forecast("last observation", y, np.zeros((1, 1)), 59)
    assert 60 < np.median(drawn) < 140


def test_exponential_smoothing_follows_a_wandering_level_and_is_wider_further_on():
    random = np.random.default_rng(5)
    level = np.exp(6 + np.cumsum(random.normal(0, 0.1, 300)))
    y = random.poisson(level)[None].astype(float)
    drawn = BASELINES["exponential smoothing"](y, np.zeros((1, 1)), 299, [1, 12], 4000, 1)
    assert abs(drawn[:, 0, 0].mean() - level[-1]) < 0.5 * level[-1]
    assert drawn[:, 0, 1].std() > 1.2 * drawn[:, 0, 0].std()


def test_a_missing_month_leaves_the_smoothed_level_as_it_is():
    levels = smoothed_levels(np.array([4.0, 8.0, np.nan, 8.0]), np.array([0.5]))
    start = 20 / 3
    first = start + 0.5 * (4 - start)
    second = first + 0.5 * (8 - first)
    assert levels[0] == pytest.approx([first, second, second, second + 0.5 * (8 - second)])


def test_the_regression_recovers_the_truth_it_was_made_from():
    random = np.random.default_rng(6)
    design = np.column_stack([np.ones(20_000), random.normal(size=(20_000, 2))])
    mean = np.exp(design @ [1.0, 0.5, -0.3])
    counts = random.negative_binomial(1.5, 1.5 / (1.5 + mean)).astype(float)
    fit = fit_negative_binomial(design, counts)
    error = np.sqrt(np.diag(fit.covariance))
    assert (np.abs(fit.coefficients - [1.0, 0.5, -0.3]) < 4 * error).all()
    assert fit.size == pytest.approx(1.5, rel=0.06)


def test_the_regression_learns_that_violence_persists():
    random = np.random.default_rng(8)
    y = np.zeros((6, 150))
    y[:, 0] = 10
    for month in range(1, 150):
        y[:, month] = random.poisson(2.0 + 0.9 * y[:, month - 1])
    high = y.copy()
    high[0, 147:150] *= 6
    before = BASELINES["negative binomial regression"](y, np.zeros((6, 6)), 149, [1], 2000, 1)
    after = BASELINES["negative binomial regression"](high, np.zeros((6, 6)), 149, [1], 2000, 1)
    assert after[:, 0].mean() > 2.5 * before[:, 0].mean()


def test_two_names_share_no_random_stream():
    one, two = generator(1, "forecast/a").random(1000), generator(1, "forecast/b").random(1000)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.15 and (one != two).all()
    assert (one == generator(1, "forecast/a").random(1000)).all()


def test_a_quiet_district_does_not_get_the_spread_of_a_restless_one():
    random = np.random.default_rng(9)
    restless = random.negative_binomial(0.3, 0.3 / 20.3, (3, 120)).astype(float)
    steady = random.poisson(20.0, (1, 120)).astype(float)
    y = np.vstack([restless, steady])
    drawn = BASELINES["negative binomial regression"](y, np.zeros((4, 4)), 119, [1], 4000, 1)
    assert drawn[:, 3].std() < 0.6 * drawn[:, :3].std(axis=0).min()


def test_no_district_is_forecast_far_beyond_all_it_has_seen():
    y = np.tile(2.0 ** (np.arange(40) / 3.0), (2, 1)).round()
    y[1] = 1.0
    drawn = BASELINES["negative binomial regression"](y, np.zeros((2, 2)), 39, [12], 4000, 1)
    assert (drawn.mean(axis=0)[:, 0] <= 3.2 * (1 + y.max(axis=1))).all()
