"""Exact samplers in 64 bits, member by member: those of `kernel/exact.py`, operation for operation.

Binomial: inversion for small means, otherwise BTRS; Poisson: inversion, otherwise PTRS (Hormann 1993); normal: AS241.
"""

from __future__ import annotations

from collections.abc import Callable

from forbear.kernel.exact import AGAIN, NORMAL_CENTRE, NORMAL_FAR, NORMAL_TAIL
from forbear.kernel.wide.draws import ROW
from forbear.kernel.wide.exact_functions import floor, larger, platform, smaller
from forbear.kernel.wide.text import Code, Module, Value
from forbear.kernel.wide.words import ROUNDS, constants_of_round, multipliers

__all__ = ["write_exact_samplers"]

_ADDRESS = (("i32", "site"), ("i32", "step"), ("i32", "index"), ("i32", "member"), ("i32", "key0"), ("i32", "key1"))


def write_exact_samplers(module: Module) -> None:
    """Write `binomial`, `poisson`, `normal` and `uniform` for rows of 64-bit numbers into a module."""
    _write_uniform_at(module)
    _write_one(module, "binomial", 2, _binomial)
    _write_one(module, "poisson", 1, _poisson)
    _write_one(module, "normal", 0, _normal)
    _write_one(module, "uniform", 0, lambda code: _uniform(code, 0))


def _write_one(module: Module, name: str, arguments: int, sampler: Callable[..., Value]) -> None:
    """Write the sampler of one member, and that of all members of all rows of a table."""
    numbers = [("double", f"x{place}") for place in range(arguments)]
    code = Code(module, f"internal double @{name}.one", [*numbers, *_ADDRESS])
    code.end(sampler(code, *(code.arguments[n] for _, n in numbers)))
    kinds = [("ptr", "table"), ("i64", "rows"), ("i32", "step"), ("i32", "site"), ("i32", "key0"), ("i32", "key1")]
    code = Code(module, f"internal void @{name}", [*kinds, ("ptr", "members"), ("i64", "lanes")])
    given = code.arguments

    def field(row: Value, number: int) -> Value:
        at = code.put("ptr", f"getelementptr inbounds {ROW}, {given['table']}, {row}, i32 {number}")
        return code.load(at, "i64" if number == 3 else "ptr")

    with code.repeat(given["rows"]) as row, code.repeat(given["lanes"]) as lane:
        values = [code.load(code.at(field(row, place), "double", lane), "double") for place in range(arguments)]
        member = code.load(code.at(given["members"], "i32", lane), "i32")
        address = [given["site"], given["step"], field(row, 3).convert("i32"), member, given["key0"], given["key1"]]
        handed = ", ".join(map(str, [*values, *address]))
        code.store(code.put("double", f"call double @{name}.one({handed})"), code.at(field(row, 2), "double", lane))
    code.end()


# -- random numbers -------------------------------------------------------------------------------------------------


def _unsigned(code: Code, word: Value) -> Value:
    return code.put("i64", f"zext {word} to i64")


def _write_uniform_at(module: Module) -> None:
    """The uniform in (0, 1) of one address and attempt; attempt 0 is the number that the wide kernel uses."""
    code = Code(module, "internal double @uniform_at", [("i32", "attempt"), *_ADDRESS])
    g = code.arguments
    again = g["attempt"].differs(0)
    a, b = g["member"], g["step"]
    c = again.choose(g["site"] + AGAIN + (g["attempt"] >> 2), g["site"])
    d = again.choose(g["index"], g["index"] >> 2)
    which = again.choose(g["attempt"], g["index"]) & 3
    m0, m1 = multipliers()
    for number in range(ROUNDS):
        w0, w1 = constants_of_round(number)
        p0, p1 = _unsigned(code, a) * m0, _unsigned(code, c) * m1
        a, b, c, d = (
            (p1 >> 32).convert("i32") ^ b ^ (g["key0"] + w0),
            p1.convert("i32"),
            (p0 >> 32).convert("i32") ^ d ^ (g["key1"] + w1),
            p0.convert("i32"),
        )
    word = which.equals(0).choose(a, which.equals(1).choose(b, which.equals(2).choose(c, d)))
    code.end((code.put("double", f"uitofp {word} to double") + 0.5) * 2.0**-32)


