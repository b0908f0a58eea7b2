"""Choices under stated losses against closed forms: regret, attitudes, orders, what changes them, what is worth knowing."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from forbear.discovery.decision import LOSS, Table, boards, choose, resamples, scores
from forbear.discovery.decision_changes import changes, worths
from forbear.scenario.casefiles.decision import Decision, Objective
from forbear.scenario.casefiles.policies import Strategy

DRAWS = 4000


def options(*names):
    return {name: Strategy(name, name.lower(), "intervention", {}) for name in names}


def weighed(*names, **more):
    """Deaths count 2 a person and money 3 a billion, in an invented unit."""
    return Decision(
        options(*names), (Objective("deaths", 2.0), Objective("cost", 3.0)), frozenset(), unit="points", **more
    )


def normal_case(mean=0.3, seed=5):
    """One option that loses nothing, one that loses mean + p0 + luck / 2; a second parameter is idle."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(DRAWS, 2))
    loss = mean + points[:, 0] + 0.5 * generator.normal(size=DRAWS)
    decision = Decision(options("STAY", "GO"), (Objective("deaths", 1.0),), frozenset(), unit="persons")
    return Table.of(["STAY", "GO"], {"deaths": np.stack([np.zeros(DRAWS), loss])}), decision, norm.cdf(points)


def test_expected_and_ninetieth_percentile_regret_are_those_of_the_closed_form():
    table, decision, _ = normal_case()
    spread = np.sqrt(1.25)
    above = 0.3 * norm.cdf(0.3 / spread) + spread * norm.pdf(0.3 / spread)  # E max(0, X)
    rows = boards(table, decision, seed=1)[0].rows
    assert rows["GO"].regret == pytest.approx(above, abs=4 * rows["GO"].regret_error)
    assert rows["STAY"].regret == pytest.approx(above - 0.3, abs=4 * rows["STAY"].regret_error)
    ninetieth = 0.3 + spread * norm.ppf(0.9)
    assert rows["GO"].regret_p90 == pytest.approx(ninetieth, abs=4 * rows["GO"].regret_p90_error)
    assert rows["STAY"].best == pytest.approx(norm.cdf(0.3 / spread), abs=0.03)


def test_the_worth_of_knowing_a_parameter_is_that_of_the_closed_form_and_an_idle_one_is_not_listed():
    table, decision, quantiles = normal_case()
    chosen = choose(table, decision, resamples(DRAWS, 1))
    found = worths(table, decision, chosen, quantiles, ["zeta", "idle"], "persons", seed=1)
    # the choice without knowing costs nothing; knowing p0, GO is taken where 0.3 + p0 < 0
    expected = norm.pdf(0.3) - 0.3 * norm.cdf(-0.3)
    assert [row.parameter for row in found.rows] == ["zeta"]
    assert found.rows[0].value == pytest.approx(expected, abs=0.02)
    spread = np.sqrt(1.25)
    perfect = spread * norm.pdf(0.3 / spread) - 0.3 * norm.cdf(-0.3 / spread)
    assert found.perfect == pytest.approx(perfect, abs=0.03)
    along = found.rows[0].stretches
    assert [stretch.option for stretch in along] == ["GO", "STAY"]
    assert along[0].until == pytest.approx(norm.cdf(-0.3), abs=0.06)


def test_the_three_attitudes_choose_what_their_closed_forms_choose():
    generator = np.random.default_rng(3)
    luck = generator.random(DRAWS)
    # SAFE always loses 2; BOLD loses 1, but 12 in one draw of twenty; MIXED loses 1.9 and 4 in one of five
    safe, bold = np.full(DRAWS, 2.0), np.where(luck < 0.05, 12.0, 1.0)
    mixed = np.where(luck > 0.8, 4.0, 1.2)
    table = Table.of(["SAFE", "BOLD", "MIXED"], {"deaths": np.stack([safe, bold, mixed])})
    decision = Decision(options("SAFE", "BOLD", "MIXED"), (Objective("deaths", 1.0),), frozenset(), unit="persons")
    assert choose(table, decision).option == "BOLD"  # 1.55 against 1.76 and 2
    assert choose(table, replace(decision, attitude="tail")).option == "SAFE"  # 2 against about 6.5 and 4
    assert choose(table, replace(decision, attitude="tail", tail=0.5)).option == "SAFE"  # 2 against 2.1 and 2.3
    assert choose(table, replace(decision, attitude="regret")).option == "BOLD"  # in nine draws of ten the best
    assert scores(np.arange(100.0)[None], "tail", 0.1)[0] == pytest.approx(94.5)


def test_losses_are_added_up_by_the_stated_weights_alone_and_a_gain_lowers_them():
    table = Table.of(
        ["A", "B"],
        {"deaths": np.array([[10.0, 20.0], [5.0, 5.0]]), "cost": np.array([[1.0, 1.0], [9.0, 9.0]])},
    )
    assert table.loss(weighed("A", "B").objectives).tolist() == [[23.0, 43.0], [37.0, 37.0]]
    assert [board.name for board in boards(table, weighed("A", "B"), 1)] == [LOSS, "deaths", "cost"]
    good = Table.of(["A", "B"], {"governance": np.array([[0.2, 0.2], [0.6, 0.6]])})
    assert good.loss((Objective("governance", 10.0),)).tolist() == [[-2.0, -2.0], [-6.0, -6.0]]
    with pytest.raises(ValueError, match="has no weight"):
        table.loss((Objective("deaths", 1.0), Objective("cost", None)))


