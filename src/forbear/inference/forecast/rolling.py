"""Rolling-origin forecasts: what the fitted model, knowing only the past and the true levers, says of the months ahead.

At each origin every posterior draw is filtered up to it and weighed by how it foresaw the months since its own fit
ended; particles chosen by weight run on under the levers that were really pulled. The baselines see the same past
counts and no levers: that favours the model, and is said wherever the scores are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

import forbear.evidence as evidence
from forbear.ensemble.runner import simulate
from forbear.inference.data import sized
from forbear.inference.density import replicate
from forbear.inference.filter import ParticleFilter
from forbear.inference.forecast.baselines import BASELINES
from forbear.inference.forecast.scores import crps, interval_score, log_score, pit, summary

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.data import Data, Series
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["Rolling", "neighbours_of", "roll", "said_of_past", "table_of"]

MODEL_NAME = "forbear"
#: Draws from which the dispersion of a series about the fitted model is estimated.
SIZED = 128


@dataclass(frozen=True)
class Rolling:
    """Scores of every forecast: level ("district" or "country") -> model -> score -> (origins, places, horizons);
    densities: (points,) log predictive density of the model by district and month, for stacking; observed: (origins,
    districts, horizons); calibration: level -> model -> summary of coverage and PIT."""

    origins: tuple[str, ...]
    horizons: tuple[int, ...]
    places: tuple[int, ...]
    scores: dict[str, dict[str, dict[str, np.ndarray]]]
    calibration: dict[str, dict[str, dict[str, Any]]]
    pit: np.ndarray
    observed: np.ndarray
    median: np.ndarray


def table_of(data: Data, names: Sequence[str], places: int) -> np.ndarray:
    """Observed counts summed over series, (places, months); nan where any of them is missing."""
    out = np.zeros((places, len(data.months)))
    for series in data.series:
        if series.name in names:
            grid = np.full_like(out, np.nan)
            grid[series.element, series.last] = series.value
            out += grid
    return out


def neighbours_of(scenario: Scenario) -> np.ndarray:
    """Which districts touch, (districts, districts), from the adjacency series that goes with the scenario's borders."""
    names = scenario.members["district"]
    out = np.zeros((len(names), len(names)))
    wanted = (scenario.borders or "").replace("-borders", "-adjacency")
    if wanted not in evidence.catalogue():
        return out
    place = {name.lower().replace(" ", "-"): at for at, name in enumerate(names)}
    for row in evidence.find(wanted).rows():
        pair = [place.get(str(v).lower().replace(" ", "-")) for v in row.values() if isinstance(v, str)]
        found = [p for p in pair if p is not None][:2]
        if len(found) == 2:
            out[found[0], found[1]] = out[found[1], found[0]] = 1.0
    return out


def roll(
    scenario: Scenario,
    posterior: Posterior,
    data: Data,
    *,
    series: Sequence[str],
    origins: Sequence[str],
    horizon: int = 12,
    samples: int = 1000,
    particles: int = 8,
    seed: int = 1,
    baselines: bool = True,
    workers: int | None = None,
    progress: Meter | None = None,
) -> Rolling:
    """Forecast the sum of the named district series from each origin ("2007-01": the first month not known).

    Randomness: kernel and uniforms named by (seed, ...); replicates by numpy Philox keyed by (seed, origin).
    """
    problem = posterior.space.problem
    used = [s for s in data.series if s.name in series]
    places = len(problem.names["district"])
    truth = table_of(data, series, places)
    touching = neighbours_of(scenario)
    horizons = tuple(range(1, horizon + 1))
    levels = ("district", "country")
    names = [MODEL_NAME, *(BASELINES if baselines else ())]
    scores: dict[str, dict[str, dict[str, list[np.ndarray]]]] = {
        level: {name: {"crps": [], "log_score": [], "interval_score": []} for name in names} for level in levels
    }
    pooled: dict[str, dict[str, list[np.ndarray]]] = {level: {name: [] for name in names} for level in levels}
    seen, middle, starts = [], [], []
    fitted_until = str(posterior.notes.get("until") or problem.month_labels[0])
    for origin in origins:
        at = problem.month_labels.index(origin)
        if progress is not None:
            progress.say(f"forecasting from {origin}")
        forecast = {
            MODEL_NAME: _forecast(posterior, data, used, at, fitted_until, horizon, samples, particles, seed, workers)
        }
        for name in names[1:]:
            forecast[name] = BASELINES[name](truth, touching, at - 1, horizons, samples, seed)
        observed = truth[:, at : at + horizon]
        for level in levels:
            seen_here = observed if level == "district" else observed.sum(axis=0, keepdims=True)
            for name, drawn in forecast.items():
                here = drawn if level == "district" else drawn.sum(axis=1, keepdims=True)
                flat, target = here.reshape(samples, -1), seen_here.ravel()
                known = np.isfinite(target)
                for score, function in (("crps", crps), ("log_score", log_score), ("interval_score", interval_score)):
                    values = np.full(target.shape, np.nan)
                    values[known] = function(flat[:, known], target[known])
                    scores[level][name][score].append(values.reshape(seen_here.shape))
                pooled[level][name].append(np.where(known, flat, np.nan))
        seen.append(observed)
        middle.append(np.median(forecast[MODEL_NAME], axis=0))
        starts.append(at)
    everything = {
        "district": np.concatenate([o.ravel() for o in seen]),
        "country": np.concatenate([o.sum(axis=0) for o in seen]),
    }
    calibration: dict[str, dict[str, dict[str, Any]]] = {}
    for level in levels:
        target = everything[level]
        known = np.isfinite(target)
        calibration[level] = {
            name: summary(np.concatenate(parts, axis=1)[:, known], target[known], seed)
            for name, parts in pooled[level].items()
        }
    target = everything["district"]
    known = np.isfinite(target)
    levels_of_truth = pit(np.concatenate(pooled["district"][MODEL_NAME], axis=1)[:, known], target[known], seed)
    stacked = {
        level: {name: {score: np.stack(v) for score, v in inner.items()} for name, inner in models.items()}
        for level, models in scores.items()
    }
    return Rolling(
        tuple(origins), horizons, tuple(starts), stacked, calibration, levels_of_truth, np.stack(seen), np.stack(middle)
    )


