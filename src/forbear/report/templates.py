"""The templates of reports."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from forbear.words import minus

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["environment"]


def environment() -> Environment:
    """Templates of this package; everything that is not markup of its own is escaped."""
    from jinja2 import Environment, FunctionLoader  # heavy: it would slow `forbear --help`

    loader = FunctionLoader(lambda name: (files("forbear.report") / name).read_text(encoding="utf-8"))
    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader)
    made.filters["minus"] = lambda cell: minus(cell) if type(cell) is str else cell
    return made
