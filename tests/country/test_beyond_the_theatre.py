"""Militants, allies, trade, the next intervention and power left: directions and extremes, with rules as plain Python.

Draws are replaced by their means, so that a direction is a direction and not luck.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from forbear.country.abroad import dynamics
from forbear.country.model import MODEL
from forbear.country.words import drawing_with

YEAR = MODEL.constants["weeks_per_year"].value
DISTRICTS, COMMUNITIES, ORGANISATIONS = 2, 2, 2


class Means:
    """Luck in which everything comes out as expected."""

    def binomial(self, name, n, p):
        return n * p

    def poisson(self, name, mean):
        return mean

    def normal(self, name):
        return 0.0

    def uniform(self, name):
        return 0.5


SIZES = {"district": DISTRICTS, "community": COMMUNITIES, "organisation": ORGANISATIONS, "component": 1}


def middle(parameter):
    """The middle of a prior: a uniform's mean, a lognormal's median, a beta's mean."""
    a = parameter.prior.arguments
    return {
        "uniform": lambda: (a["low"] + a["high"]) / 2,
        "lognormal": lambda: a["median"],
        "beta": lambda: a["a"] / (a["a"] + a["b"]),
    }[parameter.prior.family]()


def world(step=1.0, now=None, lever=None, fact=None, **given):
    """Everything that the rules of the room read: uncertainties at the middle of their priors unless set."""
    values = {p.name: middle(p) for p in MODEL.parameters.values() if p.room == "abroad"} | given
    quantities = {
        q.name: np.zeros([SIZES.get(d, 1) for d in q.over]) if q.over else 0.0 for q in MODEL.quantities.values()
    }
    quantities |= {"readiness": 1.0, "sustainable_force": 100_000.0, "implementation": 0.35, "governance": 0.3}
    levers = {entry.name: entry.default for entry in MODEL.levers.values() if not entry.over}
    facts = {
        "step": step,
        "transnational": np.array([0, 1]),
        "brigades": np.array([30.0]),
        "product": 1e13,
        "districts": range(DISTRICTS),
        "communities": range(COMMUNITIES),
        "organisations": range(ORGANISATIONS),
        "components": range(1),
    }
    state = SimpleNamespace(**(quantities | (now or {})))
    return state, SimpleNamespace(**values), SimpleNamespace(**(levers | (lever or {}))), SimpleNamespace(**(facts | (fact or {})))  # fmt: skip


def after(years, *rules, begin=True, **settings):
    """The state after so many years of these rules."""
    state, given, lever, fact = world(**settings)
    state.intervenes = lever.intervene
    with drawing_with(Means()):
        if begin:
            dynamics.inherit(state, given, lever, fact)
        for name, value in (settings.get("now") or {}).items():
            setattr(state, name, np.array(value) if isinstance(value, np.ndarray) else value)
        for _ in range(round(years * YEAR / fact.step)):
            for rule in rules:
                rule(state, given, lever, fact)
    return state


# -- sanctuary ------------------------------------------------------------------------------------------------


def hunted(**levers):
    """Militants after three years, with a theatre full of radicals where nobody is in control."""
    now = {"fighters": np.full((DISTRICTS, ORGANISATIONS), 2000.0)}
    given = levers.pop("given", {})
    return after(3, dynamics.spread, now=now, lever=levers, **given).militants


def test_access_and_partners_lower_militants_and_a_haven_raises_them_under_police():
    counterterrorism = {"special_operations": 1.0, "police_effort": 2.0}
    assert hunted(**counterterrorism, access=0.9) < hunted(**counterterrorism, access=0.1)
    faithful, false = {"warned_by_partners": 0.0}, {"warned_by_partners": 1.0, "capture_by_partners": 0.0}
    alone = hunted(**counterterrorism, access=0.9)
    assert hunted(**counterterrorism, access=0.9, local_partners=1.0, given=faithful) < alone
    assert hunted(**counterterrorism, access=0.9, local_partners=1.0, given=false) > alone


def test_sanctuary_shields_from_police_or_does_nothing_and_can_expose_or_hide():
    shielded, open_ground = {"beyond_police": 1.0}, {"beyond_police": 0.0}
    assert hunted(given=shielded) > hunted(given=open_ground)
    raids = {"special_operations": 1.0, "access": 1.0, "police_effort": 0.0}
    exposed = hunted(**raids, given={"exposed_by_gathering": 1.0, "hidden_by_sanctuary": 0.0})
    hidden = hunted(**raids, given={"exposed_by_gathering": 0.0, "hidden_by_sanctuary": 1.0})
    even = hunted(**raids, given={"exposed_by_gathering": 0.6, "hidden_by_sanctuary": 0.6})
    assert exposed < even < hidden


