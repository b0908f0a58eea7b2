"""What differs between two scenarios: structure, facts, levers with dates, uncertainties, rules."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from forbear.scenario.dates import Calendar
from forbear.scenario.paths import LeverPath
from forbear.scenario.reading.structure import NAMED
from forbear.scenario.scenario import Scenario
from forbear.scenario.summary import value_words

__all__ = ["Change", "Difference", "diff"]


@dataclass(frozen=True)
class Change:
    """One name that differs; `element` is empty where the scenarios differ in all members alike."""

    kind: str  # structure, fact, lever, uncertainty, rule, observation
    key: str
    element: str
    before: str
    after: str
    unit: str = ""
    begins: datetime.date | None = None
    ends: datetime.date | None = None
    """First and last day of the run on which a lever differs."""


@dataclass(frozen=True)
class Difference:
    """Everything that differs between scenarios `first` and `second`."""

    first: str
    second: str
    changes: tuple[Change, ...] = field(default=())

    @property
    def sentence(self) -> str:
        """The difference in one sentence."""
        if not self.changes:
            return f"{self.first} and {self.second} are the same in every number."
        kinds = {
            "structure": ("part of its structure", "parts of its structure"),
            "fact": ("fact", "facts"),
            "lever": ("lever", "levers"),
            "uncertainty": ("uncertainty", "uncertainties"),
            "rule": ("rule", "rules"),
            "observation": ("observation", "observations"),
        }
        counts = []
        for kind, (one, many) in kinds.items():
            number = len({change.key for change in self.changes if change.kind == kind})
            if number:
                counts.append(f"{number} {one if number == 1 else many}")
        text = f"{self.second} differs from {self.first} in {' and '.join([', '.join(counts[:-1]), counts[-1]] if counts[1:] else counts)}"
        named = [change for change in self.changes if change.kind in ("lever", "fact", "uncertainty", "rule")]
        if len(named) == 1:
            only = named[0]
            when = ""
            if only.begins and only.ends:
                when = f", from {only.begins} to {only.ends}" if only.begins != only.ends else f", on {only.begins}"
            text += f": {only.key}{'.' + only.element if only.element else ''}, {only.before} before, {only.after} now{when}"
        elif named:
            names = list(dict.fromkeys(change.key for change in named))
            text += ": " + ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        return text + "."

    def table(self) -> list[dict[str, str]]:
        """Return one row for each change: kind, name, before, after, unit, from, to."""
        return [
            {
                "kind": change.kind,
                "name": ".".join(part for part in (change.key, change.element) if part),
                "before": change.before,
                "after": change.after,
                "unit": change.unit,
                "from": str(change.begins or ""),
                "to": str(change.ends or ""),
            }
            for change in self.changes
        ]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def __repr__(self) -> str:
        lines = [self.sentence]
        for row in self.table():
            when = f" [{row['from']} to {row['to']}]" if row["from"] else ""
            lines.append(
                f"    {row['kind']:<11} {row['name']}: {row['before']} -> {row['after']} {row['unit']}".rstrip() + when
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        columns = ("kind", "name", "before", "after", "unit", "from", "to")
        head = "".join(f"<th>{column}</th>" for column in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(row[c])}</td>" for c in columns) + "</tr>" for row in self.table()
        )
        return f"<p>{escape(self.sentence)}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def diff(first: Scenario | str | Path, second: Scenario | str | Path) -> Difference:
    """Compare two scenarios (objects, library names or paths) by their resolved content.

    Titles, descriptions and sources are not compared, only what a run could feel and what it is set beside. Raises as
    `Scenario.load`.
    """
    a = first if isinstance(first, Scenario) else Scenario.load(first)
    b = second if isinstance(second, Scenario) else Scenario.load(second)
    changes = [*_structure(a, b)]
    for kind in ("facts", "levers", "uncertainties"):
        changes += _resolved(a, b, kind)
    changes += _rules(a, b)
    changes += _observations(a, b)
    names = (a.name, b.name) if a.name != b.name else (f"{a.name} (first)", f"{b.name} (second)")
    return Difference(*names, tuple(changes))


def _structure(a: Scenario, b: Scenario) -> list[Change]:
    out = [
        Change("structure", key, "", str(getattr(a, key)), str(getattr(b, key)))
        for key in ("start", "end")
        if getattr(a, key) != getattr(b, key)
    ]
    for dimension, plural in NAMED.items():
        before, after = a.members[dimension], b.members[dimension]
        if before != after:
            lost, gained = [m for m in before if m not in after], [m for m in after if m not in before]
            if lost or gained:
                out.append(
                    Change(
                        "structure",
                        plural,
                        "",
                        "without " + (", ".join(gained) or "change"),
                        "without " + (", ".join(lost) or "change"),
                    )
                )
            else:
                out.append(Change("structure", plural, "", ", ".join(before), ", ".join(after)))
    return out


def _resolved(a: Scenario, b: Scenario, group: str) -> list[Change]:
    kind = {"facts": "fact", "levers": "lever", "uncertainties": "uncertainty"}[group]
    before, after = getattr(a, group), getattr(b, group)
    shared = Calendar(max(a.start, b.start), min(a.end, b.end)) if min(a.end, b.end) > max(a.start, b.start) else None
    out = []
    for key, old in before.items():
        new = after[key]
        pairs = [(e, old.at(*e), new.at(*e)) for e in old.elements if e in new.elements]
        indexed = old.declared.unit in a.members and group == "facts"
        if indexed:  # compare the members that indices point to
            pairs = [(e, _member(a, old, x), _member(b, new, y)) for e, x, y in pairs]
        differing = [pair for pair in pairs if pair[1] != pair[2]]
        if not differing:
            continue
        unit = "" if indexed or old.declared.unit == "-" else old.declared.unit
        alike = len(differing) == len(pairs) and all(pair[1:] == differing[0][1:] for pair in differing)
        for element, x, y in differing[:1] if alike else differing:
            begins, ends = _when(x, y, shared)
            if isinstance(x, LeverPath) and shared and begins is None:
                continue  # written differently, the same on every step
            before_words, after_words = (x, y) if indexed else (value_words(x), value_words(y))
            name = "" if alike else ".".join(element)
            out.append(Change(kind, key, name, before_words, after_words, unit, begins, ends))
    return out


def _member(scenario: Scenario, resolved: Any, value: Any) -> str:
    """Return the name of the member that an index fact points to."""
    return "none" if value is None or value < 0 else scenario.members[resolved.declared.unit][int(value)]


def _when(x: Any, y: Any, calendar: Calendar | None) -> tuple[datetime.date | None, datetime.date | None]:
    if not isinstance(x, LeverPath) or calendar is None:
        return None, None
    days = calendar.first_days()
    differs = x.sample(days, calendar.step) != y.sample(days, calendar.step)
    unequal = [day for day, other in zip(days, differs, strict=True) if other]
    if not unequal:
        return None, None
    return datetime.date.fromordinal(int(unequal[0])), datetime.date.fromordinal(int(unequal[-1]) + 6)


def _rules(a: Scenario, b: Scenario) -> list[Change]:
    def words(scenario: Scenario) -> dict[str, str]:
        out: dict[str, str] = {}
        for rule in scenario.rules:
            action = f"when {rule.words} {rule.operation} {rule.lever} {rule.value:g} for {rule.hold_weeks:g} weeks"
            out[rule.name] = "; ".join(filter(None, (out.get(rule.name), action)))
        return out

    before, after = words(a), words(b)
    return [
        Change("rule", name, "", before.get(name, "none"), after.get(name, "none"))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _observations(a: Scenario, b: Scenario) -> list[Change]:
    def words(scenario: Scenario, name: str) -> str:
        seen = scenario.observations.get(name)
        return (
            "none"
            if seen is None
            else f"{seen.quantity} beside {seen.scale:g} x {seen.series}.{seen.column} by {seen.frequency}"
        )

    return [
        Change("observation", name, "", words(a, name), words(b, name))
        for name in {**a.observations, **b.observations}
        if a.observations.get(name) != b.observations.get(name)
    ]
