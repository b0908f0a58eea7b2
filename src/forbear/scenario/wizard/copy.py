"""A scenario of one's own: a copy of one that ships, under a new name, written whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path

from forbear.errors import Fault, FileError
from forbear.faults import Faults, show
from forbear.scenario.reading.chain import find
from forbear.scenario.reading.document import parse, read_text
from forbear.scenario.scenario import Scenario

__all__ = ["copy_scenario"]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}\Z")


def copy_scenario(name: str, source: str | Path, folder: Path) -> Path:
    """Copy the scenario `source` to `folder`/`name`, with `name` in its header, and return the new file.

    Tables beside it come along; a scenario that extends another by a relative path is refused, because the path would
    break. The copy is written beside its place and moved there at once. Raises FileError E103 (the place is taken or
    cannot be written), E107 (`name` cannot name a scenario), and as `Scenario.load` for the source.
    """
    if not _NAME.match(name):
        raise _error("E107", f"{show(name)!r} cannot name a scenario", name, "letters, digits, - and _, first a letter")
    origin = find(source)
    Scenario.load(origin)  # a broken scenario is not passed on
    target = folder / name
    if target.exists() or target.is_symlink():
        raise _error(
            "E103", f"{target} is there already and is not overwritten", str(target), "a name that is not taken"
        )
    text = _renamed(read_text(origin), name)
    header = parse(text, "scenario", Faults(), str(origin), origin.parent).data["scenario"]
    parent = header.get("extends")
    if isinstance(parent, str) and ("/" in parent or "\\" in parent or parent.endswith(".toml")):
        raise _error(
            "E107",
            f"{origin.name} extends {show(parent)!r} by a path, which a copy would lose",
            parent,
            "a scenario that extends one of the library, or none",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder))
    except OSError as error:
        raise _error("E103", f"{folder} cannot be written: {error.strerror}", str(folder)) from None
    try:
        (work / "scenario.toml").write_text(text, encoding="utf-8", newline="\n")
        for table in sorted(origin.parent.glob("*.csv")):
            shutil.copyfile(table, work / table.name)
        work.chmod(0o755)
        os.rename(work, target)
    except OSError as error:
        raise _error("E103", f"{target} cannot be written: {error.strerror}", str(target)) from None
    finally:
        if work.exists():
            shutil.rmtree(work, ignore_errors=True)
    return target / "scenario.toml"


def _renamed(text: str, name: str) -> str:
    """Put a new name and title into the header, and leave every comment where it is."""
    head, mark, rest = text.partition("[scenario]")
    body, following, tail = rest.partition("\n[")
    body = re.sub(r'(?m)^(name\s*=\s*)(".*?"|\'.*?\')', lambda match: f'{match[1]}"{name}"', body, count=1)
    body = re.sub(
        r'(?m)^(title\s*=\s*")(.*?)"', lambda match: f'{match[1]}{name}, begun from: {match[2]}"', body, count=1
    )
    return head + mark + body + following + tail


def _error(code: str, message: str, value: str, allowed: str | None = None) -> FileError:
    return FileError(code, message, faults=(Fault(code, message, value=show(value), allowed=allowed),))
