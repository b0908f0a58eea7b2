"""Pieces of a job on the workers of a dask cluster.

Every piece is a task named by the job's content and its number, so the same piece asked for twice is one task, and a
piece that is done twice (because a worker was lost) gives the same bits. Tasks are handed out a few ahead of the
workers and results are fetched as they come, so neither the scheduler nor this process holds more than a few.
"""

from __future__ import annotations

import hashlib
import json
import logging
import pickle
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from forbear.country.model import MODEL
from forbear.ensemble.executors import BUILDING, Job
from forbear.ensemble.manifest import versions
from forbear.errors import RunError

__all__ = ["Cluster", "fingerprint"]

#: Tasks handed out for each thread of a worker: one at work, one ready, one whose result travels.
AHEAD = 3
#: How often a piece is asked for again whose result was lost with its worker.
TRIES = 3
EVENTS = "forbear-pieces"


@cache
def fingerprint() -> dict[str, str]:
    """What client and workers must share for the same bits: versions, model, and the code that simulates."""
    digest = hashlib.sha256()
    for folder in ("country", "ensemble", "inference", "kernel", "scenario"):
        pending = [files("forbear") / folder]
        while pending:
            for entry in sorted(pending.pop().iterdir(), key=lambda e: e.name):
                if entry.is_dir() and entry.name != "__pycache__":
                    pending.append(entry)
                elif entry.name.endswith(".py"):
                    digest.update(entry.name.encode() + entry.read_bytes())
    return {**versions(), "model": MODEL.hash[:16], "code": digest.hexdigest()[:16]}


