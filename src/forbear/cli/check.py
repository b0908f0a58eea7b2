"""`forbear check FILE`: all faults of a scenario at once, or what it says; with --information what to look up first."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from forbear.cli.lines import tell
from forbear.cli.screen import meter
from forbear.discovery.lookup import look_up_first
from forbear.ensemble.runner import simulate
from forbear.inference.posterior import Posterior
from forbear.scenario.proposals import require_proposal
from forbear.scenario.scenario import Scenario
from forbear.scenario.summary import rows, summary_lines
from forbear.scenario.told import observation_lines, series_lines
from forbear.validation.base_rates import base_rates


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario file, its folder, or a name of the library")],
    every: Annotated[bool, typer.Option("--all", help="list also what the package supplies by default")] = False,
    json: Annotated[bool, typer.Option("--json", help="print everything as JSON")] = False,
    settings: Annotated[list[str] | None, typer.Option("--set", help="room.name=value, laid over the file")] = None,
    information: Annotated[
        bool, typer.Option("--information", help="vary what is guessed: which fact to look up first (a minute or two)")
    ] = False,
    draws: Annotated[int, typer.Option(help="sets of guessed facts for --information", min=40)] = 128,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Check a scenario: every fault with its line, or what is stated, what is guessed and what is default.

    With --information: which guessed or unstated fact moves the answer most, and the plan beside the historical record.
    """
    loaded = Scenario.load(scenario)
    if settings:
        loaded = loaded.with_settings(settings)
    problem = loaded.problem()
    require_proposal(loaded)
    table = rows(loaded)
    found = _information(loaded, draws, seed, workers) if information else None
    if json:
        import json as encoder

        told: dict[str, Any] = {
            "name": loaded.name,
            "hash": problem.hash,
            "rows": table,
            "series": {name: series_lines(series) for name, series in loaded.series.items()},
            "observations": {name: observation_lines(loaded, name) for name in loaded.observations},
        }
        if found is not None:
            told |= {
                "information": found[0].as_dict() if found[0] else None,
                "base_rates": [b.as_dict() for b in found[1]],
            }
        print(encoder.dumps(told, indent=1))
        return
    tell(*summary_lines(loaded, full=True))
    for series in loaded.series.values():
        tell(*series_lines(series))
    for name in loaded.observations:
        tell(*observation_lines(loaded, name))
    if every:
        print("defaults of the package:")
        for row in table:
            if row["state"] == "default":
                tell(f"    {row['key']}: {row['value']}  ({row['meaning']})")
    guessed = [row["key"] for row in table if row["state"] == "guessed"]
    if guessed:
        tell(
            f"guessed (an assumption or invention, no source): {len(guessed)} of {sum(r['state'] != 'default' for r in table)}"
        )
    if found is not None:
        from forbear.discovery.lookup import lookup_lines
        from forbear.validation.base_rates import base_rate_lines

        tell(*lookup_lines(found[0]) if found[0] else ["nothing is guessed that could be varied"])
        tell(*base_rate_lines(found[1]))
    elif guessed:
        tell(f"which of them to look up first: forbear check {scenario} --information")
    tell(f"{problem.steps} steps of {problem.step:g} week; scenario hash {problem.hash[:16]}")
    print(f"{loaded.name}: no faults")


def _information(loaded: Any, draws: int, seed: int, workers: int | None) -> tuple[Any, list[Any]]:
    """Guessed facts in order of worth, and the plan beside the record, from a posterior where there is one."""
    posterior = Posterior.of(loaded)
    parameters = posterior.parameters if posterior is not None else None
    found = look_up_first(loaded, parameters=parameters, draws=draws, seed=seed, workers=workers, meter=meter())
    many = 512
    given = parameters(many) if parameters else None
    ensemble = simulate(loaded.problem(), members=many, seed=seed, workers=workers, parameters=given)
    return found, base_rates(loaded, ensemble.healthy)
