"""`forbear decide`: what to choose under losses of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Cluster, Given, Json, Members, Replications, Scenario, Seed, Workers
from forbear.workflow.arguments import shown
from forbear.workflow.decide import decide, losses_of


def command(
    scenario: Scenario = "iraq-2003",
    file: Annotated[
        Path | None, typer.Option(help="a decision file; decision.toml beside the scenario when absent")
    ] = None,
    options: Annotated[
        str | None, typer.Option(help="strategies, comma-separated (HISTORY and never intervening always)")
    ] = None,
    loss: Annotated[
        list[str] | None, typer.Option(help="what a unit of an outcome costs: deaths=0.01 (several)")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="in what all losses are counted, such as 'billion US$'")] = None,
    order: Annotated[
        str | None, typer.Option(help="outcomes in the order in which they count, instead of losses: deaths,cost")
    ] = None,
    attitude: Annotated[str | None, typer.Option(help="expected, tail (the worst draws) or regret")] = None,
    tail: Annotated[float | None, typer.Option(help="share of draws that count as the worst; 0.1 when absent")] = None,
    horizon: Annotated[str | None, typer.Option(help="month with which outcomes end: 2006-12")] = None,
    members: Members = 256,
    replications: Replications = 1,
    given: Given = None,
    seed: Seed = 1,
    html: Annotated[Path | None, typer.Option(help="one page that needs nothing from outside")] = None,
    csv: Annotated[Path | None, typer.Option(help="a folder for options.csv, changes.csv, worth.csv")] = None,
    to: Json = None,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Expected and 90th-percentile regret of options, what would change the choice, what is worth knowing first.

    Losses are yours: what a unit of each outcome costs in one unit (--loss, --unit), or only their order (--order).
    None is assumed.
    """
    found = decide(
        scenario, _words(options), losses=losses_of(loss or [], unit), order=_words(order), attitude=attitude,
        tail=tail, horizon=horizon, decision=file, given=given, members=members, replications=replications, seed=seed,
        cluster=cluster, workers=workers, progress=shown(),
    )  # fmt: skip
    tell(*found.lines())
    if html is not None:
        print(found.write(html))
    if csv is not None:
        print(f"{len(found.to_csv(csv))} tables in {csv}")
    if to is not None:
        print(found.save(to))


def _words(text: str | None) -> list[str] | None:
    return [word.strip() for word in text.split(",") if word.strip()] if text is not None else None
