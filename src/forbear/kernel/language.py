"""The language of rules, and how a rule is read.

A rule is a Python function `rule(now, given, lever, fact)` over one member of the ensemble. It may be called as
it stands (see `forbear.country.plain`), and it is *woven* into compiled kernels: into one that runs members one
by one in 64 bits (`scalar.py`), and into one in which 128 members advance side by side, the member index
innermost (`lanes.py`). What a rule may contain is little, so that both readings mean the same:

- `now.name`, `given.name`, `lever.name`, `fact.name`, with one index per dimension: `now.fighters[d, a]`;
- `constant.name`, a number that the model declares and the weavers write out;
- loops `for d in fact.districts:` over a dimension;
- assignments to locals and to `now.…`, also `+=`, `-=`, `*=`;
- arithmetic, comparisons, `a if condition else b`, `and`, `or`, `not`;
- the functions of `functions.py`, `total(expression for a in fact.organisations)`;
- draws with a name: `binomial("killed", n, p)`, `poisson("attacks", mean)`, `normal("burst")`, `uniform("…")`;
- `if` on facts and loop indices only; what differs between members is chosen by `a if c else b`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from forbear.syntax import expression, parse

__all__ = [
    "DRAWS",
    "Draw",
    "If",
    "Let",
    "Loop",
    "Program",
    "RuleSource",
    "Static",
    "Symbol",
    "Vocabulary",
    "loop_variables",
    "read_rule",
]

#: Draws and how many numeric arguments each takes.
DRAWS = {"binomial": 2, "poisson": 1, "normal": 0, "uniform": 0}
SPACES = ("now", "given", "lever", "fact")


class WeaveError(Exception):
    """A rule is outside the language. This is a fault of a room, not of a user's file."""


@dataclass(frozen=True)
class Symbol:
    """A name that rules may use: its space, dimensions, and how it is stored."""

    space: str
    name: str
    over: tuple[str, ...]
    money: bool = False
    integer: bool = False

    @property
    def lane(self) -> bool:
        """True when the value differs between members."""
        return self.space != "fact"

    @property
    def variable(self) -> str:
        """The array's name in woven code."""
        return f"{self.space}_{self.name}"


@dataclass(frozen=True)
class Vocabulary:
    """What rules may name: `space.name` -> symbol; dimension -> how a rule names the loop over it; constant -> value."""

    symbols: Mapping[str, Symbol]
    loops: Mapping[str, str]
    constants: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Let:
    """target = value, member by member."""

    target: ast.expr
    value: ast.expr


@dataclass
class Static:
    """A local that is the same for every member, such as an index."""

    name: str
    value: ast.expr


@dataclass
class Draw:
    """target = kind(name, arguments).

    order: places of the loops around the draw, outermost 0, in the order in which the index of its address counts
    them, the fastest last: by dimension as the vocabulary lists them, the first (districts) fastest.
    """

    target: ast.expr
    kind: str
    site: int
    label: str
    arguments: list[ast.expr]
    order: tuple[int, ...] = ()


@dataclass
class Loop:
    """for variable in dimension."""

    variable: str
    dimension: str
    body: list[Node]


@dataclass
class If:
    """A choice on facts and indices."""

    test: ast.expr
    body: list[Node]
    orelse: list[Node]


Node = Let | Static | Draw | Loop | If


@dataclass(eq=False)
class RuleSource:
    """A rule, read: its body, the symbols it reads and writes, its draws, the constants it names."""

    name: str
    room: str
    body: list[Node]
    reads: set[Symbol] = field(default_factory=set)
    writes: set[Symbol] = field(default_factory=set)
    dimensions: set[str] = field(default_factory=set)
    draws: list[tuple[str, int]] = field(default_factory=list)
    statics: set[str] = field(default_factory=set)
    constants: set[str] = field(default_factory=set)
    doc: str = ""

    @property
    def function(self) -> str:
        """The function's name in woven code."""
        return f"{self.room}_{self.name}"


