"""Takes sums over iterations out of loops with draws, so that they do not tie the iterations together.

A sum that nobody reads in between is *deferred*: each iteration keeps its part, and the parts are added after the loop in the
order of the rule, so the bits are those of the rule.
"""

from __future__ import annotations

import ast

from forbear.kernel.language import Draw, If, Let, Loop, Node, symbol_of
from forbear.kernel.wide.dependence import samples_in
from forbear.kernel.wide.scopes import Scoped

__all__ = ["deferred"]


def deferred(rule: Scoped) -> list[Node]:
    """Take sums over iterations out of the outermost loops with draws: `x += part` becomes a part kept and a sum
    after.
    """
    out: list[Node] = []
    for node in rule.body:
        if not (isinstance(node, Loop) and samples_in(node)):
            out.append(node)
            continue
        after: list[Node] = []
        out.append(_without_sums(node, node, (), rule, after))
        out += after
    return out


def _without_sums(loop: Loop, outermost: Loop, around: tuple[Loop, ...], rule: Scoped, after: list[Node]) -> Loop:
    loops = (*around, loop)
    body: list[Node] = []
    for node in loop.body:
        if isinstance(node, Loop):
            node = _without_sums(node, outermost, loops, rule, after)
        elif isinstance(node, Let) and _is_sum(node, outermost, loops, rule):
            assert isinstance(node.value, ast.BinOp)
            name = f"part.{len(rule.rule_locals)}"
            rule.rule_locals.add(name)
            rule.fresh[name] = tuple(
                each.variable for each in loops
            )  # written once in every iteration, read once after
            total: Node = Let(node.target, ast.BinOp(node.value.left, ast.Add(), ast.Name(name, ast.Load())))
            for each in reversed(loops):
                total = Loop(each.variable, each.dimension, [total])
            after.append(total)
            node = Let(ast.Name(name, ast.Store()), node.value.right)
        body.append(node)
    return Loop(loop.variable, loop.dimension, body)


def _is_sum(let: Let, outermost: Loop, loops: tuple[Loop, ...], rule: Scoped) -> bool:
    """True for `x = x + part` of a quantity that nothing else in the outermost loop touches, the same in all
    iterations.
    """
    symbol = symbol_of(let.target, rule.symbols)
    value = let.value
    if symbol is None or symbol.money or not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add)):
        return False
    if ast.unparse(value.left) != ast.unparse(let.target) or _uses(outermost.body, symbol.variable, rule) != 2:
        return False
    names = {n.id for n in ast.walk(let.target) if isinstance(n, ast.Name)}
    return not names & {*rule.statics, *(each.variable for each in loops)}


def _uses(body: list[Node], variable: str, rule: Scoped) -> int:
    """How often a quantity is read or written in statements."""
    many = 0
    for node in body:
        if isinstance(node, Let):
            trees: list[ast.expr] = [node.target, node.value]
        elif isinstance(node, Draw):
            trees = [node.target, *node.arguments]
        elif isinstance(node, Loop):
            many += _uses(node.body, variable, rule)
            continue
        elif isinstance(node, If):
            many += _uses(node.body, variable, rule) + _uses(node.orelse, variable, rule)
            continue
        else:
            continue
        for tree in trees:
            for found in ast.walk(tree):
                symbol = symbol_of(found, rule.symbols) if isinstance(found, ast.Attribute) else None
                many += symbol is not None and symbol.variable == variable
    return many
