"""Finds out what is money: sums in cents, which 64 bits keep and 32 do not."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from forbear.kernel.language import If, Let, Loop, Node, Symbol, symbol_of
from forbear.kernel.wide.scopes import Scoped

__all__ = ["FOR_MONEY", "money_locals"]

#: Functions that take money; all others are in the kernel's own numbers only.
FOR_MONEY = ("larger", "smaller", "clip", "cents")


def money_locals(rule: Scoped) -> set[str]:
    """Locals that are ever given money, which 32 bits cannot keep."""
    lets = list(_lets(rule.body))
    found: set[str] = set()
    while True:
        more = {
            let.target.id
            for let in lets
            if isinstance(let.target, ast.Name) and _is_money(let.value, rule.symbols, found)
        }
        if more <= found:
            return found
        found |= more


def _is_money(node: ast.expr, symbols: Mapping[str, Symbol], locals_: set[str]) -> bool:
    """True when an expression is in cents, in 64 bits."""
    symbol = symbol_of(node, symbols)
    if symbol is not None:
        return symbol.money
    if isinstance(node, ast.Name):
        return node.id in locals_
    if isinstance(node, ast.Compare | ast.BoolOp):
        return False
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "cents" or (
            node.func.id in FOR_MONEY and any(_is_money(a, symbols, locals_) for a in node.args)
        )
    if isinstance(node, ast.IfExp):
        return any(_is_money(n, symbols, locals_) for n in (node.body, node.orelse))
    return any(_is_money(n, symbols, locals_) for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr))


def _lets(body: list[Node]) -> Iterator[Let]:
    for node in body:
        if isinstance(node, Let):
            yield node
        elif isinstance(node, Loop):
            yield from _lets(node.body)
        elif isinstance(node, If):
            yield from _lets([*node.body, *node.orelse])
