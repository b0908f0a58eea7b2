"""`forbear run`: everything in one go, one report."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Given, Keep, Scenario, Seed, Settings, Workers, set_on
from forbear.questions.verdict_lines import verdict_table
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.claims import default_file
from forbear.workflow.run import run


def command(
    scenario: Scenario,
    members: Annotated[
        int | None,
        typer.Option(
            help="simulated histories: 512 from a posterior, 2048 otherwise when absent", min=1, max=1_000_000
        ),
    ] = None,
    keep: Keep = 128,
    given: Given = None,
    claims: Annotated[
        bool,
        typer.Option(
            "--claims/--no-claims",
            help="test the claims beside the scenario, compare strategies, attribute the failure",
        ),
    ] = True,
    seed: Seed = 1,
    to: Annotated[Path | None, typer.Option(help="the report; NAME.html when absent")] = None,
    store: Annotated[Path | None, typer.Option(help="folder that keeps finished chunks: a stopped run goes on")] = None,
    workers: Workers = None,
    settings: Settings = None,
    csv: Annotated[Path | None, typer.Option(help="also write quantiles as CSV files into this folder")] = None,
    brief: Annotated[Path | None, typer.Option(help="also write the two-page brief: a PDF file")] = None,
    record: Annotated[
        Path | None, typer.Option(help="also write base rates, and a proposal's ranges, as JSON into this file")
    ] = None,
) -> None:
    """Simulate a scenario week by week in an ensemble, set it beside what was observed, and write one HTML report."""
    filed = scenario_of(scenario)
    opened = filed.with_settings(settings) if settings else filed
    words = f"forbear run {scenario}" + (f" --given {given}" if given else "") + set_on(settings)
    found = run(
        opened, given=given, members=members, keep=keep, claims=claims, seed=seed, store=store, workers=workers,
        progress=shown(), repeat=words,
    )  # fmt: skip
    tell(*found.lines())
    if record is not None:
        print(found.write_record(record))
    if found.answers is not None:
        found.answers.write(default_file(opened))
    if csv is not None:
        found.kept.to_csv(csv)
    report = found.write_report(to or Path(f"{opened.problem().name}.html"))
    if brief is not None:
        print(found.write_brief(brief, datetime.date.today()))
    if found.answers is not None:
        tell(*verdict_table(found.answers))
    print(report)
