"""Shapley values, checked against games whose values are known and against enumeration of all orders."""

from itertools import permutations as all_orders

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forbear.questions.shapley import interaction_index, permutations, rank_shares, shapley_exact, shapley_sampled


def random_game(seed: int, n: int, draws: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(2**n, draws))


def along(plan, worths: np.ndarray) -> np.ndarray:
    """Worths of (2**n, draws) along a plan's coalitions, by way of the distinct ones."""
    coalitions, places = plan.distinct()
    masks = coalitions @ (1 << np.arange(coalitions.shape[1]))
    return worths[masks][places]


def test_the_glove_game_has_its_textbook_values():
    # Two left gloves (players 0 and 1), one right (player 2); a pair is worth 1 (Osborne and Rubinstein, ch. 14).
    worths = np.array([bool(mask & 4) and bool(mask & 3) for mask in range(8)], dtype=float)[:, None]
    assert shapley_exact(worths)[:, 0] == pytest.approx([1 / 6, 1 / 6, 4 / 6])


def test_exact_values_equal_the_mean_gain_over_every_order():
    worths = random_game(1, 4)
    expected = np.zeros((4, 3))
    for order in all_orders(range(4)):
        mask = 0
        for player in order:
            expected[player] += (worths[mask | 1 << player] - worths[mask]) / 24
            mask |= 1 << player
    assert shapley_exact(worths) == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 7))
def test_values_sum_to_the_worth_of_everyone_less_that_of_no_one(seed, n):
    worths = random_game(seed, n)
    assert shapley_exact(worths).sum(axis=0) == pytest.approx(worths[-1] - worths[0], abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 6), pairs=st.integers(1, 10))
def test_sampled_values_sum_to_the_same_total_however_few_the_orders(seed, n, pairs):
    worths, plan = random_game(seed, n), permutations(n, 2 * pairs, seed)
    estimate = shapley_sampled(along(plan, worths), plan.orders)
    assert estimate.values.sum(axis=0) == pytest.approx(worths[-1] - worths[0], abs=1e-12)


def test_a_player_who_adds_nothing_gets_nothing_and_equals_get_equal_values():
    worths = np.array([float((mask & 1) + (mask >> 1 & 1)) ** 2 for mask in range(8)])[:, None]  # player 2 is idle
    values = shapley_exact(worths)[:, 0]
    assert values[2] == 0.0
    assert values[0] == values[1] == pytest.approx(2.0)


def test_interaction_is_zero_in_an_additive_game_and_the_product_in_a_product_game():
    price = np.array([1.0, 2.0, 5.0])
    has = (np.arange(8)[:, None] >> np.arange(3)) & 1
    off_diagonal = ~np.eye(3, dtype=bool)
    assert interaction_index((has @ price)[:, None])[off_diagonal] == pytest.approx(0.0)
    joint = interaction_index((6.0 * has[:, 0] * has[:, 1])[:, None])[:, :, 0]
    assert joint[0, 1] == joint[1, 0] == pytest.approx(6.0)
    assert joint[0, 2] == joint[1, 2] == pytest.approx(0.0)
    assert np.isnan(np.diag(joint)).all()


def test_interaction_shares_a_three_way_effect_equally_between_the_pairs():
    worths = (np.arange(8) == 7).astype(float)[:, None]  # only all three together are worth anything
    assert interaction_index(worths)[0, 1, 0] == pytest.approx(0.5)  # Grabisch and Roubens: 1 / (n - 1)


def test_sampled_values_miss_exact_ones_by_as_much_as_their_standard_errors_say():
    worths = random_game(2, 5, draws=1)
    exact = shapley_exact(worths)
    misses, errors = [], []
    for seed in range(200):
        plan = permutations(5, 40, seed)
        estimate = shapley_sampled(along(plan, worths), plan.orders)
        misses.append(estimate.values - exact)
        errors.append(estimate.standard_errors)
    spread = np.std(misses, axis=0)
    assert spread == pytest.approx(np.sqrt(np.mean(np.square(errors), axis=0)), rel=0.2)
    assert (abs(np.mean(misses, axis=0)) < 4.0 * spread / np.sqrt(200)).all()


def test_orders_come_in_reversed_pairs_and_a_longer_plan_begins_with_the_shorter():
    plan, longer = permutations(6, 10, 7), permutations(6, 20, 7)
    assert np.array_equal(plan.orders[::2], plan.orders[1::2, ::-1])
    assert np.array_equal(plan.orders, longer.orders[:10])
    assert not np.array_equal(plan.orders, permutations(6, 10, 8).orders)
    assert np.array_equal(plan.coalitions.sum(axis=2), np.tile(np.arange(7), (10, 1)))
    joined = plan.coalitions[0, 1:] & ~plan.coalitions[0, :-1]
    assert np.array_equal(joined.argmax(axis=1), plan.orders[0])


def test_an_antithetic_pair_is_exact_where_players_interact_in_pairs_only():
    has = ((np.arange(32)[:, None] >> np.arange(5)) & 1).astype(float)
    coupling = np.random.default_rng(3).normal(size=(5, 5))
    worths = np.einsum("mi,ij,mj->m", has, coupling, has)[:, None]
    plan = permutations(5, 2, 0)
    assert shapley_sampled(along(plan, worths), plan.orders).values == pytest.approx(shapley_exact(worths))


def test_ranks_are_shared_between_ties():
    shares = rank_shares(np.array([[3.0, 1.0], [2.0, 1.0], [1.0, 0.0]]))
    assert shares == pytest.approx(np.array([[0.75, 0.25, 0.0], [0.25, 0.75, 0.0], [0.0, 0.0, 1.0]]))


@pytest.mark.parametrize("shape", [(3, 2), (1, 2), (8,)])
def test_a_table_that_misses_coalitions_is_refused(shape):
    with pytest.raises(ValueError, match="2\\*\\*n"):
        shapley_exact(np.zeros(shape))


def test_an_odd_number_of_orders_and_a_grand_worth_that_wavers_are_refused():
    with pytest.raises(ValueError, match="even"):
        permutations(4, 5, 0)
    plan = permutations(3, 4, 0)
    prefix = along(plan, random_game(0, 3))
    prefix[1, -1] += 1.0
    with pytest.raises(ValueError, match="grand"):
        shapley_sampled(prefix, plan.orders)
