"""Calibration of the very procedure: worlds of known truth, fitted by the same steps at a stated smaller budget.

Are ranks uniform and intervals honest, how often is a claim called at all (power), and how often wrongly (error)?
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.inference.forecast.calibration import (
    chi_square_uniformity,
    confusion,
    ecdf_uniformity,
    rank_statistics,
)
from forbear.inference.identification import contractions
from forbear.inference.recovery import FULL, QUICK, Bank, Effort, Recovered, recover
from forbear.inference.synthetic import PLAUSIBLE, OfScenario
from forbear.questions.effects import contraction, probabilities
from forbear.questions.verdict import verdict
from forbear.questions.verdict_inputs import VerdictInputs
from forbear.scenario.casefiles.audit import MARGIN, load_audit
from forbear.validation.context import Context
from forbear.validation.contraction import CHANGES
from forbear.words import percent

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = [
    "Calibration",
    "Called",
    "OfEffect",
    "OfParameter",
    "calibration",
    "claims_of",
    "judged",
    "share_between",
    "told_by",
    "words_of",
]

#: Parameters whose ranks are kept: those that the real data narrowed most.
NAMES = 20
BINS = 8


@dataclass(frozen=True)
class OfParameter:
    """Recovery of one uncertainty: share of worlds whose truth the interval holds, and p of uniform ranks."""

    name: str
    coverage_50: float
    coverage_90: float
    chi_square_p: float


@dataclass(frozen=True)
class Called:
    """Verdicts beside the truth in so many worlds. called: an answer was given; rightly, wrongly: of all worlds;
    opposite: it had the opposite sign; power: rightly, of worlds with a true effect (`with_effect` of them); false: an
    effect was called, of worlds without one; each share with its 90 per cent interval (Jeffreys)."""

    worlds: int
    called: float
    rightly: float
    wrongly: float
    opposite: float
    with_effect: int
    power: float
    power_low: float
    power_high: float
    false: float
    false_low: float
    false_high: float
    wrongly_low: float
    wrongly_high: float
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class OfEffect:
    """Recovery of one change's effect on civilian deaths (log ratio). truth, median: by world; ranks: counts by
    eighths."""

    name: str
    title: str
    coverage_50: float
    coverage_90: float
    ranks: tuple[int, ...]
    uniform: bool
    called: Called
    truth: tuple[float, ...]
    median: tuple[float, ...]


@dataclass(frozen=True)
class Calibration:
    """Everything. effort, plausible: budget and rule of choice in words; share: of prior runs that are plausible;
    ranks: of all parameters together, counts by eighths; parameters_50 ...: coverage over all of them; together: all
    claims."""

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
            f"  power: where there is an effect it is called rightly in {percent(all_.power)} "
            f"({percent(all_.power_low)} to "
            f"{percent(all_.power_high)}); error: where there is none, one is called in {percent(all_.false)} "
            f"({percent(all_.false_low)} to "
            f"{percent(all_.false_high)})",
        ]
        for one in self.effects:
            lines.append(
                f"  {one.title[:44]:<44} 50 % {percent(one.coverage_50):>6}  90 % {percent(one.coverage_90):>6}  "
                f"called {percent(one.called.called):>6}  "
                f"rightly {percent(one.called.rightly):>6}  wrongly {percent(one.called.wrongly):>6}"
            )
        return lines


def claims_of(scenario: Scenario) -> dict[str, tuple[str, Scenario]]:
    """What is claimed of each world: that a change lowers civilian deaths. The contested levers of audit.toml whose
    gate is deaths, else the changes of `contraction`. name -> title, scenario under the change."""
    audited = load_audit(scenario)
    if audited is not None:
        levers = {n: v for n, v in audited.levers.items() if v.gate == "deaths"}
        return {n: (lever.title, scenario.with_levers(lever.settings, name=n)) for n, lever in levers.items()}
    return {n: (n, scenario.with_levers(change, name="changed")) for n, change in CHANGES.items()}


def calibration(context: Context, effort: Effort | None = None) -> Calibration:
    """Draw worlds, fit each, and set ranks, intervals and verdicts beside the truth. effort: full, or quick, when
    absent.

    Randomness: named by the seed. Finished worlds are kept in the context's store. Raises FitError E614.
    """
    effort = effort or (QUICK if context.quick else FULL)
    scenario, posterior, meter = context.scenario, context.posterior, context.meter
    claims = claims_of(scenario)
    until = str(posterior.notes.get("until") or "") or None
    changes = {name: changed for name, (_, changed) in claims.items()}
    simulator = OfScenario(scenario, changes, until=until, workers=context.workers, meter=meter)
    each = effort.runs_of_world + effort.draws * simulator.runs_of_effects
    meter.say(
        f"calibration: {effort.words()}; {each * effort.worlds + effort.bank:,} runs in all, effects included, at most"
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
    identity = {**posterior.stamp, "changes": sorted(changes), "until": until or ""}
    found = recover(simulator, effort, seed=context.seed, store=folder, identity=identity, meter=meter, told=told)
    names = [c.name for c in contractions(posterior)][:NAMES]
    places = [posterior.space.names.index(n) for n in names]
    return judged(found, names, places, {n: t for n, (t, _) in claims.items()}, effort, context.seed)


def judged(
    found: Recovered,
    names: Sequence[str],
    places: Sequence[int],
    titles: Mapping[str, str],
    effort: Effort,
    seed: int,
    plausible: str = PLAUSIBLE,
) -> Calibration:
    """The record of recovered worlds. names, places: parameters that are shown, and their columns; titles: of the
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
    effects, signs, words = [], [], []
    for k, (name, title) in enumerate(titles.items()):
        true, drawn = found.true_effects[:, k], found.effects[:, :, k]
        # +1: the change lowers deaths by more than the margin
        sign = np.where(true < -np.log1p(MARGIN), 1, np.where(true > np.log1p(MARGIN), -1, 0))
        said = words_of(true, drawn)
        rank = rank_statistics(true[:, None], drawn[:, :, None], seed)[:, 0]
        effects.append(
            OfEffect(
                name,
                title,
                told_by(true, drawn, 0.5),
                told_by(true, drawn, 0.9),
                _eighths(rank, drawn.shape[1]),
                ecdf_uniformity(rank, drawn.shape[1], seed).uniform,
                _called(sign, said),
                tuple(true.tolist()),
                tuple(np.median(drawn, axis=1).tolist()),
            )
        )
        signs.append(sign)
        words += said
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
        ranks=_eighths(ranks.ravel(), size),
        effects=tuple(effects),
        effects_50=float(np.mean([e.coverage_50 for e in effects])),
        effects_90=float(np.mean([e.coverage_90 for e in effects])),
        together=_called(np.concatenate(signs), words),
    )


