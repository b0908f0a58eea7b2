"""What stands beside the sliders: fan charts, the table of differences, the map. Plain HTML, drawn on the server."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.country import merged
from forbear.app.tables import csv_text
from forbear.ensemble.monthly import monthly_values
from forbear.figures.kinds import draw, legend
from forbear.figures.map import map_by_year
from forbear.figures.spec import Figure, Line, approximately
from forbear.report.gather import fan_of
from forbear.scenario.outcomes import OUTCOMES, values_of

if TYPE_CHECKING:
    from forbear.app.runs import Run
    from forbear.ensemble.results import Ensemble

__all__ = ["OUTCOMES_SHOWN", "Compared", "charts_of", "compared", "differences", "drawn_map", "table_rows"]

#: quantity, title, unit, scale, logarithmic
CHARTS = (
    ("deaths", "Civilians killed by violence", "deaths a month, logarithmic", 1.0, True),
    ("observed_attacks", "Attacks in incident reports", "attacks a month, logarithmic", 1.0, True),
    ("intervener_dead", "Soldiers of the intervener killed", "persons since the start", 1.0, False),
    ("cost_budget", "Budgetary cost", "billion US$ since the start", 1e-9, False),
)
#: Outcomes of the table; "attacks" is the sum of reported attacks, the others are outcomes of the analysis.
OUTCOMES_SHOWN = ("deaths", "attacks", "intervener_deaths", "cost", "displaced", "governance", "democracy")


@dataclass(frozen=True)
class Compared:
    """Plan, history and never intervening over the same healthy members, as far as a run has come."""

    plan: Ensemble
    history: Ensemble
    never: Ensemble
    members: int
    failed: int


def compared(run: Run, stage: int) -> Compared:
    """Return the first `stage` members of a run; members in which any of the three failed are left out of all.

    Raises Gone where the run was let go.
    """
    country, blocks = run.country, run.first(stage)
    problems = {"plan": run.problem, "history": country.problem, "never": country.never}
    found = {name: merged(problems[name], blocks[name]) for name in problems}
    healthy = ~np.any([e.data["failed"].values for e in found.values()], axis=0)
    kept = {name: ensemble if healthy.all() else ensemble.keep(healthy) for name, ensemble in found.items()}
    return Compared(**kept, members=int(healthy.sum()), failed=int((~healthy).sum()))


def _median_line(ensemble: Ensemble, name: str, scale: float, x: list[float], role: str, label: str) -> Line:
    _, values = monthly_values(ensemble, name)
    return Line(x, (np.median(values, axis=0) * scale).tolist(), role, label)


def charts_of(run: Run, found: Compared) -> list[Figure]:
    """The four fan charts with the medians of history and of never intervening, and the chart of the force."""
    out = []
    for name, title, unit, scale, logarithmic in CHARTS:
        observed = run.country.observed(name)
        figure = fan_of(
            found.plan, name, title=title, unit=unit, scale=scale, logarithmic=logarithmic, observed=observed
        )
        x = figure.lines[0].x
        lines = [
            replace(figure.lines[0], label="this plan, median"),
            _median_line(found.history, name, scale, x, "second", run.country.words("history") + ", median"),
            _median_line(found.never, name, scale, x, "third", "never intervening, median"),
        ]
        out.append(replace(figure, lines=lines))
    return [*out, force_chart(run, found)]


def force_chart(run: Run, found: Compared) -> Figure:
    """The planned force beside what rotation sustains and the most that can be deployed."""
    figure = fan_of(found.plan, "force", title="Force, and what can be sustained", unit="persons")
    months, _ = monthly_values(found.plan, "force")
    x = figure.lines[0].x
    weeks = (found.plan.data["week"].values.astype("datetime64[D]") + np.timedelta64(3, "D")).astype("datetime64[M]")
    plan = np.asarray(run.problem.levers["force"], dtype=float)
    intended = [float(plan[weeks == month].mean()) for month in months]
    lines = [
        Line(x, intended, "planned", "planned"),
        replace(figure.lines[0], label="deployed, median"),
        _median_line(found.plan, "sustainable_force", 1.0, x, "second", "sustainable by rotation, median"),
        _median_line(found.plan, "force_ceiling", 1.0, x, "third", "most that can be deployed, median"),
    ]
    over = int(sum(a > b for a, b in zip(intended, lines[2].y, strict=True)))
    beyond = int(sum(a > b for a, b in zip(intended, lines[3].y, strict=True)))
    words = f"The planned force is above what rotation sustains in {over} of {len(x)} months"
    words += f" and above the most that can be deployed in {beyond}." if beyond else "."
    return replace(figure, lines=lines, caption=words, alternative=words + " " + figure.alternative)


def picture(figure: Figure) -> dict[str, str]:
    """One chart as the template takes it: title, SVG, legend, caption."""
    found = {
        "name": figure.name,
        "title": figure.title,
        "svg": draw(figure),
        "legend": legend(figure),
        "caption": figure.caption,
    }
    return {key: plain(text) if key in ("svg", "legend") else text for key, text in found.items()}


def plain(markup: str) -> str:
    """Markup without style attributes, which the page's policy refuses: inside drawings they become attributes of
    the same names, swatches become small drawings."""

    def swatch(found: re.Match[str]) -> str:
        ground = re.search(r"background(?:-color)?:\s*([^;]+)", found[1])
        edge = re.search(r"border[a-z-]*:[^;]*?((?:var\([^)]*\)|#[0-9a-f]{3,6}))", found[1])
        shade = f'<rect x=".5" y=".5" width="14" height="6" fill="{escape(ground[1]) if ground else "none"}"'
        shade += f' stroke="{escape(edge[1])}" stroke-width="1.4" stroke-dasharray="3 2"/>' if edge else "/>"
        return f'<svg class="swatch" viewBox="0 0 15 7" aria-hidden="true">{shade}</svg>'

    markup = re.sub(r'<span class="swatch" style="([^"]*)"></span>', swatch, markup)

    def attributes(found: re.Match[str]) -> str:
        pairs = [pair.split(":", 1) for pair in found[1].split(";") if ":" in pair]
        return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)

    return re.sub(r' style="([^"]*)"', attributes, markup)


def span_words(values: np.ndarray) -> dict[str, str]:
    """Median and central nine tenths of draws, in words."""
    if not len(values):
        return {"middle": "nothing", "span": ""}
    low, middle, high = _span(values)
    return {"middle": approximately(middle), "span": f"{approximately(low)} to {approximately(high)}"}


def differences(found: Compared) -> list[dict[str, Any]]:
    """Per outcome: medians and central nine tenths of the plan, and of its paired differences to the two others.

    Values are over members: {name, title, unit, better, plan, history, never, to_history, to_never, lower_history,
    lower_never}; the triples are (5 %, median, 95 %), the last two the share of members in which the plan has less.
    """
    out = []
    for name in OUTCOMES_SHOWN:
        if name == "attacks":
            title, unit, better = "attacks in incident reports", "attacks", "lower"
        else:
            known = OUTCOMES[name]
            title, unit, better = known.title, known.unit, known.better
        plan, history, never = (
            e.data["observed_attacks"].values.astype(float).sum(axis=1)
            if name == "attacks"
            else values_of(e.data, name)
            for e in (found.plan, found.history, found.never)
        )
        row: dict[str, Any] = {"name": name, "title": title, "unit": unit, "better": better}
        for key, values in (("plan", plan), ("history", history), ("never", never)):
            row[key] = _span(values)
        for key, other in (("history", history), ("never", never)):
            row[f"to_{key}"] = _span(plan - other)
            row[f"lower_{key}"] = float(np.mean(plan < other)) if np.any(plan != other) else None
        out.append(row)
    return out


def _span(values: np.ndarray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def signed(value: float) -> str:
    """A difference in words: "1,200 more", "0.1 less", "no difference"."""
    if value == 0:
        return "none"
    return ("+" if value > 0 else "\N{MINUS SIGN}") + approximately(abs(value))


def table_rows(found: Compared) -> list[dict[str, str]]:
    """The table of differences in words, for people."""

    def words(triple: tuple[float, float, float], show: Any) -> dict[str, str]:
        return {"middle": show(triple[1]), "span": f"{show(triple[0])} to {show(triple[2])}"}

    out = []
    for row in differences(found):
        shown = {"title": row["title"], "unit": row["unit"]}
        for key in ("plan", "history", "never"):
            shown[key] = words(row[key], approximately)
        for key in ("history", "never"):
            shown[f"to_{key}"] = words(row[f"to_{key}"], signed)
            share = row[f"lower_{key}"]
            shown[f"share_{key}"] = "the same in every member" if share is None else f"less in {share:.0%} of members"
        out.append(shown)
    return out


def drawn_map(run: Run, stage: int) -> str:
    """The map of civilian deaths by district and year, median of members, with its table. Empty without a whole
    year."""
    country, problem = run.country, run.problem
    months = np.array(problem.month_labels)
    years = np.array([int(label[:4]) for label in months])
    whole = [int(y) for y in np.unique(years) if (years == y).sum() == 12]
    if not whole:
        return ""
    deaths = np.concatenate([b.monthly["deaths"] for b in run.first(stage)["plan"]])
    median = {
        y: (np.nanmedian(deaths[:, years == y].sum(axis=1), axis=0) / country.residents * 1e5).tolist() for y in whole
    }
    drawn = map_by_year(
        "map-deaths",
        "Civilians killed by violence: median of members",
        "a year per 100,000 residents",
        country.borders(),
        list(problem.names["district"]),
        median,
        country.darkest(deaths, years, whole),
    )
    return plain(drawn)


def csv_of(found: Compared, figures: list[Figure]) -> str:
    """The table of differences and the monthly table behind every chart, as one CSV text."""
    rows: list[list[object]] = []
    for row in differences(found):
        for key in ("plan", "history", "never", "to_history", "to_never"):
            rows.append(["outcome", row["name"], row["unit"], key, "", *(f"{value:.6g}" for value in row[key])])
    for figure in figures:
        wide = max(figure.bands, key=lambda band: band.level)
        for place, x in enumerate(figure.lines[0].x):
            month = f"{int(x)}-{int((x - int(x)) * 12) + 1:02d}"
            for line in figure.lines:
                ends = (wide.low[place], wide.high[place]) if line.role == "simulated" else None
                low, high = (f"{end:.6g}" for end in ends) if ends else ("", "")
                rows.append(["month", figure.name, figure.unit, line.label, month, low, f"{line.y[place]:.6g}", high])
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
    names = escape("; ".join(f"{line.label} ({line.role})" for line in figure.lines))
    return svg.replace("</title>", f"</title>{style}<metadata>{names}</metadata>", 1)
