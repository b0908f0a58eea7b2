"""What does the pieces of a job, and threads of this process that do them (`places` chooses among executors).

A job is an object that can do any of its pieces on its own: chunks of an ensemble, blocks of a particle filter. An
executor does not know what a piece is; a job does not know where it is done. The order in which pieces come back is
chance, their contents are not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import RLock
from typing import Any, Protocol

from forbear.integers import workers_of

__all__ = ["BUILDING", "Executor", "Job", "Threads"]


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
        """workers: how many threads; one for each core when absent. Raises RunError E441."""
        self.workers = workers_of(workers) or os.cpu_count() or 1

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
