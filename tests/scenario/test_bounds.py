"""What a scenario from elsewhere asks for is bounded before it is laid out, and what is said of it is bounded, too."""

from __future__ import annotations

import os
import tracemalloc

import pytest

from forbear.errors import MOST_SHOWN, ForbearError, can_be_shown
from forbear.evidence.tables import read_table
from forbear.inference.posterior import Posterior
from forbear.questions.answers import Answers
from forbear.scenario.casefiles.theories import load_theories
from forbear.scenario.scenario import Scenario
from forbear.validation.validate import load_validation

MINE = '[scenario]\nname = "mine"\ntitle = "Mine"\nextends = "meadow"\n'


def written(folder, text):
    path = folder / "scenario.toml"
    path.write_text(MINE + text, encoding="utf-8")
    return path


def names(many):
    return "[" + ", ".join(f'"n{number}"' for number in range(many)) + "]"


@pytest.mark.parametrize(
    "country",
    [
        f"districts = {names(300)}\ncommunities = {names(300)}\norganisations = {names(300)}",
        f"districts = {names(30_000)}",
        f"communities = {names(1_000)}",
    ],
)
def test_a_country_beyond_measure_is_refused_before_it_is_laid_out(tmp_path, country):
    path = written(tmp_path, f"[country]\n{country}\n")
    tracemalloc.start()
    with pytest.raises(ForbearError, match="too large") as caught:
        Scenario.load(path)
    assert "E210" in {fault.code for fault in caught.value.faults}
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()


def test_thousands_of_faults_are_counted_and_not_all_written_out(tmp_path):
    path = written(tmp_path, "".join(f"[section{number}]\nvalue = 1\n" for number in range(3_000)))
    with pytest.raises(ForbearError) as caught:
        Scenario.load(path)
    assert len(caught.value.faults) >= 3_000
    text = str(caught.value)
    assert text.count("unknown section") == MOST_SHOWN
    assert "more" in text.splitlines()[-1] and len(text) < 200_000


@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize("name", ["theories.toml", "validation.json", "answers.json", "posterior.npz"])
def test_a_pipe_or_a_device_beside_a_scenario_is_refused_and_never_waited_for(tmp_path, kind, name):
    scenario = Scenario.load(written(tmp_path, ""))
    place = tmp_path / name
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    reads = {
        "theories.toml": lambda: load_theories([place]),
        "validation.json": lambda: load_validation(scenario),
        "answers.json": lambda: Answers.beside(scenario),
        "posterior.npz": lambda: Posterior.of(scenario),
    }
    with pytest.raises(ForbearError, match="no regular file"):
        reads[name]()


@pytest.mark.parametrize("character", ["\\u001b]52;c;eA==\\u0007", "\\u009b31m", "\\u202e", "\\b", "\\r", "\u202e"])
@pytest.mark.parametrize("place", ['title = "%s"', 'title = "x"\n"%s" = 1', 'title = "x"\nnotes = [[{ a = "%s" }]]'])
def test_a_text_that_a_terminal_would_obey_is_refused_and_shown_by_its_number(tmp_path, character, place):
    file = tmp_path / "scenario.toml"
    text = '[scenario]\nname = "mine"\nextends = "meadow"\n' + place % f"a{character}b"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ForbearError, match="E102") as found:
        Scenario.load(file)
    assert can_be_shown(str(found.value)) and "cannot be shown" in str(found.value)


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\u009b", "\u202e", "\u2066"])
def test_a_table_with_a_character_that_cannot_be_shown_is_refused_with_its_line(tmp_path, character):
    file = tmp_path / "table.csv"
    file.write_text(f"name,title\nnorth,North\nsouth,So{character}uth\n", encoding="utf-8")
    with pytest.raises(ForbearError, match="E104") as found:
        read_table(file)
    assert found.value.faults[0].line == 3 and can_be_shown(str(found.value))


def test_a_mark_of_the_order_of_bytes_and_other_scripts_are_plain_text(tmp_path):
    file = tmp_path / "table.csv"
    file.write_bytes(b"\xef\xbb\xbfname,title\r\nnorth,\xd8\xb4\xd9\x85\xd8\xa7\xd9\x84\r\n")
    table = read_table(file)
    assert table.columns == ("name", "title") and table.rows[0][1]["name"] == "north"
