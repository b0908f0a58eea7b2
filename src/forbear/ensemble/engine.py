"""Runs blocks of members through the compiled country.

A block is up to 128 members side by side. Which block a member falls into changes nothing: its numbers depend on
the seed, its own identity and the step alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.country.program import program_of
from forbear.ensemble.layout import Layout
from forbear.ensemble.levers import lever_table, reactive_plan
from forbear.ensemble.opened import Opened
from forbear.ensemble.recording import Block, Recording
from forbear.errors import RunError, nearest
from forbear.integers import seed_of
from forbear.kernel import woven
from forbear.kernel.draws import GROUP, LANES, WORK_ROWS
from forbear.kernel.driver import view_symbols
from forbear.kernel.wide.weave import CompiledKernel

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["LARGEST_COHORT", "Engine", "event_size_facts"]

#: 32-bit floats hold whole numbers up to here; a larger cohort is refused.
LARGEST_COHORT = 16_000_000


def event_size_facts() -> dict[str, np.ndarray]:
    """Facts of the law of event sizes (E11): classes, and how each number of deaths falls between two of them.

    A number x between classes s_k and s_{k+1} puts the share (x - s_k) / (s_{k+1} - s_k) into the upper one, so
    means are kept exactly.
    """
    sizes = np.array([int(s) for s in FIXED_MEMBERS["size"]], dtype=float)
    numbers = np.array([int(x) for x in FIXED_MEMBERS["magnitude"]], dtype=float)
    lower = np.clip(np.searchsorted(sizes, numbers, side="right") - 1, 0, len(sizes) - 2)
    upper = (numbers - sizes[lower]) / (sizes[lower + 1] - sizes[lower])
    return {
        "event_size": sizes,
        "log_magnitude": np.log(numbers),
        "lower_class": lower.astype(np.int64),
        "upper_share": upper,
    }


class Engine:
    """A problem made ready to run: layout, facts, lever table, reactive rules, and what is to be recorded.

    The country is the house's own, with the rooms from outside that the problem asks for.

    Attributes
    ----------
    problem, program, layout, kernel, dtype
        What is run, the rules it is run by, where everything lies, the kernel's name and its floating point.
    recording
        What is recorded, and where.
    lever_table
        (steps, rows), the schedules of all levers.
    rules, longest_window
        Reactive rules as the kernel's arguments, and their longest window in steps.
    steps_to_run
        All of the problem's, unless someone wants fewer.
    """

    def __init__(
        self,
        problem: Problem,
        *,
        weekly: Sequence[str] = (),
        monthly: Sequence[str] = (),
        last: Sequence[str] = (),
        kernel: str = "lanes",
    ) -> None:
        """Prepare.

        Parameters
        ----------
        problem
            What is run.
        weekly, monthly, last
            Quantities to be recorded: week by week as national sums, month by month with their dimensions, and at the
            end with their dimensions.
        kernel
            `lanes` (32 bits, many members side by side), `exact` (64 bits, one after the other), or
            `reference` (the bits of `lanes` by other means, slower: for checks).

        Raises
        ------
        RunError
            E401 for an unknown quantity, E402 for a cohort too large for exact counting, E407 for an unknown kernel, E408
            for half a switch.
        ScenarioError
            E267 and E268 where a room from outside is not there or cannot be used.
        """
        if kernel not in woven.KERNELS:
            raise RunError("E407", f"unknown kernel {kernel!r}", hint=f"allowed: {', '.join(woven.KERNELS)}")
        self.problem = problem
        self.steps_to_run = problem.steps
        self.program = program_of(tuple(name for name, _ in problem.extensions))
        self.layout = Layout(self.program, problem.names)
        self.kernel = kernel
        self.weekly, self.monthly, self.last = list(weekly), list(monthly), list(last)
        for name in (*self.weekly, *self.monthly, *self.last):
            if name not in MODEL.quantities:
                close = nearest(name, MODEL.quantities)
                raise RunError("E401", f"unknown quantity {name!r}", hint=f"did you mean {close}?" if close else None)
        self.recording = Recording.of(self.layout, self.weekly, self.monthly, self.last)
        largest = float(np.max(problem.facts["population_at_start"], initial=0.0))
        if largest > LARGEST_COHORT:
            raise RunError(
                "E402",
                f"a community of {largest:,.0f} in one district is too large for exact counting",
                hint=f"split the district: at most {LARGEST_COHORT:,}",
            )
        self.dtype = np.float64 if kernel == "exact" else np.float32
        facts = {**problem.facts, **event_size_facts(), "step": np.asarray(problem.step)}
        self._real = self._facts(self.layout.real, facts, self.dtype)
        self._whole = self._facts(self.layout.whole, facts, np.int64)
        self.lever_table = lever_table(self.layout, problem.levers, problem.steps, self.dtype)
        self.rules, self.longest_window = reactive_plan(problem, self.layout)

    # -- preparation --------------------------------------------------------------------------------------

    def _facts(self, places: Mapping[Any, Any], facts: Mapping[str, np.ndarray], dtype: Any) -> np.ndarray:
        out = np.zeros(sum(place.rows for place in places.values()) + 1, dtype=dtype)
        for symbol, place in places.items():
            value = np.broadcast_to(np.asarray(facts[symbol.name]), place.shape)
            out[place.start : place.start + place.rows] = value.ravel()
        return out

    # -- running ------------------------------------------------------------------------------------------

    def module(self) -> Any:
        """The woven module; the first run ever compiles it, which takes some seconds."""
        return woven.load(self.program, self.kernel)

    def run(self, parameters: Mapping[str, np.ndarray], members: np.ndarray, seed: int) -> Block:
        """Run one block. Thread-safe.

        Parameters
        ----------
        parameters
            Name -> (members, *dimensions), in the units that the model declares.
        members
            Identities, uint32 (members,), 1 to 128 of them.
        seed
            0 to 2**64 - 1. Randomness is Philox named by (seed, member, step, room, rule, draw, index).

        Returns
        -------
        Block
            What was recorded.

        Raises
        ------
        RunError
            E403 for too many members or none, E441 for a seed that is none.
        """
        opened = self.open(parameters, members, seed)
        opened.advance(self.steps_to_run)
        return opened.block()

    def open(self, parameters: Mapping[str, np.ndarray], members: np.ndarray, seed: int) -> Opened:
        """Return a block that has not begun, to be advanced in pieces. Parameters and errors as for `run`."""
        count, seed = len(members), seed_of(seed)
        if not 0 < count <= LANES:
            raise RunError("E403", f"a block holds 1 to {LANES} members, not {count}")
        module = self.module()
        run: Any = getattr(module, "run", None)  # tools that call rules one by one bring a module without it
        lanes = min(LANES, -(-count // GROUP) * GROUP)
        space = self._workspace(module)
        identities = np.zeros(LANES, dtype=np.uint32)
        identities[:count] = members
        identities[count:] = members[-1]
        for symbol, place in self.layout.floats.items():
            if symbol.space == "given":
                values = np.asarray(parameters[symbol.name], dtype=self.dtype).reshape(count, place.rows)
                rows = space["bank"].reshape(-1, LANES)[place.start : place.start + place.rows]
                rows[:, :count] = values.T
                rows[:, count:] = values[-1][:, None]
        space.update(
            members=identities,
            key0=np.uint32(seed & 0xFFFFFFFF),
            key1=np.uint32((seed >> 32) & 0xFFFFFFFF),
            lanes=lanes,
        )
        return Opened(self.problem, self.layout, self.recording, run, space, self._views(space), count)

    def following(self, other: Opened) -> Opened:
        """A block of this problem that goes on from where another stands; the other stays as it is.

        other: of a problem that is the same in all steps that it has run, with the same quantities recorded. What has
        been recorded is taken along, so that the block ends with the bits of one that was run from its start.
        """
        module = self.module()
        space = self._workspace(module)
        space.update({name: other.space[name] for name in ("members", "key0", "key1", "lanes")})
        run: Any = getattr(module, "run", None)
        new = Opened(self.problem, self.layout, self.recording, run, space, self._views(space), other.count)
        new.go_on_from(other)
        return new

    def _views(self, space: dict[str, Any]) -> list[np.ndarray]:
        layout = self.layout
        out = []
        for symbol in view_symbols(self.program, self.kernel != "exact"):
            if symbol in layout.floats:
                place, array, stride = layout.floats[symbol], space["bank"], LANES
            elif symbol in layout.money:
                place, array, stride = layout.money[symbol], space["money"], LANES
            elif symbol in layout.real:
                place, array, stride = layout.real[symbol], self._real, 1
            else:
                place, array, stride = layout.whole[symbol], self._whole, 1
            out.append(array[place.start * stride : (place.start + place.rows) * stride])
        return out

    def _workspace(self, module: Any) -> dict[str, Any]:
        layout, recording, problem = self.layout, self.recording, self.problem
        return {
            "bank": np.zeros(layout.float_rows * LANES, dtype=self.dtype),
            "money": np.zeros(layout.money_rows * LANES + 1),
            "counts": layout.counts,
            "lever_table": self.lever_table,
            "lever_start": layout.lever_start * LANES,
            "first": 0,
            "steps": self.steps_to_run,
            **self.rules,
            "rule_memory": np.zeros((len(problem.rules), self.longest_window, LANES)),
            "rule_left": np.zeros((len(problem.rules), LANES), dtype=np.int64),
            "week_at": recording.week_at,
            "week_many": recording.week_many,
            "week_money_at": recording.money_at,
            "month_of": np.asarray(problem.months, dtype=np.int64),
            "month_at": recording.month_at,
            "month_sums": recording.month_sums,
            **recording.outputs(problem.steps, len(problem.month_labels)),
            **self._memory(module),
        }

    def _memory(self, module: Any) -> dict[str, np.ndarray]:
        """What the kernel needs besides: rows of locals, and a draw's own."""
        if isinstance(module, CompiledKernel):
            counts, none = self.layout.counts, np.zeros(0)
            scratch = np.zeros(module.scratch_rows(counts) * LANES, dtype=self.dtype)
            return {"scratch": scratch, "words": none, "held": none, "work": module.table(counts)}
        return {
            "scratch": np.zeros(module.SCRATCH_ROWS * LANES, dtype=self.dtype),
            "words": np.zeros(module.DRAW_SLOTS * 4 * LANES, dtype=np.uint32),
            "held": np.full(module.DRAW_SLOTS, -1, dtype=np.int64),
            "work": np.zeros(WORK_ROWS * LANES, dtype=self.dtype),
        }
