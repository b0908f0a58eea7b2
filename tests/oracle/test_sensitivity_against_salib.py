"""PAWN, Morris effects and Sobol indices against SALib, on the same numbers."""

import numpy as np
import pytest

from forbear.discovery.given_draws import pawn_indices
from forbear.discovery.sensitivity import morris_design, morris_effects, sobol_design, sobol_indices

pytest.importorskip("SALib")

PROBLEM = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}


def curved(points: np.ndarray) -> np.ndarray:
    return np.sin(6 * points[:, 0]) + 3 * points[:, 1] ** 2 * points[:, 2] + 0.1 * points[:, 3]


def test_pawn_is_that_of_salib():
    from SALib.analyze import pawn

    points = np.random.default_rng(1).random((1500, 4))
    theirs = pawn.analyze(PROBLEM, points, curved(points), S=8)
    ours = pawn_indices(points, curved(points), seed=1, slices=8)
    # SALib leaves the greatest value of a parameter out of its last slice
    assert ours.median == pytest.approx(np.asarray(theirs["median"], float), abs=2 / 187)
    assert ours.maximum == pytest.approx(np.asarray(theirs["maximum"], float), abs=2 / 187)


@pytest.mark.parametrize("levels", [2, 4, 6])
def test_morris_effects_are_those_of_salib_on_one_design(levels):
    from SALib.analyze import morris
    from SALib.sample import morris as designs

    theirs_design = designs.sample(PROBLEM, 30, num_levels=levels, seed=2)
    for design in (theirs_design, morris_design(4, 30, seed=2, levels=levels)):
        theirs = morris.analyze(PROBLEM, design, curved(design), num_levels=levels, seed=2)
        ours = morris_effects(design, curved(design), seed=2)
        assert ours.mean == pytest.approx(np.asarray(theirs["mu"], float))
        assert ours.absolute_mean == pytest.approx(np.asarray(theirs["mu_star"], float))
        assert ours.deviation == pytest.approx(np.asarray(theirs["sigma"], float))
        assert ours.absolute_half_width == pytest.approx(np.asarray(theirs["mu_star_conf"], float), rel=0.3)


def test_sobol_indices_are_those_of_salib_on_the_same_rows():
    from SALib.analyze import sobol

    base = 256
    values = curved(sobol_design(4, base, seed=3))
    values = values - values.mean()
    table = values.reshape(6, base)
    interleaved = np.concatenate([table[:1], table[2:], table[1:2]]).T.ravel()  # SALib: A, mixed, B for each row
    theirs = sobol.analyze(PROBLEM, interleaved, calc_second_order=False, seed=3)
    ours = sobol_indices(values, 4, seed=3)
    assert ours.first == pytest.approx(np.asarray(theirs["S1"], float), abs=0.01)
    assert ours.total == pytest.approx(np.asarray(theirs["ST"], float), abs=0.01)
    assert ours.total_half_width == pytest.approx(np.asarray(theirs["ST_conf"], float), rel=0.5)
