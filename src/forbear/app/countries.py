"""The scenarios a server holds ready: those of the library, the one it was started with, and uploaded ones."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import tomllib
from collections import Counter, OrderedDict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from forbear.app.country import BLOCKS_KEPT, Country
from forbear.app.memory import Memory
from forbear.app.uploads import load_upload
from forbear.errors import Fault, FileError, ForbearError, nearest
from forbear.scenario.reading.chain import find, library_names
from forbear.scenario.scenario import Scenario

__all__ = ["Countries", "titled"]

_HELD = 5
_UPLOADS = 16


@dataclass(frozen=True)
class _Upload:
    """A scenario from elsewhere: its file, which passed every check and is read again when it is asked for (an
    open one holds megabytes), its name, the network that sent it, and the hash of its problem."""

    file: Path
    name: str
    network: str
    hash: str


@cache
def titled(key: str) -> str:
    """The title of a scenario with its name, as a menu shows it; the name alone where its file gives no title."""
    try:
        about = tomllib.loads(find(key).read_text(encoding="utf-8"))["scenario"]
        return f"{about['title']} ({about['name']})"
    except (ForbearError, OSError, ValueError, KeyError, TypeError):  # whoever chooses it is told what is wrong
        return key


class Countries:
    """Countries by key. A key is a name of the library, the name the server was started with, or that of an upload: a
    page can name no other file. Thread-safe; the least recently used is forgotten and loaded again when asked for, but
    never twice: what a run still holds is found again. One that is loaded holds up nobody who asks for another."""

    def __init__(self, started_with: str) -> None:
        self.started_with = started_with
        self._held: OrderedDict[str, Country] = OrderedDict()
        self._alive: WeakValueDictionary[str, Country] = WeakValueDictionary()
        self._loading: dict[str, threading.Lock] = {}
        self._uploads: OrderedDict[str, _Upload] = OrderedDict()
        self._folder = tempfile.TemporaryDirectory(prefix="forbear-")
        self._lock = threading.Lock()
        self._blocks: Memory[Any] = Memory(BLOCKS_KEPT)

    def names(self) -> list[tuple[str, str]]:
        """Key and title of everything that can be chosen; a title has the name of its scenario in brackets."""
        keys = [self.started_with, *(name for name in library_names() if name != self.started_with)]
        with self._lock:
            sent = [(key, f"{upload.name} (uploaded)") for key, upload in self._uploads.items()]
        return [(key, titled(key)) for key in keys] + sent

    def get(self, key: str) -> Country:
        """Return a country ready to run. Raises FileError E101 for an unknown key, or as `Scenario.load`."""
        found = self._find(key)
        if found is not None:
            return found
        with self._lock:
            alone = self._loading.setdefault(key, threading.Lock())
        with alone:
            try:
                found = self._find(key)
                if found is None:
                    found = Country(self._scenario(key), key, self._blocks)
                    self._keep(key, found)
            finally:
                with self._lock:
                    self._loading.pop(key, None)
        return found

    def _find(self, key: str) -> Country | None:
        with self._lock:
            found = self._alive.get(key)
            if found is not None:
                self._hold(key, found)
            return found

    def _keep(self, key: str, country: Country) -> None:
        with self._lock:
            self._alive[key] = country
            self._hold(key, country)

    def _hold(self, key: str, country: Country) -> None:
        self._held[key] = country
        self._held.move_to_end(key)
        while len(self._held) > _HELD:
            self._held.popitem(last=False)

    def upload_of(self, problem_hash: str) -> str | None:
        """The key of the upload that makes this problem, or None."""
        with self._lock:
            return next((key for key, upload in self._uploads.items() if upload.hash == problem_hash), None)

    def _scenario(self, key: str) -> Scenario:
        with self._lock:
            upload = self._uploads.get(key)
        if upload is not None:
            return Scenario.load(upload.file)
        known = [name for name, _ in self.names()]
        if key not in known:
            message = "no such scenario on this server"
            fault = Fault("E101", message, value=key[:80], allowed=", ".join(known), nearest=nearest(key, known))
            raise FileError("E101", message, faults=(fault,))
        return Scenario.load(key)

    def add(self, text: bytes, network: str = "") -> str:
        """Take an uploaded scenario; return its key. Where there are too many, the oldest goes of the network that has
        most: whoever sends one after the other takes away their own. Raises as `load_upload`."""
        key = f"upload-{secrets.token_hex(6)}"
        scenario = load_upload(text, Path(self._folder.name), key)
        file = Path(self._folder.name) / key / "scenario.toml"
        upload = _Upload(file, scenario.name, network, scenario.problem().hash)
        with self._lock:
            self._uploads[key] = upload
            while len(self._uploads) > _UPLOADS:
                many = Counter(each.network for each in self._uploads.values())
                gone = next(k for k, each in self._uploads.items() if many[each.network] == max(many.values()))
                del self._uploads[gone]
                self._held.pop(gone, None)
                self._alive.pop(gone, None)
                shutil.rmtree(Path(self._folder.name) / gone, ignore_errors=True)
        return key

    def close(self) -> None:
        """Remove uploaded files."""
        self._folder.cleanup()
