"""Where the kernel's time goes, with one command.

    uv run python benchmarks/profile.py                          iraq-2003, prior draws, a table by rule
    uv run python benchmarks/profile.py --scenario meadow --weeks 5:104

Every rule of the week is compiled on its own (the kernel proper is one function, in which a clock would disturb) and
timed over a block of 128 members. Draws are traced in a second pass: how many there are, in how many lanes there is
nothing to draw, a mean to be inverted or one for the expansion, and how far the slowest lane of a group walks.
Compiled code is kept in the cache folder beside the kernel's; the first call takes minutes.
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
        from forbear.kernel.driver import DIMENSION_ORDER, view_symbols
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
            self.space["work"] = np.zeros(5 * 128 + 260 * 8000, dtype=np.float32)
        views = {s.variable: v for s, v in zip(view_symbols(engine.program, True), opened.views, strict=True)}
        counts = {f"n_{d}": int(c) for d, c in zip(DIMENSION_ORDER, engine.layout.counts, strict=True)}
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
        held, work = self.space["held"], self.space["work"]
        held[-1] = 5 * 128
        self.step(index)
        end, held[-1] = int(held[-1]), 0
        return work[5 * 128 : end].reshape(-1, 260).copy()


def apart(program: Any, traced: bool) -> Any:
    """The woven module with every rule a function that can be called from Python."""
    from forbear.kernel import woven

    text = woven.source(program, "lanes").split("@njit(error_model='numpy', nogil=True, cache=True)\ndef run(")[0]
    text = text.replace("woven_rule", "over_lanes")
    if traced:
        head, tail = text.split("F = np.float32", 1)
        for kind in ("binomial", "poisson"):
            tail = tail.replace(f"{kind}_lanes(", f"{kind}_traced(")
        text = head + TRACED + "\nF = np.float32" + tail
    digest = hashlib.sha256((text + woven._kernel_sources()).encode()).hexdigest()[:16]
    name = f"forbear_profile_{'traced' if traced else 'apart'}_{digest}"
    path = woven.cache_folder() / f"{name}.py"
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def by_rule(scenario: str, first: int, last: int) -> None:
    """Time each rule; the cost of calling it from Python is measured with a week of no lanes and taken off."""
    stepper = Stepper(scenario)
    spent: dict[str, list[float]] = defaultdict(list)
    empty: dict[str, list[float]] = defaultdict(list)
    for index in range(min(last, stepper.problem.steps)):
        stepper.step(index, spent if index >= first else None)
    rows = []
    for function, rule, _ in stepper.week:
        rows.append((statistics.fmean(spent[function]) * 1e6, function, len(rule.draws)))
    whole = sum(row[0] for row in rows)
    print(f"{scenario}, weeks {first} to {last}, a block of 128 members: {whole:,.0f} microseconds a week")
    for took, function, sites in sorted(rows, reverse=True):
        print(f"{took:9.1f} us  {100 * took / whole:5.1f} %  {function:32s} {sites} draw sites")
    del empty


def main() -> None:
    """Profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="iraq-2003")
    parser.add_argument("--weeks", default="5:300")
    asked = parser.parse_args()
    first, last = (int(number) for number in asked.weeks.split(":"))
    by_rule(asked.scenario, first, last)


if __name__ == "__main__":
    main()
