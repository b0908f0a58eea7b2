"""Requests for runs: few workers, a bounded queue, the newest request of a page wins.

First answers go before refinements, addresses take turns, and so do the people of an address. Of one person one
refinement runs at a time, and one that is begun is finished before the next. Where a page asks no more, nothing is
refined for it until it asks again.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from forbear.app.country import KEPT, Cancelled, Country
from forbear.app.memory import MEGABYTE, array_bytes, trim
from forbear.errors import ForbearError
from forbear.kernel.draws import GROUP

if TYPE_CHECKING:
    from forbear.app.condensed import Condensed
    from forbear.app.state import State
    from forbear.scenario.problem import Problem

__all__ = ["STAGES", "Asker", "Busy", "Gone", "Run", "Runs", "Waits", "Work", "begin_baselines"]

#: Members after which the page is drawn again: as few as a block runs well, then twice as many each time.
STAGES = tuple(many for many in (16, 32, 64, 128, 256, 512) if many >= GROUP)
#: Most members that are run at a time: another page's first answer waits no longer than they take.
MOST_AT_A_TIME = 128
#: First answers that may wait: altogether, for one address (a class behind one), for one person.
LONGEST_QUEUE, LONGEST_OF_ADDRESS, LONGEST_OF_PERSON = 96, 48, 6
PAGES_KEPT = 256
#: What runs may hold together that are finished, or whose page asks no more; the oldest is let go first.
RUNS_KEPT = 48 * MEGABYTE
#: Of so many countries, those asked for last, such runs are remembered.
COUNTRIES_KEPT = 5
#: A finished run waits so long to be fetched before it may be let go, and a page that has not asked for so long is
#: gone: one that is open asks again every few seconds. In seconds.
_PATIENCE = 20.0
_TICK = 0.03


class Busy(Exception):
    """Too many runs are waiting."""


class Gone(Exception):
    """The run was let go: its memory was needed."""


@dataclass(frozen=True)
class Asker:
    """Who asks: the network address, the person (a session of a browser), and the page (one tab of it)."""

    address: str
    person: str
    page: str


NOBODY = Asker("", "", "")


@dataclass(frozen=True)
class Waits:
    """Why an answer is not there yet, in words; share: how much of the wait is over, None where nobody knows."""

    words: str
    share: float | None = None


@dataclass(eq=False)
class Work(ABC):
    """What a page waits for: it comes block by block. A kind of work says how many members are done and does the
    next block."""

    number: int
    state: State
    country: Country
    asker: Asker = field(kw_only=True, default=NOBODY)
    cancelled: bool = False
    gone: bool = False
    error: str = ""
    #: The largest stage that a page has; when nothing more came; when its page asked last.
    shown: int = 0
    ended: float = 0.0
    last_asked: float = field(default_factory=time.monotonic, repr=False)
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
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

    @property
    def wanted(self) -> bool:
        """True while its page asks for it."""
        return time.monotonic() - self.last_asked < _PATIENCE

    def holds(self) -> list[Condensed]:
        """What it keeps in memory."""
        return []

    def let_go(self) -> None:
        """Forget what was run: memory is needed for others."""
        self.gone = True
        self.end()

    async def coming(self, beyond: int, seconds: float, stop: Callable[[], bool] = lambda: False) -> int:
        """Wait, without a thread, until a stage beyond `beyond` is complete or nothing more will come, or `stop`
        says so; return the stage."""
        until = time.monotonic() + seconds
        while not (self.stage > beyond or self.complete or stop()) and time.monotonic() < until:
            self.last_asked = time.monotonic()
            await asyncio.sleep(_TICK)
        self.last_asked = time.monotonic()
        return self.stage

    def end(self, error: str = "") -> None:
        """Nothing more will come: cancelled, or stopped by an error."""
        with self.lock:
            self.cancelled, self.error = self.cancelled or not error, error or self.error


@dataclass(eq=False)
class Run(Work):
    """A plan, its reference and never intervening over the same draws under common random numbers. reference: what the
    plan is compared with; pinned: the state of the reference where it is a plan of the user's own, else None."""

    problem: Problem = field(kw_only=True)
    reference: Problem = field(kw_only=True)
    pinned: State | None = field(kw_only=True, default=None)
    parts: dict[str, list[Condensed]] = field(default_factory=lambda: {"plan": [], "reference": [], "never": []})

    @property
    def problems(self) -> dict[str, Problem]:
        """The three that are run."""
        return {"plan": self.problem, "reference": self.reference, "never": self.country.never}

    @property
    def members(self) -> int:
        """Members that all three have."""
        return min(_members(parts) for parts in self.parts.values())

    def holds(self) -> list[Condensed]:
        """The members of all three."""
        return [part for parts in self.parts.values() for part in parts]

    def let_go(self) -> None:
        """Forget the members."""
        super().let_go()
        self.parts = {name: [] for name in self.parts}

    def first(self, stage: int) -> dict[str, list[Condensed]]:
        """The first `stage` members: plan, reference, never. Raises Gone where they were let go."""
        if self.members < stage:
            raise Gone
        return {
            name: [part for part, held in zip(parts, accumulate(map(len, parts)), strict=True) if held <= stage]
            for name, parts in self.parts.items()
        }

    def one_block(self) -> None:
        """Run the next members of all three, as many as the next stage needs. Raises Cancelled, RunError."""
        start = self.members
        many = _following(start)
        draws = self.country.draws(self.state.draws)
        done = {
            name: self.country.condensed(problem, draws, start, self.state.seed, lambda: self.cancelled, many=many)
            for name, problem in self.problems.items()
        }
        with self.lock:
            for name, part in done.items():
                self.parts[name].append(part)


