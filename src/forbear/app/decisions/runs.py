"""A decision on the page: every option over the same members, and what is chosen among those that are done."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from forbear.app.country import BLOCK, merged
from forbear.app.runs import Work
from forbear.discovery.decision import Board, Chosen, Table, boards, choose, resamples
from forbear.discovery.decision_changes import Change, changes
from forbear.scenario.outcomes import recorded, until, values_of

if TYPE_CHECKING:
    from forbear.scenario.casefiles.decision import Decision
    from forbear.scenario.problem import Problem

__all__ = ["STAGES", "DecisionRun", "Judged", "judged"]

#: Options are compared first over so many members, at last over so many.
STAGES = (64, 128, 256)


@dataclass(eq=False)
class DecisionRun(Work):
    """Outcomes of every option over the same draws under common random numbers. asked: the form as it was filled in."""

    decision: Decision = field(kw_only=True)
    asked: tuple[tuple[str, str], ...] = field(kw_only=True, default=())
    #: Block by block: outcome -> (options, BLOCK), not finite where a member failed.
    found: list[dict[str, np.ndarray]] = field(default_factory=list)
    stages: ClassVar[tuple[int, ...]] = STAGES

    @property
    def members(self) -> int:
        """Members that are done."""
        return BLOCK * len(self.found)

    @cached_property
    def problems(self) -> list[Problem]:
        """What is run for each option."""
        return [option.apply(self.country.scenario).problem() for option in self.decision.options.values()]

    def one_block(self) -> None:
        """Run the next members of every option. Raises Cancelled, RunError."""
        start, weekly = self.members, tuple(recorded(list(self.decision.outcomes)))
        rows: dict[str, list[np.ndarray]] = {objective.outcome: [] for objective in self.decision.objectives}
        draws = self.country.draws(self.state.draws)
        for problem in self.problems:
            block = self.country.block(problem, draws, start, self.state.seed, lambda: self.cancelled, weekly=weekly)
            data = merged(problem, [block]).data
            for name, kept in rows.items():
                values = values_of(data, until(name, self.decision.horizon))
                kept.append(np.where(block.failed, np.nan, values))
        with self.lock:
            self.found.append({name: np.stack(kept) for name, kept in rows.items()})

    def table(self, stage: int) -> Table:
        """Losses of the first `stage` members. Raises ValueError where none is finite for every option."""
        done = self.found[: stage // BLOCK]
        values = {
            o.outcome: np.concatenate([block[o.outcome] for block in done], axis=1) for o in self.decision.objectives
        }
        return Table.of(list(self.decision.options), values)


@dataclass(frozen=True)
class Judged:
    """What is found of the members that are done; draws: those that are finite for every option; changes: what would
    change the choice, looked for at the last stage alone."""

    draws: int
    boards: tuple[Board, ...]
    chosen: Chosen
    changes: tuple[Change, ...]


def judged(run: DecisionRun, stage: int) -> Judged:
    """Loss, regret, choice and what would change it. Randomness: resamples by the seed of the page. Raises ValueError
    as `DecisionRun.table`."""
    table, seed = run.table(stage), run.state.seed
    chosen = choose(table, run.decision, resamples(table.draws, seed))
    moved = changes(table, run.decision, chosen) if stage == STAGES[-1] else ()
    return Judged(table.draws, boards(table, run.decision, seed), chosen, moved)
