"""What an ensemble says month by month and year by year: weeks brought to the calendar, the same way for every reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble

__all__ = ["monthly_values", "yearly_means", "yearly_totals"]

#: Months that a year must hold before its total is shown.
FEWEST_MONTHS = 8


def monthly_values(ensemble: Ensemble, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Months (datetime64[M]) and values (members, months): flows as monthly totals, stocks and measures averaged over weeks.

    name: a quantity of the whole country that was recorded by week.
    """
    weeks = ensemble.data["week"].values.astype("datetime64[D]") + np.timedelta64(3, "D")
    months, where = np.unique(weeks.astype("datetime64[M]"), return_inverse=True)
    values = ensemble.data[name].values.astype(float)
    out = np.zeros((values.shape[0], len(months)))
    np.add.at(out.T, where, values.T)
    weeks_in = np.bincount(where)
    if ensemble.data[name].attrs.get("kind") != "flow":
        return months, out / weeks_in
    # months hold four or five weeks: bring each to its length in days, so that the calendar draws no zigzag
    days = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(int)
    step = (
        float(np.median(np.diff(ensemble.data["week"].values.astype("datetime64[h]")).astype(int))) / 24
        if len(weeks) > 1
        else 7.0
    )
    return months, out * np.where(weeks_in * step > 20, days / (weeks_in * step), 1.0)


def yearly_totals(ensemble: Ensemble, name: str) -> tuple[list[int], np.ndarray]:
    """Calendar years of which at least eight months were simulated, and totals (members, years)."""
    return _yearly(ensemble, name, np.sum)


def yearly_means(ensemble: Ensemble, name: str) -> tuple[list[int], np.ndarray]:
    """Calendar years of which at least eight months were simulated, and means over their months (members, years)."""
    return _yearly(ensemble, name, np.mean)


def _yearly(ensemble: Ensemble, name: str, of: Callable[..., np.ndarray]) -> tuple[list[int], np.ndarray]:
    months, values = monthly_values(ensemble, name)
    years = months.astype("datetime64[Y]").astype(int) + 1970
    kept = [int(y) for y in np.unique(years) if (years == y).sum() >= FEWEST_MONTHS]
    found = [of(values[:, years == y], axis=1) for y in kept]
    return kept, np.stack(found, axis=1) if kept else np.zeros((len(values), 0))
