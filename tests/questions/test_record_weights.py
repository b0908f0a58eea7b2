"""Draws weighed by the record: smoothed weights, stages that cannot be made and why, theories on the same scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import genpareto, norm

import forbear as fb
from forbear.inference.pareto import smoothed
from forbear.inference.space import Space
from forbear.inference.structures import with_structure
from forbear.questions.record_weights import record_of, weighed_by_record

RANDOM = np.random.default_rng(3)


@dataclass(frozen=True)
class Known:
    """A record that moves the first score to `mean`, with a spread of its own."""

    mean: float = 0.5
    spread: float = 0.8
    used: bool = True
    cases: tuple[str, ...] = ("haiti-1994", "panama-1989")

    def log_ratio(self, z: np.ndarray, names: Sequence[str]) -> np.ndarray:
        assert z.shape[1] == len(names)
        return norm.logpdf(z[:, 0], self.mean, self.spread) - norm.logpdf(z[:, 0])


def test_prior_draws_that_are_weighed_have_the_mean_of_the_record():
    prior = RANDOM.normal(size=(4000, 3))
    found = weighed_by_record(Known(), prior, np.ones(4000, bool), {"posterior": prior[:500]}, "abc")
    weights = found.weights["prior"]
    assert weights.sum() == pytest.approx(1.0) and weights @ prior[:, 0] == pytest.approx(0.5, abs=0.05)
    assert set(found.weights) == {"prior", "posterior"} and found.cases == ("haiti-1994", "panama-1989")
    assert "effective of 4000 prior draws" in found.words


def test_draws_outside_the_condition_weigh_nothing():
    prior = RANDOM.normal(size=(800, 2))
    condition = prior[:, 1] > 0.0
    found = weighed_by_record(Known(), prior, condition, {}, "ab")
    assert (found.weights["prior"][~condition] == 0.0).all() and found.weights["prior"].sum() == pytest.approx(1.0)


def test_a_record_that_is_missing_unused_or_in_conflict_makes_no_stage_and_says_why():
    prior = RANDOM.normal(size=(500, 2))
    every = np.ones(500, bool)
    none = weighed_by_record(None, prior, every, {"posterior": prior}, "ab")
    assert not none.weights and set(none.left_out) == {"record", "both"} and "no record" in none.words
    unused = weighed_by_record(Known(used=False), prior, every, {}, "ab")
    assert not unused.weights and "base rate" in unused.left_out["both"]
    far = weighed_by_record(Known(mean=5.0, spread=0.1), prior, every, {"posterior": prior}, "ab")
    assert not far.weights and "in conflict" in far.left_out["record"] and "in conflict" in far.left_out["both"]


def test_even_weights_stay_even_and_heavy_tails_are_seen_and_shrunk():
    even = smoothed(np.zeros(200))
    assert even.effective == pytest.approx(200.0) and np.allclose(even.weights, 1 / 200)
    mild, heavy = (np.log(genpareto.rvs(shape, size=4000, random_state=1) + 1e-9) for shape in (0.2, 1.2))
    assert smoothed(mild).shape == pytest.approx(0.2, abs=0.15)
    assert smoothed(heavy).shape == pytest.approx(1.2, abs=0.3)
    raw = np.exp(heavy - heavy.max())
    assert smoothed(heavy).effective > (raw.sum() ** 2 / (raw**2).sum())


def test_a_record_is_one_or_says_why_it_is_none():
    found, why = record_of(fb.load("meadow"))
    assert (found is None) == bool(why)


def test_draws_of_a_theory_are_found_again_on_the_scale_of_the_model():
    iraq = fb.load("iraq-2003")
    own, theory = Space(iraq.problem()), Space(with_structure(iraq, "occupation").problem())
    scores = own.draw(20, 1)
    again = own.scores(own.values(scores))
    told = np.abs(again - scores) < 0.02
    assert told.mean() > 0.95  # a spike at zero has no score of its own
    moved = own.scores(theory.values(scores))
    changed = (np.abs(moved - again) > 0.1).any(axis=0)
    assert 0 < changed.sum() < len(own) / 2
