"""Which layer wins, and where a value says it comes from."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.errors import ScenarioError, UnitError
from forbear.scenario.reading.origin import LAYERS
from forbear.scenario.scenario import Scenario

CHILD = '[scenario]\nname = "child"\ntitle = "Child"\nextends = "small.toml"\n'


def family(write, parent: str, child: str) -> Scenario:
    write(parent)
    return Scenario.load(write(child, header=CHILD, name="child.toml"))


def offer(scenario: Scenario) -> float:
    return float(scenario.problem().levers["offer"][0])


def test_the_order_is_default_parent_scenario_sweep_point_command_line(write) -> None:
    assert LAYERS == ("package default", "parent", "scenario", "sweep point", "command line")
    write()
    default = Scenario.load(write(header=CHILD, name="child.toml"))
    assert (offer(default), default.origin("politics.offer").layer) == (0, "package default")
    parent = family(write, '[levers]\n"politics.offer" = { value = 0.1, source = "paper" }', "")
    assert (offer(parent), parent.origin("politics.offer").layer) == (0.1, "parent")
    own = family(
        write,
        '[levers]\n"politics.offer" = { value = 0.1, source = "paper" }',
        '[levers]\n"politics.offer" = { value = 0.2, source = "paper" }',
    )
    assert (offer(own), own.origin("politics.offer").layer) == (0.2, "scenario")
    sweep = own.with_levers({"politics.offer": 0.3})
    assert (offer(sweep), sweep.origin("politics.offer").layer) == (0.3, "sweep point")
    command = sweep.with_settings(["politics.offer=0.4"])
    assert (offer(command), command.origin("politics.offer").layer) == (0.4, "command line")
    assert offer(own) == 0.2, "a change makes a new scenario"


def test_an_origin_names_file_line_and_source(write) -> None:
    path = write('[levers]\nsource = "paper"\n\n"politics.offer" = 0.1\n')
    origin = Scenario.load(path).origin("politics.offer")
    assert origin.file == str(path)
    assert path.read_text().splitlines()[origin.line - 1] == '"politics.offer" = 0.1'
    assert origin.source == "paper"
    assert str(path) in str(origin)


def test_a_table_of_districts_is_an_origin_with_its_own_line(write) -> None:
    table = "district,population.north,population.south,people.mixing\n# a remark\neast,10,20,0.5\nwest,30,40,0.25\n"
    text = '[country]\ndistricts = { table = "d.csv", source = "paper" }\n'
    write()
    scenario = Scenario.load(write(text, header=CHILD, name="child.toml", files={"d.csv": table}))
    origin = scenario.origin("people.population_at_start.west.south")
    assert origin.file.endswith("d.csv")
    assert (origin.line, origin.source) == (4, "paper")
    np.testing.assert_array_equal(scenario.problem().facts["population_at_start"], [[10, 20], [30, 40]])
    np.testing.assert_array_equal(scenario.problem().facts["mixing"], [0.5, 0.25])


def test_a_statement_about_one_member_wins_over_one_about_all_in_the_same_file(load) -> None:
    scenario = load('[uncertainties]\nsource = "paper"\n"people.fear_shock.south" = 0.9\n"people.fear_shock" = 0.1\n')
    priors = scenario.problem().priors["fear_shock"]
    assert [prior.arguments["value"] for prior in priors] == [0.1, 0.9]


def test_a_stronger_layer_about_all_wins_over_a_weaker_one_about_one_member(write) -> None:
    scenario = family(
        write,
        '[uncertainties]\n"people.fear_shock.south" = { value = 0.9, source = "paper" }',
        '[uncertainties]\n"people.fear_shock" = { value = 0.2, source = "paper" }',
    )
    assert [prior.arguments["value"] for prior in scenario.problem().priors["fear_shock"]] == [0.2, 0.2]


def test_a_child_replaces_a_path_whole_and_keeps_what_it_does_not_name(write) -> None:
    scenario = family(
        write,
        '[levers]\nsource = "paper"\n"politics.offer" = { schedule = [["2003-05", 0.1], ["2003-09", 0.9]] }\n"politics.guarantee" = 0.5',
        '[levers]\n"politics.offer" = { value = 0.3, source = "paper" }',
    )
    levers = scenario.problem().levers
    assert set(levers["offer"]) == {0.3}
    assert set(levers["guarantee"]) == {0.5}
    assert scenario.title == "Child"
    assert scenario.name == "child"


def test_a_child_may_change_what_it_inherits_within_dates(write) -> None:
    scenario = family(
        write,
        '[levers]\n"intervener.force" = { value = 100, source = "paper" }',
        '[levers]\n"intervener.force" = { add = 50, from = 2003-06-02, until = 2003-06-16, source = "paper" }',
    )
    np.testing.assert_array_equal(scenario.problem().levers["force"][:8], [100, 100, 100, 100, 150, 150, 100, 100])


def test_changes_in_words_add_scale_and_set(load) -> None:
    scenario = load(
        '[levers]\n"intervener.force" = { schedule = [["2003-05", 100], ["2003-09", 300]], source = "paper" }'
    )
    base = scenario.problem().levers["force"]
    for text, expected in {
        "+50": base + 50,
        "-50": base - 50,
        "*1.5": base * 1.5,
        "=7": base * 0 + 7,
        "1 thousand persons": base * 0 + 1000,
    }.items():
        np.testing.assert_allclose(
            scenario.with_levers({"intervener.force": text}).problem().levers["force"], expected, err_msg=text
        )


def test_changes_follow_one_another_through_layers(load) -> None:
    scenario = load('[levers]\n"intervener.force" = { value = 100, source = "paper" }')
    changed = scenario.with_levers({"intervener.force": "*2"}).with_settings(["intervener.force=+1"])
    assert changed.problem().levers["force"][0] == 201


def test_pulses_and_schedules_can_be_given_from_python(load) -> None:
    scenario = load().with_levers(
        {"politics.election": {"pulses": ["2003-06-01"]}, "intervener.force": {"schedule": [["2003-05", 5]]}},
        name="early vote",
    )
    assert scenario.problem().levers["election"].sum() == 1
    assert scenario.problem().levers["force"][0] == 5
    assert scenario.name == "early vote"


def test_facts_and_uncertainties_are_set_from_the_command_line(load) -> None:
    scenario = load().with_settings(
        ["people.small_community=*2", "people.return_rate=0.01", "intervener.deployment.east=3"]
    )
    problem = scenario.problem()
    assert problem.facts["small_community"] == 2000
    assert problem.priors["return_rate"].item().arguments == {"value": 0.01}
    np.testing.assert_array_equal(problem.levers["deployment"][0], [3, 1])


def test_all_faults_of_a_change_are_reported_together(load) -> None:
    with pytest.raises(ScenarioError) as caught:
        load().with_levers({"politics.offer": 7, "politics.ofer": 1, "intervener.force": "5 MW"})
    assert {fault.code for fault in caught.value.faults} == {"E204", "E205", "E302"}
    with pytest.raises(UnitError):
        load().with_levers({"intervener.force": "5 MW"})


def test_a_prior_is_replaced_and_never_shifted(load) -> None:
    with pytest.raises(ScenarioError) as caught:
        load().with_uncertainties({"people.return_rate": "*2"})
    assert caught.value.code == "E230"


def test_a_prior_in_another_unit_is_converted_in_the_arguments_that_carry_it(load) -> None:
    scenario = load(
        '[uncertainties]\n"people.return_rate" = { prior = "lognormal", median = 7, sigma = 0.5, unit = "1/day", source = "paper" }'
    )
    arguments = scenario.problem().priors["return_rate"].item().arguments
    assert arguments == {"median": pytest.approx(49), "sigma": 0.5}


def test_an_unknown_key_has_no_origin(load) -> None:
    with pytest.raises(ScenarioError) as caught:
        load().origin("politics.ofer")
    assert "politics.offer" in str(caught.value)


def test_a_rule_of_the_same_name_replaces_and_remove_drops(write) -> None:
    rule = '[[rules]]\nname = "{}"\nwhen = "observed_detainees > {} for 4 weeks"\nthen = {{ lever = "politics.offer", value = 0.5 }}\n'
    scenario = family(
        write, rule.format("a", 5) + rule.format("b", 5), rule.format("a", 9) + '[[rules]]\nname = "b"\nremove = true\n'
    )
    assert [(entry.name, entry.threshold) for entry in scenario.rules] == [("a", 9)]


def test_what_is_needed_is_listed_and_a_run_is_refused_until_it_is_stated(write) -> None:
    header = (write().read_text()).replace('"people.population_at_start" = 1000\n', "")
    scenario = Scenario.load(write(header=header))
    assert scenario.needed() == ("people.population_at_start",)
    assert "still needed: people.population_at_start" in repr(scenario)
    with pytest.raises(ScenarioError) as caught:
        scenario.problem()
    assert caught.value.code == "E223"
    assert scenario.with_facts({"people.population_at_start": 10}).problem().facts["population_at_start"].sum() == 40


def test_the_hash_follows_numbers_and_not_words(write) -> None:
    text = '[levers]\n"politics.offer" = {{ value = {}, source = "{}" }}\n'
    first = Scenario.load(write(text.format(0.3, "paper"))).problem().hash
    assert Scenario.load(write(text.format(0.3, "assumption: the same"))).problem().hash == first
    assert Scenario.load(write(text.format(0.31, "paper"))).problem().hash != first
    assert Scenario.load(write(text.format(0.3, "paper"))).problem(step=0.5).hash != first
    assert Scenario.load(write(text.format(0.3, "paper").replace("offer", "guarantee"))).problem().hash != first
