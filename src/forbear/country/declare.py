"""How a room says what it holds: stocks, flows, levers and facts in Python, parameters in TOML.

A room's `state.py` builds a tuple `STATE` from the functions below; its `parameters.toml` lists every
uncertain number, its `constants.toml` every other. The rules in `dynamics.py` then read and write these names as
`now.NAME` (stocks, flows, measures), `given.NAME` (parameters), `lever.NAME`, `fact.NAME` and `constant.NAME`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "DIMENSIONS",
    "Constant",
    "Fact",
    "Lever",
    "Parameter",
    "Prior",
    "Quantity",
    "fact",
    "flow",
    "lever",
    "measure",
    "stock",
]

#: Index sets a quantity may run over -> how rules name the loop over it, `for d in fact.districts`. The order is that
#: of their sizes in the kernel.
DIMENSIONS: dict[str, str] = {
    "district": "districts",  # d
    "community": "communities",  # g
    "organisation": "organisations",  # a
    "component": "components",  # c, of the intervener's force generation: active, reserve, ...
    "team": "teams",  # t, successive leadership teams of the intervener
    "size": "sizes",  # k, classes of lethal-event size
    "magnitude": "magnitudes",  # x, possible numbers of deaths in one event
}

Kind = Literal["stock", "flow", "measure"]
Identification = Literal["I-data", "I-weak", "I-lit", "N-none"]


@dataclass(frozen=True)
class Quantity:
    """A named part of the state of the country.

    A *stock* persists and is changed by rules; a *flow* counts what happened in this step; a *measure* is
    worked out afresh from stocks. `people` marks whole persons (the ledger checks them), `money` marks
    US dollars kept in whole cents in 64 bits.
    """

    name: str
    kind: Kind
    over: tuple[str, ...]
    unit: str
    meaning: str
    people: bool = False
    money: bool = False
    room: str = ""


@dataclass(frozen=True)
class Lever:
    """Something that a policy sets, step by step. `low` and `high` bound what a scenario may ask for."""

    name: str
    over: tuple[str, ...]
    unit: str
    default: float
    low: float
    high: float
    meaning: str
    pulse: bool = False
    """True when a value acts at one step only (an order, an election) and is zero otherwise."""
    switch: bool = False
    """True when only 0 and 1 mean anything: a person is not half dismissed."""
    harms: str = ""
    helps: str = ""
    """The paths by which more of the lever can raise and lower local deaths (rule R1)."""
    room: str = ""

    @property
    def key(self) -> str:
        """The name in a scenario file: `room.name`."""
        return f"{self.room}.{self.name}"


@dataclass(frozen=True)
class Fact:
    """A number about the place that a scenario states with a source. `default` None means required."""

    name: str
    over: tuple[str, ...]
    unit: str
    default: float | None
    low: float
    high: float
    meaning: str
    integer: bool = False
    """True for indices and switches that rules use as whole numbers."""
    room: str = ""

    @property
    def key(self) -> str:
        """The name in a scenario file: `room.name`."""
        return f"{self.room}.{self.name}"


@dataclass(frozen=True)
class Prior:
    """A distribution over one parameter. `family` and its arguments, e.g. ("uniform", {"low": 0, "high": 1})."""

    family: str
    arguments: dict[str, float]


@dataclass(frozen=True)
class Parameter:
    """An uncertain number of the model, with where its prior comes from."""

    name: str
    over: tuple[str, ...]
    symbol: str
    unit: str
    meaning: str
    prior: Prior
    source: str
    identification: Identification
    equations: tuple[str, ...]
    sibling: str = ""
    """The parameter of the opposing arrow (rule R1), where the arrow takes a side."""
    low: float | None = None
    high: float | None = None
    room: str = ""

    @property
    def key(self) -> str:
        """The name in a scenario file: `room.name`."""
        return f"{self.room}.{self.name}"


@dataclass(frozen=True)
class Constant:
    """A number of the rules that is neither fact, lever nor parameter.

    source: a work, "convention" (a unit, the bound of an index, a definition), or "assumption". varied: whether the audit
    varies it, since an assumption about the world hides in it.
    """

    name: str
    value: float
    unit: str
    meaning: str
    source: str
    varied: bool
    room: str = ""

    @property
    def key(self) -> str:
        """The name with its room: `room.name`."""
        return f"{self.room}.{self.name}"


def _over(text: str) -> tuple[str, ...]:
    names = tuple(text.split())
    unknown = [name for name in names if name not in DIMENSIONS]
    if unknown:
        raise ValueError(f"unknown dimension {unknown[0]!r}; allowed: {', '.join(DIMENSIONS)}")
    return names


def stock(name: str, over: str, unit: str, meaning: str, **marks: Any) -> Quantity:
    """Declare a stock: it persists from step to step."""
    return Quantity(name, "stock", _over(over), unit, meaning, **marks)


def flow(name: str, over: str, unit: str, meaning: str, **marks: Any) -> Quantity:
    """Declare a flow: what happened in one step. Months add flows up."""
    return Quantity(name, "flow", _over(over), unit, meaning, **marks)


def measure(name: str, over: str, unit: str, meaning: str) -> Quantity:
    """Declare a measure: worked out afresh each step."""
    return Quantity(name, "measure", _over(over), unit, meaning)


def lever(
    name: str, over: str, unit: str, default: float, low: float, high: float, meaning: str, **marks: Any
) -> Lever:
    """Declare a lever with its unit, value when a scenario is silent, and bounds."""
    return Lever(name, _over(over), unit, default, low, high, meaning, **marks)


def fact(
    name: str, over: str, unit: str, default: float | None, low: float, high: float, meaning: str, **marks: Any
) -> Fact:
    """Declare a fact with its unit, default (None: the scenario must state it) and bounds."""
    return Fact(name, _over(over), unit, default, low, high, meaning, **marks)
