"""How cost grows: with members, districts, communities, weeks, people, threads, worker processes; memory; store; start.

    uv run --group bench python benchmarks/scaling.py                    all tables; about six core-minutes
    uv run --group bench python benchmarks/scaling.py --only districts,memory
    uv run --group bench python benchmarks/scaling.py --only memory --members 1024,10000

Processor time of all threads where a table says core-second, wall time where it says second; medians with minimum and
maximum of repetitions in which the compared cases take turns. What depends on the machine is to be read as a ratio.
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
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from run import spread

REPETITIONS = 5


def resized(problem: Any, **sizes: int) -> Any:
    """A problem with other numbers of districts or communities: those it has, repeated in turn."""
    from forbear.country.model import MODEL

    indices = {dimension: np.arange(size) % len(problem.names[dimension]) for dimension, size in sizes.items()}

    def fit(value: np.ndarray, over: Sequence[str], first: int = 0) -> np.ndarray:
        for axis, dimension in enumerate(over):
            if dimension in indices:
                value = np.take(value, indices[dimension], axis=axis + first)
        return value

    facts, levers, priors = (
        {d.name: d.over for d in group.values()} for group in (MODEL.facts, MODEL.levers, MODEL.parameters)
    )
    names = dict(problem.names)
    for dimension, size in sizes.items():
        names[dimension] = tuple(f"{dimension}{i}" for i in range(size))
    return replace(
        problem, names=names, rules=(),
        facts={n: fit(np.asarray(v), facts.get(n, ())) for n, v in problem.facts.items()},
        levers={n: fit(v, levers[n], 1) for n, v in problem.levers.items()},
        priors={n: fit(v, priors[n]) for n, v in problem.priors.items()},
    )  # fmt: skip


def timed(cases: dict[str, Callable[[], float]], repetitions: int = REPETITIONS) -> dict[str, list[float]]:
    """Core-seconds per unit of each case, which take turns; each case does its work and returns its units."""
    out: dict[str, list[float]] = {name: [] for name in cases}
    for case in cases.values():
        case()
    for _ in range(repetitions):
        for name, case in cases.items():
            began = time.process_time()
            units = case()
            out[name].append((time.process_time() - began) / units)
    return out


def table(
    title: str, column: str, found: dict[str, list[float]], unit: str, scale: float, per: dict[str, float] | None = None
) -> None:
    """Print costs, and with `per` the cost divided by the size of the case."""
    print(
        f"\n**{title}**\n\n| {column} | {unit} |"
        + (" for each |" if per else "")
        + " ratio to the first |\n|---|---|"
        + ("---|" if per else "")
        + "---|"
    )
    first = statistics.median(next(iter(found.values())))
    for name, values in found.items():
        each = f" {statistics.median(values) * scale / per[name]:.3g} |" if per else ""
        print(f"| {name} | {spread([v * scale for v in values])} |{each} {statistics.median(values) / first:.2f} |")


def engine_case(problem: Any, until: int | None = None, members: int = 128) -> Callable[[], float]:
    """One block on the bare kernel, recording two quantities."""
    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine

    engine = Engine(problem, weekly=["deaths", "cost_budget"])
    identities = np.arange(members, dtype=np.uint32)
    parameters = draw_priors(problem, identities, 1)

    def work() -> float:
        engine.open(parameters, identities, 1).advance(until or problem.steps)
        return members

    return work


def _problem(name: str) -> Any:
    from forbear.scenario import Scenario

    return Scenario.load(name).problem()


def districts() -> None:
    """Districts of Iraq, repeated or left out."""
    problem = _problem("iraq-2003")
    found = timed({str(n): engine_case(resized(problem, district=n), 104) for n in (4, 9, 18, 36)}, 3)
    table(
        "Districts (Iraq, 104 weeks)", "districts", found, "core-milliseconds a run", 1e3, {n: float(n) for n in found}
    )


def communities() -> None:
    """Communities of the meadow."""
    problem = _problem("meadow")
    found = timed({str(n): engine_case(resized(problem, community=n)) for n in (2, 3, 4, 6)})
    table("Communities (meadow)", "communities", found, "core-milliseconds a run", 1e3, {n: float(n) for n in found})


def weeks() -> None:
    """Weeks of Iraq."""
    problem = _problem("iraq-2003")
    found = timed({str(n): engine_case(problem, n) for n in (52, 104, 208, problem.steps)}, 3)
    table("Weeks (Iraq)", "weeks", found, "core-milliseconds a run", 1e3, {n: float(n) for n in found})


def people() -> None:
    """People of the meadow, soldiers and founders in proportion: must be flat."""
    problem = _problem("meadow")
    cases = {}
    for factor in (1, 10, 100, 900):
        facts = dict(problem.facts)
        for name in ("population_at_start", "founding_fighters", "old_army_strength"):
            facts[name] = np.floor(facts[name] * factor)
        levers = {
            n: v * (factor if n in ("force", "partners", "force_target") else 1) for n, v in problem.levers.items()
        }
        count = f"{facts['population_at_start'].sum():,.0f}"
        cases[count] = engine_case(replace(problem, facts=facts, levers=levers, rules=()))
    table("People (meadow)", "people", timed(cases), "core-milliseconds a run", 1e3)


def block() -> None:
    """Members side by side in a block: what a lone run pays for lanes it does not fill."""
    problem = _problem("meadow")
    found = timed({str(n): engine_case(problem, members=n) for n in (1, 8, 32, 128)})
    table("Members in a block (meadow)", "members", found, "core-milliseconds a run", 1e3)


def members() -> None:
    """Members of an ensemble with every output, and with summaries only."""
    from forbear.ensemble.runner import simulate
    from forbear.ensemble.summaries import summarise

    problem = _problem("meadow")

    def case(function: Any, count: int) -> Callable[[], float]:
        def work() -> float:
            function(problem, members=count, workers=1)
            return count

        return work

    for title, function in (("every output", simulate), ("summaries only", summarise)):
        found = timed({f"{n:,}": case(function, n) for n in (256, 1024, 4096)}, 3)
        table(f"Members of an ensemble (meadow, {title})", "members", found, "core-milliseconds a run", 1e3)


def threads() -> None:
    """Threads of one process, wall time, Iraq with summaries only."""
    from forbear.ensemble.summaries import summarise

    problem = _problem("iraq-2003")
    counts = sorted({1, 2, os.cpu_count() or 1})
    rates: dict[int, list[float]] = {n: [] for n in counts}
    summarise(problem, members=128, chunk=128)
    for repetition in range(3):
        for n in counts:
            began = time.perf_counter()
            summarise(problem, members=512, chunk=128, seed=repetition, workers=n)
            rates[n].append(512 / (time.perf_counter() - began))
    print("\n**Threads (Iraq, summaries only)**\n\n| threads | runs per second | ratio to one |\n|---|---|---|")
    for n in counts:
        print(f"| {n} | {spread(rates[n])} | {statistics.median(rates[n]) / statistics.median(rates[1]):.2f} |")


class Nothing:
    """A job whose pieces do nothing: what a cluster takes for itself."""

    name = "nothing"

    def piece(self, number: int, given: Any) -> int:
        """Nothing."""
        return number


def workers() -> None:
    """Worker processes of a local dask cluster against threads of one process, in turn: processor time and wall time."""
    from forbear.ensemble import cluster as clusters
    from forbear.ensemble.summaries import summarise

    problem = _problem("iraq-2003")
    options: dict[str, Any] = {"members": 256, "chunk": 128, "weekly": ("deaths", "cost_budget", "fighters")}
    began = time.perf_counter()
    cluster = clusters.Cluster("local:2")
    started = time.perf_counter() - began
    for _ in range(2):  # both workers load the compiled country
        summarise(problem, cluster=cluster, seed=99 + _, **options)
    whole = summarise(problem, **options)

    def spent() -> float:
        return time.process_time() + sum(cluster.client.run(time.process_time).values())

    cpu: dict[str, list[float]] = {}
    wall: dict[str, list[float]] = {}
    for repetition in range(3):
        for name, where in (("2 threads", {"workers": 2}), ("2 worker processes", {"cluster": cluster})):
            before, began = spent(), time.perf_counter()
            found = summarise(problem, seed=1 if repetition == 0 else 10 + repetition, **options, **where)
            wall.setdefault(name, []).append(options["members"] / (time.perf_counter() - began))
            cpu.setdefault(name, []).append((spent() - before) / options["members"])
            if repetition == 0 and not (
                np.array_equal(found.counts, whole.counts) and np.array_equal(found.moments, whole.moments)
            ):
                raise SystemExit("a cluster gave other numbers")
    table(
        "Worker processes (Iraq, summaries only; the bits are the same)",
        "where",
        cpu,
        "core-milliseconds a run, client, scheduler and workers",
        1e3,
    )
    print("\nRuns per second of wall time: " + ", ".join(f"{name} {spread(values)}" for name, values in wall.items()))
    rates = []
    clusters.AHEAD = 100  # enough in flight that the scheduler, and not the way there and back, is the limit
    for _ in range(3):
        began = time.perf_counter()
        for _ in cluster.each(Nothing(), ((i, None) for i in range(1000))):
            pass
        rates.append(1000 / (time.perf_counter() - began))
    print(f"Pieces that do nothing: {spread(rates)} a second; a cluster starts in {started:.2g} s.")
    cluster.close()


def store() -> None:
    """A chunk of Iraq with every output: written, read, against simulating it."""
    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine
    from forbear.ensemble.recording import MONTHLY, WEEKLY
    from forbear.ensemble.results import dataset_of
    from forbear.ensemble.store import Store

    problem = _problem("iraq-2003")
    engine = Engine(problem, weekly=WEEKLY, monthly=MONTHLY)
    identities = np.arange(128, dtype=np.uint32)
    parameters = draw_priors(problem, identities, 1)
    data = dataset_of(problem, engine.run(parameters, identities, 1), identities, parameters)
    began = time.process_time()
    engine.run(parameters, identities, 2)
    simulated = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        kept = Store(folder, {})
        number = iter(range(1000))
        writing = timed({"write": lambda: kept.write(next(number), data) or 1.0})["write"]
        reading = timed({"read": lambda: kept.read(0) is not None and 1.0})["read"]
        size = sum(f.stat().st_size for f in kept.path(0).rglob("*") if f.is_file())
    megabytes = data.nbytes / 1e6
    print("\n**Store (Iraq, a chunk of 128 runs, every output)**\n\n| what | figure |\n|---|---|")
    print(f"| in memory, on disk | {megabytes:.1f} MB, {size / 1e6:.1f} MB ({megabytes * 1e6 / size:.1f} to one) |")
    print(
        f"| write | {spread([megabytes / w for w in writing])} MB per core-second, {statistics.median(writing) / simulated:.1%} of simulating it |"
    )
    print(f"| read | {spread([megabytes / r for r in reading])} MB per core-second |")


def memory(counts: Sequence[int] = (128, 1024, 2048)) -> None:
    """Peak memory of a process that makes an ensemble of Iraq; each in a process of its own."""
    print("\n**Peak memory (Iraq, 2 threads)**\n\n| members | every output, MB | summaries only, MB |\n|---|---|---|")
    for count in counts:
        row = [_peak(kind, count) if kind == "summaries" or count <= 2048 else None for kind in ("all", "summaries")]
        print(f"| {count:,} | " + " | ".join("not run" if v is None else f"{v:,.0f}" for v in row) + " |")


def _peak(kind: str, count: int) -> float:
    command = [sys.executable, __file__, "--peak", kind, "--members", str(count)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def _one_peak(kind: str, count: int) -> None:
    from forbear.ensemble.runner import simulate
    from forbear.ensemble.summaries import summarise

    (simulate if kind == "all" else summarise)(_problem("iraq-2003"), members=count, workers=2)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def start() -> None:
    """Processes that start: help, an import, a first ensemble with the country compiled."""
    run = "from forbear.scenario import Scenario; from forbear.ensemble.runner import simulate; simulate(Scenario.load('meadow').problem(), members=1, workers=1)"
    cases = {
        "forbear --help": ["-m", "forbear.cli", "--help"],
        "import forbear": ["-c", "import forbear"],
        "one run of the meadow, compiled": ["-c", run],
    }
    print("\n**Start of a process**\n\n| what | seconds |\n|---|---|")
    times: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(5):
        for name, arguments in cases.items():
            began = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - began)
    for name, values in times.items():
        print(f"| {name} | {spread(values)} |")


TABLES: dict[str, Callable[[], None]] = {
    "block": block, "districts": districts, "communities": communities, "weeks": weeks, "people": people, "members": members,
    "threads": threads, "workers": workers, "store": store, "memory": memory, "start": start,
}  # fmt: skip


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(TABLES), help=f"of {', '.join(TABLES)}")
    parser.add_argument("--members", help="for the table of memory")
    parser.add_argument("--peak", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        _one_peak(given.peak, int(given.members))
        return
    for name in given.only.split(","):
        if name == "memory" and given.members:
            memory([int(n) for n in given.members.split(",")])
        else:
            TABLES[name]()


if __name__ == "__main__":
    main()
