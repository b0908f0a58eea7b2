"""The battery of claims and evaluations of a likelihood: processor time, what the kernel has of it, cores that stand idle.

    uv run --group bench python benchmarks/battery.py                    all; about three core-minutes
    uv run --group bench python benchmarks/battery.py --only evaluations
    uv run --group bench python benchmarks/battery.py --only battery --quick

Processor time is that of threads, so that a shared machine counts little; wall time and the share of it in which all
threads are in the kernel are the machine's as it was. Nothing that was kept from earlier runs is used.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import resource
import threading
import time
from collections import Counter
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from run import spread


class Clock:
    """Listens to every stretch of every block: when it began and ended, and the processor time of its thread."""

    def __init__(self) -> None:
        from forbear.ensemble.opened import Opened

        self.stretches: list[tuple[float, float, float]] = []
        self.block = 0
        lock, advance = threading.Lock(), Opened.advance

        def timed(block: Any, until: int) -> None:
            began, used = time.perf_counter(), time.thread_time()
            advance(block, until)
            stretch = (began, time.perf_counter(), time.thread_time() - used)
            held = sum(array.nbytes for array in block.space.values() if isinstance(array, np.ndarray))
            with lock:
                self.stretches.append(stretch)
                self.block = max(self.block, held)

        Opened.advance = timed  # type: ignore[method-assign]

    def measure(self, work: Callable[[], Any]) -> tuple[float, float, float, Counter[int]]:
        """Wall seconds, core-seconds, core-seconds in the kernel, seconds of wall in which so many threads were in it."""
        self.stretches.clear()
        began, used = time.perf_counter(), time.process_time()
        work()
        ended, used = time.perf_counter(), time.process_time() - used
        marks = sorted([(a, 1) for a, _, _ in self.stretches] + [(b, -1) for _, b, _ in self.stretches])
        at: Counter[int] = Counter()
        level, last = 0, began
        for moment, step in marks:
            at[level] += moment - last  # type: ignore[assignment]
            last, level = moment, level + step
        at[level] += ended - last  # type: ignore[assignment]
        return ended - began, used, sum(s for _, _, s in self.stretches), at


def battery(clock: Clock, options: argparse.Namespace) -> None:
    """The claims of a scenario, all threads: as `forbear claims`, and with --attribution as within `forbear run`."""
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Scenario
    from forbear.workflow.battery import FULL, QUICK, Request, answer

    scenario = Scenario.load(options.scenario)
    posterior = Posterior.of(scenario)
    counted = {}

    def work() -> None:
        request = Request(
            effort=QUICK if options.quick else FULL, members=32 if options.quick else 128,
            attribution=options.attribution, workers=options.workers, keep=False,
        )  # fmt: skip
        found = answer(scenario, posterior, request)
        counted["runs"] = found.provenance.runs + sum(game.runs for game in found.attribution.values())

    wall, used, kernel, at = clock.measure(work)
    threads, runs = options.workers or os.cpu_count() or 1, counted["runs"]
    busy = sum(seconds for level, seconds in at.items() if level >= threads)
    print(f"\n**Battery** of {options.scenario}: {runs:,} runs, {threads} threads\n\n| what | figure |\n|---|---|")
    print(f"| core-seconds, all of it | {used:.1f} |\n| of them in the kernel | {kernel:.1f} ({kernel / used:.1%}) |")
    print(f"| runs per core-second, all of it | {runs / used:.0f} |\n| wall, as the machine was | {wall:.1f} s |")
    print(f"| wall on so many free cores, from processor time | {used / threads:.1f} s |")
    print(f"| wall in which every thread is in the kernel | {busy / wall:.1%} |")
    print(f"| memory of one thread's block | {clock.block / 1e6:.1f} MB |")
    print(f"| peak memory | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB |")


def evaluations(clock: Clock, options: argparse.Namespace) -> None:
    """Log likelihoods of one run each: as a fit has them, and through labelled ensembles, in turn."""
    from forbear.ensemble.progress import NoMeter
    from forbear.inference.fit import Fitting
    from forbear.scenario import Scenario

    fitting = Fitting(Scenario.load(options.scenario), until=None, workers=options.workers, meter=NoMeter())

    def labelled(scores: np.ndarray) -> np.ndarray:
        data = fitting.simulate(scores, 1)
        total = fitting.terms.log_densities(fitting.said(data)).sum(axis=1)
        return np.where(data["failed"].values, -np.inf, total)

    print(f"\n**Evaluations of a likelihood**, {options.scenario}, {len(fitting.space)} scores\n")
    print("| rows | path | evaluations per core-second | of them in the kernel | evaluations per second of wall |")
    print("|---|---|---|---|---|")
    for rows in (128, 300, 600):
        scores = fitting.space.draw(rows, 1)
        paths = {"arrays": lambda s=scores: fitting.log_likelihood(s, 1), "labelled": lambda s=scores: labelled(s)}
        values = {name: path() for name, path in paths.items()}
        assert (values["arrays"] == values["labelled"]).all(), "two ways to one likelihood differ"
        found: dict[str, list[tuple[float, ...]]] = {name: [] for name in paths}
        for _ in range(options.repetitions):
            for name, path in paths.items():
                found[name].append(clock.measure(path)[:3])
        for name, times in found.items():
            wall, used, kernel = (list(column) for column in zip(*times, strict=True))
            share = float(np.median(np.array(kernel) / np.array(used)))
            rates = spread([rows / u for u in used]), f"{share:.1%}", spread([rows / w for w in wall])
            print(f"| {rows} | {name} | {' | '.join(rates)} |")


def weight(clock: Clock, options: argparse.Namespace) -> None:
    """Bytes of the package and of all that it requires at run time, as installed here."""
    found: dict[str, float] = {}
    waiting = ["forbear"]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        about = distribution(name)
        places = [Path(str(file.locate())) for file in about.files or ()]
        found[name] = sum(place.stat().st_size for place in places if place.is_file()) / 1e6
        asked = [requirement for requirement in about.requires or () if "extra ==" not in requirement]
        for requirement in asked:
            needed = re.match(r"[A-Za-z0-9_.-]+", requirement)
            with contextlib.suppress(PackageNotFoundError):  # not for this system
                waiting += [distribution(needed[0]).metadata["Name"]] if needed else []
    largest = ", ".join(f"{name} {size:.0f}" for name, size in sorted(found.items(), key=lambda item: -item[1])[:6])
    print(f"\n**Run-time environment**: {sum(found.values()):.0f} MB in {len(found)} packages ({largest})")


def main() -> None:
    """Measure and print."""
    parts = {"evaluations": evaluations, "battery": battery, "weight": weight}
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", default=",".join(parts), help=f"of {', '.join(parts)}")
    asked.add_argument("--scenario", default="iraq-2003")
    asked.add_argument("--workers", type=int)
    asked.add_argument("--repetitions", type=int, default=5)
    asked.add_argument("--quick", action="store_true", help="the battery with the fewest runs")
    asked.add_argument("--attribution", action="store_true", help="with the games of remedies")
    options = asked.parse_args()
    clock = Clock()
    for name in options.only.split(","):
        parts[name](clock, options)


if __name__ == "__main__":
    main()