def _uniform(code: Code, attempt: Value | int) -> Value:
    number = attempt if isinstance(attempt, Value) else code.number(attempt, "i32")
    handed = ", ".join(map(str, [number, *(code.arguments[name] for _, name in _ADDRESS)]))
    return code.put("double", f"call double @uniform_at({handed})")


# -- samplers -------------------------------------------------------------------------------------------------------


class _Place:
    """A number that changes."""

    def __init__(self, code: Code, value: Value | float, kind: str = "double") -> None:
        self.code, self.kind = code, kind
        self.at = code.variable(kind)
        self.set(value)

    def get(self) -> Value:
        return self.code.load(self.at, self.kind)

    def set(self, value: Value | float) -> None:
        self.code.store(value if isinstance(value, Value) else self.code.number(value, self.kind), self.at)


def _binomial(code: Code, n: Value, p: Value) -> Value:
    n = floor(code, n + 0.5)
    p = smaller(code, larger(code, p, p.like(0.0)), p.like(1.0))
    count = _Place(code, 0.0)

    def drawn() -> None:
        flip = p > 0.5
        q = flip.choose(1.0 - p, p)
        code.either(n * q < 10.0, lambda: _few(code, n, q, flip, count), lambda: _btrs(code, n, q, count))
        count.set(flip.choose(n - count.get(), count.get()))

    with code.when((n > 0.0) & (p > 0.0)):
        code.either(p >= 1.0, lambda: count.set(n), drawn)
    return count.get()


def _few(code: Code, n: Value, q: Value, flip: Value, count: _Place) -> None:
    """Inversion from zero up."""
    v = _uniform(code, 0)
    v = flip.choose(1.0 - v, v)
    log_none = n * platform(code, "log1p", -q)
    pmf, tail = _Place(code, platform(code, "exp", log_none)), _Place(code, -platform(code, "expm1", log_none))
    odds = q / (1.0 - q)
    with code.as_long_as(lambda: (v < tail.get()) & (count.get() < n) & (count.get() <= 150.0)):
        k = count.get() + 1.0
        count.set(k)
        pmf.set(pmf.get() * ((n - k + 1.0) / k * odds))
        tail.set(tail.get() - pmf.get())


def _rejection(
    code: Code, count: _Place, propose: Callable[[Value, Value], tuple[Value, Value, Value, Callable[[], Value]]]
) -> None:
    """Propose until one is taken. propose: (u, v) -> proposal, whether it is taken at once, whether it is out of
    question, and a test of the rest."""
    attempt, going = _Place(code, 0, "i32"), _Place(code, 1, "i1")
    with code.as_long_as(going.get):
        number = attempt.get()
        u, v = _uniform(code, number) - 0.5, _uniform(code, number + 1)
        attempt.set(number + 2)
        k, at_once, out, test = propose(u, v)

        def taken(k: Value = k) -> None:
            count.set(k)
            going.set(0)

        def tested(out: Value = out, test: Callable[[], Value] = test, taken: Callable[[], None] = taken) -> None:
            with code.when(~out), code.when(test()):
                taken()

        code.either(at_once, taken, tested)


