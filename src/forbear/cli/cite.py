"""`forbear cite`: how to cite the program and the data."""

from __future__ import annotations

from typing import Annotated

import typer

from forbear.workflow.library import cite


def command(
    scenario: Annotated[
        str | None, typer.Argument(help="also the sources of this scenario and of the series beside it")
    ] = None,
) -> None:
    """Print BibTeX of the program, the argument it was begun for, the methods, and the data sources of a scenario."""
    print(cite(scenario))
