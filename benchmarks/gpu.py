"""Benchmark of the GPU path with one command; says what is missing where there is no GPU, and counts all the same.

    python benchmarks/gpu.py                      counts, equality with the processor, runs per second, bounds
    python benchmarks/gpu.py --scenario meadow --members 128,1024,8192 --repetitions 5

1. *Counts*: the woven text of one member is run with numbers that count: elements read and written, arithmetic, draws.
2. *Equality*: one chunk of members on the GPU and on the processor, every quantity, bit for bit.
3. *Throughput*: medians with minimum and maximum, of the kernels alone and with results fetched.
4. *Bounds*: arithmetic at one operation a lane and cycle, and memory as if caches caught nothing; the greater time is
   the simple bound, and the fraction of it that was reached is printed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

import numpy as np
from gpu_counts import COUNTED_STEPS, counts

#: 32-bit lanes of a multiprocessor by compute capability (CUDA C++ Programming Guide, arithmetic instructions).
LANES_OF = {(7, 0): 64, (7, 5): 64, (8, 0): 64, (8, 6): 128, (8, 7): 128, (8, 9): 128, (9, 0): 128, (10, 0): 128, (12, 0): 128}  # fmt: skip


def spread(values: list[float]) -> str:
    """Median (minimum to maximum)."""
    return f"{statistics.median(values):,.4g} ({min(values):,.4g} to {max(values):,.4g})"


def equality(problem: Any, members: int) -> bool:
    """One chunk on both: every quantity at the end, deaths and money week by week."""
    from forbear.country.model import MODEL
    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.device_engine import DeviceEngine
    from forbear.ensemble.engine import Engine

    money = [q.name for q in MODEL.quantities.values() if q.money]
    others = [q.name for q in MODEL.quantities.values() if not q.money]
    recorded = {"weekly": ["deaths", *money], "monthly": ["control", "deaths"], "last": others}
    identities = np.arange(members, dtype=np.uint32)
    parameters = draw_priors(problem, identities, 1)
    by_gpu = DeviceEngine(problem, **recorded).run(parameters, identities, 1)
    by_processor = Engine(problem, **recorded).run(parameters, identities, 1)
    different = []
    for part in ("weekly", "monthly", "last"):
        for name, value in getattr(by_processor, part).items():
            other = getattr(by_gpu, part)[name]
            if not np.array_equal(value.astype(other.dtype), other, equal_nan=True):
                apart = np.abs(value - other) / np.maximum(np.abs(value), 1e-9)
                different.append(f"{part} {name}: {float(np.mean(value != other)):.2%} differ, at most {np.nanmax(apart):.2g} of the value")  # fmt: skip
    print(f"equality with the processor, {members} members, {problem.steps} steps, every quantity: ", end="")
    print("identical to the bit" if not different else f"{len(different)} quantities differ")
    for line in different[:10]:
        print(f"  {line}")
    return not different


def throughput(problem: Any, sizes: list[int], repetitions: int) -> list[tuple[int, float]]:
    """Runs per second for ensembles of several sizes, the first repetition of each being left out."""
    from numba import cuda

    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.device_engine import DeviceEngine
    from forbear.kernel.draws import LANES

    engine = DeviceEngine(problem, weekly=["deaths", "cost_budget"])
    began = time.perf_counter()
    engine.compiled()
    print(f"kernels compiled or loaded in {time.perf_counter() - began:.1f} s")
    found = []
    print(
        f"room for {engine.chunks_at_once() * LANES:,} members at once, {engine.bytes_per_chunk / LANES / 1024:.1f} kB each"
    )
    given = draw_priors(problem, np.arange(LANES, dtype=np.uint32), 1)
    for size in sizes:
        chunks = [(given, np.arange(LANES, dtype=np.uint32) + n * LANES) for n in range(max(1, size // LANES))]
        if len(chunks) > engine.chunks_at_once():
            print(f"{size:>9,} members: more than fit at once; left out")
            continue
        alone, fetched = [], []
        at = engine._room(len(chunks))
        engine._fill(at, chunks)
        for repetition in range(repetitions + 1):
            cuda.synchronize()
            began = time.perf_counter()
            engine._advance(at, (len(chunks), LANES), repetition)
            cuda.synchronize()
            alone.append(len(chunks) * LANES / (time.perf_counter() - began))
            began = time.perf_counter()
            for _ in engine.run_chunks(chunks, repetition):
                pass
            fetched.append(len(chunks) * LANES / (time.perf_counter() - began))
        print(f"{len(chunks) * LANES:>9,} members: {spread(alone[1:])} runs/s kernels alone; {spread(fetched[1:])} with results fetched")  # fmt: skip
        found.append((len(chunks) * LANES, statistics.median(alone[1:])))
    return found


def processor(problem: Any, repetitions: int) -> float:
    """Runs per second of one thread of this machine's processor, for the ratio."""
    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine

    engine, members = Engine(problem, weekly=["deaths", "cost_budget"]), np.arange(128, dtype=np.uint32)
    parameters = draw_priors(problem, members, 1)
    engine.run(parameters, members, 1)
    rates = []
    for repetition in range(repetitions):
        began = time.process_time()
        engine.run(parameters, members, repetition)
        rates.append(128 / (time.process_time() - began))
    print(f"one processor thread: {spread(rates)} runs per core-second")
    return statistics.median(rates)


