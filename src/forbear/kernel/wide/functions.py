"""The functions of rules over vectors and single numbers, operation for operation those of `kernel/functions.py`.

Each writer is given the function under way and its arguments, 32-bit numbers or vectors of sixteen; the tests hold
the results to the other kernels' bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable

from forbear.kernel.wide.text import Code, Value, element_of, is_vector, vector_of

__all__ = ["LIBRARY", "any_of", "leaf", "shape_like"]

#: Everything that woven code may call, by name.
LIBRARY: dict[str, Callable[..., Value]] = {}


def leaf(writer: Callable[..., Value]) -> Callable[..., Value]:
    """Put a writer into the library under its own name."""
    LIBRARY[writer.__name__] = writer
    return writer


def shape_like(value: Value, element: str) -> str:
    """The type of so many numbers of another kind."""
    return vector_of(element) if is_vector(value.kind) else element


def any_of(code: Code, mask: Value) -> Value:
    """True when at least one of sixteen is."""
    return mask.to("i16").differs(0)


def _polynomial(x: Value, first: float, *others: float) -> Value:
    """Horner's scheme, the highest power first."""
    value = x.like(first)
    for coefficient in others:
        value = value * x + coefficient
    return value


@leaf
def larger(code: Code, a: Value, b: Value) -> Value:
    """The larger of two numbers."""
    return (a > b).choose(a, b)


@leaf
def smaller(code: Code, a: Value, b: Value) -> Value:
    """The smaller of two numbers."""
    return (a < b).choose(a, b)


@leaf
def clip(code: Code, x: Value, low: Value, high: Value) -> Value:
    """x kept between low and high."""
    return smaller(code, larger(code, x, low), high)


@leaf
def exp(code: Code, x: Value) -> Value:
    """Exponential, clamped to the finite range."""
    x = smaller(code, larger(code, x, x.like(-87.0)), x.like(88.0))
    whole_part = (x * 1.4426950408889634 + 12582912.0) - 12582912.0
    r = x - whole_part * 0.693359375
    r = r - whole_part * -2.12194440e-4
    p = _polynomial(
        r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1
    )
    value = p * (r * r) + r + 1.0
    scale = ((whole_part.convert("i32") + 127) << 23).to(x.kind)
    return value * scale


