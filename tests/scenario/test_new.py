"""`forbear new` by questions and by an answers file: what is refused, what is guessed and marked, what public facts fill."""

from __future__ import annotations

import io
import os

import pytest

from forbear.cli.main import main
from forbear.errors import FileError, ForbearError
from forbear.faults import Faults
from forbear.scenario import Scenario
from forbear.scenario.reading.document import parse
from forbear.scenario.wizard.answers import read_answers
from forbear.scenario.wizard.begin import begin_scenario
from forbear.scenario.wizard.public import districts_of

ANSWERS = """
start = 2030-01-07
end = 2034-01-02
[districts]
north = 600000
south = 400_000
[communities.lake]
share = 0.7
governs = true
[communities.moor]
share = 0.3
governed = true
[organisations.moor_band]
home = "moor"
[intervention]
force = 4000
exit = 2032-01-05
"""


def answered(text: str, guess: bool = True, name: str = "mine"):
    return read_answers(name, parse(text, "answers", Faults(), "answers.toml", None), guess=guess)


def faults_of(text: str, guess: bool = True) -> list:
    with pytest.raises(ForbearError) as caught:
        answered(text, guess)
    return list(caught.value.faults)


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return int(stopped.value.code or 0)


def test_silence_is_no_answer_and_every_missing_one_is_listed_at_once_with_its_guess() -> None:
    faults = faults_of(ANSWERS, guess=False)
    assert {fault.code for fault in faults} == {"E260"}
    assert len(faults) == 27
    oil = next(fault for fault in faults if fault.field == "country.oil")
    assert '"?" guesses 0.2, 0 to 0.8' in str(oil.allowed)


def test_what_only_the_user_can_answer_is_never_guessed() -> None:
    faults = faults_of("start = 2030-01-07\n[organisations.band]\n[communities.lake]\n")
    missing = {fault.field for fault in faults}
    assert {"end", "districts", "intervention.exit", "intervention.force", "communities.lake.share",
            "organisations.band.home", "communities"} <= missing  # fmt: skip
    assert not [fault for fault in faults if fault.field and fault.field.startswith("country.")]


def test_a_question_mark_asks_for_one_guess_and_no_other() -> None:
    faults = faults_of(ANSWERS + '[country]\noil = "?"\n', guess=False)
    assert "country.oil" not in {fault.field for fault in faults}
    assert "country.democracy" in {fault.field for fault in faults}


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("share = 0.7", "share = 0.9", "E261", "add up to 1.2"),
        ("governed = true", "governed = true\ngoverns = true", "E261", "more than one community"),
        ('home = "moor"', 'home = "fen"', "E206", "no community 'fen'"),
        ("exit = 2032-01-05", "exit = 2042-01-05", "E210", "outside the run"),
        ("exit = 2032-01-05", 'exit = "soon"', "E209", "exit is not a date"),
        ("force = 4000", "force = -4000", "E204", "out of bounds"),
        ("[districts]", "[districts]\n'a b' = 5", "E221", "is no name"),
        ("north = 600000", 'north = { people = 600000, source = "cencus" }', "E208", "no source"),
        ("[communities.lake]", "[comunities.lake]", "E201", "unknown key 'comunities'"),
        ("force = 4000", "force = 4000\nfource = 1", "E201", "unknown key 'fource'"),
    ],
)
def test_an_answer_that_cannot_be_is_named(old: str, new: str, code: str, said: str) -> None:
    found = [fault for fault in faults_of(ANSWERS.replace(old, new, 1)) if fault.code == code]
    assert any(said in fault.message for fault in found), found


def test_a_guess_is_marked_with_its_range_and_an_answer_keeps_its_source(tmp_path) -> None:
    text = ANSWERS + '[sources.mission]\ntitle = "A mission"\n[country]\noil = { value = 0.6, source = "mission" }\n'
    mine = Scenario.load(begin_scenario(answered(text), tmp_path))
    assert mine.facts["politics.oil"].value == 0.6
    assert not mine.origin("politics.oil").guessed
    guess = mine.origin("services.works_at_start")
    assert guess.guessed and guess.span == (0.1, 0.9) and "a guess" in str(guess.source)
    assert mine.facts["politics.regime_inclusion"].at("moor") == 0.8  # governs now
    assert mine.facts["politics.regime_inclusion"].at("lake") == 0.3
    assert mine.facts["people.population_at_start"].at("north", "moor") == 180_000
    assert mine.needed() == ()
    assert str(mine.exit) == "2032-01-05"
    assert mine.levers["intervener.force"].value.at(mine.exit.toordinal()) == 0