@dataclass(frozen=True)
class Program:
    """What is to be woven: symbols, rules run once at the beginning, rules run every step.

    dimensions: in the order in which the kernel is given their sizes.
    """

    symbols: Mapping[str, Symbol]
    begin: tuple[RuleSource, ...]
    week: tuple[RuleSource, ...]
    dimensions: tuple[str, ...]

    @property
    def rules(self) -> tuple[RuleSource, ...]:
        """All rules, each once, the beginning first."""
        return tuple(dict.fromkeys(self.begin + self.week))


def loop_variables(body: list[Node]) -> set[str]:
    """The names of all loop indices in a body."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, Loop):
            names |= {node.variable} | loop_variables(node.body)
        elif isinstance(node, If):
            names |= loop_variables(node.body) | loop_variables(node.orelse)
    return names


def site_number(room: str, rule: str, label: str) -> int:
    """The address of a draw: CRC-32 of its full name."""
    return zlib.crc32(f"{room}/{rule}/{label}".encode())


def symbol_of(node: ast.AST, symbols: Mapping[str, Symbol]) -> Symbol | None:
    """The symbol that `node` (an attribute, or a subscript of one) names, or None."""
    base = node.value if isinstance(node, ast.Subscript) else node
    if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name) and base.value.id in SPACES:
        return symbols.get(f"{base.value.id}.{base.attr}")
    return None


def indices_of(node: ast.AST) -> list[ast.expr]:
    """The index expressions of a subscript, or an empty list."""
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def read_rule(function: Callable[..., None], room: str, vocabulary: Vocabulary) -> RuleSource:
    """Read one rule. Raises WeaveError, naming rule and line, for anything outside the language."""
    tree = parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    name = definition.name
    reader = _Reader(name, room, vocabulary)
    definition = reader.with_numbers(definition)
    reader.rule.doc = inspect.getdoc(function) or ""
    body = [s for s in definition.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    reader.rule.body = reader.block(body)
    reader.settle_statics()
    return reader.rule


class _Reader:
    def __init__(self, name: str, room: str, vocabulary: Vocabulary) -> None:
        self.symbols, self.constants = vocabulary.symbols, vocabulary.constants
        self.dimensions = {loop: dimension for dimension, loop in vocabulary.loops.items()}
        self.rule = RuleSource(name, room, [])
        self.loops: dict[str, str] = {}
        self.nest: list[str] = []
        self.assigned: dict[str, list[ast.expr | None]] = {}
        self.temporaries = 0

    def fail(self, node: ast.AST, why: str) -> WeaveError:
        return WeaveError(f"{self.rule.room}.{self.rule.name}, line {getattr(node, 'lineno', '?')}: {why}")

    def with_numbers(self, definition: ast.FunctionDef) -> ast.FunctionDef:
        """Write the value of every `constant.name` in its place, as if the rule had said the number."""
        reader = self

        class Write(ast.NodeTransformer):
            def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
                if not (isinstance(node.value, ast.Name) and node.value.id == "constant"):
                    return node
                if node.attr not in reader.constants:
                    raise reader.fail(node, f"unknown name constant.{node.attr}")
                reader.rule.constants.add(node.attr)
                value = reader.constants[node.attr]
                number: ast.expr = ast.copy_location(ast.Constant(abs(value)), node)
                return number if value >= 0 else ast.copy_location(ast.UnaryOp(ast.USub(), number), node)

        return Write().visit(definition)  # type: ignore[no-any-return]

    def block(self, statements: list[ast.stmt]) -> list[Node]:
        out: list[Node] = []
        for statement in statements:
            out.extend(self.statement(statement))
        return out

    def statement(self, s: ast.stmt) -> list[Node]:
        if isinstance(s, ast.AugAssign):
            load = expression(ast.unparse(s.target))
            s = ast.copy_location(ast.Assign([s.target], ast.copy_location(ast.BinOp(load, s.op, s.value), s)), s)
        if isinstance(s, ast.For):
            return self.loop(s)
        if isinstance(s, ast.If):
            before, test = self.expression(s.test)
            return [*before, If(test, self.block(s.body), self.block(s.orelse))]
        if isinstance(s, ast.Assign) and len(s.targets) == 1:
            return self.assign(s)
        if isinstance(s, ast.Pass):
            return []
        raise self.fail(s, f"{type(s).__name__} is not in the language of rules")

    def loop(self, s: ast.For) -> list[Node]:
        source = s.iter
        if not (
            isinstance(s.target, ast.Name) and isinstance(source, ast.Attribute) and source.attr in self.dimensions
        ):
            known = ", ".join(f"fact.{loop}" for loop in self.dimensions)
            raise self.fail(s, f"a loop runs over {known}")
        dimension = self.dimensions[source.attr]
        self.rule.dimensions.add(dimension)
        outer = self.loops.get(s.target.id)
        self.loops[s.target.id] = dimension
        self.nest.append(dimension)
        body = self.block(s.body)
        self.nest.pop()
        if outer is None:
            del self.loops[s.target.id]
        else:
            self.loops[s.target.id] = outer
        return [Loop(s.target.id, dimension, body)]

    def assign(self, s: ast.Assign) -> list[Node]:
        target = s.targets[0]
        symbol = symbol_of(target, self.symbols)
        if symbol is not None:
            if symbol.space != "now":
                raise self.fail(s, f"a rule changes the state of the country only, not {symbol.space}.{symbol.name}")
            self.check_indices(target, symbol)
            self.rule.writes.add(symbol)
            for index in indices_of(target):
                self.expression(index)  # what an index reads, the rule reads
        elif not isinstance(target, ast.Name):
            raise self.fail(s, f"cannot assign to {ast.unparse(target)}")
        value = s.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in DRAWS:
            return self.draw(target, value)
        before, value = self.expression(value)
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append(value)
        return [*before, Let(target, value)]

    def draw(self, target: ast.expr, call: ast.Call) -> list[Node]:
        assert isinstance(call.func, ast.Name)
        kind = call.func.id
        if not (call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)):
            raise self.fail(call, f"{kind} needs a name as its first argument")
        if len(call.args) != 1 + DRAWS[kind]:
            raise self.fail(call, f"{kind} takes a name and {DRAWS[kind]} numbers")
        label = call.args[0].value
        site = site_number(self.rule.room, self.rule.name, label)
        if any(site == other for _, other in self.rule.draws):
            raise self.fail(call, f"two draws are named {label!r}")
        self.rule.draws.append((label, site))
        before: list[Node] = []
        arguments = []
        for argument in call.args[1:]:
            extra, value = self.expression(argument)
            before.extend(extra)
            arguments.append(value)
        if isinstance(target, ast.Name):
            self.assigned.setdefault(target.id, []).append(None)
        return [*before, Draw(target, kind, site, label, arguments, self.order())]

    def order(self) -> tuple[int, ...]:
        """In which order an address counts the loops under way."""
        listed, under_way = list(self.dimensions.values()), list(self.nest)
        return tuple(sorted(range(len(under_way)), key=lambda place: -listed.index(under_way[place])))

    def check_indices(self, node: ast.AST, symbol: Symbol) -> None:
        if len(indices_of(node)) != len(symbol.over):
            raise self.fail(node, f"{symbol.space}.{symbol.name} runs over {symbol.over or 'nothing'}")

    def expression(self, node: ast.expr) -> tuple[list[Node], ast.expr]:
        """Check an expression; lift each `total(...)` into a loop before it."""
        before: list[Node] = []
        reader = self

        class Lift(ast.NodeTransformer):
            def visit_Call(self, call: ast.Call) -> ast.expr:
                if isinstance(call.func, ast.Name) and call.func.id == "total":
                    extra, value = reader.lift_total(call)
                    before.extend(extra)
                    return value
                if isinstance(call.func, ast.Name) and call.func.id in DRAWS:
                    raise reader.fail(call, "a draw stands alone: name = draw(...)")
                for position, argument in enumerate(call.args):
                    call.args[position] = self.visit(argument)
                return call

            def visit_Subscript(self, sub: ast.Subscript) -> ast.expr:
                symbol = symbol_of(sub, reader.symbols)
                if symbol is None:
                    raise reader.fail(sub, f"unknown name {ast.unparse(sub)}")
                reader.check_indices(sub, symbol)
                reader.rule.reads.add(symbol)
                for index in indices_of(sub):
                    for inner in ast.walk(index):
                        found = symbol_of(inner, reader.symbols) if isinstance(inner, ast.Subscript) else None
                        if found is not None:
                            reader.rule.reads.add(found)
                return sub

            def visit_Attribute(self, attribute: ast.Attribute) -> ast.expr:
                symbol = symbol_of(attribute, reader.symbols)
                if symbol is None:
                    raise reader.fail(attribute, f"unknown name {ast.unparse(attribute)}")
                reader.check_indices(attribute, symbol)
                reader.rule.reads.add(symbol)
                return attribute

        return before, Lift().visit(node)

    def lift_total(self, call: ast.Call) -> tuple[list[Node], ast.expr]:
        generator = call.args[0]
        if not isinstance(generator, ast.GeneratorExp):
            raise self.fail(call, "total takes: expression for index in fact.dimension")
        self.temporaries += 1
        name = f"total_{self.temporaries}"
        target = ast.copy_location(ast.Name(name, ast.Store()), call)
        body: list[ast.stmt] = [
            ast.copy_location(ast.AugAssign(ast.Name(name, ast.Store()), ast.Add(), generator.elt), call)
        ]
        for clause in reversed(generator.generators):
            for test in clause.ifs:
                body = [ast.copy_location(ast.If(test, body, []), call)]
            body = [ast.copy_location(ast.For(clause.target, clause.iter, body, []), call)]
        start = ast.copy_location(ast.Assign([target], ast.copy_location(ast.Constant(0.0), call)), call)
        nodes = self.block([start, *body])
        return nodes, ast.copy_location(ast.Name(name, ast.Load()), call)

    def settle_statics(self) -> None:
        """A local is static when every value that it is given depends on facts and indices only."""
        statics = set(self.assigned)
        changed = True
        while changed:
            changed = False
            for name in list(statics):
                if any(value is None or not self.is_static(value, statics) for value in self.assigned[name]):
                    statics.discard(name)
                    changed = True
        self.rule.statics = statics
        self.rule.body = self.mark(self.rule.body, statics)

    def is_static(self, value: ast.expr, statics: set[str]) -> bool:
        if isinstance(value, ast.Constant):
            return False  # a plain number may start a sum over members; as a lane it is right in every case
        for node in ast.walk(value):
            if isinstance(node, ast.Attribute):
                symbol = symbol_of(node, self.symbols)
                if symbol is not None and symbol.lane:
                    return False
            if isinstance(node, ast.Name) and node.id in self.assigned and node.id not in statics:
                return False
            if isinstance(node, ast.Call):
                return False
        return True

    def mark(self, body: list[Node], statics: set[str]) -> list[Node]:
        out: list[Node] = []
        for node in body:
            if isinstance(node, Let) and isinstance(node.target, ast.Name) and node.target.id in statics:
                out.append(Static(node.target.id, node.value))
            elif isinstance(node, Loop):
                out.append(Loop(node.variable, node.dimension, self.mark(node.body, statics)))
            elif isinstance(node, If):
                out.append(If(node.test, self.mark(node.body, statics), self.mark(node.orelse, statics)))
            else:
                out.append(node)
        return out