def test_soldiers_catch_nobody_in_a_haven_across_the_border():
    given = {"radicalised_by_occupation": 0.0, "capture_by_police": 0.0}
    without = after(1, dynamics.spread, lever={"haven": 1.0}, **given).militants
    with_soldiers = after(1, dynamics.spread, now={"presence": 1.0}, lever={"haven": 1.0}, **given).militants
    assert with_soldiers == without
    assert after(1, dynamics.spread, now={"presence": 1.0}, **given).militants < without


def test_a_thousand_soldiers_change_militants_by_little_and_none_by_nothing():
    """Presence acts without a step at the first soldier."""
    none, few, many = (after(2, dynamics.spread, now={"presence": p}).militants for p in (0.0, 0.001, 1.0))
    assert abs(few - none) < 0.01 * abs(many - none) + 1e-9


# -- allies and adversaries -----------------------------------------------------------------------------------


USUAL_ATTACKS = 1500 * 0.0002 * YEAR


def aligned(years=10, now=None, **settings):
    """The state after years with as many attacks abroad as at the start, unless set."""
    return after(years, dynamics.realign, now={"attack_rate": USUAL_ATTACKS, **(now or {})}, **settings)


def test_force_loses_allies_or_wins_them_and_equal_arrows_cancel():
    now = {"presence": 1.0}
    lost = aligned(now=now, allies_lost_to_burden=0.3, allies_won_by_force=0.0).ally_support
    won = aligned(now=now, allies_lost_to_burden=0.0, allies_won_by_force=0.3).ally_support
    even = aligned(now=now, allies_lost_to_burden=0.2, allies_won_by_force=0.2).ally_support
    usual = MODEL.constants["usual_ally_support"].value
    assert lost < even < won
    assert even == pytest.approx(usual)


def test_more_attacks_than_at_the_start_rally_allies_and_fewer_let_them_go():
    usual = MODEL.constants["usual_ally_support"].value
    more, fewer = (aligned(now={"attack_rate": USUAL_ATTACKS * times}).ally_support for times in (5.0, 0.2))
    assert fewer < usual < more
    assert aligned().ally_support == pytest.approx(usual)


def test_allies_never_sink_to_nothing_under_twenty_years_of_the_worst():
    now = {"presence": 2.0, "deaths_by_intervener": np.full((DISTRICTS, COMMUNITIES), 100.0)}
    worst = aligned(
        20, now=now, allies_lost_to_burden=0.3, allies_lost_to_harm=0.3, allies_won_by_force=0.0, allies_rallied_by_attacks=0.0
    )  # fmt: skip
    assert 0.01 < worst.ally_support < 0.2


def test_new_leaders_are_trusted_more_or_less_and_only_when_they_come():
    now = {"ally_support": 0.4}
    more, less = (
        aligned(1 / YEAR, begin=False, now=now, lever={"leadership_change": 1.0}, allies_with_new_leaders=share)
        for share in (0.9, -0.9)
    )
    same = aligned(1 / YEAR, begin=False, now=now, allies_with_new_leaders=0.9)
    assert less.ally_support < same.ally_support < more.ally_support
    assert same.ally_support == pytest.approx(0.4, abs=0.01)


def test_adversaries_balance_or_are_deterred_with_one_form():
    now = {"presence": 1.0}
    drawn = aligned(now=now, balancing=0.3, deterrence_by_demonstration=0.0).adversary_alignment
    deterred = aligned(now=now, balancing=0.0, deterrence_by_demonstration=0.3).adversary_alignment
    assert 0.0 < deterred < MODEL.constants["usual_alignment"].value < drawn < 1.0


def test_half_steps_give_the_same_allies_as_whole_ones():
    now = {"presence": 1.0, "deaths_by_intervener": np.full((DISTRICTS, COMMUNITIES), 5.0)}
    half = {**now, "deaths_by_intervener": np.full((DISTRICTS, COMMUNITIES), 2.5)}
    whole_steps, half_steps = aligned(now=now), aligned(step=0.5, now=half)
    assert half_steps.ally_support == pytest.approx(whole_steps.ally_support, abs=1e-3)
    assert half_steps.adversary_alignment == pytest.approx(whole_steps.adversary_alignment, abs=1e-3)


# -- trade ----------------------------------------------------------------------------------------------------


def traded(years=20, opening=1.0, **given):
    people = np.full((DISTRICTS, COMMUNITIES), 10_000.0)
    now = {"sympathisers": people, "neutral": 8 * people, "capacity": 0.4}
    return after(years, dynamics.trade, now=now, lever={"trade_opening": opening}, **given)


def test_without_opened_trade_nothing_moves():
    still = traded(opening=0.0)
    assert still.trade_wealth == 0.0
    assert still.upheaval_by_trade == 1.0
    assert still.capacity == 0.4
    assert (still.sympathisers == 10_000.0).all()