def _btrs(code: Code, n: Value, q: Value, count: _Place) -> None:
    spq = _root(code, n * q * (1.0 - q))
    b = spq * 2.53 + 1.15
    a = b * 0.0248 + -0.0873 + q * 0.01
    c = n * q + 0.5
    vr = 0.92 - 4.2 / b
    alpha = (5.1 / b + 2.83) * spq
    lpq = platform(code, "log", q / (1.0 - q))
    m = floor(code, (n + 1.0) * q)
    h = platform(code, "lgamma", m + 1.0) + platform(code, "lgamma", n - m + 1.0)

    def propose(u: Value, v: Value) -> tuple[Value, Value, Value, Callable[[], Value]]:
        us = 0.5 - code.intrinsic("llvm.fabs.f64", "double", u)
        k = floor(code, (a * 2.0 / us + b) * u + c)

        def test() -> Value:
            left = platform(code, "log", v * alpha / (a / (us * us) + b))
            right = h - platform(code, "lgamma", k + 1.0) - platform(code, "lgamma", n - k + 1.0)
            return left <= right + (k - m) * lpq

        return k, (us >= 0.07) & (v <= vr), (k < 0.0) | (k > n), test

    _rejection(code, count, propose)


def _poisson(code: Code, mean: Value) -> Value:
    count = _Place(code, 0.0)

    def few() -> None:
        v = _uniform(code, 0)
        pmf, tail = _Place(code, platform(code, "exp", -mean)), _Place(code, -platform(code, "expm1", -mean))
        with code.as_long_as(lambda: (v < tail.get()) & (count.get() <= 150.0)):
            k = count.get() + 1.0
            count.set(k)
            pmf.set(pmf.get() * (mean / k))
            tail.set(tail.get() - pmf.get())

    with code.when(mean > 0.0):
        code.either(mean < 10.0, few, lambda: _ptrs(code, mean, count))
    return count.get()


def _ptrs(code: Code, mean: Value, count: _Place) -> None:
    slam = _root(code, mean)
    loglam = platform(code, "log", mean)
    b = slam * 2.53 + 0.931
    a = b * 0.02483 + -0.059
    inverse_alpha = 1.1328 / (b - 3.4) + 1.1239
    vr = 0.9277 - 3.6224 / (b - 2.0)

    def propose(u: Value, v: Value) -> tuple[Value, Value, Value, Callable[[], Value]]:
        us = 0.5 - code.intrinsic("llvm.fabs.f64", "double", u)
        k = floor(code, (a * 2.0 / us + b) * u + mean + 0.43)

        def test() -> Value:
            left = platform(code, "log", v) + platform(code, "log", inverse_alpha)
            left = left - platform(code, "log", a / (us * us) + b)
            return left <= -mean + k * loglam - platform(code, "lgamma", k + 1.0)

        return k, (us >= 0.07) & (v <= vr), (k < 0.0) | (us < 0.013) & (v > us), test

    _rejection(code, count, propose)


def _normal(code: Code) -> Value:
    p = 1.0 - _uniform(code, 0)
    q = p - 0.5
    result = _Place(code, 0.0)

    def ratio(r: Value, polynomials: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[Value, Value]:
        out = []
        for coefficients in polynomials:
            value = r * coefficients[0] + coefficients[1]
            for coefficient in coefficients[2:]:
                value = value * r + coefficient
            out.append(value)
        return out[0], out[1]

    def centre() -> None:
        top, low = ratio(0.180625 - q * q, NORMAL_CENTRE)
        result.set(q * top / low)

    def outside() -> None:
        r = (q < 0.0).choose(p, 1.0 - p)
        r = _root(code, -platform(code, "log", r))

        def put(shift: float, polynomials: tuple[tuple[float, ...], tuple[float, ...]]) -> None:
            top, low = ratio(r - shift, polynomials)
            result.set((q < 0.0).choose(-top / low, top / low))

        code.either(r <= 5.0, lambda: put(1.6, NORMAL_TAIL), lambda: put(5.0, NORMAL_FAR))

    code.either(code.intrinsic("llvm.fabs.f64", "double", q) <= 0.425, centre, outside)
    return result.get()


def _root(code: Code, x: Value) -> Value:
    return code.intrinsic("llvm.sqrt.f64", "double", x)
