"""Requests for runs: one worker, a bounded queue, the newest request of a page wins, first answers go first."""

from __future__ import annotations

import heapq
import itertools
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from forbear.app.country import BLOCK, Cancelled, Country
from forbear.errors import ForbearError

if TYPE_CHECKING:
    from forbear.app.state import State
    from forbear.ensemble.recording import Block
    from forbear.scenario.problem import Problem

__all__ = ["STAGES", "Busy", "Run", "Runs", "Work"]

#: Members after which the page is drawn again.
STAGES = (64, 256, 512)
LONGEST_QUEUE = 12
PAGES_KEPT = 64


class Busy(Exception):
    """Too many runs are waiting."""


@dataclass
class Work(ABC):
    """What a page waits for: it comes block by block. A kind of work says how many members are done and does the next block."""

    number: int
    state: State
    country: Country
    cancelled: bool = False
    error: str = ""
    change: threading.Condition = field(default_factory=threading.Condition)
    stages: ClassVar[tuple[int, ...]] = STAGES

    @property
    @abstractmethod
    def members(self) -> int:
        """Members that are done."""

    @abstractmethod
    def one_block(self) -> None:
        """Do the next block. Raises Cancelled, ForbearError."""

    @property
    def stage(self) -> int:
        """The largest stage that is complete, 0 before the first."""
        return max([stage for stage in self.stages if stage <= self.members], default=0)

    @property
    def complete(self) -> bool:
        """True when nothing more will come."""
        return self.cancelled or bool(self.error) or self.members >= self.stages[-1]

    def wait(self, beyond: int, seconds: float) -> int:
        """Wait until a stage beyond `beyond` is complete or nothing more will come; return the stage."""
        with self.change:
            self.change.wait_for(lambda: self.stage > beyond or self.complete, seconds)
        return self.stage

    def end(self, error: str = "") -> None:
        """Nothing more will come: cancelled, or stopped by an error."""
        with self.change:
            self.cancelled, self.error = self.cancelled or not error, error
            self.change.notify_all()


@dataclass
class Run(Work):
    """A plan, history and never intervening over the same draws with the same luck."""

    problem: Problem = field(kw_only=True)
    blocks: dict[str, list[Block]] = field(default_factory=lambda: {"plan": [], "history": [], "never": []})

    @property
    def members(self) -> int:
        """Members that all three have."""
        return BLOCK * min(len(blocks) for blocks in self.blocks.values())

    def one_block(self) -> None:
        """Run the next block of all three. Raises Cancelled, RunError."""
        start = self.members
        draws = self.country.draws(self.state.draws)
        problems = {"plan": self.problem, "history": self.country.problem, "never": self.country.never}
        done = {
            name: self.country.block(problem, draws, start, self.state.seed, lambda: self.cancelled)
            for name, problem in problems.items()
        }
        with self.change:
            for name, block in done.items():
                self.blocks[name].append(block)
            self.change.notify_all()


class Runs:
    """One worker thread over a bounded queue. A page (a tab of a browser) has at most one run at a time."""

    def __init__(self) -> None:
        self._queue: list[tuple[int, int, Work]] = []
        self._numbers = itertools.count(1)
        self._order = itertools.count()
        self._newest: OrderedDict[str, Work] = OrderedDict()
        self._wake = threading.Condition()
        self._open = True
        self._worker = threading.Thread(target=self._work, name="forbear-worker", daemon=True)
        self._worker.start()

    def ask(self, page: str, make: Callable[[int], Work]) -> Work:
        """Put what `make` makes, given its number, into the queue and cancel the page's earlier work. Raises Busy when
        too many wait."""
        with self._wake:
            earlier = self._newest.get(page)
            waiting = sum(1 for _, _, other in self._queue if not other.cancelled and other is not earlier)
            if waiting >= LONGEST_QUEUE:
                raise Busy
            if earlier is not None:
                earlier.end()
            run = make(next(self._numbers))
            self._newest[page] = run
            self._newest.move_to_end(page)
            while len(self._newest) > PAGES_KEPT:
                self._newest.popitem(last=False)[1].end()
            heapq.heappush(self._queue, (0, next(self._order), run))
            self._wake.notify()
        return run

    def newest(self, page: str) -> Work | None:
        """The page's newest run, or None."""
        with self._wake:
            return self._newest.get(page)

    def close(self) -> None:
        """Cancel everything and stop the worker."""
        with self._wake:
            self._open = False
            for held in self._newest.values():
                held.end()
            self._wake.notify()
        self._worker.join(timeout=5)

    def _work(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or not self._open)
                if not self._open:
                    return
                _, _, run = heapq.heappop(self._queue)
            if run.cancelled:
                continue
            try:
                run.one_block()
            except Cancelled:
                continue
            except ForbearError as error:
                run.end(str(error))
                continue
            except Exception as error:  # a fault of ours must not silence the worker
                run.end(f"the run stopped: {type(error).__name__}: {error}")
                continue
            if not run.complete:
                with self._wake:
                    heapq.heappush(self._queue, (run.members // BLOCK, next(self._order), run))
