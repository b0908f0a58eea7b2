"""Finished pieces of a fit in a folder, or nowhere: arrays as .npz, everything else as JSON, each with a digest.

A piece is written under another name and then renamed, so that a killed fit leaves whole pieces only; a piece whose
digest does not meet its content is taken for missing and is worked out again.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from forbear.errors import FitError

__all__ = ["Keeper"]

ABOUT = "fit.json"


class Keeper:
    """Pieces of one fit: dictionaries of arrays, numbers, words and lists."""

    def __init__(self, store: Path | None, identity: dict[str, Any]) -> None:
        """identity: what the fit is made of. Raises FitError E607 where the folder holds another fit, E605 where it cannot
        be written."""
        self.store = store
        if store is None:
            return
        text = json.dumps(identity, sort_keys=True)
        try:
            store.mkdir(parents=True, exist_ok=True)
            about = store / ABOUT
            if about.exists() and about.read_text(encoding="utf-8") != text:
                raise FitError(
                    "E607",
                    f"{store} holds another fit (other data, model, settings or seed)",
                    hint="choose an empty folder",
                )
            self._replace(about, text.encode())
        except OSError as error:
            raise FitError("E605", f"{store} cannot be written: {error.strerror}") from None

    def read(self, name: str) -> dict[str, Any] | None:
        """A finished piece, or None where it is missing or damaged."""
        if self.store is None:
            return None
        path = self.store / f"{name}.npz"
        try:
            with np.load(path, allow_pickle=False) as data:
                arrays = {key: data[key] for key in data.files if key != "about"}
                about = json.loads(str(data["about"]))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        if about["digest"] != _digest(arrays, about["rest"]):
            return None
        return {**arrays, **about["rest"]}

    def write(self, name: str, piece: dict[str, Any]) -> None:
        """Write a piece at once or not at all. Raises FitError E605."""
        if self.store is None:
            return
        arrays = {key: value for key, value in piece.items() if isinstance(value, np.ndarray)}
        rest = {key: value for key, value in piece.items() if not isinstance(value, np.ndarray)}
        about = json.dumps({"digest": _digest(arrays, rest), "rest": rest})
        work = self.store / f".{name}.{os.getpid()}.npz"
        try:
            np.savez(work, about=np.array(about), **arrays)
            os.replace(work, self.store / f"{name}.npz")
        except OSError as error:
            raise FitError("E605", f"{self.store} cannot be written: {error.strerror}") from None

    def _replace(self, path: Path, content: bytes) -> None:
        work = path.with_name(f".{path.name}.{os.getpid()}")
        work.write_bytes(content)
        os.replace(work, path)


def _digest(arrays: dict[str, np.ndarray], rest: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(rest, sort_keys=True).encode())
    for key in sorted(arrays):
        digest.update(f"{key} {arrays[key].dtype} {arrays[key].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[key]).tobytes())
    return digest.hexdigest()
