"""Rival structures fitted to the same months and judged by what they foresee, not by how well they look back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import gather
from forbear.inference.forecast.rolling import MODEL_NAME, roll
from forbear.inference.forecast.weights import pseudo_bma_plus, stacking_weights
from forbear.inference.settings import RIVAL
from forbear.inference.structures import structures, with_structure
from forbear.validation.holdout import district_series, holdout, holdout_month

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.scenario import Scenario

__all__ = ["compare_structures"]


def compare_structures(
    scenario: Scenario, *, seed: int, quick: bool, store: Path | None, workers: int | None, meter: Meter
) -> dict[str, Any]:
    """Fit each structure before the hold-out month, forecast, and stack (Yao and others 2018).

    Every structure gets the same modest effort, less than the shipped fit's. No mechanism at all is the negative
    binomial regression on its own past. Randomness: named by the seed.
    """

    known = {"full": "the full model", **{name: s.title for name, s in structures(scenario).items()}}
    density: dict[str, np.ndarray] = {}
    rows: dict[str, dict[str, Any]] = {}
    regression = "negative binomial regression"
    for number, (name, title) in enumerate(known.items()):
        changed = with_structure(scenario, name)
        meter.say(f"structure {title}")
        fitted = holdout(changed, RIVAL, seed=seed, store=store, workers=workers, meter=meter, name=f"structure-{name}")
        data = gather(changed, fitted.space.problem)
        labels = fitted.space.problem.month_labels
        first = labels.index(holdout_month(scenario))
        origins = [labels[i] for i in range(first, min(first + 13, len(labels) - 12), 3)]
        rolled = roll(
            changed, fitted, data, series=district_series(data), origins=origins, seed=seed, baselines=number == 0, workers=workers, progress=meter
        )  # fmt: skip
        models = {name: MODEL_NAME}
        if number == 0:
            models["own past"] = regression
        for label, model in models.items():
            scores = rolled.scores["district"][model]
            density[label] = -scores["log_score"].ravel()
            rows[label] = {
                "title": "no mechanism, its own past" if label == "own past" else title,
                "log_score": float(np.nanmean(scores["log_score"])),
                "crps": float(np.nanmean(scores["crps"])),
                "level": fitted.notes["scout"]["level"] if label != "own past" else [],
            }
    points = np.stack(list(density.values()))
    points = points[:, np.isfinite(points).all(axis=0)]
    stacked = stacking_weights(points)
    pseudo = pseudo_bma_plus(points, seed)
    for place, label in enumerate(density):
        rows[label]["stacking"] = float(stacked.weights[place])
        rows[label]["pseudo_bma"] = float(pseudo[place])
    return {"rows": rows, "points": int(points.shape[1])}
