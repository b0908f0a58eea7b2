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
    confusion,
    ecdf_uniformity,
    rank_statistics,
)
from forbear.inference.identification import contractions
from forbear.inference.recovery import FULL, QUICK, Bank, Effort, Recovered, recover
from forbear.inference.space import Space
from forbear.inference.synthetic import PLAUSIBLE, Measure, OfScenario
from forbear.questions.claims import estimand, needed, provided
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.regions import effect_kind, sides
from forbear.questions.stored import decode, encode
from forbear.questions.verdict import Verdict
from forbear.questions.verdict_evidence import Group, Groups, evidence
from forbear.questions.verdict_power import Power, power_and_error, power_words
from forbear.questions.verdict_rule import ruling
from forbear.scenario.casefiles.audit import MARGIN, load_audit
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
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
    "measure_of",
    "policies_of",
    "power_on_record",
    "share_between",
    "told_by",
    "words_of",
]

#: Parameters whose ranks are kept: those that the real data narrowed most.
NAMES = 20
BINS = 8
#: Side whose region truly holds -> sign as `confusion` counts it.
SIGN = {"claim": 1, "neither": 0, "rival": -1}


@dataclass(frozen=True)
class OfParameter:
    """Recovery of one uncertainty: share of worlds whose truth the interval holds, and p of uniform ranks."""

    name: str
    coverage_50: float
    coverage_90: float
    chi_square_p: float


@dataclass(frozen=True)
class Called:
    """Regions established beside the true ones in so many cases. called: one was (supported, or refuted for its sake);
    rightly, wrongly: of all cases; opposite: the rival's in place of the claim's or the other way; power: rightly, of
    cases in which one of the two sides is right (`with_effect` of them); false: one of the two was called, of cases in
    which neither is; each share with its 90 per cent interval (Jeffreys). counts: rows claim, neither, rival are true;
    columns claim, neither, rival are called, none is."""

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
    """Recovery of one claim's effect (log ratio, or difference). truth, median: by world in which the claim is judged;
    ranks: counts by eighths; sides, words, toward, said: by world, the side whose region truly holds ("" where the
    claim is not judged), the word of the rule, the region that the word is about, and the region that is
    established."""

    name: str
    title: str
    coverage_50: float
    coverage_90: float
    ranks: tuple[int, ...]
    uniform: bool
    called: Called
    truth: tuple[float, ...]
    median: tuple[float, ...]
    sides: tuple[str, ...]
    words: tuple[str, ...]
    toward: tuple[str, ...]
    said: tuple[str, ...]


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


def claims_of(scenario: Scenario) -> dict[str, tuple[Claim, dict[str, Strategy]]]:
    """What is asked of each world: the claims beside the scenario that compare runs (of shares, values and published
    inputs none), else that each contested lever of audit.toml, or change of `contraction`, lowers civilian deaths.
    name -> the claim, and the strategies that it needs."""
    known = load_strategies(scenario)
    asked = {
        name: claim
        for name, claim in load_claims(scenario, strategies=known).items()
        if claim.kind in ("effect", "level") and not claim.arithmetic
    }
    if asked:
        return {name: (claim, {n: known[n] for n in needed([claim])}) for name, claim in asked.items()}
    audited = load_audit(scenario)
    levers = audited.levers if audited is not None else {}
    changes = {n: (v.title, v.settings) for n, v in levers.items() if v.gate == "deaths"} if levers else {}
    changes = changes or {name: (name, change) for name, change in CHANGES.items()}
    return {
        name: (
            Claim(name, title, title, title, "effect", "lower", "higher", changed=name, margin=MARGIN),
            {"HISTORY": known["HISTORY"], name: Strategy(name, title, "intervention", settings)},
        )
        for name, (title, settings) in changes.items()
    }


def policies_of(scenario: Scenario, asked: Mapping[str, tuple[Claim, Mapping[str, Strategy]]]) -> dict[str, Scenario]:
    """The scenario under every strategy that a claim needs."""
    strategies = {name: strategy for _, wanted in asked.values() for name, strategy in wanted.items()}
    return {name: strategy.apply(scenario) for name, strategy in strategies.items()}


