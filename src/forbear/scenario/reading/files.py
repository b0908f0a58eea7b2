"""Files beside a scenario: regular, within its folder, and nowhere else."""

from __future__ import annotations

import stat
from pathlib import Path as FilePath

from forbear.errors import nearest
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.locate import Path

__all__ = ["beside"]


def beside(document: Document, path: Path, name: object, what: str) -> FilePath | None:
    """Return a regular file within the folder of a scenario; notes E203, E101 or E270 (a path that leads out of it)."""
    if not isinstance(name, str) or not name.strip() or document.folder is None:
        allowed = "a file beside the scenario" if document.folder is not None else "a DataFrame, where no file speaks"
        document.fault("E203", f"{what} is a file beside the scenario", path, name, allowed)
        return None
    inside = f"a file within {document.folder}"
    try:
        folder, place = document.folder.resolve(), (document.folder / name).resolve()
        if FilePath(name).is_absolute() or not place.is_relative_to(folder):
            document.fault("E270", f"{show(name)!r} leads out of the folder of the scenario", path, name, inside)
            return None
        if not place.exists():
            near = nearest(name, [entry.name for entry in folder.iterdir() if entry.is_file()])
            document.fault("E101", f"no file {show(name)!r} beside the scenario", path, name, inside, near)
            return None
        if not stat.S_ISREG(place.stat().st_mode):
            document.fault("E270", f"{show(name)!r} is no regular file", path, name, inside)
            return None
    except (OSError, ValueError) as error:
        document.fault(
            "E104", f"{show(name)!r} cannot be read: {getattr(error, 'strerror', None) or error}", path, name
        )
        return None
    return document.folder / name
