"""`forbear fit`: learn a scenario's uncertainties from its observations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Scenario, Seed, Workers
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.fit import fit, lines_of, named, plan_of, refuse_lesser, target_of


def command(
    scenario: Scenario,
    quick: Annotated[bool, typer.Option("--quick", help="a few minutes; marked as quick wherever it is shown")] = False,
    effort: Annotated[
        str | None,
        typer.Option(help="full, rival, coarse or quick; what validation.toml asks for when absent, else full"),
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="learn only from what was observed before this month, 2007-01")
    ] = None,
    stages: Annotated[str, typer.Option(help="a leading part of scout,refine,validate")] = "scout,refine,validate",
    seed: Seed = 1,
    store: Annotated[
        Path | None,
        typer.Option(
            help="folder of finished work; NAME.fit when absent (and theory, month, effort): a stopped fit goes on"
        ),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="the posterior; posterior.npz beside a scenario of your own, else NAME-posterior.npz"),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="replace a posterior of more work: of a greater effort, of more stages")
    ] = False,
    structure: Annotated[
        str, typer.Option(help="full, a theory, or without-MECHANISM: see forbear model theories")
    ] = "full",
    workers: Workers = None,
) -> None:
    """Learn from data in stages: scout, refine, validate. Each stage has a gate that refuses a bad result."""
    opened = scenario_of(scenario)
    wanted = [stage.strip() for stage in stages.split(",") if stage.strip()]
    called = named(opened, until=until, structure=structure)
    how = "quick" if quick else effort
    folder = store or Path(f"{called}.fit{f'-{how}' if how else ''}")
    target = to or target_of(opened, until=until, structure=structure)
    if not overwrite:  # before anything is run
        plan = plan_of(opened, quick=quick, effort=effort, until=until, structure=structure)
        refuse_lesser(target, plan, wanted)
    found = fit(
        opened, quick=quick, effort=effort, until=until, structure=structure, stages=wanted, seed=seed, store=folder,
        workers=workers, progress=shown(),
    )  # fmt: skip
    found.save(target)
    tell(*lines_of(found, target))
