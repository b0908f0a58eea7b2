"""Numbers that were computed once on this machine, kept in the cache folder under a hash of all that they were made of.

What has the same hash has the same bits: the code that simulates, versions of what decides bits, problem, parameters,
seed and members all enter. What is damaged is computed again, and a folder that cannot be written keeps nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from forbear.ensemble.cluster import fingerprint
from forbear.ensemble.manifest import versions
from forbear.errors import FileError
from forbear.files import checksum, make_folder, read_arrays, write_arrays
from forbear.kernel.cache import cache_folder

__all__ = ["Kept", "verified"]

#: Bytes that all kept numbers may take; what was not used for longest goes first.
MOST = 256 * 1024 * 1024


class Kept:
    """A place for some arrays. path: of its file."""

    def __init__(self, **made_of: Any) -> None:
        """made_of: plain values that say what the arrays were made of, beyond code and versions."""
        whole = {"code": fingerprint(), "versions": versions(), **made_of}
        self.path = _folder() / f"{checksum(json.dumps(whole, sort_keys=True).encode())[:40]}.npz"

    def read(self) -> dict[str, np.ndarray] | None:
        """The arrays, None where they are not there or not as they were written."""
        try:
            arrays, _ = read_arrays(self.path)
        except FileError:
            return None
        with contextlib.suppress(OSError):
            self.path.touch()
        return arrays

    def write(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep the arrays, where that is possible."""
        with contextlib.suppress(FileError, OSError):
            make_folder(self.path.parent)
            _make_room(self.path.parent)
            write_arrays(self.path, arrays)


def verified() -> tuple[int, list[str]]:
    """How many files of kept numbers are as they were written, and the names of those that are not."""
    whole, damaged = 0, []
    for path in sorted(_folder().glob("*.npz")):
        try:
            read_arrays(path)
            whole += 1
        except FileError as error:
            if error.code != "E101":  # it was let go meanwhile
                damaged.append(path.name)
    return whole, damaged


def _folder() -> Path:
    return cache_folder() / "kept"


@cache
def _make_room(folder: Path) -> None:
    """Once in a process: let go what was not used for longest."""
    found = sorted(((path.stat(), path) for path in folder.glob("*.npz")), key=lambda entry: -entry[0].st_mtime)
    total = 0
    for about, path in found:
        total += about.st_size
        if total > MOST:
            path.unlink(missing_ok=True)
