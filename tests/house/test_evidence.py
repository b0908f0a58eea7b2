"""`tools/evidence.py`: what ships and is learned or computed can be made again by one command, in order."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from forbear.scenario.reading.chain import LIBRARY

SPEC = importlib.util.spec_from_file_location("evidence", Path(__file__).parents[2] / "tools" / "evidence.py")
evidence = importlib.util.module_from_spec(SPEC)
sys.modules["evidence"] = evidence
SPEC.loader.exec_module(evidence)

KINDS_OF_FILES = ("posterior*.npz", "answers.json", "validation.json", "laboratory.json", "reach.json")


def made() -> list[str]:
    return [file for step in evidence.steps(Path("kept")) for file in step.makes]


def test_every_learned_or_computed_file_that_ships_is_made_by_a_step():
    shipped = {f.relative_to(evidence.HERE).as_posix() for kind in KINDS_OF_FILES for f in LIBRARY.glob(f"*/{kind}")}
    shipped |= {evidence.shipped("pooled.json"), evidence.shipped("record", "prior.npz")}
    shipped |= {evidence.shipped("record", f.name) for f in LIBRARY.glob("record/odds-*.json")}
    assert shipped <= set(made())


def test_no_file_is_made_twice():
    assert len(made()) == len(set(made()))


def test_fits_come_before_what_reads_them_and_records_before_answers():
    kinds = [step.kind for step in evidence.steps(Path("kept"))]
    assert kinds == sorted(kinds, key=evidence.KINDS.index)
    assert set(kinds) == set(evidence.KINDS)


def test_theories_of_a_war_get_one_effort_and_the_command_of_a_user():
    for name in evidence.fitted():
        commands = [s.command for s in evidence.steps(Path("kept")) if s.kind == "theories" and s.name.startswith(name)]
        assert len({("--effort" in c) for c in commands}) == 1
        assert len(commands) >= 5


def test_every_war_that_says_how_it_is_judged_is_fitted_judged_and_answered():
    assert set(evidence.fitted()) >= {"iraq-2003", "afghanistan-2001", "vietnam-1965"}
    for name in evidence.fitted():
        kinds = {s.kind for s in evidence.steps(Path("kept")) if s.name == name or s.name.startswith(f"{name},")}
        assert kinds >= {"fits", "theories", "validation", "answers"}, name


def test_a_finished_step_is_not_done_again_and_a_failed_one_ends_with_its_code(tmp_path, monkeypatch, capsys):
    good = evidence.Step("pages", "good", (sys.executable, "-c", "print('ran')"))
    bad = evidence.Step("pages", "bad", (sys.executable, "-c", "raise SystemExit(7)"))
    monkeypatch.setattr(evidence, "steps", lambda keep: iter((good, bad)))
    assert evidence.make(["pages"], tmp_path) == 7
    assert "now          pages: good" in capsys.readouterr().out
    assert evidence.make(["pages"], tmp_path) == 7
    assert "done before  pages: good" in capsys.readouterr().out


def test_a_step_is_done_again_where_its_command_changed(tmp_path, monkeypatch):
    notes = tmp_path / "notes"
    for word in ("a", "a", "b"):
        wanted = (sys.executable, "-c", f"open({str(notes)!r}, 'a').write({word!r})")
        monkeypatch.setattr(
            evidence, "steps", lambda keep, wanted=wanted: iter((evidence.Step("pages", "one", wanted),))
        )
        assert evidence.make(["pages"], tmp_path / "kept") == 0
    assert notes.read_text() == "ab"


def test_a_step_whose_file_was_exchanged_or_lost_is_done_again(tmp_path, monkeypatch):
    notes, made = tmp_path / "notes", tmp_path / "made"
    code = f"open({str(notes)!r}, 'a').write('x'); open({str(made)!r}, 'w').write('new')"
    step = evidence.Step("pages", "one", (sys.executable, "-c", code), (str(made),))
    monkeypatch.setattr(evidence, "steps", lambda keep: iter((step,)))

    def untouched():
        return None

    for spoil in (untouched, untouched, lambda: made.write_text("old"), made.unlink):
        spoil()
        assert evidence.make(["pages"], tmp_path / "kept") == 0
        assert made.read_text() == "new"
    assert notes.read_text() == "xxx"


@pytest.mark.parametrize("kind", evidence.KINDS)
def test_each_kind_has_a_step(kind):
    assert any(step.kind == kind for step in evidence.steps(Path("kept")))
