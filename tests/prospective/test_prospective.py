"""A proposed intervention: tied to the record by reweighting, told in ranges, with never intervening first."""

from __future__ import annotations

import json

import numpy as np
import pytest

from forbear.prospective.draws import condition, draw
from forbear.prospective.ranges import propose
from forbear.prospective.telling import save
from forbear.scenario import Scenario
from forbear.scenario.proposals import proposal_faults, require_proposal
from forbear.scenario.reading.refusals import refused_lever
from forbear.validation.base_rates import ReferenceClass, base_rates

HALF = ReferenceClass("half", "Half", 50, 0, 100, "success", None, "invented", "")


def test_kept_members_succeed_as_often_as_the_class_and_are_alike_within_each_side() -> None:
    random = np.random.default_rng(5)
    hits = random.random(40_000) < 0.1
    other = random.normal(size=40_000) + 2.0 * hits  # something that goes with success
    found = condition(hits, seed=1, reference=HALF)
    kept = found.kept
    assert hits[kept].mean() == pytest.approx(0.5, abs=0.01)
    assert found.weights.mean() == pytest.approx(1.0)
    # Jeffrey's rule: what is likely given success, and given none, stays
    for side in (True, False):
        assert other[kept][hits[kept] == side].mean() == pytest.approx(other[hits == side].mean(), abs=0.06)
    # and means are those of the weights
    assert other[kept].mean() == pytest.approx(np.average(other, weights=found.weights), abs=0.05)


def test_keeping_is_repeatable_and_keeps_nobody_twice() -> None:
    hits = np.arange(2000) % 7 == 0
    first, second = condition(hits, 3, HALF), condition(hits, 3, HALF)
    assert np.array_equal(first.kept, second.kept)
    assert len(np.unique(first.kept)) == len(first.kept)
    assert not np.array_equal(first.kept, condition(hits, 4, HALF).kept)


@pytest.mark.parametrize("count", [0, 5, 1995, 2000])
def test_where_the_model_knows_one_side_only_nothing_is_tied_and_that_is_said(count: int) -> None:
    found = condition(np.arange(2000) < count, 1, HALF)
    assert found.kept is None
    assert found.words.startswith("Not tied to the record")
    assert (found.weights == 1).all()


@pytest.fixture(scope="module")
def harbour():
    return Scenario.load("harbour")


@pytest.fixture(scope="module")
def told(harbour):
    short = harbour._with({"scenario": {"end": "2033-06-27"}}, "sweep point", None)
    draws = draw(short, members=256, seed=2)
    return short, draws, propose(short, draws, condition(draws.success, 2))


def test_members_have_their_own_set_of_guessed_facts(told) -> None:
    _, draws, _ = told
    assert len(draws.ensemble) == 256 and len(draws.sets) == 2
    assert draws.ensemble.data["member"].values.tolist() == list(range(256))
    first, second = (facts["old_army_strength"] for facts in draws.sets)
    assert (first != second).any()


def test_never_intervening_stands_first_and_every_outcome_is_a_range(told) -> None:
    _, _, proposal = told
    assert [row.name for row in proposal.rows][:2] == ["NEVER", "PLAN"]
    assert proposal.rows[0].assumed and not proposal.rows[1].assumed
    numbers = proposal.as_dict()
    assert numbers["caution"].endswith("not a forecast")
    for row in numbers["strategies"]:
        for entry in row["ranges"]:
            assert set(entry) == {"outcome", "title", "unit", "low", "high"}
    text = "\n".join(proposal.lines())
    for words in ("not a forecast", "exit: the last soldier is to have left by 2033-01-03", "is assumption", "planned"):
        assert words in text


def test_the_share_of_a_range_due_to_assumptions_holds_that_of_guessed_facts(told) -> None:
    _, _, proposal = told
    for everything, facts in proposal.shares.values():
        assert 0.0 <= facts <= everything <= 1.0
    assert proposal.shares["cost"][0] > 0.5  # prices are uncertain, luck is little of it
    assert proposal.shares["intervener_deaths"][0] > 0


def test_the_same_seed_gives_the_same_members_with_one_thread(told) -> None:
    short, draws, _ = told
    again = draw(short, members=130, seed=2, workers=1).ensemble.data
    other = draws.ensemble.data.isel(member=slice(0, 128))
    assert np.array_equal(again["deaths"].values[:128], other["deaths"].values)
    assert np.array_equal(again["given_sabotage"].values[:128], other["given_sabotage"].values)


def test_numbers_are_saved_whole(told, tmp_path) -> None:
    short, draws, proposal = told
    path = save(tmp_path / "told.json", base_rates(short, draws.ensemble), proposal)
    assert json.loads(path.read_text())["proposal"]["strategies"][0]["name"] == "NEVER"
    assert [p.name for p in tmp_path.iterdir()] == ["told.json"]


def test_a_proposal_says_how_it_ends_and_holds_to_what_can_be_raised(harbour) -> None:
    require_proposal(harbour)
    assert [f.code for f in proposal_faults(harbour.with_levers({"intervener.feasible": 0}))] == ["E262"]
    late = harbour.with_levers({"intervener.force": 4000})
    assert "soldiers are planned for" in proposal_faults(late)[0].message
    assert proposal_faults(Scenario.load("meadow")) == []
    never = harbour.with_levers({"intervener.intervene": 0, "intervener.feasible": 0})
    assert proposal_faults(never) == []


@pytest.mark.parametrize(
    "key", ["security.collective_punishment", "people.forced_displacement", "security.torture", "security.targets"]
)
def test_cruelty_is_refused_by_name(key: str) -> None:
    assert "no levers of this model" in str(refused_lever(key))


def test_no_lever_of_the_model_is_refused() -> None:
    from forbear.country.model import MODEL

    assert [key for key in MODEL.levers if refused_lever(key)] == []
