"""Fitting a scenario: scout, refine, validate, with a gate after each stage and a folder from which a stopped fit goes on."""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FitError
from forbear.inference.data import Data, gather
from forbear.inference.filter import ParticleFilter
from forbear.inference.posterior import Posterior, stamp_of
from forbear.inference.samplers.smoother import assimilate
from forbear.inference.samplers.tempering import temper
from forbear.inference.settings import FULL, GATES, Gates, Settings
from forbear.inference.space import Space
from forbear.inference.summaries import Summary, summarise

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["STAGES", "Fitting", "fit"]

STAGES = ("scout", "refine", "validate")


class Fitting:
    """Everything that the stages share: problem, data, space, simulations of summaries."""

    def __init__(self, scenario: Scenario, *, until: str | None, workers: int | None, meter: Meter) -> None:
        self.scenario, self.problem = scenario, scenario.problem()
        self.data: Data = gather(scenario, self.problem).until(until)
        self.space = Space(self.problem, self.data.dispersions)
        self.summaries: list[Summary] = summarise(self.data)
        self.until, self.workers, self.meter = until, workers, meter

    def simulate_summaries(self, scores: np.ndarray, seed: int) -> np.ndarray:
        """Summaries of one run a row of scores, (n, summaries); nan where a number was not finite."""
        return summaries_of(self.simulate(scores, seed), self.summaries)

    def simulate(self, scores: np.ndarray, seed: int) -> Any:
        """Monthly quantities of one run a row of scores, as a dataset."""
        from forbear.ensemble.runner import simulate

        return simulate(
            self.problem, members=len(scores), seed=seed, parameters=self.space.values(scores), workers=self.workers,
            weekly=(), monthly=self.data.quantities,
        ).data  # fmt: skip

    def filter(self, particles: int) -> ParticleFilter:
        """Return the particle filter with so many particles."""
        return ParticleFilter(self.problem, self.data, self.space, particles=particles, workers=self.workers)


def summaries_of(data: Any, summaries: Sequence[Summary]) -> np.ndarray:
    """Summaries of an ensemble's monthly quantities, (members, summaries)."""
    monthly: dict[str, np.ndarray] = {}
    out = np.empty((data.sizes["member"], len(summaries)))
    for place, summary in enumerate(summaries):
        if summary.quantity not in monthly:
            values = data[f"monthly_{summary.quantity}"].values
            monthly[summary.quantity] = values.reshape(*values.shape[:2], -1)
        out[:, place] = summary.simulated(monthly[summary.quantity])
    out[data["failed"].values] = np.nan
    return out


def fit(
    scenario: Scenario,
    *,
    settings: Settings = FULL,
    gates: Gates = GATES,
    stages: Sequence[str] = STAGES,
    until: str | None = None,
    seed: int = 1,
    store: Path | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
) -> Posterior:
    """Learn a scenario's uncertainties from its observations.

    until: use only what was observed before this month ("2007-01"); store: folder of finished work, from which a
    stopped fit goes on; stages: a leading part of scout, refine, validate.
    Randomness: everything is named by the seed, so a resumed fit ends with the same bits as one that was not stopped.
    Raises FitError E601 (nothing to learn from), E602 (scout's gate), E603 (refine's gate), E604 (validate's gate),
    E607 (the store belongs to another fit).
    """
    meter = progress or NoMeter()
    work = Fitting(scenario, until=until, workers=workers, meter=meter)
    keeper = Keeper(store, work, settings, seed)
    begun = time.time()
    scores, informed, scout_notes = _scout(work, settings, gates, seed, keeper)
    notes: dict[str, Any] = {
        "settings": settings.as_dict(), "seed": seed, "until": until or "", "scout": scout_notes,
        "data": {s.name: len(s.value) for s in work.data.series}, "stages": list(stages),
    }  # fmt: skip
    if "refine" in stages:
        posterior = _refine(work, settings, gates, seed, scores, informed, notes, keeper)
    else:
        chain = np.zeros(len(scores), dtype=int)
        posterior = Posterior(
            work.space, scores, chain, np.full(len(scores), np.nan), stamp_of(scenario, work.problem), notes
        )
    if "validate" in stages:
        posterior.notes["validate"] = _validate(work, posterior, gates, seed)
    posterior.notes["seconds"] = round(keeper.seconds + time.time() - begun)
    return posterior


