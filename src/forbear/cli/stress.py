"""`forbear stress`: strategies under every draw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")] = "iraq-2003",
    strategies: Annotated[
        str | None, typer.Option(help="names, comma-separated; all when absent (HISTORY and NEVER always)")
    ] = None,
    file: Annotated[list[Path] | None, typer.Option(help="a strategy file of your own")] = None,
    outcome: Annotated[str, typer.Option(help="what a strategy fails by")] = "deaths",
    fails_beyond: Annotated[
        float | None, typer.Option(help="the level beyond which it has failed; history's median when absent")
    ] = None,
    threshold: Annotated[list[str] | None, typer.Option(help="good enough: deaths=50000 (several)")] = None,
    draws: Annotated[int, typer.Option(help="draws of the uncertainties", min=16)] = 256,
    prior: Annotated[bool, typer.Option("--prior", help="all of the prior's futures instead of the posterior")] = False,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    to: Annotated[Path | None, typer.Option(help="all numbers as JSON")] = None,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
    cluster: Annotated[str | None, typer.Option(help="a dask scheduler (tcp://host:8786), or local:2")] = None,
) -> None:
    """Objectives apart, regret, satisficing, Pareto set; where strategies fail; what moves the outcome; what is worth knowing."""
    import json

    from forbear.cli.screen import meter
    from forbear.discovery.stress import stress
    from forbear.ensemble.places import using
    from forbear.errors import ScenarioError, nearest
    from forbear.inference.posterior import Posterior
    from forbear.questions.worlds import Worlds
    from forbear.scenario import Scenario
    from forbear.scenario.casefiles.policies import load_strategies
    from forbear.scenario.outcomes import OBJECTIVES, OUTCOMES

    loaded = Scenario.load(scenario)
    known = load_strategies(loaded, file or [])
    if outcome not in OUTCOMES:
        raise ScenarioError(
            "E241", f"no outcome {outcome!r}", hint=f"did you mean {nearest(outcome, OUTCOMES) or ', '.join(OUTCOMES)}?"
        )
    names = (
        list(known)
        if strategies is None
        else ["HISTORY", *(n for n in ("NEVER",) if n in known), *(n.strip() for n in strategies.split(","))]
    )
    for name in names:
        if name not in known:
            raise ScenarioError(
                "E241",
                f"no strategy is called {name!r}",
                hint=f"did you mean {nearest(name, known) or ', '.join(known)}?",
            )
    levels = {}
    for text in threshold or []:
        key, _, value = text.partition("=")
        try:
            levels[key] = float(value)
        except ValueError:
            raise ScenarioError("E240", f"{text!r} is no threshold", hint="deaths=50000") from None
        if key not in OBJECTIVES:
            raise ScenarioError("E241", f"{key!r} is no objective", hint=", ".join(OBJECTIVES))
    posterior = None if prior else Posterior.of(loaded)
    outcomes = tuple(
        dict.fromkeys(
            [
                *OBJECTIVES,
                outcome,
                "success",
                "order",
                "inclusion",
                "services",
                "force",
                "unsustainable",
                "violence_at_end",
            ]
        )
    )
    shown = meter()
    worlds = Worlds.of(
        loaded, posterior, draws=draws, lucks=1, seed=seed, outcomes=outcomes, workers=workers, meter=shown
    )
    with using(cluster):
        found = stress(
            worlds,
            {n: known[n] for n in dict.fromkeys(names)},
            outcome=outcome,
            fails_beyond=fails_beyond,
            thresholds=levels or None,
            seed=seed,
        )
    print(
        f"{worlds.draws} {'posterior' if posterior else 'prior'} draws; good enough: "
        + ", ".join(f"{k} {v:.2g}" for k, v in found["thresholds"].items())
    )
    print(
        f"{'strategy':<26}{'deaths':>24}{'soldiers':>16}{'billion $':>16}{'order':>7}{'pareto':>8}{'enough':>8}{'p90 regret, deaths':>20}"
    )
    for name, row in found["rows"].items():
        spans = {o: row["outcomes"][o] for o in ("deaths", "intervener_deaths", "cost")}
        words = [f"{v[0]:,.2g} to {v[4]:,.2g}" if v[4] < 1e3 else f"{v[0]:,.0f} to {v[4]:,.0f}" for v in spans.values()]
        tail = (
            "  by assumption: a band, not ranked"
            if row["assumed"]
            else f"{row['pareto']:>8.0%}{row['satisficing']:>8.0%}{row['regret']['deaths']['p90']:>20,.0f}"
        )
        print(f"{name:<26}{words[0]:>24}{words[1]:>16}{words[2]:>16}{_mean(row):>7}{tail}")
    print(f"no strategy at all is good enough in {found['nothing_satisfices']:.0%} of draws")
    for name, boxes in found["boxes"].items():
        if boxes["box"]:
            limits = "; ".join(
                f"{limit['name']} {limit['low'] or 0:.2f} to {limit['high'] if limit['high'] is not None else 1:.2f}"
                for limit in boxes["box"]["limits"]
            )
            print(
                f"{name} fails ({outcome} beyond {found['failure']['level']:,.3g}) in {boxes['share']:.0%}; {boxes['box']['density']:.0%} of draws in the box: {limits}"
            )
    if "information" in found:
        worth = found["information"]
        rows = ", ".join(f"{r['name']} {r['value']:,.2g}" for r in worth["rows"]) or "no single parameter"
        print(
            f"worth knowing for {' against '.join(worth['pair'])} ({outcome}): {rows}; everything {worth['perfect']:,.2g}"
        )
    if to is not None:
        to.write_text(json.dumps(found, indent=1, default=float), encoding="utf-8")
        print(to)


def _mean(row: dict) -> str:  # type: ignore[type-arg]
    low, _, middle, _, high = row["outcomes"]["order"]
    return f"{middle:.0%}"
