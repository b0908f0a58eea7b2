"""Play mode, what is shown: the reported situation of a turn, and at the end what happened beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.laboratory.panel import over_time, plain
from forbear.app.play.outcomes import series_of
from forbear.figures.kinds import legend
from forbear.figures.spec import Figure, Line, Marks, Ribbon, approximately
from forbear.words import minus

if TYPE_CHECKING:
    from forbear.app.play.views import Truth, View
    from forbear.scenario.problem import Problem

__all__ = ["drawn", "end_figures", "monthly", "seen_numbers", "situation", "turn_figures", "where"]

#: quantity, words, unit, kind (count: added up over a turn; level: as it is at the end of it)
ROWS = (
    ("observed_civilian_deaths", "civilians reported killed", "persons", "count"),
    ("observed_attacks", "attacks in incident reports", "attacks", "count"),
    ("observed_intervener_deaths", "own soldiers killed", "persons", "count"),
    ("observed_government_deaths", "local soldiers and police reported killed", "persons", "count"),
    ("observed_displaced", "displaced people, as registered", "persons", "level"),
    ("observed_electricity", "electricity supplied, as reported", "MW", "level"),
    ("observed_government_forces", "local army and police on the payroll", "persons", "level"),
    ("observed_local_defence", "local defence forces on the payroll", "persons", "level"),
    ("force", "own soldiers in the country", "persons", "level"),
    ("sustainable_force", "own soldiers that rotation sustains", "persons", "level"),
    ("force_ceiling", "most own soldiers that could be deployed", "persons", "level"),
    ("poll_home_support", "support at home, polled", "%", "share"),
)
#: What nobody counts: it follows from the model, and is told in three digits.
_RECKONED = ("sustainable_force", "force_ceiling")
_MEANS = "Mean of each month."
#: Time that an early chart leaves room for, in months.
_ROOM = 24
_ROLES = ("simulated", "second", "third", "planned")
#: quantity, title, unit, scale, kind (flow, last, mean), also reported as
_TRUE_CHARTS = (
    (
        "deaths",
        "Civilians killed: what happened and what was reported",
        "persons a month, logarithmic",
        1.0,
        "flow",
        "observed_civilian_deaths",
    ),
    ("attacks", "Attacks: what happened and what was reported", "attacks a month", 1.0, "flow", "observed_attacks"),
    ("intervener_dead", "Own soldiers killed", "persons since the start", 1.0, "last", ""),
    ("cost_budget", "Budgetary cost", "billion US$ since the start", 1e-9, "last", ""),
    (
        "uprooted",
        "Displaced inside the country and abroad: how many, and as registered",
        "persons",
        1.0,
        "mean",
        "observed_displaced",
    ),
    ("home_support", "Support at home, and as polled", "%", 100.0, "mean", "poll_home_support"),
    ("fighters", "Active fighters of armed organisations", "persons", 1.0, "mean", ""),
    ("governance", "Governance", "index, 0 to 1", 1.0, "mean", ""),
)


def monthly(problem: Problem, values: np.ndarray, kind: str, months: int) -> np.ndarray:
    """Weekly values (..., steps) by calendar month, (..., months): flows summed and brought to the month's length in
    days, as other pages have them; last and mean of the weeks of a month for the others."""
    owner = np.asarray(problem.months)
    starts = np.searchsorted(owner, np.arange(months + 1))
    if kind == "last":
        return np.asarray(values[..., starts[1:] - 1])
    sums = np.add.reduceat(values[..., : starts[-1]], starts[:-1], axis=-1)
    weeks = np.diff(starts)
    if kind == "mean":
        return np.asarray(sums / weeks)
    labels = np.array(problem.month_labels[:months], dtype="datetime64[M]")
    days = ((labels + 1).astype("datetime64[D]") - labels.astype("datetime64[D]")).astype(int)
    covered = weeks * problem.step * 7.0
    return np.asarray(sums * np.where(covered > 20, days / covered, 1.0))


def _turn_steps(problem: Problem, first: int, until: int) -> slice:
    return slice(*np.searchsorted(np.asarray(problem.months), [first, until]).tolist())


def situation(
    problem: Problem, view: View, first: int, before: tuple[int, int] | None, communities: Sequence[str]
) -> list[dict[str, str]]:
    """The table of a turn that began in month `first`: this turn, the turn `before` it, since the start. In words.

    rate: what now and before are told for, "a month" of counts, "" of all others.
    """
    out = []
    now = _turn_steps(problem, first, view.months)
    earlier = _turn_steps(problem, *before) if before else None
    for name, title, unit, kind in ROWS:
        values = view.weekly[name]
        if name in ("observed_local_defence", "observed_government_forces") and not values.any():
            continue
        if kind == "count":
            length = (now.stop - now.start) * problem.step * 12 / 52.1775
            row = {"now": _count(values[now].sum() / length), "since": f"{values.sum():,.0f}", "rate": "a month"}
            row["before"] = ""
            if earlier is not None:
                row["before"] = _count(
                    values[earlier].sum() / ((earlier.stop - earlier.start) * problem.step * 12 / 52.1775)
                )
        elif kind == "share":
            row = {
                "now": f"{100 * values[-1]:.0f}",
                "before": f"{100 * values[now.start - 1]:.0f}" if earlier else "",
                "since": "",
            }
            unit = f"{unit}, in the last week"
        else:
            whole = unit == "persons" and name not in _RECKONED
            told = (lambda v: f"{v:,.0f}") if whole else (lambda v: approximately(float(v), 3))
            row = {
                "now": told(values[-1]),
                "before": told(values[now.start - 1]) if earlier else "",
                "since": "",
            }
            unit = f"{unit}, in the last week"
        out.append({"rate": "", "title": title, "unit": unit, **row})
    cost = view.weekly["cost_budget"] * 1e-9
    spent = cost[-1] - (cost[now.start - 1] if now.start else 0.0)
    earlier_cost = ""
    if earlier is not None:
        earlier_cost = approximately(cost[earlier.stop - 1] - (cost[earlier.start - 1] if earlier.start else 0.0))
    out.append(
        {
            "rate": "",
            "title": "budgetary cost",
            "unit": "billion US$",
            "now": approximately(float(spent)),
            "before": earlier_cost,
            "since": approximately(float(cost[-1])),
        }
    )
    polls = view.parts["poll_support_for_attacks"]
    for place, community in enumerate(communities):
        before_value = f"{100 * polls[before[1] - 1, place]:.0f}" if before else ""
        out.append(
            {
                "rate": "",
                "title": f"call attacks on the intervener acceptable, polled: {community}",
                "unit": "%, in the last month",
                "now": f"{100 * polls[-1, place]:.0f}",
                "before": before_value,
                "since": "",
            }
        )
    return out


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def seen_numbers(problem: Problem, view: View, first: int) -> dict[str, float]:
    """The few reported numbers of a turn that its log keeps for readers: counts of the turn, levels at its end."""
    now = _turn_steps(problem, first, view.months)
    out: dict[str, float] = {}
    for name, _, _, kind in ROWS:
        values = view.weekly[name]
        out[name] = float(values[now].sum()) if kind == "count" else round(float(values[-1]), 4)
    out["cost_budget"] = round(float(view.weekly["cost_budget"][-1]), 2)
    for place, community in enumerate(problem.names["community"][:8]):
        out[f"poll {community}"[:59]] = round(float(view.parts["poll_support_for_attacks"][-1, place]), 4)
    return out


def where(
    problem: Problem, view: View, first: int, titles: Mapping[str, str] | None = None
) -> list[tuple[str, str, str]]:
    """Reported deaths and attacks of a turn by district, the worst first. titles: of districts by name."""
    known = titles or {}
    deaths = view.parts["observed_civilian_deaths"][first:].sum(axis=0)
    attacks = view.parts["observed_attacks"][first:].sum(axis=0)
    order = np.lexsort((-attacks, -deaths))
    names = [str(name) for name in problem.names["district"]]
    return [(known.get(names[d], names[d]), f"{deaths[d]:,.0f}", f"{attacks[d]:,.0f}") for d in order]


def _x(problem: Problem, months: int) -> list[float]:
    numbers = np.array(problem.month_labels[:months], dtype="datetime64[M]").astype(int)
    return [1970 + (n + 0.5) / 12 for n in numbers.tolist()]


def _chart(
    name: str,
    title: str,
    unit: str,
    problem: Problem,
    columns: Sequence[tuple[str, str, np.ndarray]],
    dots: bool = False,
    caption: str = "",
) -> Figure:
    """A chart of monthly series (role, label, values) with its table; an early one leaves room for two years."""
    months = len(columns[0][2])
    x = _x(problem, months)
    # values that are not there yet keep their place on the axis
    wide = _x(problem, min(max(months, _ROOM), len(problem.month_labels)))
    lines = [
        Line(wide, [*values.tolist(), *[float("nan")] * (len(wide) - months)], role, label)
        for role, label, values in columns
    ]
    marks = [Marks(x, values.tolist(), "observed", label) for role, label, values in columns if role == "reported"]
    if not dots and months == 1:
        marks += [
            Marks(x, values.tolist(), "observed again", f"{label} (one month)")
            for role, label, values in columns
            if role != "reported"
        ]
    rows = [
        (str(problem.month_labels[k]), *(approximately(float(values[k]), 3) for _, _, values in columns))
        for k in range(months)
    ]
    last = "; ".join(f"{label} {approximately(float(values[-1]))}" for _, label, values in columns)
    most = int(np.argmax(columns[0][2]))
    first, highest = columns[0][1].capitalize(), approximately(float(columns[0][2][most]))
    words = f"In {problem.month_labels[months - 1]}: {last} ({unit}). "
    words += f"{first} was highest in {problem.month_labels[most]}, at {highest}."
    return Figure(
        name, title, unit, caption, words, [], lines, marks, ("month", *(label for _, label, _ in columns)), rows
    )


def turn_figures(problem: Problem, view: View, communities: Sequence[str]) -> list[Figure]:
    """Charts of everything reported up to now."""
    many = view.months
    by = lambda name, kind, scale=1.0: monthly(problem, view.weekly[name] * scale, kind, many)
    out = [
        _chart(
            "civilians",
            "Civilians reported killed",
            "persons a month",
            problem,
            [("reported", "reported", by("observed_civilian_deaths", "flow"))],
        ),
        _chart(
            "attacks",
            "Attacks in incident reports",
            "attacks a month",
            problem,
            [("reported", "reported", by("observed_attacks", "flow"))],
        ),
        _chart(
            "own-dead",
            "Own soldiers killed",
            "persons a month",
            problem,
            [("reported", "published", by("observed_intervener_deaths", "flow"))],
        ),
        _chart(
            "displaced",
            "Displaced people",
            "persons",
            problem,
            [("reported", "registered", by("observed_displaced", "last"))],
            caption="In the last week of each month.",
        ),
    ]
    polls = 100 * view.parts["poll_support_for_attacks"]
    columns = [(_ROLES[k], c, polls[:, k]) for k, c in enumerate(communities[:4])]
    out.append(_chart("polls", "Polls: attacks on the intervener are acceptable", "% of those asked", problem, columns))
    out.append(
        _chart(
            "home",
            "Poll at home: support for the war",
            "% of those asked",
            problem,
            [("reported", "polled", by("poll_home_support", "mean", 100.0))],
            caption=_MEANS,
        )
    )
    force = [
        ("planned", "asked for", monthly(problem, view.asked, "mean", many)),
        ("simulated", "in the country", by("force", "mean")),
        ("second", "sustained by rotation", by("sustainable_force", "mean")),
        ("third", "most that could be deployed", by("force_ceiling", "mean")),
    ]
    out.append(_chart("force", "Own soldiers, and what can be kept up", "persons", problem, force, caption=_MEANS))
    out.append(
        _chart(
            "cost",
            "Budgetary cost",
            "billion US$ since the start",
            problem,
            [("reported", "spent", by("cost_budget", "last", 1e-9))],
        )
    )
    out.append(
        _chart(
            "power",
            "Electricity supplied",
            "MW",
            problem,
            [("reported", "reported", by("observed_electricity", "mean"))],
            caption=_MEANS,
        )
    )
    return out


def drawn(figure: Figure) -> dict[str, Any]:
    """A chart as the templates take it: SVG, legend, caption and the table behind it. A line that only joins reported
    points needs no entry of its own."""
    known = replace(figure, lines=[line for line in figure.lines if line.role != "reported"])
    svg, axis = over_time(figure)
    return {
        "name": figure.name,
        "title": figure.title,
        "unit": figure.unit,
        "axis": axis,
        "svg": svg,
        "legend": plain(legend(known)).replace("of simulated histories", "of worlds"),
        "caption": figure.caption,
        "head": figure.head,
        "rows": [tuple(minus(cell) for cell in row) for row in figure.rows],
    }


def end_figures(problem: Problem, view: View, truth: Truth, unchanged: str) -> list[Figure]:
    """What happened, beside what was reported, `unchanged` (history) and never intervening in the same world with the
    same luck; bands: the same decisions in the other worlds of the block."""
    out = []
    many = truth.months
    x = _x(problem, many)
    for name, title, unit, scale, kind, reported in _TRUE_CHARTS:
        worlds = scale * monthly(problem, series_of(truth.plan, name)[truth.healthy], kind, many)
        low, quarter, three, high = np.quantile(worlds, [0.05, 0.25, 0.75, 0.95], axis=0)
        columns = [
            (role, label, scale * monthly(problem, series_of(ensemble, name)[truth.place], kind, many))
            for role, label, ensemble in (
                ("simulated", "this world, your decisions", truth.plan),
                ("second", f"this world, {unchanged}", truth.history),
                ("third", "this world, never intervening", truth.never),
            )
        ]
        logarithmic = "logarithmic" in unit
        # nought has no place on a logarithmic axis: the line is broken there
        shown = [(r, t, np.where(v > 0, v, np.nan) if logarithmic else v) for r, t, v in columns]
        bands = [
            Ribbon(x, low.tolist(), high.tolist(), 0.9),
            Ribbon(x, quarter.tolist(), three.tolist(), 0.5),
        ]
        marks = []
        table = [*columns]
        if reported:
            seen = scale * monthly(problem, view.weekly[reported], kind, many)
            word = {"poll_home_support": "polled", "observed_displaced": "registered"}.get(reported, "reported")
            marks = [Marks(x, seen.tolist(), "observed", f"{word} in this world")]
            table.insert(1, ("reported", f"{word} in this world", seen))
        rows = [
            (
                str(problem.month_labels[k]),
                *(approximately(float(v[k])) for _, _, v in table),
                approximately(float(low[k])),
                approximately(float(high[k])),
            )
            for k in range(many)
        ]
        last = "; ".join(f"{label}: {approximately(float(v[-1]))}" for _, label, v in table)
        words = f"In {problem.month_labels[many - 1]}, {unit}: {last}. Nine tenths of worlds under the same decisions: "
        words += f"{approximately(float(low[-1]))} to {approximately(float(high[-1]))}."
        head = ("month", *(label for _, label, _ in table), "5 % of worlds", "95 % of worlds")
        lines = [Line(x, v.tolist(), role, label) for role, label, v in shown]
        out.append(
            Figure(
                f"end-{name.replace('_', '-')}",
                title,
                unit,
                _MEANS if kind == "mean" else "",
                words,
                bands,
                lines,
                marks,
                head,
                rows,
                logarithmic,
            )
        )
    return out
