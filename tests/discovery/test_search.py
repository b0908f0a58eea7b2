"""Strategy search over a world whose best bundles are known."""

import numpy as np
import pytest

from forbear.discovery import search as searching
from forbear.discovery.search import search
from forbear.scenario.casefiles.search_levers import SearchLever, load_search_levers
from forbear.scenario.outcomes import OUTCOMES
from forbear.scenario.scenario import Scenario

VARIABLES = (
    SearchLever("force", "Force", "a", "value", 0.0, 100.0),
    SearchLever("spend", "Spending", "b", "value", 5.0, 9.0),
)
DRAWS = np.linspace(0.9, 1.1, 21)


class Meter:
    def start(self, total, title): ...

    def advance(self, by): ...

    def finish(self): ...


class Known:
    """Deaths fall with force, cost rises with force and spending, governance rises with spending."""

    def __init__(self):
        self.meter, self.scenario, self.ran = Meter(), None, {}

    def run_all(self, policies, meter):
        self.ran |= policies
        meter.advance(len(policies))

    def values(self, name, outcome):
        force, spend = self.ran[name]
        return {
            "deaths": 1e5 - 900 * force,
            "intervener_deaths": 10 * force,
            "cost": 1e9 * (force + spend),
            "governance": spend / 10,
            "order": force / 1000,
        }[outcome] * DRAWS


class Bundle:
    def __init__(self, *values):
        self.values = values

    def apply(self, scenario):
        return self.values


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(searching, "never_intervening", lambda strategies, scenario: set())
    monkeypatch.setattr(searching, "apply", lambda scenario, variables, values: tuple(values))
    strategies = {"HISTORY": Bundle(50.0, 7.0), "WASTE": Bundle(50.0, 100.0)}
    return lambda seed=1: search(Known(), VARIABLES, strategies, evaluations=120, population=24, seed=seed)


def test_of_the_bundles_found_none_beats_another(found):
    got = found()
    signs = np.array([1.0 if OUTCOMES[o].better == "lower" else -1.0 for o in got.names])
    costs = got.objectives * signs
    wins = (costs[:, None] <= costs).all(axis=2) & (costs[:, None] < costs).any(axis=2)
    assert not wins.any()
    assert (np.diff(got.objectives[:, 0]) >= 0).all()
    assert got.evaluations == 120


def test_objectives_are_the_bad_end_over_draws_in_the_outcomes_own_units(found):
    got = found()
    deaths = np.quantile(DRAWS, 0.9) * (1e5 - 900 * got.values[:, 0])
    assert got.objectives[:, got.names.index("deaths")] == pytest.approx(deaths)
    governance = np.quantile(DRAWS, 0.1) * got.values[:, 1] / 10
    assert got.objectives[:, got.names.index("governance")] == pytest.approx(governance)


def test_the_least_cost_of_order_is_over_bundles_and_feasible_strategies_and_asked_for_by_a_worth(found, monkeypatch):
    assert found().price is None
    got = search(
        Known(), VARIABLES, {"HISTORY": Bundle(50.0, 7.0)}, evaluations=48, population=24, worth=2e13, feasible={"HISTORY": (50.0, 7.0)}
    )  # fmt: skip
    price = got.price
    assert len(price.rows) == got.evaluations + 1
    assert "HISTORY as far as it can be raised" in price.rows
    # what a chance costs is 1e12 (1 + spending / force): the cheapest bundle has most force for its spending
    cheapest = next(iter(price.rows.values()))
    assert price.least[1] == pytest.approx(cheapest.per_order[1], rel=1e-6)
    assert price.within == 1.0


def test_the_same_seed_finds_the_same_bits_whatever_else_draws_numbers(found):
    first = found().values
    np.random.seed(7)
    assert np.array_equal(first, found().values)
    assert not np.array_equal(first, found(seed=2).values)


def test_the_levers_that_iraq_offers_for_search_are_read():
    variables = load_search_levers(Scenario.load("iraq-2003"))
    assert variables and all(v.low < v.high and v.how in ("scale", "value", "end") for v in variables)
