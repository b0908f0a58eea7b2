"""`forbear claims`: every claim of an argument and its rival, tested; `forbear claims show H2` one of them, traced."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Cluster, Given, Members, Named, Seed, Workers
from forbear.ensemble.places import using
from forbear.questions.odds_on_record import odds_on_record
from forbear.questions.stamps import stale_answers
from forbear.questions.verdict_lines import claim_lines, verdict_table
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.claims import FILE, check_claims, default_file, one_claim, power_of, test_claims

app = typer.Typer(
    add_completion=False, no_args_is_help=False, pretty_exceptions_enable=False, invoke_without_command=True
)


@app.callback()
def claims(
    context: typer.Context,
    scenario: Named = "iraq-2003",
    more: Annotated[
        list[Path] | None, typer.Option("--file", help="a claim file of your own, or a folder of them")
    ] = None,
    given: Given = None,
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
    members: Members = 128,
    replications: Annotated[
        int | None, typer.Option(help="replications: runs of each draw; 3, or 1 with --quick, when absent", min=1)
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="fewer runs, for a first look: shares of draws are then coarse")
    ] = False,
    seed: Seed = 1,
    to: Annotated[Path | None, typer.Option(help="all numbers as JSON; NAME-answers.json when absent")] = None,
    check: Annotated[bool, typer.Option("--check", help="only read the files and say what is wrong with them")] = False,
    workers: Workers = None,
    cluster: Cluster = None,
) -> None:
    """Test every claim and its rival: the counterfactual, its effect, the verdict, and what would change it."""
    context.obj = {"scenario": scenario, "more": more or []}
    if context.invoked_subcommand is not None:
        return
    opened = scenario_of(scenario)
    if check:
        known, strategies = check_claims(opened, more or [])
        print(f"{known} claims and {strategies} strategies are well-formed")
        return
    with using(cluster):
        answers = test_claims(
            opened, given=given, claims=more or [], only=only, where=where or [], members=members,
            replications=replications, quick=quick, seed=seed, workers=workers, progress=shown(),
        )  # fmt: skip
    target = to or default_file(opened, only, where)
    answers.write(target)
    tell(*verdict_table(answers))
    one = next(iter(answers.claims), "NAME")
    files = "".join(f"--file {path} " for path in more or [])
    place = "" if to is None and target.name == f"{opened.problem().name}-{FILE}" else f" --answers {target}"
    print(f"\n{target}")
    tell(f"one claim with its trace: forbear claims -s {scenario} {files}show {one} --trace{place}")


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
    opened = scenario_of(context.obj["scenario"])
    found = one_claim(opened, name, context.obj["more"], answers)
    stale, power = stale_answers(found, opened), power_of(opened)
    wars = odds_on_record(opened, found).of(name)
    tell(*claim_lines(found, name, trace=trace, stale=stale, scenario=opened, power=power, wars=wars))
