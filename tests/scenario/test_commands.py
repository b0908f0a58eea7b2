"""`forbear check`, `new`, `diff`, and the difference of scenarios."""

from __future__ import annotations

import datetime
import json
import os

import pytest

from forbear.cli.main import main
from forbear.errors import FileError
from forbear.scenario import Scenario, diff, library_names
from forbear.scenario.wizard.copy import copy_scenario


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return int(stopped.value.code or 0)


def test_new_copies_a_scenario_under_its_own_name_and_the_copy_passes_the_check(tmp_path, capsys) -> None:
    assert call("new", "mine", "--from", "meadow", "--in", str(tmp_path)) == 0
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["mine"]
    assert sorted(entry.name for entry in (tmp_path / "mine").iterdir()) == ["districts.csv", "scenario.toml"]
    mine = Scenario.load(tmp_path / "mine")
    assert mine.name == "mine"
    assert mine.title.startswith("mine")
    assert mine.problem().hash == Scenario.load("meadow").problem().hash
    assert call("check", str(tmp_path / "mine")) == 0
    assert "mine: no faults" in capsys.readouterr().out


@pytest.mark.parametrize("name", library_names())
def test_every_scenario_of_the_library_can_be_begun_from(name: str, tmp_path) -> None:
    copy = Scenario.load(copy_scenario("copy", name, tmp_path))
    assert copy.problem().hash == Scenario.load(name).problem().hash


def test_new_overwrites_nothing_and_leaves_nothing_behind(tmp_path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "scenario.toml").write_text("mine alone")
    with pytest.raises(FileError) as caught:
        copy_scenario("mine", "meadow", tmp_path)
    assert caught.value.code == "E103"
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine"]
    assert (tmp_path / "mine" / "scenario.toml").read_text() == "mine alone"


def test_new_that_fails_halfway_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(FileError) as caught:
        copy_scenario("mine", "meadow", tmp_path)
    assert caught.value.code == "E103"
    assert "No space left" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_check_says_what_is_stated_guessed_and_default(capsys) -> None:
    assert call("check", "meadow", "--all") == 0
    printed = capsys.readouterr().out
    assert "facts:" in printed
    assert "(guessed)" in printed
    assert "defaults of the package:" in printed
    assert "insurgency.learning:" in printed


def test_check_as_json_gives_a_row_for_every_name(capsys) -> None:
    assert call("check", "meadow", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    meadow = Scenario.load("meadow")
    assert {row["key"] for row in printed["rows"]} == {*meadow.facts, *meadow.levers, *meadow.uncertainties}
    assert printed["hash"] == meadow.problem().hash
    assert {row["state"] for row in printed["rows"]} <= {"stated", "guessed", "default"}


def test_check_prints_every_fault_and_ends_with_two(write, capsys) -> None:
    path = write('[levers]\n"politics.ofer" = 1\n[facts.politics]\noil = { value = 8, source = "paper" }\n')
    assert call("check", str(path)) == 2
    printed = capsys.readouterr().err
    assert printed.count(f"{path}:") == 3  # the count, and each fault with its line
    for word in ("E205", "did you mean: politics.offer", "E204", "0 to 1 share"):
        assert word in printed


def test_a_scenario_does_not_differ_from_itself(capsys) -> None:
    meadow = Scenario.load("meadow")
    assert not diff(meadow, "meadow")
    assert "same in every number" in diff(meadow, meadow).sentence


def test_a_lever_that_differs_is_named_with_its_dates_and_in_one_sentence(load) -> None:
    first = load(
        '[levers]\n"intervener.force" = { schedule = [["2003-05", 100], [2003-09-01, 300]], source = "paper" }'
    )
    second = first.with_levers(
        {"intervener.force": {"schedule": [["2003-05", 100], [datetime.date(2003, 9, 1), 500], ["2004-01-05", 300]]}},
        name="more",
    )
    found = diff(first, second)
    assert len(found.changes) == 1
    change = found.changes[0]
    assert (change.kind, change.key, change.unit) == ("lever", "intervener.force", "persons")
    assert (change.begins, change.ends) == (datetime.date(2003, 9, 1), datetime.date(2004, 1, 4))
    assert found.sentence.startswith("more differs from small in 1 lever: intervener.force")
    assert "2003-09-01 to 2004-01-04" in found.sentence


def test_paths_written_differently_but_equal_on_every_step_do_not_differ(load) -> None:
    first = load('[levers]\n"intervener.force" = { value = 100, source = "paper" }')
    second = load(
        '[levers]\n"intervener.force" = { schedule = [["2003-05", 100], ["2003-09", 100]], source = "paper" }'
    )
    assert not diff(first, second)


def test_every_kind_of_difference_is_in_the_table(load) -> None:
    first = load()
    second = load(
        '[levers]\n"politics.offer" = { value = 0.4, source = "paper" }\n'
        '[uncertainties]\n"people.fear_shock.south" = { prior = "uniform", low = 0, high = 0.1, source = "paper" }\n'
        "[community.north]\npurged = true\n"
        '[[rules]]\nname = "r"\nwhen = "observed_detainees > 5"\nthen = { lever = "politics.offer", value = 1 }\n'
    )
    rows = diff(first, second).table()
    assert {(row["kind"], row["name"]) for row in rows} == {
        ("lever", "politics.offer"),
        ("uncertainty", "people.fear_shock.south"),
        ("fact", "politics.purged.north"),
        ("rule", "r"),
    }
    assert next(row for row in rows if row["kind"] == "fact")["after"] == "1"


def test_a_difference_of_structure_names_who_came_and_who_went(load, write) -> None:
    first = load()
    second = Scenario.load(
        write(header=first.file and write().read_text().replace('["east", "west"]', '["east", "coast"]'))
    )
    rows = diff(first, second).table()
    assert [(row["name"], row["before"], row["after"]) for row in rows if row["kind"] == "structure"] == [
        ("districts", "without coast", "without west")
    ]


def test_diff_on_the_command_line_prints_the_sentence_and_the_table(write, capsys) -> None:
    first = write()
    second = write('[levers]\n"politics.offer" = { value = 0.4, source = "paper" }', name="other.toml")
    assert call("diff", str(first), str(second)) == 0
    printed = capsys.readouterr().out
    assert "1 lever: politics.offer" in printed
    assert "2003-05-05" in printed
    assert call("diff", str(first), str(second), "--json") == 0
    assert json.loads(capsys.readouterr().out)["rows"][0]["after"] == "0.4"