def test_a_weight_flips_the_choice_at_the_factor_where_the_expected_losses_meet():
    table = Table.of(
        ["A", "B"],
        {"deaths": np.array([[10.0, 20.0], [5.0, 5.0]]), "cost": np.array([[1.0, 1.0], [9.0, 9.0]])},
    )
    decision = weighed("A", "B")
    chosen = choose(table, decision)
    assert chosen.option == "A" and chosen.gap == pytest.approx(4.0)  # 2 x 15 + 3 against 2 x 5 + 27
    found = {(c.what, c.setting): c for c in changes(table, decision, chosen)}
    deaths = found["weight", "a unit of deaths more costly"]
    assert (deaths.option, deaths.factor) == ("B", pytest.approx(24 / 20, rel=1e-6))  # f 20 = 24
    cost = found["weight", "a unit of cost less costly"]
    assert (cost.option, cost.factor) == ("B", pytest.approx(20 / 24, rel=1e-6))
    assert ("weight", "a unit of deaths less costly") not in found
    assert found["objective", "deaths alone"].option == "B" and found["objective", "cost alone"].same


def test_in_an_order_the_first_objective_decides_and_within_its_margin_the_next():
    ordered = Decision(
        options("A", "B", "C"), (Objective("deaths", None, 0.1), Objective("cost", None, 0.1)), frozenset()
    )
    values = {
        "deaths": np.array([[100.0] * 3, [105.0] * 3, [130.0] * 3]),
        "cost": np.array([[9.0] * 3, [2.0] * 3, [1.0] * 3]),
    }
    table = Table.of(["A", "B", "C"], values)
    chosen = choose(table, ordered)
    assert (chosen.option, chosen.by, chosen.left) == ("B", "cost", ("A", "B"))
    found = {c.setting: c for c in changes(table, ordered, chosen)}
    assert found["no margins"].option == "A"
    assert found["cost before deaths"].option == "C"
    assert found["without b"].option == "A"  # by its title


def test_a_price_on_life_changes_nothing_in_an_order():
    generator = np.random.default_rng(8)
    values = {"deaths": generator.gamma(2.0, 50.0, (3, 60)), "cost": generator.gamma(2.0, 5.0, (3, 60))}
    decision = Decision(
        options("A", "B", "C"), (Objective("deaths", None, 0.0), Objective("cost", None, 0.0)), frozenset()
    )
    first = choose(Table.of("ABC", values), decision).option
    dear = {**values, "cost": 1e6 * values["cost"]}
    assert choose(Table.of("ABC", dear), decision).option == first


def test_worlds_by_assumption_can_be_left_out_and_regret_is_then_taken_among_the_rest():
    decision = replace(weighed("NEVER", "HISTORY", "LEAVE"), assumed=frozenset({"NEVER"}))
    table = Table.of(
        ["NEVER", "HISTORY", "LEAVE"],
        {"deaths": np.array([[0.0] * 4, [9.0] * 4, [5.0] * 4]), "cost": np.zeros((3, 4))},
    )
    chosen = choose(table, decision)
    assert chosen.option == "NEVER"
    found = {c.setting: c.option for c in changes(table, decision, chosen)}
    assert found["without worlds in which nobody intervenes (bands by assumption)"] == "LEAVE"
    assert not any(setting.startswith("without never") for setting in found)  # the same options, told once


def test_the_error_of_the_gap_is_that_of_repeated_draws_and_equal_options_are_not_told_apart():
    gaps, errors = [], []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        loss = np.stack([np.zeros(400), generator.normal(0.5, 1.0, 400)])
        decision = Decision(options("A", "B"), (Objective("deaths", 1.0),), frozenset(), unit="persons")
        found = choose(Table.of(["A", "B"], {"deaths": loss}), decision, resamples(400, seed))
        gaps.append(found.gap)
        errors.append(found.gap_error)
    assert np.mean(errors) == pytest.approx(np.std(gaps), rel=0.3)
    same = np.random.default_rng(1).normal(size=(1, 400)) + np.random.default_rng(2).normal(size=(2, 400))
    tied = choose(Table.of(["A", "B"], {"deaths": same}), decision, resamples(400, 1))
    assert not tied.told_apart and tied.held < 1.0


def test_draws_that_fail_under_one_option_are_left_out_for_all():
    values = np.array([[1.0, np.nan, 3.0], [2.0, 2.0, 2.0]])
    table = Table.of(["A", "B"], {"deaths": values})
    assert table.draws == 2 and table.objectives["deaths"].tolist() == [[1.0, 3.0], [2.0, 2.0]]
    with pytest.raises(ValueError, match="no draw"):
        Table.of(["A"], {"deaths": np.array([[np.nan]])})


def test_too_few_draws_and_a_choice_that_nothing_changes_say_why_nothing_was_estimated():
    table, decision, quantiles = normal_case()
    few = table.at(np.arange(40))
    chosen = choose(few, decision)
    assert "too few" in worths(few, decision, chosen, quantiles[:40], ["a", "b"], "persons", 1).why_not
    always = Table.of(["A", "B"], {"deaths": np.stack([np.zeros(200), np.ones(200)])})
    decided = replace(decision, options=options("A", "B"))
    found = worths(always, decided, choose(always, decided), quantiles[:200], ["a", "b"], "persons", 1)
    assert found.perfect == 0.0 and "best in every draw" in found.why_not
