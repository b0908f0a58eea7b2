"""The rooms as one program for the kernel: symbols, and rules read in the order of the week."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from forbear.country.model import CORE, Model
from forbear.country.week import BEGIN, WEEK, rule_named
from forbear.kernel.language import Program, RuleSource, Symbol, read_rule

__all__ = ["program", "program_of", "symbols", "symbols_of", "using"]

_extensions: ContextVar[tuple[str, ...]] = ContextVar("extensions", default=())


def symbols() -> dict[str, Symbol]:
    """Every name that rules of the house may use: `space.name` to symbol, in the order in which the bank holds them."""
    return symbols_of(CORE)


def symbols_of(model: Model) -> dict[str, Symbol]:
    """The same for a model that may have rooms from outside: theirs come after the house's own."""
    out: dict[str, Symbol] = {}
    for quantity in model.quantities.values():
        out[f"now.{quantity.name}"] = Symbol("now", quantity.name, quantity.over, money=quantity.money)
    for parameter in model.parameters.values():
        out[f"given.{parameter.name}"] = Symbol("given", parameter.name, parameter.over)
    for lever in model.levers.values():
        out[f"lever.{lever.name}"] = Symbol("lever", lever.name, lever.over)
    for fact in model.facts.values():
        out[f"fact.{fact.name}"] = Symbol("fact", fact.name, fact.over, integer=fact.integer)
    return out


def program() -> Program:
    """Read all rules: the house's, or those of the extensions in force (`using`). Raises WeaveError for a bad rule."""
    return program_of(_extensions.get())


@contextmanager
def using(extensions: tuple[str, ...]) -> Iterator[None]:
    """Let `program()` inside be that of the house with these rooms from outside."""
    token = _extensions.set(extensions)
    try:
        yield
    finally:
        _extensions.reset(token)


@cache
def program_of(extensions: tuple[str, ...]) -> Program:
    """Read all rules of the house and of these rooms from outside. Raises WeaveError, and ScenarioError as `load`."""
    if extensions:
        from forbear.country.extensions import model_of, order_of, rule_of

        names = symbols_of(model_of(extensions))
        begin, week = order_of(extensions)
    else:
        names, begin, week = symbols(), BEGIN, WEEK
    sources: dict[str, RuleSource] = {}
    for name in (*begin, *week):
        if name not in sources:
            room = name.split(".")[0]
            function = rule_of(name) if room in extensions else rule_named(name)
            sources[name] = read_rule(function, room, names)
    return Program(names, tuple(sources[name] for name in begin), tuple(sources[name] for name in week))
