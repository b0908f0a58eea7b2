"""Own scores and own regression against other people's implementations, where those are installed."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.inference.forecast import scores
from forbear.inference.forecast.regression import fit_negative_binomial

RANDOM = np.random.default_rng(30)
SAMPLES = RANDOM.negative_binomial(1.2, 0.08, (60, 200)).astype(float)
OBSERVED = RANDOM.negative_binomial(1.2, 0.05, 200).astype(float)


def test_the_crps_is_that_of_scoringrules():
    outside = pytest.importorskip("scoringrules")
    expected = outside.crps_ensemble(OBSERVED, SAMPLES.T, estimator="nrg")
    assert scores.crps(SAMPLES, OBSERVED, fair=False) == pytest.approx(expected)


def test_the_fair_crps_and_the_interval_score_are_those_of_scoringrules():
    outside = pytest.importorskip("scoringrules")
    expected = outside.crps_ensemble(OBSERVED, SAMPLES.T, estimator="fair")
    assert scores.crps(SAMPLES, OBSERVED) == pytest.approx(expected)
    lower, upper = np.quantile(SAMPLES, [0.05, 0.95], axis=0)
    assert scores.interval_score(SAMPLES, OBSERVED, 0.9) == pytest.approx(
        outside.interval_score(OBSERVED, lower, upper, 0.1)
    )


def test_the_crps_of_a_large_sample_is_the_closed_form_of_scoringrules():
    outside = pytest.importorskip("scoringrules")
    many = np.random.default_rng(31).negative_binomial(2.0, 0.1, (100_000, 3)).astype(float)
    seen = np.array([0.0, 18.0, 70.0])
    assert scores.crps(many, seen) == pytest.approx(outside.crps_negbinom(seen, 2.0, 0.1), rel=0.02)


def test_the_regression_is_that_of_statsmodels():
    pytest.importorskip("statsmodels")
    from statsmodels.discrete.discrete_model import NegativeBinomial

    random = np.random.default_rng(32)
    design = np.column_stack([np.ones(800), random.normal(size=(800, 3))])
    mean = np.exp(design @ [1.5, 0.6, -0.4, 0.0])
    counts = random.negative_binomial(0.8, 0.8 / (0.8 + mean)).astype(float)
    own = fit_negative_binomial(design, counts)
    outside = NegativeBinomial(counts, design).fit(disp=False, maxiter=500)
    assert own.coefficients == pytest.approx(outside.params[:-1], abs=1e-3)
    assert 1 / own.size == pytest.approx(outside.params[-1], rel=2e-3)
