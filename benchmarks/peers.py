"""The same work in other tools, with equal means: one command, a few minutes.

    PYTHON benchmarks/peers.py                  every tool that is installed, tables on standard output
    PYTHON benchmarks/peers.py --only mesa,jax --repetitions 3

Tools take turns in every repetition. Figures are processor time of all threads; medians with minimum and maximum;
ratios are of medians. The small model is in `small.py`; `README.md` lists what to install beside forbear.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
from run import spread
from small import STATES, Small, SmallEngine, expected, with_kernel, with_numpy

#: Tool -> (module it needs, runs in a repetition, what it is).
TOOLS = {
    "forbear": ("forbear", 4096, "forbear's lane kernel, these rules woven"),
    "numpy": ("numpy", 512, "NumPy, whole runs vectorised over members"),
    "jax": ("jax", 128, "JAX on CPU, vectorised, jitted, jax.random.binomial"),
    "mesa": ("mesa", 1, "Mesa, one agent a person"),
    "agentpy": ("agentpy", 1, "AgentPy, one agent a person"),
    "pysd": ("pysd", 1, "PySD, equations without luck"),
}


def tools(size: Small) -> dict[str, Callable[[int, int], np.ndarray]]:
    """Tool -> function(runs, seed) -> (runs, 4)."""
    import peer_tools

    engine = SmallEngine(size)
    return {
        "forbear": lambda runs, seed: with_kernel(engine, runs, seed),
        "numpy": lambda runs, seed: with_numpy(size, runs, seed),
        "jax": lambda runs, seed: peer_tools.with_jax(size, runs, seed),
        "mesa": lambda runs, seed: peer_tools.with_mesa(size, runs, seed),
        "agentpy": lambda runs, seed: peer_tools.with_agentpy(size, runs, seed),
        "pysd": lambda runs, seed: peer_tools.with_pysd(size, runs, seed),
    }


def small_model(only: list[str], repetitions: int) -> None:
    """Every tool on the small model: runs per core-second, and whether its means are the kernel's."""
    size = Small()
    functions = {name: f for name, f in tools(size).items() if name in only}
    for name in list(functions):
        if find_spec(TOOLS[name][0]) is None:
            print(f"{name}: not installed; see benchmarks/README.md")
            del functions[name]
    rates: dict[str, list[float]] = {name: [] for name in functions}
    ends: dict[str, list[np.ndarray]] = {name: [] for name in functions}
    for name, function in functions.items():  # compile, translate, import
        if name not in ("mesa", "agentpy"):
            function(TOOLS[name][1], 99)
    for repetition in range(repetitions):
        for name, function in functions.items():
            began = time.process_time()
            ends[name].append(function(TOOLS[name][1], repetition + 1))
            rates[name].append(TOOLS[name][1] / (time.process_time() - began))
    print(
        f"\n{size.districts} districts x {size.communities} communities, {size.population:,} people, {size.weeks} weeks, {repetitions} repetitions in turn\n"
    )
    print(
        "| tool | runs per core-second | forbear is faster by | "
        + " | ".join(f"mean {s}" for s in STATES)
        + " | largest z |\n|---|---|---|"
        + "---|" * 5
    )
    reference = np.concatenate(ends["forbear"])
    for name in functions:
        found = np.concatenate(ends[name])
        ratio = statistics.median(rates["forbear"]) / statistics.median(rates[name])
        if name == "pysd":
            against = f"{np.abs(found[0] / expected(size) - 1).max():.1g} from expectations"
        else:
            against = f"{largest_z(found, reference):.2g}" if name != "forbear" else ""
        means = " | ".join(f"{m:,.1f}" for m in found.mean(axis=0))
        print(f"| {TOOLS[name][2]} | {spread(rates[name])} | {ratio:,.3g} | {means} | {against} |")


