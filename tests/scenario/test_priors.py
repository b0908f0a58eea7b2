"""Quantile functions against scipy's own distributions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forbear.country.declare import Prior
from forbear.country.model import MODEL
from forbear.scenario.priors import FAMILIES, argument_faults, median_and_interval, quantile

GRID = np.concatenate([[1e-12, 1e-6], np.linspace(0.001, 0.999, 101), [1 - 1e-6]])
CASES = [
    (Prior("uniform", {"low": -2, "high": 5}), stats.uniform(-2, 7)),
    (Prior("loguniform", {"low": 0.01, "high": 3}), stats.loguniform(0.01, 3)),
    (Prior("normal", {"mean": 1, "sd": 2}), stats.norm(1, 2)),
    (
        Prior("truncated_normal", {"mean": 2.5, "sd": 0.15, "low": 1.8, "high": 3.5}),
        stats.truncnorm(-14 / 3, 20 / 3, 2.5, 0.15),
    ),
    (Prior("truncated_normal", {"mean": 0, "sd": 1, "low": 4, "high": 6}), stats.truncnorm(4, 6)),
    (Prior("truncated_normal", {"mean": 0, "sd": 1, "low": -6, "high": -4}), stats.truncnorm(-6, -4)),
    (Prior("lognormal", {"median": 3, "sigma": 0.7}), stats.lognorm(0.7, scale=3)),
    (Prior("beta", {"a": 1.5, "b": 20}), stats.beta(1.5, 20)),
    (Prior("exponential", {"scale": 4}), stats.expon(scale=4)),
    (Prior("gamma", {"shape": 2.5, "scale": 4}), stats.gamma(2.5, scale=4)),
]


@pytest.mark.parametrize(("prior", "reference"), CASES, ids=lambda case: getattr(case, "family", ""))
def test_quantiles_agree_with_the_reference_distribution(prior: Prior, reference) -> None:
    np.testing.assert_allclose(quantile(prior, GRID), reference.ppf(GRID), rtol=1e-9, atol=1e-12)


def test_a_spike_puts_its_weight_at_exactly_zero_and_the_rest_by_the_lognormal() -> None:
    prior = Prior("spike_lognormal", {"weight_at_zero": 0.1, "median": 0.28, "sigma": 1.5})
    u = np.linspace(0.0005, 0.9995, 1000)
    values = quantile(prior, u)
    assert (values == 0).sum() == 100
    np.testing.assert_allclose(
        values[u >= 0.1], stats.lognorm(1.5, scale=0.28).ppf((u[u >= 0.1] - 0.1) / 0.9), rtol=1e-9
    )
    assert np.isfinite(quantile(prior, np.array([0.1]))).all()


def test_a_fixed_value_ignores_the_uniform_and_keeps_the_shape() -> None:
    np.testing.assert_array_equal(quantile(Prior("fixed", {"value": 3}), np.full((2, 3), 0.7)), np.full((2, 3), 3.0))


def test_the_fifth_and_ninety_fifth_percentile_stand_around_the_median() -> None:
    assert median_and_interval(Prior("uniform", {"low": 0, "high": 1})) == pytest.approx((0.5, 0.05, 0.95))


@pytest.mark.parametrize("key", sorted(MODEL.parameters))
def test_every_prior_of_the_model_has_good_arguments_and_rising_finite_quantiles(key: str) -> None:
    prior = MODEL.parameters[key].prior
    assert argument_faults(prior.family, prior.arguments) == []
    values = quantile(prior, np.linspace(0.001, 0.999, 99))
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0).all()


def test_every_family_is_listed_with_its_arguments() -> None:
    assert {case[0].family for case in CASES} | {"fixed", "spike_lognormal"} == set(FAMILIES)
