"""Writes the report: gathers figures, tables and words, and fills one page that needs nothing from outside."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError
from forbear.figures.fan import fan, yearly
from forbear.figures.kinds import drawn as _drawn
from forbear.figures.map import map_by_year
from forbear.figures.spec import approximately
from forbear.report.content import CHARTS, MAPS, SECTIONS
from forbear.report.tables import cost_rows, fit_rows, prior_rows, source_rows
from forbear.scenario.observed import Observed, observed_values

if TYPE_CHECKING:
    from forbear.ensemble.matching import Matching
    from forbear.ensemble.results import Ensemble
    from forbear.inference.posterior import Posterior
    from forbear.scenario import Problem, Scenario

__all__ = ["write"]


def write(
    ensemble: Ensemble,
    scenario: Scenario,
    problem: Problem,
    *,
    to: str | Path,
    prior: Ensemble | None = None,
    matching: Matching | None = None,
    command: str = "",
    posterior: Posterior | None = None,
    validation: dict[str, Any] | None = None,
    answers: dict[str, Any] | None = None,
) -> Path:
    """Write the report of `ensemble` (the members shown) to one HTML file; return its path.

    prior: all members they were kept from; matching: how they were kept; command: what repeats the run; posterior: from
    which the members were drawn; validation, answers: results on record or just computed, as plain numbers.
    The file is replaced whole or not at all. Raises FileError E103 when it cannot be written.
    """
    from jinja2 import Environment, FunctionLoader

    from forbear.report.answers import answer_sections
    from forbear.report.validation import validation_sections

    observed = {name: observed_values(scenario, name) for name in scenario.observations}
    loader = FunctionLoader(lambda name: (files("forbear.report") / name).read_text(encoding="utf-8"))
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=loader)
    template = environment.get_template("template.html")
    page = template.render(
        scenario=scenario,
        problem=problem,
        members=len(ensemble),
        drawn=len(prior) if prior is not None else len(ensemble),
        matching=matching,
        deaths=_deaths_first(ensemble, scenario, observed),
        facts=_headline(ensemble),
        sections=_sections(ensemble, scenario, observed),
        maps=_maps(ensemble, scenario, problem, observed),
        fit=fit_rows(ensemble, scenario, observed),
        costs=cost_rows(ensemble),
        priors=prior_rows(ensemble, problem),
        sources=source_rows(scenario),
        manifest=ensemble.manifest,
        manifest_text=json.dumps(ensemble.manifest, indent=1, sort_keys=True),
        command=command,
        posterior=posterior,
        validation=validation_sections(validation) if validation else None,
        answers=answer_sections(answers) if answers else None,
        rules=[rule.words or rule.name for rule in problem.rules],
    )
    path = Path(to)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".partial")
        temporary.write_text(page, encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise FileError("E103", f"cannot write {path}: {error.strerror}") from error
    return path


def _beside(
    scenario: Scenario, observed: dict[str, list[Observed]], quantity: str, frequencies: tuple[str, ...]
) -> dict[str, list[Observed]]:
    """Observed series of a quantity, national values; a series by district is summed over districts."""
    out = {}
    for name, observation in scenario.observations.items():
        if observation.quantity == quantity and observation.frequency in frequencies and observed[name]:
            out[f"observed: {observation.title or name}"] = observed[name]
    return out


def _deaths_first(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[dict[str, Any]]:
    """Local deaths and the intervener's, by year: shown first, in the same form."""
    out = []
    for name, title in (
        ("deaths", "Civilians killed by violence"),
        ("intervener_killed", "Soldiers of the intervener killed"),
    ):
        variable = name if name in ensemble.data else "observed_intervener_deaths"
        beside = _beside(scenario, observed, variable, ("year",))
        out.append(
            _drawn(
                yearly(
                    ensemble,
                    variable,
                    title=title,
                    unit="deaths a year",
                    observed=beside,
                    caption="Bars of nine tenths of members; the whole range of what the rough match leaves open.",
                )
            )
        )
    return out


