"""Prior distributions: which arguments each family takes, and their quantile functions.

The quantile form lets one uniform number per parameter carry a member from any design (random, Latin hypercube,
Sobol) to a draw, so that two scenarios that share uniforms share their parameters' luck.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forbear.country.declare import Prior

if TYPE_CHECKING:
    import numpy as np

__all__ = ["FAMILIES", "Family", "argument_faults", "median_and_interval", "quantile"]


@dataclass(frozen=True)
class Family:
    """Arguments of a family of distributions; those in `scaled` carry the parameter's unit."""

    arguments: tuple[str, ...]
    scaled: tuple[str, ...]
    rule: str
    holds: Callable[[dict[str, float]], bool]


FAMILIES: dict[str, Family] = {
    "fixed": Family(("value",), ("value",), "any number", lambda a: True),
    "uniform": Family(("low", "high"), ("low", "high"), "low < high", lambda a: a["low"] < a["high"]),
    "loguniform": Family(("low", "high"), ("low", "high"), "0 < low < high", lambda a: 0 < a["low"] < a["high"]),
    "normal": Family(("mean", "sd"), ("mean", "sd"), "sd > 0", lambda a: a["sd"] > 0),
    "truncated_normal": Family(
        ("mean", "sd", "low", "high"),
        ("mean", "sd", "low", "high"),
        "sd > 0, low < high, and low..high within 30 sd of the mean",
        lambda a: (
            a["sd"] > 0
            and a["low"] < a["high"]
            and (a["low"] - a["mean"]) / a["sd"] < 30
            and (a["mean"] - a["high"]) / a["sd"] < 30
        ),
    ),
    "lognormal": Family(
        ("median", "sigma"), ("median",), "median > 0, sigma > 0", lambda a: a["median"] > 0 and a["sigma"] > 0
    ),
    "beta": Family(("a", "b"), (), "a > 0, b > 0", lambda a: a["a"] > 0 and a["b"] > 0),
    "exponential": Family(("scale",), ("scale",), "scale > 0", lambda a: a["scale"] > 0),
    "gamma": Family(
        ("shape", "scale"), ("scale",), "shape > 0, scale > 0", lambda a: a["shape"] > 0 and a["scale"] > 0
    ),
    "spike_lognormal": Family(
        ("weight_at_zero", "median", "sigma"),
        ("median",),
        "0 <= weight_at_zero < 1, median > 0, sigma > 0",
        lambda a: 0 <= a["weight_at_zero"] < 1 and a["median"] > 0 and a["sigma"] > 0,
    ),
}


def argument_faults(family: str, arguments: dict[str, float]) -> list[str]:
    """Return what is wrong with the arguments of a known family, in words; empty when nothing is."""
    known = FAMILIES[family]
    faults = [f"{family} lacks {name}" for name in known.arguments if name not in arguments]
    faults += [f"{family} takes no {name}" for name in arguments if name not in known.arguments]
    faults += [f"{name} is not finite" for name, value in arguments.items() if not math.isfinite(value)]
    if not faults and not known.holds(arguments):
        faults.append(f"{family} needs {known.rule}")
    return faults


def quantile(prior: Prior, u: np.ndarray) -> np.ndarray:
    """Return the prior's quantiles at `u`.

    Parameters: `u`, an array of any shape with values in (0, 1). Returns float64 of the same shape, in the
    parameter's unit. No randomness. `spike_lognormal` is exactly zero for u below `weight_at_zero`; `fixed` ignores u.
    Raises KeyError for a family that is not in FAMILIES (the reader lets none pass).
    """
    import numpy as np
    from scipy import special

    u = np.asarray(u, dtype=np.float64)
    a = prior.arguments
    match prior.family:
        case "fixed":
            return np.full_like(u, a["value"])
        case "uniform":
            return np.asarray(a["low"] + (a["high"] - a["low"]) * u)
        case "loguniform":
            return np.asarray(np.exp(np.log(a["low"]) + np.log(a["high"] / a["low"]) * u))
        case "normal":
            return np.asarray(a["mean"] + a["sd"] * special.ndtri(u))
        case "truncated_normal":
            return _truncated_normal(a, u)
        case "lognormal":
            return np.asarray(a["median"] * np.exp(a["sigma"] * special.ndtri(u)))
        case "beta":
            return np.asarray(special.betaincinv(a["a"], a["b"], u))
        case "exponential":
            return np.asarray(-a["scale"] * np.log1p(-u))
        case "gamma":
            return np.asarray(a["scale"] * special.gammaincinv(a["shape"], u))
        case "spike_lognormal":
            weight = a["weight_at_zero"]
            rest = np.clip((u - weight) / (1.0 - weight), np.finfo(float).tiny, 1.0 - 2.0**-53)
            return np.where(u < weight, 0.0, a["median"] * np.exp(a["sigma"] * special.ndtri(rest)))
    raise KeyError(prior.family)


def _truncated_normal(a: dict[str, float], u: np.ndarray) -> np.ndarray:
    """Invert in the tail that holds the interval, so that far tails keep their digits."""
    import numpy as np
    from scipy import special

    low, high = (a["low"] - a["mean"]) / a["sd"], (a["high"] - a["mean"]) / a["sd"]
    if low > 0:  # mirror: work in the lower tail
        upper, lower = special.log_ndtr(-low), special.log_ndtr(-high)
        z = -special.ndtri_exp(_log_mix(lower, upper, 1.0 - u))
    else:
        z = special.ndtri_exp(_log_mix(special.log_ndtr(low), special.log_ndtr(high), u))
    return np.asarray(np.clip(a["mean"] + a["sd"] * z, a["low"], a["high"]))


def _log_mix(low: float, high: float, u: np.ndarray) -> Any:
    """log((1-u) exp(low) + u exp(high)) without leaving the logarithm."""
    import numpy as np

    with np.errstate(divide="ignore"):
        return np.logaddexp(np.log1p(-u) + low, np.log(u) + high)


def median_and_interval(prior: Prior) -> tuple[float, float, float]:
    """Return the median and the central 90 per cent interval of a prior: what a table shows of it."""
    import numpy as np

    low, middle, high = quantile(prior, np.array([0.05, 0.5, 0.95]))
    return float(middle), float(low), float(high)
