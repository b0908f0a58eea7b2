"""Where the pieces of a job are done: threads of this process unless a cluster is asked for.

A job is an object that can do any of its pieces on its own: chunks of an ensemble, blocks of a particle filter. An
executor does not know what a piece is; a job does not know where it is done. The order in which pieces come back is
chance, their contents are not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from forbear.ensemble.cluster import Cluster

__all__ = ["BUILDING", "Executor", "Job", "Threads", "executor_for", "in_force", "using"]


class Job(Protocol):
    """Work in pieces. A job that goes to a cluster is pickled once and must do without what it cannot pickle."""

    @property
    def name(self) -> str:
        """Names the job by its content: two jobs of one name have the same pieces."""

    def piece(self, number: int, given: Any) -> Any:
        """Do one piece. Thread-safe; doing it twice gives the same result."""


class Executor(Protocol):
    """What a runner needs from the place where pieces are done."""

    #: True when pieces are done in other processes, so that results travel.
    away: bool
    #: True when compiled kernels of this process are found there too.
    shares_cache: bool

    def check(self) -> str:
        """What this place is, in a sentence. Raises RunError E423 where it has another forbear."""

    def each(self, job: Job, pieces: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        """Do pieces (number, what it is given) and yield (number, result) as they are done, in any order.

        Takes no more pieces ahead than keep the place busy, so memory does not grow with their number. Raises what a
        piece raises; pieces not yet begun are then dropped.
        """


class Threads:
    """Threads of this process: the kernel releases the interpreter's lock."""

    away = False
    shares_cache = True

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    def check(self) -> str:
        """See Executor."""
        return f"{self.workers} threads of this process"

    def each(self, job: Job, pieces: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        """See Executor."""
        pool = ThreadPoolExecutor(max_workers=self.workers)
        waiting: dict[Future[Any], int] = {}
        source = iter(pieces)
        try:
            while True:
                while len(waiting) < self.workers + 1:
                    following = next(source, None)
                    if following is None:
                        break
                    waiting[pool.submit(job.piece, *following)] = following[0]
                if not waiting:
                    return
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield waiting.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


#: Held while an engine is made: rules are read and woven by one thread of a process at a time.
BUILDING = RLock()
_IN_FORCE: ContextVar[Cluster | None] = ContextVar("forbear_executor", default=None)


def in_force() -> Cluster | None:
    """The cluster that everything is done on within `using`; None outside."""
    return _IN_FORCE.get()


@contextmanager
def using(cluster: str | Cluster | None) -> Iterator[Cluster | None]:
    """Within this, everything that simulates does it on the cluster: a battery of claims, a fit, a search.

    cluster: an address as `Cluster` takes it, or one that is open already; None changes nothing. Raises as `Cluster`.
    """
    from forbear.ensemble.cluster import Cluster

    if cluster is None:
        yield _IN_FORCE.get()
        return
    opened = Cluster(cluster) if isinstance(cluster, str) else cluster
    token = _IN_FORCE.set(opened)
    try:
        yield opened
    finally:
        _IN_FORCE.reset(token)
        if opened is not cluster:
            opened.close()


@contextmanager
def executor_for(cluster: str | Cluster | None, workers: int | None) -> Iterator[Executor]:
    """The cluster that is asked for, or the one in force, or else threads."""
    with using(cluster) as found:
        yield found if found is not None else Threads(workers)
