"""Weaves a rule into loops over lanes.

Consecutive assignments become one loop over members in which every array element is loaded once before and
stored once after the arithmetic. A local that is used in more than one such loop, or by a draw, lives in a row
of scratch memory; any other stays in a register. Draws are calls over whole rows.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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

#: Names of what a value is made of: an element of a symbol's array, a local; the flag says that it is written.
Element = Callable[[ast.expr, Symbol, bool], str]
Local = Callable[[str, bool], str]


@dataclass
class Group:
    """Assignments that share one loop over lanes."""

    number: int
    lets: list[Let] = field(default_factory=list)


class Constants:
    """Numbers of the woven module, each kept once in 32 bits."""

    def __init__(self) -> None:
        self.names: dict[float, str] = {}

    def name(self, value: float) -> str:
        """The module-level name of a 32-bit constant."""
        return self.names.setdefault(float(value), f"K{len(self.names)}")


def weave_rule(
    rule: RuleSource, symbols: Mapping[str, Symbol], slots: Mapping[int, int], constants: Constants
) -> tuple[str, int]:
    """Return the source of the rule's lane function and the number of scratch rows that it needs."""
    weaver = _Weaver(rule, symbols, slots, constants)
    return weaver.weave(), weaver.rows


class _Weaver:
    def __init__(
        self, rule: RuleSource, symbols: Mapping[str, Symbol], slots: Mapping[int, int], constants: Constants
    ) -> None:
        self.rule, self.symbols, self.slots, self.constants = rule, symbols, slots, constants
        self.lines: list[str] = []
        self.groups = 0
        self.used_in: dict[str, set[int]] = {}
        self.row_of: dict[str, int] = {}
        self.rows = 0
        self.temporaries = 0
        self.loop_names = loop_variables(rule.body)
        self.sums_of_money: set[str] = set()

    def weave(self) -> str:
        body = self.plan(self.rule.body)
        for name, places in self.used_in.items():
            if len(places) > 1 or min(places) < 0:
                if name in self.sums_of_money:
                    raise WeaveError(
                        f"{self.rule.room}.{self.rule.name}: {name} holds cents and is used beyond one run of assignments, where it would lose them"
                    )
                self.row_of[name] = self.rows
                self.rows += 1
        self.emit(body, [], 1)
        head = f"@woven_rule\ndef {self.rule.function}({', '.join(arguments_of(self.rule, lanes=True))}):\n"
        return head + "    lanes = lanes & LANE_MASK\n" + "\n".join(self.lines) + "\n"

    # -- planning: group assignments, note where locals are used ------------------------------------------

    def plan(self, body: list[Node]) -> list[Node | Group]:
        out: list[Node | Group] = []
        group: Group | None = None
        for node in body:
            if isinstance(node, Draw):
                node = Draw(node.target, node.kind, node.site, node.label, list(node.arguments), node.order)
                for position, argument in enumerate(node.arguments):
                    if not self.is_row(argument):
                        self.temporaries += 1
                        name = ast.Name(f"argument_{self.temporaries}", ast.Store())
                        group = self.add(out, group, Let(name, argument))
                        node.arguments[position] = ast.Name(name.id, ast.Load())
                    self.note(node.arguments[position], -1)
                group = None
                local = node.target
                if not isinstance(local, ast.Name):
                    self.temporaries += 1
                    local = ast.Name(f"drawn_{self.temporaries}", ast.Store())
                self.note(local, -1)
                out.append(Draw(local, node.kind, node.site, node.label, node.arguments, node.order))
                if local is not node.target:
                    group = self.add(out, group, Let(node.target, ast.Name(local.id, ast.Load())))
            elif isinstance(node, Let):
                group = self.add(out, group, node)
            elif isinstance(node, Static):
                group = None
                out.append(node)
            elif isinstance(node, Loop):
                group = None
                out.append(Loop(node.variable, node.dimension, self.plan(node.body)))  # type: ignore[arg-type]
            elif isinstance(node, If):
                group = None
                out.append(If(node.test, self.plan(node.body), self.plan(node.orelse)))  # type: ignore[arg-type]
        return out

    def add(self, out: list[Node | Group], group: Group | None, let: Let) -> Group:
        if group is None or self.collides(group, let):
            self.groups += 1
            group = Group(self.groups)
            out.append(group)
        group.lets.append(let)
        if isinstance(let.target, ast.Name) and self.holds_money(let.value):
            self.sums_of_money.add(let.target.id)
        self.note(let.target, group.number)
        self.note(let.value, group.number)
        return group

    def collides(self, group: Group, let: Let) -> bool:
        """Two different elements of one array, one of them written, might be the same element."""

        def elements(lets: list[Let], written: bool) -> set[tuple[str, str]]:
            found = set()
            for item in lets:
                for tree in [item.target] if written else [item.target, item.value]:
                    for node in ast.walk(tree):
                        symbol = symbol_of(node, self.symbols) if isinstance(node, ast.Subscript) else None
                        if symbol is not None and symbol.lane:
                            found.add((symbol.variable, ast.unparse(node)))
            return found

        lets = [*group.lets, let]
        written = elements(lets, written=True)
        return any(a == b and x != y for a, x in written for b, y in elements(lets, written=False))

    def holds_money(self, value: ast.expr) -> bool:
        """True when a value is in cents, which 32 bits cannot keep."""
        for node in ast.walk(value):
            symbol = symbol_of(node, self.symbols) if isinstance(node, ast.Attribute) else None
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cents"
            known = isinstance(node, ast.Name) and node.id in self.sums_of_money
            if called or known or (symbol is not None and symbol.money):
                return True
        return False

    def note(self, tree: ast.AST, place: int) -> None:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and self.is_lane_local(node.id):
                self.used_in.setdefault(node.id, set()).add(place)

    def is_lane_local(self, name: str) -> bool:
        return name not in self.rule.statics and name not in _RESERVED and name not in self.loop_names

    def is_row(self, node: ast.expr) -> bool:
        """True when the value already lies in a row of memory."""
        symbol = symbol_of(node, self.symbols)
        if symbol is not None:
            return symbol.lane and not symbol.money
        return isinstance(node, ast.Name) and self.is_lane_local(node.id)

    # -- emission -----------------------------------------------------------------------------------------

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def emit(self, body: list[Node | Group], loops: list[tuple[str, str]], depth: int) -> None:
        if not body:
            self.line(depth, "pass")
        for node in body:
            if isinstance(node, Group):
                self.emit_group(node, depth)
            elif isinstance(node, Static):
                self.line(depth, f"{node.name} = {static_text(node.value, self.symbols)}")
            elif isinstance(node, Loop):
                self.line(depth, f"for {node.variable} in range(n_{node.dimension}):")
                self.emit(node.body, [*loops, (node.variable, node.dimension)], depth + 1)  # type: ignore[arg-type]
            elif isinstance(node, If):
                self.line(depth, f"if {static_text(node.test, self.symbols)}:")
                self.emit(node.body, loops, depth + 1)  # type: ignore[arg-type]
                if node.orelse:
                    self.line(depth, "else:")
                    self.emit(node.orelse, loops, depth + 1)  # type: ignore[arg-type]
            elif isinstance(node, Draw):
                self.emit_draw(node, loops, depth)

    def place(self, node: ast.expr) -> tuple[str, str]:
        """Array and offset of a row."""
        symbol = symbol_of(node, self.symbols)
        if symbol is not None:
            return symbol.variable, f"I64(({row_text(node, symbol, self.symbols)}) * LANES)"
        assert isinstance(node, ast.Name)
        return "scratch", f"I64({self.row_of[node.id]} * LANES)"

    def emit_draw(self, draw: Draw, loops: list[tuple[str, str]], depth: int) -> None:
        parts: list[str] = []
        for argument in draw.arguments:
            parts.extend(self.place(argument))
        parts.extend(self.place(draw.target))
        # a plain number would be taken as part of the argument's type, and every draw would get a sampler of its own
        address = f"words, held, I64({self.slots[draw.site]}), I64({draw.site}), index, I64({flat_index(loops, draw.order)}), members, key0, key1, work, lanes"
        self.line(depth, f"{draw.kind}_lanes({', '.join(parts)}, {address})")

    def emit_group(self, group: Group, depth: int) -> None:
        elements: dict[tuple[str, str], str] = {}
        before: list[str] = []
        loads: list[str] = []
        stores: dict[str, str] = {}
        lines: list[str] = []
        known: set[str] = set()

        def element(node: ast.expr, symbol: Symbol, write: bool) -> str:
            row = row_text(node, symbol, self.symbols)
            key = (symbol.variable, row)
            if key not in elements:
                name = f"v{len(elements)}"
                elements[key] = name
                if not symbol.lane:
                    before.append(f"{name} = {symbol.variable}[{row}]")
                else:
                    before.append(f"o_{name} = (({row}) * LANES) & MASK")
                    if not write:
                        loads.append(f"{name} = {symbol.variable}[o_{name} + lane]")
            name = elements[key]
            if write:
                stores[name] = f"{symbol.variable}[o_{name} + lane] = {name}"
            return name

        def local(name: str, write: bool) -> str:
            text = f"x_{name}"
            if name in self.row_of:
                row = self.row_of[name]
                if write:
                    stores[text] = f"scratch[{row} * LANES + lane] = {text}"
                elif name not in known:
                    loads.append(f"{text} = scratch[{row} * LANES + lane]")
            known.add(name)
            return text

        for let in group.lets:
            value = self.value_text(let.value, element, local)
            symbol = symbol_of(let.target, self.symbols)
            if symbol is not None:
                target = element(let.target, symbol, True)
            else:
                assert isinstance(let.target, ast.Name)
                target = local(let.target.id, True)
            lines.append(f"{target} = {value}")
        for text in before:
            self.line(depth, text)
        self.line(depth, "for lane in range(lanes):")
        for text in [*loads, *lines, *stores.values()]:
            self.line(depth + 1, text)

    def value_text(self, node: ast.expr, element: Element, local: Local) -> str:
        def text(n: ast.expr) -> str:
            symbol = symbol_of(n, self.symbols)
            if symbol is not None:
                name = element(n, symbol, False)
                return f"F({name})" if symbol.integer else name
            if isinstance(n, ast.Constant):
                return self.constants.name(n.value)  # type: ignore[arg-type]
            if isinstance(n, ast.Name):
                if n.id in self.rule.statics or n.id in self.loop_names:
                    return f"F({n.id})"
                return local(n.id, False)
            if isinstance(n, ast.BinOp):
                operator = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}.get(type(n.op))
                if operator is None:
                    raise WeaveError(f"{self.rule.name}: {ast.unparse(n)}: use power(), not {type(n.op).__name__}")
                return f"({text(n.left)} {operator} {text(n.right)})"
            if isinstance(n, ast.UnaryOp):
                return f"(not {text(n.operand)})" if isinstance(n.op, ast.Not) else f"(-{text(n.operand)})"
            if isinstance(n, ast.Compare):
                operator = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}[
                    type(n.ops[0])
                ]
                return f"({text(n.left)} {operator} {text(n.comparators[0])})"
            if isinstance(n, ast.BoolOp):
                return "(" + (" & " if isinstance(n.op, ast.And) else " | ").join(text(v) for v in n.values) + ")"
            if isinstance(n, ast.IfExp):
                return f"({text(n.body)} if {text(n.test)} else {text(n.orelse)})"
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name):
                check_call(n.func.id)
                return f"{n.func.id}({', '.join(text(a) for a in n.args)})"
            raise WeaveError(f"{self.rule.room}.{self.rule.name}: cannot weave {ast.unparse(n)}")

        return text(node)


_RESERVED = {
    "now",
    "given",
    "lever",
    "fact",
    "total",
    "exp",
    "log",
    "larger",
    "smaller",
    "clip",
    "logistic",
    "probability",
    "power",
    "whole",
    "cents",
    "binomial",
    "poisson",
    "normal",
    "uniform",
}
