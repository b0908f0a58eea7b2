"""Charts for notebooks: each shows itself, holds its numbers as `.data` and saves itself.

    import forbear as fb

    ensemble = fb.simulate("iraq-2003", members=256, seed=1)
    fb.plot.fan(ensemble, "deaths")
    fb.plot.map(ensemble, "deaths", year=2006).save("deaths.svg")
 The drawings are those of the report: one figure specification, colours that colour-blind people tell apart, a table
and words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.monthly import monthly_values
from forbear.errors import FileError, RunError, nearest
from forbear.figures.histogram import before_and_after
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.map import map_svg
from forbear.figures.spec import Figure
from forbear.figures.standalone import frame, standalone
from forbear.notebook.picture import NotebookPicture
from forbear.questions.answers import Answers
from forbear.questions.attribute import Attribution
from forbear.questions.claim_words import plain_effect
from forbear.questions.compare import Comparison
from forbear.questions.results import ClaimResult, PlayerShare
from forbear.report.content import CHARTS, MAPS
from forbear.report.gather import beside, fan_of, map_values
from forbear.scenario.observed import observed_values
from forbear.scenario.outcomes import OUTCOMES
from forbear.scenario.scenario import Scenario
from forbear.words import approximately

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from forbear.ensemble.results import Ensemble

__all__ = ["NotebookPicture", "attribution", "claim", "effect", "fan", "map"]

LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def _picture(figure: Figure, data: pd.DataFrame | xr.DataArray) -> NotebookPicture:
    rows = tuple(tuple(str(cell) for cell in row) for row in figure.rows)
    return NotebookPicture(
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
) -> NotebookPicture:
    """Median, half and nine tenths of simulated histories by month.

    name: a weekly national quantity of the ensemble; scenario: draws its observed series beside it; title, unit,
    logarithmic: as the report has them when absent. `.data` is a table by month with p05 to p95 in `unit`. Flows are
    monthly totals, stocks monthly means. Deterministic. Raises RunError E401 for an unknown name.
    """
    import pandas as pd  # heavy: it would slow whoever draws nothing

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
    figure = fan_of(
        ensemble,
        name,
        title=title or (chart.title if chart else declared.meaning),
        unit=unit or (chart.unit if chart else plain),
        caption=chart.caption if chart else "",
        observed=seen,
        scale=scale,
        others=dict(chart.others) if chart else {},
        logarithmic=(bool(chart and chart.logarithmic) if logarithmic is None else logarithmic),
    )
    months, by_month = monthly_values(ensemble, name)
    quantiles = np.quantile(by_month * scale, list(LEVELS.values()), axis=0)
    data = pd.DataFrame(quantiles.T, columns=list(LEVELS), index=pd.Index(months.astype(str), name="month"))
    return _picture(figure, data)


def map(
    ensemble: Ensemble, name: str = "deaths", *, scenario: Scenario | None = None, year: int | None = None
) -> NotebookPicture:
    """Districts shaded by a yearly rate per 100,000 residents, median of simulated histories.

    name: a monthly flow by district (deaths, observed_attacks, ...); scenario: whose borders and residents are taken,
    that of the ensemble's manifest when absent; year: the one with the highest total when absent. `.data` is an array
    (quantile, year, district) of rates. Deterministic. Raises RunError E401 for an unknown name or year, FileError
    E101 where the scenario is not found or has no borders.
    """
    import xarray as xr  # heavy: it would slow whoever draws nothing

    by_district = [
        str(n).removeprefix("monthly_")
        for n, v in ensemble.data.data_vars.items()
        if str(n).startswith("monthly_") and "district" in v.dims and v.attrs.get("kind") == "flow"
    ]
    if name not in by_district:
        raise _unknown(name, by_district, "the ensemble has no monthly flow by district called")
    known = scenario or Scenario.load(str(ensemble.manifest.get("scenario", "")))
    outlines = known.outlines()
    if outlines is None:
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
        outlines,
        districts,
        rates[1][at].tolist(),
        float(rates[1].max()),
    )
    rows = tuple((d, *(approximately(float(rates[q][at][k])) for q in range(3))) for k, d in enumerate(districts))
    data = xr.DataArray(
        rates,
        dims=("quantile", "year", "district"),
        coords={"quantile": [0.05, 0.5, 0.95], "year": years, "district": districts},
        name=name,
        attrs={"unit": unit},
    )
    return NotebookPicture(
        title,
        unit,
        "Shades are medians; the table holds the range of nine in ten simulated histories.",
        words,
        frame(svg, legend, f"{title}, {unit}"),
        ("district", "5 %", "median", "95 %"),
        rows,
        data,
    )


def effect(found: Comparison | Answers, outcome: str = "", *, kind: str = "ratio") -> NotebookPicture:
    """Effects with intervals: of a comparison by outcome, or of answers by claim.

    found: a `Comparison` or `Answers`; outcome: of claims, civilian deaths when absent; kind: of a comparison,
    "ratio" or "difference". `.data` is a table with p05 to p95, `.data.attrs["unit"]` its unit. Deterministic. Raises
    RunError E401 where there is no such effect."""
    import pandas as pd  # heavy: it would slow whoever draws nothing

    rows, title, kind, margin = _compared(found, kind) if isinstance(found, Comparison) else _tested(found, outcome)
    ratio = kind == "ratio"
    figure = intervals(
        "effect",
        title,
        "ratio, changed over base" if ratio else "difference, changed minus base",
        [row for _, row in rows],
        reference=1.0 if ratio else 0.0,
        margin=(1 / (1 + margin), 1 + margin) if ratio else (-margin, margin),
        logarithmic=ratio,
        caption="Median, half and nine tenths of draws; the band holds effects too small to matter.",
    )
    table = [(name, row.low90, row.low50, row.median, row.high50, row.high90) for name, row in rows]
    data = pd.DataFrame(table, columns=["effect", *LEVELS])
    data.attrs["unit"] = figure.unit
    return _picture(figure, data)


Named = list[tuple[str, IntervalRow]]


def _compared(found: Comparison, kind: str) -> tuple[Named, str, str, float]:
    """Rows by outcome, title, kind, margin of a comparison."""
    effects = list(found.effects.values())
    chosen = [e for e in effects if e.kind == kind and np.isfinite(e.quantiles).all()]
    if not chosen:
        raise _unknown(kind, sorted({e.kind for e in effects}), "the comparison has no effect of the kind")
    band = bool(found.assumed)
    rows = [
        (e.outcome, IntervalRow.of(OUTCOMES[e.outcome].title, [float(q) for q in e.quantiles], assumed=band))
        for e in chosen
    ]
    return rows, f"{found.changed} against {found.base}", kind, max(e.margin for e in chosen)


def _tested(found: Answers, outcome: str) -> tuple[Named, str, str, float]:
    """Rows by claim, title, kind, margin of claims about one outcome."""
    wanted = outcome or "deaths"
    paired = [r for r in found if r.claim.kind == "effect"]
    tested = [r for r in paired if r.claim.outcome == wanted]
    if not tested:
        raise _unknown(wanted, sorted({r.claim.outcome for r in paired}), "no claim tests the outcome")
    rows = [(r.name, IntervalRow.of(f"{r.name} {r.claim.title}", list(r.effect), r.verdict.word)) for r in tested]
    return rows, f"Effects on {OUTCOMES[wanted].title}", tested[0].effect_kind, max(r.margin for r in tested)


def claim(found: ClaimResult) -> NotebookPicture:
    """The effect of one claim before and after the data.

    From draws where they are in memory; of a result that was read from a file, the quantiles of both. `.data` is a
    table with p05 to p95 of both. Deterministic."""
    import pandas as pd  # heavy: it would slow whoever draws nothing

    ratio = found.effect_kind == "ratio"
    limits = (1 / (1 + found.margin), 1 + found.margin) if ratio else (-found.margin, found.margin)
    title, reference = f"{found.name}: the effect before and after the data", 1.0 if ratio else 0.0
    data = pd.DataFrame([found.prior, found.effect], columns=list(LEVELS), index=["before the data", "after the data"])
    data.attrs["unit"] = found.unit
    if found.drawn is not None:
        positive = ratio and bool(np.nanmin(found.drawn.prior) > 0)
        figure: Figure = before_and_after(
            "effect",
            title,
            found.unit,
            found.drawn.prior,
            found.drawn.posterior,
            reference=reference,
            margin=limits,
            logarithmic=positive,
        )
        return _picture(figure, data)
    rows = [
        IntervalRow.of("before the data (prior)", list(found.prior)),
        IntervalRow.of("after the data (posterior)", list(found.effect), found.verdict.word),
    ]
    return _picture(
        intervals(
            "effect",
            title,
            found.unit,
            rows,
            reference=reference,
            margin=limits,
            logarithmic=ratio and found.prior.p05 > 0,
            caption=plain_effect(found),
        ),
        data,
    )


UNITS = {
    "deaths": "part of the fall in the logarithm of deaths",
    "governance": "part of the rise of governance, 0 to 1",
    "order": "part of the chance of order",
}


def attribution(found: Attribution | Answers, worth: str = "deaths", *, game: str = "levers") -> NotebookPicture:
    """Shapley values with intervals: what each remedy adds.

    found: an `Attribution` or `Answers`; worth: deaths, governance or order; game: of answers, levers, feasible or
    structure. `.data` is a table of p05 to p95 with Monte Carlo errors. Deterministic. Raises RunError E401 for an
    unknown worth or game."""
    import pandas as pd  # heavy: it would slow whoever draws nothing

    held = _shares(found, worth, game)
    figure = intervals(
        "attribution",
        "What each remedy adds",
        UNITS[worth],
        [IntervalRow(share.title, "", *share.part) for share in held],
        reference=0.0,
        caption="Shapley values: what each adds on average over all orders in which they could be added; "
        "intervals over "
        "draws.",
    )
    rows = [{"name": s.name, "title": s.title, **s.part._asdict(), "mean": s.mean, "error": s.error} for s in held]
    return _picture(figure, pd.DataFrame(rows))


def _shares(found: Attribution | Answers, worth: str, game: str) -> tuple[PlayerShare, ...]:
    if isinstance(found, Attribution):
        if worth not in found.values:
            raise _unknown(worth, sorted(found.values), "the attribution has no worth")
        return found.shares(worth)
    if game not in found.attribution:
        raise _unknown(game, sorted(found.attribution), "the answers hold no attribution over")
    rows = found.attribution[game].rows
    if worth not in rows:
        raise _unknown(worth, sorted(rows), "the attribution has no worth")
    return rows[worth]
