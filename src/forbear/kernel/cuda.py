"""Weaves a rule into a GPU kernel: one thread a member, the lane kernel's arithmetic.

The plan is the lane weaver's own: what it computes in one loop over lanes is computed here once, by the thread
whose member it is, with every element loaded once before and stored once after. Scratch rows become registers, and
the expressions are the lane weaver's text, in the same 32 bits. So integers and floats alike come out as in the
lanes, provided that the compiler fuses no multiplication with an addition (`cuda_compile.py` sees to that).

State lies as it does for the processor, 128 members side by side; a block of threads is one such chunk, so
neighbouring threads read neighbouring numbers. Every rule is a kernel of its own: state is far larger than a thread's
registers and goes through memory between rules in any case, and small kernels compile in seconds.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from forbear.kernel.emit import HEADER, arguments_of, flat_index, row_text, slots
from forbear.kernel.functions import FUNCTIONS
from forbear.kernel.lanes import Constants, Element, Group, Local, _Weaver
from forbear.kernel.language import DRAWS, Draw, Program, RuleSource, Symbol, symbol_of
from forbear.syntax import expression, parse

__all__ = ["RULE_ARGUMENTS", "bank_of", "cuda_source", "place_order", "rule_functions"]

#: The arguments of every woven kernel. `place` holds the first row of each symbol in its bank, in `place_order`.
RULE_ARGUMENTS = ("bank", "money", "reals", "integers", "place", "counts", "members", "key0", "key1", "index", "bank_rows", "money_rows")  # fmt: skip
#: Functions whose value is not a 32-bit float.
_IN_64_BITS = {"cents"}


def place_order(program: Program) -> list[Symbol]:
    """The symbols in the order in which `place` gives their first rows."""
    return list(program.symbols.values())


def bank_of(symbol: Symbol) -> str:
    """The array that holds a symbol: bank (32 bits), money (64 bits), reals or integers (facts)."""
    if symbol.lane:
        return "money" if symbol.money else "bank"
    return "integers" if symbol.integer else "reals"


def rule_functions(program: Program) -> dict[str, tuple[str, ...]]:
    """Names of woven kernels, in order: those that run once at the beginning and those that run every step."""
    return {"begin": tuple(r.function for r in program.begin), "week": tuple(r.function for r in program.week)}


def cuda_source(program: Program) -> str:
    """The text of the woven module of GPU kernels. Randomness: every draw's address is written into it."""
    constants = Constants()
    places = slots(program)
    number = {symbol.variable: position for position, symbol in enumerate(place_order(program))}
    words = (program.symbols, places, constants, number, program.dimensions)
    rules = [_ThreadWeaver(rule, *words).weave() for rule in program.rules]
    imports = ", ".join(f"{name}_lane as {name}" for name in FUNCTIONS)
    head = [
        HEADER,
        f"# of kernel sources {_sources_digest()}",
        "import numpy as np",
        "from numba import cuda",
        f"from forbear.kernel.functions import {imports}",
        "from forbear.kernel.draws import LANES",
        f"from forbear.kernel.cuda_draws import {', '.join(f'{draw}_of' for draw in DRAWS)}",
        "F, MASK = np.float32, 0x7FFFFFFFFFFFFFFF",
        *(f"{name} = F({value!r})" for value, name in constants.names.items()),
        "",
    ]
    return "\n".join(head) + "\n" + "\n\n".join(rules)


def _sources_digest() -> str:
    """What the woven text depends on besides the rules: a change of these files must be a new module."""
    folder = Path(__file__).parent
    names = ("cuda_draws", "cuda_steps", "cuda_compile")
    return hashlib.sha256(b"".join((folder / f"{name}.py").read_bytes() for name in names)).hexdigest()[:16]


class _Facts(ast.NodeTransformer):
    """Puts the places of facts in their arrays where the lane kernel has an array for each fact."""

    def __init__(self, used: Mapping[str, Symbol]) -> None:
        self.facts = {name: symbol for name, symbol in used.items() if not symbol.lane}

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        symbol = self.facts.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if symbol is None:
            return node
        text = f"{bank_of(symbol)}[({symbol.variable} + ({ast.unparse(node.slice)})) & MASK]"
        return ast.copy_location(expression(text), node)


