"""Writes LLVM's intermediate representation: typed values whose arithmetic becomes instructions, loops, functions.

A value is a number (`float`, `double`, `i64`, `i32`, `i1`) or a vector of sixteen. Where the two meet, the number is
spread over the vector. Arithmetic is written as it stands, instruction by instruction, and nothing lets the compiler
reorder or fuse it: the bits are the same on every machine.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

__all__ = ["WIDTH", "Code", "Module", "Value", "element_of", "is_vector", "vector_of"]

#: Members in one vector.
WIDTH = 16
_INTEGERS = ("i1", "i8", "i16", "i32", "i64")


def vector_of(kind: str) -> str:
    """The type of sixteen numbers of a kind."""
    return f"<{WIDTH} x {kind}>"


def is_vector(kind: str) -> bool:
    """True for a vector's type."""
    return kind.startswith("<")


def element_of(kind: str) -> str:
    """The type of one number of a vector, or the type itself."""
    return kind.split(" x ")[1][:-1] if is_vector(kind) else kind


def _count(kind: str) -> int:
    return int(kind[1:].split(" x ")[0]) if is_vector(kind) else 1


def _literal(value: float, kind: str) -> str:
    if kind in _INTEGERS:
        return str(int(value))
    if kind == "float":
        value = struct.unpack("<f", struct.pack("<f", value))[0]
    return "0x" + struct.pack(">d", value).hex().upper()


class Value:
    """A number or vector in a function under way; `+ - * /`, comparisons and bit operations write instructions."""

    __slots__ = ("code", "kind", "name")

    def __init__(self, code: Code, kind: str, name: str) -> None:
        """kind: its LLVM type; name: what stands for it in the text."""
        self.code, self.kind, self.name = code, kind, name

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"

    def __add__(self, other: Value | float) -> Value:
        return self.code.arithmetic("add", self, other)

    def __sub__(self, other: Value | float) -> Value:
        return self.code.arithmetic("sub", self, other)

    def __rsub__(self, other: float) -> Value:
        return self.code.arithmetic("sub", self.like(other), self)

    def __mul__(self, other: Value | float) -> Value:
        return self.code.arithmetic("mul", self, other)

    def __truediv__(self, other: Value | float) -> Value:
        return self.code.arithmetic("div", self, other)

    def __rtruediv__(self, other: float) -> Value:
        return self.code.arithmetic("div", self.like(other), self)

    def __radd__(self, other: float) -> Value:
        return self.code.arithmetic("add", self.like(other), self)

    def __rmul__(self, other: float) -> Value:
        return self.code.arithmetic("mul", self.like(other), self)

    def __neg__(self) -> Value:
        if element_of(self.kind) in _INTEGERS:
            return self.like(0) - self
        return self.code.put(self.kind, f"fneg {self}")

    def __and__(self, other: Value | int) -> Value:
        return self.code.bits("and", self, other)

    def __or__(self, other: Value | int) -> Value:
        return self.code.bits("or", self, other)

    def __xor__(self, other: Value | int) -> Value:
        return self.code.bits("xor", self, other)

    def __lshift__(self, other: int) -> Value:
        return self.code.bits("shl", self, other)

    def __rshift__(self, other: int) -> Value:
        """Shift without sign."""
        return self.code.bits("lshr", self, other)

    def __invert__(self) -> Value:
        return self ^ -1

    def __lt__(self, other: Value | float) -> Value:
        return self.code.compare("lt", self, other)

    def __le__(self, other: Value | float) -> Value:
        return self.code.compare("le", self, other)

    def __gt__(self, other: Value | float) -> Value:
        return self.code.compare("gt", self, other)

    def __ge__(self, other: Value | float) -> Value:
        return self.code.compare("ge", self, other)

    def equals(self, other: Value | float) -> Value:
        """Whether both are equal, number by number."""
        return self.code.compare("eq", self, other)

    def differs(self, other: Value | float) -> Value:
        """Whether both differ, number by number; not-a-number differs from everything."""
        return self.code.compare("ne", self, other)

    def choose(self, yes: Value | float, no: Value | float) -> Value:
        """yes where this is true, no elsewhere; both are worked out."""
        if not isinstance(yes, Value):
            yes = no.like(yes)  # type: ignore[union-attr]
        a, b = self.code.matched(yes, no)
        test = self
        if is_vector(a.kind) and not is_vector(test.kind):
            pass  # one truth for all
        elif is_vector(test.kind) and not is_vector(a.kind):
            a, b = self.code.spread(a), self.code.spread(b)
        return self.code.put(a.kind, f"select {test}, {a}, {b}")

    def like(self, number: float) -> Value:
        """A plain number in this value's type."""
        return self.code.number(number, self.kind)

    def to(self, kind: str) -> Value:
        """Reinterpret the bits as another type of the same size."""
        return self.code.put(kind, f"bitcast {self} to {kind}")

    def convert(self, element: str) -> Value:
        """The same numbers in another kind of number; integers are signed, truth becomes 1 and 0."""
        mine = element_of(self.kind)
        if mine == element:
            return self
        kind = f"<{_count(self.kind)} x {element}>" if is_vector(self.kind) else element
        if mine == "i1" and element in ("float", "double"):
            how = "uitofp"
        elif mine in _INTEGERS and element in _INTEGERS:
            wider = _INTEGERS.index(element) > _INTEGERS.index(mine)
            how = ("zext" if mine == "i1" else "sext") if wider else "trunc"
        elif mine in _INTEGERS:
            how = "sitofp"
        elif element in _INTEGERS:
            how = "fptosi"
        else:
            how = "fpext" if element == "double" else "fptrunc"
        return self.code.put(kind, f"{how} {self} to {kind}")


