"""Many runs as one flat list of pieces over all threads; blocks are taken as arrays when they end.

A run of a few hundred members is a few blocks and keeps few threads busy; a battery of hundreds of such runs can.
Whoever needs whole ensembles with labels uses `runner.simulate`; whoever needs some numbers of each member, of many
runs or again and again, uses this. Which thread does a piece, and when, changes nothing: members
are named, and what is taken of them is put at their own places.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import partial
from math import ceil
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.beginnings import shared_beginnings
from forbear.ensemble.design import SharedDraws
from forbear.ensemble.engine import Engine
from forbear.ensemble.executors import BUILDING
from forbear.ensemble.places import in_force
from forbear.ensemble.recording import Block
from forbear.ensemble.runner import simulate
from forbear.ensemble.stamps import hash_of
from forbear.ensemble.warming import warm
from forbear.integers import members_of, seed_of, workers_of
from forbear.kernel.draws import GROUP, LANES

if TYPE_CHECKING:
    from forbear.ensemble.opened import Opened
    from forbear.scenario.problem import Problem

__all__ = ["BlockRun", "Repeated", "cut", "over_rows", "run_blocks", "threads_of"]

#: What a block costs before its first lane, in lanes: beginning every rule of every week once.
_OVERHEAD = 8
#: Rows that a density looks at together. Fixed, so that the last bits of a sum depend on nothing else.
_ROWS = 64

#: Takes what one piece gave back: which members of the run it holds, and what was recorded of them.
Take = Callable[[slice, Block], None]


class BlockRun:
    """Members of one problem that are run block by block, and what becomes of them.

    Attributes
    ----------
    count
        Members.
    pieces
        How they are cut into blocks.
    following
        Runs that go on from blocks of this one, each after so many steps, in the order of the steps.
    """

    def __init__(
        self,
        problem: Callable[[], Problem],
        *,
        members: int | Sequence[int] | np.ndarray,
        seed: int,
        parameters: Mapping[str, np.ndarray],
        take: Take,
        ended: Callable[[], None] = lambda: None,
        known: Callable[[], bool] = lambda: False,
        weekly: Sequence[str] = (),
        monthly: Sequence[str] = (),
        note: str = "",
        store: Path | None = None,
        engine: Engine | None = None,
        workers: int = 1,
    ) -> None:
        """Plan; nothing is built yet.

        Parameters
        ----------
        problem
            Makes what is run; called once, by whoever needs it first.
        members, seed, parameters, weekly, monthly, note, store
            As for `simulate`. With a store the run is one piece, whose chunks are read from it where they are whole.
        take
            Called in the thread that ran a piece, once for each; pieces of a run may end at the same time.
        ended
            Called by whoever runs the list, after the last piece.
        known
            Asked once before anything is run: True where all that would be taken is there already.
        engine
            One that is ready already, instead of one made from `problem`.
        workers
            Threads that the run has for itself; 1 where many runs share them.

        Raises
        ------
        RunError
            E405, E441.
        """
        self.ended, self._make, self._take, self._engine = ended, problem, take, engine
        self._known: Callable[[], bool] | bool = known
        self._problem: Problem | None = None
        self.following: list[tuple[int, BlockRun]] = []
        self._weekly, self._monthly, self._note, self._store = list(weekly), list(monthly), note, store
        self._identities, self._seed, self._parameters = members_of(members), seed_of(seed), parameters
        self.count = len(self._identities)
        self.pieces = cut(self.count, workers)
        self._left, self._lock, self._building = len(self.pieces), Lock(), Lock()

    def tasks(self) -> list[Callable[[], bool]]:
        """What threads are to do, each True when the run has ended with it."""
        if self._store is not None:
            return [partial(self.whole, 1)]
        return [partial(self.piece, at) for at in self.pieces]

    def whole(self, workers: int | None = None) -> bool:
        """Do all of it through `simulate`: with its store, or on the cluster in force. Raises as that."""
        if self.is_known():
            return True
        data = simulate(
            self.problem(), members=self._identities, seed=self._seed, parameters=self._parameters, workers=workers,
            weekly=self._weekly, monthly=self._monthly, note=self._note, store=self._store,
        ).data  # fmt: skip
        weekly = {name: data[name].values for name in self._weekly}
        monthly = {name: data[f"monthly_{name}"].values for name in self._monthly}
        self._take(slice(0, self.count), Block(weekly, monthly, {}, data["failed"].values))
        return True

    def piece(self, at: slice) -> bool:
        """Run some members and have them taken; True for the last piece of the run. Raises as `Engine`."""
        engine = self._ready()
        if engine is not None:
            shared = self._parameters
            given = shared.of(at) if isinstance(shared, SharedDraws) else {name: v[at] for name, v in shared.items()}
            self._go_on(at, engine, engine.open(given, self._identities[at], self._seed))
        return self._one_less()

    def _go_on(self, at: slice, engine: Engine, opened: Opened) -> None:
        """Run a block to its end, and on the way those that go on from it."""
        for step, other in self.following:
            opened.advance(step)
            others = other._ready()
            assert others is not None  # what is known follows nobody
            other._go_on(at, others, others.following(opened))
            other._one_less()
        opened.advance(engine.steps_to_run)
        self._take(at, opened.block())

    def _one_less(self) -> bool:
        """Count a piece that is done; True for the last."""
        with self._lock:
            self._left -= 1
            if not self._left:
                self._engine = self._problem = None  # a battery has hundreds
            return not self._left

    def problem(self) -> Problem:
        """What is run, made once. Raises what its maker raises."""
        if self._problem is None:
            self._problem = self._make()
        return self._problem

    def is_known(self) -> bool:
        """Whether all that would be taken is there already; looked up once."""
        if callable(self._known):
            self._known = self._known()
        return self._known

    def together(self) -> Iterator[BlockRun]:
        """This run and all that go on from it: they end together."""
        yield self
        for _, other in self.following:
            yield from other.together()

    def load(self) -> float:
        """Members times runs, what is shared counted once."""
        steps = self.problem().steps if self.following else 1
        return self.count + sum(other.load() - self.count * step / steps for step, other in self.following)

    def alike(self) -> tuple[object, ...] | None:
        """What runs have in common whose blocks may go on from one another's; None for one that has no blocks to do."""
        if self._store is not None or self._engine is not None or self.is_known():
            return None
        members = self._identities.tobytes(), tuple((at.start, at.stop) for at in self.pieces)
        recorded = tuple(self._weekly), tuple(self._monthly)
        return self._seed, *members, *recorded, hash_of(self._parameters)

    def make_ready(self) -> bool:
        """Make the engine ahead of the first piece; never the end of the run. Raises as `Engine`."""
        if self._store is None:
            self._ready()
        return False

    def _ready(self) -> Engine | None:
        """The engine, made by whoever asks first; None where nothing need be run."""
        with self._building:
            if self._engine is None and not self.is_known():
                engine = Engine(self.problem(), weekly=self._weekly, monthly=self._monthly)
                with BUILDING:
                    self._engine = warm(engine)
            return self._engine


