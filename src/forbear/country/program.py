"""The rooms as one program for the kernel: symbols, and rules read in the order of the week."""

from __future__ import annotations

from functools import cache

from forbear.country.model import MODEL
from forbear.country.week import BEGIN, WEEK, rule_named
from forbear.kernel.language import Program, RuleSource, Symbol, read_rule

__all__ = ["program", "symbols"]


def symbols() -> dict[str, Symbol]:
    """Every name that rules may use: `space.name` to symbol, in the order in which the bank holds them."""
    out: dict[str, Symbol] = {}
    for quantity in MODEL.quantities.values():
        out[f"now.{quantity.name}"] = Symbol("now", quantity.name, quantity.over, money=quantity.money)
    for parameter in MODEL.parameters.values():
        out[f"given.{parameter.name}"] = Symbol("given", parameter.name, parameter.over)
    for lever in MODEL.levers.values():
        out[f"lever.{lever.name}"] = Symbol("lever", lever.name, lever.over)
    for fact in MODEL.facts.values():
        out[f"fact.{fact.name}"] = Symbol("fact", fact.name, fact.over, integer=fact.integer)
    return out


@cache
def program() -> Program:
    """Read all rules. Raises WeaveError for a rule outside the language."""
    names = symbols()
    sources: dict[str, RuleSource] = {}
    for name in (*BEGIN, *WEEK):
        if name not in sources:
            sources[name] = read_rule(rule_named(name), name.split(".")[0], names)
    return Program(names, tuple(sources[name] for name in BEGIN), tuple(sources[name] for name in WEEK))
