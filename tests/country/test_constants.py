"""No rule holds a number that nobody declared, and every declared number is in one place."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forbear.cli.main import main
from forbear.country import constants
from forbear.country.constants import SHARED, constant_of, constants_of, undeclared_numbers
from forbear.country.declare import DIMENSIONS
from forbear.country.model import CORE, MODEL, Model
from forbear.country.program import program
from forbear.country.reference import pages
from forbear.country.vocabulary import vocabulary_of
from forbear.country.week import BEGIN, ROOMS, WEEK, rule_named
from forbear.kernel import lanes
from forbear.kernel.emit import slots
from forbear.kernel.language import read_rule
from forbear.scenario.outcomes import parts_of_order

COUNTRY = Path(constants.__file__).parent
RULES = sorted({*BEGIN, *WEEK})


@pytest.mark.parametrize("name", RULES)
def test_a_rule_of_the_house_holds_no_undeclared_number(name: str) -> None:
    assert undeclared_numbers(rule_named(name)) == []


def halves(now, given, lever, fact):  # type: ignore[no-untyped-def]
    """0, 1, halves, squares and roots need no name."""
    now.level = (now.level + 1.0) / 2.0 + power(now.level, 2.0) * power(now.level, 0.5) - 0.0  # noqa: F821


def numbers(now, given, lever, fact):  # type: ignore[no-untyped-def]
    """Numbers in every place."""
    now.level = 2.0 * now.level + 0.5 * given.rate
    if fact.kind == 3:
        now.level = clip(now.level, -1.5, 1.0) / 52  # noqa: F821
    now.size[7] = total(now.stock[d] for d in fact.districts if fact.size[d] > 1e6)  # noqa: F821
    now.level = power(2.0, now.level)  # noqa: F821


def test_undeclared_numbers_are_found_wherever_they_stand() -> None:
    assert undeclared_numbers(halves) == []
    found = [words.split(": ")[1] for words in undeclared_numbers(numbers)]
    assert found == ["0.5", "2.0", "3", "1.5", "52", "1000000.0", "7", "2.0"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_rule_reads_constants_of_its_own_room_or_shared_ones_only(room: str) -> None:
    shared = {name: {r.room for r in program().rules if name in r.constants} for name in MODEL.constants}
    for rule in program().rules:
        if rule.room == room:
            assert {MODEL.constants[name].room for name in rule.constants} <= {room, SHARED}
    once = [name for name, rooms in shared.items() if MODEL.constants[name].room == SHARED and len(rooms) < 2]
    assert once == []


def test_every_constant_says_what_it_is_and_an_assumption_is_varied() -> None:
    for constant in MODEL.constants.values():
        assert constant.unit and constant.meaning and constant.source, constant.key
        assert constant.varied or constant.source.startswith("convention"), constant.key


def test_plain_rules_and_kernels_read_the_same_values() -> None:
    for room in ROOMS:
        plain = vars(constants_of(str(COUNTRY / room / "dynamics.py")))
        assert plain == {c.name: c.value for c in MODEL.constants.values() if c.room in (room, SHARED)}


def test_another_value_of_a_constant_gives_another_kernel() -> None:
    moved = {**CORE.constants, "success_weeks": replace(CORE.constants["success_weeks"], value=105.0)}
    other = Model(CORE.quantities, CORE.levers, CORE.facts, CORE.parameters, moved)
    texts = []
    for model in (CORE, other):
        words = vocabulary_of(model)
        rule = read_rule(rule_named("politics.govern"), "politics", words)
        numbers = lanes.Constants()
        lanes.weave_rule(rule, words.symbols, slots(program()), numbers)
        texts.append(set(numbers.names))
    assert texts[1] - texts[0] == {105.0} and texts[0] - texts[1] == {104.0}


def test_order_is_declared_once_and_outcomes_read_it() -> None:
    bounds = {name: MODEL.constants[name].value for name in ("order_violence", "order_inclusion", "order_governance")}
    violence, inclusion, governance = (np.array([value - 1e-6, value + 1e-6]) for value in bounds.values())
    parts = parts_of_order(violence, inclusion, governance)
    assert parts["calm"].tolist() == [True, False]
    assert parts["every community included"].tolist() == parts["governed"].tolist() == [False, True]


def test_the_kernel_knows_no_dimension_of_a_country() -> None:
    kernel = COUNTRY.parent / "kernel"
    words = {*DIMENSIONS, *DIMENSIONS.values()} - {"size", "sizes"}
    listed = [
        (path.name, word)
        for path in kernel.glob("*.py")
        for word in words
        if f'"{word}"' in path.read_text(encoding="utf-8")
    ]
    assert listed == []


ENTRY = {"value": 1, "unit": "-", "meaning": "m", "source": "convention", "varied": False}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("value", True, "no finite number"), ("value", float("inf"), "no finite number"), ("varied", "no", "neither"),
     ("prior", {}, "unknown key")],
)  # fmt: skip
def test_a_constant_with_a_fault_is_refused(key: str, value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        constant_of("room", "name", {**ENTRY, key: value})
    with pytest.raises(KeyError):
        constant_of("room", "name", {k: v for k, v in ENTRY.items() if k != "unit"})


def test_constants_are_listed_by_the_command_and_in_the_reference(capsys) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit):
        main(["model", "constants"])
    printed = capsys.readouterr().out
    assert all(constant.key in printed for constant in MODEL.constants.values())
    with pytest.raises(SystemExit):
        main(["model", "constants", "regime"])
    assert len(capsys.readouterr().out.splitlines()) == sum(c.room == "regime" for c in MODEL.constants.values())
    reference = pages()
    for room in ROOMS:
        for name in tomllib.loads((COUNTRY / room / "constants.toml").read_text(encoding="utf-8")):
            assert f"| {name} |" in reference[room]
