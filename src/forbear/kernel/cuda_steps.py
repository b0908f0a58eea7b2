"""What happens on the GPU besides the rules: clearing, levers, reactive rules, recording.

The same as `steps.py` does over lanes, for the member of one thread. A chunk of 128 members has its own part of
every array, laid out as the processor's block is, so that a chunk can be fetched and read in the same way.
"""

from __future__ import annotations

import numpy as np
from numba import cuda

from forbear.kernel.draws import LANES
from forbear.kernel.steps import ADD, SET

__all__ = ["apply_levers", "clear", "react", "record"]

#: Sums start from this: a plain 0.0 would take on 32 bits in the simulator.
_NOTHING = np.float64(0.0)


def clear(bank, bank_rows, money, money_rows, given_start, given, left, month_out):  # type: ignore[no-untyped-def]
    """Begin: everything zero but the parameters, which come as (chunks, rows, LANES) and begin at row `given_start`."""
    chunk, lane = cuda.blockIdx.x, cuda.threadIdx.x
    base = chunk * bank_rows * LANES + lane
    for row in range(bank_rows):
        bank[base + row * LANES] = 0.0
    for row in range(given.shape[1]):
        bank[base + (given_start + row) * LANES] = given[chunk, row, lane]
    base = chunk * money_rows * LANES + lane
    for row in range(money_rows):
        money[base + row * LANES] = 0.0
    for rule in range(left.shape[1]):
        left[chunk, rule, lane] = 0
    for month in range(month_out.shape[1]):
        for row in range(month_out.shape[2]):
            month_out[chunk, month, row, lane] = 0.0


def apply_levers(bank, bank_rows, start, table, index):  # type: ignore[no-untyped-def]
    """Write the scheduled value of every lever. `start` is the first lever's row."""
    at = (cuda.blockIdx.x * bank_rows + start) * LANES + cuda.threadIdx.x
    for row in range(table.shape[1]):
        bank[at + row * LANES] = table[index, row]


def react(bank, bank_rows, index, watch, many, window, sign, level, target, targets, kind, value, hold, memory, left):  # type: ignore[no-untyped-def]
    """Apply reactive rules. `watch` and `target` are rows; `memory` is (chunks, rules, window, LANES), `left` without the window."""
    chunk, lane = cuda.blockIdx.x, cuda.threadIdx.x
    base = chunk * bank_rows * LANES + lane
    for rule in range(watch.shape[0]):
        length = window[rule]
        if index > 0:
            seen = _NOTHING
            for row in range(many[rule]):
                seen += bank[base + (watch[rule] + row) * LANES]
            memory[chunk, rule, (index - 1) % length, lane] = seen
        if index >= length:
            mean = _NOTHING
            for back in range(length):
                mean += memory[chunk, rule, back, lane]
            if sign[rule] * (mean / length - level[rule]) > 0.0:
                left[chunk, rule, lane] = hold[rule]
        if left[chunk, rule, lane] > 0:
            left[chunk, rule, lane] -= 1
            for row in range(targets[rule]):
                at = base + (target[rule] + row) * LANES
                if kind[rule] == SET:
                    bank[at] = value[rule]
                elif kind[rule] == ADD:
                    bank[at] = max(bank[at] + value[rule], 0.0)
                else:
                    bank[at] = bank[at] * value[rule]


def record(
    bank, bank_rows, money, money_rows, index, month, week_at, week_many, week_out,
    week_money_at, week_money_out, month_at, month_sums, month_out,
):  # type: ignore[no-untyped-def]  # fmt: skip
    """Copy what is asked for into (chunks, steps or months, rows, LANES); sums over rows are made in 64 bits."""
    chunk, lane = cuda.blockIdx.x, cuda.threadIdx.x
    base = chunk * bank_rows * LANES + lane
    for row in range(week_at.shape[0]):
        value = _NOTHING
        for k in range(week_many[row]):
            value += bank[base + (week_at[row] + k) * LANES]
        week_out[chunk, index, row, lane] = value
    base_money = chunk * money_rows * LANES + lane
    for row in range(week_money_at.shape[0]):
        week_money_out[chunk, index, row, lane] = money[base_money + week_money_at[row] * LANES]
    for row in range(month_at.shape[0]):
        now = bank[base + month_at[row] * LANES]
        if month_sums[row]:
            month_out[chunk, month, row, lane] += now
        else:
            month_out[chunk, month, row, lane] = now
