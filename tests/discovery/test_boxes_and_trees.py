"""Scenario discovery on planted boxes: PRIM and CART find what is there and little where nothing is."""

import numpy as np
import pytest
from scipy.stats import binom

from forbear.discovery.boxes import Box, prim, quasi_p_values, relax

LIMITS = {0: (0.6, np.inf), 2: (-np.inf, 0.4)}


def planted(draws: int = 1500, noise: float = 0.05, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Draws in six quantiles; those of interest have the first above .6 and the third below .4, some mislabelled."""
    generator = np.random.default_rng(seed)
    points = generator.random((draws, 6))
    interest = (points[:, 0] > 0.6) & (points[:, 2] < 0.4)
    return points, interest ^ (generator.random(draws) < noise)


def merits(box: Box, points: np.ndarray, interest: np.ndarray) -> tuple[float, float, float]:
    inside = ((points >= box.lower) & (points <= box.upper)).all(axis=1)
    return (interest & inside).sum() / interest.sum(), interest[inside].mean(), inside.mean()


def test_prim_finds_the_planted_box_and_restricts_nothing_else():
    points, interest = planted()
    box = prim(points, interest).choose(0.9)
    assert box.restricted == (0, 2)
    assert box.lower[0] == pytest.approx(0.6, abs=0.03) and box.upper[2] == pytest.approx(0.4, abs=0.03)
    assert np.isinf(box.upper[0]) and np.isinf(box.lower[2])


def test_coverage_density_and_mass_along_the_trajectory_are_what_they_say():
    points, interest = planted(seed=3)
    trajectory = prim(points, interest)
    assert trajectory.boxes[0].coverage == 1.0 and trajectory.boxes[0].mass == 1.0
    for box in trajectory.boxes:
        assert (box.coverage, box.density, box.mass) == pytest.approx(merits(box, points, interest))
    density = [box.density for box in trajectory.boxes]
    assert np.all(np.diff(density) >= 0.0)
    mass = np.array([box.mass for box in trajectory.boxes])
    assert np.all(np.diff(mass[: trajectory.peeled + 1]) < 0) and np.all(np.diff(mass[trajectory.peeled :]) > 0)
    assert mass.min() >= 0.05


def test_pasting_gives_back_what_peeling_cut_too_deep():
    points = np.stack([np.linspace(0.0, 1.0, 400), np.random.default_rng(1).random(400)], axis=1)
    trajectory = prim(points, (points[:, 0] > 0.3) & (points[:, 0] < 0.55), peel_share=0.4)
    cut, pasted = trajectory.boxes[trajectory.peeled], trajectory.boxes[-1]
    assert pasted.coverage > cut.coverage and pasted.density >= cut.density


def test_quasi_p_values_are_binomial_tests_of_single_limits():
    points, interest = planted(seed=5)
    box = prim(points, interest).choose(0.8)
    values = quasi_p_values(box, points, interest)
    without = (points[:, 2] <= box.upper[2]) if box.restricted == (0, 2) else None
    inside = box.contains(points)
    chance = binom.sf(interest[inside].sum() - 1, inside.sum(), interest[without].mean())
    assert values[0, 0] == pytest.approx(chance)
    assert np.isnan(values[0, 1]) and np.isnan(values[1]).all()
    assert values[0, 0] < 1e-6 and values[2, 1] < 1e-6


def test_relaxing_lifts_a_limit_that_does_nothing_and_keeps_those_that_do():
    points, interest = planted(seed=6)
    lower, upper = np.full(6, -np.inf), np.full(6, np.inf)
    lower[0], upper[2], lower[4] = 0.6, 0.4, 0.2
    loose = relax(Box(lower, upper, 0.0, 0.0, 0.0), points, interest)
    assert loose.restricted == (0, 2)
    assert (loose.coverage, loose.density, loose.mass) == pytest.approx(merits(loose, points, interest))


def test_a_monotone_scale_of_the_parameters_does_not_change_the_draws_found():
    points, interest = planted(draws=600, seed=7)
    inside = prim(points, interest).choose().contains(points)
    stretched = np.exp(3.0 * points)
    assert np.array_equal(prim(stretched, interest).choose().contains(stretched), inside)


def test_ties_are_never_split_by_a_limit():
    points = np.repeat(np.arange(5.0), 40)[:, None]
    box = prim(points, points[:, 0] >= 3.0).choose(1.0)
    assert box.lower[0] == 2.5 and box.coverage == 1.0


def test_no_box_is_dense_enough_where_interest_is_noise():
    generator = np.random.default_rng(8)
    assert prim(generator.random((1500, 4)), generator.random(1500) < 0.2).choose(0.8) is None


def test_interest_in_everything_or_nothing_is_refused():
    for flags in (np.ones(10, bool), np.zeros(10, bool)):
        with pytest.raises(ValueError, match="some draws"):
            prim(np.random.default_rng(0).random((10, 2)), flags)
    with pytest.raises(ValueError, match="peel_share"):
        prim(*planted(50), peel_share=1.0)


def test_a_tree_finds_the_planted_box_and_its_leaves_part_the_space():
    pytest.importorskip("sklearn")
    from forbear.discovery.trees import cart

    points, interest = planted()
    tree = cart(points, interest, seed=1)
    (leaf,) = tree.failing(0.8)
    assert leaf.restricted == (0, 2)
    assert leaf.lower[0] == pytest.approx(0.6, abs=0.02) and leaf.upper[2] == pytest.approx(0.4, abs=0.02)
    assert sum(leaf.contains(points).astype(int) for leaf in tree.leaves).tolist() == [1] * len(points)
    assert sum(leaf.coverage for leaf in tree.leaves) == pytest.approx(1.0)
    assert tree.accuracy > 0.85 and tree.importance[[0, 2]].sum() > 0.95


def test_a_tree_on_noise_predicts_like_a_coin_and_has_no_failing_leaf():
    pytest.importorskip("sklearn")
    from forbear.discovery.trees import cart

    generator = np.random.default_rng(2)
    tree = cart(generator.random((800, 6)), generator.random(800) < 0.3, seed=1)
    assert tree.accuracy == pytest.approx(0.5, abs=0.06)
    assert tree.failing(0.8) == ()
