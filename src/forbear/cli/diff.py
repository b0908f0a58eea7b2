"""`forbear diff A B`: what differs between two scenarios."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from forbear.scenario.difference import diff
from forbear.workflow.written import as_json


def command(
    first: Annotated[str, typer.Argument(help="a scenario file, its folder, or a name of the library")],
    second: Annotated[str, typer.Argument(help="the other")],
    json: Annotated[bool, typer.Option("--json", help="print the rows as JSON")] = False,
) -> None:
    """What differs between two scenarios: a sentence and a table."""
    found = diff(first, second)
    if json:
        print(as_json({"sentence": found.sentence, "rows": found.table()}))
        return
    print(found.sentence)
    if not found:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    rows = found.table()
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(row[column] for column in columns))
    Console(soft_wrap=False, highlight=False, markup=False).print(table)
