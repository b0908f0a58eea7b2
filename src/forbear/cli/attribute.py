"""`forbear attribute`: which remedies account for how much of the failure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")] = "iraq-2003",
    draws: Annotated[int, typer.Option(help="draws of the uncertainties", min=8)] = 48,
    orders: Annotated[
        int, typer.Option(help="orders in which remedies join, even; more means less Monte Carlo error", min=2)
    ] = 8,
    prior: Annotated[bool, typer.Option("--prior", help="prior draws even where there is a posterior")] = False,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    to: Annotated[Path | None, typer.Option(help="all numbers as JSON")] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Shapley values over remedies (levers, idealised and feasible) and over structure, with bands and what no remedy reaches."""
    import json

    from forbear.cli.screen import meter
    from forbear.inference.posterior import Posterior
    from forbear.questions.stored import encode
    from forbear.questions.verdict_lines import attribution_lines
    from forbear.scenario import Scenario
    from forbear.scenario.casefiles.remedies import load_remedies
    from forbear.workflow.battery import Effort, attributions

    loaded = Scenario.load(scenario)
    load_remedies(loaded)
    posterior = None if prior else Posterior.of(loaded)
    effort = Effort(attribution_members=draws, orders=orders)
    found = attributions(loaded, posterior, effort, seed=seed, workers=workers, progress=meter())
    print("\n".join(attribution_lines(found)))
    if to is not None:
        to.write_text(json.dumps(encode(found), indent=1), encoding="utf-8")
        print(to)
