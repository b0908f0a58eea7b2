"""Works out what is the same for all members: indices, facts, tests.

Whole numbers stay whole; broken ones are in the precision in which the other kernels take them: a fact in 32 bits, with
a plain number or an index in 64.
"""

from __future__ import annotations

import ast

from forbear.kernel.language import Symbol, WeaveError, indices_of, symbol_of
from forbear.kernel.wide.scopes import Scoped
from forbear.kernel.wide.text import Code, Value, element_of

__all__ = ["Statics"]

_RELATIONS = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}
_OPERATIONS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}


class Statics:
    """Expressions of facts and indices.

    Attributes
    ----------
    indices
        Loop variable -> its value, of the loops under way.
    """

    def __init__(self, code: Code, rule: Scoped, real: str) -> None:
        """code: where they are written; rule: whose they are; real: the type of facts that are not whole."""
        self.code, self.rule, self.real = code, rule, real
        self.indices: dict[str, Value] = {}

    def fail(self, node: ast.AST) -> WeaveError:
        """Refuse what is not the same for all members."""
        return WeaveError(f"{self.rule.title}: {ast.unparse(node)} differs between members; an index or `if` may not")

    def row(self, node: ast.expr, symbol: Symbol) -> Value:
        """The row of a quantity's element: its indices flattened, the last fastest."""
        at = self.code.number(0, "i64")
        for place, index in enumerate(indices_of(node)):
            value = self.value(index)
            if element_of(value.kind) != "i64":
                raise WeaveError(f"{self.rule.title}: {ast.unparse(index)} is not a whole number; an index must be")
            at = value if place == 0 else at * self.code.arguments[f"n_{symbol.over[place]}"] + value
        return at

    def fact(self, node: ast.expr, symbol: Symbol) -> Value:
        """A fact: whole numbers in 64 bits, all others as the kernel has them."""
        kind = "i64" if symbol.integer else self.real
        return self.code.load(self.code.at(self.code.arguments[symbol.variable], kind, self.row(node, symbol)), kind)

    def truth(self, node: ast.expr) -> Value:
        """A test."""
        value = self.value(node)
        return value if value.kind == "i1" else value.differs(0)

    def value(self, node: ast.expr) -> Value:
        """Any expression. Raises WeaveError where something in it differs between members."""
        symbol = symbol_of(node, self.rule.symbols)
        if symbol is not None:
            if symbol.lane:
                raise self.fail(node)
            return self.fact(node, symbol)
        if isinstance(node, ast.Name):
            if node.id in self.indices:
                return self.indices[node.id]
            if node.id in self.rule.statics:
                return self.value(self.rule.statics[node.id])
            raise self.fail(node)
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.BinOp):
            return self.operation(node)
        if isinstance(node, ast.Compare):
            return self.comparison(node)
        if isinstance(node, ast.BoolOp):
            first, *others = map(self.truth, node.values)
            for other in others:
                first = first & other if isinstance(node.op, ast.And) else first | other
            return first
        if isinstance(node, ast.UnaryOp):
            return self.sign(node)
        if isinstance(node, ast.IfExp):
            test, yes, no = self.truth(node.test), self.value(node.body), self.value(node.orelse)
            return test.choose(yes, no)
        raise self.fail(node)

    def constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool):
            return self.code.number(int(node.value), "i1")
        if isinstance(node.value, int):
            return self.code.number(node.value, "i64")
        if isinstance(node.value, float):
            return self.code.number(node.value, "double")
        raise self.fail(node)

    def operation(self, node: ast.BinOp) -> Value:
        a, b = self.value(node.left), self.value(node.right)
        name = _OPERATIONS.get(type(node.op))
        if name is not None:
            return self.code.arithmetic(name, a, b)
        if isinstance(node.op, ast.FloorDiv | ast.Mod) and a.kind == b.kind == "i64":
            return self.whole_division(node, a, b)
        raise WeaveError(
            f"{self.rule.title}: {ast.unparse(node)}: {type(node.op).__name__} is not for facts and indices"
        )

    def whole_division(self, node: ast.BinOp, a: Value, b: Value) -> Value:
        """Quotient or remainder, rounded down as Python does."""
        code = self.code
        rest = code.put("i64", f"srem {a}, {b.name}")
        below = rest.differs(0) & ((rest ^ b) < 0)
        if isinstance(node.op, ast.Mod):
            return below.choose(rest + b, rest)
        quotient = code.put("i64", f"sdiv {a}, {b.name}")
        return below.choose(quotient - 1, quotient)

    def comparison(self, node: ast.Compare) -> Value:
        if len(node.ops) != 1 or type(node.ops[0]) not in _RELATIONS:
            raise WeaveError(f"{self.rule.title}: {ast.unparse(node)}: compare two values with <, <=, >, >=, == or !=")
        a, b = self.value(node.left), self.value(node.comparators[0])
        return self.code.compare(_RELATIONS[type(node.ops[0])], a, b)

    def sign(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return ~self.truth(node.operand)
        if isinstance(node.op, ast.USub):
            return -self.value(node.operand)
        raise self.fail(node)
