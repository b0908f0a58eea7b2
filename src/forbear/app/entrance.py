"""The entrance: where a password comes from, and how fast one may guess."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import FileError, RunError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forbear.app.security import Keys

__all__ = ["VARIABLE", "Entrance", "TooManyGuesses", "checked_password", "password_from"]

#: The variable of the environment that may hold the password.
VARIABLE = "FORBEAR_PASSWORD"
#: Seconds that a wrong guess takes, and guesses of one network that may wait for their turn.
PAUSE, MOST_WAITING = 1.0, 8
_NETWORKS = 1024
_LONGEST = 4096


class TooManyGuesses(Exception):
    """Too many guesses of one network are waiting."""


@dataclass
class _Door:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Entrance:
    """Checks passwords. Guesses of one network come one after the other and a wrong one takes its time; those of
    others, and so the right one of somebody else, do not wait for it. Used by the event loop's thread alone."""

    def __init__(self, keys: Keys, pause: float = PAUSE) -> None:
        self._keys, self._pause = keys, pause
        self._doors: OrderedDict[str, _Door] = OrderedDict()

    async def right(self, network: str, password: str) -> bool:
        """Say whether a password is right. Raises TooManyGuesses."""
        door = self._doors.setdefault(network, _Door())
        self._doors.move_to_end(network)
        for other in [key for key, held in self._doors.items() if not held.waiting and held is not door][:-_NETWORKS]:
            del self._doors[other]
        if door.waiting >= MOST_WAITING:
            raise TooManyGuesses
        door.waiting += 1
        try:
            async with door.lock:
                found = self._keys.right(password)
                if not found:
                    await asyncio.sleep(self._pause)
                return found
        finally:
            door.waiting -= 1


def checked_password(password: str | None) -> str | None:
    """A password as it is given, None for none. Raises RunError E411 for one that is empty or blank."""
    if password is not None and not password.strip():
        raise RunError("E411", "the password is empty", hint=f"put words into a file, or into {VARIABLE}")
    return password


def password_from(file: str | None, environment: Mapping[str, str], ask: Callable[[], str] | None) -> str | None:
    """Where a password comes from.

    Parameters
    ----------
    file
        A file whose first line is the password; None for none.
    environment
        Looked up for FORBEAR_PASSWORD where there is no file.
    ask
        Asks the user; None where nobody can be asked or none is needed.

    Returns
    -------
    str | None
        The password, None where there is none.

    Raises
    ------
    FileError
        E101 or E104 where the file is not there or cannot be read.
    RunError
        E411 for a password that is empty or blank.
    """
    if file is not None:
        try:
            with Path(file).open(encoding="utf-8") as lines:
                return checked_password(lines.readline(_LONGEST).rstrip("\r\n"))
        except FileNotFoundError:
            raise FileError("E101", f"no file {file}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise FileError("E104", f"the password cannot be read from {file}: {error}") from None
    if VARIABLE in environment:
        return checked_password(environment[VARIABLE])
    return checked_password(ask()) if ask is not None else None
