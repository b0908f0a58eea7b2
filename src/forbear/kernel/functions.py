"""Elementary functions that give the same bits on every machine.

The lane kernel works in 32-bit floats. Calls to the platform's mathematics library would stop the loop over
lanes from being vectorised and would give other bits on another machine, so exponential and logarithm are
polynomials here (coefficients: Cephes, Moshier, public domain single-precision set). Relative error is below
2e-7 over the range used; `tests/kernel` bounds it against 64-bit values.

Each function exists twice: `name` for 64-bit scalars (exact kernel, plain Python) and `name_lane` for 32-bit.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, types
from numba.core.extending import intrinsic

F = np.float32
#: Leaves are inlined by force: the optimiser would leave a long one as a call, and a loop over lanes with a call
#: in it is not vectorised.
leaf = njit(error_model="numpy", nogil=True, forceinline=True)


def _without_overlap(dispatcher):  # type: ignore[no-untyped-def]
    """Tell the compiler that array arguments never overlap where the function writes.

    This spares run-time overlap tests, which would otherwise keep long loops from being vectorised. The flag is
    one of numba's own, but no public option sets it; without it the results are the same, slower.
    """
    customise = getattr(dispatcher._compiler, "_customize_flags", None)
    if customise is not None:

        def with_noalias(flags):  # type: ignore[no-untyped-def]
            flags = customise(flags)
            flags.noalias = True
            return flags

        dispatcher._compiler._customize_flags = with_noalias
    return dispatcher


def over_lanes(function):  # type: ignore[no-untyped-def]
    """Compile a function that loops over lanes."""
    return _without_overlap(njit(error_model="numpy", nogil=True)(function))


def woven_rule(function):  # type: ignore[no-untyped-def]
    """Compile a woven rule: called from compiled code only, so no Python entry is made for it."""
    return _without_overlap(
        njit(error_model="numpy", nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
    )


_LOG2E = F(1.4426950408889634)
_LN2_HI = F(0.693359375)
_LN2_LO = F(-2.12194440e-4)
_E0, _E1, _E2 = F(1.9875691500e-4), F(1.3981999507e-3), F(8.3334519073e-3)
_E3, _E4, _E5 = F(4.1665795894e-2), F(1.6666665459e-1), F(5.0000001201e-1)
_L0, _L1, _L2 = F(7.0376836292e-2), F(-1.1514610310e-1), F(1.1676998740e-1)
_L3, _L4, _L5 = F(-1.2420140846e-1), F(1.4249322787e-1), F(-1.6668057665e-1)
_L6, _L7, _L8 = F(2.0000714765e-1), F(-2.4999993993e-1), F(3.3333331174e-1)
_SQRT_HALF = F(0.707106781186547524)
_ZERO, _HALF, _ONE = F(0.0), F(0.5), F(1.0)
_TWO, _FOUR = F(2.0), F(4.0)
_EXP_LOW, _EXP_HIGH = F(-87.0), F(88.0)
_TINY = F(1.1754944e-38)
_MAGIC = F(12582912.0)  # 1.5 * 2**23: adding it rounds a float to a whole number


@intrinsic
def _bits_to_float(typingctx, bits):  # type: ignore[no-untyped-def]
    """Reinterpret 32 bits as a float."""
    signature = types.float32(types.int32)

    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return builder.bitcast(args[0], context.get_value_type(types.float32))

    return signature, build


@intrinsic
def _float_to_bits(typingctx, value):  # type: ignore[no-untyped-def]
    """Reinterpret a float as 32 bits."""
    signature = types.int32(types.float32)

    def build(context, builder, sig, args):  # type: ignore[no-untyped-def]
        return builder.bitcast(args[0], context.get_value_type(types.int32))

    return signature, build


@leaf
def exp_lane(x):  # type: ignore[no-untyped-def]
    """Exponential of a 32-bit float, clamped to the finite range."""
    x = x if x > _EXP_LOW else _EXP_LOW
    x = x if x < _EXP_HIGH else _EXP_HIGH
    whole = (x * _LOG2E + _MAGIC) - _MAGIC
    r = x - whole * _LN2_HI
    r = r - whole * _LN2_LO
    p = _E0
    p = p * r + _E1
    p = p * r + _E2
    p = p * r + _E3
    p = p * r + _E4
    p = p * r + _E5
    value = p * (r * r) + r + _ONE
    scale = _bits_to_float(np.int32((np.int32(whole) + np.int32(127)) << np.int32(23)))
    return value * scale


@leaf
def log_lane(x):  # type: ignore[no-untyped-def]
    """Natural logarithm of a positive 32-bit float; arguments below the smallest normal are raised to it."""
    x = x if x > _TINY else _TINY
    bits = _float_to_bits(x)
    power = np.int32((bits >> np.int32(23)) & np.int32(255)) - np.int32(126)
    mantissa = _bits_to_float(np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000)))
    small = mantissa < _SQRT_HALF
    exponent = F(power) - (_ONE if small else _ZERO)
    m = (mantissa + mantissa - _ONE) if small else (mantissa - _ONE)
    z = m * m
    p = _L0
    p = p * m + _L1
    p = p * m + _L2
    p = p * m + _L3
    p = p * m + _L4
    p = p * m + _L5
    p = p * m + _L6
    p = p * m + _L7
    p = p * m + _L8
    y = m * z * p
    y = y + exponent * _LN2_LO
    y = y - _HALF * z
    return (m + y) + exponent * _LN2_HI


@leaf
def expm1_lane(x):  # type: ignore[no-untyped-def]
    """exp(x) - 1 of a 32-bit float without cancellation near zero."""
    near = x * (
        _ONE + x * _HALF * (_ONE + x * F(1 / 3) * (_ONE + x * F(0.25) * (_ONE + x * F(0.2) * (_ONE + x * F(1 / 6)))))
    )
    far = exp_lane(x) - _ONE
    return near if abs(x) < F(0.35) else far


@leaf
def log1p_lane(x):  # type: ignore[no-untyped-def]
    """log(1 + x) of a 32-bit float, x > -1, without loss near zero (Kahan's correction)."""
    u = _ONE + x
    d = u - _ONE
    safe = d if d != _ZERO else _ONE
    value = log_lane(u) * (x / safe)
    return value if d != _ZERO else x


@leaf
def larger_lane(a, b):  # type: ignore[no-untyped-def]
    """The larger of two 32-bit floats."""
    return a if a > b else b


@leaf
def smaller_lane(a, b):  # type: ignore[no-untyped-def]
    """The smaller of two 32-bit floats."""
    return a if a < b else b


@leaf
def clip_lane(x, low, high):  # type: ignore[no-untyped-def]
    """x kept between low and high."""
    x = x if x > low else low
    return x if x < high else high


@leaf
def logistic_lane(x):  # type: ignore[no-untyped-def]
    """1 / (1 + exp(-x)) of a 32-bit float."""
    return _ONE / (_ONE + exp_lane(-x))


@leaf
def probability_lane(hazard):  # type: ignore[no-untyped-def]
    """Probability that an event of this hazard happens: 1 - exp(-min(hazard, 0.5)); negative hazards give 0."""
    hazard = hazard if hazard > _ZERO else _ZERO
    hazard = hazard if hazard < _HALF else _HALF
    return -expm1_lane(-hazard)


@leaf
def power_lane(base, exponent):  # type: ignore[no-untyped-def]
    """base ** exponent for base >= 0 in 32 bits; 0 ** 0 is 1 and 0 ** positive is 0."""
    value = exp_lane(exponent * log_lane(base))
    at_zero = _ONE if exponent == _ZERO else _ZERO
    return value if base > _TINY else at_zero


@leaf
def whole_lane(x):  # type: ignore[no-untyped-def]
    """The nearest whole number to a 32-bit float of size below 4 million; larger ones are whole enough."""
    rounded = (x + _MAGIC) - _MAGIC
    return rounded if abs(x) < F(4194304.0) else F(np.floor(x + _HALF))


@leaf
def cents_lane(x):  # type: ignore[no-untyped-def]
    """A sum of dollars rounded to the cent, in 64 bits."""
    return math.floor(np.float64(x) * 100.0 + 0.5) / 100.0


# ---- 64-bit scalars: the exact kernel and plain Python ---------------------------------------------------


@leaf
def exp(x):  # type: ignore[no-untyped-def]
    """Exponential, clamped to the range of the 32-bit function so that both kernels mean the same."""
    return math.exp(min(max(x, -87.0), 88.0))


@leaf
def log(x):  # type: ignore[no-untyped-def]
    """Natural logarithm; arguments below the smallest normal 32-bit float are raised to it."""
    return math.log(max(x, 1.1754944e-38))


@leaf
def larger(a, b):  # type: ignore[no-untyped-def]
    """The larger of two numbers."""
    return a if a > b else b


@leaf
def smaller(a, b):  # type: ignore[no-untyped-def]
    """The smaller of two numbers."""
    return a if a < b else b


@leaf
def clip(x, low, high):  # type: ignore[no-untyped-def]
    """x kept between low and high."""
    return min(max(x, low), high)


@leaf
def logistic(x):  # type: ignore[no-untyped-def]
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))


