"""The causal graph: which rules of a room read what another room holds, and the equations and sources behind it.

Everything is looked up in the declarations, the rules and the rooms' `equations.md`; nothing is typed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from forbear.country.declare import Parameter, Quantity
from forbear.country.equations import Equation, equations
from forbear.country.model import CORE
from forbear.country.program import program
from forbear.country.week import rule_named

__all__ = [
    "Arrow",
    "arrows",
    "equations_of_arrow",
    "equations_of_quantity",
    "parameters_of",
    "quantities_of",
    "summary_of",
]


@dataclass(frozen=True)
class Arrow:
    """What the room `target` takes from the room `source`. names: quantities; rules: "room.rule" that read them."""

    source: str
    target: str
    names: tuple[str, ...]
    rules: tuple[str, ...]


@cache
def arrows() -> tuple[Arrow, ...]:
    """Every arrow between two rooms, in order of the rooms' names."""
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for rule in program().week:
        for symbol in rule.reads:
            if symbol.space != "now" or symbol.name not in CORE.quantities:
                continue
            owner = CORE.quantities[symbol.name].room
            if owner != rule.room:
                names, rules = found.setdefault((owner, rule.room), (set(), set()))
                names.add(symbol.name)
                rules.add(f"{rule.room}.{rule.name}")
    return tuple(Arrow(a, b, tuple(sorted(n)), tuple(sorted(r))) for (a, b), (n, r) in sorted(found.items()))


def _mentions(equation: Equation, name: str) -> bool:
    return f"now.{name}" in {*equation.symbols.values(), *equation.shared.values()}


def equations_of_arrow(arrow: Arrow) -> list[Equation]:
    """Equations that the arrow's rules run and that name one of its quantities; all of them where none does."""
    numbers = dict.fromkeys(n for rule in arrow.rules for n in getattr(rule_named(rule), "equations", ()))
    run = [equations()[number] for number in numbers]
    return [e for e in run if any(_mentions(e, name) for name in arrow.names)] or run


def equations_of_quantity(name: str) -> list[Equation]:
    """Every equation that names a quantity, those of its own room first."""
    room = CORE.quantities[name].room
    return sorted((e for e in equations().values() if _mentions(e, name)), key=lambda e: e.room != room)


def quantities_of(room: str) -> list[Quantity]:
    """What a room holds."""
    return [q for q in CORE.quantities.values() if q.room == room]


def parameters_of(found: list[Equation]) -> list[Parameter]:
    """The uncertainties in equations, in order."""
    known = {p.name: p for p in CORE.parameters.values()}
    names = dict.fromkeys(n.removeprefix("given.") for e in found for n in e.symbols.values() if n.startswith("given."))
    return [known[name] for name in names if name in known]


@cache
def summary_of(room: str) -> str:
    """The first paragraph of a room's README, as plain words."""
    path = Path(__file__).parents[2] / "country" / room / "README.md"
    if not path.is_file():
        return ""
    text = path.read_text(encoding="utf-8").partition("\n")[2].strip().split("\n\n")[0].replace("\n", " ")
    text = re.sub(r"\*\*[^*]+\*\*\s*", "", text)  # what the paragraph is, for those who read the file
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text).replace("`", "")
