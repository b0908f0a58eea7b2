"""Play mode, where games are kept: in memory, and as one small file each in the user's state folder, so that a game's
address outlives the server."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_state_path

from forbear.app.play.classes import Classes, Room, is_locked
from forbear.app.play.game import Game
from forbear.app.play.log import log_text, read_log
from forbear.app.play.shelf import Entry, Shelf, entry_of
from forbear.app.play.world import GameWorlds
from forbear.errors import Fault, FileError, RunError

if TYPE_CHECKING:
    from forbear.app.countries import Countries
    from forbear.app.country import Country

__all__ = ["Games", "folder_of_games", "public_name"]

#: Games that are held in memory, and turns that they may have together: a turn takes some three kilobytes.
_HELD, _TURNS_HELD = 200, 16_000
#: Finished games that are listed.
MOST_LISTED = 60


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


def public_name(key: str) -> str:
    """A name by which a finished game is looked at: its key, with which it is played, cannot be told from it."""
    return hashlib.sha256(f"public {key}".encode()).hexdigest()[:16]


def owner_of(session: str) -> str:
    """Who began a game, without the session's own name."""
    return hashlib.sha256(f"owner {session}".encode()).hexdigest()[:16]


class Games:
    """Games by key. A key is what the address of a game holds: who knows it may play. Thread-safe."""

    def __init__(self, countries: Countries, folder: Path | None) -> None:
        self.countries, self.worlds = countries, GameWorlds()
        self.classes = Classes(folder / "classes" if folder is not None else None)
        self._shelf = Shelf(folder) if folder is not None else None
        self._held: OrderedDict[str, Game] = OrderedDict()
        self._lock = threading.RLock()

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
        for other in self._found(lambda entry: entry.owner == mine and entry.started == game.started):
            if (other.started, other.group, other.world, other.turns, other.ended) == (
                game.started,
                game.group,
                game.world,
                game.turns,
                game.ended,
            ) and other.hash == game.hash:
                return other
        return self.begin(game, session)

    def _scenario_of(self, game: Game | Room) -> str:
        """The key of a game's scenario here: uploaded ones have another name on every server."""
        known = [key for key, _ in self.countries.names()]
        if game.scenario in known:
            return game.scenario
        upload = self.countries.upload_of(game.hash)
        if upload is not None:
            return upload
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
            game = self._shelf.load(key) if self._shelf is not None else None
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

    def of(self, owner: str, most: int = 30) -> list[Game]:
        """The games of somebody (see `owner_of`), the newest first."""
        return self._found(lambda entry: entry.owner == owner, most=most)

    def finished(self, names: Collection[str] = ()) -> list[Game]:
        """Games that were ended and can be looked at, the newest first, and of older ones those of these public
        names."""
        newest = self._found(lambda entry: entry.ended, most=MOST_LISTED)
        held = {game.key for game in newest}
        wanted = [key for key in self._entries() if key not in held and public_name(key) in names]
        older = self._found(lambda entry: entry.ended, among=wanted)
        return [game for game in (*newest, *older) if not self.locked(game)]

    def _entries(self) -> dict[str, Entry]:
        """A line about every game: those of the folder, and those in memory, which a full disk may not have taken."""
        kept = self._shelf.entries() if self._shelf is not None else {}
        with self._lock:
            return kept | {key: entry_of(game) for key, game in self._held.items()}

    def _found(
        self, fits: Callable[[Entry], bool], *, most: int | None = None, among: Collection[str] | None = None
    ) -> list[Game]:
        entries = [(entry.started, key) for key, entry in self._entries().items() if fits(entry)]
        keys = [key for _, key in sorted(entries, reverse=True) if among is None or key in among]
        out = []
        for key in keys[:most]:
            with contextlib.suppress(RunError):
                out.append(self.get(key))
        return out

    def _keep(self, game: Game) -> None:
        with self._lock:
            self._held[game.key] = game
            self._held.move_to_end(game.key)
            turns = sum(len(each.turns) for each in self._held.values())
            while len(self._held) > 1 and (len(self._held) > _HELD or turns > _TURNS_HELD):
                turns -= len(self._held.popitem(last=False)[1].turns)

    def save(self, game: Game) -> None:
        """Write a game's file, whole or not at all. A disk that takes nothing does not stop the game."""
        if self._shelf is None:
            return
        with contextlib.suppress(FileError):
            problem = self.worlds.problem(self.country(game), game.strategy)
            with game.lock:
                self._shelf.save(game, log_text(game, problem))
