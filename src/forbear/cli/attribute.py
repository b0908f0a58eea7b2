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
    from forbear.questions.attribute import load_players
    from forbear.scenario import Scenario
    from forbear.workflow.battery import Effort, attributions

    loaded = Scenario.load(scenario)
    load_players(loaded)
    posterior = None if prior else Posterior.of(loaded)
    effort = Effort(attribution_draws=draws, orders=orders)
    found = attributions(loaded, posterior, effort, {"seed": seed, "workers": workers}, meter())
    for game, numbers in found.items():
        print(
            f"\n{game.upper()}: part of the fall in the logarithm of civilian deaths (50 and 90 % of draws; error: Monte Carlo)"
        )
        for row in numbers["rows"]["deaths"]:
            print(
                f"  {row['title']:<44} {row['p50']:>6.2f}  ({row['p25']:.2f} to {row['p75']:.2f}; {row['p05']:.2f} to {row['p95']:.2f})  error {row['error']:.2f}"
            )
        rest = numbers["unattributed"]
        print(
            f"  with everything remedied: deaths x{rest['deaths_remaining']:.2g}, chance of order {rest['order_remedied']:.0%} "
            f"(history {rest['order_history']:.0%}), governance {rest['governance_remedied']:.2f} (history {rest['governance_history']:.2f})"
        )
    if to is not None:
        to.write_text(json.dumps(found, indent=1, default=float), encoding="utf-8")
        print(to)
