"""`forbear claims`: every claim of an argument and its rival, tested; `forbear claims show H2` one of them, traced."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, invoke_without_command=True
)
FILE = "answers.json"


@app.callback()
def claims(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Option("--scenario", "-s", help="a scenario of the library or a path")
    ] = "iraq-2003",
    more: Annotated[
        list[Path] | None, typer.Option("--file", help="a claim file of your own, or a folder of them")
    ] = None,
    prior: Annotated[
        bool, typer.Option("--prior", help="do not use the posterior: nothing is then tested against data")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="test this claim alone, with the strategies it needs (several)")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            help='keep the posterior draws in which this holds: "dismissed_join<0.1", an assumption of yours (several)',
        ),
    ] = None,
    draws: Annotated[int, typer.Option(help="posterior draws", min=8)] = 128,
    quick: Annotated[
        bool, typer.Option("--quick", help="fewer runs, for a first look: shares of draws are then coarse")
    ] = False,
    seed: Annotated[int, typer.Option(help="the same seed gives the same bits", min=0)] = 1,
    to: Annotated[Path | None, typer.Option(help="all numbers as JSON; NAME-answers.json when absent")] = None,
    check: Annotated[bool, typer.Option("--check", help="only read the files and say what is wrong with them")] = False,
    workers: Annotated[int | None, typer.Option(help="threads; all processors when absent", min=1)] = None,
    cluster: Annotated[str | None, typer.Option(help="a dask scheduler (tcp://host:8786), or local:2")] = None,
) -> None:
    """Test every claim and its rival: the counterfactual, its effect, the verdict, and what would change it."""
    context.obj = {"scenario": scenario, "more": more or []}
    if context.invoked_subcommand is not None:
        return
    from dataclasses import replace

    from forbear.cli.screen import meter
    from forbear.ensemble.places import using
    from forbear.inference.posterior import Posterior
    from forbear.questions.verdict_lines import verdict_table
    from forbear.scenario import Scenario
    from forbear.scenario.casefiles.policies import load_claims, load_strategies
    from forbear.workflow.battery import QUICK, Effort, answer

    loaded = Scenario.load(scenario)
    if check:
        found = load_claims(loaded, more or [])
        for strategy in load_strategies(loaded).values():
            strategy.apply(loaded).problem()
        print(f"{len(found)} claims and {len(load_strategies(loaded))} strategies are well-formed")
        return
    shown = meter()
    posterior = None if prior else Posterior.of(loaded)
    if posterior is None:
        shown.say("no posterior: nothing is tested against data, and no verdict can be more than 'not identified'")
    else:
        stale = posterior.stale(loaded, loaded.problem())
        if stale:
            shown.say(f"the posterior was made with another {', '.join(stale)}: run `forbear fit {scenario}` again")
    with using(cluster):
        answers = answer(
            loaded,
            posterior,
            claims=more or [],
            effort=replace(QUICK if quick else Effort(), draws=draws),
            attribution=False,
            seed=seed,
            workers=workers,
            progress=shown,
            only=only,
            where=where or [],
        )
    name = loaded.problem().name
    # a few claims by themselves do not overwrite the answers to all of them
    target = to or Path(f"{name}-answers{'-only-' + '-'.join(only) if only else '-where' if where else ''}.json")
    answers.save(target)
    print("\n".join(verdict_table(answers.as_dict())))
    one = next(iter(answers.tested), "NAME")
    files = "".join(f"--file {path} " for path in more or [])
    place = "" if to is None and target.name == f"{name}-{FILE}" else f" --answers {target}"
    print(f"\n{target}   one claim with its trace: forbear claims -s {scenario} {files}show {one} --trace{place}")


@app.command()
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="a claim, such as H2")],
    trace: Annotated[bool, typer.Option("--trace", help="where every number comes from")] = False,
    answers: Annotated[
        Path | None, typer.Option(help="a file written by `forbear claims`; the one on record when absent")
    ] = None,
) -> None:
    """One claim: both statements, the test, the effect, the verdict, the evidence beside it."""
    from forbear.errors import ScenarioError, nearest
    from forbear.questions.verdict_lines import claim_lines
    from forbear.scenario import Scenario
    from forbear.scenario.casefiles.policies import load_claims

    loaded = Scenario.load(context.obj["scenario"])
    data = _on_record(loaded, answers)
    known = load_claims(loaded, context.obj["more"])
    if name not in data["claims"] and name not in known:
        raise ScenarioError(
            "E241", f"no claim is called {name!r}", hint=f"did you mean {nearest(name, known) or ', '.join(known)}?"
        )
    if name not in data["claims"]:
        raise ScenarioError("E243", f"{name} has not been tested", hint="run: forbear claims")
    print("\n".join(claim_lines(data, name, loaded, trace=trace)))


def _on_record(scenario: Any, path: Path | None) -> dict[str, Any]:
    from forbear.errors import FileError

    beside = Path(scenario.file).parent / FILE if scenario.file else Path(FILE)
    here = Path(f"{scenario.problem().name}-{FILE}")
    chosen = path or (here if here.exists() else beside)
    if not chosen.exists():
        raise FileError("E101", f"{chosen} does not exist", hint="run: forbear claims")
    return dict(json.loads(chosen.read_text(encoding="utf-8")))
