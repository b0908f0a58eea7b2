"""Writes the plan of a rule down as a function: loops, sixteen members at a time, values in registers.

An element that was read stays in its register until something of its array may have been written; what is written is
stored at once. Single numbers (facts, indices, constants) are worked out as such, in the precision in which the
other kernels do.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from forbear.kernel.draws import LANES
from forbear.kernel.language import If, Let, Loop, Node, Program, Symbol, WeaveError, indices_of, symbol_of
from forbear.kernel.wide.dependence import accesses
from forbear.kernel.wide.draws import ROW
from forbear.kernel.wide.money import FOR_MONEY, money_locals
from forbear.kernel.wide.numbers import Numbers
from forbear.kernel.wide.plan import Batch, Frame, Guard, Nest, Plan, Series, Step
from forbear.kernel.wide.statics import Statics
from forbear.kernel.wide.text import Code, Module, Value, element_of, is_vector

__all__ = ["MACHINERY", "parameters_of", "write_rule"]

#: What every woven rule is given besides its arrays and the sizes of dimensions.
MACHINERY = (
    ("ptr", "scratch"),
    ("ptr", "table"),
    ("ptr", "members"),
    ("i32", "key0"),
    ("i32", "key1"),
    ("i32", "step"),
    ("i64", "lanes"),
)

Cache = dict[tuple[str, ...], Value]


def parameters_of(plan: Plan, program: Program) -> list[tuple[str, str]]:
    """Type and name of each parameter of a woven rule, in order."""
    rule = plan.scoped.rule
    arrays = sorted({symbol.variable for symbol in rule.reads | rule.writes})
    sizes = [("i64", f"n_{dimension}") for dimension in program.dimensions]
    return [*(("ptr noalias", name) for name in arrays), *sizes, *MACHINERY]


def write_rule(module: Module, plan: Plan, program: Program, numbers: Numbers) -> None:
    """Write a rule's function into the module. Raises WeaveError for what cannot be woven."""
    _Writer(module, plan, program, numbers).write()


