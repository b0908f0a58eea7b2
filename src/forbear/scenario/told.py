"""What was read of each series and each observation, in lines: rows, span, totals, what was left and why."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from forbear.evidence.own import OwnSeries

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["observation_lines", "series_lines"]

_ABSENT = {
    "zero": "an absent row means that nothing happened",
    "unknown": "an absent row means that nobody knows",
    "carried": "what an absent row would hold is counted in the next row of its place",
}
_MOST = 12


def _number(value: float) -> str:
    return f"{value:,.6g}".replace(",", " ") if abs(value) < 1e15 else f"{value:g}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:_MOST]) + (f", ... ({len(names)} in all)" if len(names) > _MOST else "")


def series_lines(series: OwnSeries) -> list[str]:
    """Return what was read of a series of one's own: rows, span, totals by column, months without rows, notices."""
    days = [entry.period for entry in series.dated() if entry.period is not None]
    begin, until = min(p.begin for p in days), max(p.until for p in days)
    totals = []
    for column in series.columns:
        if column.kind == "number":
            held = [entry.row[column.name] for entry in series.dated()]
            numbers = [value for value in held if value is not None]
            empty = f", {len(held) - len(numbers)} empty" if len(numbers) < len(held) else ""
            totals.append(f"{column.name} {_number(float(sum(numbers)))} {column.unit}{empty}")
    source = series.sources[0]
    lines = [
        f"series {series.name} ({series.file}): {len(days)} rows by {series.frequency}, {begin} to before {until}",
        f"    total: {'; '.join(totals)}",
        f"    {_ABSENT[series.absent]}; source: {source.title}; licence: {source.licence or 'not stated'}",
    ]
    without = series.months_without_rows()
    lines.append(f"    months without data: {_some(without) if without else 'none'}")
    return lines + [f"    notice: {notice}" for notice in series.notices]


def observation_lines(scenario: Scenario, name: str) -> list[str]:
    """Return what an observation takes from its series: rows, total, by member, and what is left out with its total."""
    observation, chosen = scenario.observations[name], scenario.selection(name)
    scaled = "" if observation.scale == 1.0 else f", x {observation.scale:g}"
    lines = [
        f"observed {name}: {observation.quantity} beside {observation.series}, column {observation.column} by "
        f"{observation.frequency}{scaled}: {chosen.rows} rows, {len(chosen.values)} numbers, total {_number(chosen.total)}"
    ]
    by_member: dict[str, float] = defaultdict(float)
    for value in chosen.values:
        by_member[value.element] += value.value
    if observation.dimension:
        lines.append(f"    by {observation.dimension}: " + _some([f"{m} {_number(v)}" for m, v in by_member.items()]))
    if chosen.uncovered:
        lines.append(f"    without any row, so unknown and not zero: {_some(list(chosen.uncovered))}")
    for words, table in (("left out by the crosswalk", chosen.aside), ("matched by no name", chosen.unmatched)):
        left = [f"{place} ({rows} rows, total {_number(total)})" for place, (rows, total) in table.items()]
        if left:
            lines.append(f"    {words}: {_some(left)}")
    if chosen.nowhere[0]:
        lines.append(f"    without a place: {chosen.nowhere[0]} rows, total {_number(chosen.nowhere[1])}; not compared")
    if chosen.partial:
        lines.append(f"    left out because a place of the sum has no row: {chosen.partial} times")
    if chosen.empty:
        lines.append(f"    empty cells or no date: {chosen.empty} rows")
    return lines
