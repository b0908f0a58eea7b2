"""Claims tested: the counterfactual, its effect with uncertainty, the verdict, on what it depends, what would change
it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from forbear.country.model import MODEL
from forbear.inference.facts import Licence
from forbear.questions.conflicts import against_studies, country_against_record
from forbear.questions.effects import Candidate, Probabilities, contraction, deciding_parameters, probabilities
from forbear.questions.expected_information import Informative, expected_information
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.regions import effect_kind, holds, margins, region_shares, sides
from forbear.questions.results import ClaimResult, DrawnEffect, Quantiles, Split
from forbear.questions.verdict_evidence import Group, Groups, TheoryWeight, evidence
from forbear.questions.verdict_rule import THRESHOLDS, Evidence, ruling, staged
from forbear.questions.verdict_sensitivity import sensitivity
from forbear.scenario.casefiles.audit import ONE_SIDED, TWO_SIDED
from forbear.scenario.casefiles.policies import Claim
from forbear.scenario.outcomes import OUTCOMES

__all__ = [
    "Sources", "assess_claim", "candidates", "drawn_groups", "effect_kind", "estimand", "margin_of", "needed",
    "other_horizons", "provided", "three_shares",
]  # fmt: skip

#: Factors of the margin under which a verdict is shown, too.
MARGINS = (0.5, 2.0)


@dataclass(frozen=True)
class Sources:
    """What the draws of a battery are worth, and what else was heard.

    worth: name of the runs ("posterior", a structure) -> of how many independent draws they are worth, all of them
    where it is not named; theories: name -> weight, empty where nobody has weighed them; record: name of the runs
    ("prior", "posterior", a structure) -> weights of their draws by the record of other wars; left_out: stage -> why it
    cannot be made."""

    worth: Mapping[str, float] = field(default_factory=dict)
    theories: Mapping[str, TheoryWeight] = field(default_factory=dict)
    record: Mapping[str, np.ndarray] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def needed(claims: Sequence[Claim]) -> list[str]:
    """Strategies that must have been run to test these claims."""
    names = [
        n for c in claims if c.kind != "share" for n in ((c.base, c.changed) if c.kind != "level" else (c.changed,))
    ]
    return list(dict.fromkeys(["HISTORY", *names]))


def estimand(claim: Claim, runs: PolicyRuns, shares: Mapping[tuple[str, ...], np.ndarray]) -> tuple[np.ndarray, str]:
    """The claim's effect in every draw of the worlds, and whether it is a ratio or a difference.

    shares: (community, *sources) -> share of mobilisation, (draws,), for claims of that kind.
    """
    if claim.kind == "share":
        return shares[(claim.community, *claim.sources)] - claim.threshold, "difference"
    if claim.kind == "level":
        return runs.values(claim.changed, claim.measured) - claim.threshold, "difference"
    before, after = runs.values(claim.base, claim.measured), runs.values(claim.changed, claim.measured)
    kind = effect_kind(claim)
    # outcomes of a million persons and of billions alike: one of the outcome's own units keeps zeros finite
    return ((after + 1.0) / (before + 1.0) if kind == "ratio" else after - before), kind


def provided(claim: Claim, runs: PolicyRuns) -> np.ndarray:
    """Draws in which what both sides take for granted holds, (draws,); all of them where a claim takes nothing so."""
    if claim.provided is None:
        return np.ones(runs.members, dtype=bool)
    name, kind = claim.taken_for_granted, OUTCOMES[claim.provided.outcome].kind
    before, after = runs.values(claim.base, name), runs.values(claim.changed, name)
    effect = (after + 1.0) / (before + 1.0) if kind == "ratio" else after - before
    return holds(effect, claim.provided.says, claim.provided.margin, kind)


def margin_of(claim: Claim) -> float:
    """Within which an effect counts as none: the claim's own, else its outcome's."""
    return margins(claim)[0]


def other_horizons(claim: Claim, start: str, end: str) -> dict[str, Claim]:
    """The same claim over other months, by which they are in words: to the middle of the run where it is about all of
    it, the whole run where it is about a part. start, end: months of the run. None of shares, which have no months."""
    if claim.kind == "share":
        return {}
    if claim.horizon or claim.since:
        return {"the whole run": replace(claim, horizon="", since="")}
    first, last = np.datetime64(start, "M"), np.datetime64(end, "M")
    middle = str(first + (last - first) // 2)
    return {middle: replace(claim, horizon=middle)}


def assess_claim(
    claim: Claim,
    posterior: PolicyRuns,
    prior: PolicyRuns,
    structures: Mapping[str, PolicyRuns],
    shares: Mapping[str, Mapping[tuple[str, ...], np.ndarray]],
    condition: np.ndarray,
    *,
    fitted: bool = True,
    licence: Licence | None = None,
    sources: Sources | None = None,
    horizons: Mapping[str, Claim] | None = None,
    hanging: Mapping[str, Candidate] | None = None,
    seed: int = 1,
) -> ClaimResult:
    """Test one claim.

    Parameters
    ----------
    claim
        What is tested.
    posterior, prior, structures
        Runs of its strategies over posterior and prior draws, and over those of each rival structure by name.
    shares
        Name of the runs ("posterior", "prior", a structure) -> shares of mobilisation, (members,).
    condition
        (prior draws,), true for those with a war of plausible size.
    fitted
        False when `posterior` is itself a prior: nothing was learned.
    licence
        Whether the fitted model lives through the facts that the claim needs; None: nothing is asked of it.
    sources
        What the draws are worth, weights of theories and of the record; None: every draw counts as one, theories
        weigh the same, and there is no record.
    horizons
        The claim over other months whose outcome was kept as well, by the months in words (`other_horizons`).
    hanging
        Parameters that split the draws, with what holding them did; None: splits are looked for here and nothing is
        held.
    seed
        Names the shuffles of `deciding_parameters` and of `expected_information`.
    """
    known, granted = sources or Sources(), licence or Licence(True)
    effect, kind = estimand(claim, posterior, shares.get("posterior", {}))
    before, _ = estimand(claim, prior, shares.get("prior", {}))
    good = np.isfinite(effect) & provided(claim, posterior)
    before = before[condition & np.isfinite(before) & provided(claim, prior)]
    three, three_before = three_shares(claim, effect[good]), three_shares(claim, before)
    of_structures: dict[str, Probabilities] = {"full": three}
    for name, runs in structures.items():
        here, _ = estimand(claim, runs, shares.get(name, {}))
        of_structures[name] = three_shares(claim, here[np.isfinite(here) & provided(claim, runs)])
    found = candidates(claim, posterior, shares.get("posterior", {}), seed) if hanging is None else hanging
    splits = {name: Split(c.below, c.above, c.flips_at, c.identification, c.shift, c.held) for name, c in found.items()}
    mute = tuple(name for name, split in splits.items() if split.mute)

    def told(asked: Claim) -> Evidence:
        """What is known under another margin or horizon of the same claim."""
        groups = drawn_groups(asked, posterior if fitted else None, prior, structures, shares, condition, known)
        return evidence(asked, groups, unlicensed="" if granted.granted else granted.words, mute=mute)

    own, ours = told(claim), margins(claim)
    scaled = {f: replace(claim, margin=ours[0] * f, rival_margin=_scaled(claim, f)) for f in MARGINS}
    stages = staged(own)
    return ClaimResult(
        replace(claim, file=Path(claim.file).name),
        ruling(own),
        granted,
        kind,
        margin_of(claim),
        Quantiles.of(effect),
        Quantiles.of(before),
        three,
        three_before,
        of_structures,
        contraction(before, effect[good], kind) if fitted else 0.0,  # type: ignore[arg-type]
        _neutral(three_before, len(before)),
        splits,
        DrawnEffect(effect, before),
        stages=stages,
        sensitivity=sensitivity(
            own,
            margins={f"{ours[0] * f:g}": told(other) for f, other in scaled.items()},
            horizons={months: told(other) for months, other in (horizons or {}).items()},
        ),
        information=_information(claim, posterior, effect, good, seed) if fitted else (),
        beside=(*against_studies(claim, posterior), *country_against_record(stages)),
    )


def drawn_groups(
    claim: Claim,
    posterior: PolicyRuns | None,
    prior: PolicyRuns,
    structures: Mapping[str, PolicyRuns],
    shares: Mapping[str, Mapping[tuple[str, ...], np.ndarray]],
    condition: np.ndarray,
    known: Sources,
) -> Groups:
    """The claim's effect by draw in every ensemble, as a verdict looks at it.

    posterior: None where nothing was fitted; the rest as for `assess_claim`, `known` being its sources.
    """

    def group(runs: PolicyRuns, name: str, which: np.ndarray | None = None) -> Group:
        drawn, _ = estimand(claim, runs, shares.get(name, {}))
        judged = np.isfinite(drawn) & provided(claim, runs) & (True if which is None else which)
        return Group(drawn, judged, known.worth.get(name, len(drawn)), known.record.get(name))

    full = group(posterior, "posterior") if posterior is not None else None
    theories = {} if full is None else {"full": full, **{n: group(r, n) for n, r in structures.items()}}
    return Groups(group(prior, "prior", condition), full, theories, known.theories, known.left_out)


def _scaled(claim: Claim, factor: float) -> float | None:
    return None if claim.rival_margin is None else claim.rival_margin * factor


def _information(
    claim: Claim, runs: PolicyRuns, effect: np.ndarray, good: np.ndarray, seed: int
) -> tuple[Informative, ...]:
    """What would tell most about the claim's region: what happened in the war, and parameters."""
    if claim.kind == "value" or not good.any():
        return ()
    ours, theirs = sides(claim, effect)
    region = np.where(ours, 0, np.where(theirs, 1, 2))
    seen = {name: values for name, values in runs.seen("HISTORY").items() if np.isfinite(values[good]).all()}
    names = [*seen, *runs.names]
    kinds = ["observation"] * len(seen) + ["study"] * len(runs.names)
    quantities = np.column_stack([*seen.values(), runs.quantiles])
    return expected_information(region[good], quantities[good], names, kinds, seed=seed)


