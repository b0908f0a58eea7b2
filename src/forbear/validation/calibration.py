"""Calibration of the very procedure: worlds of known truth, fitted by the same steps at a stated smaller budget.

Are ranks uniform and intervals honest, how often is a claim called at all (power), and how often wrongly (error)?
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError
from forbear.inference.forecast.calibration import (
    chi_square_uniformity,
    rank_statistics,
)
from forbear.inference.identification import contractions
from forbear.inference.recovery import FULL, QUICK, Bank, Effort, Recovered, recover
from forbear.inference.synthetic import PLAUSIBLE, OfScenario
from forbear.questions.stamps import question_asked
from forbear.questions.stored import decode
from forbear.questions.verdict_power import Power, power_and_error, power_words
from forbear.scenario.casefiles.policies import Claim
from forbear.validation.asked import claims_of, measure_of, policies_of
from forbear.validation.called import SIGN, Called, OfEffect, called_in, effect_in_worlds, eighths, told_by
from forbear.validation.context import Context
from forbear.words import percent

if TYPE_CHECKING:
    pass

__all__ = ["Calibration", "OfParameter", "calibration", "judged", "power_on_record"]

#: Parameters whose ranks are kept: those that the real data narrowed most.
NAMES = 20


@dataclass(frozen=True)
class OfParameter:
    """Recovery of one uncertainty: share of worlds whose truth the interval holds, and p of uniform ranks."""

    name: str
    coverage_50: float
    coverage_90: float
    chi_square_p: float


@dataclass(frozen=True)
class Calibration:
    """Everything. effort, plausible: budget and rule of choice in words; share: of prior runs that are plausible;
    ranks: of all parameters together, counts by eighths; parameters_50 ...: coverage over all of them; together: all
    claims; power: how often each word is said where it is right and where it is wrong."""

    worlds: int
    draws: int
    effort: str
    plausible: str
    share: float
    runs: int
    misfit: float
    apart: float
    accepted: float
    parameters: tuple[OfParameter, ...]
    parameters_50: float
    parameters_90: float
    ranks: tuple[int, ...]
    effects: tuple[OfEffect, ...]
    effects_50: float
    effects_90: float
    together: Called
    power: Power

    def lines(self) -> list[str]:
        """For a terminal."""
        all_ = self.together
        lines = [
            f"{self.worlds} worlds with a known truth, fitted by the same steps with less work. Are intervals "
            "honest, verdicts right, and how often is "
            "one given at all?",
            f"  worlds: {percent(self.share)} of prior runs, those in which {self.plausible}",
            f"  {self.effort}; {self.runs:,} runs in all; scouts of a world agree to R-hat {self.apart:.2f} "
            "(median over worlds of the 90th percentile)",
            f"  the {len(self.parameters)} best-informed parameters: 50 % intervals hold the truth in "
            f"{percent(self.parameters_50)}, 90 % in "
            f"{percent(self.parameters_90)}",
            f"  effects: 50 % intervals hold the truth in {percent(self.effects_50)}, 90 % in "
            f"{percent(self.effects_90)}",
            f"  claims: an answer is given in {percent(all_.called)} of {all_.worlds} cases, rightly in "
            f"{percent(all_.rightly)}, wrongly in "
            f"{percent(all_.wrongly)} ({percent(all_.wrongly_low)} to {percent(all_.wrongly_high)}); of the "
            f"opposite sign in {percent(all_.opposite)}",
            f"  power: the region that truly holds is established in {self.power.power.words}; error: another one is in "
            f"{self.power.error.words}",
        ]
        lines += [f"  {word.word}: {power_words(self.power, word.word)}" for word in self.power.words]
        for one in self.effects:
            lines.append(
                f"  {one.title[:44]:<44} 50 % {percent(one.coverage_50):>6}  90 % {percent(one.coverage_90):>6}  "
                f"called {percent(one.called.called):>6}  "
                f"rightly {percent(one.called.rightly):>6}  wrongly {percent(one.called.wrongly):>6}"
            )
        return lines


def calibration(context: Context, effort: Effort | None = None) -> Calibration:
    """Draw worlds, fit each, and set ranks, intervals and words beside the truth. effort: full, or quick, when absent.

    Randomness: named by the seed. Finished worlds are kept in the context's store. Raises FitError E614.
    """
    effort = effort or (QUICK if context.quick else FULL)
    if context.worlds is not None:
        effort = replace(effort, worlds=context.worlds)
    scenario, posterior, meter = context.scenario, context.posterior, context.meter
    asked = claims_of(scenario)
    until = str(posterior.notes.get("until") or "") or None
    changed = policies_of(scenario, asked)
    measure = measure_of(scenario, asked, changed, context.workers)
    policies = len(changed)
    simulator = OfScenario(scenario, measure, until=until, workers=context.workers, meter=meter)
    each = effort.runs_of_world + policies * (effort.draws * effort.lucks + effort.true_lucks)
    more = effort.bank + policies * effort.prior
    meter.say(
        f"calibration: {effort.words()}; {policies} policies for {len(asked)} claims; "
        f"{each * effort.worlds + more:,} runs in all, at most"
    )
    begun = time.monotonic()

    def told(bank: Bank) -> None:
        spent = time.monotonic() - begun
        made = simulator.work.runs
        if made:
            minutes = each * effort.worlds / (made / max(spent, 1e-9)) / 60.0
            meter.say(
                f"at {made / max(spent, 1e-9):,.0f} runs a second about {minutes:.0f} minutes; finished worlds are kept"
            )

    folder = None if context.store is None else context.store / "calibration"
    # what a claim compares, by which rule; its words may change, and the policies stand beside
    told_claims = {n: question_asked(c, {}) for n, (c, _) in asked.items()}
    hashes = {name: policy.problem().hash for name, policy in changed.items()}
    identity = {**posterior.stamp, "claims": told_claims, "policies": hashes, "until": until or ""}
    found = recover(simulator, effort, seed=context.seed, store=folder, identity=identity, meter=meter, told=told)
    names = [c.name for c in contractions(posterior)][:NAMES]
    places = [posterior.space.names.index(n) for n in names]
    return judged(found, names, places, {name: claim for name, (claim, _) in asked.items()}, effort, context.seed)


def judged(
    found: Recovered,
    names: Sequence[str],
    places: Sequence[int],
    claims: Mapping[str, Claim],
    effort: Effort,
    seed: int,
    plausible: str = PLAUSIBLE,
) -> Calibration:
    """The record of recovered worlds. names, places: parameters that are shown, and their columns; claims: of the
    effects, in order.

    Randomness: ties of ranks and the simultaneous band, named by the seed.
    """
    truth, draws = found.truth[:, places], found.draws[:, :, places]
    ranks = rank_statistics(truth, draws, seed)
    size = draws.shape[1]
    parameters = tuple(
        OfParameter(
            n,
            told_by(truth[:, k], draws[:, :, k], 0.5),
            told_by(truth[:, k], draws[:, :, k], 0.9),
            chi_square_uniformity(ranks[:, k], size)[1],
        )
        for k, n in enumerate(names)
    )
    effects = [effect_in_worlds(found, k, claim, seed) for k, claim in enumerate(claims.values())]
    known = [e for e in effects if e.truth]
    sides = [[e.sides[world] for e in effects] for world in range(len(truth))]
    said = [[(e.words[world], e.toward[world]) for e in effects] for world in range(len(truth))]
    flat = [(side, word) for e in effects for side, word in zip(e.sides, e.said, strict=True) if side]
    return Calibration(
        worlds=len(truth),
        draws=size,
        effort=effort.words(),
        plausible=plausible,
        share=found.share,
        runs=found.runs,
        misfit=float(np.median(found.misfit)),
        apart=float(np.median(found.apart)),
        accepted=float(np.median(found.accepted)),
        parameters=parameters,
        parameters_50=float(np.mean([p.coverage_50 for p in parameters])),
        parameters_90=float(np.mean([p.coverage_90 for p in parameters])),
        ranks=eighths(ranks.ravel(), size),
        effects=tuple(effects),
        effects_50=float(np.mean([e.coverage_50 for e in known])),
        effects_90=float(np.mean([e.coverage_90 for e in known])),
        together=called_in(np.array([SIGN[side] for side, _ in flat]), [word for _, word in flat]),
        power=power_and_error(sides, said),
    )


def power_on_record(record: Mapping[str, Any] | None) -> Power | None:
    """Power and error of the verdict rule, of a record of validation; None where no calibration of this version is in
    it."""
    found = (record or {}).get("calibration")
    power = found.get("power") if isinstance(found, Mapping) else None
    if not isinstance(power, Mapping):
        return None
    try:
        return decode(Power, dict(power), file="the part calibration of a validation")
    except FileError:  # written by another version: it says nothing
        return None
