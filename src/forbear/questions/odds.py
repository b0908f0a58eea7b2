"""How far a source moves the odds of each side of a claim: the same draws, weighed by it and not.

A source (the record of other wars, a study) gives each draw a weight; nothing is run again. Before and after are
shares of the same draws, so that the Monte Carlo error of the factor between their odds is that of a difference of
two sums over the same draws (the delta method), far smaller than that of either share. Where theories are weighed,
shares are those of their mixture. Nothing here makes a verdict: what a verdict is made of stands in `verdict_rule`.
No randomness.

Source: Owen (2013), Monte Carlo theory, methods and examples, chapter 9 (self-normalised weights and their error).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forbear.files import read_json, write_json
from forbear.questions.regions import sides
from forbear.questions.stored import decode, encode
from forbear.questions.verdict_evidence import Group, Groups, TheoryWeight
from forbear.scenario.casefiles.policies import Claim

__all__ = [
    "BOTH", "POSTERIOR", "PRIOR", "RECORD", "STUDIES", "ClaimOdds", "Odds", "Part", "Shift", "SourceWeights", "factor_of",
    "parts_of", "shift",
]  # fmt: skip

#: The two sets of draws that are weighed, by name.
PRIOR, POSTERIOR = "prior", "posterior"
#: Sources: the record, all studies together that are not in conflict with the model, and both.
RECORD, STUDIES, BOTH = "record", "studies", "record and studies"
KIND, FORMAT = "forbear odds", 1


#: Shares nearer to none or all than this are none or all, and their odds have no factor.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Part:
    """Judged draws of one ensemble. inside: (draws, 3), true where a draw lies in the claim's region, its rival's,
    neither; at: (draws,), which of all draws these are; worth: of how many independent draws they are worth; weight:
    of the theory in the mixture; group: name of the ensemble."""

    group: str
    inside: np.ndarray
    at: np.ndarray
    worth: float
    weight: float = 1.0


@dataclass(frozen=True)
class Shift:
    """What a source does to a claim over one set of draws.

    before, after: shares of the claim's region, its rival's, neither. factor: by which the odds of each of the three
    are moved, NaN where no draw or every draw lies there. error: Monte Carlo error of the logarithm of each factor.
    effective: share of the judged draws that stay effective."""

    before: tuple[float, float, float]
    after: tuple[float, float, float]
    factor: tuple[float, float, float]
    error: tuple[float, float, float]
    effective: float


@dataclass(frozen=True)
class SourceWeights:
    """A source over one set of draws. draws: that were weighed; effective: share of them that stay effective; shape:
    of the tail of the weights; conflict: too few are left, or the tail is past use; apart: how far a study's estimate
    lies from what the draws expect of it, in standard deviations of draws, error and bias together, NaN of what is no
    study. Draws that all miss a study alike keep even weights: only `apart` shows that."""

    draws: int
    effective: float
    shape: float
    conflict: bool
    apart: float = math.nan


@dataclass(frozen=True)
class ClaimOdds:
    """One claim. word: its verdict over the same draws, "" where theories were not run. moved: source -> draws ("prior", "posterior") -> shift. tau: source ->
    times tau ("0.5", "2") -> draws -> factor of the claim's odds. dropped: draws -> case -> factor of the claim's odds
    by the record without that case. words: source -> the verdict that the same rule would give if it weighed draws;
    "" where it is in conflict."""

    title: str
    word: str
    moved: Mapping[str, Mapping[str, Shift]]
    tau: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    dropped: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Odds:
    """Every claim of a scenario. model: fingerprint; stamp: as of answers; used: whether the record beat the base rate,
    so that it weighs at all; weights: source -> draws -> weights; theories: rival structures that were run, none where
    shares after the country are those of the model itself; the rest as asked for."""

    scenario: str
    model: str
    stamp: Mapping[str, str]
    seed: int
    members: int
    replications: int
    prior_members: int
    used: bool
    cases: tuple[str, ...]
    studies: tuple[str, ...]
    weights: Mapping[str, Mapping[str, SourceWeights]]
    claims: Mapping[str, ClaimOdds]
    theories: tuple[str, ...] = ()

    @property
    def weights_of_studies(self) -> tuple[str, ...]:
        """Every study that was weighed, in conflict or not."""
        first = next(iter(self.claims.values()), None)
        return tuple(name for name in first.moved if name not in (RECORD, STUDIES, BOTH)) if first else ()

    def write(self, path: str | Path) -> Path:
        """Write it as sealed JSON, whole or not at all, numbers to four digits; return its path. Raises FileError
        E103."""
        return write_json(path, {"kind": KIND, "format": FORMAT, **_shorter(encode(self))}, seal=True)

    @classmethod
    def read(cls, path: str | Path) -> Odds:
        """Read what `write` wrote. Raises FileError E101, E104, E109 and E111."""
        found = read_json(path, seal=True)
        return decode(cls, {k: v for k, v in found.items() if k not in ("kind", "format")}, file=str(path))


def _shorter(value: object) -> dict[str, object]:
    """The same with numbers to four digits."""

    def one(entry: object) -> object:
        if isinstance(entry, dict):
            return {key: one(inner) for key, inner in entry.items()}
        if isinstance(entry, list):
            return [one(inner) for inner in entry]
        return float(f"{entry:.4g}") if isinstance(entry, float) else entry

    found = one(value)
    assert isinstance(found, dict)
    return found


def parts_of(claim: Claim, groups: Groups, draws: str) -> tuple[Part, ...]:
    """Judged draws of a claim: those before any data ("prior"), or after this country's ("posterior"), which is the
    mixture of theories where they are weighed. Ensembles without a judged draw are left out."""
    if draws == PRIOR:
        found = [(PRIOR, groups.before, 1.0)]
    else:
        full = [] if groups.country is None else [(POSTERIOR, groups.country, 1.0)]
        theories = [(POSTERIOR if n == "full" else n, g, _weight(groups, n)) for n, g in groups.theories.items()]
        heard = [entry for entry in theories if entry[1].judged.any()]
        found = heard if len(heard) > 1 and sum(weight for _, _, weight in heard) > 0.0 else full
    parts = [_part(claim, name, group, weight) for name, group, weight in found if group.judged.any() and weight > 0.0]
    total = math.fsum(part.weight for part in parts)
    return tuple(Part(p.group, p.inside, p.at, p.worth, p.weight / total) for p in parts)


def _weight(groups: Groups, name: str) -> float:
    return groups.weights.get(name, TheoryWeight(0.0, False)).weight if groups.weights else 1.0


def _part(claim: Claim, name: str, group: Group, weight: float) -> Part:
    at = np.flatnonzero(group.judged)
    ours, theirs = sides(claim, group.effect[at])
    inside = np.column_stack([ours, theirs, ~ours & ~theirs])
    return Part(name, inside, at, max(1.0, group.worth * len(at) / len(group.effect)), weight)


def shift(parts: Sequence[Part], weights: Mapping[str, np.ndarray]) -> Shift | None:
    """What weights do to the shares of a claim.

    Parameters
    ----------
    parts
        See `parts_of`.
    weights
        Name of the ensemble -> weights of all its draws, zero or more.

    Returns
    -------
    Shift or None
        None where no draw is judged, or none of them weighs anything.
    """
    mass = [weights[part.group][part.at] for part in parts]
    if not parts or any(not one.sum() > 0.0 for one in mass):
        return None
    mass = [one / one.sum() for one in mass]
    plain = [part.inside.mean(axis=0) for part in parts]
    weighed = [one @ part.inside for part, one in zip(parts, mass, strict=True)]
    before = np.sum([part.weight * share for part, share in zip(parts, plain, strict=True)], axis=0)
    after = np.sum([part.weight * share for part, share in zip(parts, weighed, strict=True)], axis=0)
    variance = np.zeros(3)
    with np.errstate(divide="ignore", invalid="ignore"):
        for part, one, early, late in zip(parts, mass, plain, weighed, strict=True):
            many = len(part.at)
            pull = one[:, None] * (part.inside - late) / (after * (1.0 - after))
            pull = pull - (part.inside - early) / many / (before * (1.0 - before))
            variance += part.weight**2 * (pull**2).sum(axis=0) * many / part.worth
        factor = after / (1.0 - after) / (before / (1.0 - before))
    # shares of a mixture that add up to all of it miss 1 by rounding
    known = np.minimum.reduce([before, 1.0 - before, after, 1.0 - after]) > ROUNDING
    effective = math.fsum(
        part.weight / float((one**2).sum()) / len(part.at) for part, one in zip(parts, mass, strict=True)
    )
    return Shift(
        _three(before), _three(after), _three(np.where(known, factor, np.nan)),
        _three(np.where(known, np.sqrt(variance), np.nan)), effective,
    )  # fmt: skip


def factor_of(parts: Sequence[Part], weights: Mapping[str, np.ndarray]) -> float:
    """The factor of the claim's odds alone, NaN where there is none."""
    found = shift(parts, weights)
    return math.nan if found is None else found.factor[0]


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
