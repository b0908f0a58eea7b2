"""Weaves a rule into a loop over members with scalars inside: the exact kernel, in 64 bits."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from forbear.kernel.emit import arguments_of, check_call, flat_index, row_text, static_text
from forbear.kernel.language import (
    Draw,
    If,
    Let,
    Loop,
    Node,
    RuleSource,
    Static,
    Symbol,
    WeaveError,
    loop_variables,
    symbol_of,
)


def weave_rule(rule: RuleSource, symbols: Mapping[str, Symbol]) -> str:
    """Return the source of the rule's scalar function."""
    lines = [
        f"@njit(error_model='numpy', nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)\ndef {rule.function}({', '.join(arguments_of(rule, lanes=False))}):",
        "    for lane in range(lanes):",
    ]
    lines.extend(_block(rule, rule.body, symbols, [], 2) or ["        pass"])
    return "\n".join(lines) + "\n"


def _block(
    rule: RuleSource, body: list[Node], symbols: Mapping[str, Symbol], loops: list[tuple[str, str]], depth: int
) -> list[str]:
    pad = "    " * depth
    out: list[str] = []
    for node in body:
        if isinstance(node, Static):
            out.append(f"{pad}{node.name} = {static_text(node.value, symbols)}")
        elif isinstance(node, Let):
            out.append(f"{pad}{_target(node.target, rule, symbols)} = {_value(node.value, rule, symbols)}")
        elif isinstance(node, Draw):
            numbers = "".join(f"{_value(a, rule, symbols)}, " for a in node.arguments)
            # a plain number would be taken as part of the argument's type: one sampler for all draws, not one for each
            address = f"I64({node.site}), index, I64({flat_index(loops, node.order)}), members[lane], key0, key1"
            call = (
                f"uniform_at(I64(0), {address})" if node.kind == "uniform" else f"{node.kind}_exact({numbers}{address})"
            )
            out.append(f"{pad}{_target(node.target, rule, symbols)} = {call}")
        elif isinstance(node, Loop):
            out.append(f"{pad}for {node.variable} in range(n_{node.dimension}):")
            out.extend(
                _block(rule, node.body, symbols, [*loops, (node.variable, node.dimension)], depth + 1)
                or [pad + "    pass"]
            )
        elif isinstance(node, If):
            out.append(f"{pad}if {static_text(node.test, symbols)}:")
            out.extend(_block(rule, node.body, symbols, loops, depth + 1) or [pad + "    pass"])
            if node.orelse:
                out.append(f"{pad}else:")
                out.extend(_block(rule, node.orelse, symbols, loops, depth + 1))
    return out


def _local(name: str, rule: RuleSource) -> str:
    """Locals get a prefix, so that none can be taken for an argument of the woven function."""
    return name if name in rule.statics or name in loop_variables(rule.body) else f"x_{name}"


def _target(node: ast.expr, rule: RuleSource, symbols: Mapping[str, Symbol]) -> str:
    symbol = symbol_of(node, symbols)
    if symbol is None:
        assert isinstance(node, ast.Name)
        return _local(node.id, rule)
    return f"{symbol.variable}[({row_text(node, symbol, symbols)}) * LANES + lane]"


def _value(node: ast.expr, rule: RuleSource, symbols: Mapping[str, Symbol]) -> str:
    class Rewrite(ast.NodeTransformer):
        def visit_Attribute(self, n: ast.Attribute) -> ast.expr:
            return self.element(n)

        def visit_Subscript(self, n: ast.Subscript) -> ast.expr:
            return self.element(n)

        def element(self, n: ast.expr) -> ast.expr:
            symbol = symbol_of(n, symbols)
            if symbol is None:
                raise WeaveError(f"{rule.room}.{rule.name}: unknown name {ast.unparse(n)}")
            row = row_text(n, symbol, symbols)
            text = f"{symbol.variable}[({row}) * LANES + lane]" if symbol.lane else f"{symbol.variable}[{row}]"
            return ast.parse(text, mode="eval").body

        def visit_Name(self, n: ast.Name) -> ast.expr:
            return ast.copy_location(ast.Name(_local(n.id, rule), n.ctx), n)

        def visit_Call(self, n: ast.Call) -> ast.expr:
            assert isinstance(n.func, ast.Name)
            check_call(n.func.id)
            n.args = [self.visit(a) for a in n.args]
            return n

        def visit_Constant(self, n: ast.Constant) -> ast.expr:
            return ast.copy_location(ast.Constant(float(n.value)), n)  # type: ignore[arg-type]

    fresh = ast.parse(ast.unparse(node), mode="eval").body
    return ast.unparse(Rewrite().visit(fresh))
