"""What a run is made of, so that it can be told from every other and made again."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.design import SharedDraws

if TYPE_CHECKING:
    from forbear.ensemble.device import Device
    from forbear.scenario.problem import Problem

__all__ = ["manifest_of"]


def manifest_of(
    problem: Problem,
    *,
    seed: int,
    members: np.ndarray,
    chunk: int,
    recorded: Sequence[str],
    kernel: str,
    parameters: Mapping[str, np.ndarray] | None,
    note: str,
    device: Device,
) -> dict[str, Any]:
    """Version, hashes of model, scenario, parameters and evidence, seed, members, what was recorded, and on what it ran."""
    from importlib.metadata import version

    return {
        "forbear": version("forbear"),
        "numba": version("numba"),
        "python": platform.python_version(),
        "scenario": problem.name,
        "title": problem.title,
        "scenario_hash": problem.hash,
        "model_hash": MODEL.hash,
        **({"extensions": dict(problem.extensions)} if problem.extensions else {}),
        "evidence_hash": _evidence_hash(),
        "seed": seed,
        "members": hashlib.sha256(np.ascontiguousarray(members).tobytes()).hexdigest() + f":{len(members)}",
        "count": len(members),
        "chunk": chunk,
        "recorded": list(recorded),
        "kernel": kernel,
        "device": device.kind,
        "device_name": device.name,
        "parameters": "prior" if parameters is None else _hash_of(parameters),
        "note": note,
        "step_weeks": problem.step,
        "steps": problem.steps,
        "start": str(problem.start),
    }


def _hash_of(parameters: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256()
    if isinstance(parameters, SharedDraws):
        digest.update(np.ascontiguousarray(parameters.which, dtype="<i8").tobytes())
        parameters = parameters.values_of_draws
    for name in sorted(parameters):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(parameters[name], dtype=np.float64).tobytes())
    return digest.hexdigest()


def _evidence_hash() -> str:
    from importlib.resources import files

    digest = hashlib.sha256()
    for folder in ("series", "cases", "estimates", "maps"):
        root = files("forbear.evidence") / folder
        for entry in sorted(root.iterdir(), key=lambda e: e.name) if root.is_dir() else []:
            if entry.name.endswith((".csv", ".geojson")):
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()