def cut(count: int, workers: int = 1) -> list[slice]:
    """Cut members into blocks: full ones, or smaller ones where that ends sooner on so many threads.

    >>> cut(300)
    [slice(0, 128, None), slice(128, 256, None), slice(256, 300, None)]
    """

    def ends(size: int) -> int:
        turns = ceil(ceil(count / size) / workers)
        return turns * (size + _OVERHEAD)

    sizes = range(LANES, GROUP - 1, -GROUP)
    size = LANES if workers == 1 else min(sizes, key=ends)  # the first, which is the largest, among equals
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]


def run_blocks(
    runs: Sequence[BlockRun], workers: int | None = None, ended: Callable[[int], None] = lambda _: None
) -> None:
    """Do all pieces of all runs, the runs with the most to do first, so that no thread waits long for the last.

    Steps that problems have in common for the same members are simulated once. With a cluster in force, its workers do
    the runs, each by itself, as many at once as keep it busy.

    Parameters
    ----------
    runs
        A few are under way at a time, and no more engines are kept.
    workers
        Threads; all cores when absent. What is taken does not depend on it.
    ended
        Called in this thread with the place in `runs` of every run that has ended, after its own `ended`.

    Raises
    ------
    RunError, ScenarioError
        What a piece raises; pieces not yet begun are then dropped.
    """
    far = in_force()
    first = _first(runs) if far is None else list(range(len(runs)))
    order = sorted(first, key=lambda place: -runs[place].load())
    places = {id(run): place for place, run in enumerate(runs)}
    many = threads_of(workers) if far is None else far.at_once()
    tasks = _tasks(runs, order) if far is None else iter([(place, runs[place].whole) for place in order])
    waiting: dict[Future[bool], int] = {}
    pool = ThreadPoolExecutor(many)
    try:
        while True:
            while len(waiting) < 2 * many and (following := next(tasks, None)) is not None:
                place, task = following
                waiting[pool.submit(copy_context().run, task)] = place
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED)[0]:
                place = waiting.pop(future)
                for run in runs[place].together() if future.result() else ():
                    run.ended()
                    ended(places[id(run)])
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _first(runs: Sequence[BlockRun]) -> list[int]:
    """The places of runs that begin by themselves, after all others have been told from which they go on."""
    groups: dict[object, list[int]] = {}
    for place, run in enumerate(runs) if len(runs) > 1 else ():
        if (alike := run.alike()) is not None:
            groups.setdefault(alike, []).append(place)
    later = set()
    for group in groups.values():
        found = shared_beginnings([runs[place].problem() for place in group]) if len(group) > 1 else []
        for place, origin in zip(group, found, strict=False):
            if origin is not None:
                runs[group[origin[0]]].following.append((origin[1], runs[place]))
                later.add(place)
        for place in group:
            runs[place].following.sort(key=lambda entry: entry[0])
    return [place for place in range(len(runs)) if place not in later]