def three_shares(claim: Claim, effect: np.ndarray) -> Probabilities:
    """The three shares on which a verdict rests: for, against and none, or claim, rival and neither (own margins)."""
    if claim.rival_margin is not None:
        return region_shares(claim, effect)
    return probabilities(effect, margin_of(claim), claim.direction, effect_kind(claim))  # type: ignore[arg-type]


def candidates(
    claim: Claim, runs: PolicyRuns, shares: Mapping[tuple[str, ...], np.ndarray], seed: int
) -> dict[str, Candidate]:
    """Parameters whose median splits the draws of a claim, in prior quantiles, with the class of each.

    runs, shares: as for `estimand`; seed: names the shuffles."""
    effect, _ = estimand(claim, runs, shares)
    good = np.isfinite(effect) & provided(claim, runs)
    if claim.kind == "value" or good.sum() < 40:
        return {}
    classes = _classes()
    found = deciding_parameters(
        effect[good], runs.quantiles[good], runs.names, margin_of(claim), claim.direction,  # type: ignore[arg-type]
        effect_kind(claim),  # type: ignore[arg-type]
        minimum_shift=THRESHOLDS.hinge, seed=seed, regions=sides(claim, effect[good]),
    )  # fmt: skip
    return {name: replace(c, identification=classes.get(name.split("[")[0])) for name, c in found.items()}


def _classes() -> dict[str, str]:
    """Parameter -> what could tell about it."""
    return {parameter.name: parameter.identification for parameter in MODEL.parameters.values()}


def _neutral(three: Probabilities, draws: int) -> str:
    """How the claim's own prior effect passes gate G0: "two-sided", "one-sided", or "" where it fails."""
    slack = 2.0 * np.sqrt(0.25 * 0.75 / max(draws, 1))
    if min(three.p_for, three.p_against) >= TWO_SIDED - slack:
        return "two-sided"
    if min(three.p_none, max(three.p_for, three.p_against)) >= ONE_SIDED - slack:
        return "one-sided"
    return ""
