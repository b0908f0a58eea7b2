"""Rooms of one's own: mechanisms that another package brings and that a scenario asks for by name.

A package registers a room under the entry point group `forbear.rooms`. It is loaded only where a scenario says
`extensions = ["name"]`, so that what is merely installed changes no result, and the hash of the room's rules,
declarations and priors goes into the scenario's hash, and with it into every manifest, store and posterior stamp.

The room has the files of a room of the house (README.md, state.py, dynamics.py, parameters.toml, and constants.toml where
its rules need a number) and says in its
package where its rules stand: `BEGIN`, names of rules that run once, and `WEEK`, rule to the rule that it follows.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from forbear.country.constants import FILE, read_constants, undeclared_numbers
from forbear.country.declare import DIMENSIONS, Constant, Fact, Lever, Parameter, Quantity
from forbear.country.model import CORE, MODEL, Declared, Model, joined, parameter_of
from forbear.country.vocabulary import vocabulary_of
from forbear.country.week import BEGIN, ROOMS, WEEK
from forbear.errors import Fault, ScenarioError, nearest
from forbear.kernel.language import Program, WeaveError, read_rule
from forbear.kernel.wide.weave import check_rule

__all__ = ["GROUP", "Extension", "installed", "load", "model_of", "order_of", "rule_of"]

GROUP = "forbear.rooms"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


@dataclass(frozen=True)
class Extension:
    """A room from outside. declared: its quantities, levers, facts, parameters and constants; begin: rules run once, in order;
    week: (rule, the rule that it follows), all as "room.rule"; hash: SHA-256 of what bears on results."""

    name: str
    package: str
    folder: Path
    declared: tuple[Declared, ...]
    begin: tuple[str, ...]
    week: tuple[tuple[str, str], ...]
    hash: str


def installed() -> dict[str, str]:
    """Rooms that installed packages offer: name -> package, in alphabetical order."""
    return {
        entry.name: entry.value
        for entry in sorted(importlib.metadata.entry_points(group=GROUP), key=lambda entry: entry.name)
    }


@cache
def load(name: str) -> Extension:
    """Load an installed room, check it, and make its names known to whoever looks one up in `MODEL`.

    Raises ScenarioError E267 (nothing installed has that name) or E268 with everything that is wrong with the room.
    """
    offered = installed()
    if name not in offered:
        known = ", ".join(offered) or "none is installed"
        fault = Fault(
            "E267", f"no room {name!r} is installed", value=name, allowed=known, nearest=nearest(name, offered)
        )
        raise ScenarioError("E267", fault.message, faults=(fault,))
    try:
        package = importlib.import_module(offered[name])
        found = _read(name, package)
    except ScenarioError:
        raise
    except Exception as error:  # code of a stranger: whatever it raises is a fault of the room
        raise _broken(name, [f"{type(error).__name__}: {error}"]) from error
    faults = _faults(found)
    if faults:
        raise _broken(name, faults)
    joined(MODEL, found.declared)
    return found


def _broken(name: str, faults: list[str]) -> ScenarioError:
    message = f"the room {name!r} cannot be used" + ("" if len(faults) == 1 else f": {len(faults)} faults")
    return ScenarioError("E268", message, faults=tuple(Fault("E268", f"room {name}: {words}") for words in faults))


def _read(name: str, package: ModuleType) -> Extension:
    folder = Path(str(package.__file__)).parent
    missing = [f for f in ("README.md", "state.py", "dynamics.py", "parameters.toml") if not (folder / f).is_file()]
    if missing:
        raise _broken(name, [f"{file} is missing" for file in missing])
    importlib.import_module(f"{package.__name__}.dynamics")
    state = importlib.import_module(f"{package.__name__}.state").STATE
    declared: list[Any] = [replace(entry, room=name) for entry in state]
    text = (folder / "parameters.toml").read_text(encoding="utf-8")
    declared += [parameter_of(name, key, entry) for key, entry in tomllib.loads(text).items()]
    declared += read_constants(folder, name).values()
    begin = tuple(f"{name}.{rule}" for rule in getattr(package, "BEGIN", ()))
    week = tuple((f"{name}.{rule}", str(after)) for rule, after in dict(getattr(package, "WEEK", {})).items())
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.py"), folder / "parameters.toml", *folder.glob(FILE)]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return Extension(name, package.__name__, folder, tuple(declared), begin, week, digest.hexdigest())


def _faults(found: Extension) -> list[str]:
    """What is wrong with a room that could be read: names, siblings, order, rules outside the language."""
    out = []
    if not _NAME.match(found.name) or found.name in ROOMS:
        out.append(f"{found.name!r} cannot name a room: lower case, and none of {', '.join(ROOMS)}")
    for entry in found.declared:
        tables: dict[type, Any] = {
            Quantity: MODEL.quantities,
            Lever: MODEL.levers,
            Fact: MODEL.facts,
            Parameter: MODEL.parameters,
            Constant: MODEL.constants,
        }
        taken = next((other for other in tables[type(entry)].values() if other.name == entry.name), None)
        if taken is not None:
            out.append(f"{entry.name} is a name of the " + ("house" if taken.room in ROOMS else f"room {taken.room}"))
    own = {entry.name: entry for entry in found.declared if isinstance(entry, Parameter)}
    known = {p.name: p for p in CORE.parameters.values()} | own
    for parameter in own.values():
        if not parameter.sibling:
            continue
        if parameter.sibling not in known:
            out.append(f"parameter {parameter.name}: no sibling {parameter.sibling!r}")
        elif parameter.sibling in own and own[parameter.sibling].sibling != parameter.name:
            out.append(f"parameter {parameter.name}: its sibling {parameter.sibling} does not name it in turn")
    if not any(parameter.sibling for parameter in own.values()):
        out.append("no parameter has a sibling: an arrow that favours one side needs one that can favour the other")
    anchors = {*WEEK, *(rule for rule, _ in found.week)}
    for rule, after in found.week:
        if after not in anchors:
            near = nearest(after, anchors)
            out.append(
                f"{rule} follows {after!r}, which is no rule of the week" + (f"; did you mean {near}?" if near else "")
            )
    return out or _language(found)


def _language(found: Extension) -> list[str]:
    names, out = vocabulary_of(_model((found,))), []
    used: set[tuple[str, str]] = set()
    for rule in dict.fromkeys((*found.begin, *(name for name, _ in found.week))):
        try:
            function = rule_of(rule, found)
            if not getattr(function, "equations", ()) or not function.__doc__:
                out.append(f"{rule} cites no equation or has no docstring")
            source = read_rule(function, found.name, names)
            check_rule(Program(names.symbols, (), (source,), tuple(DIMENSIONS)))
            used |= {(symbol.space, symbol.name) for symbol in source.reads | source.writes}
            used |= {("constant", constant) for constant in source.constants}
            out += [
                f"{rule}, {words}: a number that nobody declared; put it into {FILE}"
                for words in undeclared_numbers(function)
            ]
        except AttributeError:
            out.append(f"dynamics.py has no rule {rule.partition('.')[2]!r}")
        except WeaveError as error:
            out.append(f"outside the language of rules: {error}")
    spaces = {Quantity: "now", Lever: "lever", Fact: "fact", Parameter: "given", Constant: "constant"}
    for entry in found.declared:
        if not out and (spaces[type(entry)], entry.name) not in used:
            out.append(f"{entry.name} is declared and used by no rule")
    return out


@cache
def model_of(names: tuple[str, ...]) -> Model:
    """The house with the rooms of that name, or the house alone. Raises as `load`, and E268 where two rooms clash."""
    if not names:
        return CORE
    return _model(tuple(load(name) for name in names))


def _model(found: tuple[Extension, ...]) -> Model:
    whole = Model({**CORE.quantities}, {**CORE.levers}, {**CORE.facts}, {**CORE.parameters}, {**CORE.constants},
                  tuple((extension.name, extension.hash) for extension in found))  # fmt: skip
    for extension in found:
        try:
            joined(whole, extension.declared)
        except ValueError as error:
            raise _broken(extension.name, [str(error)]) from None
    return whole


def order_of(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Rules run once and rules of the week, in order: each rule of a room from outside right after the one it follows."""
    begin, week = list(BEGIN), list(WEEK)
    for name in names:
        extension = load(name)
        begin += extension.begin
        waiting = list(extension.week)
        while waiting:
            ready = [(rule, after) for rule, after in waiting if after in week]
            if not ready:
                raise _broken(name, [f"{waiting[0][0]} and {waiting[0][1]} wait for one another"])
            for rule, after in reversed(ready):
                week.insert(week.index(after) + 1, rule)
            waiting = [entry for entry in waiting if entry not in ready]
    return tuple(begin), tuple(week)


def rule_of(name: str, extension: Extension | None = None) -> Any:
    """Return the rule `room.rule` of a loaded room as a plain function. AttributeError where there is none."""
    room, rule = name.split(".")
    found = extension or load(room)
    return getattr(importlib.import_module(f"{found.package}.dynamics"), rule)