def words_of(true: np.ndarray, drawn: np.ndarray) -> list[str]:
    """The verdict on "it lowers deaths" in every world, by the project's own rule: helps, hurts, nothing or not
    identified.

    true: (worlds,) effects of all worlds, whose spread is the prior's among plausible worlds; drawn: (worlds, draws).
    One structure only, and the audit taken for passed: asked is whether the rule follows the draws.
    """
    words = []
    for one in drawn:
        effect = np.exp(one)
        shares = probabilities(effect, MARGIN, "lower", "ratio")
        narrowed = contraction(np.exp(true), effect, "ratio")
        inputs = VerdictInputs(
            p_for=shares.p_for,
            p_against=shares.p_against,
            p_none=shares.p_none,
            structures={"full": shares},
            contraction=narrowed,
            neutrality_passed=True,
        )
        word = verdict(inputs).word
        if word == "supported":
            words.append("helps")
        elif word == "refuted":
            words.append("hurts" if shares.p_against >= shares.p_none else "nothing")
        else:
            words.append("not identified")
    return words


def _called(sign: np.ndarray, words: Sequence[str]) -> Called:
    """Verdicts against truths. sign: +1 helps, 0 nothing, -1 hurts."""
    right = {1: "helps", 0: "nothing", -1: "hurts"}
    said = np.array(words)
    called = said != "not identified"
    rightly = np.array([right[int(s)] for s in sign]) == said
    wrongly = called & ~rightly
    opposite = ((sign == 1) & (said == "hurts")) | ((sign == -1) & (said == "helps"))
    some, none = sign != 0, sign == 0
    power = int((rightly & some).sum()), int(some.sum())
    false = int((called & none & (said != "nothing")).sum()), int(none.sum())
    table = confusion(sign.tolist(), list(words)).counts
    return Called(
        len(said),
        float(called.mean()),
        float(rightly.mean()),
        float(wrongly.mean()),
        float(opposite.mean()),
        power[1],
        *share_between(*power),
        *share_between(*false),
        *share_between(int(wrongly.sum()), len(said))[1:],
        tuple(tuple(int(c) for c in row) for row in table),
    )


def share_between(hits: int, of: int) -> tuple[float, float, float]:
    """A share with its central 90 per cent interval (Jeffreys: Brown, Cai and DasGupta 2001); nan where there is
    none."""
    from scipy.stats import beta

    if not of:
        return (float("nan"),) * 3
    low, high = beta.ppf([0.05, 0.95], hits + 0.5, of - hits + 0.5)
    return hits / of, float(low) if hits else 0.0, float(high) if hits < of else 1.0


def told_by(truth: np.ndarray, draws: np.ndarray, level: float) -> float:
    """Share of worlds whose truth lies in the central interval: truth (worlds,), draws (worlds, draws)."""
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    return float(np.mean((truth >= low) & (truth <= high)))


def _eighths(ranks: np.ndarray, draws: int) -> tuple[int, ...]:
    return tuple(int(c) for c in np.histogram(ranks, bins=BINS, range=(0, draws + 1))[0])
