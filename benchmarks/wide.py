"""The wide kernel against the reference kernel, its instruction sets, and its own bound, in turn.

    uv run python benchmarks/wide.py                                all of it
    uv run python benchmarks/wide.py --without reference            what needs no minutes of compilation
    uv run python benchmarks/wide.py --only compile

Runs per core-second are processor time of the thread; kernels take turns in one process, and ratios are those of turns that
follow one another: medians with minimum and maximum. The bound is the same kernel with random words that cost nearly nothing.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np

from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine
from forbear.kernel.wide import draws
from forbear.kernel.wide.machine import compiled, target_of
from forbear.kernel.wide.numbers import EXACT, WIDE
from forbear.kernel.wide.text import Code, Value
from forbear.kernel.wide.weave import CompiledKernel, plans_of, text_for, woven_rules
from forbear.scenario import Scenario

KERNELS = ("reference", "avx512", "avx2", "sse2", "bound", "bound avx2")
CASES = (("iraq-2003", 128), ("iraq-2003", 64), ("iraq-2003", 16), ("iraq-2003", 1), ("meadow", 128))


def spread(values: list[float], digits: int = 4) -> str:
    """Median (minimum to maximum)."""
    return f"{statistics.median(values):.{digits}g} ({min(values):.{digits}g} to {max(values):.{digits}g})"


def nearly_free(code: Code, members: Value, *address: Value) -> tuple[Value, ...]:
    """Words that look random and cost a few instructions."""
    mixed = members + code.spread(sum(address[1:], address[0]) * -1640531527)
    mixed = mixed * -862048943
    mixed = mixed ^ (mixed >> 15)
    first = mixed * -2073254261
    first = first ^ (first >> 13)
    return tuple(first if turn == 0 else (first >> turn) | (first << (32 - turn)) for turn in (0, 8, 16, 24))


def engine_of(problem, name: str) -> Engine:  # type: ignore[no-untyped-def]
    """An engine that runs one of the kernels."""
    if name == "reference":
        return Engine(problem, weekly=("deaths", "cost_budget"), kernel="reference")
    engine = Engine(problem, weekly=("deaths", "cost_budget"))
    kept = draws.philox
    if name.startswith("bound"):
        draws.philox = nearly_free  # type: ignore[assignment]
    target = target_of({"bound": "avx512", "bound avx2": "avx2"}.get(name, name))
    module = CompiledKernel(engine.program, target)
    draws.philox = kept
    engine.module = lambda: module  # type: ignore[method-assign]
    return engine


def speed(names: list[str], repetitions: int) -> None:
    """Runs per core-second, kernels in turn."""
    for scenario, members in CASES:
        problem = Scenario.load(scenario).problem()
        people = np.arange(members, dtype=np.uint32)
        parameters = draw_priors(problem, people, 1)
        engines = {name: engine_of(problem, name) for name in names}
        for engine in engines.values():
            engine.run(parameters, people, 0)
        rates: dict[str, list[float]] = {name: [] for name in names}
        for repetition in range(repetitions):
            for name, engine in engines.items():
                began = time.thread_time()
                engine.run(parameters, people, repetition)
                rates[name].append(members / (time.thread_time() - began))
        print(f"\n{scenario}, {members} members, runs per core-second, and in turn against {names[0]}")
        for name, found in rates.items():
            ratios = [b / a for a, b in zip(rates[names[0]], found, strict=True)]
            print(f"  {name:12s} {spread(found):32s} {spread(ratios, 3)}", flush=True)


def compilation() -> None:
    """Processor seconds from rules to machine code, nothing kept."""
    program = Engine(Scenario.load("meadow").problem()).program
    for numbers in (WIDE, EXACT):
        for name in (None, "avx2") if numbers is WIDE else (None,):
            weaving, making = [], []
            for _ in range(3):
                began = time.process_time()
                text = text_for(woven_rules(program, plans_of(program), numbers), target_of(name), numbers)
                middle = time.process_time()
                code = compiled(text, target_of(name))
                weaving.append(middle - began)
                making.append(time.process_time() - middle)
            what = f"{numbers.name} ({name or 'this machine'})"
            print(
                f"compile {what:22s} weaving {spread(weaving, 3)} s, machine code {spread(making, 3)} s, {len(code)} bytes"
            )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("compile", "speed"))
    parser.add_argument("--without", action="append", default=[], choices=KERNELS)
    parser.add_argument("--repetitions", type=int, default=7)
    asked = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "compile": compilation,
        "speed": lambda: speed(
            [name for name in KERNELS if name not in asked.without and _runs_here(name)], asked.repetitions
        ),
    }
    for name, part in parts.items():
        if asked.only in (None, name):
            part()


def _runs_here(name: str) -> bool:
    return name == "reference" or target_of({"bound": "avx512", "bound avx2": "avx2"}.get(name, name)).native


if __name__ == "__main__":
    main()
