"""Switches of mechanisms: each names parameters that exist, sets them where they do nothing, and makes a rival."""

from __future__ import annotations

import pytest

import forbear as fb
from forbear.country.model import CORE
from forbear.errors import ScenarioError
from forbear.inference.structures import mechanisms, structures, with_structure


@pytest.mark.parametrize("name", mechanisms())
def test_a_switch_fixes_parameters_of_the_model_at_nothing(name: str) -> None:
    fixed = mechanisms()[name].fixed
    assert fixed and set(fixed) <= set(CORE.parameters) and set(fixed.values()) == {0.0}
    changed = with_structure(fb.Scenario.load("meadow"), name)
    assert changed.name == f"meadow {name}"
    priors = changed.problem().priors
    for key in fixed:
        assert all(
            prior.family == "fixed" and prior.arguments == {"value": 0.0} for prior in priors[key.split(".")[1]].flat
        )


def test_mechanisms_and_rival_structures_have_names_of_their_own() -> None:
    assert not set(mechanisms()) & set(structures())
    with pytest.raises(ScenarioError, match="no-separation"):
        with_structure(fb.Scenario.load("meadow"), "no-seperation")
