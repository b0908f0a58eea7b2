"""Runs an ensemble: members over parameters and seeds, in blocks, on threads, into memory or a store."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.design import draw_priors
from forbear.ensemble.device import choose
from forbear.ensemble.device_engine import DeviceEngine, run_chunks
from forbear.ensemble.engine import Block, Engine
from forbear.ensemble.manifest import manifest_of
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.results import Ensemble, dataset_of
from forbear.ensemble.store import Store
from forbear.errors import RunError
from forbear.kernel import woven
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr

    from forbear.scenario.problem import Problem

__all__ = ["MONTHLY", "WEEKLY", "simulate"]

#: Recorded week by week as national values when nothing else is asked for.
WEEKLY = (
    "deaths", "deaths_by_rivals", "deaths_by_own_side", "deaths_by_intervener", "deaths_by_regime", "civilians_dead",
    "observed_attacks", "observed_attacks_on_intervener", "observed_civilian_deaths", "observed_one_sided_deaths",
    "observed_state_based_deaths", "observed_intervener_deaths", "observed_displaced", "observed_electricity", "observed_detainees",
    "observed_local_defence", "observed_government_forces", "poll_home_support", "fighters", "intervener_dead", "government_killed",
    "force", "sustainable_force", "force_ceiling", "strain", "home_support", "national_violence", "legitimacy", "capacity",
    "institutions", "democracy", "governance", "success", "militants", "attacks_abroad_total", "ally_support", "adversary_alignment",
    "cost_operations", "cost_reconstruction", "cost_local_forces", "cost_expansion", "cost_containment", "cost_veterans",
    "cost_budget", "cost_full", "force_quality", "mean_control", "mean_services", "civil_war", "transition",
)  # fmt: skip
#: Recorded month by month with their dimensions.
MONTHLY = (
    "observed_attacks", "observed_civilian_deaths", "observed_one_sided_deaths", "observed_state_based_deaths", "deaths",
    "control", "fighters", "inclusion", "mean_fear", "mean_resentment", "poll_support_for_attacks", "local_defence", "mixing",
)  # fmt: skip


def simulate(
    problem: Problem,
    *,
    members: int | Sequence[int] | np.ndarray = 256,
    seed: int = 1,
    parameters: Mapping[str, np.ndarray] | None = None,
    workers: int | None = None,
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
    priors when absent; workers: threads (all cores by default; the result does not depend on it); store: a folder
    that keeps finished chunks, so that a killed run goes on; device: cpu, cuda (a GPU) or auto, which takes a GPU
    that is at hand for a large ensemble and says what it chose.
    Randomness: named by (seed, member, ...): the same seed gives the same bits for any workers, chunks and resumption.
    Raises RunError E401-E405, E409, E410 and FileError E103.
    """
    meter = progress or NoMeter()
    identities = (
        np.arange(members, dtype=np.uint32) if isinstance(members, int) else np.asarray(members, dtype=np.uint32)
    )
    if len(identities) == 0:
        raise RunError("E405", "an ensemble needs at least one member")
    given = {name: np.asarray(value) for name, value in parameters.items()} if parameters is not None else None
    place = choose(device, kernel=kernel, members=len(identities))
    if device == "auto":
        meter.say(f"running on: {place}")
    engine = (
        DeviceEngine(problem, weekly=weekly, monthly=monthly)
        if place.kind == "cuda"
        else Engine(problem, weekly=weekly, monthly=monthly, kernel=kernel)
    )
    chunks = [identities[start : start + LANES] for start in range(0, len(identities), LANES)]
    manifest = manifest_of(
        problem,
        seed=seed,
        members=identities,
        chunk=LANES,
        recorded=[*weekly, *monthly],
        kernel=kernel,
        parameters=given,
        note=note,
        device=place,
    )
    keeper = Store(store, manifest) if store is not None else None
    if isinstance(engine, DeviceEngine):
        engine.prepare(meter)
    else:
        if not woven.is_compiled(engine.module()):
            meter.say("compiling the country: once, a few minutes; kept on disk for next time")
        _warm(engine)

    def values_of(number: int) -> dict[str, np.ndarray]:
        chunk, start = chunks[number], number * LANES
        if given is None:
            return draw_priors(problem, chunk, seed)
        return {name: value[start : start + len(chunk)] for name, value in given.items()}

    def finish(number: int, values: dict[str, np.ndarray], block: Block) -> xr.Dataset:
        data = dataset_of(problem, block, chunks[number], values)
        if keeper is not None:
            keeper.write(number, data)
        return data

    def work(number: int) -> xr.Dataset:
        if keeper is not None and keeper.has(number):
            return keeper.read(number)
        values = values_of(number)
        return finish(number, values, engine.run(values, chunks[number], seed))

    meter.start(len(identities), f"simulating {problem.name}")
    done: list[Any] = [None] * len(chunks)
    pool = ThreadPoolExecutor(max_workers=workers or os.cpu_count() or 1)
    try:
        todo = list(range(len(chunks)))
        if isinstance(engine, DeviceEngine):
            kept = {number for number in todo if keeper is not None and keeper.has(number)}
            missing, todo = [number for number in todo if number not in kept], sorted(kept)
            gpu = run_chunks(engine, missing, chunks, seed=seed, pool=pool, values_of=values_of, finish=finish)
            for number, data in gpu:
                done[number] = data
                meter.advance(len(chunks[number]))
        waiting: dict[Future[Any], int] = {pool.submit(work, number): number for number in todo}
        for future in as_completed(waiting):
            number = waiting[future]
            done[number] = future.result()
            meter.advance(len(chunks[number]))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        meter.finish()
    import xarray as xr

    data = (
        xr.concat(done, dim="member", data_vars="minimal", coords="minimal", compat="override", join="override")
        if len(done) > 1
        else done[0]
    )
    failed = int(data["failed"].sum())
    if failed:
        meter.say(
            f"{failed} of {len(identities)} members failed: a number became infinite; they are marked and left out of summaries"
        )
    return Ensemble(data, {**manifest, "failed": failed})


def _warm(engine: Engine) -> None:
    """Compile in one thread before many ask for it."""
    from copy import copy

    from forbear.scenario.priors import quantile

    short = copy(engine)
    values = {}
    for name, priors in engine.problem.priors.items():
        flat = [float(quantile(prior, np.array([0.5]))[0]) for prior in priors.ravel()]
        values[name] = np.array(flat).reshape(1, *priors.shape)
    short.steps_to_run = 1
    short.run(values, np.array([0], dtype=np.uint32), 0)
