"""Validation of a fitted scenario: everything that says whether its answers deserve belief, as one table of results."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FitError, nearest

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "PARTS", "load_validation", "validate"]

FILE = "validation.json"
PARTS = ("neutrality", "contraction", "predictive", "forecast", "structures", "recovery", "transport")
#: The fit whose forecasts are judged stops before this month of the first case; other scenarios say it in the file
#: `validation.toml` beside them (`inference/plan.py`), and those without one use three fifths of their span.
HOLDOUT = {"iraq-2003": "2007-01"}


def load_validation(scenario: Scenario) -> dict[str, Any] | None:
    """The results beside a scenario; None where there are none."""
    path = Path(scenario.file).parent / FILE if scenario.file else None
    return json.loads(path.read_text(encoding="utf-8")) if path is not None and path.exists() else None


def holdout_month(scenario: Scenario) -> str:
    """The first month that the hold-out fit does not see. Raises FitError E611 for a wrong `validation.toml`."""
    from forbear.inference.plan import load_plan

    said = load_plan(scenario).holdout
    if said:
        return said
    problem = scenario.problem()
    return HOLDOUT.get(problem.name, problem.month_labels[int(0.6 * len(problem.month_labels))])


def validate(
    scenario: Scenario,
    posterior: Posterior,
    *,
    parts: Sequence[str] = PARTS,
    store: Path | None = None,
    seed: int = 1,
    quick: bool = False,
    before: dict[str, Any] | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
) -> dict[str, Any]:
    """Run the parts and return their results; parts that are not run keep what `before` says of them.

    store: folder for the fits that hold-out and structures need, so that a stopped validation goes on; quick: fewer
    draws, marked as such. Randomness: named by the seed. Raises FitError E609 for an unknown part.
    """
    meter = progress or NoMeter()
    for part in parts:
        if part not in PARTS:
            raise FitError(
                "E609", f"no part of a validation is called {part!r}", hint=f"did you mean {nearest(part, PARTS)}?"
            )
    out: dict[str, Any] = dict(before or {})
    out["stamp"], out["seed"] = posterior.stamp, seed
    from forbear.validation import parts as validation_parts

    for part in PARTS:
        if part in parts:
            meter.say(f"validate: {part}")
            begun = time.time()
            result = getattr(validation_parts, part)(
                scenario, posterior, seed=seed, quick=quick, store=store, workers=workers, meter=meter
            )
            out[part] = {**result, "quick": quick, "seconds": round(time.time() - begun)}
    return out


def save_validation(results: dict[str, Any], path: Path) -> None:
    """Write results at once or not at all. Raises FitError E605."""
    work = path.with_suffix(".tmp")
    try:
        work.write_text(json.dumps(results, indent=1, default=_plain, allow_nan=True), encoding="utf-8")
        os.replace(work, path)
    except OSError as error:
        raise FitError("E605", f"{path} cannot be written: {error.strerror}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(type(value).__name__)
