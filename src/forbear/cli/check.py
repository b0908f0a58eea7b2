"""`forbear check FILE`: all faults of a scenario at once, or what it says."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario file, its folder, or a name of the library")],
    every: Annotated[bool, typer.Option("--all", help="list also what the package supplies by default")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the rows as JSON")] = False,
    settings: Annotated[list[str] | None, typer.Option("--set", help="room.name=value, laid over the file")] = None,
) -> None:
    """Check a scenario: every fault with its line, or what is stated, what is guessed and what is default."""
    from forbear.scenario.scenario import Scenario
    from forbear.scenario.summary import rows, summary_lines

    loaded = Scenario.load(scenario)
    if settings:
        loaded = loaded.with_settings(settings)
    problem = loaded.problem()
    table = rows(loaded)
    if json:
        import json as encoder

        print(encoder.dumps({"name": loaded.name, "hash": problem.hash, "rows": table}, indent=1))
        return
    print("\n".join(summary_lines(loaded, full=True)))
    if every:
        print("defaults of the package:")
        for row in table:
            if row["state"] == "default":
                print(f"    {row['key']}: {row['value']}  ({row['meaning']})")
    guessed = [row["key"] for row in table if row["state"] == "guessed"]
    if guessed:
        print(
            f"guessed (an assumption or invention, no source): {len(guessed)} of {sum(r['state'] != 'default' for r in table)}"
        )
    print(f"{problem.steps} steps of {problem.step:g} week; scenario hash {problem.hash[:16]}")
    print(f"{loaded.name}: no faults")
