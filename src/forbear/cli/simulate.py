"""`forbear simulate`: an ensemble to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")],
    members: Annotated[int, typer.Option(min=1, max=10_000_000)] = 256,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    step: Annotated[float, typer.Option(help="weeks a step lasts: 1 or 0.5", min=0.05, max=1.0)] = 1.0,
    store: Annotated[Path | None, typer.Option(help="folder that keeps finished chunks: a stopped run goes on")] = None,
    csv: Annotated[Path | None, typer.Option(help="write quantiles as CSV files into this folder")] = None,
    netcdf: Annotated[Path | None, typer.Option(help="write everything to this NetCDF file")] = None,
    kernel: Annotated[str, typer.Option(help="lanes (fast) or exact (64 bits, exact samplers, slow)")] = "lanes",
    device: Annotated[
        str, typer.Option(help="cpu, cuda (a GPU), or auto: a GPU that is at hand, for 4,096 members or more")
    ] = "cpu",
    workers: Annotated[int | None, typer.Option(min=1)] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="change a lever: intervener.force=+20000")] = None,
) -> None:
    """Simulate an ensemble and keep it: as a store, as CSV, as NetCDF; print a summary."""
    from forbear.cli.screen import meter
    from forbear.ensemble.runner import simulate
    from forbear.errors import RunError
    from forbear.kernel.woven import KERNELS
    from forbear.scenario import Scenario

    if kernel not in KERNELS:
        raise RunError("E407", f"unknown kernel {kernel!r}", hint=f"allowed: {', '.join(KERNELS)}")
    loaded = Scenario.load(scenario)
    if settings:
        loaded = loaded.with_settings(settings)
    ensemble = simulate(
        loaded.problem(step), members=members, seed=seed, workers=workers, store=store, kernel=kernel, device=device,
        progress=meter(),
    )  # fmt: skip
    if csv is not None:
        print(f"{len(ensemble.healthy.to_csv(csv))} tables in {csv}")
    if netcdf is not None:
        print(ensemble.to_netcdf(netcdf))
    print(ensemble)
    print(f"{'at the end':<28}{'5 %':>14}{'median':>14}{'95 %':>14}  unit")
    for name in ("civilians_dead", "intervener_dead", "fighters", "cost_budget", "governance", "democracy"):
        low, middle, high = ensemble.healthy.data[name].isel(week=-1).quantile([0.05, 0.5, 0.95]).values
        print(f"{name:<28}{low:>14,.3g}{middle:>14,.3g}{high:>14,.3g}  {ensemble.data[name].attrs['unit']}")
