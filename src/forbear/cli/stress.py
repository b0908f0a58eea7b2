"""`forbear stress`: strategies under every draw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Cluster, Given, Json, Members, Replications, Scenario, Seed, Workers
from forbear.workflow.arguments import shown
from forbear.workflow.stress import stress, thresholds_of


def command(
    scenario: Scenario = "iraq-2003",
    strategies: Annotated[
        str | None, typer.Option(help="names, comma-separated; all when absent (HISTORY and never intervening always)")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="a strategy file of your own")] = None,
    outcome: Annotated[str, typer.Option(help="what a strategy fails by")] = "deaths",
    fails_beyond: Annotated[
        float | None, typer.Option(help="the level beyond which it has failed; history's median when absent")
    ] = None,
    threshold: Annotated[list[str] | None, typer.Option(help="good enough: deaths=50000 (several)")] = None,
    members: Members = 256,
    replications: Replications = 1,
    given: Given = None,
    seed: Seed = 1,
    to: Json = None,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Objectives apart, regret, satisficing, Pareto set; where strategies fail; what moves the outcome; what is worth knowing."""
    names = [name.strip() for name in strategies.split(",")] if strategies is not None else None
    found = stress(
        scenario, names, files=file or [], given=given, outcome=outcome, fails_beyond=fails_beyond,
        thresholds=thresholds_of(threshold or []), members=members, replications=replications, seed=seed,
        cluster=cluster, workers=workers, progress=shown(),
    )  # fmt: skip
    tell(*found.lines())
    if to is not None:
        print(found.save(to))
