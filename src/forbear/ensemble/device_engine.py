"""Runs many chunks of members at once on a GPU, one thread a member.

Each chunk's state and results lie as the processor's block does, so what comes back is read by the same code and
goes into the same store.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.engine import Engine
from forbear.ensemble.recording import Block
from forbear.errors import RunError
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.problem import Problem

__all__ = ["DeviceEngine"]

#: No more chunks are run at once even where memory would do: 131,072 threads fill any GPU, and parameters wait in host memory.
MOST_CHUNKS = 1024
#: The share of a GPU's free memory that is used.
SHARE_OF_MEMORY = 0.8


class DeviceEngine(Engine):
    """A problem made ready to run on a GPU, many chunks of up to 128 members at once."""

    def __init__(self, problem: Problem, **options: Any) -> None:
        """As Engine, in the lane kernel's arithmetic. Compiles or loads the kernels at first use, not here."""
        super().__init__(problem, kernel="lanes", **options)
        given = [place for symbol, place in self.layout.floats.items() if symbol.space == "given"]
        self._given_start = given[0].start if given else 0
        self._given_rows = sum(place.rows for place in given)
        self._arrays: dict[str, Any] = {}
        self._room_for = 0

    @property
    def bytes_per_chunk(self) -> int:
        """Memory that one chunk takes on the GPU: state, parameters, and everything that is recorded."""
        steps, months = self.problem.steps, len(self.problem.month_labels)
        numbers = (
            self.layout.float_rows
            + self._given_rows
            + steps * len(self.recording.week_at)
            + months * len(self.recording.month_at)
        )
        wide = (
            self.layout.money_rows
            + steps * len(self.recording.money_at)
            + len(self.problem.rules) * (self.longest_window + 1)
        )
        return LANES * (4 * numbers + 8 * wide + 4)

    def chunks_at_once(self) -> int:
        """How many chunks fit into the GPU's free memory, bounded by what fills it many times over."""
        from numba import cuda

        free = float(cuda.current_context().get_memory_info().free)
        return int(max(1, min(MOST_CHUNKS, SHARE_OF_MEMORY * free / self.bytes_per_chunk)))

    def prepare(self, meter: Meter) -> None:
        """Compile, or load what is compiled, before the clock of a progress bar starts."""
        from forbear.kernel.cuda_compile import is_compiled, simulated

        if not simulated() and not is_compiled(self.program):
            meter.say("compiling the country for the GPU: once, a few minutes; kept on disk for next time")
        self.compiled()

    def compiled(self) -> Any:
        """The kernels, compiled for the current GPU (minutes at first use, then kept on disk)."""
        from forbear.kernel.cuda_compile import load

        if "program" not in self._arrays:
            self._arrays["program"] = load(self.program)
        return self._arrays["program"]

    def run(self, parameters: Mapping[str, np.ndarray], members: np.ndarray, seed: int) -> Block:
        """Run one chunk; as `Engine.run`."""
        return next(self.run_chunks([(parameters, members)], seed))

    def run_chunks(self, chunks: Sequence[tuple[Mapping[str, np.ndarray], np.ndarray]], seed: int) -> Iterator[Block]:
        """Run chunks of (parameters, members) side by side and yield their blocks in order.

        Randomness as `Engine.run`: which chunk a member falls into changes nothing. Raises RunError E403.
        """
        for _, members in chunks:
            if not 0 < len(members) <= LANES:
                raise RunError("E403", f"a block holds 1 to {LANES} members, not {len(members)}")
        at = self._room(len(chunks))
        self._fill(at, chunks)
        self._advance(at, (len(chunks), self._threads(chunks)), seed)
        for number, (_, members) in enumerate(chunks):
            space = {
                name: at[name][number].copy_to_host() for name in ("week_out", "week_money_out", "month_out", "chunked")
            }
            space["bank"] = space.pop("chunked")
            yield self.recording.collect(space, len(members))

    def _room(self, chunks: int) -> dict[str, Any]:
        """Arrays on the GPU with room for so many chunks; kept for the next call."""
        from numba import cuda

        if chunks > self._room_for:
            layout, steps, months = self.layout, self.problem.steps, len(self.problem.month_labels)
            rules = len(self.problem.rules)
            bank = cuda.device_array((chunks, layout.float_rows * LANES), np.float32)
            shapes: dict[str, tuple[tuple[int, ...], Any]] = {
                "money": ((chunks * max(layout.money_rows, 1) * LANES,), np.float64),
                "memory": ((chunks, max(rules, 1), self.longest_window, LANES), np.float64),
                "left": ((chunks, max(rules, 1), LANES), np.int64),
                "week_out": ((chunks, steps, max(len(self.recording.week_at), 1), LANES), np.float32),
                "week_money_out": ((chunks, steps, max(len(self.recording.money_at), 1), LANES), np.float64),
                "month_out": ((chunks, months, max(len(self.recording.month_at), 1), LANES), np.float32),
            }
            self._arrays |= {name: cuda.device_array(shape, kind) for name, (shape, kind) in shapes.items()}
            self._arrays |= {"chunked": bank, "bank": bank.reshape(bank.size)}
            self._arrays |= {name: cuda.to_device(value) for name, value in self._constants().items()}
            self._room_for = chunks
        return self._arrays

    def _constants(self) -> dict[str, np.ndarray]:
        """What every chunk reads: places of symbols, facts, levers, rules; rows counted in rows, not in numbers."""
        from forbear.kernel.cuda import place_order

        layout = self.layout
        places = {**layout.floats, **layout.money, **layout.real, **layout.whole}
        lists = {
            **self.rules,
            "rule_watch": self.rules["rule_watch"] // LANES,
            "rule_target": self.rules["rule_target"] // LANES,
            "week_at": self.recording.week_at // LANES,
            "week_many": self.recording.week_many,
            "money_at": self.recording.money_at // LANES,
            "month_at": self.recording.month_at // LANES,
            "month_sums": self.recording.month_sums,
        }
        # an empty list gets one entry, recorded where nobody looks: empty arrays on a GPU are asking for trouble
        lists = {name: value if len(value) else np.zeros(1, dtype=value.dtype) for name, value in lists.items()}
        return {
            "place": np.array([places[symbol].start for symbol in place_order(self.program)], dtype=np.int64),
            "counts": layout.counts,
            "reals": self._real,
            "integers": self._whole,
            "levers": np.ascontiguousarray(self.lever_table),
            **lists,
        }

    def _fill(self, at: dict[str, Any], chunks: Sequence[tuple[Mapping[str, np.ndarray], np.ndarray]]) -> None:
        """Put parameters and identities on the GPU; lanes without a member repeat the last one."""
        from numba import cuda

        given = np.empty((len(chunks), max(self._given_rows, 1), LANES), dtype=np.float32)
        identities = np.empty(len(chunks) * LANES, dtype=np.uint32)
        for number, (parameters, members) in enumerate(chunks):
            lanes = np.minimum(np.arange(LANES), len(members) - 1)
            identities[number * LANES : (number + 1) * LANES] = np.asarray(members, dtype=np.uint32)[lanes]
            for symbol, place in self.layout.floats.items():
                if symbol.space == "given":
                    values = np.asarray(parameters[symbol.name], dtype=np.float32).reshape(len(members), place.rows)
                    first = place.start - self._given_start
                    given[number, first : first + place.rows] = values[lanes].T
        at["given"], at["members"] = cuda.to_device(given), cuda.to_device(identities)

    @staticmethod
    def _threads(chunks: Sequence[tuple[Any, np.ndarray]]) -> int:
        """Threads of a chunk: all its lanes; in the simulator, where each is slow, only those that hold a member."""
        from forbear.kernel.cuda_compile import simulated

        return max(len(members) for _, members in chunks) if simulated() else LANES

    def _advance(self, at: dict[str, Any], grid: tuple[int, int], seed: int) -> None:
        """All steps of all chunks: one launch a rule and step. `grid`: chunks and threads of each."""
        program, layout = self.compiled(), self.layout
        bank, money, rows, money_rows = at["bank"], at["money"], layout.float_rows, layout.money_rows
        keys = (np.uint32(seed & 0xFFFFFFFF), np.uint32((seed >> 32) & 0xFFFFFFFF))
        shared = [at[name] for name in ("reals", "integers", "place", "counts", "members")]
        rules = [
            at[f"rule_{name}"]
            for name in ("watch", "many", "window", "sign", "level", "target", "targets", "kind", "value", "hold")
        ]
        recorded = [at[name] for name in ("week_at", "week_many", "week_out", "money_at", "week_money_out")]
        monthly = [at[name] for name in ("month_at", "month_sums", "month_out")]

        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Grid size")  # a small ensemble may leave a GPU half empty
            begin, week = ([kernel[grid] for kernel in kernels] for kernels in (program.begin, program.week))
            clear, apply_levers = program.clear[grid], program.apply_levers[grid]
            react, record = program.react[grid], program.record[grid]

        def follow(kernels: Sequence[Any], index: int) -> None:
            for kernel in kernels:
                kernel(bank, money, *shared, *keys, index, rows, money_rows)

        clear(bank, rows, money, money_rows, self._given_start, at["given"], at["left"], at["month_out"])
        apply_levers(bank, rows, layout.lever_start, at["levers"], 0)
        follow(begin, 0)
        for index in range(self.steps_to_run):
            apply_levers(bank, rows, layout.lever_start, at["levers"], index)
            if self.problem.rules:
                react(bank, rows, index, *rules, at["memory"], at["left"])
            follow(week, index)
            month = int(self.problem.months[index])
            record(bank, rows, money, money_rows, index, month, *recorded, *monthly)