def test_the_same_answers_give_the_same_files(tmp_path) -> None:
    first, second = (begin_scenario(answered(ANSWERS), tmp_path / place) for place in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert (first.parent / "districts.csv").read_bytes() == (second.parent / "districts.csv").read_bytes()


def test_awkward_titles_are_written_so_that_they_can_be_read_back(tmp_path) -> None:
    text = 'title = "A \\"so-called\\" land \\\\ of \\u2028 two"\n' + ANSWERS
    mine = Scenario.load(begin_scenario(answered(text), tmp_path))
    assert '"so-called" land \\ of' in mine.title


def test_a_map_that_ships_fills_districts_and_their_people(tmp_path) -> None:
    text = ANSWERS.replace("north = 600000\nsouth = 400_000\n", "").replace(
        "start =", 'map = "afghanistan-provinces-borders"\nstart =', 1
    )
    mine = Scenario.load(begin_scenario(answered(text), tmp_path))
    known = districts_of("afghanistan-provinces-borders", mine.start)
    assert mine.borders == "afghanistan-provinces-borders"
    assert set(mine.members["district"]) == set(known)
    assert len(known) == 34
    people = mine.facts["people.population_at_start"]
    kabul = people.at("Kabul", "lake") + people.at("Kabul", "moor")
    assert abs(kabul - known["Kabul"].people) <= 1
    assert "of the evidence" in str(mine.origin("people.population_at_start.Kabul.lake").source)


def test_a_district_that_is_not_on_the_map_is_refused_with_those_that_are() -> None:
    text = ANSWERS.replace("start =", 'map = "iraq-governorates-borders"\nstart =', 1)
    found = [fault for fault in faults_of(text) if fault.code == "E206"]
    assert found and "Baghdad" in str(found[0].allowed)


def test_a_file_that_cannot_be_placed_leaves_nothing_behind(tmp_path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(FileError) as caught:
        begin_scenario(answered(ANSWERS), tmp_path)
    assert caught.value.code == "E103"
    assert list(tmp_path.iterdir()) == []


PIPED = "\n".join(
    [
        "Lake land", "invented", "2030-01-07", "2033-01-03", "none",
        "lake 0.7", "moor 0.3", "", "moor", "lake", "north 600,000", "south 400 000", "",
        "moor_band moor", "", "open", "3000",
    ]
)  # fmt: skip


def test_answers_come_from_a_pipe_and_the_end_of_it_leaves_the_rest_to_guesses(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PIPED + "\n"))
    assert call("new", "lake-land", "--guess", "--in", str(tmp_path)) == 0
    mine = Scenario.load(tmp_path / "lake-land")
    assert (mine.title, mine.kind, mine.exit) == ("Lake land", "invented", "open")
    assert mine.facts["people.population_at_start"].at("south", "moor") == 120_000
    assert mine.levers["intervener.force"].value.at(mine.start.toordinal()) == 3000
    assert "guessed, not known" in capsys.readouterr().out


def test_a_pipe_that_ends_early_is_told_everything_that_is_missing(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Lake land\n"))
    assert call("new", "lake-land", "--in", str(tmp_path)) == 2
    printed = capsys.readouterr().err
    assert printed.count("E260") >= 12
    assert "Traceback" not in printed
    assert list(tmp_path.iterdir()) == []


def test_a_taken_place_is_refused_before_anything_is_asked(tmp_path, monkeypatch, capsys) -> None:
    (tmp_path / "mine").mkdir()
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert call("new", "mine", "--in", str(tmp_path)) == 2
    told = capsys.readouterr()
    assert "E103" in told.err and "Title" not in told.out
