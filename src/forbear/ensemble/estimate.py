"""How much memory and time an ensemble will take, before it is begun; what will not fit is refused."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import FIXED_MEMBERS, MODEL
from forbear.country.program import program_of
from forbear.ensemble.design import draw_priors
from forbear.ensemble.engine import Engine
from forbear.ensemble.layout import Layout
from forbear.ensemble.recording import MONTHLY, WEEKLY
from forbear.ensemble.sketch import BINS
from forbear.errors import RunError
from forbear.integers import MOST_MEMBERS, integer, workers_of
from forbear.kernel.draws import LANES

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem

__all__ = ["Estimate", "available_memory", "check_memory", "count_of", "estimate"]

#: Steps that are run to measure the time of one.
_MEASURED = 13


@dataclass(frozen=True)
class Estimate:
    """What an ensemble will take.

    Attributes
    ----------
    bytes
        Of memory at the most: results twice, since chunks are put together, and blocks at work.
    result
        Bytes of the results alone.
    seconds
        Of wall time, from some steps that were run for it; None where none were.
    """

    bytes: int
    result: int
    seconds: float | None = None

    def __str__(self) -> str:
        text = f"about {words_of(self.bytes)} of memory"
        return text if self.seconds is None else f"{text} and {self.seconds:,.0f} s"


def estimate(
    problem: Problem,
    members: int | Sequence[int] | np.ndarray,
    *,
    weekly: Sequence[str] = WEEKLY,
    monthly: Sequence[str] = MONTHLY,
    summarised: bool = False,
    workers: int | None = None,
    measured: bool = False,
) -> Estimate:
    """Estimate what an ensemble takes.

    Parameters
    ----------
    problem
        What would be run.
    members
        How many, or the identities.
    weekly, monthly
        What would be recorded, as in `simulate`; names that the model does not have count nothing.
    summarised
        As `summarise` does it: digests in place of series.
    workers
        Threads; all cores when absent.
    measured
        Run some steps of one block to tell the time (a second; minutes where the country is not compiled yet).

    Returns
    -------
    Estimate
        Bytes within about a quarter; seconds of a machine that does nothing else.

    Raises
    ------
    RunError
        E405 and E441 as `simulate`.
    """
    count, threads = count_of(members), workers_of(workers) or os.cpu_count() or 1
    names = {**problem.names, **FIXED_MEMBERS}
    months = len(problem.month_labels)

    def elements(over: Sequence[str]) -> int:
        return prod(len(names[dimension]) for dimension in over)

    known = [MODEL.quantities[name] for name in weekly if name in MODEL.quantities]
    series = sum(8 if quantity.money else 4 for quantity in known) * problem.steps
    by_month = sum(4 * elements(MODEL.quantities[name].over) for name in monthly if name in MODEL.quantities) * months
    given = sum(8 * max(priors.size, 1) for priors in problem.priors.values())
    layout = Layout(program_of(tuple(name for name, _ in problem.extensions)), problem.names)
    block = LANES * (
        4 * layout.float_rows + 8 * layout.money_rows + 8 * len(known) * problem.steps + by_month + given + series
    )
    if summarised:
        columns = sum(1 if quantity.kind == "flow" else 3 for quantity in known)
        result = count * (9 + 4 * columns) + 4 * len(known) * months * BINS
    else:
        result = count * (9 + series + by_month + given)
    blocks = min(threads + 1, -(-count // LANES)) * (8 if summarised else 1)
    needed = 2 * result + 12 * count + min(blocks, -(-count // LANES)) * block
    seconds = _step_seconds(problem, weekly, monthly) * problem.steps * -(-count // LANES) if measured else None
    return Estimate(needed, result, None if seconds is None else seconds / min(threads, -(-count // LANES)))


def check_memory(problem: Problem, members: int | Sequence[int] | np.ndarray, **options: Any) -> None:
    """Refuse what will not fit. options: as for `estimate`. Raises RunError E442, and E405, E441 as `estimate`."""
    free = available_memory()
    found = estimate(problem, members, **options)
    if free is not None and found.bytes > free:
        raise RunError(
            "E442",
            f"{count_of(members):,} simulated histories of {problem.name} need about {words_of(found.bytes)} of memory; "
            f"{words_of(free)} are free",
            hint="fewer simulated histories (--members), or less recorded, or summaries only",
        )


def count_of(members: int | Sequence[int] | np.ndarray) -> int:
    """How many members are asked for. Raises RunError E441."""
    if isinstance(members, str | bytes) or np.ndim(members) == 0:
        return integer(members, "members", least=0, most=MOST_MEMBERS)
    return len(members)  # type: ignore[arg-type]


def available_memory() -> int | None:
    """Bytes that this process may still take: what the machine has free, within limits of its group and its own.

    None where the system does not say.
    """
    found = [_machine(), _group(), _own()]
    return min((value for value in found if value is not None), default=None)


def words_of(count: float) -> str:
    """Bytes in words: 1.4 GB."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1e3:,.0f} kB"


def _step_seconds(problem: Problem, weekly: Sequence[str], monthly: Sequence[str]) -> float:
    engine = Engine(problem, weekly=weekly, monthly=monthly)
    members = np.arange(LANES, dtype=np.uint32)
    opened = engine.open(draw_priors(problem, members, 1), members, 1)
    opened.advance(1)
    last = min(1 + _MEASURED, problem.steps)
    began = time.perf_counter()
    opened.advance(last)
    return (time.perf_counter() - began) / max(last - 1, 1)


def _machine() -> int | None:
    if sys.platform == "win32":
        return _windows()
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:  # what is there, where nothing says what is free
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def _windows() -> int | None:
    class Status(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ulong), ("load", ctypes.c_ulong)] + [
            (name, ctypes.c_ulonglong) for name in ("total", "free", "files", "free_files", "own", "free_own", "rest")
        ]

    status = Status(length=ctypes.sizeof(Status))
    library = getattr(ctypes, "windll", None)
    if library is None or not library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        return None
    return int(status.free)


def _group() -> int | None:
    """What the control group leaves (containers)."""
    for limit, used in (
        ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
        ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ):
        try:
            most, now = (int(Path(path).read_text(encoding="ascii")) for path in (limit, used))
        except (OSError, ValueError):
            continue
        if most < 2**60:  # a number beyond any machine says that there is no limit
            return max(most - now, 0)
    return None


def _own() -> int | None:
    """What a limit of this process leaves (ulimit -v)."""
    try:
        import resource  # not on every system
    except ImportError:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        now = 0
    return max(limit - now, 0)
