"""Simulated passes over all cases: shared draws, outcomes of every case, kept case by case so that a stopped pass
goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from forbear.ensemble.progress import Meter
from forbear.files import checksum
from forbear.inference.joint.simulated import Reads, War, simulate_case
from forbear.inference.keeper import Keeper
from forbear.randomness import uniforms

__all__ = ["Law", "Pass", "log_ratio", "simulate_pass"]


@dataclass(frozen=True)
class Law:
    """A normal law of shared scores. mean: (p,); root: (p, p), a matrix whose product with its transpose is the
    covariance.
    """

    mean: np.ndarray
    root: np.ndarray

    @classmethod
    def neutral(cls, size: int) -> Law:
        """The prior: N(0, I)."""
        return cls(np.zeros(size), np.eye(size))

    @classmethod
    def of(cls, mean: np.ndarray, covariance: np.ndarray) -> Law:
        """From a covariance; what rounding left below zero is set to zero."""
        values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
        return cls(np.asarray(mean), (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)

    def draw(self, count: int, seed: int, name: str) -> np.ndarray:
        """(count, p). Randomness: uniforms named by (seed, draw, name)."""
        plain = ndtri(uniforms(seed, np.arange(count, dtype=np.uint32), f"record/shared/{name}", len(self.mean)))
        return np.asarray(self.mean + plain @ self.root.T)


def log_ratio(z: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Log density of N(mean, covariance) over that of N(0, I) at scores z (draws, p): (draws,)."""
    root = np.linalg.cholesky(covariance)
    apart = np.linalg.solve(root, (z - mean).T)
    return np.asarray(0.5 * (z**2).sum(axis=1) - 0.5 * (apart**2).sum(axis=0) - np.log(np.diag(root)).sum())


@dataclass(frozen=True)
class Pass:
    """One pass. law: of the scores; scores: (draws, p), common to all cases; outcomes: of each case (draws, k)."""

    law: Law
    scores: np.ndarray
    outcomes: tuple[np.ndarray, ...]


def simulate_pass(
    wars: Sequence[War],
    names: Sequence[str],
    law: Law,
    *,
    name: str,
    draws: int,
    seed: int,
    keeper: Keeper,
    meter: Meter,
    workers: int | None = None,
    changes: Mapping[str, float] | None = None,
    scores: np.ndarray | None = None,
    reads: Reads | None = None,
) -> Pass:
    """Run every case under the same draws of the shared scores.

    name: of the pass, for what is kept; changes: levers held at one number; scores: (draws, p) instead of draws of
    `law`; reads: what is taken from a run, as for `simulate_case`.
    """
    drawn = law.draw(draws, seed, name) if scores is None else scores
    out = []
    # a kept piece is of these scores or of no use
    made_of = checksum(np.ascontiguousarray(drawn).tobytes())
    for war in wars:
        piece = f"{name}-{war.case.name}"
        found = keeper.read(piece)
        if found is None or found.get("made_of") != made_of:
            values = simulate_case(war, drawn, names, seed=seed, workers=workers, changes=changes, reads=reads)
            found = {"outcomes": values, "made_of": made_of}
            keeper.write(piece, found)
        out.append(np.asarray(found["outcomes"], dtype=float))
        meter.advance(1)
    return Pass(law, drawn, tuple(out))
