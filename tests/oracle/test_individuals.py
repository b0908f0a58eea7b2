"""The exact kernel against a country in which every person tosses their own coins."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine

sys.path.insert(0, str(Path(__file__).parent))
import individuals

#: Levels of the two-sample tests: with 16 comparisons a false alarm happens about once in a thousand runs.
LEVEL = 1e-4
NAMES = (
    "attacks_on_intervener",
    "attacks_on_civilians",
    "deaths",
    "fighters",
    "detainees",
    "sympathisers",
    "supporters",
    "security_forces",
    "displaced",
    "fighters_dead",
    "forces_dead",
    "intervener_dead",
    "fallen",
    "truce",
    "bystanders_held",
    "local_defence",
)


@pytest.fixture(scope="module")
def small(meadow):
    """The meadow with a twentieth of its people, half a year, and no reactive rules."""
    problem = meadow.problem()
    steps = 26
    facts = dict(problem.facts)
    for name in ("population_at_start", "founding_fighters", "old_army_strength"):
        facts[name] = np.floor(facts[name] / 20)
    levers = {name: values[:steps] for name, values in problem.levers.items()}
    for name in ("force", "partners", "force_target"):
        levers[name] = levers[name] / 20
    return replace(
        problem,
        steps=steps,
        dates=problem.dates[:steps],
        months=problem.months[:steps],
        facts=facts,
        levers=levers,
        rules=(),
    )


def lively(problem):
    """One set of parameters with plenty going on, the same for every member."""
    parameters = draw_priors(problem, np.array([3], dtype=np.uint32), 1)
    lift = {
        "attacks_per_fighter": 0.3,
        "recruitment": 0.02,
        "recruits_without_network": 0.3,
        "operations_by_intervener": 0.1,
        "tips": 2.0,
        "displacement": 20.0,
        "revenge": 3.0,
        "population_growth": 0.03,
        "provocation": 0.3,
        "effort_from_fear": 0.9,
        "fear_at_start": 0.4,
        "attitude_pace": 0.08,
        "lethal_share": 0.5,
        "clash_rate": 0.3,
        "deterrence_by_balance": 0.3,
        "crossfire": 1.0,
        "truce_rate": 0.1,
        "truce_breaking": 0.05,
        "bystanders_per_captive": 3.0,
        "bystanders_turned": 0.3,
        "minds_changed_in_prison": 1.0,
        "gone_over_in_prison": 0.5,
        "release_rate": 0.05,
        "removal_by_network_raids": 0.02,
        "unaided_turning": 0.3,
        "residents_standing_guard": 0.01,
    }
    for name, value in lift.items():
        parameters[name] = np.full_like(parameters[name], value)
    return parameters


def test_every_person_is_somewhere_every_week(small):
    weekly = individuals.simulate(small, lively(small), 0, seed=5, persons=True)
    names = ("recruits", "deaths", "newly_displaced", "hosted", "revenge", "born", "fallen")
    assert all(weekly[name].sum() > 0 for name in names) and weekly["bystanders_held"].max() > 0


def test_every_person_is_somewhere_where_radicals_draw_on_moderates_and_raids_take_them(small):
    radicals = small.with_facts({"home": [0, 0], "splinter_of": [-1, 0], "radical": [0, 1], "open_to_deals": [1, 0]})
    raided = replace(radicals, levers={**radicals.levers, "network_raids": radicals.levers["network_raids"] + 1.0})
    parameters = lively(raided)
    for name, value in {
        "effort_on_own_side": 0.5,
        "splinter_share": 0.4,
        "outbidding": 0.5,
        "killed_share": 0.1,
        "release_rate": 0.4,
        "rejoining_share": 0.9,
        "silence_from_reprisals": 0.0,
    }.items():
        parameters[name] = np.full_like(parameters[name], value)
    weekly = individuals.simulate(raided, parameters, 0, seed=6, persons=True)
    assert weekly["removed_in_raids"].sum() > 0 and weekly["rejoined"].sum() > 0
    assert weekly["fallen"].sum() == 0, "both organisations draw on one community"
    assert weekly["local_defence"].max() > 0


@pytest.mark.slow
def test_lumping_people_into_cohorts_is_exact(small):
    """Sixteen national quantities after half a year: means within 4.5 standard errors, and a two-sample test."""
    parameters = lively(small)
    persons = [individuals.simulate(small, parameters, 0, seed=k) for k in range(250)]
    members = np.arange(4096, dtype=np.uint32)
    repeated = {name: np.repeat(value, 128, axis=0) for name, value in parameters.items()}
    engine = Engine(small, weekly=NAMES, kernel="exact")
    blocks = [engine.run(repeated, members[start : start + 128], 7) for start in range(0, len(members), 128)]
    for name in NAMES:
        ours = np.concatenate([b.weekly[name][:, -1] for b in blocks])
        theirs = np.array([p[name][-1] for p in persons])
        error = np.sqrt(ours.var() / len(ours) + theirs.var() / len(theirs))
        assert abs(ours.mean() - theirs.mean()) < 4.5 * max(error, 1e-9), (name, ours.mean(), theirs.mean())
        assert stats.ks_2samp(ours, theirs).pvalue > LEVEL, name


def test_the_exact_kernel_follows_the_rules_as_written_when_nothing_is_left_to_chance(small):
    """With certain and impossible events only, compiled code and plain Python must agree to rounding."""
    parameters = lively(small)
    still = {"attacks_per_fighter": 0.0, "attitude_pace": 0.0, "recruitment": 0.0, "voluntary_exit": 0.0, "foreign_fighters": 0.0, "sponsor_support": 0.0, "desertion": 0.0,
             "operations_by_intervener": 0.0, "operations_by_government": 0.0, "dismissed_join": 0.0, "reemployment": 0.0, "support_noise": 0.0, "civilians_killed_per_strike": 0.0, "population_growth": 0.0, "residents_standing_guard": 0.0, "clash_rate": 0.0,
             "displacement": 0.0, "truce_rate": 0.0, "looting": 0.0, "quality_at_start": 0.0, "quality_growth": 0.0}  # fmt: skip
    for name, value in still.items():
        parameters[name] = np.full_like(parameters[name], value)
    plain = individuals.simulate(small, parameters, 0, seed=1)
    names = (
        "strain",
        "readiness",
        "inclusion",
        "institutions",
        "capacity",
        "legitimacy",
        "democracy",
        "governance",
        "electricity",
        "home_support",
        "control",
    )
    for kernel, tolerance in (("exact", 1e-9), ("lanes", 2e-5)):
        block = Engine(small, weekly=names, kernel=kernel).run(parameters, np.array([0], dtype=np.uint32), 1)
        for name in ("strain", "readiness", "capacity", "home_support"):
            assert np.allclose(block.weekly[name][0], plain[name], rtol=tolerance, atol=1e-7), (kernel, name)


@pytest.mark.slow
def test_lanes_and_exact_ensembles_agree(problem):
    """The same parameters in both kernels: means within 4.5 standard errors of the difference."""
    members = np.arange(2048, dtype=np.uint32)
    parameters = lively(problem)
    repeated = {name: np.repeat(value, 128, axis=0) for name, value in parameters.items()}
    found = {}
    for kernel in ("lanes", "exact"):
        engine = Engine(replace(problem, rules=()), weekly=NAMES, kernel=kernel)
        blocks = [
            engine.run(repeated, members[start : start + 128] + (0 if kernel == "lanes" else 100_000), 7)
            for start in range(0, len(members), 128)
        ]
        found[kernel] = {name: np.concatenate([b.weekly[name][:, -1] for b in blocks]) for name in NAMES}
    for name in NAMES:
        a, b = found["lanes"][name], found["exact"][name]
        error = np.sqrt(a.var() / len(a) + b.var() / len(b))
        assert abs(a.mean() - b.mean()) < 4.5 * max(error, 1e-9), (name, a.mean(), b.mean())


@pytest.mark.slow
def test_halving_the_step_changes_yearly_deaths_by_less_than_five_per_cent(meadow):
    """Totals over members with the same prior draws, heavy tails cut at the 98th percentile of each."""
    members = np.arange(6144, dtype=np.uint32)
    yearly = {}
    for step in (1.0, 0.5):
        problem = replace(meadow.problem(step), rules=())
        engine = Engine(problem, monthly=["deaths"])
        found = []
        for start in range(0, len(members), 128):
            block = engine.run(draw_priors(problem, members[start : start + 128], 1), members[start : start + 128], 3)
            found.append(block.monthly["deaths"].sum(axis=(2, 3)))
        deaths = np.concatenate(found)
        years = np.array([int(label[:4]) for label in problem.month_labels])
        yearly[step] = np.stack([deaths[:, years == y].sum(axis=1) for y in (2003, 2004)])
    kept = (yearly[1.0].sum(axis=0) < np.quantile(yearly[1.0].sum(axis=0), 0.98)) & (
        yearly[0.5].sum(axis=0) < np.quantile(yearly[0.5].sum(axis=0), 0.98)
    )
    ratio = yearly[0.5][:, kept].sum(axis=1) / yearly[1.0][:, kept].sum(axis=1)
    print("half step over whole step, by year:", ratio)
    assert (np.abs(ratio - 1) < 0.05).all(), ratio
