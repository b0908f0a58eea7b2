"""Gathers what the report draws from an ensemble: charts beside what was observed, maps by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.monthly import monthly_values, yearly_means, yearly_totals
from forbear.figures.fan import fan, yearly
from forbear.figures.kinds import Drawn, drawn
from forbear.figures.map import map_by_year
from forbear.figures.spec import Figure
from forbear.figures.years import years_figure
from forbear.report.comparable import unlike
from forbear.report.content import CHARTS, MAPS, SECTIONS

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Problem, Scenario
    from forbear.scenario.observed import Observed

__all__ = [
    "beside",
    "chart_sections",
    "deaths_first",
    "district_maps",
    "fan_of",
    "map_values",
    "national",
    "yearly_of",
]


def beside(
    scenario: Scenario, observed: dict[str, list[Observed]], quantity: str, frequencies: tuple[str, ...]
) -> dict[str, list[Observed]]:
    """Observed series of a quantity, national values; a series by district is summed over districts, and left out where
    it has fewer than half of them: it is of another place than the whole country."""
    out = {}
    for name, observation in scenario.observations.items():
        asked = observation.quantity == quantity and observation.frequency in frequencies
        if asked and observed[name] and not _elsewhere(scenario, observation.dimension, observed[name]):
            out[f"observed: {observation.title or name}"] = observed[name]
    return out


def _elsewhere(scenario: Scenario, dimension: str | None, series: Sequence[Observed]) -> bool:
    """Whether a series is of a part of the country alone."""
    if dimension != "district":
        return False
    return 2 * len({value.element for value in series}) < len(scenario.members.get("district", ()))


def national(series: Sequence[Observed]) -> dict[float, float]:
    """Time in years -> value: districts of one date are added up, several reports of one date are averaged."""
    found: dict[float, dict[str, list[float]]] = {}
    for value in series:
        at = value.date.year + (value.date.month - 0.5) / 12
        found.setdefault(at, {}).setdefault(value.element, []).append(value.value)
    return {at: float(sum(np.mean(reports) for reports in elements.values())) for at, elements in found.items()}


def _of_years(series: Sequence[Observed]) -> dict[int, float]:
    """Year -> value, several reports of one year averaged."""
    found: dict[int, list[float]] = {}
    for value in series:
        found.setdefault(value.date.year, []).append(value.value)
    return {year: float(np.mean(values)) for year, values in found.items()}


def fan_of(
    ensemble: Ensemble,
    name: str,
    *,
    title: str,
    unit: str,
    caption: str = "",
    observed: Mapping[str, Sequence[Observed]] | None = None,
    scale: float = 1.0,
    others: Mapping[str, str] | None = None,
    logarithmic: bool = False,
    middle: bool = True,
) -> Figure:
    """The fan chart of a weekly quantity by month.

    observed: label -> dated values; others: further quantities whose medians are drawn as lines, name -> label; scale
    multiplies simulated and other values (US dollars to billions, say); the rest as `forbear.figures.fan.fan`.
    """
    months, values = monthly_values(ensemble, name)
    return fan(
        name.replace("_", "-"),
        months,
        values * scale,
        title=title,
        unit=unit,
        caption=caption,
        observed={label: national(series) for label, series in (observed or {}).items()},
        others={label: monthly_values(ensemble, other)[1] * scale for other, label in (others or {}).items()},
        logarithmic=logarithmic,
        middle=middle,
    )


def yearly_of(
    ensemble: Ensemble,
    name: str,
    *,
    title: str,
    unit: str,
    caption: str = "",
    observed: Mapping[str, Sequence[Observed]] | None = None,
    unlike: Mapping[int, str] | None = None,
) -> Figure:
    """Totals of a weekly flow by calendar year, means of anything else, beside published ones.

    Arguments as `fan_of`; unlike: year ->
    why its count is not comparable, so that it is drawn hollow."""
    flow = ensemble.data[name].attrs.get("kind") == "flow"
    years, totals = yearly_totals(ensemble, name) if flow else yearly_means(ensemble, name)
    if not years:  # a run shorter than a year: the months that it holds, beside no yearly total
        months, values = monthly_values(ensemble, name)
        of = months.astype("datetime64[Y]").astype(int) + 1970
        years, observed = [int(y) for y in np.unique(of)], None
        totals = np.stack([(np.sum if flow else np.mean)(values[:, of == y], axis=1) for y in years], axis=1)
        title, unit = f"{title}, in the months that the run holds", unit.replace(" a year", "")
    seen = {label: _of_years(series) for label, series in (observed or {}).items()}
    key = f"{name}-year".replace("_", "-")
    return yearly(
        key, years, totals, title=title, unit=unit, caption=caption, observed=seen, unlike=unlike if flow else None
    )


def deaths_first(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[Drawn]:
    """Local deaths and the intervener's, by year: shown first, in the same form."""
    out = []
    for name, title in (
        ("deaths", "Civilians killed by violence"),
        ("intervener_killed", "Soldiers of the intervener killed"),
    ):
        variable = name if name in ensemble.data else "observed_intervener_deaths"
        seen = beside(scenario, observed, variable, ("year",))
        words = "Nine in ten simulated histories: the whole range of what the draws leave open."
        if scenario.kind == "prospective":
            years, totals = yearly_totals(ensemble, variable)
            key = f"first-{variable}-year".replace("_", "-")
            ranges = years_figure(key, title, "deaths a year", years, totals, middle=False, caption=words)
            out.append(drawn(ranges))
            continue
        part = {year: why for year in _years(seen) if (why := unlike(year, scenario))}
        figure = yearly_of(
            ensemble, variable, title=title, unit="deaths a year", observed=seen, caption=words, unlike=part
        )
        out.append(drawn(replace(figure, name=f"first-{figure.name}")))  # the same chart may stand again further down
    return out