class Code:
    """A function being written."""

    def __init__(self, module: Module, head: str, kinds: Sequence[tuple[str, str]]) -> None:
        """head: everything before the parameters; kinds: (type with its attributes, name) of each parameter."""
        self.module = module
        self.head = f"{head}({', '.join(f'{kind} %{name}' for kind, name in kinds)})"
        self.arguments = {name: Value(self, kind.split(" noalias")[0], f"%{name}") for kind, name in kinds}
        self.entry: list[str] = []
        self.lines: list[str] = []
        self.count = 0

    # -- instructions ---------------------------------------------------------------------------------------

    def name(self) -> str:
        """A new name for a value."""
        self.count += 1
        return f"%t{self.count}"

    def put(self, kind: str, instruction: str) -> Value:
        """Write an instruction that gives a value."""
        value = Value(self, kind, self.name())
        self.lines.append(f"  {value.name} = {instruction}")
        return value

    def line(self, text: str) -> None:
        """Write an instruction that gives none."""
        self.lines.append("  " + text)

    def number(self, value: float, kind: str) -> Value:
        """A plain number, spread where the type is a vector's."""
        text = _literal(value, element_of(kind))
        return Value(self, kind, f"splat ({element_of(kind)} {text})" if is_vector(kind) else text)

    def spread(self, value: Value) -> Value:
        """Sixteen times the same number."""
        if is_vector(value.kind):
            return value
        kind = vector_of(value.kind)
        if not value.name.startswith("%"):
            return Value(self, kind, f"splat ({value})")
        one = self.put(kind, f"insertelement {kind} poison, {value}, i64 0")
        return self.put(kind, f"shufflevector {one}, {kind} poison, {vector_of('i32')} zeroinitializer")

    def matched(self, a: Value, b: Value | float) -> tuple[Value, Value]:
        """Both in one type: plain numbers in the other's, 32 bits in 64, whole numbers with broken ones in 64."""
        if not isinstance(b, Value):
            b = a.like(b)
        mine, other = element_of(a.kind), element_of(b.kind)
        if mine != other:
            common = "double" if {mine, other} & {"float", "double"} else max(mine, other, key=_INTEGERS.index)
            a, b = a.convert(common), b.convert(common)
        if is_vector(a.kind) != is_vector(b.kind):
            a, b = self.spread(a), self.spread(b)
        return a, b

    def arithmetic(self, operation: str, a: Value, b: Value | float) -> Value:
        """add, sub, mul or div."""
        a, b = self.matched(a, b)
        if element_of(a.kind) in _INTEGERS:
            if operation == "div":
                return self.arithmetic("div", a.convert("double"), b.convert("double"))
            return self.put(a.kind, f"{operation} {a}, {b.name}")
        return self.put(a.kind, f"f{operation} {a}, {b.name}")

    def bits(self, operation: str, a: Value, b: Value | int) -> Value:
        """and, or, xor and shifts."""
        a, b = self.matched(a, b)
        return self.put(a.kind, f"{operation} {a}, {b.name}")

    def compare(self, relation: str, a: Value, b: Value | float) -> Value:
        """A comparison; of integers with sign."""
        a, b = self.matched(a, b)
        kind = f"<{_count(a.kind)} x i1>" if is_vector(a.kind) else "i1"
        if element_of(a.kind) in _INTEGERS:
            sign = "" if relation in ("eq", "ne") else "s"
            return self.put(kind, f"icmp {sign}{relation} {a}, {b.name}")
        order = "une" if relation == "ne" else f"o{relation}"
        return self.put(kind, f"fcmp {order} {a}, {b.name}")

    def intrinsic(self, name: str, kind: str, *values: Value) -> Value:
        """Call a function of the compiler's own."""
        self.module.declare(f"declare {kind} @{name}({', '.join(v.kind for v in values)})")
        return self.put(kind, f"call {kind} @{name}({', '.join(map(str, values))})")

    def call(self, name: str, *values: Value) -> Value:
        """Call a function of the library; it is written when first wanted for these types."""
        kind, full = self.module.function(name, tuple(v.kind for v in values))
        return self.put(kind, f"call {kind} @{full}({', '.join(map(str, values))})")

    # -- memory ---------------------------------------------------------------------------------------------

    def variable(self, kind: str, many: int = 1) -> Value:
        """A place in memory, which the compiler keeps in a register where it can."""
        name = self.name()
        what = kind if many == 1 else f"[{many} x {kind}]"
        self.entry.append(f"  {name} = alloca {what}, align 64")
        return Value(self, "ptr", name)

    def at(self, pointer: Value, kind: str, index: Value | int) -> Value:
        """The address of element `index`."""
        index = index if isinstance(index, Value) else self.number(index, "i64")
        return self.put("ptr", f"getelementptr inbounds {kind}, {pointer}, {index}")

    def load(self, pointer: Value, kind: str) -> Value:
        """Read; vectors lie at any multiple of their elements' size."""
        return self.put(kind, f"load {kind}, {pointer}, align {_BYTES[element_of(kind)]}")

    def store(self, value: Value, pointer: Value) -> None:
        """Write."""
        self.line(f"store {value}, {pointer}, align {_BYTES[element_of(value.kind)]}")

    # -- control --------------------------------------------------------------------------------------------

    def label(self) -> str:
        """A new name of a block."""
        self.count += 1
        return f"b{self.count}"

    def begin(self, label: str) -> None:
        """Begin a block."""
        self.lines.append(f"{label}:")

    def branch(self, test: Value, yes: str, no: str) -> None:
        """End a block by a choice."""
        self.line(f"br {test}, label %{yes}, label %{no}")

    def jump(self, label: str) -> None:
        """End a block."""
        self.line(f"br label %{label}")

    @contextmanager
    def loop(self, first: Value, end: Value, by: Value | int = 1) -> Iterator[Value]:
        """For the number from `first` up to `end`, exclusive."""
        place = self.variable("i64")
        head, body, done = self.label(), self.label(), self.label()
        self.store(first, place)
        self.jump(head)
        self.begin(head)
        index = self.load(place, "i64")
        self.branch(index < end, body, done)
        self.begin(body)
        yield index
        self.store(index + by, place)
        self.jump(head)
        self.begin(done)

    def repeat(self, end: Value, by: Value | int = 1):  # type: ignore[no-untyped-def]
        """For the number from nought up to `end`, exclusive."""
        return self.loop(self.number(0, "i64"), end, by)

    @contextmanager
    def as_long_as(self, test: Callable[[], Value]) -> Iterator[None]:
        """Again and again while the test is true."""
        head, body, done = self.label(), self.label(), self.label()
        self.jump(head)
        self.begin(head)
        self.branch(test(), body, done)
        self.begin(body)
        yield
        self.jump(head)
        self.begin(done)

    @contextmanager
    def when(self, test: Value) -> Iterator[None]:
        """Only if the test is true."""
        body, done = self.label(), self.label()
        self.branch(test, body, done)
        self.begin(body)
        yield
        self.jump(done)
        self.begin(done)

    def either(self, test: Value, yes: Callable[[], None], no: Callable[[], None]) -> None:
        """Do one of two things."""
        first, second, done = self.label(), self.label(), self.label()
        self.branch(test, first, second)
        self.begin(first)
        yes()
        self.jump(done)
        self.begin(second)
        no()
        self.jump(done)
        self.begin(done)

    def end(self, result: Value | None = None) -> None:
        """Return and hand the text to the module."""
        self.line("ret void" if result is None else f"ret {result}")
        body = [*self.entry, "  br label %body", "body:", *self.lines]
        self.module.functions.append(f"define {self.head} #0 {{\n" + "\n".join(body) + "\n}\n")


