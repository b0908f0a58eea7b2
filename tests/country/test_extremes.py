"""What must hold at the extremes for any parameters (model document, section 6.2)."""

from dataclasses import replace

import numpy as np
import pytest

from forbear.ensemble.engine import Engine

MEMBERS = 64


@pytest.fixture
def run(draw):
    """Run a scenario with prior draws in which some parameters are set: run(scenario, weekly, monthly, **set)."""

    def go(scenario, weekly=(), monthly=(), facts=None, rules=None, **fixed):
        problem = scenario.problem()
        if rules is not None:  # reactive rules would move levers that the test holds
            problem = replace(problem, rules=rules)
        problem = problem.with_facts(facts or {})
        parameters = draw(problem, MEMBERS, 11)
        for name, value in fixed.items():
            parameters[name] = np.full_like(parameters[name], value)
        return Engine(problem, weekly=list(weekly), monthly=list(monthly)).run(
            parameters, np.arange(MEMBERS, dtype=np.uint32), 5
        )

    return go


def test_without_intervener_nobody_attacks_one(meadow, run):
    block = run(
        meadow.with_levers({"intervener.intervene": 0}),
        ["attacks_on_intervener", "intervener_dead", "deaths_by_intervener", "cost_operations"],
    )
    assert all(values.max() == 0 for values in block.weekly.values())


def test_an_empty_country_has_no_events(meadow, run):
    names = [
        "attacks_on_intervener",
        "attacks_on_civilians",
        "deaths",
        "newly_displaced",
        "recruits",
        "security_forces",
    ]
    block = run(
        meadow,
        names,
        facts={"population_at_start": 0, "founding_fighters": 0, "old_army_strength": 0},
        foreign_fighters=0,
        sponsor_support=0,
    )
    assert not block.failed.any()
    assert all(block.weekly[name].max() == 0 for name in names)


def test_without_attacks_and_clashes_nobody_is_killed_by_fighters(meadow, run):
    block = run(
        meadow,
        ["deaths_by_rivals", "deaths_by_own_side", "intervener_dead", "government_killed"],
        attacks_per_fighter=0,
        clash_rate=0,
    )
    assert all(values.max() == 0 for values in block.weekly.values())


def test_without_information_nothing_is_removed(meadow, run):
    block = run(meadow, ["removed", "detainees"], tips=0, other_intelligence=0)
    assert block.weekly["removed"].max() == 0 and block.weekly["detainees"].max() == 0


def test_without_offers_and_where_nobody_turns_unaided_there_are_no_local_forces(meadow, run):
    block = run(meadow.with_levers({"insurgency.local_offer": 0}), ["local_defence"], rules=(), unaided_turning=0)
    assert block.weekly["local_defence"].max() == 0


def test_without_any_source_of_mobilisation_nobody_is_recruited(meadow, run):
    block = run(
        meadow,
        ["recruits"],
        mobilisation_base=0,
        mobilisation_by_occupation=0,
        mobilisation_by_exclusion=0,
        mobilisation_by_fear=0,
    )
    assert block.weekly["recruits"].max() == 0


def test_without_its_sources_resentment_fades_to_nothing(meadow, run):
    block = run(
        meadow,
        (),
        ["resentment"],
        resentment_of_presence=0,
        resentment_of_harm=0,
        resentment_of_raids=0,
        resentment_of_disorder=0,
    )
    last, first = block.monthly["resentment"][:, -1], block.monthly["resentment"][:, 0]
    assert (last <= first).all() and last.mean() < 0.6 * first.mean()


def test_without_displacement_nobody_flees(meadow, run):
    block = run(meadow, ["displaced", "refugees"], displacement=0, flight_by_fear=0)
    assert block.weekly["displaced"].max() == 0 and block.weekly["refugees"].max() == 0


def test_overwhelming_suppression_ends_attacks(meadow, run):
    many = meadow.with_levers({"intervener.force": 40_000})
    base = run(
        meadow,
        ["attacks_on_intervener"],
        suppression=1,
        exposure_elasticity=0,
        strain_on_readiness=0,
        doctrine_effect=0,
    )
    flooded = run(
        many, ["attacks_on_intervener"], suppression=1, exposure_elasticity=0, strain_on_readiness=0, doctrine_effect=0
    )
    assert flooded.weekly["attacks_on_intervener"].sum() < 0.01 * base.weekly["attacks_on_intervener"].sum()


def test_a_generous_believed_offer_includes_everyone(meadow, run):
    deal = meadow.with_levers({"politics.offer": 1, "politics.guarantee": 1})
    block = run(deal, (), ["inclusion"], over_claim=0, concession=0.4, moral_hazard=0, credibility_at_base=0.7, credibility_by_guarantee=0.7,
                acceptance_sharpness=20, bargaining_pace=0.08, reservation_discount=0.25, spoiling=0)  # fmt: skip
    governs = deal.problem().facts["governs"] > 0
    assert np.median(block.monthly["inclusion"][:, -1][:, ~governs]) > 0.85


def test_a_hopeless_claim_excludes(meadow, run):
    block = run(meadow.with_levers({"politics.offer": 0, "politics.guarantee": 0}), (), ["inclusion"], over_claim=0.35, concession=0, reservation_discount=0,
                reservation_lost_to_war=0, acceptance_sharpness=20, bargaining_pace=0.08, credibility_at_base=0.1, loss_from_disarming=1)  # fmt: skip
    facts = meadow.problem().facts
    outside = (facts["governs"] == 0) & (facts["secured_inclusion"] == 0)
    assert block.monthly["inclusion"][:, -1][:, outside].max() < 0.1


def test_a_plan_beyond_the_ceiling_is_held_to_it(meadow, run):
    block = run(meadow.with_levers({"intervener.force": 30_000, "intervener.feasible": 1}), ["force", "force_ceiling"])
    assert np.allclose(block.weekly["force"], np.minimum(30_000, block.weekly["force_ceiling"]), rtol=1e-6)
    assert (block.weekly["force"] < 30_000).any()


def test_strain_grows_only_beyond_what_rotation_sustains(meadow, run):
    rested = run(meadow.with_levers({"intervener.force": 20}), ["strain"])
    tired = run(meadow.with_levers({"intervener.force": 5_000}), ["strain"])
    assert rested.weekly["strain"].max() == 0
    assert (tired.weekly["strain"][:, -1] > 0).all()
