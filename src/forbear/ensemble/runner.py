"""Runs an ensemble: members over parameters and seeds, in chunks, on threads or a cluster, into memory or a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.device import choose
from forbear.ensemble.executors import executor_for
from forbear.ensemble.job import EnsembleJob
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.recording import MONTHLY, WEEKLY
from forbear.ensemble.results import Ensemble
from forbear.errors import RunError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import xarray as xr

    from forbear.ensemble.cluster import Cluster
    from forbear.ensemble.device import Device
    from forbear.ensemble.executors import Executor
    from forbear.scenario.problem import Problem

__all__ = ["carry_out", "executor_on", "placed", "simulate"]


def simulate(
    problem: Problem,
    *,
    members: int | Sequence[int] | np.ndarray = 256,
    seed: int = 1,
    parameters: Mapping[str, np.ndarray] | None = None,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    store: str | Path | None = None,
    weekly: Sequence[str] = WEEKLY,
    monthly: Sequence[str] = MONTHLY,
    kernel: str = "lanes",
    device: str = "cpu",
    progress: Meter | None = None,
    note: str = "prior draws",
) -> Ensemble:
    """Simulate an ensemble.

    members: how many, or the identities to run; parameters: name -> (members, *dimensions), drawn from the
    priors when absent; workers: threads (all cores by default; the result does not depend on it); cluster: an address
    or an open `Cluster` whose workers do the chunks instead (nor does it depend on that); store: a folder or an
    address such as s3://bucket/run that keeps finished chunks, so that a killed run goes on; device: cpu, cuda (a GPU)
    or auto, which takes a GPU that is at hand for a large ensemble and says what it chose.
    Randomness: named by (seed, member, ...): the same seed gives the same bits for any workers, chunks and resumption.
    Raises RunError E401-E405, E408-E410, E421-E426 and FileError E103.
    """
    meter = progress or NoMeter()
    place = placed(device, kernel, members, meter)
    job = EnsembleJob(
        problem, members=members, seed=seed, parameters=parameters, weekly=weekly, monthly=monthly, kernel=kernel,
        note=note, store=store, device=place,
    )  # fmt: skip
    done: list[Any] = [None] * len(job)
    with executor_on(place, cluster, workers) as executor:
        for number, data in carry_out(job, executor, meter, f"simulating {problem.name}"):
            done[number] = data
    import xarray as xr

    data = (
        xr.concat(done, dim="member", data_vars="minimal", coords="minimal", compat="override", join="override")
        if len(done) > 1
        else done[0]
    )
    failed = int(data["failed"].sum())
    if failed:
        meter.say(
            f"{failed} of {len(job.identities)} members failed: a number became infinite; they are marked and left out of summaries"
        )
    return Ensemble(data, {**job.manifest, "failed": failed})


def placed(device: str, kernel: str, members: int | Sequence[int] | np.ndarray, meter: Meter) -> Device:
    """The device that is asked for; what `auto` chose is said. Raises RunError E409, E410."""
    place = choose(device, kernel=kernel, members=members if isinstance(members, int) else len(members))
    if device == "auto":
        meter.say(f"running on: {place}")
    return place


def executor_on(place: Device, cluster: str | Cluster | None, workers: int | None) -> AbstractContextManager[Executor]:
    """Threads, a cluster, or the GPU of this machine. Raises RunError E409 where a GPU and a cluster are both asked for."""
    if place.kind != "cuda":
        return executor_for(cluster, workers)
    if cluster is not None:
        raise RunError(
            "E409", "the workers of a cluster run on their processors", hint="leave --device or --cluster away"
        )
    from forbear.ensemble.device_executor import OnDevice

    return nullcontext(OnDevice(workers))


def carry_out(job: EnsembleJob, executor: Executor, meter: Meter, what: str) -> Iterator[tuple[int, xr.Dataset]]:
    """Do every chunk and yield (number, dataset) as they come; chunks of a store are read from it. Raises as `simulate`."""
    job.prepare(executor, meter)
    meter.start(len(job.identities), what)
    try:
        for number, data in executor.each(job, job.pieces()):
            meter.advance(job.size(number))
            yield number, data if data is not None or job.store is None else job.store.read(number)
    finally:
        meter.finish()