class _Writer:
    def __init__(self, module: Module, plan: Plan, program: Program, numbers: Numbers) -> None:
        self.numbers, self.element_kind = numbers, numbers.element
        self.plan, self.rule, self.symbols = plan, plan.scoped, program.symbols
        name = self.rule.rule.function
        self.code = Code(module, f"internal void @{name}", parameters_of(plan, program))
        self.code.head += " noinline"
        self.given = self.code.arguments
        self.statics = Statics(self.code, self.rule, numbers.element)
        self.money = money_locals(self.rule)
        self.registers: dict[str, Value] = {}
        self.first_rows: dict[str, Value] = {}
        self.lane = self.code.number(0, "i64")

    def fail(self, node: ast.AST, why: str) -> WeaveError:
        return WeaveError(f"{self.rule.title}: {ast.unparse(node)}: {why}")

    def write(self) -> None:
        code = self.code
        for name in self.plan.registers:
            self.registers[name] = code.variable(self.kind(name in self.money))
        at = code.number(0, "i64")
        for name, loops in self.plan.rows.items():
            if name in self.money and self.element_kind != "double":
                raise WeaveError(
                    f"{self.rule.title}: {name.split('.')[0]} holds cents across a draw or loop, "
                    "where it would lose them"
                )
            self.first_rows[name] = at
            many = code.number(1, "i64")
            for variable in loops:
                many = many * self.size(self.rule.dimensions[variable])
            at = at + many
        self.steps(self.plan.steps)
        code.end()

    # -- steps --------------------------------------------------------------------------------------------

    def size(self, dimension: str) -> Value:
        return self.given[f"n_{dimension}"]

    @contextmanager
    def loop(self, variable: str, dimension: str) -> Iterator[None]:
        with self.code.repeat(self.size(dimension)) as index:
            self.statics.indices[variable] = index
            yield
            del self.statics.indices[variable]

    @contextmanager
    def frames(self, frames: list[Frame]) -> Iterator[None]:
        with ExitStack() as stack:
            for frame in frames:
                if frame.test is None:
                    stack.enter_context(self.loop(frame.variable, frame.dimension))
                else:
                    test = self.statics.truth(frame.test)
                    stack.enter_context(self.code.when(test if frame.wanted else ~test))
            yield

    def steps(self, steps: list[Step]) -> None:
        for step in steps:
            if isinstance(step, Series):
                with self.loop(step.variable, step.dimension):
                    self.steps(step.body)
            elif isinstance(step, Guard):
                with self.frames([Frame(test=step.test, wanted=step.wanted)]):
                    self.steps(step.body)
            elif isinstance(step, Batch):
                self.batch(step)
            else:
                self.nest(step)

    def nest(self, nest: Nest) -> None:
        with self.frames(nest.frames), self.code.repeat(self.given["lanes"], by=self.numbers.width) as lane:
            self.lane = lane
            self.block(nest.body, {})

    def batch(self, batch: Batch) -> None:
        """List the rows that are drawn, and draw."""
        code, sample = self.code, batch.sample
        many = code.variable("i64")
        code.store(code.number(0, "i64"), many)
        with self.frames(_by_address(batch)):
            row = code.load(many, "i64")
            index = code.number(0, "i64")
            for place, variable in enumerate(sample.loops):
                around = self.statics.indices[variable]
                index = around if place == 0 else index * self.size(self.rule.dimensions[variable]) + around
            arguments = [self.row(a) for a in sample.arguments]
            entry = [*arguments, *([Value(code, "ptr", "null")] * (2 - len(arguments))), self.row(sample.target), index]
            for number, value in enumerate(entry):
                place_of = code.put("ptr", f"getelementptr inbounds {ROW}, {self.given['table']}, {row}, i32 {number}")
                code.store(value, place_of)
            code.store(row + 1, many)
        site = Value(code, "i32", str(sample.site if sample.site < 2**31 else sample.site - 2**32))
        handed = [self.given["table"], code.load(many, "i64"), self.given["step"], site]
        handed += [self.given[name] for name in ("key0", "key1", "members", "lanes")]
        code.line(f"call void @{sample.kind}({', '.join(map(str, handed))})")

    # -- places -------------------------------------------------------------------------------------------

    def row(self, node: ast.expr) -> Value:
        """The address of the first lane of a quantity's element or of a local's row."""
        symbol = symbol_of(node, self.symbols)
        if symbol is not None:
            kind = "double" if symbol.money else self.element_kind
            return self.code.at(self.given[symbol.variable], kind, self.statics.row(node, symbol) * LANES)
        assert isinstance(node, ast.Name)
        at = self.code.number(0, "i64")
        for place, variable in enumerate(self.plan.rows[node.id]):
            index = self.statics.indices[variable]
            at = index if place == 0 else at * self.size(self.rule.dimensions[variable]) + index
        return self.code.at(self.given["scratch"], self.element_kind, (self.first_rows[node.id] + at) * LANES)

    def here(self, node: ast.expr, money: bool) -> Value:
        """The address of the sixteen lanes at hand."""
        return self.code.at(self.row(node), "double" if money else self.element_kind, self.lane)

    # -- statements ---------------------------------------------------------------------------------------

    def block(self, body: list[Node], cache: Cache) -> None:
        """Statements without a draw. cache: what is in registers."""
        for node in body:
            if isinstance(node, Let):
                self.let(node, cache)
            elif isinstance(node, Loop):
                self.forget(node.body, cache)
                with self.loop(node.variable, node.dimension):
                    self.block(node.body, dict(cache))
            elif isinstance(node, If):
                test = self.statics.truth(node.test)
                self.code.either(
                    test,
                    partial(self.block, node.body, dict(cache)),
                    partial(self.block, node.orelse, dict(cache)),
                )
                self.forget([*node.body, *node.orelse], cache)

    def forget(self, body: list[Node], cache: Cache) -> None:
        """Drop from the cache what statements write: it may be another by the next iteration, or be another after
        it.
        """
        written = {access.name for access in accesses(body, self.rule) if access.writes}
        for key in [key for key in cache if key[0] in written]:
            del cache[key]

    def let(self, let: Let, cache: Cache) -> None:
        value = self.value(let.value, cache)
        target = let.target
        symbol = symbol_of(target, self.symbols)
        if symbol is not None:
            value = self.fitted(value, symbol.money)
            self.code.store(value, self.here(target, symbol.money))
            for key in [key for key in cache if key[0] == symbol.variable]:
                del cache[key]
            cache[self.key(target, symbol)] = value
            return
        assert isinstance(target, ast.Name)
        value = self.fitted(value, target.id in self.money)
        if target.id in self.registers:
            self.code.store(value, self.registers[target.id])
        else:
            self.code.store(value, self.here(target, False))
            cache[(target.id,)] = value

    def kind(self, money: bool) -> str:
        """The type of what is worked on at a time."""
        return self.numbers.of("double" if money else self.element_kind)

    def fitted(self, value: Value, money: bool) -> Value:
        """A value as it is stored, in 64 bits where it is money."""
        return self.numbers.fitted(self.code, value, "double" if money else self.element_kind)

    def key(self, node: ast.expr, symbol: Symbol) -> tuple[str, ...]:
        return (symbol.variable, *(ast.unparse(index) for index in indices_of(node)))

    # -- values -------------------------------------------------------------------------------------------

    def value(self, node: ast.expr, cache: Cache) -> Value:
        """What an expression comes to: a vector, or one number that all members share."""
        symbol = symbol_of(node, self.symbols)
        if symbol is not None:
            return self.element(node, symbol, cache)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return self.code.number(float(node.value), self.element_kind)
        if isinstance(node, ast.Name):
            return self.named(node, cache)
        if isinstance(node, ast.BinOp):
            return self.operation(node, cache)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return ~self.truth(node.operand, cache)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.number(node.operand, cache)
        if isinstance(node, ast.Compare):
            return self.comparison(node, cache)
        if isinstance(node, ast.BoolOp):
            first, *others = (self.truth(value, cache) for value in node.values)
            for other in others:
                first = first & other if isinstance(node.op, ast.And) else first | other
            return first
        if isinstance(node, ast.IfExp):
            test = self.truth(node.test, cache)
            return test.choose(self.number(node.body, cache), self.number(node.orelse, cache))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.call(node, node.func.id, cache)
        raise self.fail(node, "cannot be woven")

    def number(self, node: ast.expr, cache: Cache) -> Value:
        """A value that is a number; truth counts as 1 and 0."""
        value = self.value(node, cache)
        return value.convert(self.element_kind) if element_of(value.kind) == "i1" else value

    def truth(self, node: ast.expr, cache: Cache) -> Value:
        """A value as truth: a number other than 0 is true."""
        value = self.value(node, cache)
        return value if element_of(value.kind) == "i1" else value.differs(0.0)

    def element(self, node: ast.expr, symbol: Symbol, cache: Cache) -> Value:
        if not symbol.lane:
            return self.statics.fact(node, symbol).convert(self.element_kind)
        key = self.key(node, symbol)
        if key not in cache:
            cache[key] = self.code.load(self.here(node, symbol.money), self.kind(symbol.money))
        return cache[key]

    def named(self, node: ast.Name, cache: Cache) -> Value:
        if node.id in self.statics.indices or node.id in self.rule.statics:
            return self.statics.value(node).convert(self.element_kind)
        if node.id in self.registers:
            return self.code.load(self.registers[node.id], self.kind(node.id in self.money))
        if node.id not in self.first_rows:
            raise self.fail(node, "is not a name that has a value here")
        if (node.id,) not in cache:
            cache[(node.id,)] = self.code.load(self.here(node, False), self.kind(False))
        return cache[(node.id,)]

    def operation(self, node: ast.BinOp, cache: Cache) -> Value:
        a, b = self.number(node.left, cache), self.number(node.right, cache)
        name = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}.get(type(node.op))
        if name is None:
            raise self.fail(node, f"use power(), not {type(node.op).__name__}")
        return self.code.arithmetic(name, a, b)

    def comparison(self, node: ast.Compare, cache: Cache) -> Value:
        relations = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "gt", ast.GtE: "ge", ast.Eq: "eq", ast.NotEq: "ne"}
        if len(node.ops) != 1 or type(node.ops[0]) not in relations:
            raise self.fail(node, "compare two values with <, <=, >, >=, == or !=")
        a, b = self.number(node.left, cache), self.number(node.comparators[0], cache)
        return self.code.compare(relations[type(node.ops[0])], a, b)

    def call(self, node: ast.Call, name: str, cache: Cache) -> Value:
        if name not in FUNCTION_NAMES:
            raise self.fail(node, f"{name} is not a function of the language; allowed: {', '.join(FUNCTION_NAMES)}")
        values = [self.number(argument, cache) for argument in node.args]
        if self.element_kind != "double" and any(element_of(value.kind) == "double" for value in values):
            if name not in FOR_MONEY:
                raise self.fail(node, f"{name} does not take money; allowed: {', '.join(FOR_MONEY)}")
            values = [value.convert("double") for value in values]
        if any(is_vector(value.kind) for value in values):
            values = [self.code.spread(value) for value in values]
        writer: Callable[..., Value] = self.numbers.library[name]
        return writer(self.code, *values) if name in self.numbers.inline else self.code.call(name, *values)


def _by_address(batch: Batch) -> list[Frame]:
    """The frames in the order of the draw's addresses, in which neighbours share random words: rows may come in any.

    A test of facts and indices stays where it is, and then so do the loops.
    """
    if any(frame.test is not None for frame in batch.frames):
        return batch.frames
    return sorted(batch.frames, key=lambda frame: batch.sample.loops.index(frame.variable))


#: Functions of the language, in the order in which errors list them.
FUNCTION_NAMES = (
    "cents", "clip", "exp", "larger", "log", "logistic", "power", "probability", "smaller", "whole",
)  # fmt: skip
