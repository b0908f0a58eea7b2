"""Which parameters move an outcome, by designs made for the question: Sobol indices and Morris effects through SALib.

Designs are over prior quantiles in [0, 1]: turn them into parameters through each prior, run, and hand back one
outcome per row. Draws that exist already are the business of `forbear.discovery.given_draws`. Indices have no unit.
Heavy-tailed outcomes (deaths, money) belong on a log scale, or a few draws decide.

Sources: Sobol (2001), Math. Comput. Simulation 55; Saltelli and others (2010), Computer Physics Communications 181;
Morris (1991), Technometrics 33; Campolongo and others (2007), Environmental Modelling & Software 22; the library:
Iwanaga, Usher and Herman (2022), Socio-Environmental Systems Modelling 4 (SALib).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = [
    "MorrisEffects",
    "SobolIndices",
    "checked_draws",
    "checked_outcome",
    "morris_design",
    "morris_effects",
    "problem_of",
    "sobol_design",
    "sobol_indices",
]


@dataclass(frozen=True)
class SobolIndices:
    """Shares of the outcome's variance, each (parameters,): alone, and with all interactions; 95 % half-widths."""

    first: np.ndarray
    first_half_width: np.ndarray
    total: np.ndarray
    total_half_width: np.ndarray


@dataclass(frozen=True)
class MorrisEffects:
    """Elementary effects per unit of quantile, each (parameters,), in the outcome's units.

    mean: signed; absolute_mean: size whatever the sign, with its 95 % half-width; deviation: spread over the space
    (large beside the absolute mean: curved or interacting).
    """

    mean: np.ndarray
    absolute_mean: np.ndarray
    absolute_half_width: np.ndarray
    deviation: np.ndarray


def sobol_design(parameters: int, base: int, seed: int) -> np.ndarray:
    """Return a Saltelli design of quantiles, shape (base * (parameters + 2), parameters), from a scrambled sequence.

    base: a power of two, else the sequence loses its balance (ValueError). `seed` scrambles.
    """
    from SALib.sample import sobol

    if base < 2 or base & (base - 1):
        raise ValueError(f"base is {base}; a Sobol sequence needs a power of two")
    return sobol.sample(problem_of(parameters), base, calc_second_order=False, seed=seed)


def sobol_indices(outcome: np.ndarray, parameters: int, seed: int) -> SobolIndices:
    """Return first and total order indices from the outcome, (rows,), of a `sobol_design`, in its row order.

    `seed` resamples rows for the half-widths. The outcome is centred first: the estimator of the first order is
    sensitive to a large mean. Luck that differs between rows counts as interaction; share luck across rows.
    """
    from SALib.analyze import sobol

    values = checked_outcome(outcome)
    if len(values) % (parameters + 2):
        raise ValueError(f"{len(values)} outcomes are no design of {parameters} parameters")
    found = sobol.analyze(problem_of(parameters), values - values.mean(), calc_second_order=False, seed=seed)
    return SobolIndices(*(np.asarray(found[key]) for key in ("S1", "S1_conf", "ST", "ST_conf")))


def morris_design(parameters: int, trajectories: int, seed: int, levels: int = 4) -> np.ndarray:
    """Return `trajectories` one-at-a-time walks through [0, 1], shape (trajectories * (parameters + 1), parameters)."""
    from SALib.sample import morris

    return morris.sample(problem_of(parameters), trajectories, num_levels=levels, seed=seed)


def morris_effects(design: np.ndarray, outcome: np.ndarray, seed: int, levels: int = 4) -> MorrisEffects:
    """Return elementary effects from a `morris_design` and its outcome, (rows,). `seed` resamples for half-widths."""
    from SALib.analyze import morris

    points, values = checked_draws(design, outcome)
    found = morris.analyze(problem_of(points.shape[1]), points, values, num_levels=levels, seed=seed)
    return MorrisEffects(*(np.asarray(found[key], float) for key in ("mu", "mu_star", "mu_star_conf", "sigma")))


def problem_of(parameters: int) -> dict:
    """Return SALib's description of that many quantiles."""
    return {"num_vars": parameters, "names": [f"x{j}" for j in range(parameters)], "bounds": [[0.0, 1.0]] * parameters}


def checked_draws(parameters: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return finite parameters (draws, parameters) and outcome (draws,); ValueError where they do not match."""
    points, values = np.asarray(parameters, dtype=float), checked_outcome(outcome)
    if points.ndim != 2 or len(points) != len(values) or not np.isfinite(points).all():
        raise ValueError(f"parameters {points.shape} must be finite with one row for each of {len(values)} outcomes")
    return points, values


def checked_outcome(outcome: np.ndarray) -> np.ndarray:
    """Return the outcome as finite numbers, (draws,); ValueError otherwise."""
    values = np.asarray(outcome, dtype=float)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError(f"an outcome is one finite number per draw, not shape {values.shape}")
    return values
