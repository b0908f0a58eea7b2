"""Members, seeds and workers are whole numbers: NumPy's too, and nothing that only looks like one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.ensemble.runner import simulate
from forbear.ensemble.session import open_session
from forbear.errors import RunError
from forbear.integers import integer, members_of, seed_of, workers_of
from forbear.randomness import uniforms

SMALL = {"members": 3, "seed": 1, "weekly": ("deaths",), "monthly": ()}


def total(problem, **options) -> float:
    return float(simulate(problem, **{**SMALL, **options}).data["deaths"].sum())


@pytest.fixture(scope="module")
def plain(problem):
    return total(problem)


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.uint8, np.uint64, np.array])
def test_integers_of_numpy_are_integers(problem, plain, kind):
    assert total(problem, seed=kind(1), members=kind(3), workers=kind(2)) == plain


def test_the_manifest_is_the_same_whoever_made_the_integer(problem):
    assert simulate(problem, **{**SMALL, "seed": np.int64(1)}).manifest == simulate(problem, **SMALL).manifest


@pytest.mark.parametrize("name", ["seed", "members", "workers"])
@pytest.mark.parametrize("value", [True, np.True_, np.array(True), 1.0, np.float64(3.0), 1.5, "1", b"1", -1])
def test_what_only_looks_like_an_integer_is_refused_with_its_name(problem, name, value):
    with pytest.raises(RunError, match=name) as caught:
        simulate(problem, **{**SMALL, name: value})
    assert caught.value.code == "E441"


@pytest.mark.parametrize("seed", [2**64, 2**64 + 1, -1, None])
def test_a_seed_that_would_share_the_luck_of_another_is_refused_everywhere(problem, seed):
    uses = (
        lambda: simulate(problem, **{**SMALL, "seed": seed}),
        lambda: open_session(problem, **{**SMALL, "seed": seed}),
        lambda: uniforms(seed, np.arange(3), "name"),
    )
    for use in uses:
        with pytest.raises(RunError) as caught:
            use()
        assert caught.value.code == "E441"


def test_the_largest_seed_is_one_of_its_own(problem, plain):
    assert len({total(problem, seed=seed) for seed in (0, 1, 2**32, 2**64 - 1)}) == 4


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused(problem, workers):
    with pytest.raises(RunError) as caught:
        simulate(problem, workers=workers, **SMALL)
    assert caught.value.code == "E441"


@pytest.mark.parametrize(
    ("members", "code"),
    [(0, "E405"), ([], "E405"), ([0, 1, 2**32], "E441"), ([-1], "E441"), ([3, 3, 3], "E441"), ([0.0, 1.0], "E441"),
     ([True, False], "E441"), ([[0, 1]], "E441"), (["a"], "E441")],
)  # fmt: skip
def test_members_that_cannot_be_meant_are_refused(problem, members, code):
    with pytest.raises(RunError) as caught:
        simulate(problem, **{**SMALL, "members": members})
    assert caught.value.code == code


def test_identities_in_any_form_are_the_same_members(problem):
    first = simulate(problem, **{**SMALL, "members": 4}).data
    for members in (range(4), (0, 1, 2, 3), np.arange(4, dtype=np.int16), np.arange(4, dtype=np.uint64)):
        assert simulate(problem, **{**SMALL, "members": members}).data.identical(first)


def test_a_member_may_stand_twice_where_its_parameters_are_given(problem, draw):
    parameters = draw(problem, 2)
    data = simulate(problem, parameters=parameters, **{**SMALL, "members": [5, 5]}).data
    assert data["member"].values.tolist() == [5, 5]


@given(st.one_of(st.integers(), st.floats(), st.booleans(), st.text(max_size=3), st.none(), st.binary(max_size=3)))
def test_a_seed_is_taken_as_it_is_or_refused_and_never_changed(value):
    allowed = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64
    if allowed:
        assert seed_of(value) == value
    else:
        with pytest.raises(RunError) as caught:
            seed_of(value)
        assert caught.value.code == "E441"


def test_bounds_are_named_and_inclusive():
    assert integer(5, "x", least=5, most=5) == 5 and workers_of(None) is None
    with pytest.raises(RunError, match="x is a whole number from 1 to 4, not 5"):
        integer(5, "x", least=1, most=4)
    assert members_of(3).dtype == np.uint32
