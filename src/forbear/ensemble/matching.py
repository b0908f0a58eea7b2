"""Which members resemble history: a stated, reproducible rule, not a posterior.

For every observation of the scenario that is counted by month or year, member i and calendar year y (only years
of which at least six months were observed, and only the months observed), let

    z = (log(simulated + c) - log(observed + c)) / tolerance

with c one hundredth of the largest observed year, so that small numbers do not dominate. A member's distance is
the root of the mean of min(z, 4) squared, series weighing the same however long they are. The `keep` members with the smallest
distances are kept. This selects; it does not weigh, and it says nothing about parameters that history of this
kind cannot see. `forbear fit` will replace it.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.results import Ensemble
from forbear.errors import RunError
from forbear.scenario.observed import Observed, observed_values

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Matching", "match"]

#: Tolerance on the logarithm: observed counts are themselves uncertain by about this much, the model by more.
TOLERANCE = 0.5
_MOST = 4.0


@dataclass(frozen=True)
class Matching:
    """How members were kept: positions of the kept, all distances, and distances by series."""

    kept: np.ndarray
    distance: np.ndarray
    by_series: dict[str, np.ndarray]
    rule: str

    @property
    def words(self) -> str:
        """One sentence for people."""
        return self.rule


def match(ensemble: Ensemble, scenario: Scenario, *, keep: int) -> Matching | None:
    """Keep the members nearest to history; None when the scenario has no observation to compare with.

    Raises RunError E406 when fewer than two members are healthy.
    """
    healthy = ~ensemble.data["failed"].values
    if healthy.sum() < 2:
        raise RunError("E406", "fewer than two simulated histories stayed finite: nothing to compare with history")
    by_series: dict[str, np.ndarray] = {}
    for name, observation in scenario.observations.items():
        if observation.frequency not in ("month", "year") or MODEL.quantities[observation.quantity].kind != "flow":
            continue
        z = _errors(ensemble, observed_values(scenario, name), observation.quantity, observation.frequency)
        if z is not None:
            by_series[name] = np.sqrt(np.mean(np.minimum(np.abs(z), _MOST) ** 2, axis=1))
    if not by_series:
        return None
    distance = np.sqrt(np.mean(np.stack(list(by_series.values())) ** 2, axis=0))
    distance = np.where(healthy & np.isfinite(distance), distance, np.inf)
    keep = min(keep, int(healthy.sum()))
    kept = np.sort(np.argsort(distance, kind="stable")[:keep])
    rule = (
        f"{keep:,} of {len(ensemble):,} prior draws were kept: those nearest to history in yearly totals of "
        f"{', '.join(by_series)} (root mean square of log errors over a tolerance of {TOLERANCE:g}, each capped at {_MOST:g}; "
        f"kept distances {distance[kept].min():.2f} to {distance[kept].max():.2f})"
    )
    return Matching(kept, distance, by_series, rule)


def _errors(ensemble: Ensemble, values: list[Observed], quantity: str, frequency: str) -> np.ndarray | None:
    """Standardised log errors, shape (members, years)."""
    variable = f"monthly_{quantity}" if f"monthly_{quantity}" in ensemble.data else None
    if variable is not None:
        simulated = ensemble.data[variable]
        extra = [d for d in simulated.dims if d not in ("member", "month")]
        by_month = simulated.sum(extra).values
        labels = [str(m)[:7] for m in ensemble.data["month"].values]
    elif quantity in ensemble.data:
        weeks = ensemble.data["week"].values.astype("datetime64[M]")
        months, where = np.unique(weeks, return_inverse=True)
        by_month = np.zeros((len(ensemble), len(months)))
        np.add.at(by_month.T, where, ensemble.data[quantity].values.T)
        labels = [str(m) for m in months]
    else:
        return None
    observed = _by_year(values, frequency, labels)
    if not observed:
        return None
    largest = max(total for _, total in observed.values())
    floor = 0.01 * largest
    errors = []
    for positions, total in observed.values():
        errors.append((np.log(by_month[:, positions].sum(axis=1) + floor) - np.log(total + floor)) / TOLERANCE)
    return np.stack(errors, axis=1)


def _by_year(values: list[Observed], frequency: str, labels: list[str]) -> dict[int, tuple[list[int], float]]:
    """Year -> positions of the months compared, observed total."""
    place = {label: position for position, label in enumerate(labels)}
    out: dict[int, tuple[list[int], float]] = {}
    years = sorted({v.date.year for v in values})
    for year in years:
        of_year = [v for v in values if v.date.year == year]
        if frequency == "year":
            positions = [p for label, p in place.items() if label.startswith(f"{year}-")]
            if len(positions) == 12:
                # several publishers of one year: their mean
                out[year] = (positions, float(np.mean([v.value for v in of_year])))
            continue
        months: dict[str, float] = {}
        for v in of_year:
            label = _label(v.date)
            if label in place:
                months[label] = months.get(label, 0.0) + v.value
        if len(months) >= 6:
            out[year] = ([place[label] for label in months], sum(months.values()))
    return out


def _label(date: datetime.date) -> str:
    return f"{date.year}-{date.month:02d}"
