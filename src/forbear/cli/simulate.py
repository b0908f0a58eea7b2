"""`forbear simulate`: an ensemble to take away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forbear.cli.options import Cluster, Given, Members, Scenario, Seed, Settings, Workers
from forbear.ensemble.places import using
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.simulate import simulate, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr

    from forbear.ensemble.results import Ensemble
    from forbear.ensemble.summaries import Summaries

SHOWN = ("civilians_dead", "intervener_dead", "fighters", "cost_budget", "governance", "democracy")


def command(
    scenario: Scenario,
    members: Members = 512,
    seed: Seed = 1,
    given: Given = None,
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
        str,
        typer.Option(help="cpu, cuda (a GPU), or auto: a GPU that is at hand, for 4,096 simulated histories or more"),
    ] = "cpu",
    workers: Workers = None,
    cluster: Cluster = None,
    settings: Settings = None,
) -> None:
    """Simulate an ensemble and keep it: as a store, as CSV, as NetCDF; print a summary."""
    opened, meter = scenario_of(scenario), shown()
    if settings:
        opened = opened.with_settings(settings)
    common: dict[str, Any] = {
        "given": given, "members": members, "seed": seed, "step": step, "workers": workers, "store": store,
        "kernel": kernel, "device": device, "progress": meter,
    }  # fmt: skip
    with using(cluster) as place:
        if place is not None:
            meter.say(place.check())
        found: Ensemble | Summaries = (
            summarise(opened, chunk=chunk, **common) if summaries else simulate(opened, **common)
        )
    _write(found, csv, netcdf)
    print(found)
    _print_ends(_ends(found))


def _write(found: Ensemble | Summaries, csv: Path | None, netcdf: Path | None) -> None:
    if csv is not None:
        print(f"{len(getattr(found, 'healthy', found).to_csv(csv))} tables in {csv}")
    if netcdf is not None:
        print(found.to_netcdf(netcdf))


def _ends(found: Ensemble | Summaries) -> Mapping[str, xr.DataArray]:
    """What stands at the end of every run that stayed finite."""
    runs = getattr(found, "runs", None)
    if runs is not None:
        healthy = runs.isel(member=~runs["failed"].values)
        return {name: healthy[f"{name}_last"] for name in SHOWN}
    return {name: found.healthy.data[name].isel(week=-1) for name in SHOWN}  # type: ignore[union-attr]


def _print_ends(columns: Mapping[str, xr.DataArray]) -> None:
    print(f"{'at the end':<28}{'5 %':>14}{'median':>14}{'95 %':>14}  unit")
    for name, values in columns.items():
        low, middle, high = values.quantile([0.05, 0.5, 0.95]).values
        print(f"{name:<28}{low:>14,.3g}{middle:>14,.3g}{high:>14,.3g}  {values.attrs['unit']}")
