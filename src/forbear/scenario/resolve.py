"""From layers of statements to one resolved value for every declared fact, lever and parameter.

Order, the weakest first: package default, parent scenario (the most distant ancestor first), scenario, sweep point,
command line. Within a layer a statement about one member overrides a statement about all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from forbear.country.declare import Fact, Lever, Parameter, Prior, Quantity
from forbear.country.model import Model
from forbear.scenario.assignments import Assignment, Declared, assignments, set_by_run
from forbear.scenario.document import Document
from forbear.scenario.faults import Faults
from forbear.scenario.observations import Observation, read_observations
from forbear.scenario.origin import PACKAGE, Origin
from forbear.scenario.paths import LeverPath
from forbear.scenario.rules import ReactiveRule, read_rules
from forbear.scenario.schedules import Rows, read_path
from forbear.scenario.structure import Structure, read_structure, source_of
from forbear.scenario.values import fact_value, number, prior

__all__ = ["Content", "Resolved", "resolve"]


@dataclass
class Resolved:
    """Values of one declared name, one for each element, with their origins.

    `elements` are tuples of member names in the order of the declared dimensions (C order: the last runs fastest).
    A value is a float (fact), a LeverPath (lever), a Prior (parameter), or None for a required fact nobody stated.
    """

    declared: Declared
    elements: tuple[tuple[str, ...], ...]
    values: list[Any]
    origins: list[Origin]

    @property
    def value(self) -> Any:
        """The value, when it is the same for every element; else ValueError."""
        if any(value != self.values[0] for value in self.values):
            raise ValueError(f"{self.declared.key} differs between {' and '.join(self.declared.over)}")
        return self.values[0]

    @property
    def is_default(self) -> bool:
        """True when no layer states anything."""
        return all(origin.layer == PACKAGE.layer for origin in self.origins)

    def at(self, *members: str) -> Any:
        """Return the value of one element. Raises KeyError for members that are not there."""
        try:
            return self.values[self.elements.index(members)]
        except ValueError:
            raise KeyError(".".join((self.declared.key, *members))) from None


@dataclass
class Content:
    """Everything that a scenario says, resolved."""

    structure: Structure
    facts: dict[str, Resolved]
    levers: dict[str, Resolved]
    uncertainties: dict[str, Resolved]
    rules: tuple[ReactiveRule, ...]
    observations: dict[str, Observation]
    needed: tuple[str, ...]
    faults: Faults = field(repr=False, default_factory=Faults)


def resolve(documents: list[Document], model: Model, rows: Rows, faults: Faults) -> Content:
    """Resolve layers (the weakest first) against the model. Every fault goes to `faults`; nothing is raised."""
    structure = read_structure(documents, faults)
    layers = assignments(documents, structure, model)
    content = Content(
        structure,
        {key: _default(fact, structure) for key, fact in model.facts.items() if not set_by_run(fact)},
        {key: _default(lever, structure) for key, lever in model.levers.items()},
        {key: _default(parameter, structure) for key, parameter in model.parameters.items()},
        read_rules(documents, model, structure.members),
        read_observations(documents, structure, model, rows),
        (),
        faults,
    )
    for level, layer in enumerate(layers):
        _once(layer)
        for assignment in sorted(layer, key=lambda entry: len(entry.element)):
            _apply(content, assignment, level, rows)
    _people(content, documents)
    content.needed = tuple(_needed(content))
    return content


def _default(declared: Declared, structure: Structure) -> Resolved:
    elements = tuple(product(*(structure.members[dimension] for dimension in declared.over)))
    value: Any
    if isinstance(declared, Fact):
        value = declared.default
    elif isinstance(declared, Lever):
        value = LeverPath(pulses=()) if declared.pulse else LeverPath.constant(declared.default)
    else:
        value = declared.prior
    origin = Origin(PACKAGE.layer, source=declared.source) if isinstance(declared, Parameter) else PACKAGE
    return Resolved(declared, elements, [value] * len(elements), [origin] * len(elements))


def _once(layer: list[Assignment]) -> None:
    seen: dict[tuple[str, tuple[str, ...]], Assignment] = {}
    for entry in layer:
        name = (entry.declared.key, entry.element)
        if name in seen:
            first = seen[name]
            place = first.line or first.document.line(first.path)
            entry.document.fault("E220", f"{'.'.join((name[0], *name[1]))} is stated twice", entry.path, None,
                                 f"once; the first is in {first.document.file}:{place}")  # fmt: skip
        seen[name] = entry


def _apply(content: Content, entry: Assignment, level: int, rows: Rows) -> None:
    declared, document = entry.declared, entry.document
    table = {Fact: content.facts, Lever: content.levers, Parameter: content.uncertainties}[type(declared)]
    resolved = table[declared.key]
    change = document.file is None
    series = isinstance(entry.spec, dict) and "series" in entry.spec
    switch = isinstance(declared, Fact) and declared.integer
    source = source_of(content.structure, document, entry.path, entry.source, not (change or series or switch))
    origin = Origin(document.layer, document.file, entry.line or document.line(entry.path), source)
    depth = len(entry.element)
    places = [i for i, element in enumerate(resolved.elements) if element[:depth] == entry.element]
    values: dict[Any, Any] = {}
    for place in places:
        below = resolved.values[place]
        if below not in values:
            values[below] = _value(content, entry, below, level, rows)
        if values[below] is not None:
            resolved.values[place] = values[below]
            resolved.origins[place] = origin
        elif resolved.values[place] is None:
            resolved.values[place] = math.nan  # stated, but with a fault of its own


def _value(content: Content, entry: Assignment, below: Any, level: int, rows: Rows) -> Any:
    declared, document, path, spec = entry.declared, entry.document, entry.path, entry.spec
    if isinstance(declared, Lever):
        value = read_path(document, path, spec, declared, below, rows)
        if value is not None:
            _in_time(content, entry, value, below, level)
            value = _in_bounds(content, entry, value)
        return value
    given = spec.get("unit") if isinstance(spec, dict) else None
    if isinstance(declared, Parameter):
        if isinstance(spec, dict) and "prior" in spec:
            return _Hashable.of(prior(document, path, spec, declared))
        if document.file is None and isinstance(spec, str) and spec.strip()[:1] in ("+", "*"):
            document.fault("E230", "an uncertainty is replaced, not shifted", path, spec, '"=0.1" or a prior')
            return None
        raw = spec["value"] if isinstance(spec, dict) else spec
        if document.file is None and isinstance(raw, str):
            raw = raw.strip().removeprefix("=")
        _aside(document, path, spec)
        fixed = number(document, path, raw, declared.unit, given)
        return None if fixed is None else _Hashable.of(Prior("fixed", {"value": fixed}))
    raw = spec["value"] if isinstance(spec, dict) else spec
    _aside(document, path, spec)
    if document.file is None and isinstance(raw, str):
        return _changed_fact(content, entry, raw.strip(), below)
    return fact_value(document, path, raw, declared, content.structure.members, given)


class _Hashable(Prior):
    """A prior that can be a dictionary key (its arguments are a dictionary and have no hash of their own)."""

    @classmethod
    def of(cls, prior: Prior | None) -> Prior | None:
        return None if prior is None else cls(prior.family, prior.arguments)
