"""The place where pieces are done: a cluster that is asked for or in force, or else threads of this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from forbear.ensemble.cluster import Cluster
from forbear.ensemble.executors import Executor, Threads

__all__ = ["executor_for", "in_force", "using"]

_IN_FORCE: ContextVar[Cluster | None] = ContextVar("forbear_executor", default=None)


def in_force() -> Cluster | None:
    """The cluster that everything is done on within `using`; None outside."""
    return _IN_FORCE.get()


@contextmanager
def using(cluster: str | Cluster | None) -> Iterator[Cluster | None]:
    """Within this, everything that simulates does it on the cluster: a battery of claims, a fit, a search.

    cluster: an address as `Cluster` takes it, or one that is open already; None changes nothing. Raises as `Cluster`.
    """
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