class Cluster:
    """A dask cluster that is already there, or workers started on this machine."""

    away = True

    def __init__(self, address: str, *, timeout: float = 20.0) -> None:
        """Connect.

        address: `tcp://host:8786` or `tls://...` of a scheduler, the path of its scheduler file (*.json), or `local:N`
        to start N worker processes here that end with this object; timeout: seconds to wait for it.
        Raises RunError E421 without dask, E422 where nobody answers or no worker is there, E423 where a worker has
        another forbear.
        """
        try:
            import distributed
        except ImportError:
            raise RunError(
                "E421",
                "a cluster needs dask.distributed, which is not installed",
                hint="pip install 'forbear[cluster]'",
            ) from None
        self.address = address
        self._own: Any = None
        self.client: Any = None
        self.shares_cache = address.startswith("local:")
        self._threads, self._counted = 0, 0.0
        try:
            target = self._start_here(address, distributed) if self.shares_cache else _knock(address, timeout)
            self.client = distributed.Client(target, timeout=timeout, set_as_default=False)
            self.client.wait_for_workers(1, timeout=timeout)
        except (OSError, TimeoutError, ValueError, KeyError, TypeError, RecursionError) as error:
            self.close()
            raise RunError(
                "E422", f"no cluster answers at {address}: {str(error).splitlines()[0]}",
                hint="the address that `dask scheduler` prints, with at least one `dask worker`; or local:2",
            ) from error  # fmt: skip
        self.check()

    def _start_here(self, address: str, distributed: Any) -> Any:
        count = address.removeprefix("local:")
        if not count.isdecimal() or not 0 < int(count) <= 512:
            raise RunError("E422", f"{address!r} is no number of local workers", hint="local:2")
        self._own = distributed.LocalCluster(
            n_workers=int(count), threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=logging.CRITICAL
        )  # fmt: skip
        return self._own

    def check(self) -> str:
        """Whether every worker has the same forbear (E423 where not); a sentence about the cluster."""
        here = fingerprint()
        try:
            there = self.client.run(_fingerprint_there)
        except (ImportError, AttributeError) as error:
            raise self._differs(f"a worker at {self.address} cannot load it: {error}") from error
        for worker, found in there.items():
            if found != here:
                raise self._differs(f"worker {worker} has " + _differences(found, here))
        return f"{len(there)} workers with {self._count(0.0)} threads at {self.address}, all with forbear {here['forbear']}, model {here['model'][:12]}"

    @staticmethod
    def _differs(what: str) -> RunError:
        return RunError(
            "E423",
            f"client and workers do not have the same forbear: {what}",
            hint="install the same version everywhere",
        )

    def _count(self, every: float = 5.0) -> int:
        """Threads of all workers, asked again every few seconds: workers come and go."""
        if time.monotonic() - self._counted >= every:
            self._threads, self._counted = sum(self.client.nthreads().values()), time.monotonic()
        return self._threads

    def at_once(self) -> int:
        """How many small jobs to ask for at the same time so that no worker waits."""
        return min(64, max(2, self._count()))

    def each(self, job: Job, pieces: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
        """See Executor. Raises RunError E423 (as above), E424 where a piece ends every worker, E425 where the cluster is lost."""
        from distributed import KilledWorker, as_completed
        from distributed.client import FutureCancelledError

        packed = pickle.dumps(job, protocol=5)
        plan = self.client.submit(_restore, packed, fingerprint(), key=f"forbear-job-{job.name}")
        source = iter(pieces)
        waiting: dict[str, tuple[int, Any, int]] = {}
        arriving = as_completed(loop=self.client.loop, with_results=True, raise_errors=False)

        def ask(plan: Any, number: int, given: Any, tries: int) -> None:
            future = self.client.submit(_piece, plan, number, given, key=f"forbear-piece-{job.name}-{number}")
            waiting[future.key] = (number, given, tries)
            arriving.add(future)

        try:
            while True:
                while len(waiting) < max(2, AHEAD * self._count()):
                    following = next(source, None)
                    if following is None:
                        break
                    ask(plan, *following, tries=0)
                if not waiting:
                    return
                future, result = next(arriving)
                number, given, tries = waiting.pop(future.key)
                if future.status == "error":
                    self._explain(future.exception(), number, KilledWorker)
                if future.cancelled() or future.status != "finished":
                    # the worker that held the result went before it was fetched: the piece is asked for again
                    if tries >= TRIES:
                        raise CancelledError(str(number))
                    if plan.status in ("cancelled", "lost"):
                        plan = self.client.submit(_restore, packed, fingerprint(), key=f"forbear-job-{job.name}")
                    ask(plan, number, given, tries + 1)
                    continue
                yield number, result
                del future, result
        except (CancelledError, FutureCancelledError, OSError, TimeoutError, StopIteration) as error:
            raise RunError(
                "E425", f"the cluster at {self.address} was lost: {error or type(error).__name__}",
                hint="start again; with --store finished chunks are kept",
            ) from error  # fmt: skip
        finally:
            arriving.clear()
            del plan

    def _explain(self, error: BaseException, number: int, killed: type) -> None:
        if isinstance(error, killed):
            raise RunError(
                "E424", f"piece {number} ended every worker that tried it", hint="give workers more memory or fewer threads"
            ) from error  # fmt: skip
        if isinstance(error, ImportError | AttributeError) and "forbear" in str(error):
            raise self._differs(str(error)) from error
        raise error

    def done(self) -> list[tuple[str, int]]:
        """(job, piece) of every piece that a worker has really done, in order: one that is there twice was repeated."""
        return [tuple(event) for _, event in self.client.get_events(EVENTS)]

    def close(self) -> None:
        """Let go of the cluster; end the workers that were started here."""
        if self.client is not None:
            self.client.close()
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _knock(address: str, timeout: float) -> str:
    """The scheduler's address, once something answers there. Raises OSError or ValueError where nothing does."""
    if address.endswith(".json"):
        address = str(json.loads(Path(address).read_text(encoding="utf-8"))["address"])
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "tcp", "tls") or not host or not port.isdecimal():
        raise ValueError("an address reads tcp://host:8786")
    socket.create_connection((host.strip("[]"), int(port)), timeout=timeout).close()
    return address if scheme else f"tcp://{address}"


def _differences(found: dict[str, str], here: dict[str, str]) -> str:
    return ", ".join(
        f"{name} {found.get(name, '?')} and here {here[name]}" for name in here if found.get(name) != here[name]
    )


def _fingerprint_there() -> dict[str, str]:
    return fingerprint()


def _restore(packed: bytes, expected: dict[str, str]) -> Any:
    """The job, on a worker; one that came later than the check is checked here."""
    here = fingerprint()
    if here != expected:
        raise Cluster._differs("a worker has " + _differences(here, expected))
    with BUILDING:
        return pickle.loads(packed)


def _piece(job: Any, number: int, given: Any) -> Any:
    from distributed import get_worker

    store = getattr(job, "store", None)
    if store is not None and not store.seen():
        raise RunError(
            "E426", f"worker {get_worker().address} does not see the store", hint="a folder all machines share, or an object store"
        )  # fmt: skip
    result = job.piece(number, given)
    if not getattr(result, "kept", False):
        get_worker().log_event(EVENTS, (job.name, number))
    return result
