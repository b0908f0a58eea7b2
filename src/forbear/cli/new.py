"""`forbear new NAME --from meadow`: begin a scenario of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    name: Annotated[str, typer.Argument(help="name of the scenario and of its folder")],
    source: Annotated[str, typer.Option("--from", help="the scenario to begin from")] = "meadow",
    folder: Annotated[Path, typer.Option("--in", help="where the folder is made")] = Path(),
) -> None:
    """Begin a scenario of your own: a copy of one that ships, in a folder of its name. Overwrites nothing."""
    from forbear.scenario.copy import copy_scenario

    file = copy_scenario(name, source, folder)
    print(file)
    print(f"next: edit it, then forbear check {file}")
