"""Golden ensembles: what the kernels give today, as hashes, so that an optimisation can be held to it bit for bit.

    uv run python tests/kernel/golden/golden_ensembles.py            compare, case by case
    uv run python tests/kernel/golden/golden_ensembles.py --write    keep today's results as the golden ones

Write only after a deliberate change to rules, priors or library scenarios; a change to the kernel alone must leave every
hash as it is, for the shipped posteriors were made with these bits. Beside the hashes stand a few readable numbers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from functools import cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("ensembles.json")
SEED = 20030320
WEEKLY = ("deaths", "observed_attacks", "fighters", "cost_budget", "cost_full")
MONTHLY = ("observed_civilian_deaths", "control", "local_defence")
OUT_EARLY = {"schedule": [["2003-05-01", 150_000], ["2004-01-01", 120_000], ["2004-07-01", 0]], "interpolation": "linear"}  # fmt: skip
POLICIES = {
    "history": {},
    "never": {"intervener.intervene": 0, "intervener.force": 0, "intervener.partners": 0},
    "out early": {"intervener.force": OUT_EARLY, "intervener.partners": 0},
    "deals, small steps": {"insurgency.local_offer": 1, "insurgency.local_pay": 1},
}
#: (scenario, policy, kernel, members, weeks, step in weeks); 70 members leave lanes of the second group to spare.
CASES = [
    *(("meadow", policy, "lanes", 70, 104, 1.0) for policy in ("history", "never", "out early")),
    *(("meadow", policy, "exact", 3, 104, 1.0) for policy in ("history", "never", "out early")),
    ("meadow", "deals, small steps", "lanes", 5, 20, 0.25),
    *(("iraq-2003", policy, "lanes", 70, 451, 1.0) for policy in ("history", "never", "out early")),
    *(("iraq-2003", policy, "exact", 2, 60, 1.0) for policy in ("history", "never", "out early")),
]
#: Cases that are stopped half-way and go on from other lanes, as in a particle filter.
RESAMPLED = [("meadow", "history", "lanes", 128, 104, 1.0), ("iraq-2003", "history", "lanes", 128, 120, 1.0)]


def title(case: tuple, resampled: bool = False) -> str:
    """A case in words, its key in the file."""
    scenario, policy, kernel, members, weeks, step = case
    return f"{scenario}, {policy}, {kernel}, {members} members, {weeks} weeks in steps of {step}" + (
        ", resampled" if resampled else ""
    )


@cache
def prepared(scenario: str, policy: str, step: float):  # type: ignore[no-untyped-def]
    """The problem of a scenario under a policy."""
    from forbear.scenario import Scenario

    return Scenario.load(scenario).with_levers(POLICIES[policy]).problem(step)


def digest(arrays: dict[str, np.ndarray]) -> str:
    """SHA-256 over names, shapes, types and little-endian bytes, in the order of names."""
    found = hashlib.sha256()
    for name in sorted(arrays):
        value = np.ascontiguousarray(arrays[name])
        found.update(f"{name} {value.shape} {value.dtype.kind}{value.dtype.itemsize}".encode())
        found.update(value.astype(value.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


def mathematics() -> str:
    """SHA-256 of the platform's mathematics library on a grid: the exact kernel calls it, the lane kernel does not."""
    grid = [x / 64.0 for x in range(-640, 641)]
    values = [f(x) for f in (math.exp, math.expm1) for x in grid]
    values += [f(abs(x) + 0.01) for f in (math.log, math.log1p, math.lgamma) for x in grid]
    return hashlib.sha256(np.array(values, dtype="<f8").tobytes()).hexdigest()


def state(engine, bank: np.ndarray, count: int) -> dict[str, np.ndarray]:  # type: ignore[no-untyped-def]
    """Every quantity of every room at the end, name -> (rows, members)."""
    rows = bank.reshape(engine.layout.float_rows, -1)
    return {
        symbol.name: rows[place.start : place.start + place.rows, :count]
        for symbol, place in engine.layout.floats.items()
        if symbol.space == "now"
    }


def found(case: tuple, resampled: bool = False) -> dict[str, object]:
    """Run a case: hashes of parameters, weekly and monthly outputs and the whole last state, and readable means."""
    from forbear.ensemble.design import draw_priors
    from forbear.ensemble.engine import Engine

    scenario, policy, kernel, members, weeks, step = case
    problem = prepared(scenario, policy, step)
    engine = Engine(problem, weekly=WEEKLY, monthly=MONTHLY, kernel=kernel)
    identities = np.arange(1000, 1000 + members, dtype=np.uint32)
    parameters = draw_priors(problem, identities, SEED)
    end = min(round(weeks / step), problem.steps)
    opened = engine.open(parameters, identities, SEED)
    if resampled:
        opened.advance(end // 2)
        opened.resample(np.arange(members) // 2)
    opened.advance(end)
    block = opened.block()
    return {
        "parameters": digest({name: value.astype(engine.dtype) for name, value in parameters.items()}),
        "weekly": digest(block.weekly),
        "monthly": digest(block.monthly),
        "state": digest(state(engine, opened.space["bank"], members)),
        "failed": int(block.failed.sum()),
        "mean deaths": float(block.weekly["deaths"].sum(axis=1).mean()),
        "mean fighters at the end": float(block.weekly["fighters"][:, end - 1].mean()),
        "mean budget cost, US$": float(block.weekly["cost_budget"].sum(axis=1).mean()),
    }


def main() -> None:
    """Write the file, or compare with it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="keep today's results as the golden ones")
    parser.add_argument("--kernel", choices=("lanes", "exact"), help="cases of one kernel only")
    asked = parser.parse_args()
    cases = [(case, False) for case in CASES] + [(case, True) for case in RESAMPLED]
    cases = [(case, again) for case, again in cases if asked.kernel in (None, case[2])]
    if asked.write:
        from forbear.country.model import MODEL

        results = {title(case, again): found(case, again) for case, again in cases}
        content = {"model": MODEL.hash, "mathematics": mathematics(), "cases": results}
        FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        return
    golden = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
    for case, again in cases:
        new, old = found(case, again), golden[title(case, again)]
        wrong = [key for key in old if new[key] != old[key]]
        print("differs in " + ", ".join(wrong) if wrong else "identical", "-", title(case, again))


if __name__ == "__main__":
    main()