@dataclass(frozen=True)
class ChartSection:
    """Charts under one heading."""

    key: str
    heading: str
    charts: list[Drawn]


def _years(series: Mapping[str, Sequence[Observed]]) -> list[int]:
    return sorted({value.date.year for values in series.values() for value in values})


def chart_sections(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[ChartSection]:
    """Charts by section, those of quantities that are never other than nought left out."""
    out = []
    for key, heading in SECTIONS.items():
        charts: list[Drawn] = []
        for chart in CHARTS:
            shown = chart.section == key and chart.quantity in ensemble.data
            if not shown or float(np.abs(ensemble.data[chart.quantity].values).max()) == 0:
                continue
            alone = bool(chart.others) and scenario.kind == "prospective"  # medians are left out, and their names
            title = chart.title.split(",")[0] if alone else chart.title
            seen = beside(scenario, observed, chart.quantity, ("month", "point"))
            by_year = beside(scenario, observed, chart.quantity, ("year",))
            figure = fan_of(
                ensemble,
                chart.quantity,
                title=title,
                unit=chart.unit,
                caption="" if alone else chart.caption + ("" if seen or by_year else chart.unseen),
                observed=seen,
                scale=chart.scale,
                others=dict(chart.others),
                logarithmic=chart.logarithmic,
                middle=scenario.kind != "prospective",
            )
            charts.append(drawn(figure))
            if by_year:
                unit = chart.unit.replace("a month", "a year")
                title = f"{title}, by year"
                part = {year: why for year in _years(by_year) if (why := unlike(year, scenario))}
                charts.append(
                    drawn(yearly_of(ensemble, chart.quantity, title=title, unit=unit, observed=by_year, unlike=part))
                )
        if charts:
            out.append(ChartSection(key, heading, charts))
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
    outlines = scenario.outlines()
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
        proposed = scenario.kind == "prospective"
        largest = max([float(rates[2 if proposed else 1].max()), *(float(np.max(v)) for v in seen.values())])
        low, median, high = ({y: q[k].tolist() for k, y in enumerate(whole)} for q in rates)
        key = f"map-{name}".replace("_", "-")
        given = (unit, outlines, districts)
        if proposed:  # no middle is told of a proposal: the two ends of its range stand side by side
            for end, values, words in (("lower", low, "Lower"), ("upper", high, "Upper")):
                told = f"{words} end of the range of nine in ten simulated histories, district by district."
                of, heading = f"{key}-{end}", f"{title}: {end} end"
                out.append(map_by_year(of, heading, *given, values, largest, caption=told, slider=False))
            continue
        told = (
            "Shades are medians; the table and each district's label hold the range of nine in ten simulated histories."
        )
        title_ = f"{title}: median of simulated histories"
        out.append(map_by_year(key, title_, *given, median, largest, low=low, high=high, caption=told, slider=False))
        if seen:
            values = {y: v.tolist() for y, v in seen.items()}
            title = f"{title}: observed (years with at least six months)"
            key = f"seen-{name}".replace("_", "-")
            words = "As counted, with the gaps of the counting; no interval is published with it."
            out.append(map_by_year(key, title, *given, values, largest, caption=words, slider=False))
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
