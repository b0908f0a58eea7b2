"""What every part of a validation is given: the scenario, the posterior that is judged, and how much work may be
done."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.inference.fit import Fitting
from forbear.inference.predictive import Checks, course_checks

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["Context", "Replicated"]


@dataclass(frozen=True)
class Replicated:
    """Fresh histories of some draws beside what the fit heard. checks: number by number, in the order of the terms of
    `work`; members: how many histories."""

    work: Fitting
    checks: Checks
    members: int


@dataclass(frozen=True)
class Context:
    """What a part works from.

    Parameters
    ----------
    scenario, posterior
        What is judged.
    seed
        Names all randomness of every part.
    quick
        Fewer draws and worlds; results are marked.
    store
        Folder of finished work, one folder a part inside it; None keeps nothing.
    workers, meter
        Threads, and who is told how far it is.
    worlds
        Of a calibration; as many as its effort says when None. More of them go on from where fewer ended.
    """

    scenario: Scenario
    posterior: Posterior
    seed: int = 1
    quick: bool = False
    store: Path | None = None
    workers: int | None = None
    meter: Meter = field(default_factory=NoMeter)
    worlds: int | None = None

    @property
    def members(self) -> int:
        """Draws of the posterior that are run again with fresh luck."""
        return 128 if self.quick else 512

    @cached_property
    def scores(self) -> np.ndarray:
        """Those draws, (members, p)."""
        return self.posterior.scores[self.posterior.chosen(self.members)]

    @cached_property
    def replicated(self) -> Replicated:
        """Course, place and kind of what the fit heard beside fresh histories; run once for all parts that show it."""
        until = str(self.posterior.notes.get("until") or "") or None  # only what the fit has seen
        work = Fitting(self.scenario, until=until, workers=self.workers, meter=self.meter)
        said = work.said(work.simulate(self.scores, self.seed + 5))
        return Replicated(work, course_checks(work.terms, said, self.seed), self.members)
