"""Runs blocks of members through the compiled country.

A block is up to 128 members side by side. Which block a member falls into changes nothing: its numbers depend on
the seed, its own identity and the step alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.country.program import program
from forbear.ensemble.layout import Layout
from forbear.errors import RunError, nearest
from forbear.kernel import woven
from forbear.kernel.draws import GROUP, LANES, WORK_ROWS
from forbear.kernel.driver import RUN_ARGUMENTS, view_symbols

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["LARGEST_COHORT", "Block", "Engine", "Opened", "event_size_facts"]

#: 32-bit floats hold whole numbers up to here; a larger cohort is refused.
LARGEST_COHORT = 16_000_000
_KINDS = {"set": 0, "add": 1, "scale": 2}


@dataclass
class Block:
    """What one block gave back.

    weekly: quantity -> (members, steps), 64-bit for money; monthly: quantity -> (members, months, *dimensions);
    last: quantity -> (members, *dimensions) at the end; failed: (members,) True where a number was not finite.
    """

    weekly: dict[str, np.ndarray]
    monthly: dict[str, np.ndarray]
    last: dict[str, np.ndarray] = field(default_factory=dict)
    failed: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))


def event_size_facts() -> dict[str, np.ndarray]:
    """Facts of the law of event sizes (E11): classes, and how each number of deaths falls between two of them.

    A number x between classes s_k and s_{k+1} puts the share (x - s_k) / (s_{k+1} - s_k) into the upper one, so
    means are kept exactly.
    """
    from forbear.country.model import FIXED_MEMBERS

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


_WEAVING = RLock()


@cache
def _woven(kernel: str) -> Any:
    return woven.load(program(), kernel)


def _module(kernel: str) -> Any:
    """The woven module of the rooms' program: weaving takes half a second and is done once in a process, by one thread."""
    with _WEAVING:
        return _woven(kernel)


