"""The hash of the model holds what bears on numbers and nothing else."""

from __future__ import annotations

from dataclasses import replace

from forbear.country.fingerprint import fingerprint, rules_of
from forbear.country.model import CORE, FIXED_MEMBERS

RULE = '''
@rule("E1")
def grow(now, given, lever, fact):
    """More."""
    now.level = clip(now.level + constant.pace * fact.step, 0.0, 1.0)
'''
PACE = {"pace": 0.5}
VALUES = {name: constant.value for name, constant in CORE.constants.items()}


def house():  # type: ignore[no-untyped-def]
    return [e for table in (CORE.quantities, CORE.levers, CORE.facts, CORE.parameters) for e in table.values()]


def test_layout_comments_docstrings_and_names_for_numbers_change_nothing() -> None:
    other = '''
@rule("E1", "E2")
def grow(now, given, lever, fact):
    """Another word."""
    now.level = clip(
        now.level + 0.5 * fact.step,  # the pace
        0.0,
        1.0,
    )
'''
    assert rules_of(RULE, PACE) == rules_of(other, {})


def test_numbers_operations_and_names_change_it() -> None:
    first = rules_of(RULE, PACE)
    assert rules_of(RULE, {"pace": 0.6}) != first
    for old, new in (("+ constant", "- constant"), ("1.0)", "2.0)"), ("clip(", "larger("), ("fact.step", "fact.stop"), ("def grow", "def sink")):  # fmt: skip
        assert old in RULE and rules_of(RULE.replace(old, new), PACE) != first, new


def test_prose_of_a_declaration_changes_nothing_and_a_prior_a_bound_or_a_constant_does() -> None:
    first = fingerprint(house(), VALUES, FIXED_MEMBERS)
    assert first == CORE.hash
    entries = house()
    parameter = next(i for i, e in enumerate(entries) if e is next(iter(CORE.parameters.values())))
    lever = next(i for i, e in enumerate(entries) if e is next(iter(CORE.levers.values())))

    def changed(place: int, **parts: object) -> str:
        return fingerprint(
            [*entries[:place], replace(entries[place], **parts), *entries[place + 1 :]], VALUES, FIXED_MEMBERS
        )

    assert changed(parameter, meaning="said better", source="a later work") == first
    prior = entries[parameter].prior
    assert changed(parameter, prior=replace(prior, arguments={k: v + 1 for k, v in prior.arguments.items()})) != first
    assert changed(lever, high=entries[lever].high + 1) != first
    assert fingerprint(entries, {**VALUES, "success_weeks": 105.0}, FIXED_MEMBERS) != first
    assert fingerprint(entries, VALUES, {**FIXED_MEMBERS, "team": ("first",)}) != first
