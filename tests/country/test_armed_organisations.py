"""Organisations that fight one another, declare truces, overreach, are raided and held: directions, and extremes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forbear.country.model import MODEL
from forbear.ensemble.engine import Engine
from forbear.inference.structures import known_theories, with_structure

MEMBERS = 128
#: Parameters under which a small country has plenty of fighters who meet, are taken and are let go.
LIVELY = {
    "attacks_per_fighter": 0.15,
    "recruitment": 0.003,
    "recruits_without_network": 0.3,
    "effort_from_fear": 0.8,
    "fear_at_start": 0.4,
    "tips": 1.0,
    "operations_by_intervener": 0.05,
}


@pytest.fixture
def run(draw):
    """Run a scenario with prior draws in which some parameters are set: run(scenario, weekly, facts, **set)."""

    def go(scenario, weekly, facts=None, seed=5, **fixed):
        # reactive rules would move levers that a test holds
        problem = replace(scenario.problem().with_facts(facts or {}), rules=())
        parameters = draw(problem, MEMBERS, 11)
        for name, value in {**LIVELY, **fixed}.items():
            parameters[name] = np.full_like(parameters[name], value)
        block = Engine(problem, weekly=list(weekly)).run(parameters, np.arange(MEMBERS, dtype=np.uint32), seed)
        assert not block.failed.any()
        return block.weekly

    return go


@pytest.fixture(scope="module")
def quiet(meadow):
    """The meadow with no offers of deals, so that local defence comes from elsewhere."""
    return meadow.with_levers({"insurgency.local_offer": 0})


#: Both organisations of the meadow draw on one community, and the second is its radical splinter.
RADICALS = {"home": [0, 0], "splinter_of": [-1, 0], "radical": [0, 1], "transnational": [0, 1]}


def test_without_clashes_nobody_falls_to_rivals(meadow, run):
    weekly = run(meadow, ["fallen"], clash_rate=0)
    assert weekly["fallen"].max() == 0


def test_nobody_falls_to_rivals_where_nobody_is_a_rival(meadow, run):
    weekly = run(meadow, ["fallen"], facts={"rivalry": np.zeros((2, 2))}, clash_rate=1)
    assert weekly["fallen"].max() == 0


def test_clashes_cost_fighters_and_the_people_who_live_there(meadow, run):
    names = ["fallen", "fighters_dead", "attacks_on_civilians"]
    calm = run(meadow, names, clash_rate=0.05, crossfire=0, deterrence_by_balance=0)
    hit = run(meadow, names, clash_rate=0.05, crossfire=5, deterrence_by_balance=0)
    never = run(meadow, names, clash_rate=0, crossfire=5)
    assert hit["fallen"].sum() > 0
    assert calm["fighters_dead"][:, -1].mean() > never["fighters_dead"][:, -1].mean()
    assert hit["attacks_on_civilians"].sum() > calm["attacks_on_civilians"].sum()


def test_balance_deters_or_invites_as_its_sign_says(meadow, run):
    fell = {
        sign: run(meadow, ["fallen"], clash_rate=0.05, crossfire=0, deterrence_by_balance=sign)["fallen"].sum()
        for sign in (-1.0, 0.0, 2.0)
    }
    assert fell[-1.0] > fell[0.0] > fell[2.0] > 0


def test_only_an_organisation_with_leaders_who_are_obeyed_declares_a_truce(meadow, run):
    weekly = run(meadow, ["truce"], facts={"open_to_truce": [0, 0]}, truce_rate=0.5)
    assert weekly["truce"].max() == 0
    weekly = run(meadow, ["truce"], facts={"open_to_truce": [1, 1]}, truce_rate=0.5, truce_breaking=1e-6,
                 truce_lost_to_fear=0, truce_from_losses=0, truce_from_sponsor=0, truce_from_foresight=0)  # fmt: skip
    assert weekly["truce"][:, -1].min() == 2
    assert set(np.unique(weekly["truce"])) <= {0, 1, 2}


def test_leaders_who_see_a_tighter_hold_coming_lie_low_or_strike_as_the_parameter_says(meadow, run):
    """The force grows tenfold half-way: the same foresight that brings truces then prevents them with the other sign."""
    many = {"schedule": [["2003-05-05", 200], ["2004-05-03", 2000]], "interpolation": "step"}
    surge = meadow.with_levers({"intervener.force": many})
    fixed = {"truce_rate": 0.004, "truce_breaking": 1e-6, "truce_lost_to_fear": 0, "truce_from_losses": 0}
    fixed |= {"truce_from_sponsor": 0}
    facts = {"open_to_truce": [1, 1]}

    def declared(foresight):
        """How many truces begin in the half-year before and in that after, together."""
        held = run(surge, ["truce"], facts, truce_from_foresight=foresight, **fixed)["truce"].sum(axis=0)
        return held[52] - held[26], held[78] - held[52]

    (before, lies_low), (_, neither), (_, strikes) = (declared(f) for f in (1.5, 0.0, -1.5))
    assert lies_low > neither > strikes and lies_low > before


@pytest.mark.parametrize(("obeyed", "deadliness", "fewer"), [(1.0, 3.0, True), (0.2, 3.0, False)])
def test_a_truce_lowers_attacks_unless_those_who_defy_it_are_deadlier(meadow, run, obeyed, deadliness, fewer):
    fixed = {"truce_breaking": 1e-6, "truce_obeyed": obeyed, "deadliness_of_defiant": deadliness, "truce_lost_to_fear": 0,
             "truce_from_losses": 0, "truce_from_sponsor": 0, "truce_from_foresight": 0}  # fmt: skip
    facts = {"open_to_truce": [1, 1]}
    war = run(meadow, ["attacks_on_intervener"], facts, truce_rate=0, **fixed)["attacks_on_intervener"]
    truce = run(meadow, ["attacks_on_intervener"], facts, truce_rate=0.5, **fixed)["attacks_on_intervener"]
    assert bool(truce[:, 26:].sum() < war[:, 26:].sum()) == fewer
    if obeyed == 1.0:
        assert truce[:, 52:].max() == 0


def test_losses_and_a_sponsor_bring_a_truce_or_prevent_it(meadow, run):
    facts = {"open_to_truce": [1, 1], "sponsored": [1, 1]}
    meddled = meadow.with_levers({"abroad.meddling": 1})
    held = {
        (name, sign): run(meddled, ["truce"], facts, **{"truce_rate": 0.003, "truce_from_losses": 0,
                          "truce_from_sponsor": 0, "truce_lost_to_fear": 0, name: sign})["truce"].sum()
        for name, sign in (("truce_from_losses", -0.5), ("truce_from_losses", 1.5), ("truce_from_sponsor", -2),
                           ("truce_from_sponsor", 2))
    }  # fmt: skip
    assert held["truce_from_losses", 1.5] > held["truce_from_losses", -0.5]
    assert held["truce_from_sponsor", 2] > 3 * held["truce_from_sponsor", -2]


def test_people_turn_from_radicals_who_overreach_without_any_offer(quiet, run):
    facts = {**RADICALS, "open_to_deals": [1, 0]}
    fixed = {"effort_on_own_side": 0.3, "silence_from_reprisals": 0, "deal_from_abuse": 4, "deal_rate": 0.1,
             "deal_lost_to_resentment": 0, "residents_standing_guard": 0.001}  # fmt: skip
    turned = {
        un: run(quiet, ["local_defence"], facts, unaided_turning=un, overreach=2, **fixed)["local_defence"].sum()
        for un in (0.0, 0.5)
    }
    less = run(quiet, ["local_defence"], facts, unaided_turning=0.5, overreach=0, **fixed)["local_defence"].sum()
    silent = run(quiet, ["local_defence"], facts, unaided_turning=0.5, overreach=2,
                 **{**fixed, "silence_from_reprisals": 5})["local_defence"].sum()  # fmt: skip
    assert turned[0.0] == 0 and turned[0.5] > less and turned[0.5] > silent


def test_residents_stand_guard_where_there_are_no_fighters_to_turn(meadow, run):
    deals = meadow.with_levers({"insurgency.local_offer": 1, "insurgency.local_pay": 1})
    facts = {"open_to_deals": [0, 0]}
    assert run(deals, ["local_defence"], facts, residents_standing_guard=0)["local_defence"].max() == 0
    assert run(deals, ["local_defence"], facts, residents_standing_guard=0.002)["local_defence"].max() > 0
    unpaid = deals.with_levers({"insurgency.local_pay": 0})
    weekly = run(unpaid, ["local_defence"], facts, residents_standing_guard=0.002, unaided_turning=0)
    assert weekly["local_defence"].max() == 0


def test_raids_on_networks_take_radicals_and_nobody_else(meadow, run):
    raided = meadow.with_levers({"security.network_raids": 1})
    fixed = {"tips": 0, "other_intelligence": 0, "removal_by_network_raids": 0.05, "splinter_share": 0.3}
    names = ["removed", "removed_in_raids"]
    assert run(meadow, names, RADICALS, **fixed)["removed"].max() == 0
    weekly = run(raided, names, RADICALS, **fixed)
    assert weekly["removed"].sum() > 0
    assert np.allclose(weekly["removed"], weekly["removed_in_raids"], rtol=1e-5)
    assert run(raided, names, {**RADICALS, "radical": [0, 0]}, **fixed)["removed"].max() == 0


def test_raids_need_somebody_nearby_or_hosts_who_let_them_in(meadow, run):
    away = meadow.with_levers({"security.network_raids": 1, "intervener.force": 0, "intervener.partners": 0})
    fixed = {"tips": 0, "other_intelligence": 0, "removal_by_network_raids": 0.05, "splinter_share": 0.3}
    assert run(away, ["removed"], RADICALS, **fixed)["removed"].max() == 0
    hosts = away.with_levers({"abroad.access": 1})
    assert run(hosts, ["removed"], RADICALS, **fixed)["removed"].sum() > 0


def test_revenge_raises_attacks_after_raids_and_disorder_lowers_them(meadow, run):
    raided = meadow.with_levers({"security.network_raids": 3})
    fixed = {"removal_by_network_raids": 0.03, "splinter_share": 0.4, "mobilisation_base": 0.3}
    planned = {
        sign: run(raided, ["intensity"], RADICALS, revenge_for_raids=sign, **fixed)["intensity"].sum()
        for sign in (-1.0, 0.0, 3.0)
    }
    assert planned[-1.0] < planned[0.0] < planned[3.0]


def test_whoever_does_not_know_whom_it_faces_holds_bystanders(meadow, run):
    names = ["bystanders_held", "observed_detainees", "detainees"]
    none = run(meadow, names, bystanders_per_captive=0)
    assert none["bystanders_held"].max() == 0
    assert np.array_equal(none["observed_detainees"], none["detainees"])
    weekly = run(meadow, names, bystanders_per_captive=5)
    assert weekly["bystanders_held"].sum() > 0
    assert np.array_equal(weekly["observed_detainees"], weekly["detainees"] + weekly["bystanders_held"])


def test_prison_is_a_school_a_cure_or_neither(meadow, run):
    fixed = {"bystanders_per_captive": 3, "release_rate": 0.05, "deterrence_by_detention": 0}
    again = {}
    for mind in (-1.0, 0.0, 3.0):
        again[mind] = run(meadow, ["rejoined"], minds_changed_in_prison=mind, **fixed)["rejoined"].sum()
    assert again[-1.0] < again[0.0] < again[3.0]


def test_mass_detention_deters_those_outside(meadow, run):
    fixed = {"bystanders_per_captive": 5, "minds_changed_in_prison": 0, "release_rate": 0.005}
    joined = {
        det: run(meadow, ["recruits"], deterrence_by_detention=det, **fixed)["recruits"].sum() for det in (0.0, 2.0)
    }
    assert joined[2.0] < joined[0.0]


def test_moderates_go_over_to_radicals_in_prison(meadow, run):
    fixed = {"release_rate": 0.1, "rejoining_share": 0.8, "splinter_share": 0.03, "outbidding": 0}
    strong = {over: run(meadow, ["fighters_dead"], RADICALS, gone_over_in_prison=over, **fixed) for over in (0.0, 0.6)}
    assert not np.array_equal(strong[0.0]["fighters_dead"], strong[0.6]["fighters_dead"])


def test_every_mechanism_has_a_switch_that_names_what_exists(meadow):
    for name, switch in known_theories().mechanisms.items():
        changed = with_structure(meadow, f"without-{name}").problem()
        for key, value in switch.fixed.items():
            assert key in MODEL.parameters
            arguments = {p.arguments["value"] for p in np.ravel(changed.priors[key.split(".")[1]])}
            assert arguments == {value}, (name, key)