@leaf
def log(code: Code, x: Value) -> Value:
    """Natural logarithm; arguments below the smallest normal number are raised to it."""
    x = larger(code, x, x.like(1.1754944e-38))
    bits = x.to(shape_like(x, "i32"))
    power_of_two = ((bits >> 23) & 255) - 126
    mantissa = ((bits & 0x007FFFFF) | 0x3F000000).to(x.kind)
    small = mantissa < 0.707106781186547524
    exponent = power_of_two.convert("float") - small.choose(x.like(1.0), x.like(0.0))
    m = small.choose(mantissa + mantissa - 1.0, mantissa - 1.0)
    z = m * m
    p = _polynomial(
        m,
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
    y = m * z * p
    y = y + exponent * -2.12194440e-4
    y = y - z.like(0.5) * z
    return (m + y) + exponent * 0.693359375


def _near_zero(code: Code, x: Value) -> Value:
    t = x * (1 / 6) + 1.0
    for factor in (0.2, 0.25, 1 / 3, 0.5):
        t = (x * factor) * t + 1.0
    return x * t


@leaf
def expm1(code: Code, x: Value) -> Value:
    """exp(x) - 1 without cancellation near zero; far from it only where somebody is."""
    near = _near_zero(code, x)
    inside = code.intrinsic(f"llvm.fabs.{_suffix(x)}", x.kind, x) < 0.35
    if not is_vector(x.kind):
        return inside.choose(near, code.call("exp", x) - 1.0)
    place = code.variable(x.kind)
    code.store(near, place)
    with code.when(any_of(code, ~inside)):
        code.store(inside.choose(near, code.call("exp", x) - 1.0), place)
    return code.load(place, x.kind)


@leaf
def log1p(code: Code, x: Value) -> Value:
    """log(1 + x), x > -1, without loss near zero (Kahan's correction)."""
    u = x + 1.0
    d = u - 1.0
    some = d.differs(0.0)
    safe = some.choose(d, x.like(1.0))
    return some.choose(code.call("log", u) * (x / safe), x)


@leaf
def logistic(code: Code, x: Value) -> Value:
    """1 / (1 + exp(-x))."""
    return 1.0 / (code.call("exp", -x) + 1.0)


@leaf
def probability(code: Code, hazard: Value) -> Value:
    """Probability that an event of this hazard happens: 1 - exp(-min(hazard, 0.5)); negative hazards give 0."""
    hazard = larger(code, hazard, hazard.like(0.0))
    hazard = smaller(code, hazard, hazard.like(0.5))
    return -code.call("expm1", -hazard)


@leaf
def power(code: Code, base: Value, exponent: Value) -> Value:
    """base ** exponent for base >= 0; 0 ** 0 is 1 and 0 ** positive is 0."""
    base, exponent = code.matched(base, exponent)
    value = code.call("exp", exponent * code.call("log", base))
    at_zero = exponent.equals(0.0).choose(base.like(1.0), base.like(0.0))
    return (base > 1.1754944e-38).choose(value, at_zero)


@leaf
def whole(code: Code, x: Value) -> Value:
    """The nearest whole number to one of size below 4 million; larger ones are whole enough."""
    rounded = (x + 12582912.0) - 12582912.0
    small = code.intrinsic(f"llvm.fabs.{_suffix(x)}", x.kind, x) < 4194304.0
    return small.choose(rounded, floor(code, x + 0.5))


@leaf
def cents(code: Code, x: Value) -> Value:
    """A sum of dollars rounded to the cent, in 64 bits."""
    return floor(code, x.convert("double") * 100.0 + 0.5) / 100.0


def floor(code: Code, x: Value) -> Value:
    """The largest whole number that is not above x."""
    return code.intrinsic(f"llvm.floor.{_suffix(x)}", x.kind, x)


def root(code: Code, x: Value) -> Value:
    """The square root."""
    return code.intrinsic(f"llvm.sqrt.{_suffix(x)}", x.kind, x)


def _suffix(x: Value) -> str:
    bits = {"float": "f32", "double": "f64"}[element_of(x.kind)]
    return f"v16{bits}" if is_vector(x.kind) else bits


@leaf
def uniform(code: Code, word: Value) -> Value:
    """A uniform in (0, 1) of 32 random bits, fine near 0: the probability above the value to be drawn."""
    kind = shape_like(word, "float")
    value = code.put(kind, f"uitofp {word} to {kind}") * 2.0**-32 + 2.0**-33
    return smaller(code, value, value.like(1.0 - 2.0**-24))


@leaf
def above_zero(code: Code, none: Value, log_none: Value) -> Value:
    """1 - none without cancellation when none = exp(log_none) is near one."""
    x = -log_none
    t = 1.0 - x * 0.2
    for factor in (0.25, 1.0 / 3.0, 0.5):
        t = 1.0 - (x * factor) * t
    return (x < 0.2).choose(x * t, 1.0 - none)


@leaf
def normal_quantile(code: Code, v: Value) -> Value:
    """Standard normal with probability v above it (erfinv of Giles 2012, absolute error below 5e-6)."""
    u = 1.0 - v
    low = smaller(code, v, u)
    w = -code.call("log", (low * 4.0) * (1.0 - low))
    near = _polynomial(
        w - 2.5,
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941,
    )
    inside = w < 5.0
    place = code.variable(v.kind)
    code.store(near, place)
    with code.when(any_of(code, ~inside)):
        far = _polynomial(
            root(code, w) - 3.0,
            -0.000200214257,
            0.000100950558,
            0.00134934322,
            -0.00367342844,
            0.00573950773,
            -0.0076224613,
            0.00943887047,
            1.00167406,
            2.83297682,
        )
        code.store(inside.choose(near, far), place)
    x = 1.0 - v * 2.0
    return code.load(place, v.kind) * x * 1.4142135623730951


@leaf
def cornish_fisher(code: Code, v: Value, mean: Value, variance: Value, third: Value, fourth: Value) -> Value:
    """Quantile of a lattice count from its cumulants, to third order, before rounding; see `kernel/draws.py`."""
    var = variance - 1.0 / 12.0
    sd = root(code, var)
    z = code.call("normal_quantile", v)
    g1 = third / (var * sd)
    g2 = (fourth + 1.0 / 120.0) / (var * var)
    zz = z * z
    shift = (zz - 1.0) * g1 * (1.0 / 6.0)
    shift = shift + z * (zz - 3.0) * g2 * (1.0 / 24.0)
    shift = shift - z * (zz * 2.0 - 5.0) * g1 * g1 * (1.0 / 36.0)
    return mean + sd * (z + shift)
