"""What was computed once is read again only where it was made of the same, and only as it was written."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.ensemble import kept as module
from forbear.ensemble.kept import Kept
from forbear.ensemble.opened import Opened
from forbear.inference.space import Space
from forbear.questions.ledger import planned_ledger
from forbear.questions.policy_runs import PolicyRuns, run_side_by_side

ARRAYS = {"whole/deaths": np.arange(5.0), "failed": np.zeros(5, dtype=bool)}


@pytest.fixture
def folder(tmp_path, monkeypatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, "_folder", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def counted(monkeypatch):  # type: ignore[no-untyped-def]
    """How many blocks the kernel has run."""
    blocks: list[int] = []
    advance = Opened.advance

    def noted(self, until):  # type: ignore[no-untyped-def]
        blocks.append(until)
        advance(self, until)

    monkeypatch.setattr(Opened, "advance", noted)
    return blocks


def test_arrays_are_found_again_by_what_they_were_made_of_and_by_nothing_else(folder) -> None:  # type: ignore[no-untyped-def]
    Kept(problem="a", seed=1).write(ARRAYS)
    found = Kept(seed=1, problem="a").read()
    assert found is not None and (found["whole/deaths"] == ARRAYS["whole/deaths"]).all() and not found["failed"].any()
    for other in ({"problem": "a", "seed": 2}, {"problem": "b", "seed": 1}, {"problem": "a"}):
        assert Kept(**other).read() is None


def test_other_code_or_versions_find_nothing(folder, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    Kept(problem="a").write(ARRAYS)
    monkeypatch.setattr(module, "fingerprint", lambda: {"code": "of another day"})
    assert Kept(problem="a").read() is None


def test_a_damaged_file_is_as_if_it_were_not_there(folder) -> None:  # type: ignore[no-untyped-def]
    place = Kept(problem="a")
    place.write(ARRAYS)
    content = bytearray(place.path.read_bytes())
    content[len(content) // 2] ^= 1
    place.path.write_bytes(bytes(content))
    assert place.read() is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_ends_nothing(folder, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    (folder / "file").write_text("in the way")
    monkeypatch.setattr(module, "_folder", lambda: folder / "file" / "below")
    Kept(problem="a").write(ARRAYS)
    assert Kept(problem="a").read() is None


def _answers(meadow, seed: int, change: str, keep: bool = True):  # type: ignore[no-untyped-def]
    runs = PolicyRuns.of(meadow, None, members=6, replications=2, seed=seed, workers=2, outcomes=("deaths",), keep=keep)
    runs.run_all({"more": meadow.with_levers({"intervener.force": change})})
    return runs


def test_a_policy_is_run_once_for_all_who_ask_the_same_of_it(meadow, folder, counted) -> None:  # type: ignore[no-untyped-def]
    first = _answers(meadow, 1, "+300")
    ran = len(counted)
    again = _answers(meadow, 1, "+300")
    assert len(counted) == ran > 0 and again.runs == first.runs == 12
    assert (again.values("more", "deaths") == first.values("more", "deaths")).all()
    for one, other in zip(again.by_year("more", "deaths"), first.by_year("more", "deaths"), strict=True):
        assert (one == other).all()
    anew = _answers(meadow, 1, "+300", keep=False)
    assert len(counted) > ran and (anew.values("more", "deaths") == first.values("more", "deaths")).all()


def test_another_seed_or_policy_is_run(meadow, folder, counted) -> None:  # type: ignore[no-untyped-def]
    _answers(meadow, 1, "+300")
    for seed, change in ((2, "+300"), (1, "+301")):
        ran = len(counted)
        _answers(meadow, seed, change)
        assert len(counted) > ran


def test_a_ledger_that_was_kept_is_the_ledger(meadow, folder, counted) -> None:  # type: ignore[no-untyped-def]
    space = Space(meadow.problem())
    given = space.values(space.draw(9, 1, "ledger"))
    found = []
    for _ in range(2):
        run, ledger = planned_ledger(meadow, None, members=9, seed=1, parameters=given, keep=True)
        run_side_by_side([run], 1)
        found.append(ledger())
        found_blocks = len(counted)
    assert found_blocks == len(counted) and (found[0].shares == found[1].shares).all()
    assert (found[0].whole == found[1].whole).all() and np.isfinite(found[0].whole).all()
