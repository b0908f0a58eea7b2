"""The rooms as one program for the kernel: symbols, and rules read in the order of the week."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from forbear.country.declare import DIMENSIONS
from forbear.country.extensions import model_of, order_of, rule_of
from forbear.country.vocabulary import vocabulary_of
from forbear.country.week import rule_named
from forbear.kernel.language import Program, RuleSource, read_rule

__all__ = ["program", "program_of", "using"]

_extensions: ContextVar[tuple[str, ...]] = ContextVar("extensions", default=())


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
    vocabulary = vocabulary_of(model_of(extensions))
    begin, week = order_of(extensions)
    sources: dict[str, RuleSource] = {}
    for name in (*begin, *week):
        if name not in sources:
            room = name.split(".")[0]
            function = rule_of(name) if room in extensions else rule_named(name)
            sources[name] = read_rule(function, room, vocabulary)
    once, weekly = (tuple(sources[name] for name in names) for names in (begin, week))
    return Program(vocabulary.symbols, once, weekly, tuple(DIMENSIONS))
