"""Where the kernel's time goes, with one command.

    uv run python benchmarks/profile.py                          iraq-2003, prior draws, a table by rule
    uv run python benchmarks/profile.py --scenario meadow --weeks 5:104
    uv run python benchmarks/profile.py --kinds                  what draws need, and what each need costs

Every rule of the week is compiled on its own (the kernel proper is one function, in which a clock would disturb) and
timed over a block of 128 members by the processor time of the thread. `--kinds` traces draws instead: how many there
are, in how many lanes there is nothing to draw, a mean to be inverted or one for the expansion; and it times loops that
do one of these only. Compiled code is kept in the cache folder beside the kernel's; the first call takes minutes.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import statistics
import sys
import time
from collections import defaultdict
from typing import Any

import numpy as np

TRACED = """
from forbear.kernel.functions import over_lanes


@over_lanes
def binomial_traced(n, n_at, p, p_at, out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes):
    at = held[held.shape[0] - 1]
    if at > 0 and at + 260 <= work.shape[0]:
        work[at], work[at + 1], work[at + 2] = 1.0, slot, index
        for lane in range(128):
            work[at + 4 + lane] = n[n_at + lane]
            work[at + 132 + lane] = p[p_at + lane]
        held[held.shape[0] - 1] = at + 260
    binomial_lanes(n, n_at, p, p_at, out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes)


@over_lanes
def poisson_traced(m, m_at, out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes):
    at = held[held.shape[0] - 1]
    if at > 0 and at + 260 <= work.shape[0]:
        work[at], work[at + 1], work[at + 2] = 2.0, slot, index
        for lane in range(128):
            work[at + 4 + lane] = m[m_at + lane]
        held[held.shape[0] - 1] = at + 260
    poisson_lanes(m, m_at, out, out_at, words, held, slot, site, step, index, members, key0, key1, work, lanes)
