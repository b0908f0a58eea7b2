"""Play mode, the few places in which turns are run: addresses take turns, and nobody takes what others need."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict

from forbear.app.security import ASKING

__all__ = ["Crowded", "Places"]

#: Turns that may wait altogether and for one network; each holds a thread, of which a server has forty.
MOST, MOST_OF_NETWORK = 24, 20
#: Networks that are remembered.
_KNOWN = 1024


class Crowded(Exception):
    """Too many turns are being played at this moment."""


class Places:
    """A context manager: one of so many places for running, for the network that `ASKING` names. The network that was
    served longest ago comes first. Entering raises Crowded where too many wait, or after `patience` seconds."""

    def __init__(self, many: int, patience: float) -> None:
        self._free, self._patience = many, patience
        self._waiting: list[tuple[str, int]] = []
        self._served: OrderedDict[str, int] = OrderedDict()
        self._numbers = itertools.count(1)
        self._change = threading.Condition()

    def __enter__(self) -> None:
        network = ASKING.get()
        until = time.monotonic() + self._patience
        with self._change:
            if len(self._waiting) >= MOST or sum(other == network for other, _ in self._waiting) >= MOST_OF_NETWORK:
                raise Crowded
            mine = (network, next(self._numbers))
            self._waiting.append(mine)
            try:
                while not self._free or min(self._waiting, key=self._turn) != mine:
                    if not self._change.wait(max(until - time.monotonic(), 0.0)) and time.monotonic() >= until:
                        raise Crowded
            finally:
                self._waiting.remove(mine)
                self._change.notify_all()
            self._free -= 1
            self._served[network] = next(self._numbers)
            self._served.move_to_end(network)
            while len(self._served) > _KNOWN:
                self._served.popitem(last=False)

    def __exit__(self, *_: object) -> None:
        with self._change:
            self._free += 1
            self._change.notify_all()

    def _turn(self, one: tuple[str, int]) -> tuple[int, int]:
        return self._served.get(one[0], 0), one[1]
