"""Play mode, what is known: reports up to a turn, and what happened once a game is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble

__all__ = ["Truth", "View"]


@dataclass(frozen=True)
class View:
    """What players know after a turn. weekly: quantity -> (steps,); parts: quantity -> (months, district or community);
    asked: planned force by step; months: how many have passed; check: of every number in it."""

    weekly: dict[str, np.ndarray]
    parts: dict[str, np.ndarray]
    asked: np.ndarray
    months: int
    steps: int
    check: str


@dataclass(frozen=True)
class Truth:
    """What happened up to an end, over the block of worlds that the game's own is one of (`place`).

    plan, history, never: the same draws with the same luck, (BLOCK members, all weeks); only the first `steps` count.
    healthy: (BLOCK,) where none of the three failed; the game's own world always is.
    """

    plan: Ensemble
    history: Ensemble
    never: Ensemble
    place: int
    months: int
    steps: int
    healthy: np.ndarray
