"""Rolling forecasts by a fit that has not seen the months it forecasts, and of the years after a scenario's end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import gather
from forbear.inference.forecast.comparison import skill_table
from forbear.inference.forecast.judgement import judgement
from forbear.inference.forecast.rolling import MODEL_NAME, roll
from forbear.inference.settings import FULL, QUICK
from forbear.inference.space import Space
from forbear.scenario.scenario import Scenario
from forbear.validation.ending import later_numbers
from forbear.validation.holdout import district_series, holdout, holdout_month

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior

__all__ = ["afterwards", "forecast", "roll_and_judge"]


def forecast(
    scenario: Scenario,
    posterior: Posterior,
    *,
    seed: int,
    quick: bool,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> dict[str, Any]:
    """Rolling-origin forecasts by a fit that has not seen the months it forecasts."""

    # a fit that stopped where the hold-out begins is the judged one itself
    seen = str(posterior.notes.get("until", "")) == holdout_month(scenario)
    fitted = (
        posterior
        if seen
        else holdout(scenario, QUICK if quick else FULL, seed=seed, store=store, workers=workers, meter=meter)
    )
    out = {
        **roll_and_judge(scenario, fitted, seed=seed, workers=workers, meter=meter),
        "fit": fitted.notes.get("refine", {}).get("faults", []),
    }
    if not out["series"]:
        out |= later_numbers(scenario, fitted, seed=seed, workers=workers, meter=meter)
    later = afterwards(scenario, posterior, seed=seed, workers=workers, meter=meter)
    return {**out, "afterwards": later} if later else out


def afterwards(
    scenario: Scenario, posterior: Posterior, *, seed: int, workers: int | None, meter: Meter
) -> dict[str, Any] | None:
    """Years after the scenario's end, which no fit has seen, from its last month: scores by year against the baselines.

    The file afterwards.toml beside a scenario carries it on; None where there is none.
    """

    path = Path(scenario.file).with_name("afterwards.toml") if scenario.file else None
    if path is None or not path.exists():
        return None
    longer = Scenario.load(path)
    problem = longer.problem()
    data = gather(longer, problem)
    space = Space(problem)
    if space.names != posterior.space.names or not district_series(data):
        return None
    first = len(scenario.problem().month_labels)
    horizon = len(problem.month_labels) - first
    series = district_series(data)
    rolled = roll(
        longer, replace(posterior, space=space), data, series=series, origins=[problem.month_labels[first]], horizon=horizon,
        seed=seed, workers=workers, progress=meter,
    )  # fmt: skip
    groups = [(a, min(a + 11, horizon)) for a in range(1, horizon + 1, 12)]
    tables = {}
    for level, models in rolled.scores.items():
        others = {name: scores for name, scores in models.items() if name != MODEL_NAME}
        tables[level] = skill_table(
            {MODEL_NAME: models[MODEL_NAME]}, others, rolled.places, rolled.horizons, seed, groups=groups
        )
    observed = np.nansum(rolled.observed[0], axis=0)
    years = {problem.month_labels[first + a - 1][:4]: slice(a - 1, b) for a, b in groups}
    return {
        "origin": problem.month_labels[first], "tables": tables,
        "observed": {y: float(observed[s].sum()) for y, s in years.items()},
        "median": {y: float(rolled.median[0].sum(axis=0)[s].sum()) for y, s in years.items()},
        "calibration": {level: {k: float(v) for k, v in models[MODEL_NAME].items()} for level, models in rolled.calibration.items()},
    }  # fmt: skip


def roll_and_judge(
    scenario: Scenario, fitted: Posterior, *, seed: int, workers: int | None, meter: Meter, baselines: bool = True
) -> dict[str, Any]:
    """Scores, calibration and the pre-registered judgement of a hold-out fit's forecasts."""

    data = gather(scenario, fitted.space.problem)
    series = district_series(data)
    if not series:
        return {"series": [], "word": "not judged", "banner": "No series by district: forecasts are not judged."}
    first = fitted.space.problem.month_labels.index(holdout_month(scenario))
    labels = fitted.space.problem.month_labels
    origins = [labels[i] for i in range(first, min(first + 13, len(labels) - 12), 3)]
    rolled = roll(
        scenario,
        fitted,
        data,
        series=series,
        origins=origins,
        seed=seed,
        baselines=baselines,
        workers=workers,
        progress=meter,
    )
    tables = {}
    for level, models in rolled.scores.items():
        model = {MODEL_NAME: models[MODEL_NAME]}
        others = {name: scores for name, scores in models.items() if name != MODEL_NAME}
        tables[level] = skill_table(model, others, rolled.places, rolled.horizons, seed)
    judged = judgement(tables["district"])
    return {
        "series": series, "origins": origins, "tables": tables, "word": judged.word, "banner": judged.banner,
        "checks": {k: [bool(held), float(ratio)] for k, (held, ratio) in judged.checks.items()},
        "calibration": {level: {m: {k: float(v) for k, v in s.items()} for m, s in models.items()} for level, models in rolled.calibration.items()},
        "pit": np.histogram(rolled.pit, bins=10, range=(0, 1))[0].tolist(),
        "mean_crps": {level: {m: np.nanmean(s["crps"], axis=(0, 1)).tolist() for m, s in models.items()} for level, models in rolled.scores.items()},
    }  # fmt: skip
