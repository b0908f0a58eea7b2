"""The rules of the room as plain Python."""

from types import SimpleNamespace

import numpy as np
import pytest
from forbear_drought import dynamics

from forbear.country.words import drawing_with

GIVEN = {
    "dryness_pace": 0.05, "dryness_spread": 0.03, "services_lost_to_drought": 0.5, "services_kept_by_relief": 0.5,
    "mobilised_by_want": 0.4, "bound_by_want": 0.4,
}  # fmt: skip


class Coins:
    """Normal draws of a seed."""

    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)

    def normal(self, name):
        return float(self.generator.normal())


def country(dryness=0.8, relief=0.0, **given):
    now = SimpleNamespace(dryness=np.full(2, dryness), services=np.full(2, 0.6), mobilisation=np.full((2, 1), 1.5))
    fact = SimpleNamespace(
        districts=range(2),
        communities=range(1),
        step=1.0,
        usual_dryness=np.array([0.3, 0.6]),
        rain_fed=np.array([0.0, 1.0]),
    )
    return now, SimpleNamespace(**{**GIVEN, **given}), SimpleNamespace(relief=relief), fact


def test_without_drought_nothing_changes():
    now, *rest = country(dryness=0.0, relief=1.0)
    dynamics.parch(now, *rest)
    dynamics.want(now, *rest)
    assert now.services.tolist() == [0.6, 0.6] and now.mobilisation.ravel().tolist() == [1.5, 1.5]


def test_siblings_of_equal_strength_cancel():
    now, *rest = country(relief=1.0)
    dynamics.parch(now, *rest)
    dynamics.want(now, *rest)
    assert now.services == pytest.approx([0.6, 0.6]) and now.mobilisation.ravel() == pytest.approx([1.5, 1.5])


def test_each_arrow_works_where_people_live_by_rain_and_only_there():
    now, *rest = country(bound_by_want=0.0)
    dynamics.parch(now, *rest)
    dynamics.want(now, *rest)
    assert now.services[0] == 0.6 and now.services[1] == pytest.approx(0.6 * (1 - 0.5 * 0.8))
    assert now.mobilisation[0, 0] == 1.5 and now.mobilisation[1, 0] == pytest.approx(1.5 * np.exp(0.4 * 0.8))


def test_dryness_stays_an_index_and_returns_to_what_is_usual():
    now, *rest = country(dryness_spread=0.06)
    dynamics.settle(now, *rest)
    assert now.dryness.tolist() == [0.3, 0.6]
    seen = []
    with drawing_with(Coins(1)):
        for _ in range(4000):
            dynamics.rain(now, *rest)
            seen.append(now.dryness.copy())
    assert np.min(seen) >= 0 and np.max(seen) <= 1
    assert np.mean(seen, axis=0) == pytest.approx([0.3, 0.6], abs=0.1)
