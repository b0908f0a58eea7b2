"""`forbear explain E204`: what an error code means and how to mend it."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Annotated

import typer

from forbear.cli.lines import tell
from forbear.errors import Fault, FileError, nearest


def catalogue() -> dict[str, dict[str, str]]:
    """Return every error code with title, meaning, example and mending."""
    return tomllib.loads((files("forbear") / "error_catalogue.toml").read_text(encoding="utf-8"))


def command(code: Annotated[str, typer.Argument(help="a code such as E204; nothing lists all")] = "") -> None:
    """What an error code means and how to mend it."""
    entries = catalogue()
    if not code:
        for known, entry in entries.items():
            print(f"{known}  {entry['title']}")
        return
    wanted = code.strip().upper()
    if wanted not in entries:
        message = f"no error code {code.strip()[:40]!r}"
        raise FileError(
            "E108",
            message,
            faults=(
                Fault(
                    "E108",
                    message,
                    value=code.strip()[:40],
                    allowed="forbear explain lists all",
                    nearest=nearest(wanted, entries),
                ),
            ),
        )
    entry = entries[wanted]
    tell(f"{wanted}  {entry['title']}\n\n{entry['meaning'].strip()}\n")
    tell("For example\n" + "\n".join("    " + line for line in entry["example"].strip().splitlines()))
    tell(f"\nTo mend it\n    {entry['mending'].strip()}")
