"""Lines that a command prints, as they suit whoever reads them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from forbear.words import columns, within

__all__ = ["fitted", "tell"]


def fitted(lines: Iterable[str], stream: TextIO | None = None) -> list[str]:
    """Lines wrapped to the width of the terminal; in a file as they are, so that one can search them.

    stream: where they go; standard output when absent. The variable COLUMNS gives a file a width, too.
    """
    told = [one for line in lines for one in line.split("\n")]
    wrapped = (stream or sys.stdout).isatty() or os.environ.get("COLUMNS", "").isdigit()
    return within(told, columns()) if wrapped else told


def tell(*lines: str) -> None:
    """Print lines, wrapped to the width of the terminal and never cut."""
    print("\n".join(fitted(lines)))
