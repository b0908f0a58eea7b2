"""`forbear divisions`: which divisions of power every community accepts."""

from __future__ import annotations

import datetime
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Given, Members, Scenario, Seed, Workers
from forbear.workflow.arguments import shown
from forbear.workflow.region import divisions


def command(
    scenario: Scenario,
    at: Annotated[
        datetime.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="date; a year after the start when absent")
    ] = None,
    members: Members = 128,
    given: Given = None,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """Over offers and guarantees: how many divisions of power all communities accept, and where there is none."""
    day = at.date() if at is not None else None
    found = divisions(scenario, at=day, given=given, members=members, seed=seed, workers=workers, progress=shown())
    tell(*found.lines())
