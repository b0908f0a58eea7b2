"""`forbear atlas`: interventions since 1898 on one page; `show CASE`: every number with source and grade; `foreseen`:
what the model would have expected of each from the others; `fit`: make that record again; `odds` and `weigh`: how far
it moves claims (see `cli/odds.py`)."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from forbear.cli.lines import tell
from forbear.cli.odds import odds, weigh
from forbear.cli.options import Seed, Workers
from forbear.evidence.atlas import GRADES, Case, Fact, agreement, atlas, case, second_coding
from forbear.inference.record import RecordPrior, about, absence
from forbear.report.atlas.telling import chances_and_came, fact_lines, foreseen_sentence, judged, spans_and_came
from forbear.validation.record_words import verdict_on_record
from forbear.workflow.arguments import shown
from forbear.workflow.record import fit_record

__all__ = ["app"]

app = typer.Typer(help="Interventions since 1898: what was attempted, with what force, and what came of it.")
app.command()(odds)
app.command()(weigh)
WORDS = {"limited_violence": "unrest", "civil_war": "war", "not_applicable": "-", "not_observed": "-", "": "?"}
#: Below this many columns the ranges are left out, so that a case stays on one line.
WIDE = 100
FIELDS = ("case", "quantity", "of", "value", "low", "high", "unit", "date", "grade", "title", "address", "note")


@app.callback(invoke_without_command=True)
def listed(
    context: typer.Context,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print every fact of every case as CSV and nothing else.")
    ] = False,
) -> None:
    """Print one line a case; with --csv every fact of every case."""
    if context.invoked_subcommand is not None:
        return
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(FIELDS)
        for entry in atlas():
            writer.writerows([entry.name, *(getattr(fact, name) for name in FIELDS[1:])] for fact in entry.facts)
        return
    console = Console(highlight=False, markup=False)
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 1, 0, 0))
    wide = console.width >= WIDE
    table.add_column("case", no_wrap=True)
    for name in ("years", "per\n1,000", *(("range",) if wide else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("at 5", "at 10", "after", "dem."):
        table.add_column(name, no_wrap=True)
    for name in ("theirs", "locals", "seen"):
        table.add_column(name, justify="right", no_wrap=True)
    for entry in atlas():
        table.add_row(*_line(entry, wide))
    console.print(table)
    console.print(
        "\nper 1,000: most soldiers for every thousand inhabitants. at 5, at 10: order so many years after the start; "
        "after: five years after the end.\ndem.: democracy ten years after the start. theirs, locals: the intervener's "
        "soldiers killed, and inhabitants killed (order of magnitude).\nseen: share of the case's facts that were read "
        "in print or in a table; the rest is recalled, with wide ranges. No verdict rests on this page.\n"
        "forbear atlas show CASE   every number with its source and grade\n"
        "forbear atlas foreseen    what the model would have expected of each case from the others\n"
        "forbear atlas odds        how far other wars and studies would move the odds of every claim"
    )


def _line(entry: Case, wide: bool) -> list[str]:
    density = entry.per_1000
    years = f"{entry.years:.1f}" + ("+" if entry.ongoing else "")
    middle = [short(density[0])] if density else ["?"]
    if wide:
        middle.append(f"{short(density[1])}-{short(density[2])}" if density else "")
    orders = [
        WORDS.get(word, word)
        for word in (entry.word("order_5y"), entry.word("order_10y"), entry.word("order_5y_after_end"))
    ]
    dead = [_count(entry.one("intervener_dead")), _magnitude(entry.one("local_dead"))]
    return [
        entry.name,
        years,
        *middle,
        *orders,
        {"unknown": "?"}.get(entry.democracy, entry.democracy),
        *dead,
        f"{entry.seen:.0%}",
    ]


def short(value: float) -> str:
    """Two digits below ten, whole above."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _count(fact: Fact | None) -> str:
    return f"{fact.number:,.0f}" if fact and fact.number is not None else "?"


