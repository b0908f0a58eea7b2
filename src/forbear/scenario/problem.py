"""A problem: everything numeric that a run needs, and nothing else."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.country.declare import Fact
from forbear.country.model import FIXED_MEMBERS
from forbear.scenario.dates import Calendar
from forbear.scenario.reading.resolve import Content, Resolved
from forbear.scenario.reading.structure import NAMED
from forbear.scenario.rules import ReactiveRule

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Problem", "problem_of"]


@dataclass(frozen=True)
class Problem:
    """Arrays for the engine. Numbers are in the units that the model declares.

    names: dimension -> members (district, community, organisation, component); start, step (weeks), steps: the
    calendar; dates: datetime64[D] (steps,), first day of each step; months: int32 (steps,), index into month_labels of
    the calendar month that holds the middle of the step; facts: name -> float64 or int64 array over its dimensions;
    levers: name -> float64 (steps, *dimensions); rules: reactive rules; priors: name -> object array of Prior over its
    dimensions; hash: SHA-256 over all numeric content and names, the scenario hash (titles and sources do not enter);
    extensions: (name, hash) of the rooms from outside that it is made for; they enter the hash.
    """

    name: str
    title: str
    names: dict[str, tuple[str, ...]]
    start: datetime.date
    step: float
    steps: int
    dates: np.ndarray
    months: np.ndarray
    month_labels: tuple[str, ...]
    facts: dict[str, np.ndarray]
    levers: dict[str, np.ndarray]
    rules: tuple[ReactiveRule, ...]
    priors: dict[str, np.ndarray]
    hash: str
    extensions: tuple[tuple[str, str], ...] = ()


def problem_of(content: Content, step: float, extensions: tuple[tuple[str, str], ...] = ()) -> Problem:
    """Turn resolved content into arrays; the content must be complete and `step` valid (Scenario.problem checks)."""
    import numpy as np

    structure = content.structure
    assert structure.start is not None and structure.end is not None
    calendar = Calendar(structure.start, structure.end, step)
    first_days = calendar.first_days()
    days = [int(day) - datetime.date(1970, 1, 1).toordinal() for day in first_days]
    months, labels = calendar.months()
    members = structure.members

    def shape(resolved: Resolved) -> tuple[int, ...]:
        return tuple(len(members[dimension]) for dimension in resolved.declared.over)

    facts: dict[str, Any] = {"step": np.asarray(float(step))}
    for resolved in content.facts.values():
        assert isinstance(resolved.declared, Fact)
        kind = np.int64 if resolved.declared.integer else np.float64
        facts[resolved.declared.name] = np.array(resolved.values, dtype=kind).reshape(shape(resolved))
    levers = {}
    for resolved in content.levers.values():
        known: dict[int, list[float]] = {}
        columns = []
        for path in resolved.values:
            if id(path) not in known:
                known[id(path)] = path.sample(first_days, step)
            columns.append(known[id(path)])
        values = np.array(columns, dtype=np.float64).T
        levers[resolved.declared.name] = np.ascontiguousarray(values).reshape(calendar.steps, *shape(resolved))
    priors = {}
    for resolved in content.uncertainties.values():
        flat = np.empty(len(resolved.values), dtype=object)
        flat[:] = resolved.values
        priors[resolved.declared.name] = flat.reshape(shape(resolved))
    names = {dimension: members[dimension] for dimension in NAMED if dimension not in FIXED_MEMBERS}
    problem = {
        "names": names,
        "start": structure.start,
        "step": float(step),
        "steps": calendar.steps,
        "facts": facts,
        "levers": levers,
        "rules": content.rules,
        "priors": priors,
        "extensions": extensions,
    }
    return Problem(
        name=structure.header.get("name", ""),
        title=structure.header.get("title", ""),
        dates=np.array(days, dtype="datetime64[D]"),
        months=np.array(months, dtype=np.int32),
        month_labels=labels,
        hash=_hash(problem),
        **problem,  # type: ignore[arg-type]
    )


def _hash(problem: dict[str, Any]) -> str:
    """SHA-256 over names, calendar, facts, levers, rules and priors, independent of order and machine."""
    digest = hashlib.sha256()

    def add(value: Any) -> None:
        digest.update(json.dumps(value, sort_keys=True).encode())

    add([problem["names"], str(problem["start"]), problem["step"], problem["steps"]])
    for group in ("facts", "levers"):
        for name in sorted(problem[group]):
            array = problem[group][name]
            add([group, name, list(array.shape)])
            digest.update(array.astype("<i8" if array.dtype.kind == "i" else "<f8").tobytes())
    for rule in problem["rules"]:
        add(
            [
                rule.quantity,
                rule.element,
                rule.window,
                rule.comparison,
                rule.threshold,
                rule.lever,
                rule.lever_element,
                rule.operation,
                rule.value,
                rule.hold_weeks,
            ]
        )
    if problem["extensions"]:
        add(["extensions", [list(extension) for extension in problem["extensions"]]])
    for name in sorted(problem["priors"]):
        add([name, [[prior.family, prior.arguments] for prior in problem["priors"][name].ravel()]])
    return digest.hexdigest()
