"""What drove people to arms: the ledger of mobilisation by source, community and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.kept import Kept
from forbear.ensemble.pieces import BlockRun, run_blocks, threads_of
from forbear.ensemble.stamps import hash_of, stamp_of
from forbear.inference.space import Space
from forbear.integers import members_of
from forbear.questions.results import LedgerResult
from forbear.scenario.casefiles.policies import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

    from forbear.ensemble.recording import Block
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["MobilisationLedger", "mobilisation_ledger", "planned_ledger"]

_RECORDED = ("mobilised_by_occupation", "mobilised_by_exclusion", "mobilised_by_fear", "mobilisation", "sympathisers")


@dataclass(frozen=True)
class MobilisationLedger:
    """shares: (draws, communities, years, sources), of mobilisation weighted by sympathisers; whole: (draws,
    communities, sources) over all years, weighted by recruits."""

    communities: tuple[str, ...]
    years: tuple[int, ...]
    shares: np.ndarray
    whole: np.ndarray

    def share(self, community: str, *sources: str) -> np.ndarray:
        """Share of a community's mobilisation from the sources, (draws,)."""
        place = self.communities.index(community)
        return sum(self.whole[:, place, SOURCES.index(s)] for s in sources)  # type: ignore[return-value]

    def result(self) -> LedgerResult:
        """Medians by year, and 5, 50 and 95 per cent over all years, to four decimals."""
        shares = np.median(self.shares, axis=0).round(4)
        whole = np.quantile(self.whole, [0.05, 0.5, 0.95], axis=0).round(4)
        return LedgerResult(self.communities, self.years, SOURCES, _nested(shares), _nested(whole))


def _nested(values: np.ndarray) -> tuple[tuple[tuple[float, ...], ...], ...]:
    return tuple(tuple(tuple(float(v) for v in row) for row in table) for table in values)


def mobilisation_ledger(
    scenario: Scenario,
    posterior: Posterior | None,
    *,
    members: int | np.ndarray = 128,
    seed: int = 1,
    workers: int | None = None,
    parameters: dict[str, np.ndarray] | None = None,
) -> MobilisationLedger:
    """Record the four additive sources of mobilisation (E29a) and share them out.

    A district's month counts with its sympathisers times their mobilisation, so that a share says where the pull on
    the people who could be recruited came from. members: draws of the posterior, or identities with `parameters` of
    their own. Randomness: named by the seed. Raises as `simulate`."""
    run, found = planned_ledger(
        scenario, posterior, members=members, seed=seed, workers=threads_of(workers), parameters=parameters
    )
    run_blocks([run], workers)
    return found()


def planned_ledger(
    scenario: Scenario,
    posterior: Posterior | None,
    *,
    members: int | np.ndarray,
    seed: int,
    workers: int = 1,
    parameters: dict[str, np.ndarray] | None = None,
    keep: bool = False,
) -> tuple[BlockRun, Callable[[], MobilisationLedger]]:
    """A ledger as a run that waits in a list, and what gives the ledger when it has ended. As `mobilisation_ledger`.

    workers: threads that the run has for itself; keep: as for `PolicyRuns`.
    """
    problem = scenario.problem()
    many = members if isinstance(members, int) else len(members)
    if parameters is None and posterior is not None:
        parameters = posterior.parameters(members)
    elif parameters is None:
        space = Space(problem)
        # the draws of `PolicyRuns`: one claim sets them side by side
        parameters = space.values(space.draw(many, seed, "worlds"))
    communities, years = problem.names["community"], np.array([int(label[:4]) for label in problem.month_labels])
    stacked = np.empty((many, len(years), len(communities), len(SOURCES)))
    place = None
    if keep:
        place = Kept(
            ledger=problem.hash,
            parameters=hash_of(parameters),
            members=stamp_of(members_of(members), None).members,
            seed=seed,
        )
    before: list[dict[str, np.ndarray]] = []

    def known() -> bool:
        held = place.read() if place is not None else None
        before.extend([held] if held is not None else [])
        return bool(before)

    def take(at: slice, block: Block) -> None:
        values = {
            name: block.monthly[name].astype(float) for name in _RECORDED
        }  # (draws, months, districts, communities)
        weight = values["sympathisers"]
        parts = [values[name] * weight for name in _RECORDED[:3]]
        base = np.maximum(values["mobilisation"] * weight - sum(parts), 0.0)
        stacked[at] = np.stack(
            [p.sum(axis=2) for p in (*parts, base)], axis=-1
        )  # (draws, months, communities, sources)

    def found() -> MobilisationLedger:
        chosen = np.unique(years)
        if before:
            return MobilisationLedger(tuple(communities), tuple(int(y) for y in chosen), **before[0])
        by_year = np.stack([stacked[:, years == y].sum(axis=1) for y in chosen], axis=2)
        shares = by_year / np.maximum(by_year.sum(axis=-1, keepdims=True), 1e-12)
        total = stacked.sum(axis=1)
        whole = total / np.maximum(total.sum(axis=-1, keepdims=True), 1e-12)
        if place is not None:
            place.write({"shares": shares, "whole": whole})
        return MobilisationLedger(tuple(communities), tuple(int(y) for y in chosen), shares, whole)

    run = BlockRun(
        lambda: problem,
        members=members,
        seed=seed,
        parameters=parameters,
        take=take,
        monthly=_RECORDED,
        workers=workers,
    )
    return run, found