def _tasks(runs: Sequence[BlockRun], order: Sequence[int]) -> Iterator[tuple[int, Callable[[], bool]]]:
    """What threads do: every run is made ready while the pieces of the one before it are done."""
    for turn, place in enumerate(order):
        for ahead in order[turn + 1 : turn + 2] if turn else order[:2]:
            yield ahead, runs[ahead].make_ready
        for task in runs[place].tasks():
            yield place, task


def threads_of(workers: int | None) -> int:
    """So many threads, or one for each core. Raises RunError E441."""
    return workers_of(workers) or os.cpu_count() or 1


class Repeated:
    """A problem that is run again and again with other parameters, such as by a fit: made ready once."""

    def __init__(self, problem: Problem, *, weekly: Sequence[str] = (), monthly: Sequence[str] = ()) -> None:
        """Prepare. Raises as `Engine`."""
        self._problem, self._lock = problem, Lock()
        self._engine = Engine(problem, weekly=weekly, monthly=monthly)

    def run(
        self,
        parameters: Mapping[str, np.ndarray],
        take: Take,
        *,
        members: int | Sequence[int] | np.ndarray,
        seed: int,
        workers: int | None = None,
    ) -> None:
        """Run members and have their blocks taken; on the cluster in force where there is one.

        Parameters and errors as for `BlockRun` and `run_blocks`.
        """
        many = threads_of(workers)
        with BUILDING:
            warm(self._engine)
        engine = self._engine
        run = BlockRun(
            lambda: self._problem, members=members, seed=seed, parameters=parameters, take=take, weekly=engine.weekly,
            monthly=engine.monthly, engine=engine, workers=many,
        )  # fmt: skip
        run_blocks([run], many)


def over_rows(what: Callable[[slice], np.ndarray], count: int, workers: int | None = None) -> np.ndarray:
    """Join what a function gives for rows 0 to `count`, a few at a time, on threads.

    The rows that are looked at together do not depend on the number of threads, so neither does a bit of the result.
    Raises what the function raises.
    """
    parts = [slice(start, min(start + _ROWS, count)) for start in range(0, count, _ROWS)]
    many = min(threads_of(workers), len(parts))
    if many <= 1:
        return np.concatenate([what(part) for part in parts])
    with ThreadPoolExecutor(many) as pool:
        return np.concatenate(list(pool.map(what, parts)))
