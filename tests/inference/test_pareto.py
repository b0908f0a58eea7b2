"""Pareto-smoothed weights: equal ones stay equal, a heavy tail is told, and what is estimated comes out."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.inference.pareto import USABLE, smoothed


def test_equal_weights_stay_equal() -> None:
    found = smoothed(np.full(500, -3.0))
    assert found.weights == pytest.approx(np.full(500, 1 / 500)) and found.effective == pytest.approx(500)
    assert found.shape < USABLE


def test_a_law_that_lies_near_is_reached() -> None:
    z = np.random.default_rng(1).standard_normal(4000)
    found = smoothed(0.5 * z)  # N(0.5, 1) over N(0, 1)
    assert found.shape < 0.5 and found.weights @ z == pytest.approx(0.5, abs=0.07)


def test_a_law_that_lies_far_is_past_use() -> None:
    z = np.random.default_rng(2).standard_normal((1000, 30))
    assert smoothed(1.5 * z.sum(axis=1)).shape > USABLE


def test_the_shape_of_a_known_tail_is_found() -> None:
    u = np.random.default_rng(3).random(20_000)
    for shape in (0.3, 0.6):
        assert smoothed(-shape * np.log(u)).shape == pytest.approx(shape, abs=0.12)


@pytest.mark.parametrize("bad", [[], [np.nan, 1.0], [-np.inf, -np.inf]])
def test_no_weights_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        smoothed(np.array(bad))
