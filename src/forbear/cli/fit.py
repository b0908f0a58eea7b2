"""`forbear fit`: learn a scenario's uncertainties from its observations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="a scenario of the library or a path")],
    quick: Annotated[bool, typer.Option("--quick", help="a few minutes; marked as quick wherever it is shown")] = False,
    until: Annotated[
        str | None, typer.Option(help="learn only from what was observed before this month, 2007-01")
    ] = None,
    stages: Annotated[str, typer.Option(help="a leading part of scout,refine,validate")] = "scout,refine,validate",
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    store: Annotated[
        Path | None, typer.Option(help="folder of finished work; NAME.fit when absent: a stopped fit goes on")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="the posterior; posterior.npz beside a scenario of your own, else NAME-posterior.npz"),
    ] = None,
    structure: Annotated[
        str, typer.Option(help="full, or a rival structure: no-occupation, no-exclusion, no-fear, no-information")
    ] = "full",
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
) -> None:
    """Learn from data in stages: scout, refine, validate. Each stage has a gate that refuses a bad result."""
    from forbear.cli.screen import meter
    from forbear.errors import FitError, nearest
    from forbear.inference.fit import STAGES, fit
    from forbear.inference.plan import load_plan
    from forbear.inference.posterior import FILE
    from forbear.inference.settings import QUICK
    from forbear.inference.structures import with_structure
    from forbear.scenario import Scenario

    wanted = [s.strip() for s in stages.split(",") if s.strip()]
    for stage in wanted:
        if stage not in STAGES:
            raise FitError(
                "E609", f"no stage is called {stage!r}", hint=f"did you mean {nearest(stage, STAGES) or STAGES[0]}?"
            )
    loaded = with_structure(Scenario.load(scenario), structure)
    plan = load_plan(loaded)  # a scenario may ask for a coarser fit, and for one that stops where its hold-out begins
    settings = QUICK if quick else plan.effort
    whole = until is None
    until = until or plan.until
    shown = meter()
    if settings.name == "coarse" or (whole and until):
        shown.say(
            f"as validation.toml asks: a {settings.name} fit"
            + (f" to what was observed before {until}" if until else "")
        )
    shown.say(f"at most {settings.runs:,} runs of the model; stop at any time, the same command goes on")
    folder = store or Path(f"{loaded.problem().name}.fit{'-quick' if quick else ''}")
    found = fit(
        loaded, settings=settings, stages=wanted, until=until, seed=seed, store=folder, workers=workers, progress=shown
    )
    beside = Path(loaded.file).parent if loaded.file else Path()
    own = "site-packages" not in str(beside) and Path(__file__).parents[1] not in beside.parents
    target = to or (
        beside / FILE if own and whole and structure == "full" else Path(f"{loaded.problem().name}-posterior.npz")
    )
    found.save(target)
    refine, facts = found.notes.get("refine", {}), found.facts
    print(
        f"{target}: {len(found)} draws of {len(found.space)} uncertainties, {found.notes['runs']:,} runs in {found.notes['seconds']} s"
    )
    if refine:
        places = refine["modes"]["count"]
        print(
            f"{refine['distinct']:,} distinct draws; {refine['effective']:.0f} effective of the log likelihood, {refine['effective_median']:.0f} of the median "
            f"uncertainty; noise of the log likelihood {refine['noise']:.1f}; {places} place{'s' if places > 1 else ''} found by the scouts"
        )
        if refine["rhat_90"] is not None and refine["rhat_90"] == refine["rhat_90"]:
            print(
                f"R-hat between scouts: {refine['rhat_90']:.2f} at the 90th percentile of uncertainties, {refine['rhat_largest']:.2f} at most"
            )
        for fault in refine["faults"]:
            print(f"not to be trusted: {fault}")
    if "validate" in found.notes:
        print(f"{found.notes['validate']['inside']:.0%} of the data's numbers inside the central 90 per cent")
    if facts is not None and facts.results:
        held = sum(r.holds for r in facts.results)
        print(
            f"{held} of {len(facts.results)} facts of history hold: the gate of {facts.gate:.0%} {'is passed' if facts.passed else 'is NOT passed'}"
        )
        for missed in facts.missed:
            print(f"  missed: {missed.words}")
    if found.quick:
        print("a QUICK fit: for a first look, not for results")
    elif settings.name != "full":
        print(f"a {settings.name.upper()} fit: fewer draws and moves than a full one; its numbers are rougher")
