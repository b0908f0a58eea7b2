"""A problem: everything numeric that a run needs, and nothing else."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache, partial
from typing import Any, NoReturn, cast

import numpy as np

from forbear.country.declare import Fact, Prior
from forbear.country.model import FIXED_MEMBERS
from forbear.scenario.dates import Calendar
from forbear.scenario.reading.resolve import Content, Resolved
from forbear.scenario.reading.structure import NAMED
from forbear.scenario.rules import ReactiveRule

__all__ = ["Problem", "problem_of"]


class _ReadOnly(dict[str, Any]):
    """A dictionary that cannot be changed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError(
            "a problem cannot be changed: make another with with_facts, with_levers or Scenario.with_levers"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse  # type: ignore[assignment]
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return _ReadOnly, (dict(self),)


@dataclass(frozen=True, eq=False)
class Problem:
    """Arrays for the engine. Numbers are in the units that the model declares.

    Nothing in it can be changed: arrays and dictionaries are read-only (`problem.facts["x"] *= 2` raises ValueError),
    so that the hash is always that of what is run. `with_facts` and `with_levers` give another problem.

    Attributes
    ----------
    name, title
        Of the scenario; they do not enter the hash.
    names
        Dimension -> members (district, community, organisation, component).
    start, step, steps
        The calendar: the first day, the weeks of a step, and how many steps there are.
    dates
        datetime64[D] (steps,), the first day of each step.
    months, month_labels
        int32 (steps,), the index into `month_labels` of the calendar month that holds the middle of the step.
    facts
        Name -> float64 or int64 array over its dimensions.
    levers
        Name -> float64 (steps, *dimensions).
    rules
        Reactive rules.
    priors
        Name -> object array of Prior over its dimensions.
    extensions
        (name, hash) of the rooms from outside that it is made for; they enter the hash.
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
    extensions: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        known: dict[int, Prior] = {}
        for group in ("names", "facts", "levers", "priors"):
            held = {name: _fixed(value, known) for name, value in getattr(self, group).items()}
            object.__setattr__(self, group, _ReadOnly(held))
        for array in ("dates", "months"):
            object.__setattr__(self, array, _fixed(getattr(self, array), known))

    def __repr__(self) -> str:
        return f"<Problem {self.name}: {self.steps} steps of {self.step:g} weeks from {self.start}, {self.hash[:12]}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """What is copied or sent to a worker is made anew, so that it is read-only there, too."""
        return partial(Problem, **{field.name: getattr(self, field.name) for field in fields(self)}), ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 over all numeric content and names, the scenario hash; titles and sources do not enter."""
        return _hash({field.name: getattr(self, field.name) for field in fields(self)})

    def with_facts(self, facts: Mapping[str, np.ndarray]) -> Problem:
        """The same problem with other facts: name -> array over its dimensions. Raises KeyError for an unknown name."""
        return replace(self, facts={**self.facts, **_others(self.facts, facts)})

    def with_levers(self, levers: Mapping[str, np.ndarray]) -> Problem:
        """The same problem with other schedules: name -> (steps, *dimensions). Raises KeyError for an unknown name."""
        return replace(self, levers={**self.levers, **_others(self.levers, levers)})


def _fixed(value: Any, known: dict[int, Prior]) -> Any:
    """A value that cannot be changed: read-only arrays that share no memory with others, priors with fixed arguments."""
    if not isinstance(value, np.ndarray):
        return value
    if not value.flags.writeable and value.base is None:
        return value
    out = value.copy()
    if out.dtype.hasobject:
        flat = out.reshape(-1)
        for place, prior in enumerate(flat):
            if isinstance(prior, Prior):
                flat[place] = known.setdefault(id(prior), Prior(prior.family, _ReadOnly(prior.arguments)))
    out.setflags(write=False)
    return out


def _others(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays that stand in for others, of the same kind and shape."""
    return {
        name: np.array(np.broadcast_to(value, before[name].shape), dtype=before[name].dtype)
        for name, value in after.items()
    }


def problem_of(content: Content, step: float, extensions: tuple[tuple[str, str], ...] = ()) -> Problem:
    """Turn resolved content into arrays; the content must be complete and `step` valid (Scenario.problem checks)."""
    structure = content.structure
    assert structure.start is not None and structure.end is not None
    calendar, first_days, dates, months, labels = _calendar(structure.start, structure.end, step)
    members = structure.members

    def shape(resolved: Resolved) -> tuple[int, ...]:
        return tuple(len(members[dimension]) for dimension in resolved.declared.over)

    def facts_of(resolved: Resolved) -> np.ndarray:
        assert isinstance(resolved.declared, Fact)
        kind = np.int64 if resolved.declared.integer else np.float64
        return np.array(resolved.values, dtype=kind).reshape(shape(resolved))

    def schedules(resolved: Resolved) -> np.ndarray:
        # elements often share one path
        known = {id(path): path for path in resolved.values}
        sampled = {name: path.sample(first_days, step) for name, path in known.items()}
        columns = np.stack([sampled[id(path)] for path in resolved.values], axis=1)
        return columns.reshape(calendar.steps, *shape(resolved))

    def priors_of(resolved: Resolved) -> np.ndarray:
        flat = np.empty(len(resolved.values), dtype=object)
        flat[:] = resolved.values
        return flat.reshape(shape(resolved))

    calendar_of_levers = ("levers", structure.start, structure.end, step)
    facts: dict[str, Any] = {"step": np.asarray(float(step))}
    facts |= {r.declared.name: _made(r, "facts", facts_of) for r in content.facts.values()}
    levers = {r.declared.name: _made(r, calendar_of_levers, schedules) for r in content.levers.values()}
    priors = {r.declared.name: _made(r, "priors", priors_of) for r in content.uncertainties.values()}
    names = {dimension: members[dimension] for dimension in NAMED if dimension not in FIXED_MEMBERS}
    return Problem(
        name=structure.header.get("name", ""),
        title=structure.header.get("title", ""),
        names=names,
        start=structure.start,
        step=float(step),
        steps=calendar.steps,
        dates=dates,
        months=months,
        month_labels=labels,
        facts=facts,
        levers=levers,
        rules=content.rules,
        priors=priors,
        extensions=extensions,
    )


def _made(resolved: Resolved, what: Any, make: Callable[[Resolved], np.ndarray]) -> np.ndarray:
    """The array of a resolved name, read-only, made once for all scenarios that share it."""
    if what not in resolved.arrays:
        resolved.arrays[what] = _fixed(make(resolved), {})
    return cast(np.ndarray, resolved.arrays[what])


@lru_cache(maxsize=16)
def _calendar(
    start: datetime.date, end: datetime.date, step: float
) -> tuple[Calendar, np.ndarray, np.ndarray, np.ndarray, tuple[str, ...]]:
    """A calendar, the days on which its steps begin as numbers and as dates, and months: all read-only."""
    calendar = Calendar(start, end, step)
    first_days = calendar.first_days()
    days = [int(day) - datetime.date(1970, 1, 1).toordinal() for day in first_days]
    months, labels = calendar.months()
    arrays = (
        np.array(first_days, dtype=float),
        np.array(days, dtype="datetime64[D]"),
        np.array(months, dtype=np.int32),
    )
    for array in arrays:
        array.setflags(write=False)
    return calendar, *arrays, labels


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
