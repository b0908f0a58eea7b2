"""What would tell most: quantities that decide the region are found, and luck is not taken for knowledge."""

import numpy as np
import pytest

from forbear.questions.expected_information import entropy, expected_information

RANDOM = np.random.default_rng(5)


def test_the_quantity_that_decides_the_region_tells_all_there_is_to_know():
    one = RANDOM.random(400)
    region = np.where(one > np.median(one), 0, 1)
    found = expected_information(region, np.column_stack([one, RANDOM.random(400)]), ["a", "b"], ["study"] * 2, seed=1)
    assert found[0].name == "a" and found[0].bits == pytest.approx(entropy(region), abs=0.05)
    assert found[0].chance < 0.05 and (found[0].low, found[0].high) == (0.0, 1.0)


def test_many_idle_quantities_seem_to_tell_no_more_than_luck_does():
    region = RANDOM.integers(0, 3, 128)
    found = expected_information(
        region, RANDOM.random((128, 300)), [f"q{k}" for k in range(300)], ["study"] * 300, seed=1
    )
    assert found and all(entry.chance > 0.05 for entry in found)


def test_the_best_of_every_kind_is_named_even_where_another_kind_tells_more():
    one = RANDOM.random(300)
    region = np.where(one > 0.5, 0, 2)
    quantities = np.column_stack([one, one + 0.05 * RANDOM.random(300), one**2, one**3, one + 0.5 * RANDOM.random(300)])
    found = expected_information(region, quantities, list("abcde"), ["study"] * 4 + ["observation"], seed=1)
    assert {entry.kind for entry in found} == {"study", "observation"} and len(found) == 4


def test_exchanging_the_sides_leaves_what_would_tell_as_it_is():
    one = RANDOM.random((200, 3))
    region = np.where(one[:, 0] > 0.6, 0, np.where(one[:, 1] > 0.5, 1, 2))
    swapped = np.array([1, 0, 2])[region]
    ours = expected_information(region, one, list("abc"), ["study"] * 3, seed=4)
    theirs = expected_information(swapped, one, list("abc"), ["study"] * 3, seed=4)
    assert [entry.name for entry in ours] == [entry.name for entry in theirs]
    assert [entry.bits for entry in ours] == pytest.approx([entry.bits for entry in theirs], abs=1e-6)


def test_where_one_region_holds_everywhere_or_draws_are_few_nothing_can_tell():
    few = RANDOM.random((10, 2))
    assert expected_information(np.zeros(200, int), RANDOM.random((200, 2)), ["a", "b"], ["study"] * 2, seed=1) == ()
    assert expected_information(np.arange(10) % 2, few, ["a", "b"], ["study"] * 2, seed=1) == ()
