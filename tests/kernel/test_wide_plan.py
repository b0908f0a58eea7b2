"""What the wide kernel splits, what it keeps in order, and that each illegal split would be seen.

Every rule here is of a kind that must not be split in some way. Its plan keeps the order; its results are those of the plan that
splits nothing; and with the test of legality switched off they are others, so that the rule would tell if the test were wrong.
"""

import numpy as np
import pytest
import wide_programs as tiny

from forbear.kernel.language import WeaveError, read_rule
from forbear.kernel.wide import dependence, plan, scopes

# ruff: noqa: F821


def independent(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            gone = binomial("gone", now.stock[d, g], given.rate)
            now.stock[d, g] -= gone
            back = binomial("back", gone, given.rate)
            now.moved[d, g] = gone - back


def what_is_left(now, given, lever, fact):
    for d in fact.districts:
        left = now.pool[d]
        for g in fact.communities:
            taken = binomial("taken", left, given.rate)
            left = left - taken
            now.moved[d, g] = taken
        now.flow[d] = left


def what_a_neighbour_got(now, given, lever, fact):
    for d in fact.districts:
        here = poisson("here", given.rate * now.pool[fact.neighbour[d]])
        now.pool[d] = here


def one_result_for_all(now, given, lever, fact):
    for d in fact.districts:
        now.level = poisson("again", given.rate * now.level + fact.size[d])


def draws_what_another_drew(now, given, lever, fact):
    for d in fact.districts:
        now.pool[d] = binomial("thin", now.pool[fact.neighbour[d]], given.rate)


def kept_from_before(now, given, lever, fact):
    for d in fact.districts:
        if fact.first[d] == 1:
            kept = poisson("kept", given.rate * now.pool[d])
        now.flow[d] = kept


def either_or(now, given, lever, fact):
    for d in fact.districts:
        if fact.first[d] == 1:
            now.level = poisson("drawn", given.rate * now.pool[d])
        else:
            now.level = now.level + 1.0
            now.flow[d] = poisson("other", now.level)


def sum_that_is_read(now, given, lever, fact):
    for d in fact.districts:
        come = poisson("come", given.rate * now.pool[d])
        now.level = now.level + come
        now.flow[d] = binomial("of all", now.level, given.rate)


def shared_between_communities(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            gone = binomial("gone", now.pool[d], given.rate)
            now.pool[d] -= gone
            now.moved[d, g] = gone


def order_of_both_loops(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            now.share[fact.home[g]] = poisson("one", given.rate * now.share[g] + now.stock[d, g])


def fresh_only_inside(now, given, lever, fact):
    seen = 0.0
    for d in fact.districts:
        come = poisson("come", given.rate * now.pool[d] + seen)
        seen = come
        now.flow[d] = come
    now.other = seen


def through_the_other_index(now, given, lever, fact):
    for d in fact.districts:
        for g in fact.communities:
            now.moved[d, g] = poisson("sum", given.rate * now.moved[d, fact.home[g]])


CARRIED = [
    what_is_left,
    what_a_neighbour_got,
    one_result_for_all,
    draws_what_another_drew,
    kept_from_before,
    either_or,
    sum_that_is_read,
    shared_between_communities,
    order_of_both_loops,
    fresh_only_inside,
    through_the_other_index,
]


def same(a, b):
    return all(np.array_equal(x.view(np.uint8), y.view(np.uint8)) for x, y in zip(a, b, strict=True))


def test_independent_iterations_are_drawn_at_once_and_give_what_the_order_of_the_rule_gives():
    assert [line for line in tiny.words(independent) if "draw" in line] == [
        "draw 'gone' over district, community",
        "draw 'back' over district, community",
    ]
    assert same(tiny.run(independent), tiny.run(independent, wide=False))


@pytest.mark.parametrize("rule", CARRIED, ids=lambda rule: rule.__name__)
def test_what_iterations_hand_on_keeps_its_order_and_its_bits(rule):
    assert any("one after the other" in line for line in tiny.words(rule))
    assert same(tiny.run(rule), tiny.run(rule, wide=False))


@pytest.mark.parametrize("rule", CARRIED, ids=lambda rule: rule.__name__)
def test_without_the_test_of_legality_the_same_rule_gives_other_bits(rule, monkeypatch):
    rightly = tiny.run(rule)
    monkeypatch.setattr(plan, "meet", lambda *_: False)
    every = scopes._fresh

    def all_loops(out):
        monkeypatch.setattr(scopes, "_exposed", lambda body, known: set())
        return every(out)

    monkeypatch.setattr(scopes, "_fresh", all_loops)
    assert not any("one after the other" in line for line in tiny.words(rule))
    assert not same(tiny.run(rule, check=False), rightly)


def test_a_loop_that_hands_on_goes_round_what_is_drawn_for_all_districts():
    assert tiny.words(what_is_left) == [
        "1 statements over district",
        "one after the other over community:",
        "  1 statements over district",
        "  draw 'taken' over district",
        "  2 statements over district",
        "1 statements over district",
    ]


def sum_deferred(now, given, lever, fact):
    now.level = 0.0
    for d in fact.districts:
        for g in fact.communities:
            gone = binomial("gone", now.stock[d, g], given.rate)
            now.level += gone * 0.1
    now.other = now.level


def test_a_sum_that_nobody_reads_in_between_is_added_up_afterwards_in_the_order_of_the_rule():
    assert not any("one after the other" in line for line in tiny.words(sum_deferred))
    assert same(tiny.run(sum_deferred), tiny.run(sum_deferred, wide=False))


def test_two_accesses_are_apart_only_where_the_loop_itself_is_the_index():
    rule = scopes.scoped(read_rule(what_a_neighbour_got, "room", tiny.VOCABULARY), tiny.SYMBOLS)
    here = dependence.Access("now_pool", False, ("d.0",), True)
    there = dependence.Access("now_pool", False, ("fact.neighbour[d.0]",), False)
    assert not dependence.meet({here}, {here}, ["d.0"], rule)
    assert dependence.meet({here}, {there}, ["d.0"], rule)
    assert dependence.meet({here}, {here}, ["d.0", "g.1"], rule)
    assert not dependence.meet({there}, {there}, ["d.0"], rule), "two reads never hurt"


def index_chosen(now, given, lever, fact):
    for d in fact.districts:
        if fact.first[d] == 1:
            m = fact.neighbour[d]
        else:
            m = d
        now.flow[d] = poisson("there", given.rate * now.pool[m])


def index_after_its_loop(now, given, lever, fact):
    for d in fact.districts:
        m = fact.neighbour[d]
        now.flow[d] = 1.0
    now.level = now.pool[m]


def compared_twice(now, given, lever, fact):
    now.level = 1.0 if 0.0 < now.level < 2.0 else 0.0


def to_the_power(now, given, lever, fact):
    now.level = now.level**2


def unknown_function(now, given, lever, fact):
    now.level = sine(now.level)


def broken_index(now, given, lever, fact):
    for d in fact.districts:
        now.flow[d] = now.pool[fact.size[d]]


def money_across_a_draw(now, given, lever, fact):
    price = cents(now.level)
    now.other = poisson("some", 1.0)
    now.bill = price


def test_an_index_may_be_chosen_by_facts():
    assert same(tiny.run(index_chosen), tiny.run(index_chosen, wide=False))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (index_after_its_loop, "the index m is used where it has no value of its own"),
        (compared_twice, "compare two values"),
        (to_the_power, "use power"),
        (unknown_function, "sine is not a function"),
        (broken_index, "not a whole number"),
        (money_across_a_draw, "holds cents"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_cannot_be_woven_is_refused_with_rule_and_reason(rule, said):
    with pytest.raises(WeaveError, match=said) as caught:
        tiny.run(rule)
    assert f"room.{rule.__name__}" in str(caught.value)
