"""The scenarios a server holds ready: those of the library, the one it was started with, and uploaded ones."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.app.country import BLOCKS_KEPT, Country
from forbear.app.memory import Memory
from forbear.app.uploads import load_upload
from forbear.errors import Fault, FileError, nearest
from forbear.scenario.reading.chain import library_names
from forbear.scenario.scenario import Scenario

if TYPE_CHECKING:
    from forbear.ensemble.recording import Block

__all__ = ["Countries"]

_HELD = 4
_UPLOADS = 16


class Countries:
    """Countries by key. A key is a name of the library, the name the server was started with, or that of an upload: a
    page can name no other file. Thread-safe; the least recently used is forgotten and loaded again when asked for."""

    def __init__(self, started_with: str) -> None:
        self.started_with = started_with
        self._held: OrderedDict[str, Country] = OrderedDict()
        self._uploads: OrderedDict[str, Scenario] = OrderedDict()
        self._folder = tempfile.TemporaryDirectory(prefix="forbear-")
        self._lock = threading.RLock()
        self._blocks: Memory[Block] = Memory(BLOCKS_KEPT)

    def names(self) -> list[tuple[str, str]]:
        """Key and title of everything that can be chosen."""
        keys = [self.started_with, *(name for name in library_names() if name != self.started_with)]
        return [(key, key) for key in keys] + [(key, f"{s.name} (uploaded)") for key, s in self._uploads.items()]

    def get(self, key: str) -> Country:
        """Return a country ready to run. Raises FileError E101 for an unknown key, or as `Scenario.load`."""
        with self._lock:
            if key not in self._held:
                self._held[key] = Country(self._scenario(key), key, self._blocks)
            self._held.move_to_end(key)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
            return self._held[key]

    def _scenario(self, key: str) -> Scenario:
        if key in self._uploads:
            return self._uploads[key]
        known = [name for name, _ in self.names()]
        if key not in known:
            message = "no such scenario on this server"
            fault = Fault("E101", message, value=key[:80], allowed=", ".join(known), nearest=nearest(key, known))
            raise FileError("E101", message, faults=(fault,))
        return Scenario.load(key)

    def add(self, text: bytes) -> str:
        """Take an uploaded scenario; return its key. Raises as `load_upload`."""
        key = f"upload-{secrets.token_hex(6)}"
        scenario = load_upload(text, Path(self._folder.name), key)
        with self._lock:
            self._uploads[key] = scenario
            while len(self._uploads) > _UPLOADS:
                gone, _ = self._uploads.popitem(last=False)
                self._held.pop(gone, None)
                shutil.rmtree(Path(self._folder.name) / gone, ignore_errors=True)
        return key

    def close(self) -> None:
        """Remove uploaded files."""
        self._folder.cleanup()
