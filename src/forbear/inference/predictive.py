"""Posterior predictive checks: series by year and place, and the stylised facts of the war (section 6.1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.summaries import summarise

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.inference.data import Data

__all__ = ["Check", "national_facts", "series_checks"]


@dataclass(frozen=True)
class Check:
    """An observed number beside the median and central 90 per cent of what the fitted model gives, replication noise
    included where `replicated`."""

    series: str
    label: str
    observed: float
    median: float
    low: float
    high: float
    replicated: bool = True

    @property
    def inside(self) -> bool:
        """True where the observed number lies in the interval."""
        return bool(self.low <= self.observed <= self.high)

    def as_dict(self) -> dict[str, Any]:
        """For tables."""
        return {**asdict(self), "inside": self.inside}


def series_checks(ensemble: Ensemble, data: Data, seed: int = 1) -> list[Check]:
    """Totals by series, place and year. Randomness: numpy Philox keyed by the seed for the observation error."""
    from forbear.inference.fit import summaries_of

    summaries = summarise(data)
    values = summaries_of(ensemble.data, summaries)
    error = np.array([s.error for s in summaries])
    noise = np.random.Generator(np.random.Philox(key=[seed, 5])).normal(size=values.shape) * error
    out = []
    places = ensemble.data.coords
    for place, summary in enumerate(summaries):
        drawn = values[:, place] + noise[:, place]
        numbers = (
            1.0 / (1.0 + np.exp(-drawn)) if summary.kind == "share" else np.maximum(np.exp(drawn) - summary.floor, 0.0)
        )
        low, middle, high = np.nanquantile(numbers, [0.05, 0.5, 0.95])
        _, year, element = summary.label.rsplit(" ", 2)
        name = ""
        if int(element) >= 0:
            dimension = "district" if "district" in ensemble.data[f"monthly_{summary.quantity}"].dims else "community"
            name = " " + str(places[dimension].values[int(element)])
        out.append(Check(summary.series, f"{year}{name}", summary.observed, float(middle), float(low), float(high)))
    return out


def national_facts(ensemble: Ensemble, data: Data) -> list[Check]:
    """Facts that no fit was asked for one by one: peak, ratios, shares of places, as far as the data hold them."""
    months = np.array([str(m)[:7] for m in ensemble.data["month"].values])
    out: list[Check] = []

    def add(series: str, label: str, observed: float, drawn: np.ndarray) -> None:
        drawn = drawn[np.isfinite(drawn)]
        if len(drawn) and np.isfinite(observed):
            low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95])
            out.append(Check(series, label, observed, float(middle), float(low), float(high), replicated=False))

    for series in data.series:
        if series.kind != "counts":
            continue
        values = ensemble.data[f"monthly_{series.quantity}"].values
        national = values.reshape(*values.shape[:2], -1).sum(axis=2)
        spans = series.last - series.first + 1
        if (spans == 1).all() and (series.element < 0).all():
            at = series.last
            peak = at[np.argmax(series.value)]
            simulated = at[np.argmax(national[:, at], axis=1)]
            add(
                series.name,
                "peak, months after the first month observed",
                float(peak - at[0]),
                (simulated - at[0]).astype(float),
            )
        if (series.element >= 0).all():
            members = ensemble.data["district"].values
            total = values[:, np.unique(series.last)].sum(axis=1)
            seen = np.array([series.value[series.element == d].sum() for d in range(len(members))])
            for d in np.argsort(-seen)[:5]:
                share = total[:, d] / np.maximum(total.sum(axis=1), 1e-9)
                add(series.name, f"share of {members[d]}", float(seen[d] / max(seen.sum(), 1e-9)), share)
        years = sorted({data.months[m][:4] for m in series.last})
        for before, after in zip(years[:-1], years[1:], strict=True):
            if after != "2008":
                continue
            masks = [_shared(series, data, year) for year in (before, after)]
            if all(len(m) for m in masks):
                observed = [float(series.value[m].sum()) for m in masks]
                simulated = [_sum(values, series, m) for m in masks]
                add(
                    series.name,
                    f"{after} over {before}",
                    observed[1] / max(observed[0], 1e-9),
                    simulated[1] / np.maximum(simulated[0], 1e-9),
                )
    if "monthly_observed_displaced" in ensemble.data:
        displaced = ensemble.data["monthly_observed_displaced"].values
        month = int(np.searchsorted(months, "2008-01"))
        if month < displaced.shape[1]:
            low, middle, high = np.quantile(displaced[:, month], [0.05, 0.5, 0.95])
            out.append(
                Check(
                    "displaced",
                    "registered, January 2008 (no series: shown alone)",
                    float("nan"),
                    float(middle),
                    float(low),
                    float(high),
                    False,
                )
            )
    return out


def _shared(series: Any, data: Data, year: str) -> np.ndarray:
    return np.array([i for i, m in enumerate(series.last) if data.months[m].startswith(year)], dtype=int)


def _sum(values: np.ndarray, series: Any, places: np.ndarray) -> np.ndarray:
    flat = values.reshape(*values.shape[:2], -1)
    total = np.zeros(len(values))
    for place in places:
        window = flat[:, series.first[place] : series.last[place] + 1]
        total += (window.sum(axis=2) if series.element[place] < 0 else window[:, :, series.element[place]]).sum(axis=1)
    return total
