"""What the two weavers share: names of arrays, offsets of rows, arguments of woven functions."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from forbear.kernel.draws import MASK
from forbear.kernel.functions import FUNCTIONS
from forbear.kernel.language import SPACES, Program, RuleSource, Symbol, WeaveError, indices_of, symbol_of
from forbear.syntax import expression

COMMON = ("members", "key0", "key1", "index", "lanes")
LANE_EXTRA = ("scratch", "words", "held", "work")
HEADER = '"""Woven from the rooms by forbear.kernel: regenerated when they change, never edited."""\n'


def arguments_of(rule: RuleSource, lanes: bool) -> list[str]:
    """The arguments of a woven rule, in order: counts of dimensions, arrays, machinery."""
    counts = sorted({f"n_{d}" for d in _dimensions_needed(rule)})
    arrays = sorted({s.variable for s in rule.reads | rule.writes})
    return [*counts, *arrays, *(LANE_EXTRA if lanes else ()), *COMMON]


def _dimensions_needed(rule: RuleSource) -> set[str]:
    needed = set(rule.dimensions)
    for symbol in rule.reads | rule.writes:
        needed.update(symbol.over[1:])
    return needed


def static_text(node: ast.expr, symbols: Mapping[str, Symbol]) -> str:
    """An expression of facts and indices, as text that reads the fact arrays."""

    class Rewrite(ast.NodeTransformer):
        def visit_Subscript(self, sub: ast.Subscript) -> ast.expr:
            symbol = symbol_of(sub, symbols)
            if symbol is None or symbol.lane:
                raise WeaveError(f"{ast.unparse(sub)} differs between members; an index or `if` may not")
            return expression(f"{symbol.variable}[{row_text(sub, symbol, symbols)}]")

        def visit_Attribute(self, attribute: ast.Attribute) -> ast.expr:
            symbol = symbol_of(attribute, symbols)
            if symbol is None or symbol.lane:
                raise WeaveError(f"{ast.unparse(attribute)} differs between members; an index or `if` may not")
            return expression(f"{symbol.variable}[0]")

    fresh = expression(ast.unparse(node))
    return ast.unparse(Rewrite().visit(fresh))


def row_text(node: ast.AST, symbol: Symbol, symbols: Mapping[str, Symbol]) -> str:
    """The row of a symbol's element: its indices flattened, the last fastest."""
    text = ""
    for position, index in enumerate(indices_of(node)):
        part = static_text(index, symbols)
        text = f"({part})" if position == 0 else f"({text} * n_{symbol.over[position]} + ({part}))"
    return text or "0"


def flat_index(loops: list[tuple[str, str]], order: tuple[int, ...]) -> str:
    """The position of a draw in the loops around it, counted in the order of its address."""
    text = "0"
    for position, (variable, dimension) in enumerate(loops[place] for place in order):
        text = variable if position == 0 else f"({text} * n_{dimension} + {variable})"
    return text


def check_call(name: str) -> None:
    """Refuse a function that rules do not know."""
    if name not in FUNCTIONS:
        raise WeaveError(f"{name} is not a function of the language; allowed: {', '.join(sorted(FUNCTIONS))}")


def slots(program: Program) -> dict[int, int]:
    """A place in the buffer of random words for every draw of the program; refuses two draws of one address."""
    out: dict[int, int] = {}
    for rule in program.rules:
        for label, site in rule.draws:
            if site in out:
                raise WeaveError(
                    f"draw {label!r} of {rule.room}.{rule.name} shares its address with another; rename it"
                )
            out[site] = len(out)
    return out


__all__ = [
    "COMMON",
    "HEADER",
    "LANE_EXTRA",
    "MASK",
    "SPACES",
    "arguments_of",
    "check_call",
    "flat_index",
    "row_text",
    "slots",
    "static_text",
]
