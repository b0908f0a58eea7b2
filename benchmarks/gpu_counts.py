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


def operations(function: Any) -> int:
    """Operations in a leaf function's source, those of the functions that it calls included."""
    return sum(parts(function).values())


def parts(function: Any) -> Counter[str]:
    """Operations of a function by part: always; and for a sampler few (before the walk), turn (of the walk), many (expansion)."""
    plain = getattr(function, "py_func", function)
    definition = ast.parse(textwrap.dedent(inspect.getsource(plain))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    out: Counter[str] = Counter()

    def count(node: ast.AST, part: str, times: int = 1) -> None:
        if isinstance(node, ast.BinOp | ast.Compare | ast.IfExp | ast.UnaryOp):
            out[part] += times
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = plain.__globals__.get(node.func.id)
            out[part] += times * operations(called) if hasattr(called, "py_func") else 0
        for name, value in ast.iter_fields(node):
            inner = {"body": "few", "orelse": "many"}.get(name, part) if isinstance(node, ast.If) else part
            inner = "turn" if isinstance(node, ast.While) else inner
            turns = 10 if isinstance(node, ast.For) else times  # the rounds of Philox
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    # the expansion is the second branch: its own condition and body belong together
                    keep = part == "many" and isinstance(node, ast.If)
                    count(child, "many" if keep else inner, turns)

    for statement in definition.body:
        count(statement, "always")
    return out


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
        cost = operations(lane)

        def call(*numbers: Any) -> Number:
            Number.done += cost
            return Number(lane(*(np.float32(Number(n).value) for n in numbers)))

        return call

    def sampler(kind: str) -> Any:
        draw = getattr(cuda_draws, f"{kind}_of")
        by_word = getattr(cuda_draws, f"{kind}_of_word", None)
        word = operations(cuda_draws.word_of)
        cost = parts(by_word) if by_word else Counter(always=operations(draw) - word)

        def call(*arguments: Any) -> Number:
            numbers = [np.float32(Number(n).value) for n in arguments[:-6]]
            result = Number(draw(*numbers, *arguments[-6:]))
            if numbers and not (numbers[0] > 0 and (len(numbers) < 2 or 0 < numbers[1] < 1)):
                drawn["without chance"] += 1
                return result
            drawn[kind] += 1
            Number.done += word + cost["always"]
            if numbers:
                turned = len(numbers) == 2 and numbers[1] > 0.5
                mean = float(numbers[0]) * (float(min(numbers[1], 1 - numbers[1])) if len(numbers) == 2 else 1.0)
                v = (cuda_draws.word_of(*arguments[-6:]) + 0.5) * 2.0**-32
                walked = numbers[0] - result.value if turned else result.value
                if mean > 12:
                    Number.done += cost["many"]
                elif (1 - v if turned else v) < 1.001 * mean:
                    Number.done += cost["few"] + int(walked) * cost["turn"]
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
            bank.values[levers] = engine.lever_table[index]
            if index == 0:
                follow(names["begin"], 0)
                Number.done, bank.read, bank.written, money.read, money.written = 0, 0, 0, 0, 0
                drawn.clear()
            follow(names["week"], index)
    finally:
        vars(module).update(before)
    rows = engine.recording
    recorded = sum(rows.week_many) + len(rows.week_at) + 2 * len(rows.month_at)
    moved = 4 * (bank.read + bank.written) + 8 * (money.read + money.written)
    return {
        "bytes": moved / COUNTED_STEPS + 4.0 * (layout.lever_rows + recorded),
        "operations": Number.done / COUNTED_STEPS,
        "draws": sum(n for kind, n in drawn.items() if kind != "without chance") / COUNTED_STEPS,
        "without chance": drawn["without chance"] / COUNTED_STEPS,
        "state": 4.0 * layout.float_rows + 8.0 * layout.money_rows,
    }