def bounds(found: dict[str, float], steps: int) -> float:
    """Print the simple bounds of the current GPU and return the lower one, in runs per second."""
    from numba import cuda

    device = cuda.get_current_device()
    lanes = LANES_OF.get(tuple(device.compute_capability), 128)
    hertz = device.CLOCK_RATE * 1e3
    arithmetic = device.MULTIPROCESSOR_COUNT * lanes * hertz / (found["operations"] * steps)
    bandwidth = 2 * device.MEMORY_CLOCK_RATE * 1e3 * device.GLOBAL_MEMORY_BUS_WIDTH / 8
    memory = bandwidth / (found["bytes"] * steps)
    print(f"{device.MULTIPROCESSOR_COUNT} multiprocessors of {lanes} lanes at {hertz / 1e9:.2f} GHz: at most {arithmetic:,.0f} runs/s by arithmetic")  # fmt: skip
    print(f"{bandwidth / 1e9:,.0f} GB/s: {memory:,.0f} runs/s by memory if caches caught nothing")
    return min(arithmetic, memory)


def main() -> None:
    """Count, and measure where there is a GPU."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="iraq-2003")
    parser.add_argument("--members", default="128,1024,8192,32768,131072")
    parser.add_argument("--repetitions", type=int, default=5)
    asked = parser.parse_args()
    from forbear.ensemble.device import gpu_name
    from forbear.ensemble.device_engine import DeviceEngine
    from forbear.kernel.cuda_compile import missing
    from forbear.scenario import Scenario

    problem = Scenario.load(asked.scenario).problem()
    found = counts(DeviceEngine(problem, weekly=["deaths", "cost_budget"]))
    print(f"{asked.scenario}, one member, one step (mean of the first {COUNTED_STEPS}): {found['draws']:,.0f} draws ({found['without chance']:,.0f} more without chance), {found['operations']:,.0f} operations, {found['bytes'] / 1024:,.0f} kB through memory; state {found['state'] / 1024:,.1f} kB")  # fmt: skip
    print(f"a run of {problem.steps} steps: {found['operations'] * problem.steps / 1e6:,.3g} million operations, {found['bytes'] * problem.steps / 1e6:,.0f} MB")  # fmt: skip
    reason = missing()
    if reason is not None:
        print(f"nothing was measured: {reason}")
        return
    print(gpu_name())
    equality(problem, 128)
    bound = bounds(found, problem.steps)
    measured = throughput(problem, [int(size) for size in asked.members.split(",")], asked.repetitions)
    one = processor(problem, asked.repetitions)
    for size, rate in measured:
        print(f"{size:>9,} members: {rate / bound:.1%} of the simple bound, {rate / one:,.1f} processor threads")


if __name__ == "__main__":
    main()
