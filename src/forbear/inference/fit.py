"""Fitting a scenario: scouts, refine, validate, with a gate after each stage and a folder from which a stopped fit goes on."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.pieces import Repeated, over_rows
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.runner import simulate
from forbear.errors import FitError
from forbear.inference.convergence import Agreement, agreement, modes_of
from forbear.inference.facts import judge, load_facts
from forbear.inference.keeper import Keeper
from forbear.inference.posterior import Posterior, stamp_of
from forbear.inference.predictive import course_checks
from forbear.inference.samplers.population import populate
from forbear.inference.samplers.scout import scout
from forbear.inference.settings import FULL, GATES, Gates, Settings
from forbear.inference.space import Space
from forbear.inference.summaries import Summaries
from forbear.inference.terms import Terms, terms_of

if TYPE_CHECKING:
    from forbear.ensemble.recording import Block
    from forbear.scenario.scenario import Scenario

__all__ = ["STAGES", "Fitting", "fit"]

STAGES = ("scout", "refine", "validate")
#: Draws of the posterior that are run again with fresh luck for facts and checks.
PREDICTED = 512
#: Runs under one set of parameters that measure the noise of a likelihood, and how many sets.
NOISE_RUNS, NOISE_SETS = 24, 6
#: Generations between states of the chains that are kept in the folder.
KEPT = 20


class Fitting:
    """Everything that the stages share: problem, terms, space, simulations of them."""

    def __init__(self, scenario: Scenario, *, until: str | None, workers: int | None, meter: Meter) -> None:
        self.scenario, self.problem = scenario, scenario.problem()
        self.terms: Terms = terms_of(scenario, self.problem, until)
        self.space = Space(self.problem)
        self.summaries = Summaries.of(self.terms)
        self.repeated = Repeated(self.problem, monthly=self.terms.quantities)
        self.until, self.workers, self.meter = until, workers, meter
        self.runs, self.seconds = 0, 0.0

    def simulate(self, scores: np.ndarray, seed: int, luck: np.ndarray | None = None, more: Sequence[str] = ()) -> Any:
        """Monthly quantities of one run a row of scores, as a dataset. luck: (n,) identities, 0 to n - 1 when absent."""
        begun = time.time()
        found = simulate(
            self.problem, members=np.arange(len(scores)) if luck is None else luck, seed=seed,
            parameters=self.space.values(scores), workers=self.workers, weekly=(), monthly=sorted({*self.terms.quantities, *more}),
        ).data  # fmt: skip
        self.runs, self.seconds = self.runs + len(scores), self.seconds + time.time() - begun
        return found

    def said(self, data: Any) -> list[np.ndarray]:
        """What the members of a dataset say of every term, [(members, n)]."""
        return self.terms.simulated({q: data[f"monthly_{q}"].values for q in self.terms.quantities})

    def log_likelihood(self, scores: np.ndarray, seed: int, luck: np.ndarray | None = None) -> np.ndarray:
        """Log likelihood of each row of scores under one run, (n,); -inf where a run failed."""
        return self._levels(*self._told(scores, seed, luck))

    def scouted(self, scores: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Gaps of the summaries (n, m) and log likelihood (n,) of one run a row of scores."""
        said, failed = self._told(scores, seed, None)
        return self.summaries.gaps(said), self._levels(said, failed)

    def _told(self, scores: np.ndarray, seed: int, luck: np.ndarray | None) -> tuple[list[np.ndarray], np.ndarray]:
        """What a run of each row says of every term, [(n, numbers)], and whether it failed (n,); as arrays, in pieces."""
        begun, count = time.time(), len(scores)
        said = [np.empty((count, len(term.data))) for term in self.terms.all]
        failed = np.empty(count, dtype=bool)

        def take(at: slice, block: Block) -> None:
            for whole, part in zip(said, self.terms.simulated(block.monthly), strict=True):
                whole[at] = part
            failed[at] = block.failed

        members = np.arange(count) if luck is None else luck
        self.repeated.run(self.space.values(scores), take, members=members, seed=seed, workers=self.workers)
        self.runs, self.seconds = self.runs + count, self.seconds + time.time() - begun
        return said, failed

    def _levels(self, said: list[np.ndarray], failed: np.ndarray) -> np.ndarray:
        def some(at: slice) -> np.ndarray:
            return self.terms.log_densities([part[at] for part in said]).sum(axis=1)

        return np.where(failed, -np.inf, over_rows(some, len(failed), self.workers))


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

    Parameters
    ----------
    scenario
        What is fitted; its observations say what is compared (see `inference/terms.py`).
    settings, gates
        How much work is done, and what each stage must show. A gate that fails is noted in the posterior; only
        a scout that comes nowhere near the data, or a posterior that misses its own data altogether, stops the fit.
    stages
        A leading part of scout, refine, validate.
    until
        Use only what was observed before this month ("2007-01").
    store
        Folder of finished work, from which a stopped fit goes on with the same bits.
    seed, workers, progress
        Everything is named by the seed; the result does not depend on the number of workers.

    Returns
    -------
    Posterior
        Draws of equal weight; `chain` is the scout from which a draw comes. notes: settings, scout, refine, facts,
        discrepancies, validate, seconds.

    Raises
    ------
    FitError
        E601 nothing to learn from, E602 the scouts' gate, E603 the chains stand, E604 validate's gate, E607 the store.
    """
    meter = progress or NoMeter()
    work = Fitting(scenario, until=until, workers=workers, meter=meter)
    stamp = stamp_of(scenario, work.problem)
    keeper = Keeper(store, {**stamp, "settings": settings.as_dict(), "seed": seed, "until": until or ""})
    begun = time.time()
    spent = float((keeper.read("clock") or {}).get("seconds", 0.0))
    found = [_scout(work, settings, seed, number, keeper) for number in range(settings.scouts)]
    notes: dict[str, Any] = {
        "settings": settings.as_dict(), "seed": seed, "until": until or "", "stages": list(stages),
        "data": {t.name: len(t.data) for t in work.terms.all}, "scout": _scout_notes(work, found, gates),
    }  # fmt: skip
    # chains start where a scout came nearest: where they start does not matter in the end, only how long they take
    nearest = [np.argsort(-f["level"], kind="stable")[: settings.chains] for f in found]
    start = np.concatenate([f["scores"][rows] for f, rows in zip(found, nearest, strict=True)])
    group = np.repeat(np.arange(len(found)), [len(rows) for rows in nearest])
    if "refine" in stages:
        scores, chain, level = _refine(work, settings, gates, seed, start, group, found, notes, keeper)
    else:
        scores, chain, level = (
            start,
            group,
            np.concatenate([f["level"][rows] for f, rows in zip(found, nearest, strict=True)]),
        )
    posterior = Posterior(work.space, scores, chain, level, stamp, notes)
    if "validate" in stages:
        _validate(work, posterior, gates, seed)
    notes["seconds"] = round(spent + time.time() - begun)
    notes["runs"] = notes.get("refine", {}).get("runs", 0) + notes["scout"]["runs"]
    keeper.write("clock", {"seconds": notes["seconds"]})
    return posterior


def _scout(work: Fitting, settings: Settings, seed: int, number: int, keeper: Keeper) -> dict[str, Any]:
    """One scout, gone on with from its last finished round."""
    name, own = f"scout-{number}", seed * 100 + number
    state = keeper.read(name)
    if state is not None and state["done"]:
        return state
    meter = work.meter
    meter.start(settings.rounds, f"scout {number + 1} of {settings.scouts}: leading prior draws to the data")
    if state is not None:
        meter.advance(int(state["round"]))

    def keep(now: dict[str, Any]) -> None:
        keeper.write(name, now)
        meter.advance(1)

    done = scout(
        lambda n: work.space.draw(n, own, "scout"), lambda scores, turn: work.scouted(scores, own * 1000 + turn), work.summaries.error,
        first=settings.first, members=settings.members, rounds=settings.rounds, seed=own, state=state, keep=keep,
    )  # fmt: skip
    meter.finish()
    last = done["history"][-1]
    meter.say(
        f"scout {number + 1}: median squared standardised gap {done['history'][0]['misfit']:.3g} a priori, {last['misfit']:.3g} after; "
        f"log likelihood {done['history'][0]['level']:.0f} and {last['level']:.0f}"
    )
    return done


def _scout_notes(work: Fitting, found: list[dict[str, Any]], gates: Gates) -> dict[str, Any]:
    misfit = [f["history"][-1]["misfit"] for f in found]
    if min(misfit) > gates.misfit:
        raise FitError(
            "E602",
            f"the scouts end {min(misfit):.1f} squared standard errors from the data; the gate is {gates.misfit:g}",
            hint="the model cannot come near these data under its priors: check units and observations, or widen priors",
        )
    informed = np.any([f["informed"] for f in found], axis=0)
    return {
        "misfit": [found[0]["history"][0]["misfit"], float(np.median(misfit))], "by_scout": misfit,
        "level": [f["history"][-1]["level"] for f in found], "temperature": [float(f["t"]) for f in found],
        "history": [f["history"] for f in found], "informed": int(informed.sum()), "summaries": len(work.summaries.names),
        "runs": int(sum(len(found) and _runs_of(f) for f in found)),
    }  # fmt: skip


def _runs_of(found: dict[str, Any]) -> int:
    """Runs that a scout used: those of its first round are noted, the others follow from its rounds."""
    return int(found.get("first", 0)) + (len(found["history"]) - 1) * len(found["scores"])


def _refine(
    work: Fitting, settings: Settings, gates: Gates, seed: int, start: np.ndarray, group: np.ndarray, found: list[dict[str, Any]],
    notes: dict[str, Any], keeper: Keeper,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    meter = work.meter
    informed = np.any([f["informed"] for f in found], axis=0)
    archive = np.concatenate([f["scores"] for f in found])
    state = keeper.read("refine")
    meter.start(settings.generations, f"refine: {len(start)} chains from {len(found)} scouts")
    if state is not None:
        meter.advance(int(state["generation"]))

    def keep(now: dict[str, Any]) -> None:
        # writing takes a moment: every so many generations, and the last
        if int(now["generation"]) % KEPT == 0 or int(now["generation"]) == settings.generations:
            keeper.write("refine", now)
        meter.advance(1)

    before = work.runs
    done = populate(
        lambda scores, luck: work.log_likelihood(scores, seed, luck), start, archive, informed, generations=settings.generations,
        burn=settings.burn, thin=settings.thin, seed=seed, state=state, keep=keep,
    )  # fmt: skip
    meter.finish()
    kept, levels = done["kept"], done["kept_level"]
    rounds, n = levels.shape
    flat = kept.reshape(rounds * n, -1).astype(float)
    chain, level = np.tile(group, rounds), levels.reshape(-1).astype(float)
    told = agreement(kept, levels, group)
    order = np.random.Generator(np.random.Philox(key=[seed, 7])).permutation(len(flat))[: settings.draws]
    scores, chain, level = flat[order], chain[order], level[order]
    noise = _noise(work, seed, done, keeper)
    places = modes_of(scores[:, informed], chain, level)
    notes["refine"] = {
        "noise": noise, "chains": n, "generations": int(done["generation"]), "history": done["history"],
        "runs": n * (int(done["generation"]) + 1) + NOISE_RUNS * NOISE_SETS, "evaluations": n * (int(done["generation"]) + 1),
        "per_second": round(work.runs / max(work.seconds, 1e-9), 1), **told.as_dict(), "distinct": int(len(np.unique(scores, axis=0))),
        "draws": len(scores), "modes": places, "this_time": work.runs - before,
    }  # fmt: skip
    notes["refine"]["faults"] = _refine_faults(notes["refine"], told, gates, len(found))
    notes["histories"] = _histories(work, done, seed)
    return scores, chain, level


def _histories(work: Fitting, done: dict[str, Any], seed: int) -> dict[str, Any]:
    """Facts of history under parameters and the luck with which they fitted: what the model can live through.

    The gate is judged under fresh luck (`_validate`): what the model does as a rule. Where histories hold what the gate
    misses, the war is possible in the model and uncommon.
    """
    facts = load_facts(work.scenario)
    if not facts:
        return {}
    more = [q for f in facts.values() for q in f.quantities]
    held = judge(facts, work.simulate(done["scores"], seed, done["luck"], more=more))
    return {"histories": len(done["scores"]), **held.as_dict()}


def _noise(work: Fitting, seed: int, done: dict[str, Any], keeper: Keeper) -> float:
    """Median over some sets of parameters of the standard deviation of the log likelihood over lucks."""
    kept = keeper.read("noise")
    if kept is None:
        random = np.random.Generator(np.random.Philox(key=[seed, 8]))
        rows = random.choice(len(done["scores"]), size=min(NOISE_SETS, len(done["scores"])), replace=False)
        repeated = np.repeat(done["scores"][rows], NOISE_RUNS, axis=0)
        level = work.log_likelihood(repeated, seed + 1).reshape(len(rows), NOISE_RUNS)
        kept = {"noise": float(np.median(np.std(level, axis=1, ddof=1)))}
        keeper.write("noise", kept)
    return float(kept["noise"])


def _refine_faults(refine: dict[str, Any], told: Agreement, gates: Gates, scouts: int) -> list[str]:
    """What is not as it should be, for notes. Raises FitError E603 where the chains stand."""
    faults = []
    accepted = float(np.mean([h["accepted"] for h in refine["history"][-6:]]))
    if accepted < gates.accepted:
        raise FitError(
            "E603",
            f"{accepted:.1%} of the last moves were accepted (gate {gates.accepted:.0%})",
            hint="more generations; fewer uncertainties or larger stated errors in a scenario of your own",
        )
    if scouts > 1 and told.rhat_90 > gates.agreement:
        faults.append(
            f"scouts disagree: R-hat {told.rhat_90:.2f} at the 90th percentile of parameters (gate {gates.agreement:g})"
        )
    if told.effective < gates.effective:
        faults.append(f"{told.effective:.0f} effective draws of the log likelihood (gate {gates.effective:.0f})")
    return faults


def _validate(work: Fitting, posterior: Posterior, gates: Gates, seed: int) -> None:
    """Facts of history, discrepancies, and the share of numbers inside what the fitted model would produce."""
    facts = load_facts(work.scenario)
    more = [q for f in facts.values() for q in f.quantities]
    scores = posterior.scores[posterior.chosen(min(PREDICTED, len(posterior)))]
    work.meter.say("validate: facts of history and the course by series")
    data = work.simulate(scores, seed * 100 + 77, more=more)
    held = judge(facts, data, usable=not posterior.quick)
    if facts:
        posterior.notes["facts"] = held.as_dict()
        work.meter.say(f"validate: {sum(r.holds for r in held.results)} of {len(held.results)} facts of history hold")
        if posterior.notes.get("histories"):
            work.meter.say(
                f"validate: with the random numbers with which they fitted, {posterior.notes['histories']['held']}"
            )
    said = work.said(data)
    checks = course_checks(work.terms, said, seed)
    posterior.notes["discrepancies"] = [c.as_dict() for c in checks.discrepancies]
    posterior.notes["validate"] = {"inside": checks.share, "half": checks.half, "by_series": checks.by_series}
    work.meter.say(
        f"validate: {checks.share:.0%} of {checks.numbers} numbers inside the central 90 per cent of replicated ones"
    )
    if checks.share < gates.coverage:
        raise FitError(
            "E604",
            f"only {checks.share:.0%} of the data's numbers lie inside what the fitted model would produce (gate {gates.coverage:.0%})",
            hint="the model misses its own data: look at the course by series before using it",
        )
