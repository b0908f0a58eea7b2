"""What drove people to arms: the ledger of mobilisation by source, community and year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.runner import simulate
from forbear.inference.space import Space
from forbear.questions.results import LedgerResult
from forbear.scenario.casefiles.policies import SOURCES

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["MobilisationLedger", "mobilisation_ledger"]


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
    problem = scenario.problem()
    if parameters is None and posterior is not None:
        parameters = posterior.parameters(members)
    elif parameters is None:
        space = Space(problem)
        parameters = space.values(space.draw(members if isinstance(members, int) else len(members), seed, "ledger"))
    names = ("mobilised_by_occupation", "mobilised_by_exclusion", "mobilised_by_fear", "mobilisation", "sympathisers")
    data = simulate(
        problem,
        members=members,
        seed=seed,
        parameters=parameters,
        workers=workers,
        weekly=(),
        monthly=names,
    ).data
    values = {n: data[f"monthly_{n}"].values.astype(float) for n in names}  # (draws, months, districts, communities)
    weight = values["sympathisers"]
    parts = [values[n] * weight for n in names[:3]]
    base = np.maximum(values["mobilisation"] * weight - sum(parts), 0.0)
    stacked = np.stack([p.sum(axis=2) for p in (*parts, base)], axis=-1)  # (draws, months, communities, sources)
    years = data["month"].dt.year.values
    chosen = np.unique(years)
    by_year = np.stack([stacked[:, years == y].sum(axis=1) for y in chosen], axis=2)
    shares = by_year / np.maximum(by_year.sum(axis=-1, keepdims=True), 1e-12)
    total = stacked.sum(axis=1)
    whole = total / np.maximum(total.sum(axis=-1, keepdims=True), 1e-12)
    return MobilisationLedger(tuple(problem.names["community"]), tuple(int(y) for y in chosen), shares, whole)
