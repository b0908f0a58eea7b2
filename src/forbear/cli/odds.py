"""`forbear atlas odds`: how far other wars and studies move odds of claims; `forbear atlas weigh`: compute it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.cli.options import Members, Seed, Workers
from forbear.questions.odds_on_record import FILE, odds_file
from forbear.questions.odds_words import claim_rows, detail_lines, odds_summary, source_rows, spread_rows
from forbear.questions.stamps import stale_odds
from forbear.spreadsheets import csv_text
from forbear.words import columns, laid_out
from forbear.workflow.arguments import scenario_of, shown
from forbear.workflow.odds import read_odds, record_odds

__all__ = ["odds", "weigh"]

Scenario = Annotated[str, typer.Argument(help="a scenario of the library, or a path")]
NEVER = "No verdict is made of this: the record did not beat the base rate, and no study weighs a draw (docs: record)."


def odds(
    scenario: Scenario = "iraq-2003",
    claim: Annotated[str | None, typer.Option(help="one claim, source by source")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every factor as CSV and nothing else.")] = False,
    file: Annotated[
        Path | None, typer.Option(help="written by `forbear atlas weigh`; that on record when absent")
    ] = None,
) -> None:
    """Print how far the record of other wars and the studies would move the odds of every claim."""
    opened = scenario_of(scenario)
    found = read_odds(opened, file)
    if found is None:
        tell(f"nobody has computed this for {opened.name}: forbear atlas weigh {scenario}")
        return
    if as_csv:
        head = ("claim", "source", "draws", "side", "before", "after", "factor", "log_error", "effective")
        table = [
            (name, source, draws, side, at.before[k], at.after[k], at.factor[k], at.error[k], at.effective)
            for name, one in found.claims.items()
            for source, shifts in one.moved.items()
            for draws, at in shifts.items()
            for k, side in enumerate(("claim", "rival", "neither"))
        ]
        print(csv_text(head, table), end="")
        return
    stale = stale_odds(found, opened)
    if stale:
        tell(f"OUT OF DATE: made with another {', '.join(stale)}: forbear atlas weigh {scenario}")
    if claim is not None:
        found[claim]  # says that there is none
        tell(*detail_lines(found, claim))
        return
    width = columns()
    for title, rows in (("", claim_rows), ("\nTau, and dropping each case", spread_rows), ("\nDraws", source_rows)):
        if title:
            print(title)
        print("\n".join(laid_out(*rows(found), width)))
    tell("", *odds_summary(found), NEVER)


def weigh(
    scenario: Scenario = "iraq-2003",
    members: Members = 128,
    replications: Annotated[
        int | None, typer.Option(help="replications: runs of each draw; as `forbear claims` when absent", min=1)
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="fewer runs, for a first look")] = False,
    theories: Annotated[
        bool, typer.Option(help="run rival structures, too, and rule every claim again under each source")
    ] = True,
    to: Annotated[
        Path | None, typer.Option(help="the file; that of the library, or beside a scenario of your own, when absent")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="folder that keeps finished runs: what was stopped goes on")
    ] = None,
    seed: Seed = 1,
    workers: Workers = None,
) -> None:
    """Weigh the draws behind every claim by the record and by each study, and write how far odds move."""
    opened = scenario_of(scenario)
    found = record_odds(
        opened,
        members=members,
        replications=replications,
        quick=quick,
        theories=theories,
        seed=seed,
        store=store,
        workers=workers,
        progress=shown(),
    )
    target = found.write(to or odds_file(opened) or Path(FILE))
    tell(*odds_summary(found), NEVER)
    print(target)
