"""The charts and the map of the laboratory page, from the numbers of a summary. Drawn on the server."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.laboratory.panel import over_time, plain
from forbear.figures.kinds import draw
from forbear.figures.map import map_by_year
from forbear.figures.spec import Figure, Line, Marks, Ribbon, approximately
from forbear.report.gather import national
from forbear.spreadsheets import csv_text
from forbear.words import span

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.laboratory.comparison import Summary

__all__ = ["Drawn", "charts_of", "csv_of", "drawn_map", "key_of", "picture", "standalone"]

#: quantity, title, unit, scale, logarithmic
CHARTS = (
    ("deaths", "Civilians killed by violence", "deaths a month, logarithmic", 1.0, True),
    ("observed_attacks", "Attacks in incident reports", "attacks a month, logarithmic", 1.0, True),
    ("intervener_dead", "Soldiers of the intervener killed", "persons since the start", 1.0, False),
    ("cost_budget", "Budgetary cost", "billion US$ since the start", 1e-9, False),
)
LOW, MIDDLE, HIGH = 0, 2, 4


@dataclass(frozen=True)
class Drawn:
    """One chart as the template takes it. unit: of its upright axis; values: JSON for the words that follow the
    pointer."""

    name: str
    title: str
    unit: str
    svg: str
    caption: str
    legend: str
    values: str


def charts_of(country: Country, found: Summary, second: str) -> list[Figure]:
    """The four fan charts with the reference and never intervening, and the chart of the force.

    second: what the reference is called, empty where the plan is the reference itself. A proposal has no medians: the
    range of the reference is drawn by its two ends, as that of never intervening always is.
    """
    return [_fan(country, found, second, chart) for chart in CHARTS] + [_force(country, found)]


def _fan(country: Country, found: Summary, second: str, chart: tuple[str, str, str, float, bool]) -> Figure:
    name, title, unit, scale, logarithmic = chart
    x = _middles(found.months)
    plan, reference, never = (found.monthly[of][name] * scale for of in ("plan", "reference", "never"))
    nobody = np.array_equal(plan, never)
    bare = country.proposal or nobody  # only a range is shown of what nobody could count
    lines = [] if bare else [_line(x, plan[MIDDLE], "simulated", "this plan, median")]
    if second and country.proposal:
        lines += _ends(x, reference, "second", f"{second}, ends of nine tenths")
    elif second:
        lines.append(_line(x, reference[MIDDLE], "second", f"{second}, median"))
    if not nobody:
        lines += _ends(x, never, "third", "never intervening, ends of nine tenths, by assumption")
    marks: list[Marks] = []
    for label, series in country.observed(name).items():
        inside = {at: v for at, v in national(series).items() if x[0] - 0.1 <= at <= x[-1] + 0.1}
        if inside:
            role = "observed" if not marks else "observed again"
            marks.append(Marks(list(inside), list(inside.values()), role, label))
    return _figure(name.replace("_", "-"), title, unit, plan, x, lines, marks, logarithmic, found.months, bare)


def _figure(
    name: str,
    title: str,
    unit: str,
    five: np.ndarray,
    x: list[float],
    lines: list[Line],
    marks: list[Marks],
    logarithmic: bool,
    months: list[str],
    proposal: bool,
) -> Figure:
    q05, q25, q50, q75, q95 = five
    peak = int(np.argmax(q95 if proposal else q50))
    middle = "Highest" if proposal else f"Median highest in {months[peak]} at about {approximately(q50[peak])} {unit};"
    words = f"{middle} nine tenths of simulated histories "
    words += f"{'in ' + months[peak] if proposal else 'then'} between {span(float(q05[peak]), float(q95[peak]))}."
    ribbons = [Ribbon(x, q05.tolist(), q95.tolist(), 0.9)]
    if not proposal:
        ribbons.append(Ribbon(x, q25.tolist(), q75.tolist(), 0.5))
    return Figure(name, title, unit, "", words, ribbons, lines, marks, logarithmic=logarithmic)


def _force(country: Country, found: Summary) -> Figure:
    """The planned force beside what rotation sustains and the most that can be deployed."""
    x, proposal = _middles(found.months), country.proposal
    plan = found.monthly["plan"]
    there, kept, most = (plan[name] for name in ("force", "sustainable_force", "force_ceiling"))
    lines = [Line(x, found.intended, "planned", "planned")]
    if not proposal:
        lines.append(_line(x, there[MIDDLE], "simulated", "deployed, median"))
    which, word = (HIGH, "at best") if proposal else (MIDDLE, "median")
    lines.append(_line(x, kept[which], "second", f"sustainable by rotation, {word}"))
    lines.append(_line(x, most[which], "third", f"most that can be deployed, {word}"))
    over = int(np.sum(np.array(found.intended) > kept[which]))
    beyond = int(np.sum(np.array(found.intended) > most[which]))
    words = f"The planned force is above what rotation sustains in {over} of {len(x)} months"
    words += f" and above the most that can be deployed in {beyond}." if beyond else "."
    figure = _figure(
        "force", "Force, and what can be sustained", "persons", there, x, lines, [], False, found.months, proposal
    )
    return replace(figure, caption=words, alternative=words + " " + figure.alternative)


def _line(x: list[float], y: np.ndarray, role: str, label: str) -> Line:
    return Line(x, y.tolist(), role, label)


def _ends(x: list[float], five: np.ndarray, role: str, label: str) -> list[Line]:
    """The two ends of nine tenths: the first carries the label, the second none."""
    return [_line(x, five[HIGH], role, label), _line(x, five[LOW], role, "")]


def _middles(months: list[str]) -> list[float]:
    return [int(month[:4]) + (int(month[5:7]) - 0.5) / 12 for month in months]


def key_of(figures: list[Figure]) -> str:
    """One legend for the fan charts, as HTML: everything that any of them draws, once."""
    items = []
    for level, words in ((0.5, "half of the simulated histories"), (0.9, "nine tenths")):
        if any(band.level == level for figure in figures for band in figure.bands):
            kind = "wide" if level > 0.6 else "narrow"
            items.append(f'<li><span class="swatch band simulated {kind}"></span>{words}</li>')
    named = {line.label: f"line {line.role}" for figure in figures for line in figure.lines if line.label}
    for figure in figures:
        for marks in figure.marks:
            named.setdefault("counted", "mark observed")
            if marks.role == "observed again":
                named["counted by another source"] = "mark observed again"
    items += [f'<li><span class="swatch {kind}"></span>{escape(label)}</li>' for label, kind in named.items()]
    return f'<ul class="legend">{"".join(items)}</ul>'


def picture(figure: Figure, months: list[str], *, legend: bool) -> Drawn:
    """One chart as the template takes it; legend: whether it has one of its own."""
    svg, unit = over_time(figure)
    return Drawn(
        figure.name,
        figure.title,
        unit,
        svg,
        figure.caption,
        key_of([figure]) if legend else "",
        json.dumps(_values(figure, months), separators=(",", ":")),
    )


def _values(figure: Figure, months: list[str]) -> dict[str, object]:
    """What a pointer over the chart reads: ends of its axis in years, months, and words for every month."""
    drawn: list[Any] = [*figure.bands, *figure.lines, *figure.marks]
    xs = [x for item in drawn for x in item.x]
    columns: list[tuple[str, list[str]]] = []
    for line in figure.lines:
        if line.label and "ends of" not in line.label:
            columns.append((line.label, [approximately(v) for v in line.y]))
    wide = next(band for band in figure.bands if band.level > 0.6)
    ends = [span(a, b) for a, b in zip(wide.low, wide.high, strict=True)]
    whose = "deployed" if figure.name == "force" else "this plan"
    after = next((k + 1 for k, (label, _) in enumerate(columns) if label.startswith(whose)), 0)
    columns.insert(after, (f"{whose}, nine tenths", ends))
    for first, last in zip(figure.lines, figure.lines[1:], strict=False):
        if not last.label:
            label = first.label.partition(", ends")[0]
            columns.append((label, [span(b, a) for a, b in zip(first.y, last.y, strict=True)]))
    for marks in figure.marks:
        at = {round(x * 12 - 0.5): y for x, y in zip(marks.x, marks.y, strict=True)}
        where = [round(x * 12 - 0.5) for x in wide.x]
        columns.append((marks.label, [approximately(at[m]) if m in at else "" for m in where]))
    return {"left": min(xs), "right": max(xs), "x": [round(x, 4) for x in wide.x], "months": months, "columns": columns}


def drawn_map(country: Country, found: Summary) -> str:
    """The map of civilian deaths by district and year, median of simulated histories, with its table. Empty without a
    whole year, and for a proposal, of which no middle is shown."""
    if not found.districts or country.proposal:
        return ""
    drawn = map_by_year(
        "map-deaths",
        "Civilians killed by violence: median of simulated histories",
        "a year per 100,000 residents",
        country.borders(),
        list(country.problem.names["district"]),
        found.districts,
        country.darkest(found.districts),
    )
    return plain(drawn)


def csv_of(found: Summary, figures: list[Figure], second: str, *, proposal: bool) -> str:
    """The table of differences and the monthly table behind every chart, as one CSV text.

    second: what the reference is called. Medians of a proposal, and of never intervening, are left empty.
    """

    def three(values: tuple[float, ...], counted: bool) -> list[str]:
        low, middle, high = (f"{value:.6g}" for value in values)
        return [low, middle if counted and not proposal else "", high]

    rows: list[list[object]] = []
    for row in found.rows:
        for key, values in (
            ("plan", row.plan),
            (second, row.reference),
            ("never", row.never),
            (f"to_{second}", row.to_reference),
            ("to_never", row.to_never),
        ):
            rows.append(["outcome", row.name, row.unit, key, "", *three(values, "never" not in key)])
    for figure in figures:
        wide = max(figure.bands, key=lambda band: band.level)
        for place, month in enumerate(found.months):
            ends = (f"{wide.low[place]:.6g}", f"{wide.high[place]:.6g}")
            rows.append(["month", figure.name, figure.unit, "this plan", month, ends[0], "", ends[1]])
            for line, following in zip(figure.lines, [*figure.lines[1:], None], strict=True):
                if not line.label:
                    continue
                if following is not None and not following.label:
                    cells = [f"{following.y[place]:.6g}", "", f"{line.y[place]:.6g}"]
                else:
                    cells = ["", f"{line.y[place]:.6g}", ""]
                rows.append(["month", figure.name, figure.unit, line.label, month, *cells])
    return csv_text(("part", "name", "unit", "quantity", "month", "low_05", "median", "high_95"), rows)


def standalone(figure: Figure) -> str:
    """A chart as an SVG file that carries its own colours."""
    style = (
        "<style>text{font:12px system-ui,sans-serif;fill:#555}.grid{stroke:#dcdcdc}.frame{stroke:#555}"
        ".line{fill:none;stroke-width:2}.line.simulated{stroke:#0072b2}.line.planned{stroke:#1b1b1b;stroke-width:1.2}"
        ".line.second{stroke:#009e73;stroke-dasharray:7 4}.line.third{stroke:#b0407f;stroke-dasharray:2 4}"
        ".band{fill:#0072b2}.wide{fill-opacity:.16}.narrow{fill-opacity:.34}.mark.observed{fill:#d55e00}"
        ".mark.observed.again{fill:none;stroke:#d55e00}</style>"
    )
    svg = draw(figure).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="320" ', 1)
    names = escape("; ".join(f"{line.label} ({line.role})" for line in figure.lines if line.label))
    return svg.replace("</title>", f"</title>{style}<metadata>{names}</metadata>", 1)
