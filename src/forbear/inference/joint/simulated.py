"""Runs of the cases of the atlas: outcomes of many draws, case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.pieces import Repeated
from forbear.ensemble.recording import Block
from forbear.evidence.atlas import Case
from forbear.inference.joint.outcomes import Observed, Reading, observed, reading_of
from forbear.inference.space import Space
from forbear.kernel.draws import LANES
from forbear.scenario.problem import Problem

__all__ = ["Reads", "War", "shared_names", "simulate_case"]

#: Rooms whose rules are mechanisms that any war may have; the others tell of the old regime, of home, of what is
#: counted.
SHARED_ROOMS = ("people", "insurgency", "security", "services", "politics", "forces", "intervener")
#: What a place or an intervener starts with is local, whatever room it stands in.
LOCAL = ("_at_start", "population_growth")


class Reads(Protocol):
    """What is taken from the runs of a case."""

    @property
    def quantities(self) -> tuple[str, ...]:
        """Recorded week by week."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Numbers of a run, in order."""
        ...

    def features(self, weekly: Mapping[str, np.ndarray]) -> np.ndarray:
        """(members, kinds). weekly: quantity -> (members, steps)."""
        ...


@dataclass(frozen=True)
class War:
    """A case made ready: its problem under several sets of guessed facts, what is read of a run, and what was coded."""

    case: Case
    problems: tuple[Problem, ...]
    reading: Reading
    entries: tuple[Observed, ...]

    @classmethod
    def of(cls, case: Case, problems: Sequence[Problem]) -> War:
        """Of a case and its problems; outcomes that a run does not reach are left out."""
        reading = reading_of(case, problems[0])
        entries = tuple(entry for entry in observed(case) if entry.kind in reading.weeks)
        ordered = {entry.kind: reading.weeks[entry.kind] for entry in entries}
        return cls(case, tuple(problems), Reading(ordered), entries)


def shared_names() -> tuple[str, ...]:
    """Uncertainties of mechanisms, which cases share up to a learned spread: single numbers of the rooms in
    `SHARED_ROOMS`.
    """
    return tuple(
        parameter.name
        for parameter in MODEL.parameters.values()
        if parameter.room in SHARED_ROOMS
        and not parameter.over
        and parameter.prior.family != "fixed"
        and not any(parameter.name.endswith(ending) for ending in LOCAL)
    )


def simulate_case(
    war: War,
    scores: np.ndarray,
    names: Sequence[str],
    *,
    seed: int,
    workers: int | None = None,
    changes: Mapping[str, float] | None = None,
    reads: Reads | None = None,
) -> np.ndarray:
    """Outcomes of runs of a case, (draws, outcomes), NaN where a run failed.

    Parameters
    ---------- scores
        (draws, names): shared scores of each draw. All others come from the prior.
    changes
        Levers that are held at one number throughout.
    reads
        What is taken from a run instead of the outcomes that were coded of the case.

    Notes
    ----- Draws are cut into blocks; block i has set i of guessed facts, modulo their number. Randomness: scores of
    what is local by (seed, case), luck by the engine's names under `seed`.
    """
    space, taken = Space(war.problems[0]), reads or war.reading
    whole = space.draw(len(scores), seed, f"record/{war.case.name}")
    at = {name: place for place, name in enumerate(space.names)}
    for column, name in enumerate(names):
        if name in at:
            whole[:, at[name]] = scores[:, column]
    out = np.full((len(scores), len(taken.kinds)), np.nan)
    blocks = [slice(start, min(start + LANES, len(scores))) for start in range(0, len(scores), LANES)]
    runs: dict[int, Repeated] = {}
    for number, block in enumerate(blocks):
        which = number % len(war.problems)
        if which not in runs:
            problem = war.problems[which]
            if changes:
                levers = {name: np.full_like(problem.levers[name], value) for name, value in changes.items()}
                problem = problem.with_levers(levers)
            runs[which] = Repeated(problem, weekly=taken.quantities)
        part = out[block]

        def take(rows: slice, got: Block, part: np.ndarray = part) -> None:
            values = taken.features({name: v.astype(float) for name, v in got.weekly.items()})
            values[got.failed] = np.nan
            part[rows] = values

        members = np.arange(block.start, block.stop, dtype=np.uint32)
        runs[which].run(space.values(whole[block]), take, members=members, seed=seed, workers=workers)
    return out
