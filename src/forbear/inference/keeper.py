"""Finished pieces of a fit in a folder, or nowhere: each a sealed file of arrays and JSON (see `forbear.files`).

A killed fit leaves whole pieces only; a piece that is not as it was written is taken for missing and worked out again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from forbear.errors import FileError, FitError
from forbear.files import make_folder, read_arrays, read_json, write_arrays, write_json

__all__ = ["Keeper"]

ABOUT = "fit.json"


class Keeper:
    """Pieces of one fit: dictionaries of arrays, numbers, words and lists."""

    def __init__(self, store: Path | None, identity: dict[str, Any]) -> None:
        """identity: what the fit is made of. Raises FitError E607 where the folder holds another fit, FileError E103 where it
        cannot be written."""
        self.store = store
        if store is None:
            return
        about = make_folder(store) / ABOUT
        try:
            held = read_json(about) if about.exists() else identity
        except FileError:
            held = None
        if held != identity:
            raise FitError(
                "E607",
                f"{store} holds another fit (other data, model, settings or seed)",
                hint="choose an empty folder",
            )
        write_json(about, identity)

    def read(self, name: str) -> dict[str, Any] | None:
        """A finished piece, or None where it is missing or damaged."""
        if self.store is None:
            return None
        try:
            arrays, rest = read_arrays(self.store / f"{name}.npz")
        except FileError:
            return None
        return {**arrays, **rest}

    def write(self, name: str, piece: dict[str, Any]) -> None:
        """Write a piece at once or not at all. Raises FileError E103."""
        if self.store is None:
            return
        arrays = {key: value for key, value in piece.items() if isinstance(value, np.ndarray)}
        rest = {key: value for key, value in piece.items() if not isinstance(value, np.ndarray)}
        write_arrays(self.store / f"{name}.npz", arrays, rest)