@leaf
def probability(hazard):  # type: ignore[no-untyped-def]
    """Probability that an event of this hazard happens: 1 - exp(-min(hazard, 0.5)); negative hazards give 0."""
    return -math.expm1(-min(max(hazard, 0.0), 0.5))


@leaf
def power(base, exponent):  # type: ignore[no-untyped-def]
    """base ** exponent for base >= 0; 0 ** 0 is 1 and 0 ** positive is 0."""
    if base > 1.1754944e-38:
        return exp(exponent * math.log(base))
    return 1.0 if exponent == 0.0 else 0.0


@leaf
def whole(x):  # type: ignore[no-untyped-def]
    """The nearest whole number, halves to even below 4 million as in the lane kernel."""
    if abs(x) < 4194304.0:
        return (x + 6755399441055744.0) - 6755399441055744.0
    return math.floor(x + 0.5)


@leaf
def cents(x):  # type: ignore[no-untyped-def]
    """A sum of dollars rounded to the cent."""
    return math.floor(x * 100.0 + 0.5) / 100.0


#: Functions that rules may call, by name: (64-bit scalar, 32-bit lane).
FUNCTIONS = {
    "exp": (exp, exp_lane),
    "log": (log, log_lane),
    "larger": (larger, larger_lane),
    "smaller": (smaller, smaller_lane),
    "clip": (clip, clip_lane),
    "logistic": (logistic, logistic_lane),
    "probability": (probability, probability_lane),
    "power": (power, power_lane),
    "whole": (whole, whole_lane),
    "cents": (cents, cents_lane),
}
