"""What a run is made of, so that it can be told from every other and made again."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.country.program import program_of
from forbear.ensemble.stamps import hash_of
from forbear.files import checksum
from forbear.kernel import woven

if TYPE_CHECKING:
    from forbear.ensemble.device import Device
    from forbear.scenario.problem import Problem

__all__ = ["IDENTITY", "manifest_of", "run_hash", "versions"]

#: What two runs must share for their chunks to be the same to the bit. Members and parameters are compared chunk by
#: chunk (see `stamps`), so that an ensemble can grow.
IDENTITY = (
    "store", "forbear", "llvmlite", "numba", "numpy", "scipy", "kernel_hash", "scenario_hash", "model_hash", "extensions", "seed",
    "chunk", "recorded", "kernel", "device", "step_weeks",
)  # fmt: skip
#: The layout of a store. Another number, another layout.
FORMAT = 2


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
    """Versions, hashes of all that a run is made of, seed, members, what was recorded, and on what it ran.

    Parameters
    ----------
    problem
        What is run.
    seed, members, parameters
        The luck, identities (members,), and parameters by name, None for draws from the priors.
    chunk
        Members of a piece.
    recorded
        Quantities, with what else tells one recording from another.
    kernel, device
        What they run on.
    note
        Where the parameters come from.

    Returns
    -------
    dict
        Plain values only, ready for JSON.
    """
    return {
        "store": FORMAT,
        **versions(),
        "python": platform.python_version(),
        "kernel_hash": _kernel_hash(problem, "cuda" if device.kind == "cuda" else kernel),
        "scenario": problem.name,
        "title": problem.title,
        "scenario_hash": problem.hash,
        "model_hash": MODEL.hash,
        **({"extensions": dict(problem.extensions)} if problem.extensions else {}),
        "evidence_hash": _evidence_hash(),
        "seed": seed,
        "members": checksum(np.ascontiguousarray(members).tobytes()) + f":{len(members)}",
        "count": len(members),
        "chunk": chunk,
        "recorded": list(recorded),
        "kernel": kernel,
        "device": device.kind,
        "device_name": device.name,
        "parameters": "prior" if parameters is None else hash_of(parameters),
        "note": note,
        "step_weeks": problem.step,
        "steps": problem.steps,
        "start": str(problem.start),
    }


def run_hash(manifest: Mapping[str, Any]) -> str:
    """Names the run by its identity: chunks of one hash may lie in one store."""
    said = json.dumps([manifest.get(key) for key in IDENTITY], sort_keys=True)
    return checksum(said.encode())[:32]


def _kernel_hash(problem: Problem, kernel: str) -> str:
    return woven.digest(program_of(tuple(name for name, _ in problem.extensions)), kernel)


@cache
def versions() -> dict[str, str]:
    """Of all that decides bits: forbear's own, the compilers', and those of what draws parameters."""
    return {name: version(name) for name in ("forbear", "llvmlite", "numba", "numpy", "scipy")}


@cache
def _evidence_hash() -> str:
    digest = hashlib.sha256()
    for folder in ("series", "cases", "estimates", "maps"):
        root = files("forbear.evidence") / folder
        for entry in sorted(root.iterdir(), key=lambda e: e.name) if root.is_dir() else []:
            if entry.name.endswith((".csv", ".geojson")):
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()
