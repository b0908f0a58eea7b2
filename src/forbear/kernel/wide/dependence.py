"""What statements touch, and whether different iterations of loops may touch the same.

This is all that makes a split legal. Two accesses are of one element only if their indices are equal. If the loop
variable itself stands at the same place in both, they meet in the same iteration only; of everything else it is
assumed that they may meet in any two iterations.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from forbear.kernel.language import Draw, If, Let, Loop, Node, Static, indices_of, symbol_of
from forbear.kernel.wide.scopes import Scoped

__all__ = ["Access", "accesses", "meet", "samples_in"]


@dataclass(frozen=True)
class Access:
    """A read or write of a quantity's element or of a local. indices: texts; empty for a local."""

    name: str
    local: bool
    indices: tuple[str, ...]
    writes: bool


def samples_in(node: Node) -> bool:
    """True when there is a draw in a statement."""
    if isinstance(node, Loop):
        return any(map(samples_in, node.body))
    if isinstance(node, If):
        return any(map(samples_in, (*node.body, *node.orelse)))
    return isinstance(node, Draw)


def accesses(nodes: Iterable[Node], rule: Scoped) -> set[Access]:
    """Everything that statements touch and that differs between members."""
    found: set[Access] = set()
    for node in nodes:
        if isinstance(node, (Let, Draw)):
            values = [node.value] if isinstance(node, Let) else node.arguments
            for value in values:
                found |= _of(value, rule, writes=False)
            found |= _of(node.target, rule, writes=True)
        elif isinstance(node, Loop):
            found |= accesses(node.body, rule)
        elif isinstance(node, If):
            found |= accesses((*node.body, *node.orelse), rule)
        elif isinstance(node, Static):
            raise AssertionError("statics are written out before planning")
    return found


def _of(expression: ast.expr, rule: Scoped, writes: bool) -> set[Access]:
    symbol = symbol_of(expression, rule.symbols)
    if symbol is not None:
        if not symbol.lane:
            return set()
        return {Access(symbol.variable, False, tuple(_index(i, rule) for i in indices_of(expression)), writes)}
    if isinstance(expression, ast.Name):
        return {Access(expression.id, True, (), writes)} if rule.is_local(expression.id) else set()
    found: set[Access] = set()
    for child in ast.iter_child_nodes(expression):
        if isinstance(child, ast.expr) and not (isinstance(expression, ast.Call) and child is expression.func):
            found |= _of(child, rule, writes=False)
    return found


def _index(node: ast.expr, rule: Scoped) -> str:
    while isinstance(node, ast.Name) and node.id in rule.statics:  # another name of a loop's variable is the variable
        node = rule.statics[node.id]
    return ast.unparse(node)


def meet(first: Iterable[Access], second: Iterable[Access], loops: Iterable[str], rule: Scoped) -> bool:
    """Whether one iteration of `loops` may touch in `first` what another touches in `second`, one of them writing."""
    loops, second = list(loops), list(second)
    for a in first:
        for b in second:
            if a.name != b.name or a.local != b.local or not (a.writes or b.writes):
                continue
            if not all(_apart(a, b, variable, rule) for variable in loops):
                return True
    return False


def _apart(a: Access, b: Access, variable: str, rule: Scoped) -> bool:
    """True when different values of a loop's variable make different elements of the two."""
    if a.local:
        return variable in rule.fresh.get(a.name, ())
    return any(x == y == variable for x, y in zip(a.indices, b.indices, strict=True))