def _magnitude(fact: Fact | None) -> str:
    """An order of magnitude: below ten, tens, hundreds and so on."""
    if fact is None or fact.number is None:
        return "?"
    power = len(f"{max(fact.number, 1):.0f}") - 1
    return ("<10", "10s", "100s", "1000s", "10k", "100k", "1M")[min(power, 6)]


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of the case, as `forbear atlas` lists it.")]) -> None:
    """Print every number of a case with range, date, grade and source; and what a second coding said."""
    entry = case(name)
    console = Console(highlight=False, markup=False)
    console.print(f"{entry.title}: {entry.intervener} in {entry.place}", style="bold")
    grades = [(grade, sum(fact.grade == grade for fact in entry.facts)) for grade in GRADES]
    console.print("grades: " + ", ".join(f"{grade} {count}" for grade, count in grades if count))
    for fact in entry.facts:
        tell(fact_lines(fact))
    for row in second_coding():
        if row["case"] == name:
            told = f"{row['second']} (first: {row['first']}); {row['text']}: {row['reason']}"
            tell(f"second coding of {row['quantity']}: {told}")
    found = judged().get(name)
    if found is not None:
        tell(f"\nforeseen from the other cases: {foreseen_sentence(found)}")
    tell(f"\nas a scenario: forbear check atlas/{name}")


@app.command()
def coding() -> None:
    """Print how far a second coding agrees with the first, and every word of both with its reason."""
    for one in agreement():
        tell(f"{one.quantity}: {one.same} of {one.cases} the same, Cohen's kappa {one.kappa:.2f}")
    for row in second_coding():
        beside = "" if row["first"] == row["second"] else f" (first: {row['first']})"
        tell(f"  {row['case']}, {row['quantity']}: {row['second']}{beside}; {row['reason']}")


@app.command()
def foreseen(
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the forecasts as CSV and nothing else.")] = False,
    parameters: Annotated[int, typer.Option(help="so many shared parameters that other wars moved most", min=0)] = 8,
) -> None:
    """Print what the model would have expected of each case, knowing only the others, beside what came."""
    rows = list(judged().values())
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("case", "question", "record", "prior", "base rate", "came"))
        for row in rows:
            for question in ("calm", "war"):
                told = row[question]
                writer.writerow(
                    (row["case"], question, *(told.get(name) for name in ("record", "prior", "base rate", "came")))
                )
        return
    console = Console(highlight=False, markup=False)
    if not rows:
        console.print(f"{absence() or 'no case was foreseen'}: forbear atlas fit makes it")
        return
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 1, 0, 0))
    table.add_column("case", no_wrap=True)
    for name in ("calm\nat 5", "came", "war", "came", "local dead\n90 %", "came", "their\ndead", "came"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row["case"], *chances_and_came(row), *spans_and_came(row))
    console.print(table)
    console.print(
        "\ncalm at 5, war: chance that the model gives, knowing the other cases only; dead: central nine tenths."
    )
    if absence():
        console.print(absence())
    tell("\n".join(verdict_on_record(about())))
    if parameters and not absence():
        record = RecordPrior.require("meadow")
        console.print("\nParameters that all cases together moved most (score; the prior is 0 ± 1):")
        for name, mean, sd, spread in record.moved[:parameters]:
            console.print(f"  {name}: {mean:+.2f} ± {sd:.2f}, spread between wars {spread:.2f}")


@app.command()
def fit(
    to: Annotated[Path | None, typer.Option(help="the record; the file that ships when absent")] = None,
    draws: Annotated[int, typer.Option(help="draws under which every case is run", min=64)] = 1024,
    judged: Annotated[
        int, typer.Option(help="fewest effective draws of a case foreseen from the others; else it is run anew", min=32)
    ] = 128,
    studied: Annotated[
        int, typer.Option(help="draws with no soldiers staying, for studies that compare; 0: none", min=0)
    ] = 256,
    seed: Seed = 1,
    store: Annotated[Path | None, typer.Option(help="folder that keeps finished cases: a stopped fit goes on")] = None,
    workers: Workers = None,
) -> None:
    """Fit shared parameters to the outcomes of all cases, foresee each from the others, and write the record."""
    told = fit_record(
        to=to, draws=draws, judged_draws=judged, studied=studied, seed=seed, store=store, workers=workers,
        progress=shown(),
    )  # fmt: skip
    print("\n".join(verdict_on_record(told)))
