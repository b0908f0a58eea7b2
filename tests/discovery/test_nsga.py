"""NSGA-II against fronts that are known in closed form (Zitzler, Deb and Thiele 2000; Fonseca and Fleming 1995)."""

import numpy as np
import pytest

from forbear.discovery.nsga import crowding, minimise, ranks


def zdt(kind: int):
    """Costs of ZDT1 (convex front 1 - sqrt f) and ZDT2 (concave front 1 - f^2); the Pareto set is x[1:] == 0."""

    def cost(x):
        g = 1.0 + 9.0 * x[1:].mean()
        share = x[0] / g
        return np.array([x[0], g * (1.0 - (np.sqrt(share) if kind == 1 else share**2))])

    return cost


def area(costs: np.ndarray) -> float:
    """What a front of two costs dominates below the corner (1.1, 1.1)."""
    total, height = 0.0, 1.1
    for one, other in sorted(map(tuple, costs)):
        if one < 1.1 and other < height:
            total += (1.1 - one) * (height - other)
            height = other
    return total


@pytest.mark.parametrize(("kind", "front"), [(1, lambda f: 1 - np.sqrt(f)), (2, lambda f: 1 - f**2)])
def test_the_search_reaches_a_known_front_and_covers_it(kind, front):
    found = minimise(zdt(kind), np.zeros(8), np.ones(8), evaluations=12_000, population=60, seed=1)
    assert abs(found.costs[:, 1] - front(found.costs[:, 0])).max() < 0.02
    assert found.costs[:, 0].min() < 0.02 and found.costs[:, 0].max() > 0.98
    first = np.linspace(0.0, 1.0, 2001)
    assert area(found.costs) > 0.97 * area(np.stack([first, front(first)], axis=1))


def test_three_costs_of_distance_fill_their_triangle_from_corner_to_corner():
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.8]])
    low, high = np.full(2, -3.0), np.full(2, 3.0)
    found = minimise(lambda x: np.linalg.norm(x - corners, axis=1), low, high, evaluations=3000, population=40, seed=2)
    shares = np.linalg.solve(
        np.vstack([corners.T, np.ones(3)]), np.vstack([found.values.T, np.ones(len(found.values))])
    )
    # NSGA-II keeps a few that are far from one corner for the sake of spread (so does every other implementation)
    assert (shares.min(axis=0) > -0.03).mean() > 0.5 and shares.min() > -0.3
    assert (shares.max(axis=1) > 0.9).all()


def test_it_does_better_than_as_many_random_tries():
    low, high, tries = np.zeros(8), np.ones(8), 1200
    drawn = np.random.default_rng(3).random((tries, 8))
    by_chance = area(np.array([zdt(1)(x) for x in drawn]))
    assert area(minimise(zdt(1), low, high, evaluations=tries, population=24, seed=3).costs) > by_chance + 0.3


def test_no_solution_beats_another_and_none_is_told_twice():
    found = minimise(zdt(1), np.zeros(4), np.ones(4), evaluations=240, population=24, seed=4)
    assert (ranks(found.costs) == 0).all()
    assert len(np.unique(found.values, axis=0)) == len(found.values)


def test_the_same_seed_gives_the_same_bits_and_another_seed_others():
    def run(seed):
        return minimise(zdt(2), np.zeros(4), np.ones(4), evaluations=240, population=24, seed=seed).values

    np.random.seed(0)
    once = run(5)
    np.random.seed(1)
    assert np.array_equal(once, run(5))
    assert not np.array_equal(once, run(6))


def test_a_cost_in_other_units_changes_nothing():
    scale, cost = np.array([1e6, 1e-3]), zdt(1)
    plain = minimise(cost, np.zeros(4), np.ones(4), evaluations=480, population=24, seed=7)
    other = minimise(lambda x: cost(x) * scale, np.zeros(4), np.ones(4), evaluations=480, population=24, seed=7)
    assert other.values == pytest.approx(plain.values)


def test_bounds_hold_and_whole_generations_are_counted():
    seen = []

    def cost(x):
        seen.append(x.copy())
        return np.array([x.sum(), -x.sum()])

    low, high = np.array([-2.0, 5.0]), np.array([-1.0, 5.5])
    found = minimise(cost, low, high, evaluations=50, population=12, seed=8)
    assert found.evaluations == len(seen) == 60
    assert (np.array(seen) >= low).all() and (np.array(seen) <= high).all()


def test_what_cannot_be_told_is_worst():
    found = minimise(
        lambda x: np.array([np.nan, 0.0]) if x[0] > 0.5 else np.array([x[0], 1.0 - x[0]]),
        np.zeros(1),
        np.ones(1),
        evaluations=240,
        seed=9,
    )
    assert found.values[np.isfinite(found.costs).all(axis=1)].max() <= 0.5
    assert np.isfinite(found.costs).all(axis=1).sum() > 5


def test_ranks_and_crowding_are_those_of_a_hand_worked_table():
    costs = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 1.0], [2.0, 6.0], [4.0, 4.0], [5.0, 7.0], [2.0, 3.0]])
    assert ranks(costs).tolist() == [0, 0, 0, 1, 1, 2, 0]
    assert crowding(np.array([[0.0, 10.0], [1.0, 6.0], [4.0, 0.0]])).tolist() == [np.inf, 2.0, np.inf]
    assert crowding(np.ones((3, 2))).tolist() == [0.0, 0.0, 0.0]


def test_sizes_and_bounds_that_cannot_be_meant_are_refused():
    with pytest.raises(ValueError, match="no box"):
        minimise(zdt(1), np.ones(2), np.ones(2), evaluations=24)
    with pytest.raises(ValueError, match="even"):
        minimise(zdt(1), np.zeros(2), np.ones(2), evaluations=24, population=7)