def _scout(
    work: Fitting, settings: Settings, gates: Gates, seed: int, keeper: Keeper
) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    kept = keeper.read("scout")
    if kept is None:
        observed = np.array([s.value(np.array(s.observed)) for s in work.summaries])
        error = np.array([s.error for s in work.summaries])
        total = settings.scout_members * settings.scout_rounds
        work.meter.start(total, "scout: moving prior draws towards the data")

        def simulate(scores: np.ndarray, number: int) -> np.ndarray:
            out = work.simulate_summaries(scores, seed * 100 + number)
            work.meter.advance(len(scores))
            return out

        start = work.space.draw(settings.scout_members, seed, "scout")
        draws = assimilate(start, simulate, observed, error, rounds=settings.scout_rounds, seed=seed)
        last = work.simulate_summaries(draws.scores, seed * 100 + 99)
        good = np.isfinite(last).all(axis=1)
        squared = np.mean(((last[good] - observed) / error) ** 2, axis=1)
        notes = {
            "misfit": [*draws.notes["misfit"], float(np.median(squared))],
            "members": settings.scout_members,
            "summaries": len(observed),
        }
        work.meter.finish()
        # the refine stage starts where the scout fits best: the better half by misfit
        order = np.flatnonzero(good)[np.argsort(squared, kind="stable")]
        kept = {
            "scores": draws.scores,
            "better": order[: len(order) // 2],
            "informed": draws.notes["informed"],
            "notes": notes,
        }
        keeper.write("scout", kept)
    misfit = kept["notes"]["misfit"][-1]
    work.meter.say(
        f"scout: median squared standardised error {kept['notes']['misfit'][0]:.3g} a priori, {misfit:.3g} after"
    )
    if misfit > gates.misfit:
        raise FitError(
            "E602",
            f"the scout ends {misfit:.1f} squared standard errors from the data; the gate is {gates.misfit:g}",
            hint="the model cannot come near these data under its priors: check units and observations, or widen priors",
        )
    kept["notes"]["informed"] = int(np.sum(kept["informed"]))
    return np.asarray(kept["scores"])[kept["better"]], np.asarray(kept["informed"]), kept["notes"]


def _refine(
    work: Fitting,
    settings: Settings,
    gates: Gates,
    seed: int,
    scout: np.ndarray,
    informed: np.ndarray,
    notes: dict[str, Any],
    keeper: Keeper,
) -> Posterior:
    mean, covariance = reference(scout, informed)
    _place_dispersions(work, mean, covariance, seed, keeper)
    particles, noise = _tune(work, settings, mean, seed, keeper)
    found = work.filter(particles)
    evaluations, begun = 0, time.time()
    parts = []
    for replicate in range(settings.replicates):
        name = f"refine-{replicate}"
        state = keeper.read(name)
        work.meter.say(
            f"refine: replicate {replicate + 1} of {settings.replicates}, {settings.draws} draws, {particles} particles"
        )

        def level(scores: np.ndarray, luck: int) -> np.ndarray:
            nonlocal evaluations
            evaluations += len(scores)
            return found.evaluate(scores, luck).log_likelihood

        def keep(now: dict[str, Any], name: str = name) -> None:
            keeper.write(name, now)
            last = now["history"][-1]
            work.meter.say(
                f"  temperature {last['t']:.4f}, accepted {np.mean(last['accepted']):.2f}, log likelihood {np.median(now['level']):.0f}"
            )

        draws = temper(
            level, work.space.log_prior, mean, covariance, count=settings.draws, moves=settings.moves, share=settings.share,
            seed=seed * 10 + replicate, state=state, keep=keep, final=settings.final,
        )  # fmt: skip
        parts.append(draws)
    scores = np.concatenate([d.scores for d in parts])
    chain = np.repeat(np.arange(len(parts)), settings.draws)
    history = [d.notes["history"] for d in parts]
    rhat = agreement(scores, chain) if len(parts) > 1 else np.full(scores.shape[1], np.nan)
    notes["refine"] = {
        "particles": particles, "noise": noise, "history": history, "log_evidence": [d.log_evidence for d in parts],
        "evaluations": sum(int(d.notes["evaluations"]) for d in parts),
        "per_second": round(evaluations / max(time.time() - begun, 1e-9), 2),
        "rhat_90": float(np.nanquantile(rhat, 0.9)) if len(parts) > 1 else None,
        "rhat_largest": float(np.nanmax(rhat)) if len(parts) > 1 else None,
    }  # fmt: skip
    posterior = Posterior(
        work.space, scores, chain, np.concatenate([d.log_likelihood for d in parts]), stamp_of(work.scenario, work.problem), notes
    )  # fmt: skip
    _refine_gate(parts, notes, gates, settings)
    return posterior


def _refine_gate(parts: list[Any], notes: dict[str, Any], gates: Gates, settings: Settings) -> None:
    faults = []
    if not all(d.notes["finished"] for d in parts):
        faults.append("the temperature did not reach one")
    if notes["refine"]["noise"] > gates.noise:
        faults.append(
            f"the estimated log likelihood has a standard deviation of {notes['refine']['noise']:.1f} (gate {gates.noise:g})"
        )
    accepted = min(float(np.mean(d.notes["history"][-1]["accepted"])) for d in parts)
    if accepted < gates.accepted:
        faults.append(f"{accepted:.1%} of the last moves were accepted (gate {gates.accepted:.0%})")
    rhat = notes["refine"]["rhat_90"]
    if rhat is not None and rhat > gates.agreement:
        faults.append(
            f"replicates disagree: R-hat {rhat:.2f} at the 90th percentile of parameters (gate {gates.agreement:g})"
        )
    notes["refine"]["faults"] = faults
    if faults and settings.name != "quick":
        raise FitError(
            "E603",
            "the refined draws are not to be trusted: " + "; ".join(faults),
            hint="more draws, moves or particles",
        )


def _place_dispersions(work: Fitting, mean: np.ndarray, covariance: np.ndarray, seed: int, keeper: Keeper) -> None:
    """Set the reference of dispersions, of which the scout knows nothing: each where prior x likelihood is largest at the
    scout's centre, with half the prior's spread. Changes `mean` and `covariance` in place."""
    places = np.arange(work.space.parameters, len(work.space))
    kept = keeper.read("dispersions")
    if kept is None:
        grid = np.linspace(-5.0, 3.0, 9)
        tried = np.tile(mean, (len(places) * len(grid), 1))
        for row, (place, value) in enumerate((p, v) for p in places for v in grid):
            tried[row, place] = value
        level = work.filter(16).evaluate(tried, seed).log_likelihood + work.space.log_prior(tried)
        kept = grid[np.argmax(level.reshape(len(places), len(grid)), axis=1)]
        keeper.write("dispersions", kept)
    mean[places] = kept + 1e-9
    covariance[places, places] = 0.25


def _tune(work: Fitting, settings: Settings, mean: np.ndarray, seed: int, keeper: Keeper) -> tuple[int, float]:
    """The fewest particles whose log likelihood at the scout's centre varies by less than 1.7 (Doucet and others 2015)."""
    kept = keeper.read("tune")
    if kept is None:
        kept = {}
        for particles in settings.particles:
            found = work.filter(particles)
            # eight rows of the same scores have eight lucks
            kept[particles] = float(np.std(found.evaluate(np.tile(mean, (8, 1)), seed).log_likelihood, ddof=1))
            work.meter.say(f"refine: log likelihood varies by {kept[particles]:.2f} with {particles} particles")
            if kept[particles] < 1.7:
                break
        keeper.write("tune", kept)
    best = next((p for p, sd in kept.items() if sd < 1.7), max(kept))
    return best, kept[best]


def _validate(work: Fitting, posterior: Posterior, gates: Gates, seed: int) -> dict[str, Any]:
    scores = posterior.scores[posterior.chosen(256)]
    simulated = work.simulate_summaries(scores, seed * 100 + 77)
    error = np.array([s.error for s in work.summaries])
    observed = np.array([s.value(np.array(s.observed)) for s in work.summaries])
    noise = np.random.Generator(np.random.Philox(key=[seed, 77])).normal(size=simulated.shape) * error
    low, high = np.nanquantile(simulated + noise, [0.05, 0.95], axis=0)
    inside = (observed >= low) & (observed <= high)
    by_series = {
        name: [int(sum(inside[i] for i, s in enumerate(work.summaries) if s.series == name)), sum(s.series == name for s in work.summaries)]
        for name in dict.fromkeys(s.series for s in work.summaries)
    }  # fmt: skip
    share = float(inside.mean())
    work.meter.say(
        f"validate: {share:.0%} of {len(observed)} summaries inside the central 90 per cent of replicated ones"
    )
    if share < gates.coverage:
        raise FitError(
            "E604",
            f"only {share:.0%} of the data's summaries lie inside what the fitted model would produce (gate {gates.coverage:.0%})",
            hint="the model misses its own data: look at the summaries by series before using it",
        )
    return {"inside": share, "by_series": by_series}


def reference(scout: np.ndarray, informed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the Gaussian from which refinement starts: the scout's, widened.

    Scores without a telling correlation keep the prior exactly; the informed ones keep the scout's mean and twice its
    variance (at most the prior's), with their correlations, shrunk.
    """
    n, p = scout.shape
    mean = scout.mean(axis=0)
    centre = np.where(informed, mean, 0.0)
    covariance = np.eye(p)
    places = np.flatnonzero(informed)
    if len(places):
        part = np.cov(scout[:, places].T) * 2.0
        part = part.reshape(len(places), len(places))
        scale = np.minimum(1.0, 1.0 / np.sqrt(np.diag(part)))
        part = part * np.outer(scale, scale)
        intensity = len(places) / (len(places) + n)
        part = (1.0 - intensity) * part + intensity * np.diag(np.diag(part))
        covariance[np.ix_(places, places)] = part
    return centre, covariance


def agreement(scores: np.ndarray, chain: np.ndarray) -> np.ndarray:
    """R-hat of each score between replicates, (p,), rank-normalised (Vehtari and others 2021), by arviz-stats."""
    from arviz_stats.base import array_stats

    chains = [scores[chain == c] for c in np.unique(chain)]
    size = min(map(len, chains))
    stacked = np.stack([c[:size] for c in chains])
    return np.array(
        [float(array_stats.rhat(stacked[:, :, k], chain_axis=0, draw_axis=1)) for k in range(scores.shape[1])]
    )


class Keeper:
    """Finished pieces of a fit in a folder, or nowhere."""

    def __init__(self, store: Path | None, work: Fitting, settings: Settings, seed: int) -> None:
        self.store = store
        self.seconds = 0.0
        if store is None:
            return
        identity = {
            **stamp_of(work.scenario, work.problem), "settings": settings.as_dict(), "seed": seed, "until": work.until or "",
        }  # fmt: skip
        text = json.dumps(identity, sort_keys=True)
        store.mkdir(parents=True, exist_ok=True)
        about = store / "fit.json"
        if about.exists() and about.read_text() != text:
            raise FitError(
                "E607",
                f"{store} holds another fit (other data, model, settings or seed)",
                hint="choose an empty folder",
            )
        about.write_text(text)

    def read(self, name: str) -> Any:
        """A finished piece, or None. The files are this program's own; they are not for exchange."""
        if self.store is None or not (self.store / f"{name}.pickle").exists():
            return None
        with open(self.store / f"{name}.pickle", "rb") as handle:
            return pickle.load(handle)

    def write(self, name: str, value: Any) -> None:
        """Write a piece at once."""
        if self.store is None:
            return
        work = self.store / f".{name}.tmp"
        with open(work, "wb") as handle:
            pickle.dump(value, handle)
        os.replace(work, self.store / f"{name}.pickle")


def without(settings: Settings, **changes: Any) -> Settings:
    """Settings with some numbers changed."""
    return replace(settings, **changes)