class Opened:
    """A block in progress: 128 lanes of state that can be advanced, looked at and resampled."""

    def __init__(self, engine: Engine, module: Any, space: dict[str, Any], views: list[np.ndarray]) -> None:
        self.engine, self.module, self.space, self.views = engine, module, space, views
        self.step = 0

    def advance(self, until: int) -> None:
        """Run on up to step `until` (exclusive). Releases the interpreter's lock while the kernel runs."""
        self.space["first"], self.space["steps"] = self.step, until
        if until > self.step:
            self.module.run(*(self.space[name] for name in RUN_ARGUMENTS), *self.views)
        self.step = until

    def month(self, number: int) -> dict[str, np.ndarray]:
        """Monthly quantities of one month: name -> (rows, lanes), rows over the quantity's dimensions in order."""
        out = self.space["month_out"][number]
        return {
            name: out[first : first + int(np.prod(shape, dtype=int))]
            for name, first, shape in self.engine._monthly_rows
        }

    def resample(self, ancestors: np.ndarray) -> None:
        """Let lane i go on from the state of lane ancestors[i], (LANES,); each keeps its own luck to come."""
        bank = self.space["bank"].reshape(-1, LANES)
        bank[:] = np.take(bank, ancestors, axis=1)  # more than twice as fast as indexing
        money = self.space["money"][: (len(self.space["money"]) // LANES) * LANES].reshape(-1, LANES)
        money[:] = np.take(money, ancestors, axis=1)
        self.space["rule_memory"][:] = self.space["rule_memory"][:, :, ancestors]
        self.space["rule_left"][:] = self.space["rule_left"][:, ancestors]


class Engine:
    """A problem made ready to run: layout, facts, lever table, reactive rules, and what is to be recorded."""

    def __init__(
        self,
        problem: Problem,
        *,
        weekly: Sequence[str] = (),
        monthly: Sequence[str] = (),
        last: Sequence[str] = (),
        kernel: str = "lanes",
    ) -> None:
        """Prepare. `weekly` quantities are recorded as national sums, `monthly` ones with their dimensions.

        Raises RunError E401 for an unknown quantity, E402 for a cohort too large for exact whole numbers.
        """
        self.problem = problem
        self.steps_to_run = problem.steps
        self.program = program()
        self.layout = Layout(self.program, problem.names)
        self.kernel = kernel
        self.weekly, self.monthly, self.last = list(weekly), list(monthly), list(last)
        for name in (*self.weekly, *self.monthly, *self.last):
            if name not in MODEL.quantities:
                raise RunError(
                    "E401", f"unknown quantity {name!r}", hint=f"did you mean {nearest(name, MODEL.quantities)}?"
                )
        largest = float(np.max(problem.facts["population_at_start"], initial=0.0))
        if largest > LARGEST_COHORT:
            raise RunError(
                "E402",
                f"a community of {largest:,.0f} in one district is too large for exact counting",
                hint=f"split the district: at most {LARGEST_COHORT:,}",
            )
        self.dtype = np.float32 if kernel == "lanes" else np.float64
        facts = {**problem.facts, **event_size_facts(), "step": np.asarray(problem.step)}
        self._real = self._facts(self.layout.real, facts, self.dtype)
        self._whole = self._facts(self.layout.whole, facts, np.int64)
        self._lever_table = self._levers()
        self._record_plan()
        self._reactive_plan()

    # -- preparation --------------------------------------------------------------------------------------

    def _facts(self, places: Mapping[Any, Any], facts: Mapping[str, np.ndarray], dtype: Any) -> np.ndarray:
        out = np.zeros(sum(place.rows for place in places.values()) + 1, dtype=dtype)
        for symbol, place in places.items():
            value = np.broadcast_to(np.asarray(facts[symbol.name]), place.shape)
            out[place.start : place.start + place.rows] = value.ravel()
        return out

    def _levers(self) -> np.ndarray:
        switches = {lever.name: lever.key for lever in MODEL.levers.values() if lever.switch}
        table = np.zeros((self.problem.steps, self.layout.lever_rows), dtype=self.dtype)
        for symbol, place in self.layout.floats.items():
            if symbol.space == "lever":
                at = place.start - self.layout.lever_start
                values = np.asarray(self.problem.levers[symbol.name], dtype=float)
                if symbol.name in switches and not np.isin(values, (0.0, 1.0)).all():
                    raise RunError(
                        "E408",
                        f"{switches[symbol.name]} is a switch: 0 or 1, not {values[~np.isin(values, (0, 1))][0]:g}",
                    )
                table[:, at : at + place.rows] = values.reshape(self.problem.steps, -1)
        return table

    def _record_plan(self) -> None:
        week: list[int] = []
        many: list[int] = []
        money: list[int] = []
        month: list[int] = []
        sums: list[bool] = []
        self._weekly_rows: list[str] = []
        self._money_rows: list[str] = []
        self._monthly_rows: list[tuple[str, int, tuple[int, ...]]] = []
        money_places = {symbol.name: place for symbol, place in self.layout.money.items()}
        for name in self.weekly:
            if name in money_places:
                self._money_rows.append(name)
                money.append(money_places[name].start * LANES)
            else:
                place = self.layout.place("now", name)
                self._weekly_rows.append(name)
                week.append(place.start * LANES)
                many.append(place.rows)
        for name in self.monthly:
            place = self.layout.place("now", name)
            self._monthly_rows.append((name, len(month), place.shape))
            for row in range(place.rows):
                month.append((place.start + row) * LANES)
                sums.append(MODEL.quantities[name].kind == "flow")
        self._week_at, self._week_many = np.array(week, dtype=np.int64), np.array(many, dtype=np.int64)
        self._money_at = np.array(money, dtype=np.int64)
        self._month_at, self._month_sums = np.array(month, dtype=np.int64), np.array(sums, dtype=np.bool_)

    def _reactive_plan(self) -> None:
        rules = self.problem.rules
        plan: dict[str, list[float]] = {
            key: []
            for key in ("watch", "many", "window", "sign", "level", "target", "targets", "kind", "value", "hold")
        }
        for rule in rules:
            seen, many = self._rows(self.layout.place("now", rule.quantity), rule.element)
            acts, targets = self._rows(self.layout.place("lever", rule.lever), rule.lever_element)
            numbers: tuple[float, ...] = (
                seen * LANES,
                many,
                max(1, round(rule.window / self.problem.step)),
                1.0 if rule.comparison == ">" else -1.0,
                rule.threshold,
            )
            numbers += (
                acts * LANES,
                targets,
                _KINDS[rule.operation],
                rule.value,
                max(1, round(rule.hold_weeks / self.problem.step)),
            )
            for key, number in zip(plan, numbers, strict=True):
                plan[key].append(number)
        real = ("sign", "level", "value")
        self._rules = {
            f"rule_{key}": np.array(values, dtype=float if key in real else np.int64) for key, values in plan.items()
        }
        self._longest = int(max(plan["window"], default=1))

    @staticmethod
    def _rows(place: Any, element: int | None) -> tuple[int, int]:
        """First row and number of rows of one element, or of the whole quantity when none is given."""
        return (place.start, place.rows) if element is None else (place.start + element, 1)

    # -- running ------------------------------------------------------------------------------------------

    def module(self) -> Any:
        """The woven module; the first call ever compiles it, which takes about a minute."""
        return _module(self.kernel)

    def run(self, parameters: Mapping[str, np.ndarray], members: np.ndarray, seed: int) -> Block:
        """Run one block of up to 128 members.

        parameters: name -> (members, *dimensions); members: identities, uint32; seed: below 2**64.
        Randomness: Philox named by (seed, member, step, room, rule, draw, index). Thread-safe.
        """
        opened = self.open(parameters, members, seed)
        opened.advance(self.steps_to_run)
        return self._collect(opened.space, len(members))

    def open(self, parameters: Mapping[str, np.ndarray], members: np.ndarray, seed: int) -> Opened:
        """Return a block that has not begun, to be advanced in pieces: what a particle filter needs.

        Arguments, randomness and errors as for `run`.
        """
        count = len(members)
        if not 0 < count <= LANES:
            raise RunError("E403", f"a block holds 1 to {LANES} members, not {count}")
        module = self.module()
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
        return Opened(self, module, space, self._views(space))

    def _views(self, space: dict[str, Any]) -> list[np.ndarray]:
        layout = self.layout
        out = []
        for symbol in view_symbols(self.program, self.kernel == "lanes"):
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
        layout, steps = self.layout, self.problem.steps
        months = len(self.problem.month_labels)
        return {
            "bank": np.zeros(layout.float_rows * LANES, dtype=self.dtype),
            "money": np.zeros(layout.money_rows * LANES + 1),
            "counts": layout.counts, "lever_table": self._lever_table, "lever_start": layout.lever_start * LANES, "first": 0, "steps": self.steps_to_run,
            **self._rules,
            "rule_memory": np.zeros((len(self.problem.rules), self._longest, LANES)),
            "rule_left": np.zeros((len(self.problem.rules), LANES), dtype=np.int64),
            "week_at": self._week_at, "week_many": self._week_many, "week_out": np.zeros((steps, len(self._week_at), LANES)),
            "week_money_at": self._money_at, "week_money_out": np.zeros((steps, len(self._money_at), LANES)),
            "month_of": np.asarray(self.problem.months, dtype=np.int64), "month_at": self._month_at, "month_sums": self._month_sums,
            "month_out": np.zeros((months, len(self._month_at), LANES), dtype=np.float32),
            "scratch": np.zeros(module.SCRATCH_ROWS * LANES, dtype=self.dtype), "words": np.zeros(module.DRAW_SLOTS * 4 * LANES, dtype=np.uint32),
            "held": np.full(module.DRAW_SLOTS, -1, dtype=np.int64), "work": np.zeros(WORK_ROWS * LANES, dtype=self.dtype),
        }  # fmt: skip

    def _collect(self, space: dict[str, Any], count: int) -> Block:
        weekly = {
            name: np.ascontiguousarray(space["week_out"][:, row, :count].T)
            for row, name in enumerate(self._weekly_rows)
        }
        weekly |= {
            name: np.ascontiguousarray(space["week_money_out"][:, row, :count].T)
            for row, name in enumerate(self._money_rows)
        }
        months = space["month_out"].shape[0]
        monthly = {}
        for name, first, shape in self._monthly_rows:
            rows = int(np.prod(shape, dtype=int))
            block = np.moveaxis(space["month_out"][:, first : first + rows, :count], 2, 0)
            monthly[name] = np.ascontiguousarray(block).reshape(count, months, *shape)
        bank = space["bank"].reshape(-1, LANES)
        last = {}
        for name in self.last:
            place = self.layout.place("now", name)
            last[name] = np.ascontiguousarray(bank[place.start : place.start + place.rows, :count].T).reshape(
                count, *place.shape
            )
        failed = ~np.isfinite(bank[:, :count]).all(axis=0)
        return Block(weekly, monthly, last, failed)
