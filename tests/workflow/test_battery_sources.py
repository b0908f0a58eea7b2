"""What draws are worth, and which theories weigh what: from the notes of a fit and the validation beside a scenario."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import forbear as fb
from forbear.inference.posterior import Posterior
from forbear.questions.verdict_evidence import TheoryWeight
from forbear.validation.theories import Theories, Theory, Weighed, weights_on_record
from forbear.workflow.battery_sources import fit_words, theories_weighed, worth_of


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.load("iraq-2003")


@pytest.fixture(scope="module")
def posterior(iraq: fb.Scenario) -> Posterior:
    found = Posterior.of(iraq)
    assert found is not None
    return found


def with_notes(posterior: Posterior, draws: int, effective: float | None) -> Posterior:
    short = replace(posterior, scores=posterior.scores[:draws], chain=posterior.chain[:draws])
    return replace(short, notes={"refine": {"draws": draws, "effective_median": effective}})


def test_draws_are_worth_no_more_than_the_fit_and_no_more_than_they_are(posterior: Posterior) -> None:
    found = with_notes(posterior, 1000, 90.0)
    assert worth_of(found, 1000) == pytest.approx(90.0)
    assert worth_of(found, 10) == pytest.approx(10.0, rel=0.15) and worth_of(found, 10) <= 10.0
    assert worth_of(with_notes(posterior, 1000, None), 128) == 128.0


def test_a_mean_over_some_draws_strays_by_what_they_are_worth(posterior: Posterior) -> None:
    random = np.random.default_rng(1)
    chosen = np.array([random.choice(1000, 128, replace=False) for _ in range(1500)])
    draws = np.repeat(random.normal(size=(1500, 100)), 10, axis=1)  # a thousand draws, a hundred different ones
    means = np.take_along_axis(draws, chosen, axis=1).mean(axis=1)
    assert 1.0 / means.var() == pytest.approx(worth_of(with_notes(posterior, 1000, 100.0), 128), rel=0.12)


def test_conditions_on_a_posterior_leave_a_part_of_what_it_is_worth(posterior: Posterior) -> None:
    whole = with_notes(posterior, 1000, 100.0)
    half = replace(whole, scores=whole.scores[:500], chain=whole.chain[:500])
    assert worth_of(half, 500) == pytest.approx(50.0)


def test_weights_on_record_are_of_the_very_draws_or_of_nothing(iraq: fb.Scenario, posterior: Posterior) -> None:
    weights, words = theories_weighed(iraq, posterior)
    if weights:  # the validation that ships speaks of the posterior that ships
        assert sum(weight.weight for weight in weights.values()) == pytest.approx(1.0)
        assert any(weight.alike for weight in weights.values()) and words
    other = replace(posterior, scores=posterior.scores[:-1])
    assert theories_weighed(iraq, other) == ({}, "") and theories_weighed(iraq, None) == ({}, "")


def test_months_that_no_fit_has_seen_come_before_all_data_and_what_is_no_theory_weighs_nothing(
    iraq: fb.Scenario,
) -> None:
    def row(name: str, density: float, high: float, stacking: float) -> Theory:
        return Theory(name, name, density, 0.0, high - 5.0, high, stacking, 0.0, 1.0, 0.5)

    rows = (row("full", -100.0, 0.0, 0.4), row("occupation", -101.0, 2.0, 0.2), row("own past", -90.0, 9.0, 0.4))
    worse = row("criminal-rents", -150.0, -20.0, 0.0)
    held, everything = Weighed(300, 40, "month", (*rows, worse)), Weighed(22, 22, "term", rows[:1])
    weights, words = weights_on_record(iraq, Theories(held, everything))
    assert set(weights) == {"full", "occupation", "criminal-rents"} and "300 numbers" in words
    assert weights["full"].weight == pytest.approx(2 / 3) and weights["full"].alike and weights["occupation"].alike
    assert weights["criminal-rents"] == TheoryWeight(0.0, False, weights["criminal-rents"].about)
    assert "livelihood" in weights["criminal-rents"].about
    assert weights_on_record(iraq, Theories(None, None)) == ({}, "")


def test_a_fit_is_told_in_a_sentence(posterior: Posterior) -> None:
    assert "draws" in fit_words(posterior) and fit_words(None) == ""
