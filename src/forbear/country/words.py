"""The words that rules are written in, as plain Python.

Importing them costs nothing, and a rule called with plain arrays runs as it reads: this is how the
individual-by-individual check in the tests follows the same rules. Compiled kernels put their own functions of
the same names in their place (`forbear.kernel`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

__all__ = [
    "binomial", "cents", "clip", "drawing_with", "exp", "larger", "log", "logistic", "normal", "poisson", "power",
    "probability", "rule", "smaller", "total", "uniform", "whole",
]  # fmt: skip


class Luck(Protocol):
    """Where plain Python takes its random numbers from."""

    def binomial(self, name: str, n: float, p: float) -> float:
        """A draw from Binomial(n, p)."""

    def poisson(self, name: str, mean: float) -> float:
        """A draw from Poisson(mean)."""

    def normal(self, name: str) -> float:
        """A standard normal draw."""

    def uniform(self, name: str) -> float:
        """A draw from (0, 1)."""


_luck: ContextVar[Luck] = ContextVar("luck")


@contextmanager
def drawing_with(luck: Luck) -> Any:
    """Let rules called inside take their draws from `luck`."""
    token = _luck.set(luck)
    try:
        yield
    finally:
        _luck.reset(token)


def rule(*equations: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a function as a rule and say which equations of the model document it is."""

    def mark(function: Callable[..., None]) -> Callable[..., None]:
        function.equations = equations  # type: ignore[attr-defined]
        return function

    return mark


def total(values: Iterable[float]) -> float:
    """The sum over a dimension."""
    return sum(values)


def binomial(name: str, n: float, p: float) -> float:
    """How many of n, each with probability p."""
    return _luck.get().binomial(name, n, p)


def poisson(name: str, mean: float) -> float:
    """How many events of an expected number."""
    return _luck.get().poisson(name, mean)


def normal(name: str) -> float:
    """A standard normal draw."""
    return _luck.get().normal(name)


def uniform(name: str) -> float:
    """A draw from (0, 1)."""
    return _luck.get().uniform(name)


def exp(x: float) -> float:
    """Exponential."""
    return math.exp(min(max(x, -87.0), 88.0))


def log(x: float) -> float:
    """Natural logarithm."""
    return math.log(max(x, 1.1754944e-38))


def larger(a: float, b: float) -> float:
    """The larger of two."""
    return a if a > b else b


def smaller(a: float, b: float) -> float:
    """The smaller of two."""
    return a if a < b else b


def clip(x: float, low: float, high: float) -> float:
    """x kept between low and high."""
    return min(max(x, low), high)


def logistic(x: float) -> float:
    """1 / (1 + exp(-x))."""
    return 1.0 / (1.0 + exp(-x))


def probability(hazard: float) -> float:
    """1 - exp(-min(hazard, 0.5)): the chance that an event of this hazard happens within the step."""
    return -math.expm1(-min(max(hazard, 0.0), 0.5))


def power(base: float, exponent: float) -> float:
    """base ** exponent for base >= 0."""
    if base > 1.1754944e-38:
        return exp(exponent * math.log(base))
    return 1.0 if exponent == 0.0 else 0.0


def whole(x: float) -> float:
    """The nearest whole number."""
    return float(round(x))


def cents(x: float) -> float:
    """Dollars rounded to the cent."""
    return math.floor(x * 100.0 + 0.5) / 100.0
