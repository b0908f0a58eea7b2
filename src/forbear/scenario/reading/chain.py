"""From a name or path to a chain of files: the library, a user's own folder, and what a scenario extends."""

from __future__ import annotations

import difflib
from pathlib import Path

from forbear.errors import Fault, FileError, nearest
from forbear.faults import Faults, show
from forbear.scenario.reading.document import Document, read_document

__all__ = ["LIBRARY", "extensions_of", "find", "library_names", "read_chain"]

#: So many cases of the atlas are offered in place of one that does not exist.
NEAREST = 5
#: Scenarios that come with the package: one folder each.
LIBRARY = Path(__file__).parents[2] / "library"


def library_names() -> list[str]:
    """Return the names of the scenarios in the library, in alphabetical order."""
    if not LIBRARY.is_dir():
        return []
    return sorted(folder.name for folder in LIBRARY.iterdir() if (folder / "scenario.toml").is_file())


def _in(folder: Path, name: str) -> Path | None:
    """Return the scenario file that `name` means inside `folder`, or None."""
    try:
        place = folder / name
        for candidate in (place / "scenario.toml", place, place.with_name(place.name + ".toml")):
            if candidate.is_file():
                return candidate
    except (OSError, ValueError):  # names that no file can have
        pass
    return None


def find(name: str | Path, folder: Path | None = None) -> Path:
    """Return the scenario file that a name or path means.

    Looked for in this order: a folder or file of that name in `folder` (default: the current directory), then the
    library by name ("meadow", or "meadow/strategies/..." for a file within). Raises FileError E101 with the nearest
    name of the library, or the nearest cases of the atlas where the name begins with its folder.
    """
    text = str(name)
    local = _in(folder or Path(), text) if text.strip() else None
    if local is not None:
        return local
    inside = not Path(text).is_absolute() and ".." not in Path(text).parts and text.strip(" .")
    known = _in(LIBRARY, text) if inside else None
    if known is not None:
        return known
    names = library_names()
    allowed, close = (
        "a TOML file, a folder with scenario.toml, or one of the library: " + ", ".join(names),
        nearest(text, names),
    )
    cases = _cases_beside(text) if inside else []
    if cases:
        alike = difflib.get_close_matches(text, cases, n=NEAREST, cutoff=0.0)
        allowed, close = "cases such as " + ", ".join(alike) + " (all: forbear atlas)", nearest(text, cases) or alike[0]
    message = f"no scenario {show(text)!r}"
    fault = Fault("E101", message, value=show(text), allowed=allowed, nearest=close)
    raise FileError("E101", message, faults=(fault,))


def _cases_beside(name: str) -> list[str]:
    """Cases of the folder of the library that a name such as atlas/nope begins with, if it is one."""
    folder = Path(name).parts[0] if len(Path(name).parts) > 1 else ""
    try:
        if not folder or not (LIBRARY / folder).is_dir() or (LIBRARY / folder / "scenario.toml").exists():
            return []
        return sorted(f"{folder}/{file.stem}" for file in (LIBRARY / folder).glob("*.toml"))
    except (OSError, ValueError):  # names that no file can have
        return []


def read_chain(path: Path, faults: Faults, layer: str = "scenario") -> list[Document]:
    """Read a scenario file and everything it extends, the most distant ancestor first.

    Raises FileError E101 (a file is absent), E102 (not TOML), E104 (unreadable) or E105 (a circle of `extends`);
    other faults go to `faults`.
    """
    chain: list[Document] = []
    seen: list[Path] = []
    while True:
        seen.append(path.resolve())
        document = read_document(path, layer if not chain else "parent", faults)
        chain.insert(0, document)
        header = document.data.get("scenario")
        parent = header.get("extends") if isinstance(header, dict) else None
        if parent is None:
            return chain
        place = ("scenario", "extends")
        if not isinstance(parent, str):
            document.fault("E203", "extends must be a name or path", place, parent, "text")
            return chain
        try:
            path = find(parent, document.folder)
        except FileError as error:
            near = error.faults[0].nearest
            document.fault(
                "E101", f"no scenario {show(parent)!r} to extend", place, parent, error.faults[0].allowed, near
            )
            faults.throw(str(document.file))
        if path.resolve() in seen:
            names = " -> ".join(str(entry.parent.name) for entry in [*seen, path.resolve()])
            document.fault("E105", f"scenarios extend one another in a circle: {names}", place, parent)
            faults.throw(str(document.file))


def extensions_of(documents: list[Document]) -> tuple[str, ...]:
    """Rooms from outside that a chain of files asks for: what the nearest file says of them, sorted. See `[scenario]`."""
    for document in reversed(documents):
        header = document.data.get("scenario")
        given = header.get("extensions") if isinstance(header, dict) else None
        if isinstance(given, list):
            return tuple(sorted({name for name in given if isinstance(name, str)}))
    return ()
