"""Where one strategy fails over a grid of levers: points, effects, and mistakes of whoever asks."""

import numpy as np
import pytest

from forbear.errors import ScenarioError
from forbear.workflow.region import axes_of, region


@pytest.fixture(scope="module")
def found(meadow):
    """Twice the police against history, where police are at work and where militants have ground of their own."""
    return region(
        meadow, "meadow", {"abroad.haven": [0.0, 1.0], "abroad.police_effort": [0.0, 3.0]}, given="prior", members=16
    )


def test_every_point_of_the_grid_has_an_effect_and_the_same_policy_has_none(found):
    assert found.points == ((0.0, 0.0), (0.0, 3.0), (1.0, 0.0), (1.0, 3.0))
    assert len(found.effects) == 4
    assert all(np.array_equal(effect.base, effect.changed) for effect in found.effects)
    assert found.fails() == ()
    assert found.worse.max() == found.better.max() == 0.0


def test_the_levers_of_a_point_are_in_force_under_both(found):
    base = {point: effect.base.mean() for point, effect in zip(found.points, found.effects, strict=True)}
    assert base[0.0, 3.0] < base[0.0, 0.0]
    assert base[1.0, 3.0] > base[0.0, 3.0]


def test_axes_are_read_and_mistakes_are_told(meadow):
    assert axes_of(["abroad.access=0,0.5, 1"]) == {"abroad.access": [0.0, 0.5, 1.0]}
    with pytest.raises(ScenarioError, match="E240"):
        axes_of(["abroad.access=some"])
    with pytest.raises(ScenarioError, match="E240"):
        region(meadow, "meadow", {}, given="prior", members=2)
    with pytest.raises(ScenarioError, match="E241"):
        region(meadow, "meadow", {"abroad.access": [0]}, outcome="peace", given="prior", members=2)
    with pytest.raises(ScenarioError, match="E240"):
        region(meadow, "meadow", {"abroad.access": np.linspace(0, 1, 201)}, given="prior", members=2)