_BYTES = {"float": 4, "double": 8, "i1": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8, "ptr": 8}


class Module:
    """The text of a kernel under way.

    library: name -> writer of a function (code, values) -> result, written once for each combination of types.
    """

    def __init__(
        self,
        library: dict[str, Callable[..., Value]],
        attributes: str = "nounwind",
        features: frozenset[str] = frozenset(),
    ) -> None:
        """attributes: of every function; features: instruction sets that packing may use."""
        self.library, self.features = library, features
        self.attributes = attributes
        self.functions: list[str] = []
        self.globals: dict[str, str] = {}
        self.declared: set[str] = set()
        self.written: dict[tuple[str, tuple[str, ...]], tuple[str, str]] = {}

    def copy(self, attributes: str, features: frozenset[str]) -> Module:
        """The same text so far, to go on with for one kind of machine."""
        other = Module(self.library, attributes, features)
        other.functions, other.globals = list(self.functions), dict(self.globals)
        other.declared, other.written = set(self.declared), dict(self.written)
        return other

    def declare(self, text: str) -> None:
        """Announce a function from outside."""
        self.declared.add(text)

    def constant(self, name: str, kind: str, values: Sequence[float]) -> str:
        """A table of numbers; returns the name of its address."""
        items = ", ".join(f"{kind} {_literal(v, kind)}" for v in values)
        self.globals[name] = f"@{name} = internal constant [{len(values)} x {kind}] [{items}], align 64"
        return f"@{name}"

    def function(self, name: str, kinds: tuple[str, ...]) -> tuple[str, str]:
        """Result type and full name of a library function for arguments of these types."""
        if (name, kinds) not in self.written:
            full = ".".join([name, *("v" + element_of(k) if is_vector(k) else k for k in kinds)])
            parameters = [(kind, f"a{place}") for place, kind in enumerate(kinds)]
            code = Code(self, "", parameters)
            result = self.library[name](code, *code.arguments.values())
            code.head = (
                f"internal {result.kind} @{full}({', '.join(f'{kind} %{at}' for kind, at in parameters)}) alwaysinline"
            )
            code.end(result)
            self.written[name, kinds] = result.kind, full
        return self.written[name, kinds]

    def __str__(self) -> str:
        attributes = f"attributes #0 = {{ {self.attributes} }}"
        head = [*sorted(self.globals.values()), *sorted(self.declared), attributes, ""]
        return "\n".join([*head, *self.functions])
