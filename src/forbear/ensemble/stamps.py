"""A stamp says whose numbers a chunk holds: how many members, which, and with which parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forbear.ensemble.design import SharedDraws

__all__ = ["Stamp", "hash_of", "stamp_of"]


@dataclass(frozen=True)
class Stamp:
    """Number of members, hash of their identities, and hash of their parameters (`prior` where they are drawn)."""

    count: int
    members: str
    parameters: str

    def __str__(self) -> str:
        return f"{self.count}:{self.members}:{self.parameters}"


def stamp_of(members: np.ndarray, parameters: Mapping[str, np.ndarray] | None) -> Stamp:
    """The stamp of members with the parameters that they are given, None for draws from the priors."""
    digest = hashlib.sha256(np.ascontiguousarray(members, dtype=np.uint32).tobytes()).hexdigest()
    return Stamp(len(members), digest[:24], "prior" if parameters is None else hash_of(parameters)[:24])


def hash_of(parameters: Mapping[str, np.ndarray]) -> str:
    """SHA-256 over names and values, in hexadecimal digits."""
    digest = hashlib.sha256()
    if isinstance(parameters, SharedDraws):
        digest.update(np.ascontiguousarray(parameters.which, dtype="<i8").tobytes())
        parameters = parameters.values_of_draws
    for name in sorted(parameters):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(parameters[name], dtype=np.float64).tobytes())
    return digest.hexdigest()
