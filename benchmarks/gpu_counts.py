"""What one member does in a step, counted: the woven text is run with numbers that count.

Operations inside the functions of the language and the samplers are counted in their source, the turns of an
inversion by the number drawn. Index arithmetic and loop control are left out, so the counts are low ends.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections import Counter
from typing import Any

import numpy as np

#: Counted in a member's first two years; a run's counts are these times the number of steps. In Iraq 300 steps give 5 % more.
COUNTED_STEPS = 104


class Number:
    """A float that counts what is done with it."""

    __array_ufunc__ = None  # NumPy's numbers leave arithmetic to this class
    done = 0

    def __init__(self, value: Any) -> None:
        self.value = float(value.value if isinstance(value, Number) else value)

    def __bool__(self) -> bool:
        return bool(self.value)


def _operator(name: str, plain: Any) -> Any:
    def act(self: Number, other: Any = None) -> Any:
        Number.done += 1
        with np.errstate(all="ignore"):
            if other is None:
                return Number(plain(np.float64(self.value)))
            result = plain(np.float64(self.value), np.float64(Number(other).value))
        return bool(result) if isinstance(result, np.bool_) else Number(result)

    act.__name__ = name
    return act


for _name, _plain in {
    "__add__": lambda a, b: a + b, "__radd__": lambda a, b: b + a, "__sub__": lambda a, b: a - b, "__rsub__": lambda a, b: b - a,
    "__mul__": lambda a, b: a * b, "__rmul__": lambda a, b: b * a, "__truediv__": lambda a, b: a / b, "__rtruediv__": lambda a, b: b / a,
    "__lt__": lambda a, b: a < b, "__le__": lambda a, b: a <= b, "__gt__": lambda a, b: a > b, "__ge__": lambda a, b: a >= b,
    "__eq__": lambda a, b: a == b, "__ne__": lambda a, b: a != b,
}.items():  # fmt: skip
    setattr(Number, _name, _operator(_name, _plain))
Number.__neg__ = _operator("__neg__", lambda a: -a)  # type: ignore[attr-defined]


class Memory:
    """An array that counts its reads and writes."""

    def __init__(self, values: np.ndarray) -> None:
        self.values, self.read, self.written = values, 0, 0

    def __getitem__(self, place: int) -> Number:
        self.read += 1
        return Number(self.values[place])

    def __setitem__(self, place: int, value: Any) -> None:
        self.written += 1
        self.values[place] = Number(value).value


def operations(function: Any) -> tuple[int, int]:
    """Operations in a leaf function's source, the functions that it calls included: outside loops, and in one turn of a `while`."""
    plain = getattr(function, "py_func", function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(plain)))

    def count(nodes: list[ast.stmt]) -> tuple[int, int]:
        straight, turn = 0, 0
        for statement in nodes:
            inner = [s for s in ast.walk(statement) if isinstance(s, ast.While)]
            loops = {id(n) for w in inner for n in ast.walk(w)}
            ten = 10 if any(isinstance(s, ast.For) for s in ast.walk(statement)) else 1  # the rounds of Philox
            for node in ast.walk(statement):
                cost = 1 if isinstance(node, ast.BinOp | ast.Compare | ast.IfExp | ast.UnaryOp) else 0
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    called = plain.__globals__.get(node.func.id)
                    if hasattr(called, "py_func"):
                        cost = sum(operations(called))
                if id(node) in loops:
                    turn += cost
                else:
                    straight += cost * ten
        return straight, turn

    definition = tree.body[0]
    assert isinstance(definition, ast.FunctionDef)
    return count(definition.body)


def counts(engine: Any) -> dict[str, float]:
    """What one member does in a step on average: bytes, operations, draws. The same seed gives the same counts."""
    from forbear.ensemble.design import draw_priors
    from forbear.kernel import cuda_compile, cuda_draws
    from forbear.kernel.cuda import rule_functions
    from forbear.kernel.draws import LANES
    from forbear.kernel.functions import FUNCTIONS

    module, layout, constants = cuda_compile.module_of(engine.program), engine.layout, engine._constants()
    bank, money = Memory(np.zeros(layout.float_rows * LANES)), Memory(np.zeros(layout.money_rows * LANES + 1))
    reals, integers = Memory(constants["reals"]), constants["integers"]
    drawn: Counter[str] = Counter()
    parameters = draw_priors(engine.problem, np.arange(1, dtype=np.uint32), 1)
    for symbol, place in layout.floats.items():
        if symbol.space == "given":
            at = np.arange(place.start, place.start + place.rows) * LANES
            bank.values[at] = parameters[symbol.name].ravel()

    def function(lane: Any) -> Any:
        cost = sum(operations(lane))

        def call(*numbers: Any) -> Number:
            Number.done += cost
            return Number(lane(*(np.float32(Number(n).value) for n in numbers)))

        return call

    def sampler(kind: str) -> Any:
        draw = getattr(cuda_draws, f"{kind}_of")
        by_word = getattr(cuda_draws, f"{kind}_of_word", None)
        word = sum(operations(cuda_draws.word_of))
        straight, turn = operations(by_word) if by_word else (sum(operations(draw)) - word, 0)

        def call(*arguments: Any) -> Number:
            numbers = [np.float32(Number(n).value) for n in arguments[:-6]]
            result = Number(draw(*numbers, *arguments[-6:]))
            chance = not numbers or (numbers[0] > 0 and (len(numbers) < 2 or 0 < numbers[1] < 1))
            if chance:
                drawn[kind] += 1
                mean = float(np.prod(numbers)) if numbers else 0.0
                Number.done += word + straight + (int(result.value) * turn if mean <= 12 else 0)
            else:
                drawn["without chance"] += 1
            return result

        return call

    class Cuda:
        class blockIdx:
            x = 0

        threadIdx = blockIdx

    shims: dict[str, Any] = {name: function(lane) for name, (_, lane) in FUNCTIONS.items()}
    shims |= {f"{kind}_of": sampler(kind) for kind in ("binomial", "poisson", "normal", "uniform")}
    before = dict(vars(module))
    vars(module).update(shims, cuda=Cuda, F=Number)
    names = rule_functions(engine.program)
    members, key = np.zeros(LANES, dtype=np.uint32), np.uint32(1)

    def follow(rules: tuple[str, ...], index: int) -> None:
        for name in rules:
            getattr(module, name)(
                bank, money, reals, integers, constants["place"], layout.counts, members, key, key, index,
                layout.float_rows, layout.money_rows,
            )  # fmt: skip

    levers = (layout.lever_start + np.arange(layout.lever_rows)) * LANES
    try:
        for index in range(COUNTED_STEPS):
            bank.values[levers] = engine._lever_table[index]
            if index == 0:
                follow(names["begin"], 0)
                Number.done, bank.read, bank.written, money.read, money.written = 0, 0, 0, 0, 0
                drawn.clear()
            follow(names["week"], index)
    finally:
        vars(module).update(before)
    recorded = sum(engine._week_many) + len(engine._week_at) + 2 * len(engine._month_at)
    moved = 4 * (bank.read + bank.written) + 8 * (money.read + money.written)
    return {
        "bytes": moved / COUNTED_STEPS + 4.0 * (layout.lever_rows + recorded),
        "operations": Number.done / COUNTED_STEPS,
        "draws": sum(n for kind, n in drawn.items() if kind != "without chance") / COUNTED_STEPS,
        "without chance": drawn["without chance"] / COUNTED_STEPS,
        "state": 4.0 * layout.float_rows + 8.0 * layout.money_rows,
    }
