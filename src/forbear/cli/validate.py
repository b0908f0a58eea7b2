"""`forbear validate`: whether a fitted scenario deserves belief."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Seed, Workers
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.validate import on_record, target_of, validate


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path, with a posterior beside it")],
    parts: Annotated[
        str | None,
        typer.Option(
            help="neutrality,regions,contraction,facts,course,place,discrepancy,modes,forecasts,theories,calibration,transport; "
            "all that are not on record when absent"
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="only print what is on record, of --parts or all")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="fewer draws and worlds; marked as quick")] = False,
    given: Annotated[str, typer.Option(help="the posterior that is judged, or its file")] = "posterior",
    seed: Seed = 1,
    store: Annotated[
        Path | None, typer.Option(help="folder of finished fits and worlds; NAME.validation when absent")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="results as JSON; validation.json beside a scenario of your own, else NAME-validation.json"),
    ] = None,
    worlds: Annotated[
        int | None,
        typer.Option(help="worlds of a calibration, 48 when absent; finished ones are kept whatever their number"),
    ] = None,
    workers: Workers = None,
) -> None:
    """Facts of history, course, place, discrepancies, modes, forecasts, rival theories, calibration: part by part."""
    opened = scenario_of(scenario)
    chosen = [part.strip() for part in parts.split(",")] if parts else None
    if show:
        tell(*on_record(opened, file=to).lines(chosen))
        return
    target = to or target_of(opened)
    found = validate(
        opened,
        given=given,
        parts=chosen,
        quick=quick,
        seed=seed,
        store=store or Path(f"{opened.problem().name}.validation"),
        to=target,
        worlds=worlds,
        workers=workers,
        progress=shown(),
    )
    tell(*found.lines(chosen))
    print(found.save(target))
