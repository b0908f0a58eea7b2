"""`forbear run`: everything in one go, one report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library (iraq-2003, meadow) or a path")],
    members: Annotated[int, typer.Option(help="prior draws to simulate", min=1, max=1_000_000)] = 2048,
    keep: Annotated[int, typer.Option(help="members nearest to history that the report shows", min=2)] = 128,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    to: Annotated[Path | None, typer.Option(help="the report; NAME.html when absent")] = None,
    store: Annotated[Path | None, typer.Option(help="folder that keeps finished chunks: a stopped run goes on")] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="change a lever: intervener.force=+20000, *1.5, =0")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="also write quantiles as CSV files into this folder")] = None,
) -> None:
    """Simulate a scenario week by week in an ensemble, set it beside what was observed, and write one HTML report."""
    from forbear.cli.screen import meter
    from forbear.ensemble.matching import match
    from forbear.ensemble.runner import simulate
    from forbear.report import write
    from forbear.scenario import Scenario

    loaded = Scenario.load(scenario)
    if settings:
        loaded = loaded.with_settings(settings)
    problem = loaded.problem()
    target = to or Path(f"{problem.name}.html")
    shown = meter()
    ensemble = simulate(problem, members=members, seed=seed, workers=workers, store=store, progress=shown)
    matching = match(ensemble.healthy, loaded, keep=keep)
    kept = ensemble.healthy if matching is None else ensemble.healthy.keep(matching.kept)
    shown.say(matching.rule if matching is not None else "no observed series to compare with: every member is shown")
    if csv is not None:
        kept.to_csv(csv)
    command_line = f"forbear run {scenario} --members {members} --keep {keep} --seed {seed}" + "".join(
        f" --set {s}" for s in settings or []
    )
    path = write(kept, loaded, problem, to=target, prior=ensemble, matching=matching, command=command_line)
    print(path)
