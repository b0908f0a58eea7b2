"""The two kinds of numbers that rules are woven for: 32 bits, sixteen members at a time, or 64 bits, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forbear.kernel.wide import exact_functions, functions
from forbear.kernel.wide.text import WIDTH, Code, Value, vector_of

__all__ = ["EXACT", "WIDE", "Numbers"]


@dataclass(frozen=True)
class Numbers:
    """How a kernel counts.

    Attributes
    ----------
    name
        The kernel's.
    element
        LLVM's type of one number.
    width
        Members that are worked on at a time.
    library
        The functions of rules.
    inline
        Those that are written out where they are used.
    """

    name: str
    element: str
    width: int
    library: dict[str, Callable[..., Value]]
    inline: frozenset[str] = frozenset({"larger", "smaller", "clip"})

    def of(self, element: str) -> str:
        """The type of so many numbers of a kind as are worked on at a time."""
        return vector_of(element) if self.width > 1 else element

    def fitted(self, code: Code, value: Value, element: str) -> Value:
        """A value in that type."""
        value = value.convert(element)
        return code.spread(value) if self.width > 1 else value


WIDE = Numbers("lanes", "float", WIDTH, functions.LIBRARY)
EXACT = Numbers("exact", "double", 1, exact_functions.LIBRARY)