def _forecast(
    posterior: Posterior, data: Data, used: Sequence[Series], at: int, fitted_until: str, horizon: int, samples: int, particles: int, seed: int, workers: int | None
) -> np.ndarray:  # fmt: skip
    """Samples of observed counts, (samples, districts, horizon)."""
    problem = posterior.space.problem
    known = data.until(problem.month_labels[at])
    if not known.series:
        raise ValueError("nothing is known before the origin")
    known = sized(known, said_of_past(posterior, known, seed + at, workers))
    found = ParticleFilter(
        problem, known, posterior.space, particles=particles, record=[s.quantity for s in used], workers=workers
    ).evaluate(posterior.scores, seed + at, keep_paths=True, ahead=horizon)
    # draws are weighed by how they foresaw what came between the end of their fit and the origin
    since = next((i for i, label in enumerate(problem.month_labels) if label >= fitted_until), 0)
    foresaw = (
        found.by_month[:, since:at].sum(axis=1)
        if since < at and posterior.notes.get("until")
        else np.zeros(len(posterior))
    )
    weight = np.exp(foresaw - np.max(foresaw))[:, None] * found.weights
    weight = np.where(np.isfinite(found.log_likelihood)[:, None], weight, 0.0).ravel()
    random = np.random.Generator(np.random.Philox(key=[seed, at]))
    points = (np.arange(samples) + random.random()) / samples
    chosen = np.minimum(np.searchsorted(np.cumsum(weight / weight.sum()), points), weight.size - 1)
    row, particle = np.divmod(chosen, found.weights.shape[1])
    sizes = known.dispersions
    out = np.zeros((samples, len(problem.names["district"]), horizon))
    assert found.paths is not None
    for number, series in enumerate(used):
        path = found.paths[series.quantity][row, particle, at : at + horizon]  # (samples, horizon, districts)
        flat = path.reshape(samples, -1).T.astype(float)
        size = np.full(flat.shape[1], sizes[series.name])
        drawn = replicate(
            _cells(series, flat.shape[0]), np.arange(flat.shape[0]), flat, size, seed * 1000 + at * 10 + number
        )
        out += np.moveaxis(drawn.T.reshape(samples, path.shape[1], -1), 1, 2)
    return out


def said_of_past(posterior: Posterior, known: Data, seed: int, workers: int | None) -> dict[str, np.ndarray]:
    """Monthly quantities of some draws of the posterior, for the dispersion of the known series."""
    count = min(SIZED, len(posterior))
    found = simulate(
        posterior.space.problem, members=count, seed=seed, parameters=posterior.parameters(count), workers=workers, weekly=(),
        monthly=known.quantities,
    ).data  # fmt: skip
    good = ~found["failed"].values
    return {q: found[f"monthly_{q}"].values[good] for q in known.quantities}


def _cells(series: Series, count: int) -> Series:
    """The series' law for single cells of one month; its broad law keeps the past's mean."""
    mean = float(np.mean(series.value / (series.last - series.first + 1)))
    zeros = np.zeros(count, dtype=np.int64)
    return replace(series, first=zeros, last=zeros, element=zeros, value=np.full(count, mean))
