"""Which parameters move an outcome, by designs made for the question: Sobol indices through scipy, Morris effects.

Designs are over prior quantiles in [0, 1]: turn them into parameters through each prior, run, and hand back one
outcome per row. Draws that exist already are the business of `forbear.discovery.given_draws`. Indices have no unit.
Heavy-tailed outcomes (deaths, money) belong on a log scale, or a few draws decide.

Sources: Sobol (2001), Math. Comput. Simulation 55; Saltelli and others (2010), Computer Physics Communications 181;
Morris (1991), Technometrics 33; Campolongo and others (2007), Environmental Modelling & Software 22. Morris's walks
are own code, held to SALib (Iwanaga, Usher and Herman 2022) by a test; docs/decisions/0013-licences-and-weight.md says why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forbear.questions.streams import stream

__all__ = [
    "MorrisEffects",
    "SobolIndices",
    "checked_draws",
    "checked_outcome",
    "morris_design",
    "morris_effects",
    "sobol_design",
    "sobol_indices",
]


#: Times that rows or walks are drawn again for a half-width, and the normal quantile of 95 %.
RESAMPLES, NORMAL = 100, 1.959964


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

    Rows: `base` of A, `base` of B, then for each parameter A with that column of B. base: a power of two, else the
    sequence loses its balance (ValueError). Stream "sobol design" of `seed` scrambles.
    """
    from scipy.stats import qmc

    if base < 2 or base & (base - 1):
        raise ValueError(f"base is {base}; a Sobol sequence needs a power of two")
    scramble = int(stream(seed, "sobol design").integers(2**63))
    drawn = qmc.Sobol(2 * parameters, rng=scramble).random(base)
    one, other = drawn[:, :parameters], drawn[:, parameters:]
    mixed = np.repeat(one[None], parameters, axis=0)
    for j in range(parameters):
        mixed[j, :, j] = other[:, j]
    return np.concatenate([one, other, mixed.reshape(-1, parameters)])


def sobol_indices(outcome: np.ndarray, parameters: int, seed: int) -> SobolIndices:
    """Return first and total order indices from the outcome, (rows,), of a `sobol_design`, in its row order.

    Stream "sobol rows" of `seed` resamples rows for the half-widths. The outcome is centred first: the estimator of
    the first order is sensitive to a large mean. Luck that differs between rows counts as interaction; share luck
    across rows. ValueError where the outcomes are no design of so many parameters.
    """
    from scipy.stats import sobol_indices as indices

    values = checked_outcome(outcome)
    base = len(values) // (parameters + 2)
    if len(values) % (parameters + 2) or base < 2 or base & (base - 1):
        raise ValueError(f"{len(values)} outcomes are no design of {parameters} parameters")
    table = (values - values.mean()).reshape(parameters + 2, base)

    def both(rows: np.ndarray) -> np.ndarray:
        taken = table[:, rows]
        found = indices(func={"f_A": taken[:1], "f_B": taken[1:2], "f_AB": taken[2:, None]}, n=base)
        return np.array([found.first_order, found.total_order]).reshape(2, parameters)

    generator = stream(seed, "sobol rows")
    again = np.array([both(generator.integers(base, size=base)) for _ in range(RESAMPLES)])
    (first, total), (first_width, total_width) = both(np.arange(base)), NORMAL * again.std(axis=0, ddof=1)
    return SobolIndices(first, first_width, total, total_width)


def morris_design(parameters: int, trajectories: int, seed: int, levels: int = 4) -> np.ndarray:
    """Return `trajectories` one-at-a-time walks through [0, 1], shape (trajectories * (parameters + 1), parameters).

    A walk starts on one of `levels` levels (an even number, ValueError otherwise) and moves each parameter once, in any
    order, by levels / 2 levels up or down, whichever stays inside. Stream "morris walks" of `seed`.
    """
    if levels < 2 or levels % 2:
        raise ValueError(f"{levels} levels: an even number is needed, or the levels would not be met equally often")
    generator = stream(seed, "morris walks")
    start = generator.integers(levels, size=(trajectories, parameters))
    move = np.where(start < levels // 2, levels // 2, -(levels // 2))
    turn = np.argsort(generator.random((trajectories, parameters)), axis=1).argsort(axis=1)
    moved = np.arange(parameters + 1)[None, :, None] > turn[:, None, :]
    return ((start[:, None] + moved * move[:, None]) / (levels - 1)).reshape(-1, parameters)


def morris_effects(design: np.ndarray, outcome: np.ndarray, seed: int) -> MorrisEffects:
    """Return elementary effects from a `morris_design` and its outcome, (rows,).

    Stream "morris walks again" of `seed` resamples walks for the half-widths. ValueError where the design is no walk.
    """
    points, values = checked_draws(design, outcome)
    parameters = points.shape[1]
    if len(points) % (parameters + 1):
        raise ValueError(f"{len(points)} rows are no walks of {parameters} parameters")
    steps = np.diff(points.reshape(-1, parameters + 1, parameters), axis=1)
    moved = steps != 0.0
    if not ((moved.sum(axis=1) == 1).all() and (moved.sum(axis=2) == 1).all()):
        raise ValueError("each step of a walk must move one parameter, and each parameter once")
    changes = np.diff(values.reshape(-1, parameters + 1), axis=1)
    effects = (moved * changes[:, :, None]).sum(axis=1) / steps.sum(axis=1)
    generator = stream(seed, "morris walks again")
    again = [abs(effects[generator.integers(len(effects), size=len(effects))]).mean(axis=0) for _ in range(RESAMPLES)]
    half_width = NORMAL * np.std(again, axis=0, ddof=1)
    return MorrisEffects(effects.mean(axis=0), abs(effects).mean(axis=0), half_width, effects.std(axis=0, ddof=1))


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
