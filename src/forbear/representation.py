"""How things show themselves in a notebook: a name that is looked up when it is needed, so that no layer knows a higher one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["html_of", "picture_of"]

#: The module that draws; it is imported when a notebook first asks, never before.
RENDERER = "forbear.notebook.representations"


def html_of(thing: Any) -> str:
    """Return `thing` as HTML for a notebook, with a table and where it helps a chart. Deterministic."""
    return str(import_module(RENDERER).html(thing))


def picture_of(thing: Any, **options: Any) -> Any:
    """Return `thing` as a picture, the one that `fb.plot` draws of it with the same options. Deterministic."""
    return import_module(RENDERER).picture(thing, **options)
