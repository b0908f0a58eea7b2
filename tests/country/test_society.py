"""Separation, revenge, walls, rents, acceptance, bargaining, guests and growth: directions and extreme conditions."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.ensemble.engine import Engine
from forbear.inference.structures import known_theories

MEMBERS = 64


@pytest.fixture
def run(draw):
    """Run a scenario with prior draws in which some parameters are set: run(scenario, names, facts=..., **set)."""

    def go(scenario, names, facts=None, step=1.0, **fixed):
        problem = scenario.problem(step).with_facts(facts or {})
        parameters = draw(problem, MEMBERS, 11)
        for name, value in fixed.items():
            parameters[name] = np.full_like(parameters[name], value)
        engine = Engine(problem, weekly=list(names), monthly=list(names))
        block = engine.run(parameters, np.arange(MEMBERS, dtype=np.uint32), 5)
        assert not block.failed.any()
        return block

    return go


@pytest.fixture
def off():
    """Parameters as they are without a mechanism, by their plain names: off("rents")."""
    return lambda name: {key.split(".")[1]: value for key, value in known_theories().mechanisms[name].fixed.items()}


#: What makes rivals kill one another in the meadow, so that there is something to avenge.
AT_ODDS = {"effort_from_fear": 0.9, "fear_at_start": 0.5, "provocation": 0.3, "attacks_per_fighter": 0.3,
           "lethal_share": 0.5, "restraint": 1.0}  # fmt: skip


def test_where_communities_do_not_meet_nobody_is_avenged(meadow, run):
    apart = run(meadow, ["revenge"], {"mixing": 0.0}, revenge=3.0, **AT_ODDS)
    together = run(meadow, ["revenge"], revenge=3.0, **AT_ODDS)
    assert apart.weekly["revenge"].max() == 0 and together.weekly["revenge"].max() > 0


def test_a_death_calls_for_as_many_attacks_as_the_parameter_says(meadow, run):
    """Where they live wholly mixed, and few die: the attacks called for add up to the dead times the parameter."""
    few = {"revenge": 0.05, "separation_by_flight": 0, "unmixing": 0, "grief_fading": 0.5, "avenging_capacity": 1e3}
    block = run(meadow, ["revenge", "deaths_by_rivals"], {"mixing": 1.0, "small_community": 100_000}, **few)
    called, dead = (block.weekly[name].sum() for name in ("revenge", "deaths_by_rivals"))
    assert dead > 100 and 0.04 * dead < called < 0.05 * dead


def test_revenge_makes_killing_between_communities_more_and_policing_makes_it_less(meadow, run):
    def dead(**fixed):
        return 1.0 + run(meadow, ["deaths_by_rivals"], **{**AT_ODDS, **fixed}).weekly["deaths_by_rivals"].sum(axis=1)

    neither = dead(revenge=0, policing=0)
    assert np.median(dead(revenge=2.0, policing=0) / neither) > 1.02
    assert np.median(dead(revenge=0, policing=0.02) / neither) < 0.98


def test_avengers_can_do_only_so_much_and_the_limit_grows_with_those_who_fight(meadow, run):
    """Under one call for revenge, killing grows with what a fighter can avenge, and not beyond what is called for."""

    def dead(capacity):
        spiral = {**AT_ODDS, "revenge": 4.0, "policing": 0, "clash_rate": 0, "avenging_capacity": capacity}
        return 1.0 + run(meadow, ["deaths_by_rivals"], {"mixing": 1.0}, **spiral).weekly["deaths_by_rivals"].sum(axis=1)

    none, little, much, without_end = (dead(c) for c in (1e-9, 0.05, 1.0, 1e6))
    assert np.median(little / none) > 1.02 and np.median(much / little) > 1.05
    assert np.median(without_end) >= np.median(much)
    calm = {**AT_ODDS, "revenge": 0, "policing": 0, "clash_rate": 0}
    nobody = run(meadow, ["deaths_by_rivals"], {"mixing": 1.0}, **calm).weekly["deaths_by_rivals"]
    assert np.array_equal(1.0 + nobody.sum(axis=1), none)


def test_people_flee_what_they_fear_without_a_killing_and_nobody_flees_where_neither_is(meadow, run):
    peace = {"displacement": 0, "fear_decay": 0.01, "fear_at_start": 0.5}
    afraid = run(meadow, ["newly_displaced"], flight_by_fear=0.005, **peace).weekly["newly_displaced"].sum()
    calm = run(meadow, ["newly_displaced"], flight_by_fear=0, **peace).weekly["newly_displaced"].sum()
    more = run(meadow, ["newly_displaced"], flight_by_fear=0.02, **peace).weekly["newly_displaced"].sum()
    assert calm == 0 < afraid < more


def test_killing_takes_off_and_burns_out_once_separation_is_complete(meadow, run):
    """Where a death calls for more than one other killing grows; flight that separates ends it, else it goes on."""
    names = ["deaths_by_rivals", "contact"]
    spiral = {**AT_ODDS, "revenge": 6.0, "policing": 0, "reach_without_contact": 0.02, "unmixing": 0, "remixing": 0}
    spiral |= {"clash_rate": 0, "avenging_capacity": 1e3, "flight_by_fear": 0}
    ends = run(meadow, names, {"mixing": 1.0}, **spiral, displacement=2.0, separation_by_flight=4.0)
    on = run(meadow, names, {"mixing": 1.0}, **spiral, displacement=0.0, separation_by_flight=4.0)
    calm = run(meadow, names, {"mixing": 1.0}, **{**spiral, "revenge": 0}, displacement=2.0, separation_by_flight=4.0)
    first, last = (slice(0, 26), slice(-26, None))
    at_first, at_last = (ends.weekly["deaths_by_rivals"][:, part].mean() for part in (first, last))
    assert at_first > 1.5 * calm.weekly["deaths_by_rivals"][:, first].mean()
    assert at_last < 0.5 * at_first
    assert at_last < 0.5 * on.weekly["deaths_by_rivals"][:, last].mean()
    assert ends.monthly["contact"][:, -1].mean() < 0.3 * on.monthly["contact"][:, -1].mean()


def test_flight_takes_contact_away_as_far_as_the_parameter_says(meadow, run):
    def left(strength):
        block = run(meadow, ["contact"], separation_by_flight=strength, displacement=2.0, remixing=0, **AT_ODDS)
        return block.monthly["contact"][:, -1].mean()

    assert left(4.0) < left(1.0) < left(0.0)


def test_walls_cut_contact_and_services_and_are_resented(meadow, run):
    names = ["contact", "services", "resentment", "deaths_by_rivals"]
    walled = meadow.with_levers({"people.walls": 1.0})
    cost = {"contact_cut_by_walls": 1.0, "services_cut_by_walls": 0.3, "resentment_of_walls": 0.02}
    with_walls = run(walled, names, **cost, **AT_ODDS, reach_without_contact=0.02)
    without = run(meadow, names, **cost, **AT_ODDS, reach_without_contact=0.02)
    assert with_walls.weekly["contact"].max() == 0
    assert with_walls.weekly["deaths_by_rivals"].sum() < 0.5 * without.weekly["deaths_by_rivals"].sum()
    assert with_walls.monthly["services"].mean() < 0.75 * without.monthly["services"].mean()
    assert with_walls.monthly["resentment"].mean() > 1.1 * without.monthly["resentment"].mean()


def test_walls_that_cut_nothing_change_nothing_but_that_nobody_mixes_again(meadow, run, off):
    names = ["deaths", "contact", "resentment", "services"]
    walled = run(meadow.with_levers({"people.walls": 1.0}), names, **off("separation"))
    open_ = run(meadow, names, **off("separation"))
    assert all(np.array_equal(walled.weekly[name], open_.weekly[name]) for name in names)


def test_rents_are_shares_that_follow_fighters_and_oil_and_are_nothing_without_either(meadow, run):
    rich = run(meadow, ["rents"], {"oil": 0.8}, recruits_by_rents=0, exits_by_rents=0)
    poor = run(meadow, ["rents"], {"oil": 0.0}, recruits_by_rents=0, exits_by_rents=0)
    nobody = run(
        meadow, ["rents"], {"oil": 0.8, "founding_fighters": 0}, recruitment=0, foreign_fighters=0, sponsor_support=0,
        dismissed_join=0,
    )  # fmt: skip
    assert 0 <= poor.monthly["rents"].min() and rich.monthly["rents"].max() <= 1
    assert poor.monthly["rents"].mean() < 0.8 * rich.monthly["rents"].mean()
    assert nobody.weekly["rents"].max() == 0


def test_rents_feed_organisations_or_hire_their_men_away(meadow, run):
    def fighting(**fixed):
        return run(meadow, ["fighters"], {"oil": 1.0}, **fixed).weekly["fighters"].mean(axis=1)

    neither = fighting(recruits_by_rents=0, exits_by_rents=0)
    assert np.median(fighting(recruits_by_rents=5, exits_by_rents=0) / neither) > 1.02
    assert np.median(fighting(recruits_by_rents=0, exits_by_rents=5) / neither) < 0.98


def test_patronage_buys_those_who_share_and_is_envied_by_those_who_do_not(meadow, run):
    def sympathy(**fixed):
        return run(meadow, ["sympathisers"], {"oil": 1.0}, **fixed).weekly["sympathisers"][:, -1]

    neither = sympathy(loyalty_by_patronage=0, envy_of_patronage=0)
    assert np.median(sympathy(loyalty_by_patronage=3, envy_of_patronage=0) / neither) < 1
    assert np.median(sympathy(loyalty_by_patronage=0, envy_of_patronage=3) / neither) > 1


def test_defeat_consent_and_threat_lower_resentment_and_nationalism_raises_it(meadow, run, off):
    presence = {"resentment_of_presence": 0.02, "resentment_of_raids": 0, "resentment_of_harm": 0}
    base = off("acceptance") | presence

    def resented(scenario=meadow, facts=None, **fixed):
        return run(scenario, ["resentment"], facts, **{**base, **fixed}).monthly["resentment"].mean()

    defeated = meadow.with_levers({"regime.defeat": 1.0})
    assert resented(defeated, acceptance_by_defeat=1.5) < 0.9 * resented()
    assert resented(meadow, {"external_threat": 1.0}, acceptance_by_threat=1.5) < 0.9 * resented()
    assert resented(acceptance_by_consent=1.5) < resented()
    assert resented(nationalism=1.5) > 1.05 * resented()


def test_without_acceptance_neither_defeat_nor_threat_matters(meadow, run, off):
    names = ["resentment", "deaths", "acceptance"]
    defeated = meadow.with_levers({"regime.defeat": 1.0})
    changed = run(defeated, names, {"external_threat": 1.0}, **off("acceptance"))
    same = run(meadow, names, **off("acceptance"))
    assert all(np.array_equal(changed.weekly[name], same.weekly[name]) for name in names)
    assert np.abs(same.weekly["acceptance"]).max() == 0


def test_a_safe_government_withholds_or_gives_as_the_sign_says(meadow, run):
    def made(**fixed):
        block = run(meadow, ["offer_made", "safety"], **fixed)
        assert 0 <= block.weekly["offer_made"].min() and block.weekly["offer_made"].max() <= 1
        assert 0 <= block.weekly["safety"].min() and block.weekly["safety"].max() <= 1
        return block.weekly["offer_made"][:, -1].mean()

    plain = made(offer_lost_to_safety=0, offer_by_election=0)
    assert made(offer_lost_to_safety=0.3, offer_by_election=0) < 0.9 * plain
    assert made(offer_lost_to_safety=-0.3, offer_by_election=0) > 1.1 * plain


def test_an_election_moves_offers_for_a_while_and_not_before(meadow, run):
    def offers(**fixed):
        return run(meadow, ["offer_made"], offer_lost_to_safety=0, **fixed).weekly["offer_made"]

    week = int(np.argmax(meadow.problem().levers["election"] > 0))
    plain, courting, outbidding = (offers(offer_by_election=by) for by in (0.0, 0.3, -0.3))
    assert np.array_equal(plain[:, :week], courting[:, :week])
    assert (courting[:, week] > plain[:, week]).all() and (outbidding[:, week] < plain[:, week]).all()
    assert (courting[:, week + 12] < courting[:, week]).all()


def test_guests_press_on_services_and_build(meadow, run):
    crowded = {**AT_ODDS, "displacement": 2.0, "share_fleeing_abroad": 0.0, "population_growth": 0}

    def served(**fixed):
        return run(meadow, ["services", "crowding"], **crowded, **fixed)

    neither = served(pressure_of_people=0, labour_of_displaced=0)
    assert neither.monthly["crowding"].max() > 0.02
    assert (
        served(pressure_of_people=1, labour_of_displaced=0).monthly["services"].mean()
        < neither.monthly["services"].mean()
    )
    assert (
        served(pressure_of_people=0, labour_of_displaced=3).monthly["services"].mean()
        > neither.monthly["services"].mean()
    )


def test_guests_frighten_or_calm_as_the_sign_says(meadow, run):
    crowded = {**AT_ODDS, "displacement": 2.0, "share_fleeing_abroad": 0.0}

    def afraid(by):
        return run(meadow, ["fear"], **crowded, fear_of_crowding=by).monthly["fear"].mean()

    assert afraid(-0.5) < afraid(0.0) < afraid(0.5)


def test_population_grows_at_its_rate_in_whole_people_whatever_the_step(meadow, run):
    still = {"attacks_per_fighter": 0, "civilians_killed_per_strike": 0, "displacement": 0, "flight_by_fear": 0}
    people = meadow.problem().facts["population_at_start"].sum()
    for step in (1.0, 0.5):
        block = run(meadow, ["born", "nation"], step=step, population_growth=0.03, **still)
        years = meadow.problem().steps / 52.1775
        born = block.weekly["born"][:, -1]
        assert np.array_equal(born, np.floor(born))
        # all who are residents: whoever fights, serves or is detained has no children in the model
        assert (born < people * np.expm1(0.03 * years)).all() and (born > 0.95 * people * np.expm1(0.03 * years)).all()
    assert run(meadow, ["born"], population_growth=0, **still).weekly["born"].max() == 0
