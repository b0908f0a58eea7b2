"""Play mode, the files of games: one small file each, and a line about each that is remembered without its game.

A list of games is asked for on many pages. It is made of these lines, so that a folder full of games costs their
reading once and not at every page, and holds no memory.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from forbear.app.play.game import Game
from forbear.app.play.log import read_log
from forbear.errors import FileError, ForbearError
from forbear.files import PARTIAL, read_json, write_text

__all__ = ["KEY", "Entry", "Shelf", "entry_of"]

#: Files of games that are kept.
MOST = 500
KEY = re.compile(r"[A-Za-z0-9_-]{16,32}\Z")
_LOG = logging.getLogger("forbear.app")
_TEXTS = ("owner", "room", "log")


@dataclass(frozen=True)
class Entry:
    """What is remembered of a game. rank: what goes first where there are too many, 0 nothing was decided, 1 of no
    class, 2 of a class."""

    owner: str
    started: str
    ended: bool
    rank: int


def entry_of(game: Game) -> Entry:
    """The line about a game."""
    return Entry(game.owner, game.started, bool(game.ended), 2 if game.room else min(len(game.turns), 1))


class Shelf:
    """The folder of games. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        #: Key -> (time and size of the file, its line; None where it cannot be read).
        self._known: dict[str, tuple[tuple[int, int], Entry | None]] = {}
        self._lock = threading.Lock()
        self._clear()

    def load(self, key: str) -> Game | None:
        """The game of a key, None where there is no file or none that can be read."""
        path = self.folder / f"{key}.json"
        if not KEY.match(key) or not path.exists():
            return None
        try:
            return _read(path)
        except FileError as error:
            _LOG.warning("a game is left out: %s", error)
            return None

    def save(self, game: Game, log: str) -> None:
        """Write a game's file, whole or not at all, and remove others beyond the most. Raises FileError E103."""
        about = {"owner": game.owner, "room": game.room, "log": log}
        path = self.folder / f"{game.key}.json"
        write_text(path, json.dumps(about, ensure_ascii=False))
        with self._lock, contextlib.suppress(OSError):
            self._known[game.key] = (_stamp(path), entry_of(game))
        known = self.entries()
        if len(known) > MOST:
            self._let_go(game.key, known)

    def entries(self) -> dict[str, Entry]:
        """The line about every game that can be read, by key, in the order in which the files were written."""
        with self._lock:
            found: list[tuple[tuple[int, int], str]] = []
            with contextlib.suppress(OSError):
                for path in self.folder.glob("*.json"):
                    if KEY.match(path.stem):
                        with contextlib.suppress(OSError):
                            found.append((_stamp(path), path.stem))
            self._known = {key: self._known[key] for _, key in found if key in self._known}
            for stamp, key in found:
                if key not in self._known or self._known[key][0] != stamp:
                    game = self.load(key)
                    self._known[key] = (stamp, entry_of(game) if game is not None else None)
            known = [(key, self._known[key][1]) for _, key in sorted(found)]
        return {key: entry for key, entry in known if entry is not None}

    def _let_go(self, newest: str, known: dict[str, Entry]) -> None:
        """Remove files beyond the most that are kept. Whoever begins game after game takes away no class's: first go
        games in which nothing was decided, then those of no class, each the oldest first; the newest stays."""
        old = sorted((key for key in known if key != newest), key=lambda key: known[key].rank)
        for key in old[: len(known) - MOST]:
            with contextlib.suppress(OSError):
                (self.folder / f"{key}.json").unlink(missing_ok=True)

    def _clear(self) -> None:
        """Remove what a write that was killed left behind; one that is under way is younger than an hour."""
        with contextlib.suppress(OSError):
            for path in [*self.folder.glob(f".*{PARTIAL}*"), *self.folder.glob("*.part")]:
                if time.time() - path.stat().st_mtime > 3600:
                    path.unlink(missing_ok=True)


def _stamp(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_mtime_ns, about.st_size


def _read(path: Path) -> Game:
    """A game from its file. Raises FileError E101, E104, E109, E431 for what is none."""
    kept = read_json(path)
    if not isinstance(kept, dict) or not all(isinstance(kept.get(key, ""), str) for key in _TEXTS):
        raise FileError("E109", f"{path} is damaged: it is no game")
    try:
        game = read_log(kept.get("log", "").encode())
    except (ForbearError, UnicodeEncodeError) as error:
        raise FileError("E109", f"{path} is damaged: its log is none: {error}") from None
    game.key, game.owner, game.room = path.stem, kept.get("owner", ""), kept.get("room", "")
    return game
