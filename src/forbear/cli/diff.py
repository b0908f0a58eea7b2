"""`forbear diff A B`: what differs between two scenarios."""

from __future__ import annotations

from typing import Annotated

import typer

from forbear import words
from forbear.cli.lines import tell
from forbear.scenario.difference import diff
from forbear.words import laid_out
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
    tell(found.sentence)
    if not found:
        return
    rows = found.table()
    columns = [column for column in rows[0] if any(row[column] for row in rows)]
    cells = [
        [row["name"], row["kind"], *(row[column] for column in columns if column not in ("name", "kind"))]
        for row in rows
    ]
    head = ["name", "kind", *(column for column in columns if column not in ("name", "kind"))]
    tell(*laid_out(head, cells, words.columns(), left=len(head)))
