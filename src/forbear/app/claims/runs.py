"""A claim on the page: its effect as the draws are, and with chosen parameters held at chosen values."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from forbear.app.country import BLOCK, Cancelled, merged
from forbear.app.runs import Work
from forbear.inference.facts import licence
from forbear.questions.effects import Probabilities
from forbear.questions.ledger import mobilisation_ledger
from forbear.questions.licences import facts_on_record
from forbear.questions.regions import assertion_region, effect_kind, held_apart, holds, margins, region_shares
from forbear.questions.verdict import Verdict
from forbear.questions.verdict_evidence import TheoryWeight, shares_of
from forbear.questions.verdict_rule import Evidence, Shares, TheoryShares, ruling
from forbear.scenario.outcomes import OUTCOMES, recorded, values_of
from forbear.scenario.priors import quantile

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.questions.answers import Answers
    from forbear.questions.results import ClaimResult
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["ClaimRun", "Held", "judged", "parameters_of", "same_prior", "title_of"]

#: The effect is shown first over so many members, at last over so many.
STAGES = (64, 128, 256)
#: Sliders of a claim: more would not be looked at.
MOST_SLIDERS = 9


@dataclass(eq=False)
class ClaimRun(Work):
    """The effect of a claim, with nothing held and with parameters pinned, over the same draws under common random
    numbers; after the first block also under every theory that was fitted."""

    claim: Claim = field(kw_only=True)
    pinned: tuple[tuple[str, float], ...] = field(kw_only=True)
    free: list[np.ndarray] = field(default_factory=list)
    held: list[np.ndarray] = field(default_factory=list)
    #: theory -> effects (BLOCK,), free and held.
    theories: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    stages: ClassVar[tuple[int, ...]] = STAGES

    @property
    def members(self) -> int:
        """Members that are done."""
        return BLOCK * len(self.held)

    def one_block(self) -> None:
        """Run the next members. Raises Cancelled, RunError."""
        start = self.members
        free = self.effect(self.country, start, ())
        held = self.effect(self.country, start, self.pinned) if self.pinned else free
        found = {}
        if start == BLOCK and self.country.draws(self.state.draws) == "posterior":
            for name, theory in self.country.theories.items():
                pinned = tuple((p, at) for p, at in self.pinned if same_prior(self.country, theory, p))
                alone = self.effect(theory, 0, ())
                found[name] = alone, self.effect(theory, 0, pinned) if pinned else alone
        with self.lock:
            self.free.append(free)
            self.held.append(held)
            self.theories |= found

    def effect(self, country: Country, start: int, pinned: tuple[tuple[str, float], ...]) -> np.ndarray:
        """The claim's effect by member (BLOCK,), not finite where a member failed; country: as it is, or under a
        theory."""
        claim, state = self.claim, self.state
        draws = country.draws(state.draws)
        if claim.kind == "share":
            if self.cancelled:
                raise Cancelled
            members = np.arange(start, start + BLOCK, dtype=np.uint32)
            given = country.parameters(draws, members, state.seed, pinned)
            ledger = mobilisation_ledger(
                country.scenario, None, seed=state.seed, workers=1, members=members, parameters=given
            )
            return ledger.share(claim.community, *claim.sources) - claim.threshold

        def outcome(strategy: str, name: str) -> np.ndarray:
            problem = country.strategies[strategy].apply(country.scenario).problem()
            weekly = tuple(recorded([name]))
            block = country.block(
                problem, draws, start, state.seed, lambda: self.cancelled, weekly=weekly, pinned=pinned
            )
            data = merged(problem, [block]).data
            values = values_of(data, name)
            return np.where(block.failed, np.nan, values)

        if claim.kind == "level":
            return outcome(claim.changed, claim.measured) - claim.threshold

        def effect(name: str, kind: str) -> np.ndarray:
            before, after = outcome(claim.base, name), outcome(claim.changed, name)
            # as in the battery: one of the outcome's own units keeps zeros finite
            return np.asarray((after + 1.0) / (before + 1.0) if kind == "ratio" else after - before)

        found = effect(claim.measured, self.effect_kind)
        if claim.provided is not None:  # members in which what both sides take for granted fails are not judged
            taken, name = claim.provided, claim.taken_for_granted
            kind = OUTCOMES[taken.outcome].kind
            found = np.where(holds(effect(name, kind), taken.says, taken.margin, kind), found, np.nan)
        return found

    @cached_property
    def effect_kind(self) -> Any:
        """ "ratio" or "difference"."""
        return "difference" if self.claim.kind in ("share", "level") else OUTCOMES[self.claim.outcome].kind

    @cached_property
    def margin(self) -> float:
        """Effects within it count as none: the claim's, or its outcome's."""
        if self.claim.margin is not None:
            return float(self.claim.margin)
        return 0.05 if self.claim.kind in ("share", "level") else OUTCOMES[self.claim.outcome].margin

    def effects(self, stage: int) -> tuple[np.ndarray, np.ndarray]:
        """Effects of the first `stage` members, free and held, those that are finite in both."""
        free = np.concatenate(self.free[: stage // BLOCK])
        held = np.concatenate(self.held[: stage // BLOCK])
        good = np.isfinite(free) & np.isfinite(held)
        return free[good], held[good]


def same_prior(country: Country, theory: Country, name: str) -> bool:
    """Whether a theory lets a parameter vary as the full model does: only then can it be held at a value there."""
    ours, theirs = country.problem.priors[name].ravel(), theory.problem.priors.get(name)
    if theirs is None or theirs.size != ours.size:
        return False
    pairs = zip(ours, theirs.ravel(), strict=True)
    return all(a.family == b.family and a.arguments == b.arguments for a, b in pairs)


@dataclass(frozen=True)
class Held:
    """What the rule says, nothing held and with the chosen values: shares of the regions in the model's own draws,
    shares under all theories by weight (None where there are none), verdict."""

    free: Probabilities
    held: Probabilities
    mixed_free: Shares | None
    mixed_held: Shares | None
    verdict_free: Verdict
    verdict_held: Verdict


def judged(run: ClaimRun, stage: int, answers: Answers | None, idle: Container[str] = ()) -> Held:
    """Apply the verdict rule to both effects.

    answers: those that ship with the scenario: shares before any data, weights of theories, and theories that are not
    run here yet are taken from there, and the parameters on which the answer hangs and of which no data speak. One of
    these that is held is known; on one of `idle`, which moves no simulated history, nothing can hang. Without answers,
    and over prior draws, no data are heard and nothing is identified. Where the fitted model misses facts of history
    that the claim needs, both words are "not licensed". No randomness.
    """
    free, held = run.effects(stage)
    claim, country = run.claim, run.country
    answered = answers[claim.name] if answers is not None and claim.name in answers else None
    granted = licence(claim, facts_on_record(country.scenario, country.posterior))
    before = answered.stages.get("before") if answered is not None else None
    unknown = Shares(1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0)
    first = unknown if before is None else Shares(before.claim, before.rival, before.neither, max(1.0, before.draws))
    heard = before is not None and country.draws(run.state.draws) == "posterior"
    splits = answered.splits if answered is not None else {}
    mute = [n for n, split in splits.items() if split.mute and n.split("[")[0] not in idle]
    chosen = {name for name, _ in run.pinned}

    def word(effect: np.ndarray, which: int) -> tuple[Probabilities, Shares | None, Verdict]:
        now = _counted(claim, effect) if heard else None
        theories = {}
        if answers is not None and answered is not None and now is not None:
            theories = _theories(answers, answered, now, _run_afresh(run, which))
        evidence = Evidence(
            first,
            country=now,
            theories=theories,
            unlicensed="" if granted.granted else granted.words,
            arithmetic=claim.arithmetic,
            values=claim.kind == "value",
            mute=tuple(name for name in mute if not (which and name.split("[")[0] in chosen)),
        )
        mixed = evidence.stages["country"] if theories else None
        return region_shares(claim, effect), mixed, ruling(evidence)

    (three_free, mixed_free, word_free), (three_held, mixed_held, word_held) = word(free, 0), word(held, 1)
    return Held(three_free, three_held, mixed_free, mixed_held, word_free, word_held)


def _counted(claim: Claim, effect: np.ndarray) -> Shares:
    """Shares of draws in the region of each side."""
    return shares_of(effect, claim.claim_says, claim.rival_says, margins(claim), effect_kind(claim))


def _run_afresh(run: ClaimRun, which: int) -> dict[str, Shares]:
    """Shares under every theory that was run here, by its title; which: 0 with nothing held, 1 with the values."""
    out = {}
    for title, effects in run.theories.items():
        good = np.isfinite(effects[0]) & np.isfinite(effects[1])
        if good.any():
            out[title] = _counted(run.claim, effects[which][good])
    return out


def _theories(
    answers: Answers, answered: ClaimResult, now: Shares, afresh: dict[str, Shares]
) -> dict[str, TheoryShares]:
    """The model itself as it is now, theories as they were run here, else as shipped; weights as shipped."""
    ours, theirs = (assertion_region(says, k) for k, says in enumerate(held_apart(answered.claim)))
    weights, out = answers.provenance.theories, {}
    for name, three in answered.structures.items():
        claim, rival = (sum(three[k] for k in sorted(side)) for side in (ours, theirs))
        known = weights.get(name, TheoryWeight(0.0, False)) if weights else TheoryWeight(1.0)
        draws = answers.provenance.structure_members
        shipped = Shares(claim, rival, max(0.0, 1.0 - claim - rival), draws)
        shares = now if name == "full" else afresh.get(title_of(name), shipped)
        out[name] = TheoryShares(shares, known.weight, known.alike, known.about)
    return out if len(out) > 1 and any(theory.weight > 0.0 for theory in out.values()) else {}


def title_of(theory: str) -> str:
    """What a theory is called on the page."""
    return theory.replace("-", " ")


def parameters_of(claim: Claim, answered: ClaimResult | None, known: dict[str, Any]) -> list[str]:
    """Names of the parameters that get a slider: those on which the shipped answer turns, the one that splits it most
    first, then those the claim names."""
    splits = sorted(answered.splits.items(), key=lambda split: -split[1].shift) if answered is not None else []
    names = dict.fromkeys([*(name.split("[")[0] for name, _ in splits), *claim.deciding])
    return [name for name in names if name in known and not _fixed(known[name])][:MOST_SLIDERS]


def _fixed(priors: np.ndarray) -> bool:
    """Whether every element of a parameter has one value only: to hold it would move nothing."""
    return all(float(np.ptp(quantile(prior, np.array([0.01, 0.99])))) == 0.0 for prior in priors.ravel())
