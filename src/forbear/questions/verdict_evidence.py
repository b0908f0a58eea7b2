"""What the verdict rule sees of a claim, from draws of its effect: shares of draws by region, stage by stage.

`Group` holds the effect in the draws of one ensemble; `evidence` sets groups together; `shares_of` counts. No
randomness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from forbear.questions.regions import effect_kind, holds, margins
from forbear.questions.verdict_rule import THRESHOLDS, Evidence, Shares, TheoryShares
from forbear.scenario.casefiles.policies import Claim

__all__ = ["Group", "Groups", "TheoryWeight", "evidence", "shares_of"]

#: What is known where no draw is judged: one draw's worth, a third for each region.
UNKNOWN = Shares(1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0)


@dataclass(frozen=True)
class TheoryWeight:
    """What a theory weighs in the mixture that forecasts best, and whether its forecasts cannot be told from those of
    the best. about: the mechanisms that it says were at work, in words."""

    weight: float
    alike: bool = True
    about: str = ""


@dataclass(frozen=True)
class Group:
    """A claim's effect by draw of one ensemble.

    effect, judged: (draws,), the second true where a draw counts (it ran, and what both sides take for granted holds).
    worth: of how many independent draws all of them together are worth. record: weight of each draw by the record of
    other wars, (draws,), None where the record is not heard."""

    effect: np.ndarray
    judged: np.ndarray
    worth: float
    record: np.ndarray | None = None

    def shares(self, claim: Claim, *, record: bool = False) -> Shares | None:
        """Shares of the regions, weighed by the record if asked; None where no draw is judged."""
        weights = self.record[self.judged] if record and self.record is not None else None
        if not self.judged.any() or (weights is not None and not weights.sum() > 0.0):
            return None
        says = (claim.claim_says, claim.rival_says)
        found = shares_of(self.effect[self.judged], *says, margins(claim), effect_kind(claim), weights)
        return replace(found, draws=max(1.0, found.draws * self.worth / len(self.effect)))


@dataclass(frozen=True)
class Groups:
    """Everything that was drawn for a claim. country: None where nothing was fitted; theories: name -> draws, "full"
    being the model itself; left_out: stage -> why it cannot be made."""

    before: Group
    country: Group | None
    theories: Mapping[str, Group] = field(default_factory=dict)
    weights: Mapping[str, TheoryWeight] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def shares_of(
    effect: np.ndarray,
    says: str,
    rival_says: str,
    margins: tuple[float, float],
    kind: str,
    weights: np.ndarray | None = None,
) -> Shares:
    """Shares of draws in the region of each side.

    Parameters
    ----------
    effect
        (draws,), a ratio or a difference as `kind` says; draws that are not finite are left out.
    says, rival_says
        "lower", "higher", "same", "not lower" or "not higher".
    margins
        Of the claim and of its rival, as `regions.holds` takes them.
    weights
        Of draws, (draws,), zero or more; all the same when None. Their effective number is Kish's.

    Raises
    ------
    ValueError
        Where no draw is finite, or the two regions meet.
    """
    values = np.asarray(effect, dtype=float)
    good = np.isfinite(values)
    mass = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    mass, values = mass[good], values[good]
    if not len(values) or not mass.sum() > 0.0:
        raise ValueError("no draw of the effect is finite and weighs anything")
    ours, theirs = holds(values, says, margins[0], kind), holds(values, rival_says, margins[1], kind)
    if (ours & theirs).any():
        raise ValueError(f"a draw lies in both regions ({says} and {rival_says}): nothing can tell between them")
    whole = float(mass.sum())
    claim, rival = float(mass[ours].sum()) / whole, float(mass[theirs].sum()) / whole
    return Shares(claim, rival, max(0.0, 1.0 - claim - rival), whole**2 / float((mass**2).sum()))


def evidence(
    claim: Claim,
    groups: Groups,
    *,
    unlicensed: str = "",
    mute: tuple[str, ...] = (),
) -> Evidence:
    """Shares at every stage that can be made, and within each theory at the last.

    Parameters
    ----------
    claim
        What each side asserts.
    groups
        Its effect by draw; those of the record are the draws before any data and of the country, weighed again.
    unlicensed, mute
        See `Evidence`.
    """
    left_out = dict(groups.left_out)

    def stage(name: str, group: Group | None, record: bool) -> Shares | None:
        if group is None or name in left_out or (record and group.record is None):
            return None
        found = group.shares(claim, record=record)
        if found is None:
            left_out[name] = "in no draw holds what both sides take for granted"
        elif record and found.draws < THRESHOLDS.effective:
            left_out[name] = f"its weights leave {found.draws:.0f} effective draws of the effect"
            return None
        return found

    before = stage("before", groups.before, False) or UNKNOWN
    record, country = stage("record", groups.before, True), stage("country", groups.country, False)
    both = stage("both", groups.country, True)
    last = both is not None
    theories = {}
    for name, group in groups.theories.items():
        found = group.shares(claim, record=last and group.record is not None)
        known = groups.weights.get(name, TheoryWeight(0.0, False)) if groups.weights else TheoryWeight(1.0)
        if found is not None:
            theories[name] = TheoryShares(found, known.weight, known.alike, known.about)
    weighed = len(theories) > 1 and any(theory.weight > 0.0 for theory in theories.values())
    heard = country is not None or both is not None
    return Evidence(
        before,
        record,
        country,
        both,
        theories=theories if weighed and heard else {},
        unlicensed=unlicensed,
        arithmetic=claim.arithmetic,
        values=claim.kind == "value",
        mute=mute,
        left_out=left_out,
    )
