"""What a chance of order costs: the least over strategies, its interval, and who asks what it is worth."""

import numpy as np
import pytest

from forbear.questions.cost_of_order import cost_of_order


def test_the_ratio_of_means_is_what_a_chance_costs_and_the_cheapest_comes_first():
    costs = {"dear": np.full(40, 300.0), "cheap": np.full(40, 100.0)}
    orders = {"dear": np.full(40, 0.6), "cheap": np.full(40, 0.1)}
    found = cost_of_order(costs, orders)
    assert list(found.rows) == ["dear", "cheap"]
    assert found.rows["dear"].per_order == pytest.approx((500.0, 500.0, 500.0))
    assert found.least[1] == pytest.approx(500.0)
    assert found.rows["dear"].cheapest == 1.0


def test_a_strategy_that_never_brings_order_costs_without_bound():
    found = cost_of_order({"war": np.full(10, 50.0)}, {"war": np.zeros(10)}, worth=1e9)
    assert np.isinf(found.least).all()
    assert found.within == 0.0
    assert found.unordered == 1.0
    assert any("without bound" in line for line in found.lines())


def test_worth_is_met_as_often_as_the_least_cost_lies_within_it():
    generator = np.random.default_rng(1)
    order = (generator.random(100) < 0.2).astype(float)
    costs, orders = {"war": np.full(100, 100.0)}, {"war": order}
    middle = 100.0 / order.mean()
    low, high = (cost_of_order(costs, orders, worth=w).within for w in (0.6 * middle, 1.8 * middle))
    half = cost_of_order(costs, orders, worth=middle).within
    assert low < 0.1 < half < 0.9 < high


def test_the_interval_holds_the_true_ratio_in_about_nine_of_ten_samples():
    generator = np.random.default_rng(2)
    held = 0
    for seed in range(200):
        order = (generator.random(200) < 0.3).astype(float)
        cost = 100.0 + 20.0 * generator.normal(size=200)
        low, _, high = cost_of_order({"war": cost}, {"war": order}, seed=seed).least
        held += low <= 100.0 / 0.3 <= high
    assert 0.83 < held / 200 < 0.97


def test_failed_draws_are_left_out_of_all_and_wrong_numbers_are_refused():
    cost, order = np.array([1.0, np.nan, 3.0]), np.array([1.0, 1.0, 0.0])
    assert cost_of_order({"war": cost}, {"war": order}).draws == 2
    with pytest.raises(ValueError, match="same strategies"):
        cost_of_order({"war": cost}, {"peace": order})
    with pytest.raises(ValueError, match="between zero and one"):
        cost_of_order({"war": np.ones(2)}, {"war": np.array([0.0, 2.0])})
    with pytest.raises(ValueError, match="no draw"):
        cost_of_order({"war": np.array([np.nan])}, {"war": np.ones(1)})


def test_the_same_seed_gives_the_same_interval():
    generator = np.random.default_rng(3)
    data = {"war": generator.random(30) * 100}, {"war": generator.random(30)}
    assert cost_of_order(*data, seed=4) == cost_of_order(*data, seed=4)
    assert cost_of_order(*data, seed=4) != cost_of_order(*data, seed=5)
