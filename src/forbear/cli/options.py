"""Options that several commands share, each with one name, one meaning and one sentence of help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Cluster", "Given", "Json", "Keep", "Members", "Named", "Replications", "Scenario", "Seed", "Settings", "Workers", "set_on",
]  # fmt: skip

Scenario = Annotated[str, typer.Argument(help="a scenario of the library (iraq-2003, meadow) or a path")]
Named = Annotated[str, typer.Option("--scenario", "-s", help="a scenario of the library or a path")]
Given = Annotated[
    str | None,
    typer.Option(
        help="what is drawn from: posterior, prior, pooled (the prior narrowed by what the data of other countries say), "
        "record (what other wars say), or a posterior's file; the posterior where there is one when absent"
    ),
]
Members = Annotated[int, typer.Option(help="simulated histories: draws of the uncertainties", min=1, max=1_000_000_000)]
Replications = Annotated[int, typer.Option(help="replications: runs of each draw", min=1)]
Keep = Annotated[
    int, typer.Option(help="without a posterior: simulated histories nearest to what happened that are shown", min=2)
]
Seed = Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)]
Workers = Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)]
Cluster = Annotated[
    str | None,
    typer.Option(help="a dask scheduler (tcp://host:8786, or its scheduler file), or local:2 for two processes here"),
]
Settings = Annotated[list[str] | None, typer.Option("--set", help="change a lever: intervener.force=+20000, *1.5, =0")]
Json = Annotated[Path | None, typer.Option(help="all numbers as JSON")]


def set_on(settings: list[str] | None) -> str:
    """The settings as they stand on a command line."""
    return "".join(f" --set {text}" for text in settings or [])
