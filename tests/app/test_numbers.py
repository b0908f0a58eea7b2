"""Numbers as people type them into a field."""

import re

import pytest

from forbear.app.numbers import Doubt, is_counted, read_number
from forbear.app.play.game import read_decision
from forbear.app.state import read_state
from forbear.country.model import MODEL
from forbear.errors import ScenarioError
from forbear.words import minus

MARKS = [".", ",", " ", "\u00a0", "\u202f", "\u2009", "'", "\u2019", "_"]


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_before_three_digits_of_a_count_is_asked_about_and_both_readings_are_named(mark):
    found = read_number(f"200{mark}000", counted=True)
    assert isinstance(found, Doubt) and "200000" in found.instead and re.search(r"\b200\b", found.instead)


@pytest.mark.parametrize("mark", MARKS)
def test_two_groups_behind_one_mark_are_thousands(mark):
    assert read_number(f"1{mark}200{mark}000", counted=True) == 1_200_000


@pytest.mark.parametrize(
    "text", ["1.200,000", "1,200.000", "20 5", "200k", "1 2", "4 1e3", "2x3", "", "\uff12\uff10", "nan", "inf", "1e999"]
)
@pytest.mark.parametrize("counted", [True, False])
def test_what_is_no_number_is_refused_and_its_parts_are_never_joined(text, counted):
    assert isinstance(read_number(text, counted=counted), Doubt)


def test_a_comma_for_decimals_is_named_with_the_dot_that_is_meant():
    assert read_number("0,2", counted=False) == Doubt("a dot sets decimals apart here", "0.2")
    assert isinstance(read_number("1,500", counted=False), Doubt)


@pytest.mark.parametrize(
    ("text", "value"), [("150000", 150000), ("0.125", 0.125), (" 2.5e5 ", 250000), ("1200.5", 1200.5), ("0.5", 0.5)]
)
def test_a_plain_number_is_itself_in_every_field(text, value):
    assert read_number(text, counted=True) == read_number(text, counted=False) == value


def test_a_dot_is_a_decimal_point_where_nothing_is_counted_in_thousands():
    assert read_number("1.500", counted=False) == 1.5


def test_a_player_who_types_two_hundred_thousand_with_a_dot_does_not_send_two_hundred():
    with pytest.raises(ScenarioError) as found:
        read_decision([("intervener.force", "200.000")])
    assert "200000" in found.value.faults[0].allowed


def test_the_address_of_the_laboratory_is_read_by_the_same_rule():
    with pytest.raises(ScenarioError) as found:
        read_state([("intervener.force", "200.000")], "meadow")
    assert "200000" in found.value.faults[0].allowed
    assert read_state([("intervener.force", "*1.500")], "meadow").changes == (("intervener.force", ("scale", 1.5)),)


def test_soldiers_are_counted_and_shares_are_not():
    assert is_counted(MODEL.levers["intervener.force"])
    assert not is_counted(MODEL.levers["politics.offer"])


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("-0.05 to 0.05", "\N{MINUS SIGN}0.05 to 0.05"),
        ("(-3 to -.5)", "(\N{MINUS SIGN}3 to \N{MINUS SIGN}.5)"),
        ("since 2003-05, claim H4-1, x-2", "since 2003-05, claim H4-1, x-2"),
        ("half-mad - 3", "half-mad - 3"),
        ("1-2 and 3.-4, a/-5, [2]-1", "1-2 and 3.-4, a/-5, [2]-1"),
    ],
)
def test_a_hyphen_before_a_number_becomes_a_minus_and_dates_and_names_stay(typed, told):
    assert minus(typed) == told
