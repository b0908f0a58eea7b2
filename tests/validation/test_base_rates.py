"""Base rates: counted from the evidence, set beside members, disagreement said and only where there is one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import integrate, stats

from forbear.country.model import MODEL
from forbear.ensemble.results import Ensemble
from forbear.validation.base_rates import (
    base_rate_lines,
    base_rate_rows,
    base_rates,
    beta_band,
    chance_above,
    compare,
    conditions,
    outcome_of,
    reference_classes,
)

OCCUPATIONS, AFTER_FIVE, AFTER_TEN = reference_classes()


class Weeks(dict):
    """Recorded weeks and months as an ensemble holds them."""

    attrs: dict = {"step_weeks": 1.0}


def weeks(**series):
    return Weeks({name: SimpleNamespace(values=np.asarray(v, dtype=float)) for name, v in series.items()})


def test_the_classes_are_counted_from_the_shipped_evidence_and_kept_apart() -> None:
    assert (OCCUPATIONS.successes, OCCUPATIONS.mixed, OCCUPATIONS.cases) == (7, 5, 26)
    assert (AFTER_FIVE.cases, AFTER_TEN.cases) == (16, 16)
    # the published re-estimate of the evidence: 0.188 of 16
    assert AFTER_TEN.successes / AFTER_TEN.cases == pytest.approx(0.188, abs=0.001)


def test_the_chance_that_one_is_above_the_other_agrees_with_the_double_integral() -> None:
    a, b = stats.beta(7.5, 19.5), stats.beta(40.5, 60.5)
    exact, _ = integrate.quad(lambda x: a.pdf(x) * b.cdf(x), 0, 1)
    assert chance_above((7, 26), (40, 100)) == pytest.approx(exact, abs=1e-4)
    assert chance_above((5, 10), (5, 10)) == pytest.approx(0.5, abs=1e-6)


def test_the_band_is_the_jeffreys_posterior() -> None:
    assert beta_band(7, 26) == pytest.approx(stats.beta(7.5, 19.5).ppf([0.05, 0.5, 0.95]))
    assert beta_band(0, 26)[0] > 0


@pytest.mark.parametrize(
    ("hits", "word"),
    [(0, "model bleaker"), (270, "no disagreement"), (450, "no disagreement"), (900, "model more hopeful")],
)
def test_a_disagreement_is_said_and_mixed_cases_count_towards_agreement(hits: int, word: str) -> None:
    found = compare(OCCUPATIONS, np.arange(1000) < hits, "stable success")
    assert found.word == word
    assert found.disagrees is (word != "no disagreement")
    assert ("They disagree" in found.sentence) is found.disagrees
    assert found.hits == hits


def test_success_is_read_at_the_end_and_democracy_after_its_years() -> None:
    steps = 300
    success = np.zeros((4, steps))
    success[0, 200:] = 1
    democracy = np.full((4, steps), 0.3)
    democracy[1:3, 250:] = 0.6
    data = weeks(success=success, presence=np.zeros((4, steps)), democracy=democracy)
    hits, words = outcome_of(OCCUPATIONS, data)
    assert hits.tolist() == [True, False, False, False] and "stable success" in words
    hits, words = outcome_of(AFTER_FIVE, data)
    assert hits.tolist() == [False, True, True, False]
    assert outcome_of(AFTER_TEN, data) == (None, "the run ends before 10 years have passed")


def test_where_soldiers_stay_to_the_end_order_stands_in_for_success() -> None:
    steps = 200
    data = weeks(
        success=np.zeros((2, steps)), presence=np.full((2, steps), 0.5), governance=np.full((2, steps), 0.6),
        national_violence=np.array([[0.1] * steps, [5.0] * steps]), least_included=np.full((2, steps), 0.5),
    )  # fmt: skip
    hits, words = outcome_of(OCCUPATIONS, data)
    assert hits.tolist() == [True, False]
    assert "they stay to the end" in words


def test_nobody_intervening_is_set_beside_no_interventions(meadow) -> None:
    alone = meadow.with_levers({"intervener.intervene": 0})
    assert base_rates(alone, Ensemble(weeks(), {})) == []
    assert base_rate_lines([]) == []


def test_a_run_too_short_is_not_compared_and_says_why(meadow) -> None:
    data = weeks(success=np.zeros((3, 104)), presence=np.zeros((3, 104)), democracy=np.zeros((3, 104)))
    found = base_rates(meadow, Ensemble(data, {}))
    assert [rate.word for rate in found] == ["not compared"] * 3
    assert all("Not compared" in rate.sentence for rate in found)
    assert all(len(row) == 6 for row in base_rate_rows(found))


def test_draws_that_have_learned_from_the_country_may_differ_and_that_is_said() -> None:
    hits = np.zeros(1000, dtype=bool)
    assert "its priors are wrong" in compare(OCCUPATIONS, hits, "success").sentence
    assert "learned from this country's own series" in compare(OCCUPATIONS, hits, "success", fitted=True).sentence


def test_the_conditions_of_success_are_told_one_by_one(meadow) -> None:
    steps = 300
    data = weeks(
        success=np.zeros((2, steps)), presence=np.zeros((2, steps)), democracy=np.zeros((2, steps)), governance=np.full((2, steps), 0.3),
        national_violence=np.array([[0.1] * steps, [5.0] * steps]), least_included=np.full((2, steps), 0.5),
    )  # fmt: skip
    assert conditions(data) == {
        "calm": 0.5,
        "every community included": 1.0,
        "governed": 0.0,
        "few foreign soldiers": 1.0,
    }
    found = base_rates(meadow, Ensemble(data, {}))[0]
    assert "governed in 0 %" in found.sentence and found.as_dict()["conditions"]["calm"] == 0.5
    assert conditions(weeks(presence=np.zeros((2, steps)))) == {}


def test_few_soldiers_are_few_for_the_size_of_the_country_as_in_the_rule_of_success() -> None:
    steps = 300
    rest = {
        "success": np.zeros((2, steps)), "governance": np.full((2, steps), 0.6),
        "national_violence": np.full((2, steps), 0.1), "least_included": np.full((2, steps), 0.5),
    }  # fmt: skip
    bound = MODEL.constants["success_presence"].value
    small, large = (
        weeks(presence=np.full((2, steps), 1.01 * bound), **rest),
        weeks(presence=np.full((2, steps), 0.99 * bound), **rest),
    )
    assert conditions(small)["few foreign soldiers"] == 0.0 and conditions(large)["few foreign soldiers"] == 1.0
    assert "they stay to the end" in outcome_of(OCCUPATIONS, small)[1]
    assert "stable success" in outcome_of(OCCUPATIONS, large)[1]
