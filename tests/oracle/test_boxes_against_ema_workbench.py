"""PRIM and CART against ema_workbench, where it is installed: same merits, same boxes, same quasi-p values."""

import numpy as np
import pytest

from forbear.discovery.boxes import Box, prim, quasi_p_values

pytest.importorskip("ema_workbench")
pandas = pytest.importorskip("pandas")

CASES = [(0, 0.0), (1, 0.05), (2, 0.1)]


def planted(seed: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """A box in three of five quantiles, with some draws mislabelled."""
    generator = np.random.default_rng(seed)
    points = generator.random((2000, 5))
    interest = (points[:, 0] > 0.5) & (points[:, 1] < 0.6) & (points[:, 3] > 0.3)
    return points, interest ^ (generator.random(2000) < noise)


def outside_prim(points: np.ndarray, interest: np.ndarray):
    """ema_workbench's first box, on columns named by index."""
    from ema_workbench.analysis import prim as outside

    frame = pandas.DataFrame(points, columns=[str(j) for j in range(points.shape[1])])
    return outside.Prim(frame, interest, threshold=0.1, peel_alpha=0.05).find_box()


def as_box(limits, points: np.ndarray) -> Box:
    """A box from a two-row table of limits; limits at the edge of the draws restrict nothing."""
    lower, upper = limits.iloc[0].to_numpy(float), limits.iloc[1].to_numpy(float)
    lower = np.where(lower <= points.min(axis=0), -np.inf, lower)
    return Box(lower, np.where(upper >= points.max(axis=0), np.inf, upper), np.nan, np.nan, np.nan)


@pytest.mark.parametrize(("seed", "noise"), CASES)
def test_both_trace_the_same_trade_off_between_coverage_and_density(seed, noise):
    points, interest = planted(seed, noise)
    ours = prim(points, interest)
    theirs = outside_prim(points, interest).peeling_trajectory
    for density in (0.5, 0.6, 0.7, 0.8, 0.9):
        reached = theirs[theirs["density"] >= density]
        box = ours.choose(density)
        assert (box is None) == reached.empty
        if box is not None:
            # Never worse than the other's best by more than a peel of a box this size would explain.
            assert box.coverage >= reached["coverage"].max() - 0.05


@pytest.mark.parametrize(("seed", "noise"), CASES)
def test_both_end_peeling_on_the_same_parameters_and_nearly_the_same_limits(seed, noise):
    points, interest = planted(seed, noise)
    theirs = outside_prim(points, interest)
    at = int(np.flatnonzero(theirs.peeling_trajectory["density"].to_numpy() >= 0.8)[0])
    other = as_box(theirs.box_lims[at], points)
    trajectory = prim(points, interest)
    ours = next(box for box in trajectory.boxes if box.density >= 0.8)
    assert ours.restricted == other.restricted == (0, 1, 3)
    both = (ours.contains(points) & other.contains(points)).sum()
    either = (ours.contains(points) | other.contains(points)).sum()
    assert both / either > 0.8


def test_merits_and_quasi_p_values_of_one_box_agree_exactly():
    points, interest = planted(1, 0.05)
    theirs = outside_prim(points, interest)
    at = int(np.flatnonzero(theirs.peeling_trajectory["density"].to_numpy() >= 0.7)[0])
    box, row = as_box(theirs.box_lims[at], points), theirs.peeling_trajectory.iloc[at]
    inside = box.contains(points)
    assert interest[inside].mean() == pytest.approx(row["density"])
    assert interest[inside].sum() / interest.sum() == pytest.approx(row["coverage"])
    values = quasi_p_values(box, points, interest)
    outside = theirs._calculate_quasi_p(at, [str(j) for j in box.restricted])
    for name, (low, high) in outside.items():
        for side, value in enumerate((low, high)):
            if value != -1:
                assert values[int(name), side] == pytest.approx(value, rel=1e-6, abs=1e-12)
            else:
                assert np.isnan(values[int(name), side])


def test_a_tree_of_the_other_package_puts_its_densest_leaf_in_the_same_place():
    pytest.importorskip("sklearn")
    from ema_workbench.analysis import cart as outside

    from forbear.discovery.trees import cart

    points, interest = planted(1, 0.05)
    frame = pandas.DataFrame(points, columns=[str(j) for j in range(5)])
    theirs = outside.CART(frame, interest, mass_min=0.05)
    theirs.build_tree()
    dense = max(range(len(theirs.boxes)), key=lambda k: theirs.stats[k]["density"])
    other = as_box(theirs.boxes[dense], points)
    (ours, *_) = cart(points, interest, seed=0).leaves
    overlap = (ours.contains(points) & other.contains(points)).sum() / other.contains(points).sum()
    assert overlap > 0.9
    assert set(ours.restricted) == {0, 1, 3}