def measure_of(
    scenario: Scenario,
    asked: Mapping[str, tuple[Claim, Mapping[str, Strategy]]],
    changed: Mapping[str, Scenario],
    workers: int | None,
) -> Measure:
    """What measures every claim's effect in a world, as a battery does.

    The effect is the logarithm of a ratio, or a difference; nan where a run failed or what both sides take for granted
    does not hold. changed: as `policies_of` gives them.
    """
    outcomes = tuple(dict.fromkeys(outcome for claim, _ in asked.values() for outcome in claim.outcomes))
    space = Space(scenario.problem())

    def measure(scores: np.ndarray, seed: int, lucks: int) -> np.ndarray:
        runs = PolicyRuns(
            scenario, space.values(scores), scores, tuple(space.names), lucks, seed, workers, outcomes=outcomes
        )
        runs.run_all(changed)
        columns = []
        for claim, _ in asked.values():
            effect, kind = estimand(claim, runs, {})
            with np.errstate(divide="ignore", invalid="ignore"):
                score = np.log(effect) if kind == "ratio" else effect
            columns.append(np.where(provided(claim, runs) & np.isfinite(score), score, np.nan))
        return np.stack(columns, axis=1)

    return measure


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
    told_claims = {n: {k: v for k, v in encode(c).items() if k != "file"} for n, (c, _) in asked.items()}
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
    effects = [_effect(found, k, claim, seed) for k, claim in enumerate(claims.values())]
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
        ranks=_eighths(ranks.ravel(), size),
        effects=tuple(effects),
        effects_50=float(np.mean([e.coverage_50 for e in known])),
        effects_90=float(np.mean([e.coverage_90 for e in known])),
        together=_called(np.array([SIGN[side] for side, _ in flat]), [word for _, word in flat]),
        power=power_and_error(sides, said),
    )


def _effect(found: Recovered, place: int, claim: Claim, seed: int) -> OfEffect:
    """One claim in all worlds: how its effect was recovered, its true region and the word that the rule gives."""
    true, drawn, before = found.true_effects[:, place], found.effects[:, :, place], found.prior_effects[:, place]
    verdicts = words_of(claim, before, drawn)
    sides = ["" if not np.isfinite(t) else _side(claim, t) for t in true]
    # a world without a draw that is judged has no word
    sides = [side if found_ is not None else "" for side, found_ in zip(sides, verdicts, strict=True)]
    at = np.array([bool(side) for side in sides])
    said = ["not identified" if v is None else v.word for v in verdicts]
    toward = ["" if v is None else v.toward for v in verdicts]
    signs = np.array([SIGN[side] for side in sides if side], dtype=int)
    shown = [_said(word, side) for word, side in zip(said, toward, strict=True)]
    if not at.any():
        none = float("nan")
        return OfEffect(
            claim.name, claim.title, none, none, (0,) * BINS, False, _called(signs, []), (), (),
            tuple(sides), tuple(said), tuple(toward), tuple(shown),
        )  # fmt: skip
    filled = np.stack([_filled(row) for row in drawn[at]])
    rank = rank_statistics(true[at, None], filled[:, :, None], seed)[:, 0]
    return OfEffect(
        claim.name,
        claim.title,
        told_by(true[at], filled, 0.5),
        told_by(true[at], filled, 0.9),
        _eighths(rank, filled.shape[1]),
        ecdf_uniformity(rank, filled.shape[1], seed).uniform,
        _called(signs, [word for word, there in zip(shown, at, strict=True) if there]),
        tuple(true[at].tolist()),
        tuple(np.median(filled, axis=1).tolist()),
        tuple(sides),
        tuple(said),
        tuple(toward),
        tuple(shown),
    )


def _filled(row: np.ndarray) -> np.ndarray:
    """Draws that are judged, repeated in their order in the place of those that are not."""
    known = row[np.isfinite(row)]
    return np.where(np.isfinite(row), row, np.resize(known, len(row)))


def _side(claim: Claim, effect: float) -> str:
    """The side whose region holds a true effect (logarithm of a ratio, or a difference)."""
    ours, theirs = sides(claim, _natural(claim, np.array([effect])))
    return "claim" if ours[0] else "rival" if theirs[0] else "neither"


def _natural(claim: Claim, effect: np.ndarray) -> np.ndarray:
    return np.exp(effect) if effect_kind(claim) == "ratio" else effect


def words_of(claim: Claim, before: np.ndarray, drawn: np.ndarray) -> list[Verdict | None]:
    """The verdict on a claim in every world, by the project's own rule; None where no draw is judged.

    before: (rows,) effects in plausible worlds before any data; drawn: (worlds, draws) after each world's; nan where
    one is not judged. One structure only, and every licence taken for given: asked is whether the rule follows the
    draws.
    """
    first = _group(claim, before)
    out: list[Verdict | None] = []
    for one in drawn:
        group = _group(claim, one)
        out.append(ruling(evidence(claim, Groups(first, group))) if group.judged.any() else None)
    return out


def _group(claim: Claim, effect: np.ndarray) -> Group:
    return Group(_natural(claim, effect), np.isfinite(effect), len(effect))


def _said(word: str, toward: str) -> str:
    """What was said as one of `VERDICTS`: which region is established, "not identified" where none is."""
    established = {"claim": "helps", "rival": "hurts", "neither": "nothing"}
    return established[toward] if word in ("supported", "refuted") else "not identified"


def _called(sign: np.ndarray, words: Sequence[str]) -> Called:
    """Regions established against true ones. sign: +1 claim, 0 neither, -1 rival; words: helps, nothing, hurts for the
    same, or not identified."""
    if not len(words):
        none = float("nan")
        return Called(0, none, none, none, none, 0, *(none,) * 8, tuple((0,) * 4 for _ in range(3)))
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
