"""How things show themselves in a notebook: a name that is looked up when it is needed, so that no layer knows a higher one."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["html_of", "plot_of"]

#: The module that draws; it is imported when a notebook first asks, never before.
RENDERER = "forbear.notebook.representations"
PLOTS = "forbear.notebook.plot"


def html_of(thing: Any) -> str:
    """Return `thing` as HTML for a notebook, with a table and where it helps a chart. Deterministic."""
    return str(import_module(RENDERER).html(thing))


def plot_of(kind: str, thing: Any, /, *arguments: Any, **more: Any) -> Any:
    """Return the picture that `forbear.notebook.plot.KIND` draws of `thing`. Raises what that function raises."""
    return getattr(import_module(PLOTS), kind)(thing, *arguments, **more)
