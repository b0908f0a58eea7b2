"""Play mode, where games are kept: in memory, and as one small file each in the user's state folder, so that a game's
address outlives the server."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from forbear.app.play.classes import Classes, Room, is_locked
from forbear.app.play.game import Game
from forbear.app.play.log import log_text, read_log
from forbear.app.play.world import GameWorlds
from forbear.errors import Fault, FileError, ForbearError, RunError
from forbear.files import PARTIAL, write_text

if TYPE_CHECKING:
    from forbear.app.countries import Countries
    from forbear.app.country import Country

__all__ = ["Games", "folder_of_games", "public_name"]

_HELD, _FILES = 200, 500
_KEY = re.compile(r"[A-Za-z0-9_-]{16,32}\Z")


def folder_of_games() -> Path | None:
    """Where games are kept: FORBEAR_GAMES (empty: nowhere), or the user's state folder; None where nothing can be
    written."""
    asked = os.environ.get("FORBEAR_GAMES")
    if asked == "":
        return None
    folder = Path(asked) if asked else user_state_path("forbear") / "games"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder


def public_name(game: Game) -> str:
    """A name by which a finished game is looked at: its key, with which it is played, cannot be told from it."""
    return hashlib.sha256(f"public {game.key}".encode()).hexdigest()[:16]


def owner_of(session: str) -> str:
    """Who began a game, without the session's own name."""
    return hashlib.sha256(f"owner {session}".encode()).hexdigest()[:16]


class Games:
    """Games by key. A key is what the address of a game holds: who knows it may play. Thread-safe."""

    def __init__(self, countries: Countries, folder: Path | None) -> None:
        self.countries, self.folder, self.worlds = countries, folder, GameWorlds()
        self.classes = Classes(folder / "classes" if folder is not None else None)
        self._held: OrderedDict[str, Game] = OrderedDict()
        self._lock = threading.RLock()
        self._clear()

    def country(self, game: Game | Room) -> Country:
        """The country of a game or a class. Raises FileError E101 where this server has no such scenario."""
        try:
            return self.countries.get(game.scenario)
        except FileError:
            if not game.hash:
                raise
            return self.countries.get(self._scenario_of(game))  # an upload has another key after a restart

    def begin(self, game: Game, session: str) -> Game:
        """Give a new or uploaded game its key and keep it. Raises as `country` and as `GameWorlds.problem`."""
        country = self.country(game)
        problem = self.worlds.problem(country, game.strategy)
        last = len(problem.month_labels)
        late = next((turn for turn in game.turns if turn.until > last), None)
        if late is not None:
            where = f"turns[{late.number - 1}].until"
            fault = Fault(
                "E431", "after the scenario's last month", field=where, value=str(late.until), allowed=f"at most {last}"
            )
            raise FileError("E431", "the log does not fit the scenario", faults=(fault,))
        if country.draws(game.draws) != game.draws:
            raise RunError(
                "E432",
                "the game's world was drawn from a posterior that this server does not have",
                hint="use the scenario with the posterior beside it",
            )
        game.key, game.owner = secrets.token_urlsafe(15), owner_of(session)
        self._keep(game)
        self.save(game)
        return game

    def take(self, text: bytes, session: str) -> Game:
        """Take an uploaded log as a game of this server. A log that its sender holds already is not taken twice.

        Raises as `read_log` and `begin`.
        """
        game = read_log(text)
        game.scenario = self._scenario_of(game)
        # of another's game a log gives a copy: with the key of the original one could play on in it
        mine = owner_of(session)
        for other in self.all():
            if (
                other.owner == mine
                and (other.started, other.group, other.world, other.turns, other.ended)
                == (
                    game.started,
                    game.group,
                    game.world,
                    game.turns,
                    game.ended,
                )
                and other.hash == game.hash
            ):
                return other
        return self.begin(game, session)

    def _scenario_of(self, game: Game | Room) -> str:
        """The key of a game's scenario here: uploaded ones have another name on every server."""
        known = [key for key, _ in self.countries.names()]
        if game.scenario in known:
            return game.scenario
        for key in known:
            if key.startswith("upload-") and self.countries.get(key).problem.hash == game.hash:
                return key
        fault = Fault(
            "E101",
            "this server has no such scenario",
            field="scenario",
            value=game.scenario[:80],
            allowed=", ".join(known),
        )
        raise FileError(
            "E101",
            "this server has no such scenario",
            hint="if it was an uploaded one, open it on the laboratory page first",
            faults=(fault,),
        )

    def get(self, key: str) -> Game:
        """Return a game. Raises RunError E433 where none has that key."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
            game = self._load(key) if _KEY.match(key) else None
            if game is None:
                raise RunError(
                    "E433", "there is no such game on this server", hint="send in its log, and go on from there"
                )
            self._keep(game)
            return game

    def locked(self, game: Game) -> bool:
        """True where what happened in a game is not to be shown, nor the number of its world."""
        return is_locked(self.classes, game)

    def room_of(self, game: Game) -> Room | None:
        """The class that a game is played in; None for a game of its own, or of a class that is not here."""
        with contextlib.suppress(RunError):
            return self.classes.coded(game.room) if game.room else None
        return None

    def all(self) -> list[Game]:
        """All games that are kept, the newest first."""
        with self._lock:
            if self.folder is not None:
                try:
                    files = sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
                except OSError:
                    files = []
                for key in [
                    path.stem for path in files[:_FILES] if path.stem not in self._held and _KEY.match(path.stem)
                ]:
                    game = self._load(key)
                    if game is not None:
                        self._keep(game)
            found = list(self._held.values())
        return sorted(found, key=lambda game: game.started, reverse=True)

    def _keep(self, game: Game) -> None:
        with self._lock:
            self._held[game.key] = game
            while len(self._held) > _HELD:
                self._held.popitem(last=False)

    def save(self, game: Game) -> None:
        """Write a game's file, whole or not at all. A disk that takes nothing does not stop the game."""
        if self.folder is None:
            return
        try:
            problem = self.worlds.problem(self.country(game), game.strategy)
            with game.lock:
                text = json.dumps(
                    {"owner": game.owner, "room": game.room, "log": log_text(game, problem)}, ensure_ascii=False
                )
            write_text(self.folder / f"{game.key}.json", text)
            for old in sorted(self.folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-_FILES]:
                old.unlink(missing_ok=True)
        except (OSError, FileError):
            return

    def _clear(self) -> None:
        """Remove what a write that was killed left behind; one that is under way is younger than an hour."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            for path in [*self.folder.glob(f".*{PARTIAL}*"), *self.folder.glob("*.part")]:
                if time.time() - path.stat().st_mtime > 3600:
                    path.unlink(missing_ok=True)

    def _load(self, key: str) -> Game | None:
        if self.folder is None:
            return None
        try:
            kept = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            game = read_log(kept["log"].encode())
            game.key, game.owner, game.room = key, str(kept["owner"]), str(kept.get("room", ""))
            return game
        except (OSError, ValueError, KeyError, TypeError, ForbearError):
            return None
