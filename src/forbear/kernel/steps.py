"""What the driver does at every step besides the rules: set levers, react to what is observed, record."""

from __future__ import annotations

from numba import njit

from forbear.kernel.draws import LANES

SET, ADD, SCALE = 0, 1, 2


@njit(error_model="numpy", nogil=True)
def apply_levers(bank, start, table, index, lanes):  # type: ignore[no-untyped-def]
    """Write the scheduled value of every lever into all lanes."""
    for row in range(table.shape[1]):
        value = table[index, row]
        at = start + row * LANES
        for lane in range(lanes):
            bank[at + lane] = value


@njit(error_model="numpy", nogil=True)
def react(bank, index, lanes, watch, many, window, sign, level, target, targets, kind, value, hold, memory, left):  # type: ignore[no-untyped-def]
    """Apply reactive rules: a mean of an observed quantity over its window beyond a level sets a lever for a time.

    `watch`, `many`: first row and number of rows of what is observed (summed); `target`, `targets`: the same of
    the lever (each row is set). `memory` is (rules, longest window, LANES); a rule speaks only once its window
    has been filled. What is seen at a step is what was observed up to the step before.
    """
    for rule in range(watch.shape[0]):
        length = window[rule]
        for lane in range(lanes):
            if index > 0:
                seen = 0.0
                for row in range(many[rule]):
                    seen += bank[watch[rule] + row * LANES + lane]
                memory[rule, (index - 1) % length, lane] = seen
            if index >= length:
                mean = 0.0
                for back in range(length):
                    mean += memory[rule, back, lane]
                if sign[rule] * (mean / length - level[rule]) > 0.0:
                    left[rule, lane] = hold[rule]
            if left[rule, lane] > 0:
                left[rule, lane] -= 1
                for row in range(targets[rule]):
                    at = target[rule] + row * LANES + lane
                    if kind[rule] == SET:
                        bank[at] = value[rule]
                    elif kind[rule] == ADD:
                        bank[at] = max(bank[at] + value[rule], 0.0)
                    else:
                        bank[at] = bank[at] * value[rule]


@njit(error_model="numpy", nogil=True)
def record(
    bank,
    money,
    index,
    lanes,
    week_at,
    week_many,
    week_out,
    week_money_at,
    week_money_out,
    month_of,
    month_at,
    month_sums,
    month_out,
):  # type: ignore[no-untyped-def]
    """Copy what is asked for: weekly rows (summed over a dimension where asked), money, and monthly rows.

    A flow is summed over the steps of a month; a stock or measure keeps its value at the month's last step.
    """
    for row in range(week_at.shape[0]):
        for lane in range(lanes):
            value = 0.0
            for k in range(week_many[row]):
                value += bank[week_at[row] + k * LANES + lane]
            week_out[index, row, lane] = value
    for row in range(week_money_at.shape[0]):
        for lane in range(lanes):
            week_money_out[index, row, lane] = money[week_money_at[row] + lane]
    month = month_of[index]
    for row in range(month_at.shape[0]):
        at = month_at[row]
        if month_sums[row]:
            for lane in range(lanes):
                month_out[month, row, lane] += bank[at + lane]
        else:
            for lane in range(lanes):
                month_out[month, row, lane] = bank[at + lane]
