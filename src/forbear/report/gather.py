"""Gathers what the report draws from an ensemble: charts beside what was observed, maps by year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.figures.fan import fan, yearly
from forbear.figures.kinds import drawn
from forbear.figures.map import map_by_year
from forbear.report.content import CHARTS, MAPS, SECTIONS

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Problem, Scenario
    from forbear.scenario.observed import Observed

__all__ = ["beside", "chart_sections", "deaths_first", "district_maps", "map_values"]


def beside(
    scenario: Scenario, observed: dict[str, list[Observed]], quantity: str, frequencies: tuple[str, ...]
) -> dict[str, list[Observed]]:
    """Observed series of a quantity, national values; a series by district is summed over districts."""
    out = {}
    for name, observation in scenario.observations.items():
        if observation.quantity == quantity and observation.frequency in frequencies and observed[name]:
            out[f"observed: {observation.title or name}"] = observed[name]
    return out


def deaths_first(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[dict[str, Any]]:
    """Local deaths and the intervener's, by year: shown first, in the same form."""
    out = []
    for name, title in (
        ("deaths", "Civilians killed by violence"),
        ("intervener_killed", "Soldiers of the intervener killed"),
    ):
        variable = name if name in ensemble.data else "observed_intervener_deaths"
        seen = beside(scenario, observed, variable, ("year",))
        words = "Bars of nine tenths of members: the whole range of what the draws leave open."
        figure = yearly(ensemble, variable, title=title, unit="deaths a year", observed=seen, caption=words)
        out.append(drawn(replace(figure, name=f"first-{figure.name}")))  # the same chart may stand again further down
    return out


def chart_sections(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[dict[str, Any]]:
    """Charts by section, those of quantities that are never other than nought left out."""
    out = []
    for key, heading in SECTIONS.items():
        charts = []
        for chart in CHARTS:
            shown = chart.section == key and chart.quantity in ensemble.data
            if not shown or float(np.abs(ensemble.data[chart.quantity].values).max()) == 0:
                continue
            figure = fan(
                ensemble, chart.quantity, title=chart.title, unit=chart.unit, caption=chart.caption,
                observed=beside(scenario, observed, chart.quantity, ("month", "point")), scale=chart.scale,
                others=dict(chart.others), logarithmic=chart.logarithmic,
            )  # fmt: skip
            charts.append(drawn(figure))
            by_year = beside(scenario, observed, chart.quantity, ("year",))
            if by_year:
                unit = chart.unit.replace("a month", "a year")
                title = f"{chart.title}, by year"
                charts.append(drawn(yearly(ensemble, chart.quantity, title=title, unit=unit, observed=by_year)))
        if charts:
            out.append({"key": key, "heading": heading, "charts": charts})
    return out


def map_values(ensemble: Ensemble, quantity: str, residents: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Whole years, and rates a year per 100,000 residents by quantile (5, 50, 95 %), year and district."""
    years = ensemble.data["month"].dt.year.values
    whole = [int(y) for y in np.unique(years) if (years == y).sum() == 12]
    data = ensemble.data[f"monthly_{quantity}"]
    values = data.sum([d for d in data.dims if d not in ("member", "month", "district")]).values
    rates = [np.quantile(values[:, years == y].sum(axis=1), [0.05, 0.5, 0.95], axis=0) / residents * 1e5 for y in whole]
    return whole, np.stack(rates, axis=1) if rates else np.zeros((3, 0, len(residents)))


def district_maps(
    ensemble: Ensemble, scenario: Scenario, problem: Problem, observed: dict[str, list[Observed]]
) -> list[str]:
    """Maps of simulated medians and of what was observed, each pair on one scale."""
    borders = scenario.outlines()
    districts = list(problem.names["district"])
    residents = np.maximum(np.asarray(problem.facts["population_at_start"], dtype=float).sum(axis=1), 1.0)
    out = []
    for name, title, unit in MAPS:
        if f"monthly_{name}" not in ensemble.data:
            continue
        whole, rates = map_values(ensemble, name, residents)
        if not whole:
            continue
        seen = _observed_by_district(scenario, observed, name, districts, residents)
        largest = max([float(rates[1].max()), *(float(np.max(v)) for v in seen.values())])
        low, median, high = ({y: q[k].tolist() for k, y in enumerate(whole)} for q in rates)
        out.append(
            map_by_year(
                f"map-{name}".replace("_", "-"), f"{title}: median of members", unit, borders, districts, median, largest,
                low=low, high=high, caption="Shades are medians; the table and each district's label hold the range of nine in ten members.",
            )
        )  # fmt: skip
        if seen:
            values = {y: v.tolist() for y, v in seen.items()}
            title = f"{title}: observed (years with at least six months)"
            key = f"seen-{name}".replace("_", "-")
            words = "As counted, with the gaps of the counting; no interval is published with it."
            out.append(map_by_year(key, title, unit, borders, districts, values, largest, caption=words))
    return out


def _observed_by_district(
    scenario: Scenario, observed: dict[str, list[Observed]], quantity: str, districts: list[str], residents: np.ndarray
) -> dict[int, np.ndarray]:
    """Observed yearly rates by district, scaled to twelve months from the months seen."""

    out: dict[int, np.ndarray] = {}
    for name, observation in scenario.observations.items():
        if observation.quantity != quantity or observation.dimension != "district":
            continue
        for year in sorted({v.date.year for v in observed[name]}):
            of_year = [v for v in observed[name] if v.date.year == year]
            # where a table leaves out months without events, all twelve were observed
            sparse = scenario.find_series(observation.series).absent == "zero"
            months = 12 if sparse else len({v.date for v in of_year})
            if months < 6:
                continue
            counts = np.zeros(len(districts))
            for value in of_year:
                if value.element in districts:
                    counts[districts.index(value.element)] += value.value
            out[year] = counts * 12 / months / residents * 1e5
    return out
