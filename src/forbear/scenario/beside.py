"""Files that lie beside a scenario, one thing a file: found, parsed, and their plain fields checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import FileError, nearest
from forbear.scenario.document import Document, read_document
from forbear.scenario.faults import Faults

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Found", "choice", "files_beside", "keep_by_id", "known", "only_fields", "text", "texts"]

#: Files of one owner: those shipped beside the scenario, then those of the user.
Found = list[list[Document]]


def files_beside(scenario: Scenario, folder: str, more: Iterable[str | Path], faults: Faults, own: Sequence[str]) -> Found:
    """Return the parsed files of `folder` beside a scenario (and one folder deeper), and those of `more`.

    Files beside the scenario in which every entry is a table and none is one of the fields `own` collect several
    things under their names; they have another reader and are left out. Raises FileError E101, E102 or E104.
    """
    home = Path(scenario.file).parent / folder if scenario.file else None
    shipped = [] if home is None else sorted([*home.glob("*.toml"), *home.glob("*/*.toml")])
    documents = [read_document(path, folder, faults) for path in shipped]
    single = [d for d in documents if set(d.data) & set(own) or not all(isinstance(v, dict) for v in d.data.values())]
    given: list[Document] = []
    for path in map(Path, more):
        if path.is_dir():
            given += [read_document(entry, folder, faults) for entry in sorted(path.glob("*.toml"))]
        elif path.exists():
            given.append(read_document(path, folder, faults))
        else:
            raise FileError("E101", f"no file or folder {path}", hint=f"a TOML file of {folder}, or a folder of them")
    return [single, given]


def only_fields(document: Document, table: dict[str, Any], fields: Sequence[str], path: tuple[str | int, ...] = ()) -> None:
    """Note E240 for every key that is no field."""
    for key in table:
        if key not in fields:
            near = nearest(str(key), fields)
            document.fault("E240", f"no field is named {key!r}", (*path, key), None, ", ".join(fields), near)


def text(document: Document, table: dict[str, Any], key: str, path: tuple[str | int, ...] = (), *, needed: bool = True) -> str:
    """Return a text field; notes E240 where it is absent though needed, empty or no text, and returns "" then."""
    value = table.get(key)
    if isinstance(value, str) and (value.strip() or not needed):
        return " ".join(value.split())
    if value is not None or needed:
        document.fault("E240", f"{key} is missing or no text" if value is None else f"{key} must be text", (*path, key), value, f'{key} = "..."')
    return ""


def texts(document: Document, table: dict[str, Any], key: str, path: tuple[str | int, ...] = ()) -> tuple[str, ...]:
    """Return a list of texts, empty when absent; notes E240 for anything else."""
    value = table.get(key, [])
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return tuple(value)
    document.fault("E240", f"{key} is a list of names", (*path, key), value, f'{key} = ["...", "..."]')
    return ()


def choice(document: Document, table: dict[str, Any], key: str, allowed: Sequence[str], path: tuple[str | int, ...] = ()) -> str:
    """Return a field that is one of `allowed`; notes E240 otherwise and returns ""."""
    value = table.get(key)
    if isinstance(value, str) and value in allowed:
        return value
    document.fault("E240", f"{key} is missing" if value is None else f"unknown {key}", (*path, key), value, ", ".join(allowed), nearest(str(value), allowed))
    return ""


def known(document: Document, what: str, name: str, names: Iterable[str], path: tuple[str | int, ...], see: str = "") -> bool:
    """Say whether `name` is one of `names`; notes E241 with the nearest otherwise."""
    names = list(names)
    if name in names:
        return True
    shown = see or ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    document.fault("E241", f"no {what} is named {name!r}", path, name, shown, nearest(name, names))
    return False


def keep_by_id(found: list[list[tuple[Document, Any]]]) -> dict[str, Any]:
    """Merge things by their id, a user's over a shipped one; notes E244 for one id twice among files of one owner."""
    out: dict[str, Any] = {}
    for owner in found:
        seen: dict[str, str] = {}
        for document, thing in owner:
            if thing.id in seen:
                message = f"two files hold {thing.id!r}: also {Path(seen[thing.id]).name}"
                document.fault("E244", message, ("id",), thing.id, "one file for each id")
            seen.setdefault(thing.id, str(document.file))
            out[thing.id] = thing
    return out
