"""What rules of a model may name, for the kernel: symbols, loops, constants."""

from __future__ import annotations

from forbear.country.declare import DIMENSIONS
from forbear.country.model import Model
from forbear.kernel.language import Symbol, Vocabulary

__all__ = ["vocabulary_of"]


def vocabulary_of(model: Model) -> Vocabulary:
    """Return the vocabulary of a model, symbols in the order in which the bank holds them, rooms from outside last."""
    symbols: dict[str, Symbol] = {}
    for quantity in model.quantities.values():
        symbols[f"now.{quantity.name}"] = Symbol("now", quantity.name, quantity.over, money=quantity.money)
    for parameter in model.parameters.values():
        symbols[f"given.{parameter.name}"] = Symbol("given", parameter.name, parameter.over)
    for lever in model.levers.values():
        symbols[f"lever.{lever.name}"] = Symbol("lever", lever.name, lever.over)
    for fact in model.facts.values():
        symbols[f"fact.{fact.name}"] = Symbol("fact", fact.name, fact.over, integer=fact.integer)
    return Vocabulary(symbols, dict(DIMENSIONS), {c.name: c.value for c in model.constants.values()})
