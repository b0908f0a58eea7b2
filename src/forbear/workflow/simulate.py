"""Simulate a scenario: an ensemble with every week, or summaries of very many runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.ensemble import runner, session, summaries
from forbear.ensemble.recording import MONTHLY, WEEKLY
from forbear.errors import RunError, nearest
from forbear.integers import seed_of, workers_of
from forbear.kernel.woven import KERNELS
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    import numpy as np

    from forbear.ensemble.cluster import Cluster
    from forbear.ensemble.progress import Meter
    from forbear.ensemble.results import Ensemble
    from forbear.ensemble.session import Session
    from forbear.ensemble.summaries import Summaries
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["open_session", "simulate", "summarise"]


def simulate(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Mapping[str, np.ndarray] | Given | None = None,
    members: int = 512,
    seed: int = 1,
    step: float = 1.0,
    weekly: Sequence[str] = WEEKLY,
    monthly: Sequence[str] = MONTHLY,
    kernel: str = "lanes",
    device: str = "cpu",
    cluster: str | Cluster | None = None,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Ensemble:
    """Simulate a scenario week by week in an ensemble.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    given
        What members are drawn from: "posterior", "prior", "pooled", a `Posterior`, the path of one, or parameters of
        your own, name -> (members, *dimensions). None: the posterior beside the scenario where there is one that
        holds, else the prior, which is then said.
    members
        How many. Member i has draw i of the posterior, again from the first when all have been used.
    seed
        Names all randomness: the same seed gives the same bits for any number of workers, chunks and resumptions.
    step
        Weeks that a step lasts, 0.05 to 1.
    weekly, monthly
        Quantities recorded by week (national) and by month (with their dimensions).
    kernel, device
        "lanes" (fast) or "exact" (64 bits, exact samplers, slow); "cpu", "cuda" or "auto".
    cluster
        Address of a dask scheduler, "local:2", or an open `Cluster`; threads of this machine when None.
    store
        Folder, or address such as s3://bucket/run, that keeps finished chunks: a stopped run goes on.
    workers
        Threads; all processors when None.
    progress
        A meter; True for one on standard error.

    Returns
    -------
    Ensemble
        `.data` is an xarray Dataset by member, week, month, district ..., each variable with `unit` and `long_name`;
        `.data.attrs["given"]` says what the members were drawn from.

    Raises
    ------
    FitError
        E606, E609, E610, E612: nothing like `given` to draw from.
    RunError
        E401 to E410, E421 to E426, E441, E442, E449.
    FileError
        E103 where the store cannot be written.

    Examples
    --------
    >>> import forbear as fb
    >>> ensemble = fb.simulate("meadow", given="prior", members=16, seed=1)
    >>> ensemble
    <Ensemble meadow: 16 simulated histories, prior draws (before any data), seed 1>
    >>> ensemble.data["deaths"].dims
    ('member', 'week')
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    many, number = count(members, "members"), seed_of(seed)
    problem = opened.problem(step)
    ensemble = runner.simulate(
        problem,
        members=many,
        seed=number,
        parameters=found.parameters(problem, many, number),
        workers=workers_of(workers),
        cluster=cluster,
        store=store,
        weekly=weekly,
        monthly=monthly,
        kernel=_known(kernel),
        device=device,
        progress=meter,
        note=found.words,
    )
    return _told(ensemble, found)


def summarise(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Given | None = None,
    members: int = 10_000,
    seed: int = 1,
    step: float = 1.0,
    weekly: Sequence[str] = WEEKLY,
    chunk: int = summaries.CHUNK,
    kernel: str = "lanes",
    device: str = "cpu",
    cluster: str | Cluster | None = None,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Summaries:
    """Simulate very many members and keep no weeks: a row of numbers for each run, and bands by month.

    Parameters
    ----------
    scenario, given, members, seed, step, weekly, kernel, device, cluster, store, workers, progress
        As for `simulate`.
    chunk
        Runs of a chunk, a multiple of 128; more for a large cluster.

    Returns
    -------
    Summaries
        `.runs` by member; bands by month.

    Raises
    ------
    FitError, RunError, FileError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.summarise("meadow", given="prior", members=128).runs["deaths_total"].dims
    ('member',)
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    many, number = count(members, "members"), seed_of(seed)
    problem = opened.problem(step)
    return summaries.summarise(
        problem,
        members=many,
        seed=number,
        parameters=found.parameters(problem, many, number),
        workers=workers_of(workers),
        cluster=cluster,
        store=store,
        weekly=weekly,
        kernel=_known(kernel),
        device=device,
        chunk=count(chunk, "chunk"),
        progress=meter,
        note=found.words,
    )


def open_session(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Mapping[str, np.ndarray] | Given | None = None,
    members: int = 64,
    seed: int = 1,
    step: float = 1.0,
    weekly: Sequence[str] = WEEKLY,
    monthly: Sequence[str] = MONTHLY,
    kernel: str = "lanes",
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Session:
    """Open an ensemble that stands before its first step, to be advanced and steered by the caller.

    Parameters
    ----------
    scenario, given, members, seed, step, weekly, monthly, kernel, workers, progress
        As for `simulate`.

    Returns
    -------
    Session
        `set_levers`, `advance`, paths so far, and `finish`, which gives an `Ensemble`.

    Raises
    ------
    FitError, RunError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> session = fb.open_session("meadow", given="prior", members=8)
    >>> session.advance(weeks=4)
    <Session meadow: 8 members, seed 1, before the week of 2003-06-02>
    >>> len(session.set_levers({"intervener.force": 0}).finish())
    8
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    many, number = count(members, "members"), seed_of(seed)
    problem = opened.problem(step)
    return session.open_session(
        problem,
        members=many,
        seed=number,
        parameters=found.parameters(problem, many, number),
        workers=workers_of(workers),
        weekly=weekly,
        monthly=monthly,
        kernel=_known(kernel),
        note=found.words,
    )


def _known(kernel: str) -> str:
    if kernel not in KERNELS:
        raise RunError(
            "E407", f"unknown kernel {kernel!r}", hint=f"did you mean {nearest(kernel, KERNELS) or KERNELS[0]}?"
        )
    return kernel


def _told(ensemble: Ensemble, found: Given) -> Ensemble:
    """The ensemble with what it was drawn from in its attributes and manifest."""
    told: dict[str, Any] = {
        **found.attributes,
        "seed": ensemble.manifest["seed"],
        "scenario": ensemble.manifest["scenario"],
    }
    ensemble.data.attrs.update(told)
    ensemble.manifest.update(found.attributes)
    return ensemble
