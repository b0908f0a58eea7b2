"""What the laboratory keeps of members once they are run: months in place of weeks, outcomes in place of courses.

A page of thirty people asks for hundreds of runs of hundreds of members. What its charts, table and map need is a
tenth of what a run records, and it is kept in few arrays: hundreds of small ones that come and go leave holes in memory
that nothing else fits into.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.monthly import monthly_values
from forbear.ensemble.results import weekly_type
from forbear.scenario.outcomes import values_of

if TYPE_CHECKING:
    from forbear.ensemble.recording import Block
    from forbear.ensemble.results import Ensemble
    from forbear.scenario.problem import Problem

__all__ = ["FANS", "FORCES", "OUTCOMES_SHOWN", "Condensed", "condensed", "joined", "together", "whole_years"]

#: Quantities that are drawn by month.
FANS = ("deaths", "observed_attacks", "intervener_dead", "cost_budget")
#: Of the force: what is there, what rotation sustains, the most that can be deployed.
FORCES = ("force", "sustainable_force", "force_ceiling")
#: Outcomes that are compared; "attacks" is the sum of reported attacks, the others are outcomes of the analysis.
OUTCOMES_SHOWN = ("deaths", "attacks", "intervener_deaths", "cost", "displaced", "governance", "democracy")


@dataclass(frozen=True)
class Condensed:
    """Members of one problem as the page shows them.

    Attributes
    ----------
    months
        (months,), datetime64[M].
    monthly
        Quantity of `FANS` and `FORCES` -> (members, months): flows as totals, all else as means; 64-bit for money.
    outcomes
        Name of `OUTCOMES_SHOWN` -> (members,), each in its unit.
    yearly
        (members, years, districts), deaths in the whole years of the run, persons.
    failed
        (members,), True where a number was not finite.
    """

    months: np.ndarray
    monthly: dict[str, np.ndarray]
    outcomes: dict[str, np.ndarray]
    yearly: np.ndarray
    failed: np.ndarray

    def __len__(self) -> int:
        return len(self.failed)

    def keep(self, which: np.ndarray) -> Condensed:
        """Only the members that are marked; which: (members,), bool."""
        return Condensed(
            self.months,
            {name: values[which] for name, values in self.monthly.items()},
            {name: values[which] for name, values in self.outcomes.items()},
            self.yearly[which],
            self.failed[which],
        )


def condensed(problem: Problem, block: Block, ensemble: Ensemble) -> Condensed:
    """What a block comes to; ensemble: its weekly national values, labelled. No randomness."""
    monthly = {}
    months = np.array([], dtype="datetime64[M]")
    for name in (*FANS, *FORCES):
        months, values = monthly_values(ensemble, name)
        monthly[name] = values.astype(weekly_type(name), copy=False)
    deaths, years = block.monthly["deaths"], _years(problem)
    districts = deaths.shape[2:]
    yearly = [deaths[:, years == year].sum(axis=1) for year in whole_years(problem)]
    return Condensed(
        months=months,
        monthly=together(monthly),
        outcomes=together({name: _outcome(ensemble, name) for name in OUTCOMES_SHOWN}),
        yearly=np.stack(yearly, axis=1) if yearly else np.zeros((len(deaths), 0, *districts), dtype=deaths.dtype),
        failed=block.failed,
    )


def joined(parts: Sequence[Condensed]) -> Condensed:
    """Members of several parts of one problem, one after another."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return Condensed(
        first.months,
        {name: np.concatenate([part.monthly[name] for part in parts]) for name in first.monthly},
        {name: np.concatenate([part.outcomes[name] for part in parts]) for name in first.outcomes},
        np.concatenate([part.yearly for part in parts]),
        np.concatenate([part.failed for part in parts]),
    )


def whole_years(problem: Problem) -> list[int]:
    """The years of which a run has all twelve months."""
    years = _years(problem)
    return [int(year) for year in np.unique(years) if (years == year).sum() == 12]


def together(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same values, with all of one kind and shape in one array of which each is a part."""
    held: dict[str, np.ndarray] = {}
    for kind in dict.fromkeys((v.dtype, v.shape) for v in arrays.values()):
        names = [name for name, v in arrays.items() if (v.dtype, v.shape) == kind]
        held |= zip(names, np.stack([arrays[name] for name in names]), strict=True)
    return {name: held[name] for name in arrays}


def _years(problem: Problem) -> np.ndarray:
    return np.array([int(label[:4]) for label in problem.month_labels])


def _outcome(ensemble: Ensemble, name: str) -> np.ndarray:
    if name == "attacks":
        return np.asarray(ensemble.data["observed_attacks"].values.astype(float).sum(axis=1))
    return np.asarray(values_of(ensemble.data, name), dtype=float)