def test_trade_calms_or_stirs_builds_or_hollows_and_equal_arrows_cancel():
    calm = traded(hired_by_trade=1.0, stirred_by_trade=0.0, state_built_by_trade=0.02, state_hollowed_by_trade=0.0)
    stir = traded(hired_by_trade=0.0, stirred_by_trade=1.0, state_built_by_trade=0.0, state_hollowed_by_trade=0.02)
    even = traded(hired_by_trade=0.7, stirred_by_trade=0.7, state_built_by_trade=0.01, state_hollowed_by_trade=0.01)
    assert calm.sympathisers.sum() < even.sympathisers.sum() < stir.sympathisers.sum()
    assert even.sympathisers.sum() == pytest.approx(40_000.0)
    assert stir.capacity < even.capacity < calm.capacity
    assert even.capacity == pytest.approx(0.4)


def test_trade_conserves_people_and_violence_costs_wealth():
    now = traded()
    assert (now.sympathisers + now.neutral).sum() == pytest.approx(9 * 40_000.0)
    people = {"national_violence": 5.0}
    poor = after(20, dynamics.trade, now=people, lever={"trade_opening": 1.0}, wealth_lost_to_violence=0.5)
    assert poor.trade_wealth < traded().trade_wealth <= 1.0


def test_wealth_makes_coups_rarer_or_opening_makes_them_likelier():
    calmed = traded(upheaval_calmed_by_wealth=0.5, upheaval_by_opening=0.0).upheaval_by_trade
    shaken = traded(upheaval_calmed_by_wealth=0.0, upheaval_by_opening=0.5).upheaval_by_trade
    assert calmed < 1.0 < shaken


# -- the next intervention, and what is left of power -----------------------------------------------------------


def hazard(now=None, lever=None, **given):
    return after(1, dynamics.slide, now=now, lever=lever, next_at_base=0.2, **given).hazard_of_next


@pytest.mark.parametrize(
    ("parameter", "now"),
    [
        ("next_by_machine", {"expansion": 15.0}),
        ("next_by_outcome", {"governance": 0.8}),
        ("next_by_memory", {"intervener_killed": 30.0}),
    ],
)
def test_each_arrow_to_the_next_intervention_has_either_sign(parameter, now):
    others = {"next_by_machine": 0.0, "next_by_outcome": 0.0, "next_by_memory": 0.0}
    likelier, rarer = (hazard(now=now, **(others | {parameter: sign})) for sign in (0.5, -0.5))
    assert rarer < 0.2 < likelier
    assert hazard(now=now, **others) == pytest.approx(0.2)


def test_where_nobody_intervenes_the_next_is_as_likely_as_the_record_says():
    now, given = {"governance": 0.9, "implementation": 0.9}, {"next_by_machine": 2.0, "next_by_outcome": 2.0}
    assert hazard(now=now, lever={"intervene": 0.0}, **given) == pytest.approx(0.2)


def test_the_memory_of_the_dead_fades():
    now = {"memory_of_dead": 4000.0}
    years = MODEL.constants["memory_years"].value
    assert after(years, dynamics.slide, now=now).memory_of_dead == pytest.approx(4000.0 / np.e, rel=0.01)


def test_force_in_use_is_not_in_reserve_and_experience_adds_or_takes():
    free, used, beyond = (after(5, dynamics.spare, now={"force": f}) for f in (0.0, 50_000.0, 200_000.0))
    assert free.force_in_reserve == pytest.approx(1.0)
    assert beyond.force_in_reserve == 0.0
    sharp, dull = (
        after(5, dynamics.spare, now={"force": 50_000.0}, worth_of_experience=w).force_in_reserve for w in (0.3, -0.3)
    )
    assert dull < used.force_in_reserve < sharp


def test_debt_is_what_was_paid_and_drifts_either_way():
    now = {"cost_in_step": 1e9}
    paid = after(10, dynamics.spare, now=now, drift_of_debt=0.0).war_debt
    assert paid == pytest.approx(1e9 * round(10 * YEAR) / 1e13)
    low, high = (after(10, dynamics.spare, now=now, drift_of_debt=d).war_debt for d in (-0.03, 0.03))
    assert low < paid < high


# -- what is counted --------------------------------------------------------------------------------------------


def test_incidents_are_a_share_of_attacks_and_others_beside_them():
    state = after(1 / YEAR, dynamics.record, now={"attacks_abroad": 6.0}, attacks_on_nationals=0.5)
    others = middle(MODEL.parameters["abroad.other_attacks_on_nationals"]) / YEAR
    assert state.observed_attacks_abroad == pytest.approx(3.0 + others)


def test_a_regime_is_deposed_as_often_as_in_the_record_and_never_where_nobody_intervenes():
    assert after(0, now=None).deposed == pytest.approx(7.5 / 13.0)
    assert after(0, lever={"intervene": 0.0}).deposed == 0.0
