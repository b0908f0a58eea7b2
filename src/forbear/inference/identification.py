"""How much the data moved each parameter, and whether that is what was expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior

__all__ = ["Contraction", "contractions", "declared_against_measured"]

#: Contraction from which a parameter counts as informed by the data; between the two it is weakly informed.
INFORMED, WEAK = 0.3, 0.1


@dataclass(frozen=True)
class Contraction:
    """contraction: 1 - posterior variance / prior variance of the score (negative: wider than the prior); error: its
    standard error; shift: posterior mean in prior standard deviations; declared: the a-priori class."""

    name: str
    contraction: float
    error: float
    shift: float
    declared: str

    @property
    def measured(self) -> str:
        """What the data did: "informed", "weakly" or "not"."""
        if self.contraction >= INFORMED:
            return "informed"
        moved = abs(self.shift) > 0.5
        return "weakly" if self.contraction >= WEAK or moved else "not"


def contractions(posterior: Posterior) -> list[Contraction]:
    """Contraction of every score of a posterior, most contracted first. No randomness."""
    by_name = {p.name: p.identification for p in MODEL.parameters.values()}
    out = []
    n = len(posterior)
    for place, name in enumerate(posterior.space.names):
        z = posterior.scores[:, place]
        variance = float(np.var(z, ddof=1))
        stem = name.split("[")[0]
        declared = by_name.get(stem, "observation")
        out.append(
            Contraction(name, 1.0 - variance, variance * float(np.sqrt(2.0 / max(n - 1, 1))), float(z.mean()), declared)
        )
    return sorted(out, key=lambda c: -c.contraction)


def declared_against_measured(rows: list[Contraction]) -> dict[str, dict[str, int]]:
    """Counts of parameters by declared class and measured word."""
    out: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = out.setdefault(row.declared, {"informed": 0, "weakly": 0, "not": 0})
        counts[row.measured] += 1
    return out
