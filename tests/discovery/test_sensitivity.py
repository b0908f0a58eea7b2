"""Sensitivity indices against the closed form of the Ishigami function (Ishigami and Homma 1990; a = 7, b = .1)."""

import numpy as np
import pytest

from forbear.discovery.given_draws import first_order_from_draws, pawn_indices
from forbear.discovery.sensitivity import morris_design, morris_effects, sobol_design, sobol_indices

A, B = 7.0, 0.1
PI = np.pi
VARIANCE = A**2 / 8 + B * PI**4 / 5 + B**2 * PI**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + B * PI**4 / 5) ** 2, A**2 / 8, 0.0]) / VARIANCE
TOTAL = FIRST + np.array([1.0, 0.0, 1.0]) * B**2 * PI**8 * (1 / 18 - 1 / 50) / VARIANCE


def ishigami(quantiles: np.ndarray) -> np.ndarray:
    x = PI * (2.0 * quantiles - 1.0)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_match_the_closed_form_within_their_half_widths():
    design = sobol_design(3, 2048, seed=1)
    assert design.shape == (2048 * 5, 3) and design.min() >= 0.0 and design.max() <= 1.0
    found = sobol_indices(ishigami(design) + 500.0, 3, seed=1)  # a large mean must not matter
    assert found.first == pytest.approx(FIRST, abs=0.03)
    assert found.total == pytest.approx(TOTAL, abs=0.03)
    assert (abs(found.total - TOTAL) < 1.5 * found.total_half_width).all()
    with pytest.raises(ValueError, match="power of two"):
        sobol_design(3, 1000, seed=1)
    with pytest.raises(ValueError, match="design"):
        sobol_indices(np.zeros(11), 3, seed=1)


def test_morris_effects_of_a_line_are_its_slopes_and_an_idle_parameter_has_none():
    design = morris_design(3, 20, seed=2)
    found = morris_effects(design, design @ np.array([3.0, -2.0, 0.0]), seed=2)
    assert found.mean == pytest.approx([3.0, -2.0, 0.0])
    assert found.absolute_mean == pytest.approx([3.0, 2.0, 0.0])
    assert found.deviation == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)


def test_morris_sees_curvature_and_interaction_in_ishigami():
    design = morris_design(3, 200, seed=3)
    found = morris_effects(design, ishigami(design), seed=3)
    assert found.absolute_mean[1] == pytest.approx(7.875, abs=0.05)  # A sin^2 between the four levels
    assert abs(found.mean[2]) < 2.0 < 4.0 < found.absolute_mean[2]  # acts through the first only, either way


def test_first_order_indices_from_given_draws_match_the_closed_form():
    points = np.random.default_rng(1).random((6000, 4))
    found = first_order_from_draws(points, ishigami(points), seed=1)
    expected = np.append(FIRST, 0.0)
    assert (abs(found.value - expected) < 3.0 * found.standard_error + 0.015).all()


def test_first_order_indices_of_idle_parameters_average_zero_even_with_few_draws():
    generator = np.random.default_rng(2)
    values = first_order_from_draws(generator.random((60, 400)), generator.normal(size=60), seed=0, resamples=2).value
    assert abs(values.mean()) < 0.02
    assert values.min() < 0.0


def test_pawn_tells_working_parameters_from_an_idle_one():
    points = np.random.default_rng(3).random((3000, 4))
    found = pawn_indices(points, ishigami(points), seed=3)
    assert (found.median[:3] > 1.3 * found.dummy).all()
    assert found.median[3] < 1.3 * found.dummy
    assert found.median[1] > found.median[0] > found.median[2]
    assert pawn_indices(points, np.exp(ishigami(points)), seed=3).median == pytest.approx(found.median)


def test_too_few_draws_and_unmatched_lengths_are_refused():
    with pytest.raises(ValueError, match="too few"):
        first_order_from_draws(np.random.default_rng(0).random((15, 2)), np.arange(15.0), seed=0)
    with pytest.raises(ValueError, match="one row"):
        first_order_from_draws(np.zeros((10, 2)), np.zeros(9), seed=0)


def test_what_is_no_design_is_refused():
    with pytest.raises(ValueError, match="even"):
        morris_design(3, 4, seed=1, levels=5)
    with pytest.raises(ValueError, match="no walks"):
        morris_effects(np.zeros((7, 2)), np.zeros(7), seed=1)
    with pytest.raises(ValueError, match="one parameter"):
        morris_effects(np.random.default_rng(0).random((6, 2)), np.zeros(6), seed=1)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    def both(seed):
        design = sobol_design(3, 64, seed=seed)
        walks = morris_design(3, 10, seed=seed)
        indices = sobol_indices(ishigami(design), 3, seed=seed)
        effects = morris_effects(walks, ishigami(walks), seed=seed)
        return np.concatenate([design.ravel(), walks.ravel(), indices.total_half_width, effects.absolute_half_width])

    assert np.array_equal(both(4), both(4))
    assert not np.array_equal(both(4), both(5))