def _members(parts: list[Condensed]) -> int:
    return sum(map(len, parts))


def _following(start: int) -> int:
    """How many members are run after the first `start`: as many as the next stage needs."""
    stage = next((stage for stage in STAGES if stage > start), start + MOST_AT_A_TIME)
    return min(stage - start, MOST_AT_A_TIME)


def begin_baselines(country: Country, closing: threading.Event) -> threading.Thread:
    """Run the first members of what stands beside every plan, before anybody asks, in a thread of their own.

    It ends after the block at hand once `closing` is set. Faults are left to whoever asks: they come again there.
    """

    def work() -> None:
        start = 0
        with contextlib.suppress(Exception):
            while start + _following(start) <= KEPT:
                many = _following(start)
                for problem in (country.problem, country.never):
                    if closing.is_set():
                        return
                    country.condensed(problem, country.draws("posterior"), start, 1, many=many)
                start += many

    thread = threading.Thread(target=work, name="forbear-baselines", daemon=True)
    thread.start()
    return thread


class Runs:
    """A few worker threads over a bounded queue. A page (a tab of a browser) has at most one run at a time."""

    def __init__(self, workers: int | None = None, kept: int = RUNS_KEPT) -> None:
        self._waiting: list[Work] = []
        self._busy: list[Work] = []
        self._kept = kept
        self._numbers = itertools.count(1)
        self._turns = itertools.count(1)
        self._served: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._newest: OrderedDict[tuple[str, str], Work] = OrderedDict()
        self._wake = threading.Condition()
        self._open = True
        many = workers if workers is not None else min(max((os.cpu_count() or 2) // 2, 1), 4)
        self._workers = [
            threading.Thread(target=self._work, name=f"forbear-worker-{number}", daemon=True) for number in range(many)
        ]
        for worker in self._workers:
            worker.start()

    # -- asking ---------------------------------------------------------------------------------------------

    def admit(self, asker: Asker) -> None:
        """Say whether one more request can wait, before anything is built for it. Raises Busy."""
        with self._wake:
            self._admit(asker)

    def _admit(self, asker: Asker) -> None:
        earlier = self._newest.get((asker.person, asker.page))
        first = [w for w in self._waiting if not w.complete and w.members == 0 and w is not earlier]
        if (
            len(first) >= LONGEST_QUEUE
            or sum(w.asker.address == asker.address for w in first) >= LONGEST_OF_ADDRESS
            or sum(w.asker.person == asker.person for w in first) >= LONGEST_OF_PERSON
        ):
            raise Busy

    def ask(self, asker: Asker, make: Callable[[int], Work]) -> Work:
        """Put what `make` makes, given its number, into the queue and cancel the page's earlier work. Raises Busy when
        too many wait."""
        with self._wake:
            self._admit(asker)
            earlier = self._newest.pop((asker.person, asker.page), None)
            if earlier is not None:
                earlier.end()
            run = make(next(self._numbers))
            run.asker = asker
            self._newest[asker.person, asker.page] = run
            while len(self._newest) > PAGES_KEPT:
                self._newest.popitem(last=False)[1].end()
            self._waiting = [w for w in self._waiting if not w.complete]
            self._waiting.append(run)
            self._wake.notify()
        return run

    def newest(self, asker: Asker) -> Work | None:
        """The page's newest run, or None."""
        with self._wake:
            return self._newest.get((asker.person, asker.page))

    def waits(self, run: Work) -> Waits:
        """Why a run has no answer yet."""
        preparation = run.country.preparation
        if not preparation.done:
            progress = preparation.progress()
            return Waits(progress.words(), progress.share if progress.compiles else None)
        with self._wake:
            before = [w for w in self._waiting if not w.complete and w.members == 0 and w is not run]
            ahead = sum(self._place(w) < self._place(run) for w in before) if run in self._waiting else 0
        return Waits(f"{ahead} requests of others are before yours" if ahead > 1 else "Simulating...")

    def close(self) -> None:
        """Cancel everything and stop the workers."""
        with self._wake:
            self._open = False
            for held in self._newest.values():
                held.end()
            self._wake.notify_all()
        for worker in self._workers:
            worker.join(timeout=5)

    # -- working --------------------------------------------------------------------------------------------

    def _place(self, run: Work) -> tuple[int, int, int]:
        """Who was served longest ago comes first: the address, then the person; then the older request."""
        asker = run.asker
        return self._served.get((asker.address, ""), 0), self._served.get((asker.address, asker.person), 0), run.number

    def _next(self) -> Work | None:
        self._waiting = [w for w in self._waiting if not w.complete]
        wanted = [w for w in self._waiting if w.wanted]
        first = [w for w in wanted if w.members == 0]
        if first:
            return min(first, key=self._place)
        refined = {w.asker.person for w in self._busy if w.members > 0}
        rest = [w for w in wanted if w.asker.person not in refined]
        # one that is begun is finished first: half-finished runs only fill memory
        return min(rest, key=lambda w: (-w.members, *self._place(w)), default=None)

    def _serve(self, asker: Asker) -> None:
        for key in ((asker.address, ""), (asker.address, asker.person)):
            self._served[key] = next(self._turns)
            self._served.move_to_end(key)
        while len(self._served) > 4 * PAGES_KEPT:
            self._served.popitem(last=False)

    def _work(self) -> None:
        while True:
            with self._wake:
                run = self._next()
                while self._open and run is None:
                    self._wake.wait(1.0 if self._waiting else None)  # a page that had gone may ask again
                    run = self._next()
                if not self._open or run is None:
                    return
                self._waiting.remove(run)
                self._busy.append(run)
                self._serve(run.asker)
            try:
                run.one_block()
            except Cancelled:
                run.end()
            except ForbearError as error:
                run.end(str(error))
            except Exception as error:  # a fault of ours must not silence the worker
                run.end(f"the run stopped: {type(error).__name__}: {error}")
            with self._wake:
                self._busy.remove(run)
                if not run.complete:
                    self._waiting.append(run)
                run.ended = time.monotonic()
                self._let_go()
                self._wake.notify_all()

    def _let_go(self) -> None:
        """Let the oldest runs go that are finished, or that nobody asks for, until all hold no more than they may;
        forget those of countries that nobody else has asked for lately: a run holds its country, and a country its
        draws under every theory."""
        counted: dict[int, int] = {}
        countries: set[int] = set()
        forgotten = []
        for place, work in reversed(self._newest.items()):
            unheard = work.shown < work.stage or bool(work.error)
            waited_for = unheard and time.monotonic() - work.ended < _PATIENCE
            over = not waited_for if work.complete else not (work.wanted or work in self._busy)
            if over and id(work.country) not in countries and len(countries) >= COUNTRIES_KEPT:
                forgotten.append(place)
                work.let_go()
                continue
            countries.add(id(work.country))
            if work.gone:
                continue
            array_bytes(work.holds(), counted)
            if sum(counted.values()) > self._kept and over:
                work.let_go()
        for place in forgotten:
            del self._newest[place]
        trim()
