"""A block that is under way: up to 128 members side by side that can be advanced, looked at, steered and resampled.

Whoever stops on the way uses this: the particle filter at every month with observations, play mode at every turn,
the page between half-years to see whether its answer is still wanted. `session.Session` is the same for any number of
members, with labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.layout import Layout
from forbear.ensemble.levers import lever_table
from forbear.ensemble.recording import Block, Recording
from forbear.errors import RunError, nearest
from forbear.kernel.draws import LANES
from forbear.kernel.driver import RUN_ARGUMENTS

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["Opened", "resample"]

_STATE = ("bank", "money", "rule_memory", "rule_left")
_PAST = ("week_out", "week_money_out", "month_out")


class Opened:
    """A block in progress, made by `Engine.open`.

    Attributes
    ----------
    count
        Members.
    step
        Steps that have been run.
    levers
        Name -> float64 (steps, *dimensions): the schedule in force, of past steps as they were run. Rules that react to
        events may have set a lever otherwise in some members; they do not enter here.
    space, views
        The kernel's arguments by name, and its views of the bank in order: for tools that call its rules one by one.
    """

    def __init__(
        self,
        problem: Problem,
        layout: Layout,
        recording: Recording,
        run: Callable[..., None],
        space: dict[str, Any],
        views: list[np.ndarray],
        count: int,
    ) -> None:
        """run: the compiled country; space, views: its arguments; all made by `Engine.open`."""
        self._problem, self._layout, self._recording, self._run = problem, layout, recording, run
        self.space, self.views = space, views
        self.count = count
        self.step = 0
        self.levers: dict[str, np.ndarray] = dict(problem.levers)

    @property
    def failed(self) -> np.ndarray:
        """(count,), True where a number of the state is not finite by now."""
        return np.asarray(~np.isfinite(self.space["bank"].reshape(-1, LANES)[:, : self.count]).all(axis=0))

    def advance(self, until: int) -> None:
        """Run on up to step `until` (exclusive). Releases the interpreter's lock while the kernel runs."""
        self.space["first"], self.space["steps"] = self.step, until
        if until > self.step:
            self._run(*(self.space[name] for name in RUN_ARGUMENTS), *self.views)
            self.step = until

    def set_levers(self, levers: Mapping[str, np.ndarray]) -> None:
        """Put other schedules in force from the next step on; steps already run keep theirs.

        Parameters
        ----------
        levers
            Name -> (steps, *dimensions) over all steps of the problem, in the model's units; the first `step` rows are
            not used. Levers that are not named stay as they are.

        Raises
        ------
        RunError
            E408 where a switch is neither 0 nor 1; E443 for an unknown lever.
        """
        layout, steps = self._layout, self._problem.steps
        changed = dict(self.levers)
        for name, values in levers.items():
            if name not in changed:
                close = nearest(name, changed)
                raise RunError("E443", f"no lever {name!r}", hint=f"did you mean {close}?" if close else None)
            schedule = np.array(changed[name], dtype=np.float64)
            schedule[self.step :] = np.asarray(values, dtype=np.float64)[self.step :]
            changed[name] = schedule
        table = np.array(self.space["lever_table"])
        table[self.step :] = lever_table(layout, changed, steps, table.dtype)[self.step :]
        self.space["lever_table"], self.levers = table, changed

    def weekly(self, name: str) -> np.ndarray:
        """A recorded national quantity up to now, float64 (count, step). Raises RunError E401."""
        return self._recording.weekly_of(self.space, name, self.count, self.step)

    def monthly(self, name: str, months: int | None = None) -> np.ndarray:
        """A recorded monthly quantity, float32 (count, months, *dimensions). Raises RunError E401.

        months: only the first so many. Of a month under way there is the part that was run, of later ones zero.
        """
        return self._recording.monthly_of(self.space, name, self.count, months)

    def month(self, number: int) -> dict[str, np.ndarray]:
        """All recorded monthly quantities of one month: name -> (rows, LANES), rows over the dimensions in order.

        A view: it changes as the block goes on.
        """
        out = self.space["month_out"][number]
        return {
            name: out[first : first + int(np.prod(shape, dtype=int))] for name, first, shape in self._recording.monthly
        }

    def state(self, name: str) -> np.ndarray:
        """Any quantity of the model as it stands now, float64 (count, *dimensions).

        A quantity of the bank keeps the kernel's 32 bits in it, money its 64. Raises RunError E401 for an unknown one.
        """
        layout = self._layout
        if name not in MODEL.quantities:
            close = nearest(name, MODEL.quantities)
            raise RunError("E401", f"unknown quantity {name!r}", hint=f"did you mean {close}?" if close else None)
        money = {symbol.name: place for symbol, place in layout.money.items()}
        place = money[name] if name in money else layout.place("now", name)
        bank = self.space["money" if name in money else "bank"]
        rows = bank[: len(bank) // LANES * LANES].reshape(-1, LANES)[
            place.start : place.start + place.rows, : self.count
        ]
        return np.ascontiguousarray(rows.T, dtype=np.float64).reshape(self.count, *place.shape)

    def resample(self, ancestors: np.ndarray, *, past: bool = False) -> None:
        """Let lane i go on from the state of lane ancestors[i], (LANES,); see `resample`."""
        resample([self], np.asarray(ancestors), past=past, whole=True)

    def block(self) -> Block:
        """Everything that was recorded, as `Engine.run` gives it; what has not been run is zero."""
        return self._recording.collect(self.space, self.count)

    def go_on_from(self, other: Opened) -> None:
        """Stand where another block of the same members stands, with what it has recorded: see `Engine.following`."""
        for name in (*_STATE, *_PAST):
            done = slice(other.step if name.startswith("week") else None)
            self.space[name][done] = other.space[name][done]
        self.step = other.step

    def lane_arrays(self, past: bool) -> list[np.ndarray]:
        """Views of what each lane has of its own, lanes last: the state, and with `past` what was recorded."""
        out = []
        for name in (*_STATE, *(_PAST if past else ())):
            array = self.space[name]
            if array.ndim == 1:
                array = array[: len(array) // LANES * LANES].reshape(-1, LANES)
            out.append(array)
        return out


def resample(blocks: Sequence[Opened], ancestors: np.ndarray, *, past: bool, whole: bool = False) -> None:
    """Let members go on from the state of others, each with its own luck to come.

    Parameters
    ----------
    blocks
        Blocks that stand at the same step.
    ancestors
        Member i goes on from member ancestors[i], counted over the blocks in order; parameters come with the state.
    past
        Take over what was recorded of the ancestor, too, so that a member's path is one that could have happened.
    whole
        Count all lanes, not only those that hold a member.
    """
    counts = [LANES if whole else block.count for block in blocks]
    edges = np.cumsum([0, *counts])
    for parts in zip(*(block.lane_arrays(past) for block in blocks), strict=True):
        joined = (
            parts[0]
            if len(parts) == 1
            else np.concatenate([p[..., :n] for p, n in zip(parts, counts, strict=True)], axis=-1)
        )
        taken = np.take(joined, ancestors, axis=-1)  # more than twice as fast as indexing
        for part, first, count in zip(parts, edges, counts, strict=False):
            part[..., :count] = taken[..., first : first + count]
