"""The GPU of this machine as the place where chunks are done: many side by side, as its memory allows."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

from forbear.integers import workers_of

__all__ = ["OnDevice"]

#: Datasets that are being made while the GPU goes on; more would let memory grow with the ensemble.
UNFINISHED = 8


class OnDevice:
    """Chunks of an ensemble on a GPU. Threads of this process draw parameters before and make datasets after."""

    away = False
    shares_cache = True

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers_of(workers) or os.cpu_count() or 1

    def check(self) -> str:
        """What this place is."""
        return "the GPU of this machine"

    def each(self, job: Any, pieces: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        """Do the chunks of an `EnsembleJob`, as many at once as the GPU's memory holds. Raises as the job."""
        engine, waiting = job.engine(), iter(pieces)
        blocks_at_once = engine.chunks_at_once()
        unfinished: deque[tuple[int, Future[Any]]] = deque()
        with ThreadPoolExecutor(self._workers) as pool:
            while group := list(islice(waiting, max(1, blocks_at_once // job.blocks_in_a_chunk))):
                missing = []
                for number, given in group:
                    done = job.kept(number, *given)
                    if done.kept:
                        yield number, done
                    else:
                        missing.append((number, given, done.again, pool.submit(job.values_of, *given)))
                chunks = [(number, given, again, values.result()) for number, given, again, values in missing]
                split = [job.blocks_of(given[0], values) for _, given, _, values in chunks]
                blocks = (
                    engine.run_chunks([block for blocks in split for block in blocks], job.seed) if chunks else iter(())
                )
                for (number, given, again, values), parts in zip(chunks, split, strict=True):
                    own = list(islice(blocks, len(parts)))
                    unfinished.append((number, pool.submit(job.finish, number, given, values, own, again)))
                    if len(unfinished) > UNFINISHED:
                        first, future = unfinished.popleft()
                        yield first, future.result()
            for number, future in unfinished:
                yield number, future.result()
