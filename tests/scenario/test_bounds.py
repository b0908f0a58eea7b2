"""What a scenario from elsewhere asks for is bounded before it is laid out, and what is said of it is bounded, too."""

from __future__ import annotations

import os
import tracemalloc

import pytest

from forbear.errors import MOST_SHOWN, ForbearError
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
