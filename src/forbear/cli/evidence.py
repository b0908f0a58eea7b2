"""`forbear evidence`: list every shipped series; `forbear evidence show NAME`: print it and draw it."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from forbear.evidence import Series

__all__ = ["app"]

app = typer.Typer(help="What is known: every shipped series with span, unit, source, licence and gaps.")
MOST_LINES = 20


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False)


def _publishers(series: Series) -> str:
    return "; ".join(dict.fromkeys(source.publisher for source in series.sources))


def _summary(series: Series) -> dict[str, Any]:
    names = ("name", "title", "what", "unit", "span", "frequency", "gaps", "caveats", "licence", "absent", "sha256")
    return {name: getattr(series, name) for name in names} | {
        "sources": [
            {key: getattr(source, key) for key in ("title", "publisher", "licence", "address")}
            for source in series.sources
        ],
        "columns": [
            {key: getattr(column, key) for key in ("name", "unit", "kind", "meaning")} for column in series.columns
        ],
    }


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the catalogue as JSON.")] = False,
) -> None:
    """List every series: span, unit, source, licence, gaps."""
    if context.invoked_subcommand is not None:
        return
    from forbear.evidence import catalogue

    every = list(catalogue().values())
    if as_json:
        typer.echo(json.dumps([_summary(series) for series in every], ensure_ascii=False, indent=2))
        return
    console = _console()
    for series in every:
        console.print(f"{series.name}", style="bold", end="")
        console.print(f"  {series.title}")
        for label, text in (
            ("span", f"{series.span} ({series.frequency})"),
            ("unit", series.unit),
            ("source", _publishers(series)),
            ("licence", series.licence),
            ("gaps", series.gaps),
        ):
            _paragraph(console, label, text)
    console.print(f"\n{len(every)} series. `forbear evidence show NAME` prints and draws one.")


def _paragraph(console: Console, label: str, text: str) -> None:
    from rich.padding import Padding

    console.print(Padding(f"{label}: {text}", (0, 0, 0, 4)))


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the series, as `forbear evidence` lists it.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the whole table as CSV and nothing else.")] = False,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw into this file (.svg, .png, .pdf).")] = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="Rows of the table to print.")] = 12,
) -> None:
    """Print a series with everything needed to judge it, and draw it."""
    from forbear.evidence import find
    from forbear.evidence import picture as pictures

    series = find(name)
    if plot is not None:
        pictures.plot(series, plot)
    if as_csv:
        _print_csv(series)
        return
    console = _console()
    console.print(f"{series.name}: {series.title}", style="bold")
    for label in ("what", "span", "frequency", "unit", "licence", "gaps", "caveats"):
        _paragraph(console, label, getattr(series, label))
    for source in series.sources:
        parts = (source.publisher, source.title, source.licence, source.address)
        _paragraph(console, "source", "; ".join(part for part in parts if part))
    _paragraph(console, "a missing row means", "nothing was recorded" if series.absent == "zero" else "not known")
    if not series.is_map:
        _print_rows(console, series, rows)
    if plot is not None:
        console.print(f"\ndrawn into {plot}")
    elif series.picture is not None and series.picture.style in ("line", "points", "bar"):
        _print_sparklines(console, series)


def _print_csv(series: Series) -> None:
    if series.is_map:
        typer.echo(series.path.read_text(encoding="utf-8"), nl=False)
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.name for column in series.columns])
    for row in series.rows():
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _print_rows(console: Console, series: Series, most: int) -> None:
    from rich.table import Table

    every = series.rows()
    shown = [column for column in series.columns if column.name not in ("publisher", "address")]
    table = Table(show_edge=False, pad_edge=False)
    for column in shown:
        right = column.kind in ("integer", "number", "year")
        table.add_column(column.name, justify="right" if right else "left", overflow="fold")
    for row in every[:most]:
        table.add_row(*(_cell(row[column.name]) for column in shown))
    console.print()
    console.print(table)
    if len(every) > most:
        console.print(f"... {len(every) - most} more of {len(every)} rows; --csv prints all")
    console.print()
    for column in series.columns:
        _paragraph(console, f"{column.name} [{column.unit}]", column.meaning)


def _print_sparklines(console: Console, series: Series) -> None:
    from forbear.evidence.picture import curves, monthly, sparkline

    lines = [monthly(line, series) for line in curves(series)]
    width = max(len(line.label) for line in lines[:MOST_LINES])
    width = min(width, 30)
    label = series.picture.label if series.picture is not None else ""
    places = [x for line in lines for x in line.x]
    conditions = series.picture.where if series.picture is not None else {}
    narrowed = "".join(f", {key} = {_cell(value)}" for key, value in conditions.items())
    ends = f"{places[0]} to {places[-1]}"
    console.print(f"\n{label}, {ends}{narrowed}; each line from 0 to its own highest value, · is not known")
    for line in lines[:MOST_LINES]:
        highest = max((value for value in line.y if value is not None), default=0.0)
        console.print(f"{line.label[:width]:<{width}} {sparkline(line.y)} {highest:,.6g}", soft_wrap=True)
    if len(lines) > MOST_LINES:
        console.print(f"... {len(lines) - MOST_LINES} more lines")
