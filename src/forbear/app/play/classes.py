"""Play mode, a class: groups that play one hidden world, an umpire, a timer, and the truth locked until it is released.

An umpire's page is found by its key, which nobody else should see; groups join by a short code. While the truth is
locked, no page or file of a group tells the number of the world or anything that was not reported, whatever the group
has finished: the number alone would let another group look ahead in a game of its own.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import re
import secrets
import threading
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol

from forbear.app.play.game import Game, now
from forbear.errors import Fault, FileError, RunError, ScenarioError
from forbear.files import read_json, write_text

__all__ = ["LONGEST_TIMER", "MOST_GROUPS", "Classes", "Room", "groups_of", "is_locked", "time_left"]

MOST_GROUPS = 16
#: Minutes of the longest timer.
LONGEST_TIMER = 120
#: Letters and digits that nobody confuses when a code is read from a wall.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE = re.compile(rf"[{_LETTERS}]{{6}}\Z")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,32}\Z")
_MOST = 200
_LOG = logging.getLogger("forbear.app")


class Kept(Protocol):
    """Where games are kept, as far as a class needs it."""

    def get(self, key: str) -> Game:
        """The game of a key. Raises RunError E433."""

    def begin(self, game: Game, session: str) -> Game:
        """Give a game its key and keep it."""

    def save(self, game: Game) -> None:
        """Write its file."""


@dataclass
class Room:
    """A class. key: of the umpire's page; code: by which groups join; scenario to feasible: as of a `Game`; minutes: of
    the timer; groups: keys of their games in the order in which they came; released: when the truth was, empty while it
    is locked; rings: when the timer rings, in seconds since 1970, nought while none runs."""

    key: str
    code: str
    title: str
    scenario: str
    hash: str
    strategy: str
    draws: str
    world: int
    months: int
    feasible: bool
    minutes: int
    made: str
    aim: str = ""
    groups: list[str] = field(default_factory=list)
    released: str = ""
    rings: float = 0.0
    lock: Any = field(default_factory=threading.RLock, repr=False, compare=False)


def time_left(room: Room, at: float | None = None) -> float | None:
    """Seconds until the timer rings, not below nought; None while none runs. at: seconds since 1970, now if None."""
    if not room.rings:
        return None
    return max(room.rings - (time.time() if at is None else at), 0.0)


def _read(path: Path) -> Room:
    """A class from its file. Raises FileError E101, E104, E109 for what is none."""
    data = read_json(path)
    known = {field.name: field for field in fields(Room) if field.name != "lock"}
    if not isinstance(data, dict) or not set(data) <= set(known):
        raise FileError("E109", f"{path} is damaged: it is no class")
    try:
        room = Room(**data)
    except TypeError as error:  # something is missing
        raise FileError("E109", f"{path} is damaged: {error}") from None
    wrong = [name for name, field in known.items() if not _fits(getattr(room, name), str(field.type))]
    if wrong or not (_KEY.match(room.key) and _CODE.match(room.code)) or len(room.groups) > MOST_GROUPS:
        raise FileError("E109", f"{path} is damaged: {', '.join(wrong) or 'key, code or groups'}")
    return room


def _fits(value: Any, kind: str) -> bool:
    """Whether a value of a file is of the kind that a field of a class has."""
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("int", "float"):
        number = isinstance(value, int if kind == "int" else (int, float)) and not isinstance(value, bool)
        return number and math.isfinite(value)
    if kind == "list[str]":
        return isinstance(value, list) and all(isinstance(each, str) and _KEY.match(each) for each in value)
    return isinstance(value, str)


class Classes:
    """Classes of a server, in memory and as one small file each. Thread-safe."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._held: dict[str, Room] = {}
        self._lock = threading.RLock()
        if folder is None:
            return
        for path in sorted(folder.glob("*.json")):
            try:
                room = _read(path)
            except FileError as error:
                _LOG.warning("a class is not shown, its file cannot be read: %s", error)
                continue
            self._held[room.key] = room

    def __len__(self) -> int:
        return len(self._held)

    def make(self, settings: dict[str, Any]) -> Room:
        """Make a class of its settings, and keep it. Where there are too many, the oldest goes that has no group.
        Raises RunError E433 where groups play in all."""
        with self._lock:
            empty = [room for room in self._held.values() if not room.groups]
            if len(self._held) >= _MOST and empty:
                self._drop(min(empty, key=lambda room: room.made))
            if len(self._held) >= _MOST:
                raise RunError(
                    "E433",
                    f"this server keeps at most {_MOST} classes",
                    hint="remove files of old ones from the folder of games",
                )
            codes = {room.code for room in self._held.values()}
            code = next(c for c in iter(_new_code, "") if c not in codes)
            room = Room(key=secrets.token_urlsafe(15), code=code, made=now(), **settings)
            self._held[room.key] = room
        self.save(room)
        return room

    def _drop(self, room: Room) -> None:
        del self._held[room.key]
        if self.folder is not None:
            with contextlib.suppress(OSError):
                (self.folder / f"{room.key}.json").unlink(missing_ok=True)

    def get(self, key: str) -> Room:
        """The class of an umpire's key. Raises RunError E433."""
        found = self._held.get(key)
        if found is None:
            raise RunError("E433", "there is no such game on this server: no class has this address")
        return found

    def coded(self, code: str) -> Room:
        """The class of a code, in small or large letters. Raises RunError E433."""
        wanted = code.strip().upper()
        with self._lock:
            found = next((room for room in self._held.values() if room.code == wanted), None)
        if found is None:
            raise RunError(
                "E433", "there is no such game on this server: no class has this code", hint="ask the umpire"
            )
        return found

    def save(self, room: Room) -> None:
        """Write a class's file, whole or not at all. A disk that takes nothing does not stop the class."""
        if self.folder is None:
            return
        with room.lock, contextlib.suppress(OSError, FileError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_text(self.folder / f"{room.key}.json", json.dumps(_data(room), ensure_ascii=False, indent=1))

    def join(self, room: Room, games: Kept, group: str, aim: str, session: str) -> Game:
        """Begin the game of a group that joins. Raises ScenarioError E210 for a name that another group has, RunError
        E433 where the class is full or over, and as `Games.begin`."""
        with room.lock:
            taken = {game.group.casefold() for game in groups_of(games, room)}
            if room.released:
                raise RunError("E433", "this class is over: its truth was released", hint="begin a game of your own")
            if len(room.groups) >= MOST_GROUPS:
                raise RunError("E433", f"this class is full: {MOST_GROUPS} groups play in it")
            if group.casefold() in taken:
                said = "another name: that group goes on at the address of its game"
                fault = Fault("E210", "a group of this name plays already", field="group", value=group, allowed=said)
                raise ScenarioError("E210", "this name is taken", faults=(fault,))
            game = Game(
                group,
                room.scenario,
                room.hash,
                room.strategy,
                room.draws,
                room.world,
                room.months,
                room.feasible,
                now(),
                aim=aim or room.aim,
                room=room.code,
            )
            begun = games.begin(game, session)
            room.groups.append(begun.key)
            self.save(room)
            return begun

    def release(self, room: Room, games: Kept) -> None:
        """Release the truth: every group's game ends where it stands, and what happened can be seen. Once is enough."""
        with room.lock:
            if room.released:
                return
            for game in groups_of(games, room):
                with game.lock:
                    if game.turns and not game.ended:
                        game.end(len(game.turns))
                games.save(game)
            room.released, room.rings = now(), 0.0
            self.save(room)

    def ring(self, room: Room, minutes: int) -> None:
        """Start the timer anew; nought minutes stop it."""
        with room.lock:
            room.rings = time.time() + 60.0 * minutes if minutes else 0.0
            self.save(room)


def _data(room: Room) -> dict[str, Any]:
    return {name: getattr(room, name) for name in room.__dataclass_fields__ if name != "lock"}


def _new_code() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(6))


def groups_of(games: Kept, room: Room) -> list[Game]:
    """The games of a class that this server still has, in the order in which groups came."""
    out = []
    for key in room.groups:
        with contextlib.suppress(RunError):
            out.append(games.get(key))
    return out


def is_locked(classes: Classes, game: Game) -> bool:
    """True where the truth of a game is not to be shown: it is played in a class whose umpire has not released it. A
    class that this server no longer has keeps its games locked."""
    if not game.room:
        return False
    try:
        return not classes.coded(game.room).released
    except RunError:
        return True
