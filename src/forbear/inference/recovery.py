"""Does the fit find a truth that is known? Synthetic worlds, their data, the fit, and what it says of the truth.

Worlds are prior draws that look like a war of the observed size; their data have the same series, months, gaps and
errors as the real ones. The whole fit is too dear to repeat a hundred times; the scout alone is repeated, and what is
shown here is the scout's calibration, said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import Data, Series
from forbear.inference.density import replicate
from forbear.inference.fit import Fitting, summaries_of
from forbear.inference.samplers.smoother import assimilate
from forbear.inference.summaries import summarise

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.scenario import Scenario

__all__ = ["World", "Recovered", "recover", "worlds"]


@dataclass(frozen=True)
class World:
    """A known truth: scores (p,), its data, and the true effect of each lever change (logarithm of a ratio)."""

    scores: np.ndarray
    data: Data
    effects: dict[str, float]


@dataclass(frozen=True)
class Recovered:
    """truth, draws: scores of the chosen parameters, (worlds, k) and (worlds, draws, k); effects: name -> true (worlds,)
    and posterior (worlds, draws); prior_effects: name -> (worlds, draws); misfit: (worlds,)."""

    names: tuple[str, ...]
    truth: np.ndarray
    draws: np.ndarray
    true_effects: dict[str, np.ndarray]
    effects: dict[str, np.ndarray]
    prior_effects: dict[str, np.ndarray]
    parameters: np.ndarray
    misfit: np.ndarray


def worlds(
    scenario: Scenario, changes: Mapping[str, Mapping[str, Any]], count: int, *, seed: int = 1, lucks: int = 8, workers: int | None = None,
    meter: Meter | None = None,
) -> list[World]:  # fmt: skip
    """Draw worlds whose total of each national count lies within a factor of ten of the observed one.

    lucks: seeds over which a world's true effect is averaged. Randomness: named by the seed.
    """
    from forbear.ensemble.progress import NoMeter
    from forbear.ensemble.runner import simulate

    work = Fitting(scenario, until=None, workers=workers, meter=meter or NoMeter())
    observed = np.array([s.observed for s in work.summaries])
    national = [i for i, s in enumerate(work.summaries) if s.element[0] < 0 and s.kind == "counts"]
    chosen: list[np.ndarray] = []
    batch = 0
    while len(chosen) < count and batch < 40:
        scores = work.space.draw(max(256, 4 * count), seed + batch, "worlds")
        found = work.simulate_summaries(scores, seed * 1000 + batch)
        drawn = np.exp(found[:, national]) - np.array([work.summaries[i].floor for i in national])
        gap = np.abs(np.log((drawn.sum(axis=1) + 1.0) / (observed[national].sum() + 1.0)))
        chosen += [row for row, near in zip(scores, gap < np.log(10.0), strict=True) if near]
        batch += 1
    truth = np.stack(chosen[:count])
    # one run of each world under its own luck makes its data
    ensemble = simulate(
        work.problem, members=np.arange(len(truth)) + 50_000, seed=seed + 7, parameters=work.space.values(truth), workers=workers,
        weekly=(), monthly=work.data.quantities,
    )  # fmt: skip
    effects = {name: _effects(scenario, change, work, truth, lucks, seed, workers) for name, change in changes.items()}
    out = []
    for number in range(len(truth)):
        series = tuple(_synthetic(s, ensemble.data, number, work, truth[number], seed) for s in work.data.series)
        out.append(
            World(truth[number], Data(series, work.data.months), {k: float(v[number]) for k, v in effects.items()})
        )
    return out


def _effects(
    scenario: Scenario,
    change: Mapping[str, Any],
    work: Fitting,
    scores: np.ndarray,
    lucks: int,
    seed: int,
    workers: int | None,
) -> np.ndarray:
    """Mean over lucks of log(deaths under the change / deaths), (n,)."""
    from forbear.ensemble.runner import simulate

    repeated = np.repeat(scores, lucks, axis=0)
    totals = []
    for problem in (work.problem, scenario.with_levers(change, name="changed").problem()):
        data = simulate(
            problem,
            members=len(repeated),
            seed=seed + 13,
            parameters=work.space.values(repeated),
            workers=workers,
            weekly=("deaths",),
            monthly=(),
        ).data
        totals.append(data["deaths"].values.sum(axis=1).reshape(len(scores), lucks).mean(axis=1))
    return np.log((totals[1] + 1.0) / (totals[0] + 1.0))


def _synthetic(series: Series, data: Any, member: int, work: Fitting, scores: np.ndarray, seed: int) -> Series:
    values = data[f"monthly_{series.quantity}"].values[member]
    flat = values.reshape(values.shape[0], -1).astype(float)
    simulated = np.array(
        [
            (flat[a : b + 1].sum() if e < 0 else flat[a : b + 1, e].sum())
            if series.kind == "counts"
            else flat[b, e if e >= 0 else 0]
            for a, b, e in zip(series.first, series.last, series.element, strict=True)
        ]
    )[:, None]
    size = work.space.dispersions(scores[None])[series.name]
    drawn = replicate(
        series, np.arange(len(series.value)), simulated, size, seed * 10_000 + member * 50 + hash_of(series.name)
    )
    return replace(series, value=drawn[:, 0])


def hash_of(name: str) -> int:
    """A small stable number for a name."""
    import zlib

    return zlib.crc32(name.encode()) % 50


def recover(
    scenario: Scenario, known: list[World], changes: Mapping[str, Mapping[str, Any]], names: list[str], *, members: int = 512, rounds: int = 4,
    kept: int = 96, seed: int = 1, workers: int | None = None, meter: Meter | None = None,
) -> Recovered:  # fmt: skip
    """Fit every world by the scout and compare with its truth.

    names: parameters whose ranks are wanted; kept: posterior draws used for effects. Randomness: named by the seed.
    """
    from forbear.ensemble.progress import NoMeter

    meter = meter or NoMeter()
    work = Fitting(scenario, until=None, workers=workers, meter=NoMeter())
    places = [work.space.names.index(n) for n in names]
    start = work.space.draw(members, seed, "recovery")
    first = work.simulate(start, seed * 31)  # the prior runs are the same for every world
    prior_effects = {n: _effects(scenario, c, work, start[:kept], 1, seed, workers) for n, c in changes.items()}
    truth, draws, misfit, parameters = [], [], [], []
    effects: dict[str, list[np.ndarray]] = {n: [] for n in changes}
    meter.start(len(known), "recovering known worlds")
    for number, world in enumerate(known):
        work.data = world.data
        work.summaries = summarise(world.data)
        observed = np.array([s.value(np.array(s.observed)) for s in work.summaries])
        error = np.array([s.error for s in work.summaries])

        def simulate(scores: np.ndarray, turn: int, work: Fitting = work, number: int = number) -> np.ndarray:
            if turn == 0:
                return summaries_of(first, work.summaries)
            return work.simulate_summaries(scores, seed * 31 + number * 10 + turn)

        found = assimilate(start, simulate, observed, error, rounds=rounds, seed=seed + number)
        some = found.scores[:kept]
        last = work.simulate_summaries(some, seed * 31 + number * 10 + 9)
        misfit.append(float(np.nanmedian(np.nanmean(((last - observed) / error) ** 2, axis=1))))
        truth.append(world.scores[places])
        draws.append(some[:, places])
        parameters.append(some)
        for name, change in changes.items():
            effects[name].append(_effects(scenario, change, work, some, 1, seed + number, workers))
        meter.advance(1)
    meter.finish()
    return Recovered(
        tuple(names), np.stack(truth), np.stack(draws), {n: np.array([w.effects[n] for w in known]) for n in changes},
        {n: np.stack(v) for n, v in effects.items()}, prior_effects, np.stack(parameters), np.array(misfit),
    )  # fmt: skip
