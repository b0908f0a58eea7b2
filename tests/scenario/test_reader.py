"""What the reader makes of a file: structure, names, lines, rules, observations."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from own import series_from

from forbear.country.model import MODEL
from forbear.errors import FileError, ForbearError, ScenarioError
from forbear.scenario import Problem, Scenario, library_names
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.reading.locate import line_numbers


def test_lines_are_found_in_tables_arrays_and_strings_of_every_kind() -> None:
    text = '''# a comment with [brackets] and = signs
title = "with # no comment"
long = """
two
lines = 3
"""
literal = \'\'\'
["x"]
\'\'\'
[a.b]   # note
"quoted.key" = [1,
  2, # two
  { inner = 3, "other.one" = "}" },
]
dotted.key = 2003-05-05
[[rules]]
name = 'one'
[[rules]]
name = 'two'
[rules.deep]
x = 1
'''
    tomllib.loads(text)
    lines = line_numbers(text)
    expected = {
        ("title",): 2,
        ("long",): 3,
        ("literal",): 7,
        ("a", "b"): 10,
        ("a", "b", "quoted.key"): 11,
        ("a", "b", "quoted.key", 1): 12,
        ("a", "b", "quoted.key", 2, "inner"): 13,
        ("a", "b", "dotted", "key"): 15,
        ("rules", 0, "name"): 17,
        ("rules", 1, "name"): 19,
        ("rules", 1, "deep", "x"): 21,
    }
    assert {path: lines.get(path) for path in expected} == expected


def test_every_scenario_of_the_library_makes_a_problem_of_finite_arrays() -> None:
    assert "meadow" in library_names()
    for name in library_names():
        problem = Scenario.load(name).problem()
        assert isinstance(problem, Problem)
        assert problem.name == name
        for fact in MODEL.facts.values():
            if fact.name == "step" or set(fact.over) & {"size", "magnitude"}:
                continue
            array = problem.facts[fact.name]
            assert array.shape == tuple(len(problem.names[d]) for d in fact.over)
            assert array.dtype == (np.int64 if fact.integer else np.float64)
            assert np.isfinite(array).all()
        for lever in MODEL.levers.values():
            array = problem.levers[lever.name]
            assert array.shape[0] == problem.steps == len(problem.dates) == len(problem.months)
            assert (array >= lever.low).all()
            assert (array <= lever.high).all()
        assert set(problem.priors) == {parameter.name for parameter in MODEL.parameters.values()}


def test_meadow_is_small_enough_to_follow_person_by_person() -> None:
    people = Scenario.load("meadow").problem().facts["population_at_start"]
    assert people.shape == (2, 2)
    assert people.sum() == 40_000


def test_every_scenario_of_the_library_stands_in_a_folder_of_its_name() -> None:
    for name in library_names():
        assert Scenario.load(name).name == name
        assert Scenario.load(LIBRARY / name / "scenario.toml").problem().hash == Scenario.load(name).problem().hash


def test_names_in_nested_tables_and_in_quotation_marks_are_the_same(load) -> None:
    quoted = load('[levers]\nsource = "paper"\n"politics.offer" = 0.4\n"intervener.force" = 3\n')
    nested = load('[levers]\nsource = "paper"\npolitics.offer = 0.4\n[levers.intervener]\nforce = 3\n')
    assert quoted.problem().hash == nested.problem().hash


def test_tables_by_member_nest_in_the_order_of_dimensions(load) -> None:
    scenario = load('[rivalry]\nsource = "paper"\nnorth = { south = 0.5 }\n')
    np.testing.assert_array_equal(scenario.problem().facts["rivalry"], [[0, 0.5], [0, 0]])
    unit = load('[levers]\nsource = "paper"\n"intervener.deployment" = { east = 20, west = 30, unit = "%" }\n')
    np.testing.assert_allclose(unit.problem().levers["deployment"][0], [0.2, 0.3])


def test_an_index_fact_is_resolved_from_a_name_and_none_is_minus_one(load, header) -> None:
    header = header.replace('[organisation.guard]\nhome = "south"\n', "") + '"insurgency.home" = { guard = "south" }\n'
    facts = load('[organisation.guard]\nsplinter_of = "none"\n', header=header).problem().facts
    assert facts["home"].tolist() == [1]
    assert facts["splinter_of"].tolist() == [-1]


def test_a_bare_name_and_a_full_name_mean_the_same_within_a_member(load) -> None:
    for name in ("purged", '"politics.purged"', "politics.purged"):
        assert load(f"[community.north]\n{name} = true\n").problem().facts["purged"].tolist() == [1, 0]


def test_a_rule_is_read_with_its_window_threshold_and_elements(load) -> None:
    scenario = load(
        '[[rules]]\nname = "r"\nwhen = "observed_attacks[west] > 12.5 for 8 weeks"\n'
        'then = { lever = "intervener.deployment.west", operation = "scale", value = 2, hold_weeks = 26 }\n'
        '[[rules]]\nname = "s"\nwhen = "observed_electricity < 0.2 GW for 1 week"\n'
        'then = [{ lever = "politics.offer", value = 0.7 }, { lever = "intervener.force", operation = "add", value = "1 thousand soldiers" }]\n'
    )
    first, second, third = scenario.problem().rules
    assert (first.quantity, first.element, first.window, first.comparison, first.threshold) == (
        "observed_attacks",
        1,
        8,
        ">",
        12.5,
    )
    assert (first.lever, first.lever_element, first.operation, first.value, first.hold_weeks) == (
        "deployment",
        1,
        "scale",
        2,
        26,
    )
    assert (second.quantity, second.element, second.comparison, second.threshold, second.window) == (
        "observed_electricity",
        None,
        "<",
        200,
        1,
    )
    assert (second.name, third.name, third.operation, third.value) == ("s", "s", "add", 1000)


def test_an_observation_is_read_and_a_child_replaces_it(write) -> None:
    text = '[observations.attacks]\nquantity = "observed_attacks"\nseries = "s"\ncolumn = "{}"\nfilter = {{ kind = "x" }}\nscale = 2\n'
    write(text.format("total"))
    child = write(
        text.format("ied"),
        header='[scenario]\nname = "child"\ntitle = "Child"\nextends = "small.toml"\n',
        name="child.toml",
    )
    counted = series_from("month,kind,total,ied\n2003-05,x,1,2\n", "total", "ied", unit="attacks")
    seen = Scenario.load(child, find_series=lambda name: counted).observations["attacks"]
    assert (seen.quantity, seen.series, seen.column, seen.scale, seen.filter, seen.frequency) == (
        "observed_attacks",
        "counted",
        "ied",
        2.0,
        {"kind": "x"},
        "month",
    )


def test_a_scenario_is_found_by_folder_file_and_library_name(write, tmp_path, monkeypatch) -> None:
    path = write()
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "scenario.toml").write_text(path.read_text())
    monkeypatch.chdir(tmp_path)
    for name in ("small.toml", "small", path, "place", "place/scenario.toml"):
        assert Scenario.load(name).name == "small"
    for name in ("", ".", "..", "../..", "\0", "x" * 5000, "meadow/../../.."):
        with pytest.raises(FileError) as caught:
            Scenario.load(name)
        assert caught.value.code == "E101"


def test_faults_of_a_parent_are_reported_in_the_parent(write) -> None:
    parent = write("[facts.politics]\noil = 7\n")
    child = write(header='[scenario]\nname = "child"\ntitle = "Child"\nextends = "small.toml"\n', name="child.toml")
    with pytest.raises(ForbearError) as caught:
        Scenario.load(child)
    assert {fault.file for fault in caught.value.faults} == {str(parent)}


def test_a_windows_file_with_a_byte_order_mark_is_read_and_keeps_its_lines(write) -> None:
    path = write('[levers]\n"politics.ofer" = 1\n')
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(path)
    line = caught.value.faults[0].line
    assert b'"politics.ofer"' in path.read_bytes().split(b"\r\n")[line - 1]


def test_the_repr_tells_title_levers_and_what_is_needed() -> None:
    meadow = Scenario.load("meadow")
    text, html = repr(meadow), meadow._repr_html_()
    for word in ("Meadow", "intervener.force", "uncertainties:", "still needed: nothing"):
        assert word in text
    assert "<table>" in html
    assert "intervener.force" in html


def test_markup_in_a_scenario_is_escaped_in_html(load, write) -> None:
    path = write()
    path.write_text(path.read_text().replace('title = "Small"', 'title = "<script>alert(1)</script>"'))
    assert "<script>" not in Scenario.load(path)._repr_html_()


def test_reading_a_scenario_of_plain_numbers_loads_no_array_library(write) -> None:
    import subprocess
    import sys

    code = (
        f"import sys; from forbear.scenario.scenario import Scenario; s = Scenario.load({str(write())!r}); repr(s);"
        "print([m for m in ('numpy', 'numba', 'pandas', 'xarray', 'matplotlib', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
