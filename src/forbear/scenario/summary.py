"""What a scenario says, in lines and as HTML: facts, levers, uncertainties; stated, default, guessed, missing."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Protocol

from forbear.country.declare import Parameter, Prior
from forbear.scenario.paths import LeverPath
from forbear.scenario.reading.resolve import Resolved

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping, Sequence

__all__ = ["Described", "describe", "rows", "summary_html", "summary_lines", "value_words"]


class Described(Protocol):
    """What a summary reads of a scenario."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def start(self) -> datetime.date: ...

    @property
    def end(self) -> datetime.date: ...

    @property
    def members(self) -> Mapping[str, tuple[str, ...]]: ...

    @property
    def facts(self) -> Mapping[str, Resolved]: ...

    @property
    def levers(self) -> Mapping[str, Resolved]: ...

    @property
    def uncertainties(self) -> Mapping[str, Resolved]: ...

    @property
    def rules(self) -> Sequence[Any]: ...

    @property
    def observations(self) -> Mapping[str, Any]: ...

    def needed(self) -> tuple[str, ...]: ...


def value_words(value: Any) -> str:
    """Return a fact's number, a lever's path or a prior in a few words."""
    if isinstance(value, LeverPath):
        return value.words()
    if isinstance(value, Prior):
        if value.family == "fixed":
            return f"{value.arguments['value']:g}"
        return f"{value.family}({', '.join(f'{key} {number:g}' for key, number in value.arguments.items())})"
    if value is None:
        return "missing"
    return f"{value:,.10g}".replace(",", " ")


def describe(resolved: Resolved, scenario: Described) -> str:
    """Return the values of a name: one when all are equal, else by member (the first few)."""
    declared = resolved.declared
    unit = declared.unit
    index = None
    if unit in scenario.members and not isinstance(declared, Parameter):
        index, unit = scenario.members[unit], ""

    def words(value: Any) -> str:
        if index is not None and isinstance(value, float | int):
            return index[int(value)] if value >= 0 else "none"
        return value_words(value)

    tail = f" {unit}" if unit not in ("", "-") else ""
    if not resolved.values:
        return "no members"
    if all(value == resolved.values[0] for value in resolved.values):
        return words(resolved.values[0]) + tail
    parts = [
        f"{'.'.join(element)} {words(value)}" for element, value in zip(resolved.elements, resolved.values, strict=True)
    ]
    more = f", ... ({len(parts)} in all)" if len(parts) > 4 else ""
    return ", ".join(parts[:4]) + more + tail


def rows(scenario: Described) -> list[dict[str, str]]:
    """Return one row for each fact, lever and uncertainty: kind, key, value, state, source, origin, meaning.

    `state` is stated, guessed (an assumption or invention), default (the package's own) or missing.
    """
    out = []
    groups = (("fact", scenario.facts), ("lever", scenario.levers), ("uncertainty", scenario.uncertainties))
    for kind, table in groups:
        for key, resolved in table.items():
            stated = [origin for origin in resolved.origins if origin.layer != "package default"]
            if any(value is None for value in resolved.values):
                state = "missing"
            elif not stated:
                state = "default"
            elif any(origin.guessed for origin in stated):
                state = "guessed"
            else:
                state = "stated"
            sources = sorted({origin.source for origin in resolved.origins if origin.source})
            places = sorted({f"{origin.file}:{origin.line}" if origin.file else origin.layer for origin in stated})
            out.append(
                {
                    "kind": kind,
                    "key": key,
                    "value": describe(resolved, scenario),
                    "state": state,
                    "source": "; ".join(sources),
                    "origin": ", ".join(places) or "package default",
                    "meaning": resolved.declared.meaning,
                }
            )
    return out


def _head(scenario: Described) -> list[str]:
    members = scenario.members
    counts = ", ".join(
        f"{len(members[d])} {word}"
        for d, word in (("district", "districts"), ("community", "communities"), ("organisation", "organisations"))
    )
    return [f"{scenario.title} ({scenario.name}, {scenario.kind})", f"{scenario.start} to {scenario.end}; {counts}"]


def summary_lines(scenario: Described, full: bool = False) -> list[str]:
    """Return a summary: title, levers, uncertainties, what is still needed; with `full` every stated value."""
    table = rows(scenario)
    lines = _head(scenario)
    for kind, plural in (("fact", "facts"), ("lever", "levers"), ("uncertainty", "uncertainties")):
        own = [row for row in table if row["kind"] == kind]
        counts = ", ".join(
            f"{sum(row['state'] == state for row in own)} {state}"
            for state in ("stated", "guessed", "default", "missing")
            if any(row["state"] == state for row in own)
        )
        lines.append(f"{plural}: {counts}")
        if kind == "lever" or full:
            for row in own:
                if row["state"] != "default":
                    mark = "  (guessed)" if full and row["state"] == "guessed" else ""
                    lines.append(f"    {row['key']}: {row['value']}{mark}")
    if scenario.rules:
        lines.append("rules: " + "; ".join(f"{rule.name}" for rule in scenario.rules))
    if scenario.observations:
        lines.append("observed: " + ", ".join(scenario.observations))
    needed = scenario.needed()
    lines.append("still needed: " + (", ".join(needed) if needed else "nothing"))
    return lines


def summary_html(scenario: Described) -> str:
    """Return the summary for notebooks: a heading, what is needed, and a table that unfolds."""
    cells = "".join(
        "<tr>"
        + "".join(f"<td>{escape(row[key])}</td>" for key in ("kind", "key", "value", "state", "source"))
        + "</tr>"
        for row in rows(scenario)
        if row["state"] != "default"
    )
    first, second = (escape(line) for line in _head(scenario))
    needed = escape(", ".join(scenario.needed()) or "nothing")
    return (
        f"<div><strong>{first}</strong><br>{second}<br>still needed: {needed}"
        "<details><summary>what it states</summary><table><thead><tr><th>kind</th><th>name</th><th>value</th>"
        f"<th>state</th><th>source</th></tr></thead><tbody>{cells}</tbody></table></details></div>"
    )
