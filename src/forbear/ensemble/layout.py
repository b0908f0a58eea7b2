"""Where every named number of a block lies: rows of the bank, of the money bank, and of the fact arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np

from forbear.country.model import FIXED_MEMBERS
from forbear.kernel.language import Program, Symbol

__all__ = ["Layout"]


@dataclass(frozen=True)
class Place:
    """The rows of one symbol: first row, number of rows, shape over its dimensions."""

    start: int
    rows: int
    shape: tuple[int, ...]


class Layout:
    """Rows of all symbols of a program for given numbers of districts, communities, ...

    `members` gives the names along each dimension that a scenario declares.
    """

    def __init__(self, program: Program, members: Mapping[str, tuple[str, ...]]) -> None:
        names = {**members, **FIXED_MEMBERS}
        self.sizes = {dimension: len(names[dimension]) for dimension in program.dimensions}
        self.counts = np.array([self.sizes[d] for d in program.dimensions], dtype=np.int64)
        every = list(program.symbols.values())
        self.floats, self.float_rows = self._place([s for s in every if s.lane and not s.money])
        self.money, self.money_rows = self._place([s for s in every if s.money])
        self.real, self.real_rows = self._place([s for s in every if not s.lane and not s.integer])
        self.whole, self.whole_rows = self._place([s for s in every if not s.lane and s.integer])
        levers = [place for symbol, place in self.floats.items() if symbol.space == "lever"]
        self.lever_start = levers[0].start if levers else 0
        self.lever_rows = sum(place.rows for place in levers)

    def _place(self, symbols: list[Symbol]) -> tuple[dict[Symbol, Place], int]:
        out: dict[Symbol, Place] = {}
        row = 0
        for symbol in symbols:
            shape = tuple(self.sizes[dimension] for dimension in symbol.over)
            out[symbol] = Place(row, prod(shape), shape)
            row += prod(shape)
        return out, row

    def place(self, space: str, name: str) -> Place:
        """The place of `space.name` in the 32-bit bank. Raises KeyError when it is not there."""
        for symbol, place in self.floats.items():
            if symbol.space == space and symbol.name == name:
                return place
        raise KeyError(f"{space}.{name}")

    @property
    def bytes_per_member(self) -> int:
        """Memory of one member's state in the bank."""
        return 4 * self.float_rows + 8 * self.money_rows
