"""From layers of statements to one resolved value for every declared fact, lever and parameter.

Order, the weakest first: package default, parent scenario (the most distant ancestor first), scenario, sweep point,
command line. Within a layer a statement about one member overrides a statement about all of them.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from forbear.country.declare import Fact, Lever, Parameter, Prior
from forbear.country.model import Model
from forbear.errors import Fault
from forbear.evidence.own import OwnSeries
from forbear.faults import Faults
from forbear.scenario.observations import Observation, read_observations, selection_of
from forbear.scenario.paths import LeverPath
from forbear.scenario.reading.assignments import Assignment, Declared, assignments, set_by_run
from forbear.scenario.reading.borders import Borders, read_borders
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.lever_series import Ground
from forbear.scenario.reading.origin import PACKAGE, Origin
from forbear.scenario.reading.own_series import read_series
from forbear.scenario.reading.schedules import read_path
from forbear.scenario.reading.series_of import Find, Finder
from forbear.scenario.reading.structure import Structure, read_structure, source_of
from forbear.scenario.reading.values import fact_range, fact_value, number, prior
from forbear.scenario.rules import ReactiveRule, read_rules

__all__ = ["OVERLAID", "Content", "Resolved", "laid_over", "resolve"]

#: What a layer may hold to be laid over content that is resolved already: nothing that structure or observations read.
OVERLAID = ("levers", "facts", "uncertainties", "rules")


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
    #: arrays that were made of the values, by what for; a scenario that leaves the values alone shares them
    arrays: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

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
    series: dict[str, OwnSeries]
    borders: Borders | None
    find: Find
    units: dict[str, str]
    faults: Faults = field(repr=False, default_factory=Faults)


def resolve(documents: list[Document], model: Model, find: Find, faults: Faults) -> Content:
    """Resolve layers (the weakest first) against the model. Every fault goes to `faults`; nothing is raised."""
    structure = read_structure(documents, faults)
    layers = assignments(documents, structure, model)
    own = read_series(documents, structure)
    find = Finder(own, find)
    ground = Ground(find, structure.start, structure.end)
    content = Content(
        structure,
        {key: _default(fact, structure) for key, fact in model.facts.items() if not set_by_run(fact)},
        {key: _default(lever, structure) for key, lever in model.levers.items()},
        {key: _default(parameter, structure) for key, parameter in model.parameters.items()},
        read_rules(documents, model, structure.members),
        read_observations(documents, structure, model, find),
        (),
        own,
        read_borders(documents, structure),
        find,
        {name: quantity.unit for name, quantity in model.quantities.items()},
        faults,
    )
    for level, layer in enumerate(layers):
        _layer(content, layer, level, ground)
    _counted(content, documents)
    return content


def laid_over(below: Content, documents: list[Document], model: Model, faults: Faults) -> Content:
    """Resolve one more layer, the last of `documents`, over content that the others gave; nothing else is read again.

    The layer holds nothing but what `OVERLAID` names, and is no file. `below` stays as it is: what the layer leaves
    alone is shared with it. Every fault goes to `faults`.
    """
    document, structure = documents[-1], below.structure
    layer = assignments([document], structure, model)[0]
    content = replace(
        below, facts=dict(below.facts), levers=dict(below.levers), uncertainties=dict(below.uncertainties),
        faults=faults,
    )  # fmt: skip
    for key in {entry.declared.key for entry in layer}:
        table = next(t for t in (content.facts, content.levers, content.uncertainties) if key in t)
        table[key] = replace(table[key], values=[*table[key].values], origins=[*table[key].origins], arrays={})
    if "rules" in document.data:
        content.rules = read_rules(documents, model, structure.members)
    _layer(content, layer, len(documents) - 1, Ground(below.find, structure.start, structure.end))
    if "facts" in document.data:
        _counted(content, documents)
    return content


def _layer(content: Content, layer: list[Assignment], level: int, ground: Ground) -> None:
    _once(layer)
    for assignment in sorted(layer, key=lambda entry: len(entry.element)):
        _apply(content, assignment, level, ground)


def _counted(content: Content, documents: list[Document]) -> None:
    """Judge what facts say together, and note which are missing."""
    _people(content, documents)
    _crowds(content, documents)
    content.needed = tuple(_needed(content))


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
            entry.document.fault(
                "E220",
                f"{'.'.join((name[0], *name[1]))} is stated twice",
                entry.path,
                None,
                f"once; the first is in {first.document.file}:{place}",
            )
        seen[name] = entry


def _apply(content: Content, entry: Assignment, level: int, ground: Ground) -> None:
    declared, document = entry.declared, entry.document
    table = {Fact: content.facts, Lever: content.levers, Parameter: content.uncertainties}[type(declared)]
    resolved = table[declared.key]
    change = document.file is None
    series = isinstance(entry.spec, dict) and "series" in entry.spec
    switch = isinstance(declared, Fact) and declared.integer
    source = source_of(content.structure, document, entry.path, entry.source, not (change or series or switch))
    span = None
    if isinstance(entry.spec, dict) and "range" in entry.spec and isinstance(declared, Fact):
        span = fact_range(document, entry.path, entry.spec, declared)
    origin = Origin(document.layer, document.file, entry.line or document.line(entry.path), source, span)
    depth = len(entry.element)
    places = [i for i, element in enumerate(resolved.elements) if element[:depth] == entry.element]
    known: list[tuple[Any, Any]] = []  # what each value below became: elements often share one
    for place in places:
        below = resolved.values[place]
        value = next((after for before, after in known if before is below), known)
        if value is known:
            value = _value(content, entry, below, level, ground)
            known.append((below, value))
        if value is not None:
            resolved.values[place] = value
            resolved.origins[place] = origin
        elif below is None:
            resolved.values[place] = math.nan  # stated, with a fault of its own: not missing


def _value(content: Content, entry: Assignment, below: Any, level: int, ground: Ground) -> Any:
    declared, document, path, spec = entry.declared, entry.document, entry.path, entry.spec
    if isinstance(declared, Lever):
        value = read_path(document, path, spec, declared, below, ground)
        return (
            value
            if value is not None and _in_time(content, entry, value, level) and _in_bounds(content, entry, value)
            else None
        )
    if isinstance(declared, Parameter) and isinstance(spec, dict) and "prior" in spec:
        return prior(document, path, spec, declared)
    given = None
    raw = spec
    if isinstance(spec, dict):
        ranged = ("range",) if isinstance(declared, Fact) else ()
        document.unknown_keys(spec, ("value", "unit", "source", "note", *ranged), path)
        raw, given = spec["value"], spec.get("unit")
    if document.file is None and isinstance(raw, str):
        return _changed(content, entry, raw.strip(), below)
    if isinstance(declared, Parameter):
        fixed = number(document, path, raw, declared.unit, given)
        return None if fixed is None else Prior("fixed", {"value": fixed})
    assert isinstance(declared, Fact)
    return fact_value(document, path, raw, declared, content.structure.members, given)


def _changed(content: Content, entry: Assignment, text: str, below: Any) -> Any:
    """A change of a fact or uncertainty in words: "=0.1", "0.1", and for facts "+5", "*2"."""
    declared, document, path = entry.declared, entry.document, entry.path
    sign, body = (text[0], text[1:].strip()) if text[:1] in ("+", "*", "=") else ("=", text)
    if isinstance(declared, Parameter):
        if sign != "=":
            document.fault("E230", "an uncertainty is replaced, not shifted", path, text, '"=0.1" or a prior')
            return None
        fixed = number(document, path, body, declared.unit)
        return None if fixed is None else Prior("fixed", {"value": fixed})
    assert isinstance(declared, Fact)
    if sign == "=":
        return fact_value(document, path, body, declared, content.structure.members)
    shift = number(document, path, body, "-" if sign == "*" else declared.unit)
    if shift is None or not isinstance(below, (int, float)):
        return None
    value = below * shift if sign == "*" else below + shift
    return fact_value(document, path, value, declared, content.structure.members)


def _in_time(content: Content, entry: Assignment, value: LeverPath, level: int) -> bool:
    """Note E212 (a schedule that begins after the start) and E214 (a pulse outside the run)."""
    structure, document = content.structure, entry.document
    if structure.start is not None and isinstance(entry.spec, dict) and not value.changes and value.points:
        first = value.points[0][0]
        monthly = 16 if "series" in entry.spec else 0  # a month's mean stands at its middle
        if first > 1.0 and first - monthly > structure.start.toordinal():
            begins = datetime.date.fromordinal(int(first))
            document.fault(
                "E212",
                f"the schedule begins on {begins}, the run on {structure.start}",
                entry.path,
                str(begins),
                f"a point at or before {structure.start}, or before = value",
            )
            return False
    ok = True
    stated = isinstance(entry.spec, dict) and "pulses" in entry.spec
    for day, _ in (value.pulses or ()) if stated else ():
        early = structure.start is not None and day < structure.start.toordinal() and structure.since["start"] <= level
        late = structure.end is not None and day >= structure.end.toordinal() and structure.since["end"] <= level
        if early or late:
            date = datetime.date.fromordinal(int(day))
            document.fault(
                "E214",
                f"{date} is outside the run",
                (*entry.path, "pulses"),
                str(date),
                f"{structure.start} to {structure.end}",
            )
            ok = False
    return ok


def _in_bounds(content: Content, entry: Assignment, value: LeverPath) -> bool:
    """Note E204 when changes laid over a path drive it out of bounds somewhere in the run."""
    lever, calendar = entry.declared, content.structure.calendar
    assert isinstance(lever, Lever)
    if not isinstance(entry.spec, (dict, str)) or calendar is None:
        return True
    if value.pulses is not None:
        reached = [(v, day) for day, v in value.pulses]
    elif value.changes:
        middles = calendar.middles()
        reached = list(zip(value.over(middles).tolist(), middles, strict=True))
    else:
        reached = [(v, day) for day, v in value.points]
    for extreme in (min(reached, default=None), max(reached, default=None)):
        if extreme is not None and not lever.low <= extreme[0] <= lever.high:
            when = "" if value.is_constant else f" on {datetime.date.fromordinal(max(int(extreme[1]), 1))}"
            entry.document.fault(
                "E204",
                f"{lever.key} reaches {extreme[0]:g}{when}, out of bounds",
                entry.path,
                entry.spec,
                f"{lever.low:g} to {lever.high:g} {lever.unit}".rstrip(" -"),
            )
            return False
    return True


def _people(content: Content, documents: list[Document]) -> None:
    """Note E232 for a district where nobody lives."""
    resolved = content.facts.get("people.population_at_start")
    if resolved is None or any(value is None or math.isnan(value) for value in resolved.values):
        return
    for district in content.structure.members["district"]:
        living = [i for i, element in enumerate(resolved.elements) if element[0] == district]
        if living and not any(resolved.values[i] >= 1 for i in living):
            origin = resolved.origins[living[0]]
            content.faults.add(
                Fault(
                    "E232",
                    f"nobody lives in {district}",
                    origin.file,
                    origin.line,
                    "people.population_at_start",
                    allowed="at least one resident",
                )
            )
    for value, origin in zip(resolved.values, resolved.origins, strict=True):
        if value is not None and origin.file is not None and float(value) != round(float(value)):
            content.faults.add(
                Fault("E277", f"{value:,.10g} people: nobody is a fraction", origin.file, origin.line,
                      "people.population_at_start", f"{value:.10g}", "a whole number of persons")
            )  # fmt: skip


def _crowds(content: Content, documents: list[Document]) -> None:
    """Note E277 for a count of persons that is larger than the country: most likely thousands taken for units."""
    resolved = content.facts.get("people.population_at_start")
    if resolved is None or any(value is None or math.isnan(value) for value in resolved.values):
        return
    living = float(sum(resolved.values))
    for name, observation in content.observations.items():
        series = content.find(observation.series)
        if not isinstance(series, OwnSeries) or content.units.get(observation.quantity) != "persons":
            continue
        chosen = selection_of(observation, series, content.structure)
        most = max(chosen.values, key=lambda value: value.value, default=None)
        if most is None or most.value <= living:
            continue
        document = next(d for d in reversed(documents) if name in d.data.get("observations", {}))
        document.fault(
            "E277",
            f"{most.value:,.0f} {observation.quantity} on {most.date}, and {living:,.0f} live in the country",
            ("observations", name, "scale"),
            most.value,
            "a number below the population; is the unit of the column right, and the scale?",
        )


def _needed(content: Content) -> list[str]:
    """Required facts that nobody states, shortened to the name when every element is missing."""
    out = []
    for key, resolved in content.facts.items():
        missing = [element for element, value in zip(resolved.elements, resolved.values, strict=True) if value is None]
        if missing and len(missing) == len(resolved.elements):
            out.append(key)
        else:
            out += [".".join((key, *element)) for element in missing]
    return out
