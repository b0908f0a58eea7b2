"""Joint inference over many cases: exact where it can be worked out, and it finds what was put in."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from forbear.evidence.atlas import atlas, case
from forbear.inference.joint.judge import auc
from forbear.inference.joint.latent import Joint, assembled, learned, propagated
from forbear.inference.joint.linear import answers, ridge
from forbear.inference.joint.outcomes import (
    ORDERS,
    QUANTITIES,
    Observed,
    Stray,
    chances,
    likelihood_of,
    observed,
    reading_of,
)
from forbear.inference.joint.simulated import War, shared_names, simulate_case
from forbear.scenario.scenario import Scenario

CASES, EACH, PARAMETERS = 40, 5, 20
ERROR = 0.2


def made(shared: np.ndarray, seed: int = 0) -> tuple[Joint, np.ndarray, np.ndarray]:
    """A known truth: answers of many cases, observed numbers, and the common part of the scores."""
    random = np.random.default_rng(seed)
    count = CASES * EACH
    slopes = 0.5 * random.standard_normal((count, PARAMETERS))
    of = np.repeat(np.arange(CASES), EACH)
    common = random.standard_normal(PARAMETERS) * np.sqrt(shared)
    scores = common + random.standard_normal((CASES, PARAMETERS)) * np.sqrt(1.0 - shared)
    simulated = np.einsum("np,np->n", slopes, scores[of]) + np.sqrt(0.3) * random.standard_normal(count)
    return (
        Joint(np.zeros(count), slopes, 0.3 * np.eye(count), of),
        simulated + ERROR * random.standard_normal(count),
        common,
    )


def normal(y: np.ndarray):  # type: ignore[no-untyped-def]
    return lambda at: -0.5 * ((at - y[:, None]) / ERROR) ** 2 - np.log(ERROR) - 0.5 * np.log(2 * np.pi)


def test_with_normal_likelihoods_evidence_and_posterior_are_the_exact_ones() -> None:
    joint, y, _ = made(np.full(PARAMETERS, 0.5))
    shared = np.full(PARAMETERS, 0.4)
    found = propagated(joint, normal(y), shared)
    whole = joint.covariance(shared) + ERROR**2 * np.eye(len(y))
    assert found.evidence == pytest.approx(multivariate_normal(np.zeros(len(y)), whole).logpdf(y), abs=0.01)
    pulled = joint.slopes * shared
    mean, covariance = found.prior_of_next(joint)
    assert mean == pytest.approx(pulled.T @ np.linalg.solve(whole, y), abs=1e-3)
    assert covariance == pytest.approx(np.eye(PARAMETERS) - pulled.T @ np.linalg.solve(whole, pulled), abs=1e-3)


def test_what_travels_is_found_and_what_does_not_is_left_wide() -> None:
    shared = np.where(np.arange(PARAMETERS) < 10, 0.95, 0.05)
    joint, y, common = made(shared)
    found = learned(joint, normal(y))
    mean, covariance = found.prior_of_next(joint)
    assert np.corrcoef(mean[:10], common[:10])[0, 1] > 0.8
    assert found.shared[:10].mean() > found.shared[10:].mean() + 0.1
    assert np.sqrt(np.diag(covariance))[:10].mean() < np.sqrt(np.diag(covariance))[10:].mean() < 1.0


def test_a_truth_without_anything_common_gives_the_prior_back() -> None:
    joint, y, _ = made(np.full(PARAMETERS, 0.02), seed=3)
    found = learned(joint, normal(y))
    mean, covariance = found.prior_of_next(joint)
    assert found.shared.mean() < 0.2
    assert np.abs(mean).max() < 0.4 and np.diag(covariance).min() > 0.85


def test_laws_of_the_next_case_hold_what_was_put_in_as_often_as_they_say() -> None:
    inside = []
    for seed in range(12):
        shared = np.full(PARAMETERS, 0.6)
        joint, y, common = made(shared, seed)
        mean, covariance = propagated(joint, normal(y), shared).prior_of_next(joint)
        sd_of_common = np.sqrt(np.maximum(np.diag(covariance) - 0.4, 1e-9))
        inside.append(np.abs(common - mean) < 1.645 * sd_of_common)
    assert 0.85 < np.mean(inside) < 0.95


def test_an_order_alone_moves_its_case_in_the_right_direction() -> None:
    slopes = np.ones((2, 1))
    joint = Joint(np.full(2, 2.0), slopes, 0.1 * np.eye(2), np.arange(2))
    for word, sign in (("calm", -1), ("civil_war", 1)):
        entries = [Observed("order_5", words=((word, 1.0),))] * 2
        mean, covariance = propagated(
            joint, likelihood_of(entries, Stray(0.5, 0.5, 0.2)), np.array([0.8])
        ).prior_of_next(joint)
        assert np.sign(mean[0]) == sign and covariance[0, 0] < 1.0


def test_one_case_that_is_far_off_does_not_decide() -> None:
    joint = Joint(np.zeros(12), np.ones((12, 1)), 0.1 * np.eye(12), np.arange(12))
    usual = [Observed("deaths", 0.3, 0.2) for _ in range(11)]

    def mean(last: float) -> float:
        entries = [*usual, Observed("deaths", last, 0.2)]
        return float(
            propagated(joint, likelihood_of(entries, Stray(0.5, 0.5, 0.2)), np.array([0.9])).prior_of_next(joint)[0][0]
        )

    assert abs(mean(8.0) - mean(0.3)) < 0.15


def test_slopes_are_found_and_luck_is_not_taken_for_knowledge() -> None:
    random = np.random.default_rng(5)
    x = random.standard_normal((600, 50))
    truth = np.zeros(50)
    truth[:5] = (1.0, -0.8, 0.6, 0.5, -0.4)
    y = np.stack([x @ truth + 0.7 * random.standard_normal(600), random.standard_normal(600)], axis=1)
    slopes, _, left_out = ridge(x, y)
    assert slopes[0, :5] == pytest.approx(truth[:5], abs=0.12) and np.abs(slopes[1]).max() < 0.06
    assert left_out.std(axis=0) == pytest.approx([0.7, 1.0], rel=0.12)


def test_answers_of_cases_are_told_at_their_centre_and_at_scores_zero() -> None:
    random = np.random.default_rng(6)
    x = 0.5 + random.standard_normal((500, 4))
    truth = np.array([[1.0, 0.0, 0.5, 0.0], [0.8, 0.2, 0.4, 0.0]])
    simulated = [3.0 + (x @ row)[:, None] + 0.1 * random.standard_normal((500, 1)) for row in truth]
    centre = np.full(4, 0.5)
    found = answers(x, simulated, [("deaths",)] * 2, centre)
    for answer, row in zip(found, truth, strict=True):
        assert answer.slopes[0] == pytest.approx(row, abs=0.03)
        assert answer.level[0] == pytest.approx(3.0 + row.sum() / 2, abs=0.03)
        assert answer.explained[0] > 0.97
    assert assembled(found, centre).level == pytest.approx([3.0, 3.0], abs=0.05)


def test_chances_of_orders_add_up_and_rise_with_deaths() -> None:
    told = chances(np.linspace(-1, 6, 50), 0.6)
    assert told.sum(axis=-1) == pytest.approx(np.ones(50))
    assert (np.diff(told[:, 0]) <= 0).all() and (np.diff(told[:, 2]) >= 0).all()
    assert list(ORDERS)[int(told[-1].argmax())] == "civil_war"


def test_every_case_has_outcomes_to_be_set_beside() -> None:
    for entry in atlas():
        kinds = [one.kind for one in observed(entry)]
        assert {"deaths", "theirs", "order_5", "order_10"} <= set(kinds), entry.name
        assert len(kinds) == len(set(kinds))


def test_weights_of_words_follow_the_range_and_sum_to_one() -> None:
    told = {one.kind: dict(one.words) for one in observed(case("haiti-1915")) if one.words}
    assert told["order_5"] == pytest.approx({"civil_war": 0.7, "limited_violence": 0.3})
    assert all(sum(words.values()) == pytest.approx(1.0) for words in told.values())


def test_outcomes_are_read_from_the_weeks_that_they_name() -> None:
    entry = case("somalia-1992")
    problem = Scenario.load("atlas/somalia-1992").problem()
    reading = reading_of(entry, problem)
    end = round((np.datetime64("1995-03-02") - problem.dates[0]).astype(int) / 7)
    assert reading.weeks["deaths"] == (0, pytest.approx(end, abs=1))
    weekly = {name: np.zeros((2, problem.steps)) for name in QUANTITIES}
    weekly["deaths"][1, end - 2] = 999.0
    weekly["observed_state_based_deaths"][0, reading.weeks["order_5"][0]] = 99.0
    values = dict(zip(reading.kinds, reading.features(weekly).T, strict=True))
    assert values["deaths"] == pytest.approx([0.0, 3.0]) and values["order_5"] == pytest.approx([2.0, 0.0])
    assert values["order_10"] == pytest.approx([0.0, 0.0])


def test_runs_of_a_case_are_the_same_whatever_the_number_of_threads() -> None:
    entry = case("panama-1989")
    war = War.of(entry, [Scenario.load("atlas/panama-1989").problem()])
    names = shared_names()
    scores = np.random.default_rng(1).standard_normal((20, len(names)))
    one, two = (simulate_case(war, scores, names, seed=4, workers=workers) for workers in (1, 2))
    assert np.array_equal(one, two) and one.shape == (20, len(war.entries))
    assert not np.array_equal(one, simulate_case(war, scores, names, seed=5, workers=1))


def test_area_under_the_curve_counts_pairs() -> None:
    assert auc(np.array([0.9, 0.2, 0.4, 0.4]), np.array([True, False, True, False])) == pytest.approx(0.875)
    assert np.isnan(auc(np.array([0.5]), np.array([True])))


def test_nothing_that_a_place_starts_with_is_shared() -> None:
    names = shared_names()
    assert "attitude_pace" in names and len(set(names)) == len(names)
    assert not [name for name in names if name.endswith("_at_start") or name.startswith("reporting")]
