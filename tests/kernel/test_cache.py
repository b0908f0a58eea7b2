"""Compiled code that is not what was written is never run: it is compiled anew, and that is said."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path
from types import ModuleType

import pytest

from forbear.kernel import cache
from forbear.kernel.cache import CacheWarning, Sealed, cache_folder, compiled_files

TEXT = "from numba import njit\n\n@njit(cache=True)\ndef run(x):\n    return 3 * x + 7\n"


def fresh(path: Path) -> Sealed:
    """The function as a new process would have it."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    exec(compile(TEXT, str(path), "exec"), module.__dict__)
    return Sealed(module.run, path)


@pytest.fixture
def made(tmp_path) -> Path:
    """A module that was compiled and sealed."""
    path = tmp_path / "tiny.py"
    path.write_text(TEXT)
    assert fresh(path)(2) == 13
    assert [p.suffix for p in compiled_files(path)] == [".nbc", ".nbi"]
    return path


def test_what_is_whole_is_used_as_it_is(made):
    before = {path: path.stat().st_mtime_ns for path in compiled_files(made)}
    assert fresh(made)(2) == 13
    assert {path: path.stat().st_mtime_ns for path in compiled_files(made)} == before


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("damage", ["lost", "empty", "cut", *range(12)])
def test_damaged_code_is_compiled_anew_and_that_is_said(made, which, damage):
    victim = compiled_files(made)[which]
    raw = victim.read_bytes()
    if damage == "lost":
        victim.unlink()
    elif damage in ("empty", "cut"):
        victim.write_bytes(raw[: 0 if damage == "empty" else len(raw) // 2])
    else:
        place = len(raw) * damage // 12
        victim.write_bytes(raw[:place] + bytes([raw[place] ^ 1 << damage % 8]) + raw[place + 1 :])
    with pytest.warns(CacheWarning, match="compiling anew"):
        assert fresh(made)(2) == 13
    assert fresh(made)(2) == 13  # and is whole from then on: no warning


def test_a_damaged_seal_is_said_too(made):
    seal = made.with_suffix(".seal.json")
    seal.write_text(seal.read_text().replace("a", "b", 1))
    with pytest.warns(CacheWarning, match="seal is damaged"):
        assert fresh(made)(2) == 13


def test_code_that_was_never_sealed_is_not_trusted(made):
    """A process that was killed between compiling and sealing leaves this."""
    made.with_suffix(".seal.json").unlink()
    for path in compiled_files(made):
        path.write_bytes(b"garbage")
    assert fresh(made)(2) == 13


def test_other_types_of_arguments_are_sealed_as_well(made):
    function = fresh(made)
    assert function(2) == 13 and function(0.5) == 8.5
    assert len(compiled_files(made)) == 3
    again = fresh(made)
    assert again(0.5) == 8.5 and again(2) == 13


def test_the_folder_is_the_users_own_and_nobody_elses(tmp_path, monkeypatch):
    monkeypatch.setenv("FORBEAR_CACHE", str(tmp_path / "mine"))
    (tmp_path / "mine" / "kernels").mkdir(parents=True, mode=0o777)
    (tmp_path / "mine" / "kernels").chmod(0o777)
    folder = cache_folder()
    assert folder == tmp_path / "mine" / "kernels" and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_of_somebody_else_is_gone_around_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("FORBEAR_CACHE", str(tmp_path / "theirs"))
    (tmp_path / "theirs" / "kernels").mkdir(parents=True)
    monkeypatch.setattr(os, "getuid", lambda: 4_242_424)
    with pytest.warns(CacheWarning, match="another user"):
        folder = cache_folder()
    assert tmp_path not in folder.parents and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert cache_folder() == folder, "one for the whole run"
    folder.rmdir()


def test_a_folder_that_cannot_be_made_is_gone_around(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FORBEAR_CACHE", str(tmp_path / "file"))
    with pytest.warns(CacheWarning, match="for this run alone"):
        cache_folder().rmdir()


def test_systems_without_locks_do_without(made, monkeypatch):
    monkeypatch.setattr(cache, "fcntl", None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fresh(made)(2) == 13
