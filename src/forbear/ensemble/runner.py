"""Runs an ensemble: members over parameters and seeds, in chunks, on threads or a cluster, into memory or a store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.device import choose
from forbear.ensemble.device_executor import OnDevice
from forbear.ensemble.estimate import check_memory, count_of
from forbear.ensemble.job import EnsembleJob
from forbear.ensemble.places import executor_for
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.recording import MONTHLY, WEEKLY
from forbear.ensemble.results import Ensemble, joined
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

    Parameters
    ----------
    problem
        What is run.
    members
        How many, or the identities to run.
    seed
        0 to 2**64 - 1. Randomness is named by (seed, member, ...): the same seed gives the same bits for any workers,
        chunks and resumption.
    parameters
        Name -> (members, *dimensions), in the units that the model declares; drawn from the priors when absent.
    workers
        Threads; all cores when absent. The result does not depend on it.
    cluster
        An address or an open `Cluster` whose workers do the chunks instead. Nor does it depend on that.
    store
        A folder, or an address such as s3://bucket/run, that keeps finished chunks, so that a run that was killed goes
        on and one that is finished can be extended to more members. What is damaged there is run again.
    weekly, monthly
        Quantities that are recorded week by week as national values, and month by month with their dimensions.
    kernel
        `lanes` or `exact`.
    device
        cpu, cuda (a GPU), or auto, which takes a GPU that is at hand for a large ensemble and says what it chose.
    progress
        Told how far it is and whatever a user should know.
    note
        Where the parameters come from, for the manifest.

    Returns
    -------
    Ensemble
        Labelled series and the manifest, in which `repaired` says which chunks of the store were run again, and why.

    Raises
    ------
    RunError
        E401-E405, E407-E410, E421-E426, E441, E442 where it will not fit into memory, E445.
    FileError
        E103 and E104 for the store. What was finished by then is kept, also after an interruption.
    """
    meter = progress or NoMeter()
    check_memory(problem, members, weekly=weekly, monthly=monthly, workers=workers)
    place = placed(device, kernel, members, meter)
    job = EnsembleJob(
        problem, members=members, seed=seed, parameters=parameters, weekly=weekly, monthly=monthly, kernel=kernel,
        note=note, store=store, device=place,
    )  # fmt: skip
    done: list[Any] = [None] * len(job)
    repaired: dict[str, list[str]] = {}
    with executor_on(place, cluster, workers) as executor:
        for number, data in carry_out(job, executor, meter, f"simulating {problem.name}", repaired):
            done[number] = data
    data = joined(done)
    failed = int(data["failed"].sum())
    if failed:
        meter.say(
            f"{failed} of {len(job.identities)} simulated histories failed: a number became infinite; marked and left out "
            "of summaries"
        )
    return Ensemble(data, {**job.manifest, **repaired, "failed": failed})


def placed(device: str, kernel: str, members: int | Sequence[int] | np.ndarray, meter: Meter) -> Device:
    """The device that is asked for; what `auto` chose is said. Raises RunError E409, E410."""
    place = choose(device, kernel=kernel, members=count_of(members))
    if device == "auto":
        meter.say(f"running on: {place}")
    return place


def executor_on(place: Device, cluster: str | Cluster | None, workers: int | None) -> AbstractContextManager[Executor]:
    """Threads, a cluster, or the GPU of this machine. Raises RunError E409 where both of the latter are asked for."""
    if place.kind != "cuda":
        return executor_for(cluster, workers)
    if cluster is not None:
        raise RunError(
            "E409", "the workers of a cluster run on their processors", hint="leave --device or --cluster away"
        )
    return nullcontext(OnDevice(workers))


def carry_out(
    job: EnsembleJob, executor: Executor, meter: Meter, what: str, repaired: dict[str, list[str]]
) -> Iterator[tuple[int, xr.Dataset]]:
    """Do every chunk and yield (number, dataset) as they come; chunks that are whole in a store are read from it.

    Parameters
    ----------
    job, executor, meter
        What is done, where, and who is told.
    what
        The heading of the meter.
    repaired
        Gets the entry `repaired` where something of a store was damaged: sentences, which also go to the meter and into
        the store's manifest.

    Raises
    ------
    RunError, FileError
        As `simulate`. Whatever ends it, also an interruption, chunks that were finished are in the store.
    """
    job.prepare(executor, meter)
    found = list(job.store.said) if job.store is not None else []
    again: list[str] = []
    meter.start(len(job.identities), what)
    try:
        for number, done in executor.each(job, job.pieces()):
            if done.again:
                meter.say(done.again)
                again.append(done.again)
            meter.advance(job.size(number))
            yield number, job.read(number) if done.data is None else done.data
    finally:
        meter.finish()
        if job.store is not None and again:
            job.store.note(again)
        if found or again:
            repaired["repaired"] = found + again
