"""`forbear evidence`: list every shipped series; `forbear evidence show NAME`: print it and draw it."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import typer.core
from rich.console import Console

from forbear.cli.lines import fitted, tell
from forbear.cli.screen import meter
from forbear.evidence import catalogue, find
from forbear.evidence import picture as pictures
from forbear.evidence.picture import curves, monthly, sparkline
from forbear.files import check_regular
from forbear.scenario.event_counts import counted_lines, declaration, events_of, write_counts
from forbear.scenario.scenario import Scenario
from forbear.scenario.told import observation_lines, series_lines
from forbear.words import columns, laid_out

if TYPE_CHECKING:
    from rich.console import Console

    from forbear.evidence import Series

__all__ = ["app"]


class _OwnOrShipped(typer.core.TyperGroup):
    """`forbear evidence karst`: a first word that is no command names a scenario, whose own series are listed."""

    def resolve_command(self, context: Any, words: list[str]) -> Any:
        if words and words[0] not in self.commands and not words[0].startswith("-"):
            return super().resolve_command(context, ["of", *words])
        return super().resolve_command(context, words)


app = typer.Typer(
    cls=_OwnOrShipped,
    help="What is known: every shipped series with span, unit, source, licence and gaps; or the own series of a SCENARIO.",
)
MOST_LINES = 20


def _console() -> Console:
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
    every = list(catalogue().values())
    if as_json:
        typer.echo(json.dumps([_summary(series) for series in every], ensure_ascii=False, indent=2))
        return
    console = _console()
    for series in every:
        console.print(*fitted([f"{series.name}  {series.title}"]), sep="\n", style="bold", soft_wrap=True)
        for label, text in (
            ("span", f"{series.span} ({series.frequency})"),
            ("unit", series.unit),
            ("source", _publishers(series)),
            ("licence", series.licence),
            ("gaps", series.gaps),
        ):
            _paragraph(label, text)
    console.print(f"\n{len(every)} series. `forbear evidence show NAME` prints and draws one;")
    console.print("`forbear evidence SCENARIO` lists the series of one's own beside a scenario.")


def _paragraph(label: str, text: str) -> None:
    tell(f"    {label}: {text}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of the series, as `forbear evidence` lists it.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the whole table as CSV and nothing else.")] = False,
    plot: Annotated[Path | None, typer.Option("--plot", help="Draw into this file (.svg, .png, .pdf).")] = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="Rows of the table to print.")] = 12,
) -> None:
    """Print a series with everything needed to judge it, and draw it."""
    series = find(name)
    if plot is not None:
        pictures.plot(series, plot)
    if as_csv:
        _print_csv(series)
        return
    console = _console()
    console.print(*fitted([f"{series.name}: {series.title}"]), sep="\n", style="bold", soft_wrap=True)
    for label in ("what", "span", "frequency", "unit", "licence", "gaps", "caveats"):
        _paragraph(label, getattr(series, label))
    for source in series.sources:
        parts = (source.publisher, source.title, source.licence, source.address)
        _paragraph("source", "; ".join(part for part in parts if part))
    _paragraph("a missing row means", "nothing was recorded" if series.absent == "zero" else "not known")
    if not series.is_map:
        _print_rows(series, rows)
    if plot is not None:
        console.print(f"\ndrawn into {plot}")
    elif series.picture is not None and series.picture.style in ("line", "points", "bar"):
        _print_sparklines(console, series)


@app.command(name="of", hidden=True)
def of(
    scenario: Annotated[str, typer.Argument(help="A scenario file, its folder, or a name of the library.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the series of one's own beside a scenario, and what each observation takes from its series."""
    loaded = Scenario.load(scenario)
    if as_json:
        typer.echo(json.dumps([_summary(series) for series in loaded.series.values()], ensure_ascii=False, indent=2))
        return
    for series in loaded.series.values():
        tell(*series_lines(series))
    for name in loaded.observations:
        tell(*observation_lines(loaded, name))
    typer.echo(f"{len(loaded.series)} series of one's own, {len(loaded.observations)} observations")


@app.command(name="from-events")
def from_events(
    file: Annotated[Path, typer.Argument(help="A list of events: a UCDP GED, ACLED or GTD export, or a plain one.")],
    scenario: Annotated[
        str, typer.Option("--in", help="The scenario whose districts and map the events are counted by.")
    ],
    to: Annotated[
        Path, typer.Option("--to", help="Where the counts go; what is kept apart goes to NAME-apart.csv.")
    ] = Path("events.csv"),
    layout: Annotated[
        str | None, typer.Option("--layout", help="ged, acled, gtd or plain; by the columns when absent.")
    ] = None,
    delimiter: Annotated[str, typer.Option("--delimiter", help="What parts fields: a comma, ; tab or |.")] = ",",
    crosswalk: Annotated[
        str | None,
        typer.Option(
            "--crosswalk", help="CSV with the columns name, member, share: what the list's names of places mean."
        ),
    ] = None,
    coarsest: Annotated[
        int | None, typer.Option("--coarsest-place", help="Highest class of place that is counted.", min=1)
    ] = None,
) -> None:
    """Turn a list of events into counts by district and month; nothing is lost, and what is not counted is told."""
    loaded = Scenario.load(scenario)
    shown = meter()
    try:
        check_regular(file)
        with file.open("rb") as stream:
            rows = max(sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 22), b"")) - 1, 1)
    except OSError:
        rows = 1  # why it cannot be read is told below
    shown.start(rows, f"counting {file.name}")
    try:
        counts = events_of(loaded, file, layout=layout, delimiter=delimiter, crosswalk=crosswalk, coarsest=coarsest,
                           progress=shown.advance)  # fmt: skip
    finally:
        shown.finish()
    table, apart = write_counts(counts, to)
    typer.echo("\n".join(counted_lines(counts)))
    typer.echo(
        f"{table}\n{apart}\n\nTo use it, put it beside the scenario and add to its file:\n\n{declaration(counts, table.name)}"
    )


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


def _print_rows(series: Series, most: int) -> None:
    """The first rows. Columns that do not fit on a line stand in a table of their own below, the first one repeated."""
    every = series.rows()
    shown = [column for column in series.columns if column.name not in ("publisher", "address")]
    cells = {c.name: [c.name, *(_cell(row[c.name]) for row in every[:most])] for c in shown}
    for group in _groups({name: max(map(len, column)) for name, column in cells.items()}, columns()):
        head, *rows = zip(*(cells[name] for name in group), strict=True)
        print()
        tell(*laid_out(head, rows, columns()))
    if len(every) > most:
        tell(f"... {len(every) - most} more of {len(every)} rows; --csv prints all")
    print()
    for column in series.columns:
        _paragraph(f"{column.name} [{column.unit}]", column.meaning)


def _groups(wide: dict[str, int], width: int) -> list[list[str]]:
    """Columns in groups that fit on a line, each with the first column at its head."""
    first, *others = wide
    groups, used = [[first]], wide[first]
    for name in others:
        if used + 2 + wide[name] > width and len(groups[-1]) > 1:
            groups.append([first])
            used = wide[first]
        groups[-1].append(name)
        used += 2 + wide[name]
    return groups


def _print_sparklines(console: Console, series: Series) -> None:
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