def _headline(ensemble: Ensemble) -> dict[str, str]:
    def span(name: str, scale: float = 1.0) -> str:
        values = ensemble.data[name].values[:, -1] * scale
        low, high = np.quantile(values, [0.05, 0.95])
        return f"{approximately(float(low))} to {approximately(float(high))}"

    successes = int((ensemble.data["success"].values[:, -1] > 0).sum())
    return {
        "civilians": span("civilians_dead"),
        "soldiers": span("intervener_dead"),
        "cost": span("cost_budget", 1e-9),
        "full": span("cost_full", 1e-9),
        "success": f"{successes or 'none'} of {len(ensemble):,} members",
        "beyond": f"{float((ensemble.data['force'].values > ensemble.data['sustainable_force'].values).mean()):.0%}",
    }


def _sections(ensemble: Ensemble, scenario: Scenario, observed: dict[str, list[Observed]]) -> list[dict[str, Any]]:
    out = []
    for key, heading in SECTIONS.items():
        charts = []
        for chart in CHARTS:
            if (
                chart.section != key
                or chart.quantity not in ensemble.data
                or float(np.abs(ensemble.data[chart.quantity].values).max()) == 0
            ):
                continue
            beside = _beside(scenario, observed, chart.quantity, ("month", "point"))
            figure = fan(
                ensemble,
                chart.quantity,
                title=chart.title,
                unit=chart.unit,
                caption=chart.caption,
                observed=beside,
                scale=chart.scale,
                others=dict(chart.others),
                logarithmic=chart.logarithmic,
            )
            charts.append(_drawn(figure))
            by_year = _beside(scenario, observed, chart.quantity, ("year",))
            if by_year:
                charts.append(
                    _drawn(
                        yearly(
                            ensemble,
                            chart.quantity,
                            title=f"{chart.title}, by year",
                            unit=chart.unit.replace("a month", "a year"),
                            observed=by_year,
                        )
                    )
                )
        if charts:
            out.append({"key": key, "heading": heading, "charts": charts})
    return out


def _maps(ensemble: Ensemble, scenario: Scenario, problem: Problem, observed: dict[str, list[Observed]]) -> list[str]:
    from forbear import evidence

    borders = evidence.borders(scenario.borders) if scenario.borders else None
    districts = list(problem.names["district"])
    residents = np.maximum(np.asarray(problem.facts["population_at_start"], dtype=float).sum(axis=1), 1.0)
    years = ensemble.data["month"].dt.year.values
    whole = [int(y) for y in np.unique(years) if (years == y).sum() == 12]
    out = []
    for name, title, unit in MAPS:
        variable = f"monthly_{name}"
        if variable not in ensemble.data or not whole:
            continue
        data = ensemble.data[variable]
        extra = [d for d in data.dims if d not in ("member", "month", "district")]
        median = {
            y: np.median(data.sum(extra).values[:, years == y].sum(axis=1), axis=0) / residents * 1e5 for y in whole
        }
        seen = _observed_by_district(scenario, observed, name, districts, residents)
        largest = max([float(np.max(v)) for v in [*median.values(), *seen.values()]], default=1.0)
        out.append(
            map_by_year(
                f"map-{name}".replace("_", "-"),
                f"{title}: median of members",
                unit,
                borders,
                districts,
                {y: v.tolist() for y, v in median.items()},
                largest,
            )
        )
        if seen:
            out.append(
                map_by_year(
                    f"seen-{name}".replace("_", "-"),
                    f"{title}: observed (years with at least six months)",
                    unit,
                    borders,
                    districts,
                    {y: v.tolist() for y, v in seen.items()},
                    largest,
                )
            )
    return out


def _observed_by_district(
    scenario: Scenario, observed: dict[str, list[Observed]], quantity: str, districts: list[str], residents: np.ndarray
) -> dict[int, np.ndarray]:
    """Observed yearly rates by district, scaled to twelve months from the months seen."""
    from forbear import evidence

    out: dict[int, np.ndarray] = {}
    for name, observation in scenario.observations.items():
        if observation.quantity != quantity or observation.dimension != "district":
            continue
        for year in sorted({v.date.year for v in observed[name]}):
            of_year = [v for v in observed[name] if v.date.year == year]
            # where a table leaves out months without events, all twelve were observed
            sparse = evidence.find(observation.series).absent == "zero"
            months = 12 if sparse else len({v.date for v in of_year})
            if months < 6:
                continue
            counts = np.zeros(len(districts))
            for value in of_year:
                if value.element in districts:
                    counts[districts.index(value.element)] += value.value
            out[year] = counts * 12 / months / residents * 1e5
    return out
