"""Skill tables, tests and the judgement fixed beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.inference.forecast.comparison import block_bootstrap, diebold_mariano, skill_table
from forbear.inference.forecast.history import generator
from forbear.inference.forecast.judgement import judgement


def moving_average(random: np.random.Generator, months: int, order: int) -> np.ndarray:
    return np.convolve(random.normal(size=months + order), np.ones(order + 1), mode="valid")


@pytest.mark.parametrize(("months", "order"), [(120, 0), (120, 2), (60, 0)])
def test_two_equal_forecasts_are_told_apart_about_one_time_in_twenty(months, order):
    random = np.random.default_rng(10)
    found = [
        diebold_mariano(moving_average(random, months, order), horizon=order + 1).p_value < 0.05 for _ in range(1500)
    ]
    assert 0.025 < np.mean(found) < 0.10


def test_a_better_forecast_is_found_better():
    random = np.random.default_rng(11)
    result = diebold_mariano(moving_average(random, 120, 2) - 1.5, horizon=3)
    assert result.mean < 0 and result.statistic < -2 and result.p_value < 0.05


def test_without_lags_the_statistic_is_the_textbook_one():
    difference = np.random.default_rng(12).normal(0.2, 1.0, 50)
    result = diebold_mariano(difference, lags=0)
    assert result.statistic == pytest.approx(difference.mean() / (difference.std(ddof=1) / np.sqrt(50)))


def test_missing_months_and_short_series_are_handled():
    difference = np.random.default_rng(13).normal(size=40)
    difference[[3, 17]] = np.nan
    assert diebold_mariano(difference).months == 38
    assert np.isnan(diebold_mariano(difference[:6]).p_value)
    assert diebold_mariano(np.full(4, np.nan)).months == 0
    assert diebold_mariano(np.zeros(20)).p_value == 1.0


def test_the_bootstrap_interval_holds_the_true_ratio_about_nine_times_in_ten():
    random = np.random.default_rng(14)
    inside = 0
    for trial in range(200):
        common = np.exp(0.5 * moving_average(random, 120, 1))
        own, other = 0.8 * common * random.gamma(20, 1 / 20, 120), common * random.gamma(20, 1 / 20, 120)
        low, high = block_bootstrap(own, other, 4, generator(trial, "test"), replicates=400)
        inside += low <= 0.8 <= high
    assert 0.82 < inside / 200 < 0.97


def scores_of(random: np.random.Generator, factor: float) -> dict[str, np.ndarray]:
    crps = factor * random.gamma(4.0, 1.0, (30, 3, 12))
    return {"crps": crps, "log_score": np.log(factor) + random.normal(2.0, 0.2, crps.shape)}


def table_of(factors: dict[str, float], model: float = 1.0, seed: int = 15) -> list[dict]:
    random = np.random.default_rng(seed)
    baselines = {name: scores_of(random, factor) for name, factor in factors.items()}
    return skill_table({"model": scores_of(random, model)}, baselines, range(30), range(1, 13), seed=1)


def test_the_skill_table_has_a_row_for_each_group_and_the_ratio_that_was_put_in():
    rows = table_of({"historical mean": 2.0, "zero": 0.5})
    assert [row["horizons"] for row in rows[:4]] == ["1-3", "4-6", "7-12", "6-12"]
    for row in rows:
        truth = 0.5 if row["baseline"] == "historical mean" else 2.0
        assert row["crps_ratio"] == pytest.approx(truth, rel=0.1)
        assert row["crps_ratio_low"] < row["crps_ratio"] < row["crps_ratio_high"]
        assert row["log_score_difference"] == pytest.approx(np.log(truth), abs=0.05)
        assert row["dm_p_value"] < 0.05 and np.sign(row["dm_statistic"]) == np.sign(truth - 1)
    assert rows[0]["cells"] == 30 * 3 * 3 and rows[0]["months"] == 32


def test_only_cells_that_both_forecasts_have_scored_are_compared():
    random = np.random.default_rng(16)
    own, other = scores_of(random, 1.0), scores_of(random, 1.0)
    own["crps"][:15] = np.nan
    rows = skill_table({"model": own}, {"zero": other}, range(30), range(1, 13), seed=1)
    expected = own["crps"][15:, :, :3].sum() / other["crps"][15:, :, :3].sum()
    assert rows[0]["crps_ratio"] == pytest.approx(expected) and rows[0]["cells"] == 15 * 3 * 3
    own["crps"][:] = np.nan
    empty = skill_table({"model": own}, {"zero": other}, range(30), range(1, 13), seed=1)
    assert empty[0]["cells"] == 0 and np.isnan(empty[0]["crps_ratio"])


def rows_of(near: float, far: float, plain: tuple[float, float, float]) -> list[dict]:
    regression = {"model": "m", "baseline": "negative binomial regression"}
    rows = [
        {**regression, "horizons": "1-3", "crps_ratio": near},
        {**regression, "horizons": "6-12", "crps_ratio": far},
    ]
    for group, ratio in zip(("1-3", "4-6", "7-12"), plain, strict=True):
        rows.append({"model": "m", "baseline": "historical mean", "horizons": group, "crps_ratio": ratio})
    return rows


@pytest.mark.parametrize(
    ("near", "far", "plain", "word"),
    [
        (1.04, 0.97, (0.9, 0.9, 1.2), "passes"),
        (1.06, 0.97, (0.9, 0.9, 0.9), "passes in part"),
        (1.00, 1.00, (0.9, 0.9, 0.9), "passes in part"),
        (1.20, 1.10, (0.9, 1.1, 1.1), "fails"),
        (1.00, 0.90, (1.1, 1.1, 1.01), "mechanism illustration only"),
        (np.nan, 0.90, (1.1, 1.1, 1.01), "not judged"),
    ],
)
def test_the_judgement_is_the_one_laid_down_beforehand(near, far, plain, word):
    result = judgement(rows_of(near, far, plain))
    assert result.word == word
    assert (result.banner == "") == (word == "passes")


def test_the_banner_names_how_far_the_claim_was_missed():
    assert "1.20 times" in judgement(rows_of(1.2, 0.9, (0.9, 0.9, 0.9))).banner
    assert "1.01 times" in judgement(rows_of(1.0, 0.9, (1.1, 1.1, 1.01))).banner


def test_a_judgement_without_its_comparison_is_refused():
    with pytest.raises(ValueError, match="6-12"):
        judgement([row for row in rows_of(1, 1, (1, 1, 1)) if row["horizons"] != "6-12"])


def test_the_table_gives_the_judgement_all_it_needs():
    factors = {"historical mean": 1.5, "negative binomial regression": 1.2}
    assert judgement(table_of(factors)).word == "passes"
    assert judgement(table_of(factors, model=3.0)).word == "mechanism illustration only"
