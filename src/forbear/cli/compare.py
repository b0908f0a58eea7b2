"""`forbear compare`: two policies over the same draws with common random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Given, Members, Replications, Scenario, Seed, Workers
from forbear.scenario.outcomes import OBJECTIVES
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.compare import as_far_as_raised, compare, policy
from forbear.workflow.given import resolve
from forbear.workflow.written import write_table


def command(
    scenario: Scenario,
    change: Annotated[
        list[str],
        typer.Argument(help="a strategy of the scenario (MORE-150), a scenario, or settings room.lever=value"),
    ],
    against: Annotated[str, typer.Option(help="a strategy to compare with")] = "HISTORY",
    given: Given = None,
    members: Members = 128,
    replications: Replications = 4,
    seed: Seed = 1,
    csv: Annotated[Path | None, typer.Option(help="effects as CSV")] = None,
    workers: Workers = None,
) -> None:
    """Effects with intervals and the chance of each direction, by outcome and by year. Where force is added, also as far as it can be raised."""
    opened, meter = scenario_of(scenario), shown()
    base, base_scenario = policy(opened, [against])
    name, changed = policy(opened, change)
    drawn = resolve(opened, given, progress=meter)
    pairs = [(name, changed)]
    if (raised := as_far_as_raised(base_scenario, changed)) is not None:
        pairs.append((f"{name} (as far as it can be raised)", raised))
    tables = []
    for title, other in pairs:
        found = compare(
            base_scenario, other, given=drawn, members=members, replications=replications, seed=seed,
            outcomes=(*OBJECTIVES, "order", "force", "unsustainable"), names=(base, title), workers=workers,
        )  # fmt: skip
        years = ", ".join(f"{year}: {ratio:.2g}" for year, ratio in found.yearly().items())
        yearly = ["", f"civilian deaths by year, median ratio: {years}"] if not found.assumed else []
        tell(*found.lines(), *yearly, "")
        tables.append(found.to_frame().assign(policy=title))
    if csv is not None:
        print(write_table(csv, tables))