"""


class Stepper:
    """A block whose rules are separate compiled functions, called one by one."""

    def __init__(self, scenario: str, members: int = 128, traced: bool = False) -> None:
        from forbear.ensemble.design import draw_priors
        from forbear.ensemble.engine import Engine
        from forbear.kernel.draws import WORK_ROWS
        from forbear.kernel.driver import view_symbols
        from forbear.kernel.emit import arguments_of
        from forbear.scenario import Scenario

        self.problem = Scenario.load(scenario).problem()
        self.engine = engine = Engine(self.problem, weekly=["deaths"])
        identities = np.arange(members, dtype=np.uint32)
        self.module = apart(engine.program, traced)
        engine.module = lambda: self.module  # type: ignore[method-assign]
        opened = engine.open(draw_priors(self.problem, identities, 1), identities, 1)
        self.space = opened.space
        if traced:
            self.space["work"] = np.zeros(WORK_ROWS * 128 + 260 * 8000, dtype=np.float32)
        views = {s.variable: v for s, v in zip(view_symbols(engine.program, True), opened.views, strict=True)}
        counts = {f"n_{d}": int(c) for d, c in zip(engine.program.dimensions, engine.layout.counts, strict=True)}
        self.names: dict[str, Any] = {**views, **self.space, **counts, "index": 0}
        self.begin = [(r.function, r, arguments_of(r, True)) for r in engine.program.begin]
        self.week = [(r.function, r, arguments_of(r, True)) for r in engine.program.week]
        self.levers(0)
        for function, _, arguments in self.begin:
            getattr(self.module, function)(*(self.names[a] for a in arguments))

    def levers(self, index: int) -> None:
        """Set the levers of a week."""
        self.names["index"] = index
        self.module.apply_levers(
            self.space["bank"], self.space["lever_start"], self.space["lever_table"], index, self.space["lanes"]
        )

    def step(self, index: int, spent: dict[str, list[float]] | None = None) -> None:
        """Run one week; note what each rule took."""
        self.levers(index)
        for function, _, arguments in self.week:
            call, values = getattr(self.module, function), [self.names[a] for a in arguments]
            began = time.thread_time()
            call(*values)
            if spent is not None:
                spent[function].append(time.thread_time() - began)

    def draws(self, index: int) -> np.ndarray:
        """Run one week; return its binomial and Poisson draws, (draws, 260): kind, slot, index, -, n or mean, p."""
        from forbear.kernel.draws import WORK_ROWS

        held, work = self.space["held"], self.space["work"]
        held[-1] = WORK_ROWS * 128
        self.step(index)
        end, held[-1] = int(held[-1]), 0
        return work[WORK_ROWS * 128 : end].reshape(-1, 260).copy()


def apart(program: Any, traced: bool) -> Any:
    """The woven module with every rule a function that can be called from Python."""
    from forbear.kernel import woven
    from forbear.kernel.cache import cache_folder

    text = woven.source(program, "reference").split("@njit(error_model='numpy', nogil=True, cache=True)\ndef run(")[0]
    text = text.replace("woven_rule", "over_lanes")
    if traced:
        head, tail = text.split("F, I64 = np.float32, np.int64", 1)
        for kind in ("binomial", "poisson"):
            tail = tail.replace(f"{kind}_lanes(", f"{kind}_traced(")
        text = head + TRACED + "\nF, I64 = np.float32, np.int64" + tail
    digest = hashlib.sha256((text + woven._kernel_sources()).encode()).hexdigest()[:16]
    name = f"forbear_profile_{'traced' if traced else 'apart'}_{digest}"
    path = cache_folder() / f"{name}.py"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def by_rule(scenario: str, first: int, last: int) -> None:
    """Time each rule; the cost of calling a function from Python is measured on rules without lanes and taken off."""
    stepper = Stepper(scenario)
    spent: dict[str, list[float]] = defaultdict(list)
    calls: dict[str, list[float]] = defaultdict(list)
    for index in range(min(last, stepper.problem.steps)):
        stepper.step(index, spent if index >= first else None)
    stepper.names["lanes"] = 0
    for dimension in [name for name in stepper.names if name.startswith("n_")]:
        stepper.names[dimension] = 0
    for index in range(50):
        stepper.step(index, calls)
    rows = []
    for function, rule, _ in stepper.week:
        call = statistics.median(calls[function])
        rows.append((max(0.0, statistics.fmean(spent[function]) - call) * 1e6, function, len(rule.draws)))
    whole = sum(row[0] for row in rows)
    print(f"{scenario}, weeks {first} to {last}, a block of 128 members: {whole:,.0f} microseconds a week")
    for took, function, sites in sorted(rows, reverse=True):
        print(f"{took:9.1f} us  {100 * took / whole:5.1f} %  {function:32s} {sites} draw sites")


def by_kind(scenario: str, weeks: list[int]) -> None:
    """Count what draws need in some weeks, and price each need by a loop that does nothing else (all in the cache)."""
    stepper = Stepper(scenario, traced=True)
    count: dict[str, float] = defaultdict(float)
    for index in range(max(weeks) + 1):
        if index not in weeks:
            stepper.step(index)
            continue
        draws = stepper.draws(index)
        binomial = draws[:, :1] == 1.0
        size, chance = draws[:, 4:132], draws[:, 132:260]
        mean = np.where(binomial, size * np.clip(np.minimum(chance, 1.0 - chance), 0.0, None), size)
        live = (mean > 0.0).any(axis=1)
        at_all = 1.0 - np.exp(-mean)
        count["draws of 128 lanes"] += len(draws)
        count["of these with nothing to draw in any lane"] += (~live).sum()
        count["blocks of four random words"] += len({(d[1], d[2] // 4) for d in draws[live]})
        count["lanes with nothing to draw, of the rest"] += (mean[live] <= 0.0).sum()
        small = (mean[live] > 0.0) & (mean[live] <= 12.0)
        count["lanes to be inverted"] += small.sum()
        count["... of which give an event"] += at_all[live][small].sum()
        count["lanes for the expansion"] += (mean[live] > 12.0).sum()
    print(f"{scenario}, mean of weeks {weeks}")
    for name, number in count.items():
        print(f"{number / len(weeks):12,.0f}  {name}")
    for name, took in prices().items():
        print(f"{took:12.0f} ns  {name}")


def prices() -> dict[str, float]:
    """Nanoseconds of one call over 128 lanes, the least of many repetitions, by what its lanes need."""
    from numba import njit

    from forbear.kernel import draws

    sampler, fill = draws.binomial_lanes, draws.fill_words

    @njit(nogil=True)
    def sample(n, p, out, words, held, members, work, repetitions):  # type: ignore[no-untyped-def]
        for k in range(repetitions):
            held[0] = k // 64 * np.int64(1 << 31) + k % 64 // 4
            sampler(n, 0, p, 0, out, 0, words, held, 0, 1, k // 64, k % 64, members, 1, 2, work, 128)

    @njit(nogil=True)
    def words_only(words, members, repetitions):  # type: ignore[no-untyped-def]
        for k in range(repetitions):
            fill(words, 0, k, 1, 2, members, 1, 2, 128)

    members, held = np.arange(128, dtype=np.uint32), np.full(2, -1, dtype=np.int64)
    words = np.random.default_rng(1).integers(0, 2**32, 1024).astype(np.uint32)
    work, out = np.zeros(draws.WORK_ROWS * 128, dtype=np.float32), np.zeros(128, dtype=np.float32)

    def least(run: Any) -> float:
        run(10)
        found = []
        for _ in range(15):
            began = time.thread_time()
            run(2000)
            found.append((time.thread_time() - began) / 2000 * 1e9)
        return min(found)

    out_of = {"four random words": least(lambda k: words_only(words.copy(), members, k))}
    for name, n, p in (
        ("a draw, words given, nothing to draw", 0, 0.1),
        ("a draw, words given, mean 0.000003", 3, 1e-6),
        ("a draw, words given, inversion of mean 1", 100, 0.01),
        ("a draw, words given, inversion of mean 8", 400, 0.02),
        ("a draw, words given, expansion", 300_000, 0.01),
    ):
        size, chance = np.full(128, n, dtype=np.float32), np.full(128, p, dtype=np.float32)
        out_of[name] = least(lambda k, a=size, b=chance: sample(a, b, out, words, held, members, work, k))
    return out_of


def main() -> None:
    """Profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="iraq-2003")
    parser.add_argument("--weeks", default="5:300", help="weeks that are timed")
    parser.add_argument("--kinds", action="store_true", help="count and price what draws need, instead of rules")
    asked = parser.parse_args()
    first, last = (int(number) for number in asked.weeks.split(":"))
    if asked.kinds:
        by_kind(asked.scenario, sorted({first + (last - first) * k // 6 for k in range(7)}))
    else:
        by_rule(asked.scenario, first, last)


if __name__ == "__main__":
    main()
