"""`forbear search`: look for robust strategies within feasible levers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Given, Members, Replications, Scenario, Seed, Workers
from forbear.workflow.arguments import shown
from forbear.workflow.search import lines_of, search
from forbear.workflow.written import write_table


def command(
    scenario: Scenario = "iraq-2003",
    evaluations: Annotated[int, typer.Option(help="strategies tried", min=24)] = 240,
    members: Members = 48,
    replications: Replications = 1,
    given: Given = None,
    seed: Seed = 1,
    worth: Annotated[
        float | None,
        typer.Option(
            help="billion US$ that a country in order is worth: then, the least cost per chance of order", min=1e-9
        ),
    ] = None,
    to: Annotated[Path | None, typer.Option(help="all solutions as CSV")] = None,
    workers: Workers = None,
) -> None:
    """Many-objective search (NSGA-II) over feasible levers; what is found stands beside the named strategies and never intervening."""
    found = search(
        scenario, given=given, evaluations=evaluations, members=members, replications=replications, seed=seed,
        worth=worth, workers=workers, progress=shown(),
    )  # fmt: skip
    tell(*lines_of(found))
    if to is not None:
        print(write_table(to, [found.to_frame()], index=False))
