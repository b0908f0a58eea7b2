"""The tables of the report: where history is missed, what was drawn, what it cost, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.declare import Prior
from forbear.country.model import MODEL
from forbear.ensemble.monthly import monthly_values
from forbear.report.gather import national
from forbear.scenario.priors import quantile
from forbear.words import approximately

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Problem, Scenario
    from forbear.scenario.observed import Observed

__all__ = ["FitRow", "cost_rows", "fit_rows", "prior_rows", "series_rows", "source_rows"]


@dataclass(frozen=True)
class FitRow:
    """One observed series beside the simulated histories. count: values compared; inside: share inside nine tenths of
    them, in words; low: fewer than seven tenths are; ratios: simulated median over observed, by year."""

    title: str
    count: int
    frequency: str
    inside: str
    low: bool
    ratios: str
    note: str
    series: str


def fit_rows(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[FitRow]:
    """Every observed series that the members have a quantity for; of a year a flow is added up, all else averaged."""
    rows = []
    for name, observation in scenario.observations.items():
        if observation.quantity not in ensemble.data or not observed[name] or observation.frequency == "span":
            continue
        months, values = monthly_values(ensemble, observation.quantity)
        flow = ensemble.data[observation.quantity].attrs.get("kind") == "flow"
        place = {str(m): k for k, m in enumerate(months.astype(str))}
        if observation.frequency == "year":
            years = months.astype("datetime64[Y]").astype(int) + 1970
            by_year: dict[int, list[float]] = {}
            for seen in observed[name]:
                by_year.setdefault(seen.date.year, []).append(seen.value)
            pairs = [
                (str(y), (np.sum if flow else np.mean)(values[:, years == y], axis=1), float(np.mean(v)))
                for y, v in by_year.items()
                if (years == y).sum() == 12
            ]
        else:
            totals = {f"{int(at)}-{round((at % 1) * 12 + 0.5):02d}": v for at, v in national(observed[name]).items()}
            pairs = [(label, values[:, place[label]], v) for label, v in totals.items() if label in place]
        if not pairs:
            continue
        inside = np.mean([np.quantile(s, 0.05) <= v <= np.quantile(s, 0.95) for _, s, v in pairs])
        ratios: dict[str, list[tuple[float, float]]] = {}
        for label, simulated, value in pairs:
            ratios.setdefault(label[:4], []).append((float(np.median(simulated)), value))
        words = [
            f"{year}: {sum(s for s, _ in of) / max(sum(v for _, v in of), 1e-9):.2g}"
            for year, of in sorted(ratios.items())
        ]
        rows.append(
            FitRow(
                observation.title or name,
                len(pairs),
                observation.frequency,
                f"{inside:.0%}",
                bool(inside < 0.7),
                ", ".join(words),
                observation.note,
                observation.series,
            )
        )
    return rows


def cost_rows(ensemble: Ensemble, middle: bool = True) -> list[tuple[str, ...]]:
    """Cost since the start in billions: low, middle (where one is told), high."""
    out: list[tuple[str, ...]] = []
    for name in (
        "cost_operations",
        "cost_reconstruction",
        "cost_local_forces",
        "cost_expansion",
        "cost_containment",
        "cost_budget",
        "cost_veterans",
        "cost_full",
    ):
        if name in ensemble.data:
            levels = [0.05, 0.5, 0.95] if middle else [0.05, 0.95]
            values = np.quantile(ensemble.data[name].values[:, -1] / 1e9, levels)
            out.append((MODEL.quantities[name].meaning, *(approximately(float(v)) for v in values)))
    return out


def prior_rows(ensemble: Ensemble, problem: Problem) -> list[tuple[str, ...]]:
    """Every parameter: prior interval, interval among the kept, source, class."""
    by_name = {p.name: p for p in MODEL.parameters.values()}
    rows: list[tuple[str, ...]] = []
    for name, priors in problem.priors.items():
        declared = by_name[name]
        variable = f"given_{name}"
        for position in np.ndindex(priors.shape):
            prior: Prior = priors[position]  # type: ignore[assignment]
            low, high = (float(v) for v in quantile(prior, np.array([0.05, 0.95])))
            kept = ensemble.data[variable].values[(slice(None), *position)]
            members = [
                problem.names.get(dimension, ())[k] if dimension in problem.names else str(k + 1)
                for dimension, k in zip(declared.over, position, strict=True)
            ]
            fixed = prior.family == "fixed"
            rows.append(
                (
                    ".".join([declared.key, *members]),
                    declared.meaning,
                    declared.unit,
                    f"{low:.3g} (fixed)" if fixed else f"{low:.2g} to {high:.2g}",
                    "" if fixed else "{:.2g} to {:.2g}".format(*np.quantile(kept, [0.05, 0.95])),
                    declared.identification,
                    declared.source,
                )
            )
    return rows


def series_rows(scenario: Scenario) -> list[tuple[str, ...]]:
    """Observed series: name, what, publisher, span, gaps and cautions."""
    rows: list[tuple[str, ...]] = []
    for name, observation in scenario.observations.items():
        series = scenario.find_series(observation.series)
        by = ", ".join(dict.fromkeys(s.publisher for s in series.sources))
        notes = "; ".join(dict.fromkeys(n for n in (getattr(series, "gaps", ""), observation.note) if n))
        title = observation.title or name
        rows.append((observation.series, title, by, str(series.span), notes))
    return rows


def source_rows(scenario: Scenario) -> list[tuple[str, ...]]:
    """Sources of the scenario and of the series beside it: name, what, publisher, span or year, licence."""
    rows: list[tuple[str, ...]] = []
    for key, source in scenario.sources.items():
        publisher, year, licence = (str(source.details.get(k, "")) for k in ("publisher", "year", "licence"))
        rows.append((key, source.title, publisher, year, licence))
    for name in dict.fromkeys(o.series for o in scenario.observations.values()):
        series = scenario.find_series(name)
        publishers = ", ".join(dict.fromkeys(s.publisher for s in series.sources))
        licences = ", ".join(dict.fromkeys(s.licence for s in series.sources))
        rows.append((name, series.title, publishers, str(series.span), licences))
    return rows
