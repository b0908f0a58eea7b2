"""Machine code on disk: in a folder of the user's own, and never used unless it is what was written.

Numba keeps an index and the code of each function in pickles, which it trusts: a flipped bit there is a wrong number
or a crash. So a seal stands beside them, the SHA-256 of each file, written once they are whole. Before the first call
in a process the files are compared with it; what is damaged, half-written or not sealed is removed and compiled anew.
One process compiles at a time; others wait and use what it made.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

from platformdirs import user_cache_path

from forbear.errors import FileError
from forbear.files import checksum, read_json, write_json

try:  # not on every system
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

__all__ = ["CacheWarning", "Sealed", "alone", "cache_folder", "compiled_files", "damage"]


class CacheWarning(UserWarning):
    """Something is wrong with the folder of compiled code; it is mended or gone around, which takes time."""


def cache_folder() -> Path:
    """The folder of woven modules: FORBEAR_CACHE, or the user's cache folder; nobody else may write or look into it.

    Where that folder cannot be made, or belongs to somebody else, it is a new one for this process alone, which is
    said: others could have put code there that would be run.
    """
    asked = os.environ.get("FORBEAR_CACHE")
    return _private((Path(asked) if asked else user_cache_path("forbear")) / "kernels")


@cache
def _private(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        state = folder.stat()
        if hasattr(os, "getuid"):
            if state.st_uid != os.getuid():
                raise PermissionError(13, "it belongs to another user")
            if state.st_mode & 0o077:
                folder.chmod(0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        own = Path(tempfile.mkdtemp(prefix="forbear-kernels-"))  # of a name that nobody knows beforehand, and private
        warnings.warn(
            f"compiled code cannot be kept in {folder} ({error.strerror}): it is compiled for this run alone",
            CacheWarning, stacklevel=3,
        )  # fmt: skip
        return own
    return folder


def compiled_files(module: Path) -> list[Path]:
    """Numba's files of a woven module: indices and machine code."""
    return sorted(path for path in module.parent.glob(f"**/{module.stem}.*") if path.suffix in (".nbi", ".nbc"))


def damage(module: Path) -> str | None:
    """What is wrong with the compiled code of a woven module, in words; "" where somebody was stopped while it was made,
    None where it is whole or there is none."""
    found, seal = compiled_files(module), _seal_of(module)
    if not found and not seal.exists():
        return None
    why = "a file is damaged, half-written or lost"
    try:
        listed = dict(read_json(seal, seal=True)["files"])
        if listed == {path.name: checksum(path.read_bytes()) for path in found}:
            return None
    except FileError as error:
        why = "" if error.code == "E101" else "its seal is damaged"  # without a seal: someone was stopped midway
    except (OSError, KeyError, TypeError, ValueError):
        pass
    return why


class Sealed:
    """A compiled function of a woven module whose files are compared with their seal before it is first called."""

    def __init__(self, function: Any, module: Path) -> None:
        """function: numba's dispatcher; module: the file of its module, beside which everything lies."""
        self._function, self._module = function, module
        self._sealed_at = -1
        self._lock = RLock()

    def __call__(self, *arguments: Any) -> Any:
        """Call it; compile it first where that is still to be done."""
        if self._sealed_at == len(self._function.overloads):
            result = self._function(*arguments)
            if self._sealed_at != len(self._function.overloads):  # other types of arguments: one more was compiled
                with self._lock, alone(self._module):
                    self._seal()
            return result
        with self._lock, alone(self._module):
            if self._sealed_at < 0:
                self._check()
            result = self._function(*arguments)
            self._seal()
            return result

    def _check(self) -> None:
        """Remove what is not as it was sealed, and say so; remove silently what was never sealed."""
        why = damage(self._module)
        if why is None:
            return
        for path in (*compiled_files(self._module), _seal_of(self._module)):
            path.unlink(missing_ok=True)
        if why:
            warnings.warn(f"compiled code of {self._module.name}: {why}; compiling anew", CacheWarning, stacklevel=4)

    def _seal(self) -> None:
        self._sealed_at = len(self._function.overloads)
        with contextlib.suppress(FileError, OSError):  # without a seal the next process compiles again: slow, not wrong
            files = {path.name: checksum(path.read_bytes()) for path in compiled_files(self._module)}
            write_json(_seal_of(self._module), {"files": files}, seal=True)


def _seal_of(module: Path) -> Path:
    return module.with_suffix(".seal.json")


@contextlib.contextmanager
def alone(module: Path) -> Iterator[None]:
    """Keep other processes from compiling the same until this one has; the lock goes with the process."""
    if fcntl is None:
        yield
        return
    with module.with_suffix(".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
