"""What to look up first: guessed facts, their ranges and draws, and a ranking that finds a fact known to matter."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.discovery.guessed import draw_facts, guessed_facts, unvaried_facts
from forbear.discovery.lookup import hypercube, look_up_first, lookup_lines
from forbear.scenario import Scenario


@pytest.fixture(scope="module")
def harbour():
    return Scenario.load("harbour")


def by_name(scenario):
    return {fact.name: fact for fact in guessed_facts(scenario)}


def test_a_stated_range_is_used_and_otherwise_one_by_the_unit(harbour) -> None:
    facts = by_name(harbour)
    army = facts["forces.old_army_strength.coast"]
    assert army.stated_range and army.how == "times"
    assert army.value * army.at(0.0) == pytest.approx(2000) and army.value * army.at(1.0) == pytest.approx(12000)
    oil = facts["politics.oil"]
    assert not oil.stated_range and (oil.low, oil.high) == (0.0, pytest.approx(0.25))
    assert facts["forces.old_army_strength.upland"].members == ("upland",)


def test_what_a_source_states_is_not_varied(meadow) -> None:
    known = meadow._with(
        {
            "sources": {"paper": {"title": "A paper"}},
            "facts": {
                "politics.oil": {"value": 0.3, "source": "paper"},
                "politics.preconditions": {"value": 0, "source": "assumption: the mean"},
            },
        },
        "sweep point",
        None,
    )
    facts = by_name(known)
    assert "politics.oil" not in facts
    assert facts["politics.preconditions"].state == "guessed"
    assert facts["politics.neighbours_democracy"].state == "unstated"


def test_names_and_anchors_are_left_alone_and_named(harbour) -> None:
    left = dict(unvaried_facts(harbour))
    assert left["insurgency.home.upland_league"].startswith("a name")
    assert "politics.governs.coast" in left
    assert not any(name.startswith("security.reference_density") for name in by_name(harbour))


def test_drawn_facts_stay_within_bounds_whole_and_of_their_kind(harbour) -> None:
    problem, facts = harbour.problem(), guessed_facts(harbour)
    for u in (0.0001, 0.5, 0.9999):
        drawn = draw_facts(problem, facts, np.full(len(facts), u))
        assert set(drawn) == set(problem.facts)
        for fact in facts:
            declared = harbour.facts[fact.key].declared
            values = drawn[declared.name]
            assert values.dtype == problem.facts[declared.name].dtype
            assert (values >= declared.low).all() and (values <= declared.high).all()
        people = drawn["population_at_start"]
        assert (people == np.round(people)).all()
    assert (problem.facts["population_at_start"] == harbour.problem().facts["population_at_start"]).all()


def test_a_hypercube_has_one_point_in_every_slice() -> None:
    cube = hypercube(50, 3, np.random.default_rng(1))
    assert np.sort((cube * 50).astype(int), axis=0).tolist() == [[k] * 3 for k in range(50)]


@pytest.fixture(scope="module")
def found():
    """Meadow, with one fact of wide range that sets an outcome nearly by itself."""
    meadow = Scenario.load("meadow")._with(
        {
            "facts": {
                "politics.democracy_at_start": {"value": 0.4, "range": [0.0, 0.9], "source": "assumption: a guess"}
            }
        },
        "sweep point",
        None,
    )
    return look_up_first(meadow, draws=40, members=8, seed=3)


def test_a_fact_that_sets_an_outcome_is_found_first(found) -> None:
    assert found.facts[0].name == "politics.democracy_at_start"
    share, column = found.most(0)
    assert column.startswith("democracy")
    assert share > 0.3
    column = found.columns.index("democracy")
    assert found.share[0, column] > found.share[1:, column].max()


def test_all_together_explain_at_least_as_much_as_the_first_and_no_more_than_everything(found) -> None:
    for first, total in found.together.values():
        assert 0.0 <= first <= total <= 1.0
    column = found.columns.index("democracy")
    assert found.together["democracy"][1] > found.share[0, column] - 3 * found.error[0, column]


def test_the_table_says_range_state_and_what_is_not_varied(found) -> None:
    told = "\n".join(lookup_lines(found))
    assert "look this up first" in told and "0 to 0.9" in told and "not varied" in told
    assert found.as_dict()["facts"][0]["shown"] is True


def test_the_same_seed_gives_the_same_ranking(found) -> None:
    again = look_up_first(
        Scenario.load("meadow")._with(
            {"facts": {"politics.democracy_at_start": {"value": 0.4, "range": [0.0, 0.9], "source": "assumption: a guess"}}},
            "sweep point", None,
        ),
        draws=40, members=8, seed=3, workers=1,
    )  # fmt: skip
    assert np.array_equal(again.share, found.share)
