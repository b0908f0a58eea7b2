"""`forbear attribute`: which remedies account for how much of the failure."""

from __future__ import annotations

from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Given, Json, Members, Replications, Scenario, Seed, Workers
from forbear.files import write_text
from forbear.questions.stored import encode
from forbear.questions.verdict_lines import attribution_lines
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.attribute import GAMES, attribute
from forbear.workflow.given import resolve
from forbear.workflow.written import as_json


def command(
    scenario: Scenario = "iraq-2003",
    members: Members = 48,
    replications: Replications = 1,
    orders: Annotated[
        int, typer.Option(help="orders in which remedies join, even; more means less Monte Carlo error", min=2)
    ] = 8,
    given: Given = None,
    seed: Seed = 1,
    to: Json = None,
    workers: Workers = None,
) -> None:
    """Shapley values over remedies (levers, idealised and feasible) and over structure, with bands and what no remedy reaches."""
    opened, meter = scenario_of(scenario), shown()
    drawn = resolve(opened, given, progress=meter)
    numbers = {}
    for game in GAMES:
        found = attribute(
            opened, game, given=drawn, members=members, replications=replications, orders=orders, seed=seed,
            workers=workers, progress=meter,
        )  # fmt: skip
        many = found.values["deaths"].shape[1] * found.coalitions * replications
        numbers[game] = found.result(many)
        tell(*attribution_lines({game: numbers[game]}))
    if to is not None:
        print(write_text(to, as_json(encode(numbers))))
