"""Strategy comparison on tables small enough to check by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.discovery.pareto import pareto_set
from forbear.discovery.regret import (
    hurwicz,
    laplace,
    probability_best,
    regret,
    regret_summary,
    satisficing_share,
)

COSTS = np.array([[1.0, 4.0, 9.0, 2.0], [2.0, 2.0, 2.0, 2.0], [5.0, 1.0, 3.0, 2.0]])


def test_a_strategy_worse_on_one_count_and_better_on_none_is_dominated():
    table = np.array([[1.0, 5.0], [1.0, 4.0], [3.0, 9.0]])  # lower deaths, higher governance
    found = pareto_set(table, ["lower", "higher"])
    assert found.share.tolist() == [1.0, 0.0, 1.0]
    assert found.dominates[0, 1] == 1.0 and found.dominates.sum() == 1.0


def test_equal_strategies_do_not_dominate_one_another():
    assert pareto_set(np.ones((3, 2)), ["lower", "lower"]).share.tolist() == [1.0, 1.0, 1.0]


def test_shares_count_draws_one_by_one():
    table = np.array([[[1.0, 3.0]], [[2.0, 2.0]]])  # one objective, two draws
    assert pareto_set(table, ["lower"]).share.tolist() == [0.5, 0.5]
    assert pareto_set(table, ["higher"]).share.tolist() == [0.5, 0.5]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_some_strategy_is_always_undominated_and_units_do_not_matter(seed):
    table = np.random.default_rng(seed).integers(0, 4, size=(6, 3, 5)).astype(float)
    found = pareto_set(table, ["lower", "higher", "lower"])
    rescaled = pareto_set(table * np.array([1000.0, 0.01, 3.0])[:, None] + 7.0, ["lower", "higher", "lower"])
    assert np.array_equal(found.share, rescaled.share)
    assert found.share.sum() >= 1.0 - 1e-12


def test_regret_is_the_distance_to_the_best_of_the_same_draw():
    assert regret(COSTS, "lower").tolist() == [[0, 3, 7, 0], [1, 1, 0, 0], [4, 0, 1, 0]]
    assert np.array_equal(regret(-COSTS, "higher"), regret(COSTS, "lower"))


def test_regret_is_summed_up_by_its_maximum_ninetieth_percentile_and_mean():
    summary = regret_summary(COSTS, "lower")
    assert summary.maximum.tolist() == [7.0, 1.0, 4.0]
    assert summary.mean.tolist() == [2.5, 0.5, 1.25]
    assert summary.ninetieth == pytest.approx(np.quantile(regret(COSTS, "lower"), 0.9, axis=1))


def test_laplace_and_hurwicz_weigh_draws_as_their_names_say():
    assert laplace(COSTS).tolist() == [4.0, 2.0, 2.75]
    assert hurwicz(COSTS, 0.0, "lower").tolist() == [9.0, 2.0, 5.0]  # the pessimist
    assert hurwicz(COSTS, 1.0, "lower").tolist() == [1.0, 2.0, 1.0]  # the optimist
    assert hurwicz(COSTS, 0.25, "higher").tolist() == pytest.approx([3.0, 2.0, 2.0])
    with pytest.raises(ValueError, match="optimism"):
        hurwicz(COSTS, 1.5, "lower")


def test_ties_for_the_best_share_the_draw():
    assert probability_best(COSTS, "lower") == pytest.approx([(1 + 1 / 3) / 4, (1 + 1 / 3) / 4, (1 + 1 / 3) / 4])
    assert probability_best(COSTS, "lower").sum() == pytest.approx(1.0)


def test_a_strategy_satisfices_only_where_every_threshold_is_met():
    deaths = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 5.0, 1.0, 5.0]])
    governance = np.array([[0.9, 0.1, 0.9, 0.9], [0.9, 0.9, 0.2, 0.9]])
    found = satisficing_share(np.stack([deaths, governance], axis=1), [3.0, 0.5], ["lower", "higher"])
    assert found.share.tolist() == [0.5, 0.0]
    assert found.by_objective.tolist() == [[0.75, 0.75], [0.25, 0.75]]
    assert found.none == 0.5


def test_an_unknown_direction_and_a_missing_outcome_are_refused():
    with pytest.raises(ValueError, match="'down'"):
        regret(COSTS, "down")
    with pytest.raises(ValueError, match="finite"):
        laplace(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="directions"):
        pareto_set(COSTS, ["lower"])
