"""Does the fit find a truth that is known? Synthetic worlds, their data, the fit, and what it says of the truth.

Worlds are prior draws with a war of the observed size; their data have the same terms, months, gaps and errors as the
real ones. Every world is fitted by the same steps at a stated smaller budget: a scout whose first round, prior draws, is
shared by all worlds, and a short run of chains.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import NoMeter
from forbear.ensemble.runner import simulate
from forbear.inference.fit import Fitting
from forbear.inference.samplers.population import populate
from forbear.inference.samplers.scout import scout
from forbear.inference.summaries import Summaries
from forbear.inference.terms import Course, Term, Terms

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.scenario import Scenario

__all__ = ["Recovered", "World", "recover", "worlds"]

#: Budget of one world: members of a round, rounds at most, chains and generations.
MEMBERS, ROUNDS, CHAINS, GENERATIONS = 256, 9, 96, 6
#: Batches of prior draws among which worlds are sought.
BATCHES = 40
#: A war of plausible size: its national counts within this factor of the observed ones.
FACTOR = 10.0


@dataclass(frozen=True)
class World:
    """A known truth: scores (p,), its data, and the true effect of each lever change (logarithm of a ratio)."""

    scores: np.ndarray
    terms: Terms
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
    """Draw worlds whose national counts all lie within a factor of ten of the observed ones.

    lucks: seeds over which a world's true effect is averaged. Randomness: named by the seed.
    """
    work = Fitting(scenario, until=None, workers=workers, meter=meter or NoMeter())
    chosen: list[np.ndarray] = []
    for batch in range(BATCHES):
        if len(chosen) >= count:
            break
        scores = work.space.draw(max(256, 4 * count), seed + batch, "worlds")
        said = work.said(work.simulate(scores, seed * 1000 + batch))
        near = np.ones(len(scores), dtype=bool)
        for term, numbers in zip(work.terms.all, said, strict=True):
            if term.word == "course" and term.data.kind == "count":
                gap = np.log((numbers.sum(axis=1) + 1.0) / (term.data.value.sum() + 1.0))
                near &= np.abs(gap) < np.log(FACTOR)
        chosen += list(scores[near])
    truth = np.stack(chosen[:count])
    # one run of each world under its own luck makes its data
    data = work.simulate(truth, seed + 7, np.arange(len(truth)) + 50_000)
    said = work.said(data)
    effects = {name: _effects(scenario, change, work, truth, lucks, seed, workers) for name, change in changes.items()}
    out = []
    for number in range(len(truth)):
        terms = tuple(
            _synthetic(t, s[number : number + 1], seed * 10_000 + number)
            for t, s in zip(work.terms.all, said, strict=True)
        )
        out.append(
            World(truth[number], Terms(terms, work.terms.months), {k: float(v[number]) for k, v in effects.items()})
        )
    return out


def _synthetic(term: Term, said: np.ndarray, seed: int) -> Term:
    """The term with data that this world would have had; errors stay those of the real series."""
    drawn = term.replicate(said, seed + zlib.crc32(term.name.encode()) % 997)[0]
    value = drawn * term.data.whole if term.word == "kind" else drawn
    data = replace(term.data, value=value, low=value, high=value)
    if isinstance(term, Course) and not term.logit and term.data.kind == "count":
        return replace(term, data=data, floor=max(0.005 * float(value.max()), 0.5))
    return replace(term, data=data)  # type: ignore[type-var]


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


def recover(
    scenario: Scenario, known: list[World], changes: Mapping[str, Mapping[str, Any]], names: Sequence[str], *, members: int = 1024, kept: int = 96,
    seed: int = 1, workers: int | None = None, meter: Meter | None = None,
) -> Recovered:  # fmt: skip
    """Fit every world by the steps of a fit at a smaller budget and compare with its truth.

    names: parameters whose ranks are wanted; members: prior draws, shared by all worlds; kept: posterior draws used for
    effects. Randomness: named by the seed.
    """
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
        some, gap = _fit_world(work, world, start, first, kept, seed * 1000 + number)
        misfit.append(gap)
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


def _fit_world(
    work: Fitting, world: World, start: np.ndarray, first: Any, kept: int, seed: int
) -> tuple[np.ndarray, float]:
    """Draws (kept, p) of one world and the scout's last misfit."""
    work.terms, work.summaries = world.terms, Summaries.of(world.terms)

    def run(scores: np.ndarray, turn: int) -> tuple[np.ndarray, np.ndarray]:
        if turn:
            return work.scouted(scores, seed * 100 + turn)
        said = work.said(first)
        level = np.where(first["failed"].values, -np.inf, work.terms.log_densities(said).sum(axis=1))
        return work.summaries.gaps(said), level

    found = scout(
        lambda n: start, run, work.summaries.error, first=len(start), members=MEMBERS, rounds=ROUNDS, seed=seed
    )
    chains = found["scores"][:CHAINS]
    done = populate(
        lambda scores, luck: work.log_likelihood(scores, seed, luck), chains, found["scores"], found["informed"],
        generations=GENERATIONS, burn=GENERATIONS - 1, seed=seed,
    )  # fmt: skip
    rows = np.arange(kept) % len(done["scores"])
    return done["scores"][rows], float(found["history"][-1]["misfit"])
