"""`forbear compare`: two policies over the same draws with the same luck."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")],
    change: Annotated[
        list[str],
        typer.Argument(help="a strategy of the scenario (MORE-150), a scenario, or settings room.lever=value"),
    ],
    against: Annotated[str, typer.Option(help="a strategy to compare with")] = "HISTORY",
    prior: Annotated[bool, typer.Option("--prior", help="prior draws even where there is a posterior")] = False,
    draws: Annotated[int, typer.Option(help="draws of the uncertainties", min=8)] = 128,
    lucks: Annotated[int, typer.Option(help="members for each draw", min=1)] = 4,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    csv: Annotated[Path | None, typer.Option(help="effects as CSV")] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Effects with intervals and the chance of each direction, by outcome and by year. Where force is added, also as far as it can be raised."""
    from forbear.cli.screen import meter
    from forbear.errors import ScenarioError, nearest
    from forbear.inference.posterior import Posterior
    from forbear.questions.compare import compare
    from forbear.scenario import Scenario
    from forbear.scenario.casefiles.policies import load_strategies
    from forbear.scenario.outcomes import OBJECTIVES

    loaded = Scenario.load(scenario)
    known = load_strategies(loaded)

    def policy(words: list[str]) -> tuple[str, Scenario]:
        if all("=" in w for w in words):
            return " ".join(words), loaded.with_settings(words)
        if len(words) == 1 and words[0] in known:
            return words[0], known[words[0]].apply(loaded)
        if len(words) == 1 and (Path(words[0]).exists()):
            other = Scenario.load(words[0])
            return other.name, other
        raise ScenarioError(
            "E241",
            f"no strategy is called {' '.join(words)!r}",
            hint=f"did you mean {nearest(words[0], known) or ', '.join(known)}?",
        )

    base, changed = policy([against]), policy(change)
    shown = meter()
    posterior = None if prior else Posterior.of(loaded)
    if posterior is None:
        shown.say("prior draws: what the model allows before any data")
    outcomes = (*OBJECTIVES, "order", "force", "unsustainable")
    pairs = [changed]
    grown = changed[1].problem().levers["force"].max() > base[1].problem().levers["force"].max()
    if grown and not changed[1].problem().levers["feasible"].any():
        pairs.append((f"{changed[0]} (as far as it can be raised)", changed[1].with_levers({"intervener.feasible": 1})))
    rows = []
    for name, other in pairs:
        found = compare(
            base[1],
            other,
            given=posterior,
            draws=draws,
            lucks=lucks,
            seed=seed,
            outcomes=outcomes,
            names=(base[0], name),
            workers=workers,
        )
        print("\n".join(found.lines()) + "\n")
        before, after = found.deaths
        print(
            "civilian deaths by year, median ratio: "
            + ", ".join(
                f"{y}: {_median((a + 1) / (b + 1)):.2g}" for y, a, b in zip(found.years, after, before, strict=True)
            )
            + "\n"
        )
        rows += [{"policy": name, **effect.as_dict()} for effect in found.effects.values()]
    if csv is not None:
        import pandas as pd

        pd.DataFrame(rows).to_csv(csv, index=False)
        print(csv)


def _median(values: object) -> float:
    import numpy as np

    return float(np.nanmedian(np.asarray(values)))
