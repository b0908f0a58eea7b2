"""`forbear brief`: the front page of the report with two figures on two pages, as PDF."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.options import Given, Keep, Scenario, Seed, Workers
from forbear.extras import need
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.claims import read_answers
from forbear.workflow.given import resolve
from forbear.workflow.run import MEMBERS, on_record, run


def command(
    scenario: Scenario,
    to: Annotated[Path | None, typer.Option(help="the PDF; NAME-brief.pdf when absent")] = None,
    members: Annotated[
        int | None,
        typer.Option(help="simulated histories: 512 from a posterior, 2048 from the prior when absent", min=2),
    ] = None,
    keep: Keep = 128,
    given: Given = None,
    answers: Annotated[
        Path | None, typer.Option(help="verdicts as `forbear claims` wrote them; those on record when absent")
    ] = None,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """Write a two-page brief. Verdicts are those on record beside the scenario: `forbear run` computes them anew."""
    need("typst", "a brief")  # before minutes of work
    opened, meter = scenario_of(scenario), shown()
    drawn = resolve(opened, given, progress=meter)
    verdicts = read_answers(opened, answers) if answers is not None else on_record(opened, drawn, meter)
    many = members or MEMBERS[drawn.posterior is not None]
    made = run(
        opened, given=drawn, members=many, keep=keep, answers=verdicts, seed=seed, workers=workers, progress=meter,
        repeat=f"forbear brief {scenario} --members {many} --seed {seed}" + (f" --given {given}" if given else ""),
    )  # fmt: skip
    print(made.write_brief(to or Path(f"{opened.problem().name}-brief.pdf"), datetime.date.today()))
