"""The functions of rules in 64 bits, operation for operation those of `kernel/functions.py`.

Exponentials and logarithms are those of the platform's mathematics library.
"""

from __future__ import annotations

from collections.abc import Callable

from forbear.kernel.wide.text import Code, Value

__all__ = ["LIBRARY", "platform"]

#: The functions of rules, by name.
LIBRARY: dict[str, Callable[..., Value]] = {}
_TINY = 1.1754944e-38


def _leaf(writer: Callable[..., Value]) -> Callable[..., Value]:
    LIBRARY[writer.__name__] = writer
    return writer


def platform(code: Code, name: str, x: Value) -> Value:
    """A function of the platform's mathematics library."""
    return code.intrinsic({"exp": "llvm.exp.f64", "log": "llvm.log.f64"}.get(name, name), "double", x)


@_leaf
def larger(code: Code, a: Value, b: Value) -> Value:
    """The larger of two numbers."""
    return (a > b).choose(a, b)


@_leaf
def smaller(code: Code, a: Value, b: Value) -> Value:
    """The smaller of two numbers."""
    return (a < b).choose(a, b)


@_leaf
def clip(code: Code, x: Value, low: Value, high: Value) -> Value:
    """x kept between low and high."""
    return smaller(code, larger(code, x, low), high)


@_leaf
def exp(code: Code, x: Value) -> Value:
    """Exponential, clamped to the range of the 32-bit function so that both kernels mean the same."""
    return platform(code, "exp", clip(code, x, x.like(-87.0), x.like(88.0)))


@_leaf
def log(code: Code, x: Value) -> Value:
    """Natural logarithm; arguments below the smallest normal 32-bit number are raised to it."""
    return platform(code, "log", larger(code, x, x.like(_TINY)))


@_leaf
def logistic(code: Code, x: Value) -> Value:
    """1 / (1 + exp(-x))."""
    return 1.0 / (exp(code, -x) + 1.0)


@_leaf
def probability(code: Code, hazard: Value) -> Value:
    """Probability that an event of this hazard happens: 1 - exp(-min(hazard, 0.5)); negative hazards give 0."""
    return -platform(code, "expm1", -clip(code, hazard, hazard.like(0.0), hazard.like(0.5)))


@_leaf
def power(code: Code, base: Value, exponent: Value) -> Value:
    """base ** exponent for base >= 0; 0 ** 0 is 1 and 0 ** positive is 0."""
    place = code.variable("double")
    code.store(exponent.equals(0.0).choose(base.like(1.0), base.like(0.0)), place)
    with code.when(base > _TINY):
        code.store(exp(code, exponent * platform(code, "log", base)), place)
    return code.load(place, "double")


@_leaf
def whole(code: Code, x: Value) -> Value:
    """The nearest whole number, halves to even below 4 million as in the wide kernel."""
    small = code.intrinsic("llvm.fabs.f64", "double", x) < 4194304.0
    return small.choose((x + 6755399441055744.0) - 6755399441055744.0, floor(code, x + 0.5))


@_leaf
def cents(code: Code, x: Value) -> Value:
    """A sum of dollars rounded to the cent."""
    return floor(code, x * 100.0 + 0.5) / 100.0


def floor(code: Code, x: Value) -> Value:
    """The largest whole number that is not above x."""
    return code.intrinsic("llvm.floor.f64", "double", x)
