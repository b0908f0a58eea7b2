"""Writes the function that runs a block of members through all steps.

All 32-bit rows of a block lie in one array, the *bank*. The driver takes the bank, for levers and recording, and one
view of it per name, for the rules: cutting the views in compiled code would cost minutes of compilation. Nothing
is allocated inside the loop over steps.
"""

from __future__ import annotations

from forbear.kernel.emit import arguments_of
from forbear.kernel.language import Program, Symbol

RUN_ARGUMENTS = (
    "bank", "money", "counts", "lever_table", "lever_start", "first", "steps", "members", "key0", "key1", "lanes",
    "rule_watch", "rule_many", "rule_window", "rule_sign", "rule_level", "rule_target", "rule_targets", "rule_kind", "rule_value", "rule_hold",
    "rule_memory", "rule_left", "week_at", "week_many", "week_out", "week_money_at", "week_money_out", "month_of",
    "month_at", "month_sums", "month_out", "scratch", "words", "held", "work",
)  # fmt: skip


def view_symbols(program: Program, lanes: bool) -> list[Symbol]:
    """The symbols that `run` takes a view of, in the order of its last arguments."""
    used = {a for rule in program.rules for a in arguments_of(rule, lanes)}
    return [s for s in program.symbols.values() if s.variable in used]


def driver_source(program: Program, lanes: bool) -> str:
    """Return the source of `run`, which advances one block from step `first` to `steps` and fills the output arrays."""
    views = view_symbols(program, lanes)
    lines = [
        "@njit(error_model='numpy', nogil=True, cache=True)",
        f"def run({', '.join([*RUN_ARGUMENTS, *(s.variable for s in views)])}):",
    ]
    for place, dimension in enumerate(program.dimensions):
        lines.append(f"    n_{dimension} = counts[{place}]")
    lines.append("    index = 0")
    # a block may be run in pieces (a particle filter stops at every observation): only the first piece begins
    lines.append("    if first == 0:")
    lines.append("        apply_levers(bank, lever_start, lever_table, 0, lanes)")
    for rule in program.begin:
        lines.append(f"        {rule.function}({', '.join(arguments_of(rule, lanes))})")
    lines.append("    for index in range(first, steps):")
    lines.append("        apply_levers(bank, lever_start, lever_table, index, lanes)")
    lines.append(
        "        react(bank, index, lanes, rule_watch, rule_many, rule_window, rule_sign, rule_level, rule_target, rule_targets, rule_kind, rule_value, rule_hold, rule_memory, rule_left)"
    )
    for rule in program.week:
        lines.append(f"        {rule.function}({', '.join(arguments_of(rule, lanes))})")
    lines.append(
        "        record(bank, money, index, lanes, week_at, week_many, week_out, week_money_at, week_money_out, month_of, month_at, month_sums, month_out)"
    )
    return "\n".join(lines) + "\n"
