"""`forbear region`: where one strategy fails, over a grid of levers."""

from __future__ import annotations

from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Given, Members, Replications, Scenario, Seed, Workers
from forbear.workflow.arguments import shown
from forbear.workflow.region import axes_of, region


def command(
    scenario: Scenario,
    strategy: Annotated[str, typer.Argument(help="a strategy of the scenario, such as COUNTERTERRORISM-ONLY")],
    axis: Annotated[list[str], typer.Option(help="a lever and its values: abroad.access=0,0.5,1 (several)")],
    against: Annotated[str, typer.Option(help="a strategy to compare with")] = "HISTORY",
    outcome: Annotated[str, typer.Option(help="what is compared")] = "attacks_abroad",
    members: Members = 64,
    replications: Replications = 1,
    given: Given = None,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """At every point of a grid of levers: the effect of a strategy, and whether it is better or worse."""
    found = region(
        scenario, strategy, axes_of(axis), against=against, outcome=outcome, given=given, members=members,
        replications=replications, seed=seed, workers=workers, progress=shown(),
    )  # fmt: skip
    tell(*found.lines())
