"""Calibration tests hold their size and have power; stacking finds the true mixture."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.inference.forecast.calibration import (
    chi_square_uniformity,
    confusion,
    ecdf_uniformity,
    rank_statistics,
)
from forbear.inference.forecast.weights import pseudo_bma_plus, stacking_weights


def ranks_of_a_normal_model(simulations: int, spread: float, shift: float = 0.0, seed: int = 20) -> np.ndarray:
    """Ranks where truth ~ N(0, 1), one datum ~ N(truth, 1), and the stated posterior is widened and shifted."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=(simulations, 2))
    datum = truth + random.normal(size=truth.shape)
    draws = datum[:, None] / 2 + shift + spread * np.sqrt(0.5) * random.normal(size=(simulations, 99, 2))
    return rank_statistics(truth, draws, seed=1)


def test_a_true_posterior_has_uniform_ranks():
    ranks = ranks_of_a_normal_model(500, 1.0)
    assert ranks.shape == (500, 2) and ranks.min() >= 0 and ranks.max() <= 99
    for column in ranks.T:
        assert chi_square_uniformity(column, 99)[1] > 0.01
        assert ecdf_uniformity(column, 99, seed=1).uniform


@pytest.mark.parametrize(("spread", "shift"), [(0.5, 0.0), (2.0, 0.0), (1.0, 0.4)])
def test_a_posterior_too_sharp_too_wide_or_shifted_is_found_out(spread, shift):
    ranks = ranks_of_a_normal_model(500, spread, shift)[:, 0]
    assert chi_square_uniformity(ranks, 99)[1] < 0.01
    band = ecdf_uniformity(ranks, 99, seed=1)
    assert not band.uniform and band.p_value < 0.01


def test_the_simultaneous_band_holds_nineteen_times_in_twenty():
    random = np.random.default_rng(21)
    inside = [
        ecdf_uniformity(random.integers(0, 64, 150), 63, seed=trial, replicates=400).uniform for trial in range(400)
    ]
    assert 0.91 < np.mean(inside) < 0.99


def test_the_chi_square_test_holds_its_size():
    random = np.random.default_rng(22)
    found = [chi_square_uniformity(random.integers(0, 100, 200), 99)[1] < 0.05 for _ in range(1000)]
    assert 0.03 < np.mean(found) < 0.075


def test_draws_equal_to_the_truth_do_not_pile_the_ranks_up():
    ranks = rank_statistics(np.zeros((2000, 1)), np.zeros((2000, 9, 1)), seed=3)[:, 0]
    assert chi_square_uniformity(ranks, 9)[1] > 0.01


def test_ranks_outside_their_range_are_refused():
    with pytest.raises(ValueError, match="from 0 to 9"):
        chi_square_uniformity(np.array([0, 10]), 9)
    with pytest.raises(ValueError, match=r"\(3, 2\)"):
        rank_statistics(np.zeros((3, 2)), np.zeros((3, 5, 1)), seed=0)


def test_the_confusion_matrix_counts_each_world_once():
    table = confusion([1, 1, -1, 0, -1], ["helps", "not identified", "helps", "nothing", "hurts"])
    assert table.counts.tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [1, 0, 1, 0]]
    assert table.wrong_sign == pytest.approx(0.2) and table.not_identified == pytest.approx(0.2)
    assert table.shares[0].tolist() == [0.5, 0, 0, 0.5]
    with pytest.raises(ValueError, match="'perhaps'"):
        confusion([1], ["perhaps"])


def mixture_densities(points: int = 20_000) -> np.ndarray:
    """Log densities of N(−1.5, 1), N(1.5, 1) and N(6, 1) at points from 0.3, 0.7 and 0 of them."""
    random = np.random.default_rng(23)
    y = random.normal(np.where(random.random(points) < 0.3, -1.5, 1.5), 1.0)
    centre = np.array([-1.5, 1.5, 6.0])[:, None]
    return -0.5 * (y - centre) ** 2 - 0.5 * np.log(2 * np.pi)


def test_stacking_recovers_the_true_mixture():
    result = stacking_weights(mixture_densities())
    assert result.weights == pytest.approx([0.3, 0.7, 0.0], abs=0.02)
    assert result.weights.sum() == pytest.approx(1.0) and result.gap < 1e-5


def test_no_other_mixture_scores_above_the_stacked_one():
    densities = mixture_densities(500)
    result = stacking_weights(densities)
    others = np.random.default_rng(24).dirichlet(np.ones(3), 2000)
    best = np.log(others @ np.exp(densities)).mean(axis=1).max()
    assert result.log_score >= best - 1e-9


def test_two_equal_models_share_what_one_would_have():
    densities = mixture_densities(3000)
    result = stacking_weights(np.vstack([densities[:2], densities[1:2]]))
    assert result.weights[1] + result.weights[2] == pytest.approx(stacking_weights(densities).weights[1], abs=1e-3)


def test_stacking_bears_very_small_densities_and_impossible_points():
    densities = mixture_densities(300) - 5000.0
    assert stacking_weights(densities).weights == pytest.approx(stacking_weights(densities + 5000.0).weights, abs=1e-6)
    densities[2, 0] = -np.inf
    assert np.isfinite(stacking_weights(densities).weights).all()
    assert pseudo_bma_plus(densities, seed=1)[2] == 0.0
    densities[:, 5] = -np.inf
    with pytest.raises(ValueError, match="point 5"):
        stacking_weights(densities)


def test_pseudo_bma_gives_all_to_the_best_single_model_and_halves_between_equals():
    densities = mixture_densities(500)
    assert pseudo_bma_plus(densities, seed=1)[1] > 0.999
    assert pseudo_bma_plus(densities[[0, 0]], seed=1) == pytest.approx([0.5, 0.5])