class _ThreadWeaver(_Weaver):
    """The lane weaver with a thread in the place of each loop over lanes."""

    def __init__(
        self,
        rule: RuleSource,
        symbols: Mapping[str, Symbol],
        places: Mapping[int, int],
        constants: Constants,
        number: Mapping[str, int],
        dimensions: Sequence[str],
    ) -> None:
        super().__init__(rule, symbols, places, constants)
        self.number, self.dimensions = number, dimensions

    def weave(self) -> str:
        super().weave()  # plans, assigns rows to what the lane kernel keeps in scratch memory, and emits the body
        used = {symbol.variable: symbol for symbol in self.rule.reads | self.rule.writes}
        head = [f"def {self.rule.function}({', '.join(RULE_ARGUMENTS)}):"]
        head.append("    chunk, lane = cuda.blockIdx.x, cuda.threadIdx.x")
        for position, dimension in enumerate(self.dimensions):
            if f"n_{dimension}" in arguments_of(self.rule, lanes=False):
                head.append(f"    n_{dimension} = counts[{position}]")
        for bank in ("bank", "money"):
            if any(bank_of(symbol) == bank for symbol in used.values()):
                head.append(f"    in_{bank} = chunk * {bank}_rows * LANES + lane")
        for name in sorted(used):
            head.append(f"    {name} = place[{self.number[name]}]")
        if self.rule.draws:
            head.append("    member = members[chunk * LANES + lane]")
        return ast.unparse(_Facts(used).visit(parse("\n".join([*head, *self.lines])))) + "\n"

    def at(self, symbol: Symbol, row: str) -> str:
        """The text of one element: a row of the member's chunk, or a fact."""
        if not symbol.lane:
            return f"{symbol.variable}[{row}]"
        bank = bank_of(symbol)
        return f"{bank}[(in_{bank} + ({symbol.variable} + {row}) * LANES) & MASK]"

    def number_of(self, node: ast.expr) -> str:
        """An argument or target of a draw: the planner has made it an element or a local."""
        symbol = symbol_of(node, self.symbols)
        if symbol is not None:
            return self.at(symbol, row_text(node, symbol, self.symbols))
        assert isinstance(node, ast.Name)
        return f"x_{node.id}"

    def emit_draw(self, draw: Draw, loops: list[tuple[str, str]], depth: int) -> None:
        arguments = [self.number_of(argument) for argument in draw.arguments]
        address = [str(draw.site), "index", flat_index(loops, draw.order), "member", "key0", "key1"]
        self.line(depth, f"{self.number_of(draw.target)} = F({draw.kind}_of({', '.join([*arguments, *address])}))")

    def emit_group(self, group: Group, depth: int) -> None:
        elements: dict[tuple[str, str], str] = {}
        loads: list[str] = []
        stores: dict[str, str] = {}
        lines: list[str] = []

        def element(node: ast.expr, symbol: Symbol, write: bool) -> str:
            row = row_text(node, symbol, self.symbols)
            name = elements.get((symbol.variable, row))
            if name is None:
                name = elements[symbol.variable, row] = f"v{group.number}_{len(elements)}"
                if not write:
                    loads.append(f"{name} = {self.at(symbol, row)}")
            if write:
                stores[name] = f"{self.at(symbol, row)} = {name}"
            return name

        for let in group.lets:
            value = self.value_text(let.value, element, lambda name, write: f"x_{name}")
            symbol = symbol_of(let.target, self.symbols)
            if symbol is not None:
                target = element(let.target, symbol, True)
            else:
                assert isinstance(let.target, ast.Name)
                target = f"x_{let.target.id}"
                # what the lane kernel keeps in a row of scratch memory passes through 32 bits there
                value = f"F({value})" if let.target.id in self.row_of else value
            lines.append(f"{target} = {value}")
        for text in [*loads, *lines, *stores.values()]:
            self.line(depth, text)

    def value_text(self, node: ast.expr, element: Element, local: Local) -> str:
        """The lane weaver's text; calls are put into 32 bits, for the simulator's functions return Python floats."""
        tree = expression(super().value_text(node, element, local))

        class Narrow(ast.NodeTransformer):
            def visit_Call(self, call: ast.Call) -> ast.expr:
                self.generic_visit(call)
                assert isinstance(call.func, ast.Name)
                if call.func.id in FUNCTIONS and call.func.id not in _IN_64_BITS:
                    return ast.Call(ast.Name("F", ast.Load()), [call], [])
                return call

        return ast.unparse(Narrow().visit(tree))
