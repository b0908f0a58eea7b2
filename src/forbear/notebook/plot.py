"""Charts for notebooks: each shows itself, holds its numbers as `.data` and saves itself.

    import forbear as fb

    ensemble = fb.simulate(fb.Scenario.load("iraq-2003").problem(), members=256, seed=1)
    fb.plot.fan(ensemble, "deaths")
    fb.plot.map(ensemble, "deaths", year=2006).save("deaths.svg")

The drawings are those of the report: one figure specification, colours that colour-blind people tell apart, a table and words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError, RunError, nearest
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.spec import Figure, approximately
from forbear.figures.standalone import frame, standalone
from forbear.notebook.picture import Picture

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario import Scenario

__all__ = ["Picture", "attribution", "effect", "fan", "map"]

LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def _picture(figure: Figure, data: Any) -> Picture:
    rows = tuple(tuple(str(cell) for cell in row) for row in figure.rows)
    return Picture(
        figure.title, figure.unit, figure.caption, figure.alternative, standalone(figure), figure.head, rows, data
    )


def _unknown(name: str, known: list[str], what: str) -> RunError:
    close = nearest(name, known)
    return RunError(
        "E401", f"{what} {name!r}", hint=f"did you mean {close}?" if close else f"known: {', '.join(known[:12])}"
    )


def fan(
    ensemble: Ensemble,
    name: str = "deaths",
    *,
    scenario: Scenario | None = None,
    title: str = "",
    unit: str = "",
    logarithmic: bool | None = None,
) -> Picture:
    """Median, half and nine tenths of members by month.

    name: a weekly national quantity of the ensemble; scenario: draws its observed series beside it; title, unit,
    logarithmic: as the report has them when absent. `.data` is a table by month with p05 to p95 in `unit`. Flows are
    monthly totals, stocks monthly means. Deterministic. Raises RunError E401 for an unknown name.
    """
    import pandas as pd

    from forbear.country.model import MODEL
    from forbear.figures.fan import fan as draw_fan
    from forbear.figures.fan import monthly_values
    from forbear.report.content import CHARTS
    from forbear.report.gather import beside
    from forbear.scenario.observed import observed_values

    weekly = [str(n) for n, v in ensemble.data.data_vars.items() if v.dims == ("member", "week")]
    if name not in weekly:
        raise _unknown(name, weekly, "the ensemble has no weekly national quantity")
    chart = next((c for c in CHARTS if c.quantity == name), None)
    scale = chart.scale if chart else 1.0
    declared = MODEL.quantities[name]
    plain = declared.unit + (" a month" if declared.kind == "flow" else "")
    seen = {}
    if scenario is not None:
        values = {n: observed_values(scenario, n) for n in scenario.observations}
        seen = beside(scenario, values, name, ("month", "point"))
    figure = draw_fan(
        ensemble, name, title=title or (chart.title if chart else declared.meaning), unit=unit or (chart.unit if chart else plain),
        caption=chart.caption if chart else "", observed=seen, scale=scale, others=dict(chart.others) if chart else {},
        logarithmic=(bool(chart and chart.logarithmic) if logarithmic is None else logarithmic),
    )  # fmt: skip
    months, by_month = monthly_values(ensemble, name)
    quantiles = np.quantile(by_month * scale, list(LEVELS.values()), axis=0)
    data = pd.DataFrame(quantiles.T, columns=list(LEVELS), index=pd.Index(months.astype(str), name="month"))
    return _picture(figure, data)


def map(
    ensemble: Ensemble, name: str = "deaths", *, scenario: Scenario | None = None, year: int | None = None
) -> Picture:
    """Districts shaded by a yearly rate per 100,000 residents, median of members.

    name: a monthly flow by district (deaths, observed_attacks, ...); scenario: whose borders and residents are taken,
    that of the ensemble's manifest when absent; year: the one with the highest total when absent. `.data` is an array
    (quantile, year, district) of rates. Deterministic. Raises RunError E401 for an unknown name or year, FileError
    E101 where the scenario is not found or has no borders.
    """
    import xarray as xr

    from forbear import evidence
    from forbear.figures.map import map_svg
    from forbear.report.content import MAPS
    from forbear.report.gather import map_values
    from forbear.scenario import Scenario

    by_district = [
        str(n).removeprefix("monthly_") for n, v in ensemble.data.data_vars.items()
        if str(n).startswith("monthly_") and "district" in v.dims and v.attrs.get("kind") == "flow"
    ]  # fmt: skip
    if name not in by_district:
        raise _unknown(name, by_district, "the ensemble has no monthly flow by district called")
    known = scenario or Scenario.load(str(ensemble.manifest.get("scenario", "")))
    if not known.borders:
        raise FileError(
            "E101", f"{known.name} names no borders to draw", hint="`borders` in its header names a map of the evidence"
        )
    problem = known.problem()
    districts = list(problem.names["district"])
    residents = np.maximum(np.asarray(problem.facts["population_at_start"], dtype=float).sum(axis=1), 1.0)
    years, rates = map_values(ensemble, name, residents)
    if not years or (year is not None and year not in years):
        raise _unknown(str(year or "any year"), [str(y) for y in years], "the run holds not the whole of")
    at = years.index(year) if year is not None else int(np.argmax(rates[1].sum(axis=1)))
    title = next((t for n, t, _ in MAPS if n == name), name.replace("_", " "))
    title, unit = f"{title}, {years[at]}", "a year per 100,000 residents"
    svg, legend, words = map_svg(
        name.replace("_", "-"),
        title,
        unit,
        evidence.borders(known.borders),
        districts,
        rates[1][at].tolist(),
        float(rates[1].max()),
    )
    rows = tuple((d, *(approximately(float(rates[q][at][k])) for q in range(3))) for k, d in enumerate(districts))
    data = xr.DataArray(
        rates, dims=("quantile", "year", "district"), coords={"quantile": [0.05, 0.5, 0.95], "year": years, "district": districts},
        name=name, attrs={"unit": unit},
    )  # fmt: skip
    return Picture(
        title, unit, "Shades are medians; the table holds the range of nine in ten members.", words, frame(svg, legend, f"{title}, {unit}"),
        ("district", "5 %", "median", "95 %"), rows, data,
    )  # fmt: skip


def _plain(found: Any) -> Any:
    return found.as_dict() if hasattr(found, "as_dict") else found


def effect(found: Any, outcome: str = "", *, kind: str = "ratio") -> Picture:
    """Effects with intervals: of a comparison by outcome, or of answers by claim.

    found: a `Comparison`, `Answers` or what `Answers.as_dict` gives; outcome: of claims, civilian deaths when absent;
    kind: of a comparison, "ratio" or "difference". `.data` is a table with p05 to p95. Deterministic. Raises RunError
    E401 where there is no such effect.
    """
    import pandas as pd

    from forbear.questions.compare import Comparison
    from forbear.scenario.outcomes import OUTCOMES

    rows, table = [], []
    if isinstance(found, Comparison):
        chosen = [e for e in found.effects.values() if e.kind == kind and np.isfinite(e.quantiles).all()]
        if not chosen:
            raise _unknown(
                kind, sorted({e.kind for e in found.effects.values()}), "the comparison has no effect of the kind"
            )
        title, margin = f"{found.changed} against {found.base}", max(e.margin for e in chosen)
        for e in chosen:
            rows.append(IntervalRow.of(OUTCOMES[e.outcome].title, [float(q) for q in e.quantiles]))
            table.append((e.outcome, *(float(q) for q in e.quantiles)))
    else:
        data = _plain(found)
        wanted = outcome or "deaths"
        tested = [c for c in data["claims"].values() if c["outcome"] == wanted and c["kind"] == "effect"]
        if not tested:
            raise _unknown(
                wanted,
                sorted({c["outcome"] for c in data["claims"].values() if c["kind"] == "effect"}),
                "no claim tests the outcome",
            )
        kind, title = tested[0]["effect_kind"], f"Effects on {OUTCOMES[wanted].title}"
        margin = max(float(c["margin"]) for c in tested)
        for c in tested:
            rows.append(IntervalRow.of(f"{c['name']} {c['title']}", c["effect"], c["verdict"]))
            table.append((c["name"], *c["effect"]))
    ratio = kind == "ratio"
    figure = intervals(
        "effect", title, "ratio, changed over base" if ratio else "difference, changed minus base", rows, reference=1.0 if ratio else 0.0,
        margin=(1 / (1 + margin), 1 + margin) if ratio else (-margin, margin), logarithmic=ratio,
        caption="Median, half and nine tenths of draws; the band holds effects too small to matter.",
    )  # fmt: skip
    return _picture(figure, pd.DataFrame(table, columns=["effect", *LEVELS]))


def attribution(found: Any, worth: str = "deaths", *, game: str = "levers") -> Picture:
    """Shapley values with intervals: what each remedy adds.

    found: an `Attribution`, `Answers` or what `Answers.as_dict` gives; worth: deaths, governance or order; game: of
    answers, levers, feasible or structure. `.data` is a table of p05 to p95 with Monte Carlo errors. Deterministic.
    Raises RunError E401 for an unknown worth or game.
    """
    import pandas as pd

    from forbear.questions.attribute import Attribution

    if isinstance(found, Attribution):
        if worth not in found.values:
            raise _unknown(worth, sorted(found.values), "the attribution has no worth")
        held: Sequence[Mapping[str, Any]] = found.rows(worth)
    else:
        games = _plain(found).get("attribution", {})
        if game not in games or worth not in games[game]["rows"]:
            raise _unknown(game if game not in games else worth, sorted(games), "the answers hold no attribution over")
        held = games[game]["rows"][worth]
    units = {
        "deaths": "part of the fall in the logarithm of deaths",
        "governance": "part of the rise of governance, 0 to 1",
        "order": "part of the chance of order",
    }
    rows = [IntervalRow(r["title"], "", r["p05"], r["p25"], r["p50"], r["p75"], r["p95"]) for r in held]
    figure = intervals(
        "attribution", "What each remedy adds", units[worth], rows, reference=0.0,
        caption="Shapley values: what each adds on average over all orders in which they could be added; intervals over draws.",
    )  # fmt: skip
    columns = ["name", "title", *LEVELS, "mean", "error"]
    return _picture(figure, pd.DataFrame([{c: r[c] for c in columns} for r in held]))
