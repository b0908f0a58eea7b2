"""Benchmarks with one command.

    uv run --group bench python benchmarks/run.py            all of them, a table on standard output
    uv run --group bench python benchmarks/run.py --only kernel,latency

Figures are medians with minimum and maximum over repetitions, of processor time of all threads where it says so.
Nothing is picked: every repetition counts. `benchmarks/diary.md` keeps what was found and what remains.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np


def spread(values: list[float], digits: int = 3) -> str:
    """Median (minimum to maximum)."""
    return f"{statistics.median(values):.{digits}g} ({min(values):.{digits}g} to {max(values):.{digits}g})"


def prepared(name: str, kernel: str = "lanes"):  # type: ignore[no-untyped-def]
    """An engine of a scenario that records little, and a source of parameters."""
    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine
    from forbear.scenario import Scenario

    problem = Scenario.load(name).problem()
    engine = Engine(problem, weekly=["deaths", "cost_budget"], kernel=kernel)
    return engine, lambda members: draw_priors(problem, members, 1)


def kernel() -> None:
    """Runs per core-second of the Iraq scenario: 18 districts, 451 weeks."""
    engine, draw = prepared("iraq-2003")
    members = np.arange(128, dtype=np.uint32)
    parameters = draw(members)
    engine.run(parameters, members, 1)
    rates = []
    for repetition in range(7):
        began = time.process_time()
        engine.run(parameters, members, repetition)
        rates.append(128 / (time.process_time() - began))
    draws = sum(len(rule.draws) for rule in engine.program.rules)
    print(
        f"lanes, Iraq, prior draws       {spread(rates)} runs per core-second; {draws} draw sites, {engine.layout.float_rows} numbers a member"
    )


def exact() -> None:
    """The exact scalar kernel on the same problem."""
    engine, draw = prepared("iraq-2003", "exact")
    members = np.arange(8, dtype=np.uint32)
    parameters = draw(members)
    engine.run(parameters, members, 1)
    rates = []
    for repetition in range(5):
        began = time.process_time()
        engine.run(parameters, members, repetition)
        rates.append(8 / (time.process_time() - began))
    print(f"exact, Iraq, prior draws       {spread(rates)} runs per core-second")


def latency() -> None:
    """Wall time of a single run, and of a first small paired ensemble (two policies of 128 members)."""
    engine, draw = prepared("iraq-2003")
    members = np.arange(128, dtype=np.uint32)
    parameters = draw(members)
    engine.run(parameters, members, 1)
    one = {name: value[:1] for name, value in parameters.items()}
    single, pair = [], []
    for repetition in range(7):
        began = time.perf_counter()
        engine.run(one, members[:1], repetition)
        single.append(time.perf_counter() - began)
        began = time.perf_counter()
        engine.run(parameters, members, repetition)
        engine.run(parameters, members, repetition)
        pair.append(time.perf_counter() - began)
    print(f"single run, wall seconds       {spread(single)}")
    print(f"pair of 128, wall seconds      {spread(pair)} on one thread")


def people() -> None:
    """Cost against population: the same country with a hundredth and ten times the people of the meadow."""
    from dataclasses import replace

    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine
    from forbear.scenario import Scenario

    problem = Scenario.load("meadow").problem()
    members = np.arange(128, dtype=np.uint32)
    for factor in (0.1, 1, 10, 100):
        facts = dict(problem.facts)
        for name in ("population_at_start", "founding_fighters", "old_army_strength"):
            facts[name] = np.floor(facts[name] * factor)
        levers = {
            n: v * (factor if n in ("force", "partners", "force_target") else 1) for n, v in problem.levers.items()
        }
        engine = Engine(replace(problem, facts=facts, levers=levers, rules=()), weekly=["deaths"])
        parameters = draw_priors(problem, members, 1)
        engine.run(parameters, members, 1)
        rates = []
        for repetition in range(5):
            began = time.process_time()
            engine.run(parameters, members, repetition)
            rates.append(128 / (time.process_time() - began))
        print(f"population {facts['population_at_start'].sum():>12,.0f}      {spread(rates)} runs per core-second")


def threads() -> None:
    """Members per second of `simulate` with one and two threads, recording everything that the report needs."""
    from forbear.ensemble.runner import simulate
    from forbear.scenario import Scenario

    problem = Scenario.load("iraq-2003").problem()
    simulate(problem, members=64, seed=1)
    for workers in (1, 2):
        rates = []
        for repetition in range(3):
            began = time.perf_counter()
            simulate(problem, members=512, seed=repetition, workers=workers)
            rates.append(512 / (time.perf_counter() - began))
        print(
            f"simulate, {workers} thread(s)          {spread(rates)} runs per second, all outputs; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )


def start() -> None:
    """Start of the command, and compilation from nothing and from the cache."""
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "forbear.cli", "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    print(f"forbear --help, wall seconds   {spread(times)}")
    code = "import time; t = time.perf_counter(); from forbear.scenario import Scenario; from forbear.ensemble.runner import simulate; simulate(Scenario.load('meadow').problem(), members=1, workers=1); print(time.perf_counter() - t)"
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "FORBEAR_CACHE": folder}
        cold = float(
            subprocess.run(
                [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
            ).stdout
        )
        warm = [
            float(
                subprocess.run(
                    [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
                ).stdout
            )
            for _ in range(3)
        ]
    print(f"first run ever (compiles)      {cold:.3g} s; later processes {spread(warm)} s")


def numpy_members() -> None:
    """One rule's draws over members with NumPy's generator, against the lane sampler: what the kernel saves."""
    from forbear.kernel import draws

    generator = np.random.default_rng(1)
    for n, p in ((5, 0.3), (400, 0.02), (100_000, 0.01)):
        many = np.full(128, n)
        began = time.perf_counter()
        for _ in range(2000):
            generator.binomial(many, p)
        by_numpy = (time.perf_counter() - began) / 2000 / 128 * 1e9
        ours = _lane_time(draws, n, p)
        print(
            f"binomial({n}, {p})".ljust(31) + f"{ours:.3g} ns a draw in lanes, {by_numpy:.3g} ns with NumPy's generator"
        )


def _lane_time(draws, n: float, p: float) -> float:  # type: ignore[no-untyped-def]
    from numba import njit

    sampler = draws.binomial_lanes

    @njit(nogil=True)
    def many(a, b, out, words, held, members, work, repetitions):  # type: ignore[no-untyped-def]
        for k in range(repetitions):
            sampler(a, 0, b, 0, out, 0, words, held, 0, 1, k // 64, k % 64, members, 1, 2, work, 128)

    a, b, out = (np.full(128, x, dtype=np.float32) for x in (n, p, 0))
    words, held, work = (
        np.zeros(1024, dtype=np.uint32),
        np.full(2, -1, dtype=np.int64),
        np.zeros(draws.WORK_ROWS * 128, dtype=np.float32),
    )
    members = np.arange(128, dtype=np.uint32)
    many(a, b, out, words, held, members, work, 10)
    began = time.perf_counter()
    many(a, b, out, words, held, members, work, 20_000)
    return (time.perf_counter() - began) / 20_000 / 128 * 1e9


def agents() -> None:
    """Mesa agents doing part of the same rules (allegiance of each person), against the kernel doing all of them."""
    try:
        import mesa
    except ImportError:
        print("agents: Mesa is not installed: uv run --group bench python benchmarks/run.py")
        return

    class Person(mesa.Agent):
        def __init__(self, model):  # type: ignore[no-untyped-def]
            super().__init__(model)
            self.side = 0

        def step(self) -> None:
            u = self.random.random()
            if self.side == 0:
                self.side = -1 if u < 0.004 else (1 if u < 0.01 else 0)
            elif u < 0.01:
                self.side = 0

    class Country(mesa.Model):
        def __init__(self, size: int) -> None:
            super().__init__(rng=1)
            for _ in range(size):
                Person(self)

        def step(self) -> None:
            self.agents.do("step")

    for size in (2_000, 40_000):
        country = Country(size)
        began = time.perf_counter()
        for _ in range(10):
            country.step()
        seconds = (time.perf_counter() - began) / 10 * 104
        print(
            f"Mesa, {size:>6,} persons, 104 weeks  {1 / seconds:.3g} runs per core-second (allegiance only; meadow's size is 40,000)"
        )


BENCHMARKS: dict[str, Callable[[], None]] = {
    "start": start, "kernel": kernel, "exact": exact, "latency": latency, "people": people, "threads": threads, "samplers": numpy_members, "agents": agents,
}  # fmt: skip


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(BENCHMARKS))
    for name in parser.parse_args().only.split(","):
        BENCHMARKS[name]()


if __name__ == "__main__":
    main()
