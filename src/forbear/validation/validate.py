"""Validation of a fitted scenario: everything that says whether its answers deserve belief, as one table of results."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FitError, nearest
from forbear.files import read_json, write_json
from forbear.validation.parts import PARTS

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "PARTS", "load_validation", "validate"]

FILE = "validation.json"


def load_validation(scenario: Scenario) -> dict[str, Any] | None:
    """The results beside a scenario; None where there are none.

    Raises FileError E104 or E109 where the file cannot be read, is damaged or was changed after it was written.
    """
    path = Path(scenario.file).parent / FILE if scenario.file else None
    if path is None or not path.exists():
        return None
    found: dict[str, Any] = _numbers(read_json(path, seal=True))
    return found


def validate(
    scenario: Scenario,
    posterior: Posterior,
    *,
    parts: Sequence[str] | None = None,
    store: Path | None = None,
    seed: int = 1,
    quick: bool = False,
    before: dict[str, Any] | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
) -> dict[str, Any]:
    """Run the parts (all for None) and return their results; parts that are not run keep what `before` says of them,
    where it speaks of the same posterior; what was found of another one is let go, and that is said.

    store: folder for the fits that hold-out and structures need, so that a stopped validation goes on; quick: fewer
    draws, marked as such. Randomness: named by the seed. Raises FitError E609 for an unknown part.
    """
    meter = progress or NoMeter()
    chosen = list(PARTS) if parts is None else list(parts)
    for part in chosen:
        if part not in PARTS:
            raise FitError(
                "E609", f"no part of a validation is called {part!r}", hint=f"did you mean {nearest(part, PARTS)}?"
            )
    out: dict[str, Any] = dict(before or {})
    if out and out.get("stamp") != posterior.stamp:
        gone = [part for part in PARTS if part in out]
        meter.say(f"another posterior was validated before: {', '.join(gone)} of it no longer hold")
        out = {}
    out["stamp"], out["seed"] = posterior.stamp, seed
    for part in PARTS:
        if part in chosen:
            meter.say(f"validate: {part}")
            begun = time.time()
            result = PARTS[part].run(
                scenario, posterior, seed=seed, quick=quick, store=store, workers=workers, meter=meter
            )
            out[part] = {**result, "quick": quick, "seconds": round(time.time() - begun)}
    return out


def save_validation(results: dict[str, Any], path: Path) -> None:
    """Write results, sealed, whole or not at all. Raises FileError E103.

    JSON has no word for not-a-number: it is written as null and read back as what it was.
    """
    write_json(path, _plain(results), seal=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    return math.nan if value is None else value
