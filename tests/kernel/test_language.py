"""What the language of rules allows, and how it refuses the rest."""

import numpy as np
import pytest

from forbear.kernel import lanes
from forbear.kernel.language import Symbol, Vocabulary, WeaveError, read_rule

SYMBOLS = {
    "now.stock": Symbol("now", "stock", ("district", "community")),
    "now.total_stock": Symbol("now", "total_stock", ("district",)),
    "now.level": Symbol("now", "level", ()),
    "given.rate": Symbol("given", "rate", ()),
    "fact.home": Symbol("fact", "home", ("community",), integer=True),
    "fact.size": Symbol("fact", "size", ("district",)),
}
LOOPS = {"district": "districts", "community": "communities"}
VOCABULARY = Vocabulary(SYMBOLS, LOOPS, {"least": 2.5, "below": -1.5})


def adding(now, given, lever, fact):
    for d in fact.districts:
        now.total_stock[d] = total(now.stock[d, g] for g in fact.communities if fact.home[g] == 0)  # noqa: F821
        now.level = now.level + given.rate * (now.total_stock[d] if now.total_stock[d] > 2.0 else 1.0) / fact.size[d]


def misspelling(now, given, lever, fact):
    now.level = now.levle


def wrong_indices(now, given, lever, fact):
    now.level = now.stock


def nested_draw(now, given, lever, fact):
    now.level = 1.0 + poisson("x", 1.0)  # noqa: F821


def same_name(now, given, lever, fact):
    now.level = poisson("x", 1.0)  # noqa: F821
    now.level = poisson("x", 2.0)  # noqa: F821


def while_loop(now, given, lever, fact):
    while True:
        now.level = 1.0


def branch_on_members(now, given, lever, fact):
    if now.level > 1.0:
        now.level = 1.0


def changing_a_parameter(now, given, lever, fact):
    given.rate = 1.0


def constant_unknown(now, given, lever, fact):
    now.level = constant.lesat  # noqa: F821


def loop_over_nothing(now, given, lever, fact):
    for _d in fact.provinces:
        now.level = 1.0


def with_constants(now, given, lever, fact):
    now.level = larger(constant.least, now.level) + constant.below  # noqa: F821


def without_constants(now, given, lever, fact):
    now.level = larger(2.5, now.level) + -1.5  # noqa: F821


def python_power(now, given, lever, fact):
    now.level = now.level**2


def test_a_rule_says_what_it_reads_and_writes():
    rule = read_rule(adding, "room", VOCABULARY)
    assert {s.variable for s in rule.reads} == {
        "now_stock",
        "now_total_stock",
        "now_level",
        "given_rate",
        "fact_home",
        "fact_size",
    }
    assert {s.variable for s in rule.writes} == {"now_total_stock", "now_level"}


def test_both_weavers_give_the_same_numbers():
    rule = read_rule(adding, "room", VOCABULARY)
    constants = lanes.Constants()
    text, rows = lanes.weave_rule(rule, SYMBOLS, {}, constants)
    from forbear.kernel.draws import LANE_MASK, LANES, MASK

    space = {
        "over_lanes": lambda f: f,
        "woven_rule": lambda f: f,
        "njit": lambda **_: lambda f: f,
        "F": np.float32,
        "LANES": LANES,
        "MASK": MASK,
        "LANE_MASK": LANE_MASK,
    }
    space |= {name: np.float32(value) for value, name in constants.names.items()}
    exec(text, space)
    in_lanes = space["room_adding"]
    generator = np.random.default_rng(1)
    stock = generator.uniform(0, 3, 2 * 3 * LANES).astype(np.float32)
    rate = generator.uniform(0, 1, LANES).astype(np.float32)
    home, size = np.array([0, 1, 0]), np.array([2.0, 4.0], dtype=np.float32)
    total, level = np.zeros(2 * LANES, dtype=np.float32), np.ones(LANES, dtype=np.float32)
    arrays = {
        "fact_home": home,
        "fact_size": size,
        "given_rate": rate,
        "now_level": level,
        "now_stock": stock,
        "now_total_stock": total,
    }
    machinery = {
        "n_community": 3,
        "n_district": 2,
        "scratch": np.zeros((rows + 1) * LANES, dtype=np.float32),
        "words": None,
        "held": None,
        "work": None,
    }
    machinery |= {"members": None, "key0": 0, "key1": 0, "index": 0, "lanes": LANES}
    names = in_lanes.__code__.co_varnames[: in_lanes.__code__.co_argcount]
    in_lanes(*[(arrays | machinery)[name] for name in names])
    by_hand = stock.reshape(2, 3, LANES)[:, [0, 2]].sum(axis=1)
    assert np.allclose(total.reshape(2, LANES), by_hand, rtol=1e-6)
    added = rate * np.where(by_hand > 2.0, by_hand, 1.0) / size[:, None]
    assert np.allclose(level, 1.0 + added.sum(axis=0), rtol=1e-6)


@pytest.mark.parametrize(
    ("function", "words"),
    [(misspelling, "unknown name"), (wrong_indices, "runs over"), (nested_draw, "stands alone"), (same_name, "two draws"),
     (while_loop, "not in the language"), (changing_a_parameter, "changes the state"),
     (constant_unknown, "unknown name constant.lesat"), (loop_over_nothing, "fact.districts, fact.communities")],
)  # fmt: skip
def test_what_is_outside_the_language_is_refused_with_rule_and_reason(function, words):
    with pytest.raises(WeaveError, match=words) as caught:
        read_rule(function, "room", VOCABULARY)
    assert f"room.{function.__name__}" in str(caught.value)


@pytest.mark.parametrize("function", [branch_on_members, python_power])
def test_what_members_differ_in_cannot_branch_and_powers_are_named(function):
    rule = read_rule(function, "room", VOCABULARY)
    with pytest.raises(WeaveError):
        lanes.weave_rule(rule, SYMBOLS, {}, lanes.Constants())


def test_a_constant_is_woven_as_the_number_that_it_is():
    named = read_rule(with_constants, "room", VOCABULARY)
    plain = read_rule(without_constants, "room", VOCABULARY)
    plain.name = named.name
    assert named.constants == {"least", "below"} and not plain.constants
    assert lanes.weave_rule(named, SYMBOLS, {}, lanes.Constants()) == lanes.weave_rule(
        plain, SYMBOLS, {}, lanes.Constants()
    )
