"""The rules of the country are compiled for this machine once, before the first answer: how far that has come.

It takes some ten seconds on an empty cache, more where the machine is busy. It runs in a thread of its own, so that a
page can say how long is left.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine
from forbear.kernel import woven

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["Cancelled", "Preparation", "Progress", "preparation_of"]

#: Seconds of a compilation where nothing is known of the machine yet: weaving and compiling on a free core.
EXPECTED = 12.0
#: Where it takes longer, what is left is thought to be this part of what has passed.
_LEFT = 0.25
#: Loading what was compiled before takes a few seconds.
LOADING = 4.0


class Cancelled(Exception):
    """The answer is no longer wanted."""


@dataclass(frozen=True)
class Progress:
    """How far a preparation has come. share: 0 to 1; left: seconds; compiles: False where it only loads."""

    share: float
    left: float
    compiles: bool

    def words(self) -> str:
        """A sentence for a page."""
        if not self.compiles:
            return "Loading the model..."
        step = 5 if self.left < 60 else 10
        left = max(int(np.ceil(self.left / step)) * step, step)
        return f"Preparing the model for this machine, once: about {left} s left"


class Preparation:
    """The compilation of one set of rules. It begins when it is made."""

    def __init__(self, problem: Problem) -> None:
        self._done = threading.Event()
        self._begun = time.monotonic()
        self.error: Exception | None = None
        self.compiles = not is_compiled(problem)
        self._thread = threading.Thread(target=self._work, args=(problem,), name="forbear-prepare", daemon=True)
        self._thread.start()

    def _work(self, problem: Problem) -> None:
        try:
            compile_rules(problem)
        except Exception as error:  # it is told to whoever waits
            self.error = error
        finally:
            self._done.set()

    @property
    def done(self) -> bool:
        """True when runs can begin, or never will."""
        return self._done.is_set()

    def soon(self) -> bool:
        """True when it is done, or as soon as it is where it only loads; False where it compiles, which takes long."""
        return self._done.wait(0.0 if self.compiles else 5 * LOADING)

    def progress(self) -> Progress:
        """How far it has come by now."""
        passed = time.monotonic() - self._begun
        if self.done:
            return Progress(1.0, 0.0, self.compiles)
        expected = EXPECTED if self.compiles else LOADING
        # a bar that always moves and never says that it is done before it is
        return Progress(
            0.99 * (1.0 - math.exp(-1.6 * passed / expected)), max(expected - passed, _LEFT * passed), self.compiles
        )

    def wait(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Wait until it is done. Raises Cancelled as soon as `cancelled` says so, and what the compilation raised."""
        while not self._done.wait(0.1):
            if cancelled():
                raise Cancelled
        if self.error is not None:
            raise self.error


def is_compiled(problem: Problem) -> bool:
    """True where the problem's rules were compiled on this machine before."""
    return woven.is_compiled(Engine(problem).module())


def compile_rules(problem: Problem) -> None:
    """Compile the problem's rules, or load them: one member is run for one step."""
    members = np.zeros(1, dtype=np.uint32)
    Engine(problem).open(draw_priors(problem, members, 1), members, 1).advance(1)


_FOUND: dict[tuple[Any, ...], Preparation] = {}
_LOCK = threading.Lock()


def preparation_of(problem: Problem) -> Preparation:
    """The preparation of a problem's rules, begun where it was not yet: countries with the same rules share one. One
    that failed is begun anew."""
    key = (*(name for name, _ in problem.extensions),)
    with _LOCK:
        known = _FOUND
        found = known.get(key)
        if found is None or (found.done and found.error is not None):
            known[key] = found = Preparation(problem)
        return found
