"""`forbear simulate`: an ensemble to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

SHOWN = ("civilians_dead", "intervener_dead", "fighters", "cost_budget", "governance", "democracy")


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")],
    members: Annotated[int, typer.Option(min=1, max=1_000_000_000)] = 256,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    step: Annotated[float, typer.Option(help="weeks a step lasts: 1 or 0.5", min=0.05, max=1.0)] = 1.0,
    summaries: Annotated[
        bool,
        typer.Option(
            "--summaries", help="keep no weeks: a row of numbers for each run, and bands by month; for 10,000 and more"
        ),
    ] = False,
    chunk: Annotated[
        int,
        typer.Option(help="with --summaries: runs of a chunk, a multiple of 128; more for a large cluster", min=128),
    ] = 1024,
    store: Annotated[
        str | None,
        typer.Option(help="folder, or address such as s3://..., that keeps finished chunks: a stopped run goes on"),
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="write quantiles as CSV files into this folder")] = None,
    netcdf: Annotated[Path | None, typer.Option(help="write everything to this NetCDF file")] = None,
    kernel: Annotated[str, typer.Option(help="lanes (fast) or exact (64 bits, exact samplers, slow)")] = "lanes",
    device: Annotated[
        str, typer.Option(help="cpu, cuda (a GPU), or auto: a GPU that is at hand, for 4,096 members or more")
    ] = "cpu",
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="a dask scheduler (tcp://host:8786, or its scheduler file), or local:2 for two worker processes here"
        ),
    ] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="change a lever: intervener.force=+20000")] = None,
) -> None:
    """Simulate an ensemble and keep it: as a store, as CSV, as NetCDF; print a summary."""
    from forbear.cli.screen import meter
    from forbear.ensemble.places import using
    from forbear.ensemble.runner import simulate
    from forbear.ensemble.summaries import summarise
    from forbear.errors import RunError
    from forbear.kernel.woven import KERNELS
    from forbear.scenario import Scenario

    if kernel not in KERNELS:
        raise RunError("E407", f"unknown kernel {kernel!r}", hint=f"allowed: {', '.join(KERNELS)}")
    loaded = Scenario.load(scenario)
    if settings:
        loaded = loaded.with_settings(settings)
    problem, shown = loaded.problem(step), meter()
    common: dict[str, Any] = {
        "members": members, "seed": seed, "workers": workers, "store": store, "kernel": kernel, "device": device,
        "progress": shown,
    }  # fmt: skip
    with using(cluster) as opened:
        if opened is not None:
            shown.say(opened.check())
        if summaries:
            _print_summaries(summarise(problem, chunk=chunk, **common), csv, netcdf)
            return
        ensemble = simulate(problem, **common)
    if csv is not None:
        print(f"{len(ensemble.healthy.to_csv(csv))} tables in {csv}")
    if netcdf is not None:
        print(ensemble.to_netcdf(netcdf))
    print(ensemble)
    data = ensemble.healthy.data
    _print_ends({name: data[name].isel(week=-1) for name in SHOWN})


def _print_summaries(found: Any, csv: Path | None, netcdf: Path | None) -> None:
    if csv is not None:
        print(f"{len(found.to_csv(csv))} tables in {csv}")
    if netcdf is not None:
        print(found.to_netcdf(netcdf))
    print(found)
    healthy = found.runs.isel(member=~found.runs["failed"].values)
    _print_ends({name: healthy[f"{name}_last"] for name in SHOWN})


def _print_ends(columns: dict[str, Any]) -> None:
    print(f"{'at the end':<28}{'5 %':>14}{'median':>14}{'95 %':>14}  unit")
    for name, values in columns.items():
        low, middle, high = values.quantile([0.05, 0.5, 0.95]).values
        print(f"{name:<28}{low:>14,.3g}{middle:>14,.3g}{high:>14,.3g}  {values.attrs['unit']}")
