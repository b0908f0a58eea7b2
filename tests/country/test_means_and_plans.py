"""Plans that choose decisions, order after the fall, who is heard, what is built at home: direction and extremes."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from forbear.country.declare import DIMENSIONS
from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.country.week import rule_named
from forbear.country.words import drawing_with
from forbear.ensemble.engine import Engine

TEAMS = len(FIXED_MEMBERS["team"])
PLAN = {
    "planned_force": 1000.0,
    "planned_retention": 1.0,
    "planned_purge": -0.5,
    "planned_guards": 0.8,
    "planned_offer": 0.4,
    "purge_depth": 0.7,
    "offer": 0.2,
}
MENDED = {"plan_floor": 0.9, "coordination_floor": 0.9, "uptake_floor": 0.9}


class Certain:
    """Luck in which whatever can happen happens."""

    def binomial(self, name: str, n: float, p: float) -> float:
        return n if p > 0 else 0.0


@pytest.fixture
def country():  # type: ignore[no-untyped-def]
    """Two districts and one community of plain numbers: run(rule, ..., **levers) and set what parameters are."""
    sizes = {"district": 2, "community": 1, "team": TEAMS, "component": 1}

    def filled(over: tuple[str, ...], value: float) -> Any:
        if not over or any(dimension not in sizes for dimension in over):
            return value
        return np.full([sizes[dimension] for dimension in over], value)

    given = SimpleNamespace(**{p.name: filled(p.over, 0.5) for p in MODEL.parameters.values()})
    now = SimpleNamespace(**{q.name: filled(q.over, 0.0) for q in MODEL.quantities.values()})
    fact = SimpleNamespace(step=1.0, institutions_at_risk=1.0, brigades=[1.0], committed=[0.0], expands=[1.0])
    for dimension, size in sizes.items():
        setattr(fact, DIMENSIONS[dimension], range(size))
    levers = {v.name: filled(v.over, v.default) for v in MODEL.levers.values()}
    now.population[:], now.nation, now.security_mass[:] = 1000.0, 2000.0, 0.0
    now.works[:], now.capacity, now.disorder, now.intervenes = 1.0, 1.0, 1.0, 1.0
    now.leadership_uptake = now.usual_uptake = 0.3
    given.plan_quality, given.coordination = 0.6, 0.3
    now.civil_capacity = given.civil_capacity_at_start

    def run(*names: str, weeks: int = 1, **changed: float) -> Any:
        with drawing_with(Certain()):  # type: ignore[arg-type]
            for _ in range(weeks):
                for name in names:
                    rule_named(f"intervener.{name}")(now, given, SimpleNamespace(**{**levers, **changed}), fact)
        return now

    return SimpleNamespace(run=run, now=now, given=given, fact=fact, levers=levers)


def test_where_nothing_is_mended_what_was_done_is_done(country) -> None:  # type: ignore[no-untyped-def]
    now = country.run("plan", "choose", **PLAN)
    assert now.implementation == now.usual_implementation and now.carried_out == 0
    assert (now.retention_decided, now.purge_decided, now.offer_decided) == (0, 0.7, 0.2)
    assert now.planned_soldiers == 0 and now.guarded == 0


def test_a_plan_that_is_used_moves_what_is_done_towards_what_was_asked_for(country) -> None:  # type: ignore[no-untyped-def]
    now = country.run("plan", "choose", **PLAN, **MENDED)
    assert 0 < now.carried_out < country.given.plan_reach
    assert now.retention_decided == pytest.approx(now.carried_out)
    assert now.purge_decided == pytest.approx(0.7 - 0.5 * now.carried_out)
    assert now.planned_soldiers == pytest.approx(1000 * now.carried_out)


def test_a_plan_that_cannot_be_carried_out_chooses_nothing(country) -> None:  # type: ignore[no-untyped-def]
    country.given.plan_reach = 0.0
    now = country.run("plan", "choose", **PLAN, **MENDED)
    assert (now.carried_out, now.planned_soldiers, now.purge_decided) == (0, 0, 0.7)


def test_after_the_first_year_decisions_stand_and_its_soldiers_have_left(country) -> None:  # type: ignore[no-untyped-def]
    done = country.run("plan", "choose", **PLAN, **MENDED).carried_out
    country.now.years = 1.5
    now = country.run("plan", "choose", **PLAN)
    assert now.carried_out == done and now.retention_decided == pytest.approx(done)
    assert now.planned_soldiers == 0


@pytest.mark.parametrize(("heard", "filtered", "sign"), [(0.8, 0.0, 1), (0.0, 0.8, -1), (0.4, 0.4, 0)])
def test_coordination_raises_uptake_or_lowers_it_or_neither(country, heard, filtered, sign) -> None:  # type: ignore[no-untyped-def]
    given = country.given
    given.advice_heard, given.advice_filtered, given.coordination_weight = heard, filtered, 0.0
    alone = country.run("plan").implementation
    together = country.run("plan", coordination_floor=0.9).implementation
    assert np.sign(round(together - alone, 12)) == sign


@pytest.mark.parametrize(("avoided", "delay", "sign"), [(1.0, 0.0, 1), (0.0, 1.0, -1), (0.5, 0.5, 0)])
def test_money_that_is_spent_together_builds_more_or_less(country, avoided, delay, sign) -> None:  # type: ignore[no-untyped-def]
    country.given.waste_avoided, country.given.clearance_delay = avoided, delay
    assert country.run("plan").spending_reach == 1.0
    assert np.sign(math.log(country.run("plan", coordination_floor=0.9).spending_reach)) == sign


def test_leaders_who_were_selected_may_stay_out_and_others_do_not(country) -> None:  # type: ignore[no-untyped-def]
    def intervenes(**levers: float) -> float:
        return float(country.run("consider", "decide", intervene=1.0, **levers).intervenes)

    assert intervenes() == 1 and intervenes(leader_selection=1.0) == 0
    assert intervenes(leader_selection=1.0, intervention_given=1.0) == 1
    country.given.selected_leaders_intervene = 1.0
    assert intervenes(leader_selection=1.0) == 1


def looted(country, weeks: int = 40, step: float = 1.0, **set_: float) -> float:  # type: ignore[no-untyped-def]
    """What is lost of the administration in the first weeks."""
    now = country.now
    now.capacity, now.disorder, now.collapsed, now.works[:] = 1.0, 1.0, 0.0, 1.0
    now.security_mass[:] = set_.pop("soldiers", 0.0)
    now.guarded = set_.pop("guarded", 0.0)
    country.fact.step = step
    for name, value in set_.items():
        setattr(country.given, name, value)
    country.run("keep_order", weeks=round(weeks / step))
    assert now.capacity == pytest.approx(1 - now.collapsed) and now.disorder < 1e-5
    assert now.works == pytest.approx(now.capacity)
    return float(now.collapsed)


def test_order_is_kept_by_soldiers_and_guards_unless_nothing_would_have_stopped_looters(country) -> None:  # type: ignore[no-untyped-def]
    free = {"looting": 1.0, "looting_unstopped": 0.0, "density_of_order": 0.01, "looting_displaced": 0.0}
    nobody = looted(country, **free)
    assert nobody == pytest.approx(1 - math.exp(-1), abs=1e-4)
    few, many = (looted(country, soldiers=n, **free) for n in (10.0, 10_000.0))
    assert nobody > few > many and many == pytest.approx(0, abs=1e-9)
    assert looted(country, guarded=1.0, **free) == pytest.approx(0, abs=1e-9)
    assert looted(country, guarded=1.0, **{**free, "looting_displaced": 1.0}) == pytest.approx(nobody)
    unstopped = {**free, "looting_unstopped": 1.0}
    assert looted(country, soldiers=10_000.0, guarded=1.0, **unstopped) == pytest.approx(nobody)
    assert looted(country, **{**free, "looting": 0.0}) == 0


def test_looting_does_not_depend_on_the_step(country) -> None:  # type: ignore[no-untyped-def]
    whole, half = (looted(country, step=step, soldiers=5.0, looting=0.8) for step in (1.0, 0.5))
    assert whole == pytest.approx(half)


def test_nothing_is_looted_where_nobody_intervened(country) -> None:  # type: ignore[no-untyped-def]
    country.now.intervenes = 0.0
    assert country.run("assemble").disorder == 0
    assert country.run("keep_order", weeks=8).collapsed == 0


def test_an_army_does_what_it_is_told_only_as_far_as_it_is_able(country) -> None:  # type: ignore[no-untyped-def]
    given = country.given
    given.army_skill_at_start, given.army_skill_limit, given.army_lag, given.army_learning = 0.2, 0.8, 5.0, 3.0
    told = {"population_security": 0.6}
    assert country.run("assemble", "transform", **told).protecting == pytest.approx(0.2)
    assert country.run("transform", weeks=500, **told).army_skill == pytest.approx(0.2)  # nobody in the theatre
    country.now.presence = 1.0
    learned = country.run("transform", weeks=157, **told).army_skill
    assert learned == pytest.approx(0.8 - 0.6 * math.exp(-157 / 52.1775 / 3), rel=1e-6)
    ready = country.run("assemble", "transform", transformation=1.0, years_of_preparation=5.0, **told).army_skill
    assert 0.2 < ready < 0.8
    assert country.run("transform", weeks=5000, transformation=1.0, **told).army_skill == pytest.approx(0.8)
    assert country.now.protecting == 0.6


def test_civil_agencies_grow_with_money_and_time_and_help_or_crowd_out(country) -> None:  # type: ignore[no-untyped-def]
    given = country.given
    given.civil_capacity_at_start, given.civil_half_cost, given.civil_lag = 0.3, 1.0, 3.0
    given.capacity_by_civil_help, given.capacity_crowded_out = 0.6, 0.0
    still = country.run("assemble", "transform")
    assert (still.civil_capacity, still.civil_help) == (0.3, 0)
    early = country.run("transform", weeks=52, civil_spending=1.0).civil_capacity
    late = country.run("transform", weeks=5000, civil_spending=1.0).civil_capacity
    assert 0.3 < early < late and late == pytest.approx(0.65)
    assert country.now.civil_help > 0
    given.capacity_by_civil_help, given.capacity_crowded_out = 0.0, 0.6
    assert country.run("transform", civil_spending=1.0).civil_help < 0


def test_years_of_preparation_are_paid_once_and_equal_effort_costs_the_same(country) -> None:  # type: ignore[no-untyped-def]
    now, given = country.now, country.given
    given.cost_of_police_effort, given.cost_of_special_operations = 3.0, 2.0
    ready = {"civil_spending": 2.0, "years_of_preparation": 3.0}
    country.run("assemble", **ready)
    country.run("pay", **ready)
    assert now.cost_expansion == pytest.approx(2e9 * (3 + 1 / 52.1775), abs=0.01)
    before = now.cost_expansion
    country.run("pay", **ready)
    assert now.cost_expansion - before == pytest.approx(2e9 / 52.1775, abs=0.02)
    spent = []
    for intervenes in (1.0, 0.0):
        now.intervenes, now.cost_containment = intervenes, 0.0
        spent.append(country.run("pay", police_effort=2.0, special_operations=1.0).cost_containment)
    assert spent[0] == spent[1] == pytest.approx(5e9 / 52.1775, abs=0.01)
    now.intervenes, now.cost_containment = 1.0, 0.0
    assert country.run("pay", containment=1.0).cost_containment == 0


def test_where_selected_leaders_stay_out_the_country_is_one_without_intervention(meadow, draw) -> None:  # type: ignore[no-untyped-def]
    names = ["deaths", "governance", "force", "collapsed", "fighters", "cost_budget"]

    def weekly(**levers: float) -> dict[str, np.ndarray]:
        changes = {f"intervener.{name}": value for name, value in levers.items()}
        problem = meadow.with_levers({"intervener.leader_selection": 1, **changes}).problem()
        given = draw(problem, 64)
        given["selected_leaders_intervene"][:] = np.where(np.arange(64) < 32, 0.0, 1.0)
        return Engine(problem, weekly=names).run(given, np.arange(64, dtype=np.uint32), 5).weekly  # type: ignore[return-value]

    chosen, never, always = weekly(), weekly(intervene=0), weekly(intervention_given=1)
    for name in names:
        assert np.array_equal(chosen[name][:32], never[name][:32]), name
        assert np.array_equal(chosen[name][32:], always[name][32:]), name
    assert chosen["force"][:32].max() == 0 < chosen["force"][32:].max()


def test_the_more_soldiers_come_the_more_of_the_state_is_left_standing(meadow, draw) -> None:  # type: ignore[no-untyped-def]
    def standing(scale: float) -> np.ndarray:
        problem = meadow.with_levers({"intervener.force": {"scale": scale}, "intervener.partners": {"scale": scale}}).problem()  # fmt: skip
        given = draw(problem, 64)
        given["looting_unstopped"][32:] = 1.0
        run = Engine(problem, weekly=["collapsed"]).run(given, np.arange(64, dtype=np.uint32), 5)
        return 1 - run.weekly["collapsed"][:, -1]

    half, one, three = (standing(scale) for scale in (0.5, 1.0, 3.0))
    assert (half[:32] <= one[:32] + 1e-6).all() and (one[:32] <= three[:32] + 1e-6).all()
    assert three[:32].mean() > half[:32].mean() + 0.01
    assert np.allclose(half[32:], three[32:], atol=1e-6)