def largest_z(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference of means over states, in standard errors (of the reference's spread where runs are few)."""
    error = np.sqrt(b.var(axis=0) * (1 / len(a) + 1 / len(b)))
    return float(np.abs((a.mean(axis=0) - b.mean(axis=0)) / error).max())


def population(repetitions: int) -> None:
    """What a thousand times the people cost a tool of compartments, and would cost one of agents."""
    print("\n| people | forbear | NumPy |\n|---|---|---|")
    sizes = [Small(people=n) for n in (500, 50_000, 500_000)]
    engines = {size: SmallEngine(size) for size in sizes}
    rates: dict[Small, tuple[list[float], list[float]]] = {size: ([], []) for size in sizes}
    for repetition in range(repetitions + 1):
        for size in sizes:
            for column, (runs, work) in enumerate(
                ((1024, lambda s, r: with_kernel(engines[s], 1024, r)), (256, lambda s, r: with_numpy(s, 256, r)))
            ):
                began = time.process_time()
                work(size, repetition)
                if repetition:
                    rates[size][column].append(runs / (time.process_time() - began))
    for size in sizes:
        print(f"| {size.population:,} | {spread(rates[size][0])} | {spread(rates[size][1])} |")


def workbench(repetitions: int, members: int = 8) -> None:
    """EMA Workbench drives forbear's own Iraq, a run an experiment; forbear drives the same members in a block."""
    if find_spec("ema_workbench") is None:
        print("ema_workbench: not installed; see benchmarks/README.md")
        return
    os.environ["TQDM_DISABLE"] = "1"
    import ema_workbench as ema
    from ema_workbench import CategoricalParameter, Model, ScalarOutcome, SequentialEvaluator

    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine
    from forbear.scenario import Scenario

    experiment = ema.Sample if hasattr(ema, "Sample") else ema.Scenario  # its name since version 3, and before
    problem = Scenario.load("iraq-2003").problem()
    engine = Engine(problem, weekly=["deaths", "cost_budget"])
    full = np.arange(128, dtype=np.uint32)
    parameters = draw_priors(problem, full, 1)

    def one(member: int) -> dict[str, float]:
        block = engine.run(
            {name: value[member : member + 1] for name, value in parameters.items()}, full[member : member + 1], 1
        )
        return {"deaths": float(block.weekly["deaths"].sum()), "cost": float(block.weekly["cost_budget"][0, -1])}

    model = Model("iraq", function=one)
    model.uncertainties = [CategoricalParameter("member", list(range(members)))]
    model.outcomes = [ScalarOutcome("deaths"), ScalarOutcome("cost")]
    experiments = [experiment(f"member {i}", member=i) for i in range(members)]
    engine.run(parameters, full, 1)
    rates: dict[str, list[float]] = {"workbench": [], "loop": [], "block": []}
    for _ in range(repetitions):
        began = time.process_time()
        with SequentialEvaluator(model) as evaluator:
            _, outcomes = evaluator.perform_experiments(scenarios=experiments)
        rates["workbench"].append(members / (time.process_time() - began))
        began = time.process_time()
        loop = [one(member)["deaths"] for member in range(members)]
        rates["loop"].append(members / (time.process_time() - began))
        began = time.process_time()
        block = engine.run(parameters, full, 1)
        rates["block"].append(128 / (time.process_time() - began))
    deaths = block.weekly["deaths"].sum(axis=1)[:members]
    same = np.array_equal(np.sort(outcomes["deaths"]), np.sort(deaths)) and np.array_equal(loop, deaths)
    print("\n| iraq-2003, prior draws | runs per core-second | forbear's blocks are faster by |\n|---|---|---|")
    words = {
        "workbench": "EMA Workbench, a run an experiment",
        "loop": "the same without it: a plain loop",
        "block": "forbear, 128 runs side by side",
    }
    for name, text in words.items():
        ratio = statistics.median(rates["block"]) / statistics.median(rates[name])
        print(f"| {text} | {spread(rates[name])} | {ratio:.3g} |")
    print(f"\nThe {members} members give the same deaths to the bit in all three: {same}")
    if not same:
        raise SystemExit("different results: the comparison is void")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join([*TOOLS, "population", "workbench"]))
    parser.add_argument("--repetitions", type=int, default=5)
    given = parser.parse_args()
    only = given.only.split(",")
    if any(name in only for name in TOOLS):
        small_model(["forbear", *(n for n in only if n != "forbear")], given.repetitions)
    if "population" in only:
        population(given.repetitions)
    if "workbench" in only:
        workbench(given.repetitions)


if __name__ == "__main__":
    main()
