"""The declared model: every quantity, lever, fact, parameter and constant of every room, gathered once.

Importing this is cheap: it reads the rooms' `state.py`, `parameters.toml` and `constants.toml` and compiles nothing.
"""

from __future__ import annotations

import hashlib
import importlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from forbear.country.constants import SHARED, read_constants
from forbear.country.declare import DIMENSIONS, Constant, Fact, Lever, Parameter, Prior, Quantity
from forbear.country.fingerprint import fingerprint
from forbear.country.week import ROOMS

__all__ = ["CORE", "FIXED_MEMBERS", "MODEL", "Declared", "Model", "joined", "parameter_of"]

Declared = Quantity | Lever | Fact | Parameter | Constant

#: Dimensions whose members the model fixes; a scenario names those of the others.
FIXED_MEMBERS = {
    "team": ("first", "second", "third", "fourth"),
    "size": tuple(str(n) for n in (1, 2, 4, 12, 60, 500)),
    "magnitude": tuple(str(n) for n in range(1, 501)),
}


@dataclass(frozen=True)
class Model:
    """Declarations by name (quantities, constants) and by `room.name` (levers, facts, parameters).

    extensions: (name, hash) of rooms from outside, see `forbear.country.extensions`.
    """

    quantities: dict[str, Quantity]
    levers: dict[str, Lever]
    facts: dict[str, Fact]
    parameters: dict[str, Parameter]
    constants: dict[str, Constant]
    extensions: tuple[tuple[str, str], ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 over what bears on numbers: rules, declarations, priors, constants (see `fingerprint`), and rooms from outside."""
        house = (CORE.quantities, CORE.levers, CORE.facts, CORE.parameters)
        values = {name: constant.value for name, constant in CORE.constants.items()}
        digest = fingerprint((entry for table in house for entry in table.values()), values, FIXED_MEMBERS)
        for extension in self.extensions:
            digest = hashlib.sha256("/".join((digest, *extension)).encode()).hexdigest()
        return digest


def _load() -> Model:
    quantities: dict[str, Quantity] = {}
    levers: dict[str, Lever] = {}
    facts: dict[str, Fact] = {}
    parameters: dict[str, Parameter] = {}
    folder = Path(__file__).parent
    constants = read_constants(folder, SHARED)
    for room in ROOMS:
        for declared in importlib.import_module(f"forbear.country.{room}.state").STATE:
            declared = replace(declared, room=room)
            if isinstance(declared, Quantity):
                _once(quantities, declared.name, declared)
            elif isinstance(declared, Lever):
                _once(levers, declared.key, declared)
            else:
                _once(facts, declared.key, declared)
        text = (folder / room / "parameters.toml").read_text(encoding="utf-8")
        for name, entry in tomllib.loads(text).items():
            parameter = parameter_of(room, name, entry)
            _once(parameters, parameter.key, parameter)
        for constant in read_constants(folder / room, room).values():
            _once(constants, constant.name, constant)
    _check_names(levers, facts, parameters)
    return Model(quantities, levers, facts, parameters, constants)


def parameter_of(room: str, name: str, entry: dict) -> Parameter:  # type: ignore[type-arg]
    """A parameter from its entry of a parameters.toml. Raises KeyError for a missing key, ValueError for a dimension."""
    prior = dict(entry["prior"])
    over = tuple(entry.get("over", "").split())
    unknown = [dimension for dimension in over if dimension not in DIMENSIONS]
    if unknown:
        raise ValueError(f"{room}.{name}: unknown dimension {unknown[0]!r}")
    return Parameter(
        name=name,
        over=over,
        symbol=entry["symbol"],
        unit=entry["unit"],
        meaning=entry["meaning"],
        prior=Prior(prior.pop("family"), {key: float(value) for key, value in prior.items()}),
        source=entry["source"],
        identification=entry["identification"],
        equations=tuple(entry["equations"]),
        sibling=entry.get("sibling", ""),
        room=room,
    )


def joined(model: Model, declared: Iterable[Declared]) -> Model:
    """Put declarations into a model's tables and return it. Raises ValueError where a name is taken."""
    for entry in declared:
        if isinstance(entry, Quantity):
            _once(model.quantities, entry.name, entry)
        elif isinstance(entry, Lever):
            _once(model.levers, entry.key, entry)
        elif isinstance(entry, Fact):
            _once(model.facts, entry.key, entry)
        elif isinstance(entry, Constant):
            _once(model.constants, entry.name, entry)
        else:
            _once(model.parameters, entry.key, entry)
    _check_names(model.levers, model.facts, model.parameters)
    return model


def _once(table: dict, key: str, value: object) -> None:  # type: ignore[type-arg]
    if key in table:
        raise ValueError(f"{key} is declared twice")
    table[key] = value


def _check_names(*tables: dict) -> None:  # type: ignore[type-arg]
    for table in tables:
        names = [declared.name for declared in table.values()]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"names are used by two rooms: {', '.join(sorted(twice))}")


#: The rooms of the house, and nothing else.
CORE = _load()
#: Every name that is known in this process: the house, and rooms from outside once a scenario has asked for them. For
#: looking names up; what a scenario is resolved against is `forbear.country.extensions.model_of`. Its hash is the house's.
MODEL = Model({**CORE.quantities}, {**CORE.levers}, {**CORE.facts}, {**CORE.parameters}, {**CORE.constants})
