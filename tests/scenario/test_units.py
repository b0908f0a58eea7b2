"""Units at the border."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forbear.country.model import MODEL
from forbear.errors import UnitError
from forbear.units import convert, factor, number_and_unit, same_kind


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("20 000 persons", "persons", 20_000),
        ("20\u202f000 soldiers", "persons", 20_000),
        ("4.1 GW", "MW", 4_100),
        ("0.06 / week", "1/week", 0.06),
        ("13 billion US$ / year", "US$/year", 13e9),
        ("13 billion US$ per year", "billion US$/year", 13),
        ("30 %", "share", 0.3),
        ("30 per cent", "share", 0.3),
        ("2 strikes/day", "1/week", 14),
        ("1 year", "weeks", 365.25 / 7),
        ("7 deaths/100k/week", "deaths/100k/week", 7),
        ("70 deaths per 1000000 persons per week", "deaths/100k/week", 7),
        ("-0.4", "logit", -0.4),
        ("3e3", "persons", 3000),
    ],
)
def test_a_text_is_converted_to_the_declared_unit(text: str, unit: str, value: float) -> None:
    assert convert(text, unit) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("5 persns", "persons", "E301"),
        ("5 persons", "MW", "E302"),
        ("5 weeks", "1/week", "E302"),
        ("5 US$/week", "US$/week/person", "E302"),
        ("20,000 persons", "persons", "E303"),
        ("many persons", "persons", "E303"),
        ("", "persons", "E303"),
        ("5 (persons)", "persons", "E303"),
        ("5 m**9**9**9", "persons", "E30"),
    ],
)
def test_a_text_that_cannot_be_meant_is_refused_with_its_code(text: str, unit: str, code: str) -> None:
    with pytest.raises(UnitError) as caught:
        convert(text, unit)
    assert caught.value.code.startswith(code)


def test_an_unknown_unit_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnitError) as caught:
        convert("4 megawats", "MW")
    assert caught.value.faults[0].nearest == "megawatts"


def test_dimensionless_words_convert_to_one_another() -> None:
    assert factor("share", "index") == 1
    assert not same_kind("share", "persons")


def test_every_unit_of_the_model_takes_a_number_in_that_unit() -> None:
    tables = (MODEL.facts, MODEL.levers, MODEL.parameters)
    for declared in (entry for table in tables for entry in table.values()):
        unit = "" if declared.unit == "-" else declared.unit
        assert convert(f"0.25 {unit}", declared.unit) == 0.25


@given(st.text(max_size=60), st.sampled_from(["persons", "1/week", "MW", "share", "US$/week/person"]))
def test_any_text_is_a_number_or_a_unit_error(text: str, unit: str) -> None:
    try:
        assert isinstance(convert(text, unit), float)
    except UnitError as error:
        assert error.code in ("E301", "E302", "E303")


@given(st.integers(0, 10**12))
def test_thousands_set_apart_by_spaces_are_read_whole(number: int) -> None:
    assert number_and_unit(f"{number:,}".replace(",", " ") + " persons") == (number, "persons")
