"""`forbear explain E204`: what an error code means and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer


def catalogue() -> dict[str, dict[str, str]]:
    """Return every error code with title, meaning, example and mending."""
    import tomllib
    from importlib.resources import files

    return tomllib.loads((files("forbear") / "error_catalogue.toml").read_text(encoding="utf-8"))


def command(code: Annotated[str, typer.Argument(help="a code such as E204; nothing lists all")] = "") -> None:
    """What an error code means and how to mend it."""
    from forbear.errors import Fault, FileError

    entries = catalogue()
    if not code:
        for known, entry in entries.items():
            print(f"{known}  {entry['title']}")
        return
    wanted = code.strip().upper()
    if wanted not in entries:
        import difflib

        message = f"no error code {code.strip()[:40]!r}"
        near = difflib.get_close_matches(wanted, entries, n=1, cutoff=0.5)
        raise FileError(
            "E108",
            message,
            faults=(
                Fault(
                    "E108",
                    message,
                    value=code.strip()[:40],
                    allowed="forbear explain lists all",
                    nearest=near[0] if near else None,
                ),
            ),
        )
    entry = entries[wanted]
    print(f"{wanted}  {entry['title']}\n\n{entry['meaning'].strip()}\n")
    print("For example\n" + "\n".join("    " + line for line in entry["example"].strip().splitlines()))
    print(f"\nTo mend it\n    {entry['mending'].strip()}")
