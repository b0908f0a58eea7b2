"""`forbear search`: look for robust strategies within feasible levers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario with search.toml beside it")] = "iraq-2003",
    evaluations: Annotated[int, typer.Option(help="strategies tried", min=24)] = 240,
    draws: Annotated[int, typer.Option(help="draws that each strategy is tried in", min=8)] = 48,
    prior: Annotated[bool, typer.Option("--prior", help="prior draws even where there is a posterior")] = False,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    to: Annotated[Path | None, typer.Option(help="all solutions as CSV")] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Many-objective search (NSGA-II) over feasible levers; what is found stands beside the named strategies and never intervening."""
    from forbear.cli.screen import meter
    from forbear.discovery.search import OBJECTIVES, load_variables, search
    from forbear.inference.posterior import Posterior
    from forbear.questions.worlds import Worlds
    from forbear.scenario import Scenario
    from forbear.scenario.casefiles.policies import load_strategies
    from forbear.scenario.outcomes import OUTCOMES

    loaded = Scenario.load(scenario)
    variables = load_variables(loaded)
    posterior = None if prior else Posterior.of(loaded)
    worlds = Worlds.of(
        loaded, posterior, draws=draws, lucks=1, seed=seed, outcomes=OBJECTIVES, workers=workers, meter=meter()
    )
    found = search(worlds, variables, load_strategies(loaded), evaluations=evaluations, seed=seed)
    print(
        f"{found.evaluations} strategies in {worlds.draws} {'posterior' if posterior else 'prior'} draws, seed {seed}; bad end of each objective (worst tenth)"
    )
    print("  ".join(f"{OUTCOMES[o].title}" for o in found.names))
    for values, reached in zip(found.values[:12], found.objectives[:12], strict=True):
        print(
            "  ".join(f"{v:>10,.3g}" for v in reached)
            + "   "
            + ", ".join(f"{v.name} {x:.2f}" for v, x in zip(found.variables, values, strict=True))
        )
    print(
        "\nnamed strategies (worlds without the war are bands by assumption), and how many of those found are better on all objectives"
    )
    for name, reached in sorted(found.named.items(), key=lambda kv: kv[1][0]):
        note = "by assumption" if name.startswith("NEVER") else f"beaten by {found.beaten[name]}"
        print("  ".join(f"{v:>10,.3g}" for v in reached) + f"   {name}   {note}")
    if to is not None:
        import pandas as pd

        table = pd.DataFrame(found.values, columns=[v.name for v in found.variables])
        for k, objective in enumerate(found.names):
            table[objective] = found.objectives[:, k]
        table.to_csv(to, index=False)
        print(to)
