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
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forbear.errors import Fault, FileError, ScenarioError, nearest
from forbear.files import read_json, write_json
from forbear.questions.regions import sides
from forbear.questions.stored import decode, encode
from forbear.questions.verdict_evidence import Group, Groups, TheoryWeight
from forbear.questions.verdict_rule import THRESHOLDS
from forbear.representation import html_of
from forbear.scenario.casefiles.policies import Claim

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BOTH", "POSTERIOR", "PRIOR", "RECORD", "STUDIES", "TIMES", "ClaimOdds", "Odds", "Part", "Shift", "SourceWeights",
    "factor_of", "label_of", "parts_of", "shift",
]  # fmt: skip

#: The two sets of draws that are weighed, by name.
PRIOR, POSTERIOR = "prior", "posterior"
#: Sources: the record, all studies together that are not in conflict with the model, and both.
RECORD, STUDIES, BOTH = "record", "studies", "record and studies"
KIND, FORMAT = "forbear odds", 1
AGAIN = "`forbear atlas weigh` makes it again"
#: Factors of every tau under which a study is shown, too.
TIMES = (0.5, 2.0)
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

    @property
    def span(self) -> tuple[float, float]:
        """Nine tenths of the Monte Carlo error about the factor of the claim's odds; NaN where there is none."""
        wide = THRESHOLDS.errors * self.error[0]
        return self.factor[0] * math.exp(-wide), self.factor[0] * math.exp(wide)


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
    "" where it is in conflict. asked: hash of what the claim compares, "" where it was not noted."""

    title: str
    word: str
    moved: Mapping[str, Mapping[str, Shift]]
    tau: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    dropped: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""


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

    def __repr__(self) -> str:
        return (
            f"<Odds of {len(self.claims)} claims of {self.scenario}: {len(self.cases)} other wars, "
            f"{len(self.weights_of_studies)} studies; {'the record weighs' if self.used else 'none weighs a verdict'}>"
        )

    def _repr_html_(self) -> str:
        return html_of(self)

    def __len__(self) -> int:
        return len(self.claims)

    def __iter__(self) -> Iterator[str]:
        return iter(self.claims)

    def __contains__(self, name: object) -> bool:
        return name in self.claims

    def __getitem__(self, name: str) -> ClaimOdds:
        """The odds of a claim. Raises ScenarioError E241 where the file holds none of the name."""
        if name not in self.claims:
            close = nearest(name, self.claims)
            raise ScenarioError(
                "E241", f"no claim is called {name!r}", hint=f"did you mean {close}?" if close else None
            )
        return self.claims[name]

    @property
    def weights_of_studies(self) -> tuple[str, ...]:
        """Every study that was weighed, in conflict or not."""
        first = next(iter(self.claims.values()), None)
        return tuple(name for name in first.moved if name not in (RECORD, STUDIES, BOTH)) if first else ()

    @property
    def draws(self) -> tuple[str, ...]:
        """The sets of draws that were weighed: "prior", and "posterior" where the country has data."""
        return tuple(name for name in (PRIOR, POSTERIOR) if name in self.weights[RECORD])

    def without(self, names: Collection[str]) -> Odds:
        """The same without some claims."""
        return replace(self, claims={name: claim for name, claim in self.claims.items() if name not in names})

    def conflict(self, source: str, draws: str) -> bool:
        """Whether a source leaves too few of these draws for its factors to be told."""
        return self.weights[source][draws].conflict

    def to_frame(self) -> pd.DataFrame:
        """Every factor as a table.

        Returns
        -------
        pandas.DataFrame
            Indexed by claim, source ("record", each study by name, "studies", "record and studies") and draws ("prior",
            "posterior"). `factor`: by which the source would move the odds of the claim's region, nan where no draw or
            every draw lies there; `low`, `high`: nine tenths of its Monte Carlo error; `claim_before` to
            `neither_after`: shares of draws in each region without the source and with it; `effective`: share of the
            judged draws that stay effective; `conflict`: true where too few do, and the factor says nothing; `word`:
            the verdict if the source weighed draws, "" where it was not ruled.
        """
        import pandas as pd  # heavy: it would slow `forbear --help`

        rows = []
        for name, claim in self.claims.items():
            for source, shifts in claim.moved.items():
                for draws, at in shifts.items():
                    sides = ("claim", "rival", "neither")
                    shares = {f"{side}_before": at.before[k] for k, side in enumerate(sides)}
                    shares |= {f"{side}_after": at.after[k] for k, side in enumerate(sides)}
                    low, high = at.span
                    told = {"factor": at.factor[0], "low": low, "high": high, **shares, "effective": at.effective}
                    ends = {"conflict": self.conflict(source, draws), "word": claim.words.get(source, "")}
                    rows.append({"claim": name, "source": source, "draws": draws, **told, **ends})
        index = ["claim", "source", "draws"]
        return pd.DataFrame(rows).set_index(index) if rows else pd.DataFrame(columns=index).set_index(index)

    def write(self, path: str | Path) -> Path:
        """Write it as sealed JSON, whole or not at all, numbers to four digits; return its path. Raises FileError
        E103."""
        return write_json(path, {"kind": KIND, "format": FORMAT, **_shorter(encode(self))}, seal=True)

    @classmethod
    def read(cls, path: str | Path) -> Odds:
        """Read what `write` wrote. Raises FileError E101, E104 where it holds something else, E109 where it is damaged,
        and E111 where another version wrote it, or a claim or a source lacks numbers of its own."""
        found = read_json(path, seal=True)
        if found.get("kind") != KIND:
            raise FileError("E104", f"{path} holds no odds of claims", hint=AGAIN)
        if found.get("format") != FORMAT:
            told = f"{path} was written in format {found.get('format')}, this version reads {FORMAT}"
            raise FileError("E111", told, hint=AGAIN)
        odds = decode(cls, {k: v for k, v in found.items() if k not in ("kind", "format")}, file=str(path))
        lacking = _lacking(odds)
        if lacking:
            faults = tuple(Fault("E111", f"{field} is missing", str(path), None, field) for field in lacking)
            words = f"{path} lacks {lacking[0]}" + (f" and {len(lacking) - 1} more" if len(lacking) > 1 else "")
            raise FileError("E111", words, hint=AGAIN, faults=faults)
        return odds


def _lacking(odds: Odds) -> list[str]:
    """Numbers that every file of odds holds and this one does not, by field, and factors that are none: a page that
    shows the others must not stumble over them."""
    studies = odds.weights_of_studies
    sources = (RECORD, *studies, STUDIES, BOTH)
    varied = [label_of(source, times) for source in (*studies, STUDIES) for times in TIMES]
    out = [f"weights.{name}" for name in (*sources, *varied) if name not in odds.weights]
    if out:
        return out
    kinds = set(odds.draws)
    out = [f"weights.{name}" for name, at in odds.weights.items() if not kinds or not kinds <= set(at)]
    for name, claim in odds.claims.items():
        taus = {
            f"tau.{source}.{times:g}": claim.tau.get(source, {}).get(f"{times:g}", {})
            for source in (*studies, STUDIES)
            for times in TIMES
        }
        lacks = [f"moved.{source}" for source in sorted({*sources} ^ {*claim.moved})]
        lacks += [field for field, at in taus.items() if not kinds <= set(at)]
        lacks += [f"dropped.{draws}" for draws in odds.draws if draws not in claim.dropped]
        factors = [(f"moved.{source}", at.factor[0]) for source, found in claim.moved.items() for at in found.values()]
        factors += [(field, value) for field, at in taus.items() for value in at.values()]
        factors += [("dropped", value) for at in claim.dropped.values() for value in at.values()]
        lacks += [field for field, value in factors if value <= 0.0]
        out += [f"claims.{name}.{field}" for field in dict.fromkeys(lacks)]
    return out


def label_of(source: str, times: float) -> str:
    """What a source is called among the weights with its tau taken so many times."""
    return source if times == 1.0 else f"{source}, tau x{times:g}"


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
