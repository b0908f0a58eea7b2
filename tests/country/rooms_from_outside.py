"""Rooms from outside for tests: put on the path with their entry point, and forgotten afterwards."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from forbear.country import extensions, program
from forbear.country.model import CORE, MODEL, Model

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "forbear-drought"


def offer(folder: Path, rooms: dict[str, str]) -> None:
    """Write what an installer writes: the metadata of a distribution with its entry points."""
    info = folder / f"{'_'.join(sorted(rooms))}_rooms-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {info.name.split('-')[0]}\nVersion: 0.1.0\n", encoding="utf-8"
    )
    lines = "".join(f"{name} = {package}\n" for name, package in rooms.items())
    (info / "entry_points.txt").write_text(f"[forbear.rooms]\n{lines}", encoding="utf-8")


def _forget() -> None:
    for cached in (extensions.load, extensions.model_of, program.program_of):
        cached.cache_clear()


def _clean(folders: tuple[Path, ...]) -> None:
    """Forget rooms, their names and their modules."""
    for table, kept in zip(_tables(MODEL), _tables(CORE), strict=True):
        table.clear()
        table.update(kept)
    for name, module in list(sys.modules.items()):
        file = str(getattr(module, "__file__", "") or "")
        if any(file.startswith(str(folder)) for folder in folders):
            del sys.modules[name]
    _forget()
    importlib.invalidate_caches()


def _tables(model: Model) -> tuple[dict, ...]:
    return model.quantities, model.levers, model.facts, model.parameters, model.constants


@contextmanager
def on_the_path(*folders: Path) -> Iterator[None]:
    """Packages of these folders can be imported and their rooms loaded inside; afterwards nothing of them is known."""
    sys.path[:0] = [str(folder) for folder in folders]
    _clean(folders)
    try:
        yield
    finally:
        for folder in folders:
            sys.path.remove(str(folder))
        _clean(folders)
