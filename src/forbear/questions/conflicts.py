"""Where what is known disagrees with itself: the model with a study, the country with the record of other wars.

A study is set beside the model where both answer the same question in kind: what more of a factor does to an outcome
(`bearings.toml`). Compared are signs: a study disagrees where its 95 per cent interval and nine tenths of draws both
leave out no effect, on different sides. Sizes are not compared, for units and cases differ. No randomness.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.questions.outside import findings
from forbear.questions.verdict import SIDES, StageShares
from forbear.questions.verdict_rule import THRESHOLDS
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import percent, signed, times

if TYPE_CHECKING:
    from forbear.questions.policy_runs import PolicyRuns
    from forbear.scenario.casefiles.policies import Claim

__all__ = ["AGREES", "CONFLICT", "OPEN", "Beside", "against_studies", "country_against_record"]

CONFLICT, AGREES, OPEN = "in conflict", "agrees", "cannot tell"


@dataclass(frozen=True)
class Beside:
    """Two sources beside each other. kind: "model and study" or "country and record"; what: the study, or the two
    stages; theirs, ours: what each says, in words; word: in conflict, agrees, cannot tell."""

    kind: str
    what: str
    theirs: str
    ours: str
    word: str


def _bearings() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("forbear.questions") / "bearings.toml").read_text(encoding="utf-8"))


BEARINGS = _bearings()


def against_studies(claim: Claim, runs: PolicyRuns) -> tuple[Beside, ...]:
    """The claim's studies that bear on an outcome of ours, each beside the change that the claim makes.

    runs: of both strategies, with the factors and outcomes of the studies.
    """
    if claim.kind not in ("effect", "value") or claim.changed == claim.base:
        return ()
    out = []
    for finding in findings(name for name in claim.evidence if name in BEARINGS):
        bearing = BEARINGS[finding.name]
        factor, outcome = bearing["factor"], bearing["outcome"]
        grows = float(np.nanmean(runs.values(claim.changed, factor) - runs.values(claim.base, factor)))
        low, high = sorted(float(bound) for bound in (finding.low, finding.high))
        if not bearing["lowers"]:
            low, high = -high, -low
        if grows == 0.0:
            continue
        theirs = (low > 0.0) - (high < 0.0)  # what more of the factor does, in their words
        kind = OUTCOMES[outcome].kind
        before, after = runs.values(claim.base, outcome), runs.values(claim.changed, outcome)
        effect = (after + 1.0) / (before + 1.0) if kind == "ratio" else after - before
        at, none = np.nanquantile(effect, [0.05, 0.5, 0.95]), 1.0 if kind == "ratio" else 0.0
        ours = int(np.sign(grows)) * (int(at[0] > none) - int(at[2] < none))
        word = OPEN if not (theirs and ours) else AGREES if theirs == ours else CONFLICT
        told = times if kind == "ratio" else signed
        title = OUTCOMES[outcome].title
        more = "more" if grows > 0 else "less"
        said = f"{claim.changed} has {more} of it; {title}: {told(at[1])} ({told(at[0])} to {told(at[2])})"
        out.append(Beside("model and study", finding.name, f"{finding.words} ({bearing['source']})", said, word))
    return tuple(out)


def country_against_record(stages: Mapping[str, StageShares]) -> tuple[Beside, ...]:
    """Whether the record of other wars leans to one region and this country to another; nothing where either is
    missing."""
    if "record" not in stages or "country" not in stages:
        return ()
    held = {}
    for name in ("record", "country"):
        side = max(SIDES, key=lambda s: getattr(stages[name], s))
        held[name] = (side, getattr(stages[name], side))
    words = {name: f"{side} holds {percent(share)}" for name, (side, share) in held.items()}
    leans = {name for name, (_, share) in held.items() if share >= THRESHOLDS.lean}
    same = held["record"][0] == held["country"][0]
    word = OPEN if len(leans) < 2 else AGREES if same else CONFLICT
    return (
        Beside(
            "country and record", "this country beside the record of others", words["record"], words["country"], word
        ),
    )
