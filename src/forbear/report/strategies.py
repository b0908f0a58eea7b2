"""Strategies beside each other: the table, the pictures, and bands of worlds in which nobody intervenes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forbear.figures.grid import grid
from forbear.figures.intervals import IntervalRow, intervals
from forbear.figures.kinds import Drawn, drawn
from forbear.figures.scatter import Point, scatter
from forbear.questions.results import StrategyResult, StrategyTable
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import approximately, percent, span

__all__ = ["StrategySection", "strategy_section", "worlds_figure"]

#: Outcomes of the table of strategies, with headings for narrow columns.
HEADS = {
    "deaths": "civilians killed",
    "displaced": "displaced at most",
    "intervener_deaths": "soldiers killed",
    "cost": "budget, bn\N{NO-BREAK SPACE}$",
    "cost_full": "full cost, bn\N{NO-BREAK SPACE}$",
    "attacks_abroad": "attacks abroad",
    "governance": "governance",
    "democracy": "democracy",
    "allies": "allies",
    "adversaries": "adversaries",
}
GROUPS = {
    "history": "What was done, and parts of it left out",
    "intervention": "Intervening otherwise",
    "restraint": "Doing less, or leaving",
}
ASSUMED = "Nobody intervenes (by assumption, not ranked)"
#: Objectives that are not drawn in the grid of regret, because others stand for them.
LEFT_OUT = ("cost_full", "democracy")
#: Strategies that a picture holds; of more, the unbeaten and the first ones by deaths are drawn.
MOST_POINTS = 14


@dataclass(frozen=True)
class StrategyLine:
    """One row of the table. pareto, enough: "" where nobody intervenes: it is ranked with nothing."""

    name: str
    title: str
    side: str
    assumed: bool
    cells: list[str]
    pareto: str
    enough: str


@dataclass(frozen=True)
class StrategySection:
    """The table of strategies with its pictures. thresholds: what is good enough, in words; nothing: share of draws in
    which no strategy is."""

    head: list[str]
    rows: list[StrategyLine]
    scatter: Drawn
    regret: Drawn
    nothing: str
    thresholds: str
    draws: int


def strategy_section(found: StrategyTable) -> StrategySection:
    """Everything that the page says of strategies."""
    return StrategySection(
        [HEADS[o] for o in HEADS],
        [_line(name, row) for name, row in found.rows.items()],
        _scatter(found),
        _regret(found),
        percent(found.nothing_satisfices),
        ", ".join(
            f"{OUTCOMES[k].title} {'at most' if OUTCOMES[k].better == 'lower' else 'at least'} {approximately(v)}"
            for k, v in found.thresholds.items()
        ),
        found.draws,
    )


def _line(name: str, row: StrategyResult) -> StrategyLine:
    cells = [span(row.outcomes[o].p05, row.outcomes[o].p95, 1 if row.assumed else 2) for o in HEADS]
    pareto, enough = ("" if value is None or row.assumed else percent(value) for value in (row.pareto, row.satisficing))
    return StrategyLine(name, row.title, row.side, row.assumed, cells, pareto, enough)


def _scatter(found: StrategyTable) -> Drawn:
    ranked = {name: row for name, row in found.rows.items() if not row.assumed}
    points = [
        Point(row.title, tuple(row.outcomes["deaths"]), tuple(row.outcomes["cost"]), (row.pareto or 0.0) >= 0.5)  # type: ignore[arg-type]
        for row in ranked.values()
    ]
    points = [replace(point, pareto=_unbeaten(point, points)) for point in points]
    figure = scatter(
        "strategies",
        "Civilian deaths and budgetary cost",
        "civilian deaths (persons)",
        "budgetary cost (billion US$)",
        _shown(points, ranked["HISTORY"].title if "HISTORY" in ranked else ""),
        logarithmic=(True, False),
        caption="Median and intervals of posterior draws; diamonds: no strategy is better on both of these two "
        "(the table "
        "has all ten objectives). Worlds without the war are bands by assumption and are not on this picture.",
    )
    return drawn(figure)


def _unbeaten(point: Point, points: list[Point]) -> bool:
    """True where no other strategy has a lower median on both axes."""
    return not any(other.x[2] < point.x[2] and other.y[2] < point.y[2] for other in points)


def _shown(points: list[Point], own: str) -> list[Point]:
    """All points, or where there are too many: what was done (`own`), the unbeaten, then others spread over the range
    of deaths."""
    if len(points) <= MOST_POINTS:
        return points
    first = [p for p in points if p.label == own or p.pareto][:MOST_POINTS]
    rest = sorted((p for p in points if p not in first), key=lambda p: p.x[2])
    room = MOST_POINTS - len(first)
    places = {round(k * (len(rest) - 1) / max(room - 1, 1)) for k in range(room)}
    kept = [*first, *(rest[k] for k in sorted(places))]
    return [p for p in points if p in kept]


def _regret(found: StrategyTable) -> Drawn:
    ranked = [name for name, row in found.rows.items() if not row.assumed]
    objectives = [o for o in found.objectives if o not in LEFT_OUT]
    figure = grid(
        "regret",
        "Regret: how much worse than the best strategy of that draw, ninetieth percentile",
        "each objective in its own unit",
        [found.rows[name].title for name in ranked],
        [HEADS.get(o) or OUTCOMES[o].title for o in objectives],
        [[found.rows[name].regret[o].p90 for o in objectives] for name in ranked],
        caption="Nothing is added up over objectives. A small regret everywhere is robust; a large one anywhere "
        "is a risk.",
    )
    return drawn(figure)


def worlds_figure(found: StrategyTable) -> Drawn:
    """Deaths under every strategy; worlds in which nobody intervenes in a group of their own, by assumption."""
    order = list(GROUPS)
    rows = sorted(found.rows.values(), key=lambda r: (r.assumed, order.index(r.side)))
    own = found.rows.get("HISTORY")
    figure = intervals(
        "deaths-by-strategy",
        "Civilians killed under each strategy",
        "persons, logarithmic",
        [
            IntervalRow.of(
                r.title,
                list(r.outcomes["deaths"]),
                group=ASSUMED if r.assumed else GROUPS[r.side],
                assumed=r.assumed,
            )
            for r in rows
        ],
        reference=own.outcomes["deaths"].p50 if own else None,
        logarithmic=True,
        caption="Median and intervals of draws; the line marks the median of what was done. Worlds without the "
        "intervention "
        "are bands by assumption: set beside the rest, ranked with none of it, their ends rounded and no middle told.",
    )
    return drawn(figure)
