"""What answers are made of: plain numbers with names, as a file holds them and as report, page and notebook read
them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from forbear.inference.facts import Licence
from forbear.questions.conflicts import Beside
from forbear.questions.effects import Held, Probabilities
from forbear.questions.expected_information import Informative
from forbear.questions.stored import in_memory
from forbear.questions.verdict import NOT_LICENSED, StageShares, Verdict
from forbear.questions.verdict_evidence import TheoryWeight
from forbear.questions.verdict_rule import THRESHOLDS
from forbear.questions.verdict_sensitivity import Varied
from forbear.representation import html_of, plot_of
from forbear.scenario.casefiles.policies import Claim
from forbear.scenario.outcomes import OUTCOMES

__all__ = [
    "AttributionResult",
    "ClaimResult",
    "DrawnEffect",
    "LedgerResult",
    "PlayerShare",
    "Provenance",
    "Quantiles",
    "Regret",
    "Split",
    "StrategyResult",
    "StrategyTable",
    "Three",
    "Unattributed",
]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


class Quantiles(NamedTuple):
    """Five quantiles over draws."""

    p05: float
    p25: float
    p50: float
    p75: float
    p95: float

    @classmethod
    def of(cls, values: np.ndarray) -> Quantiles:
        """Of values by draw; those that are not finite are left out."""
        return cls(*(float(v) for v in np.nanquantile(values, LEVELS)))


class Three(NamedTuple):
    """The range of nine tenths of draws, with its middle."""

    p05: float
    p50: float
    p95: float


@dataclass(frozen=True)
class Split:
    """Draws split at the median of one parameter. below, above: shares of the claim's region, its rival's and neither;
    flips_at: the prior quantile at which the effect changes sign, None where it does not; shift: how far the split
    moves a share; held: what holding the parameter did, None where nobody tried. The split is an association; what is
    held is a cause."""

    below: Probabilities
    above: Probabilities
    flips_at: float | None
    identification: str | None
    shift: float
    held: Held | None = None

    @property
    def causes(self) -> bool:
        """False where the parameter was held and the answer did not follow, errors of Monte Carlo allowed for: it goes
        along with something else."""
        return self.held is None or self.held.moved + THRESHOLDS.errors * self.held.error >= THRESHOLDS.cause

    @property
    def mute(self) -> bool:
        """Whether the answer hangs on the parameter and no data speak of it."""
        return self.identification == "N-none" and self.causes


@dataclass(frozen=True, eq=False)
class DrawnEffect:
    """The effect by draw, in memory alone. posterior: (members,); prior: (draws with a war of plausible size,)."""

    posterior: np.ndarray
    prior: np.ndarray


@dataclass(frozen=True)
class ClaimResult:
    """A tested claim with everything that its verdict rests on.

    effect, prior: quantiles of the effect under posterior and conditioned prior; effect_kind: "ratio" (changed over
    base) or "difference" (changed minus base, or the level minus the threshold); margin: within which an effect
    counts as none; shares, prior_shares, structures: for, against, within the margin; contraction: of the effect's
    variance, NaN where the prior has none; neutral: how the effect before data passes gate G0, "" where it does not;
    licence: whether the fitted model lives through the facts that the claim needs; splits: parameters on which the
    answer depends; stages: "before", "record", "country", "both" -> shares of the regions, those that were made;
    sensitivity: what is said under other choices; information: what observation or study would move it most; beside:
    the model beside studies, the country beside the record."""

    claim: Claim
    verdict: Verdict
    licence: Licence
    effect_kind: str
    margin: float
    effect: Quantiles
    prior: Quantiles
    shares: Probabilities
    prior_shares: Probabilities
    structures: dict[str, Probabilities]
    contraction: float
    neutral: str
    splits: dict[str, Split]
    drawn: DrawnEffect | None = field(default=None, repr=False, compare=False, metadata=in_memory)
    stages: dict[str, StageShares] = field(default_factory=dict)
    sensitivity: tuple[Varied, ...] = ()
    information: tuple[Informative, ...] = ()
    beside: tuple[Beside, ...] = ()

    def __repr__(self) -> str:
        effect = self.effect
        numbers = f"{self.effect_kind} {effect.p50:.2g} ({effect.p05:.2g} to {effect.p95:.2g})"
        return f"<ClaimResult {self.name}: {self.verdict.word}; {numbers}>"

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def name(self) -> str:
        """Of the claim, such as H2."""
        return self.claim.name

    @property
    def licensed(self) -> bool:
        """False where the verdict is "not licensed"."""
        return self.verdict.word != NOT_LICENSED

    @property
    def outcome_title(self) -> str:
        """What is measured, in words."""
        return outcome_title(self.claim)

    @property
    def unit(self) -> str:
        """Unit of the effect: "ratio", or that of the outcome."""
        if self.effect_kind == "ratio":
            return "ratio"
        return "share of the pull to arms" if self.claim.kind == "share" else OUTCOMES[self.claim.outcome].unit

    @property
    def paired(self) -> bool:
        """True where two strategies are compared, False for a level or a share beside a threshold."""
        return self.claim.kind in ("effect", "value")

    @property
    def test(self) -> str:
        """What was set against what."""
        if self.claim.kind == "share":
            return "the ledger of mobilisation"
        return f"{self.claim.changed} against {self.claim.base}" if self.paired else self.claim.changed

    def plot(self) -> object:
        """A picture of the effect before and after the data; its five quantiles where it was read from a file."""
        return plot_of("claim", self)


def outcome_title(claim: Claim) -> str:
    """What a claim measures, in words."""
    if claim.kind == "share":
        return f"share of the pull of armed opposition among {claim.community} from {' and '.join(claim.sources)}"
    return OUTCOMES[claim.outcome].title + (f", {claim.months}" if claim.months else "")


@dataclass(frozen=True)
class Regret:
    """How much worse than the best strategy of a draw, in the objective's unit: largest, ninetieth percentile, mean."""

    most: float
    p90: float
    mean: float


@dataclass(frozen=True)
class StrategyResult:
    """One strategy. assumed: nobody intervenes under it, so that it is ranked with nothing; outcomes: quantiles over
    draws; the rest by objective, empty where it is assumed: regret, Hurwicz's and Laplace's scores, share of draws in
    which it is best, unbeaten (pareto), good enough (satisficing), and good enough objective by objective."""

    title: str
    side: str
    assumed: bool
    outcomes: dict[str, Quantiles]
    regret: dict[str, Regret] = field(default_factory=dict)
    hurwicz: dict[str, float] = field(default_factory=dict)
    laplace: dict[str, float] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    pareto: float | None = None
    satisficing: float | None = None
    satisficing_by: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class StrategyTable:
    """Strategies beside each other. thresholds: objective -> level that is good enough, in its unit;
    nothing_satisfices: share of draws in which no strategy is; alpha: of Hurwicz's score; draws: those in which every
    strategy ran."""

    rows: dict[str, StrategyResult]
    objectives: tuple[str, ...]
    thresholds: dict[str, float]
    nothing_satisfices: float
    alpha: float
    draws: int


@dataclass(frozen=True)
class PlayerShare:
    """What one remedy adds: Shapley values over draws. error: Monte Carlo error of the mean; helps: share of draws in
    which it adds something."""

    name: str
    title: str
    part: Quantiles
    mean: float
    error: float
    helps: float


@dataclass(frozen=True)
class Unattributed:
    """What no remedy reaches: the chance of order with everything remedied and with nothing, deaths that remain as a
    ratio to history's, governance with everything and with nothing (medians)."""

    order_remedied: float
    order_history: float
    deaths_remaining: float
    governance_remedied: float
    governance_history: float


@dataclass(frozen=True)
class AttributionResult:
    """One game. rows: worth -> players by median value; total: worth -> all remedied less history; interaction: worth
    -> (players, players) means, empty where orders were sampled; draws: of parameters; runs: members simulated."""

    game: str
    exact: bool
    coalitions: int
    players: tuple[str, ...]
    rows: dict[str, tuple[PlayerShare, ...]]
    total: dict[str, Three]
    interaction: dict[str, tuple[tuple[float, ...], ...]]
    unattributed: Unattributed
    draws: int
    runs: int


@dataclass(frozen=True)
class LedgerResult:
    """What drove people to arms. shares: medians by community, year and source; whole: 5, 50 and 95 per cent by
    community and source over all years."""

    communities: tuple[str, ...]
    years: tuple[int, ...]
    sources: tuple[str, ...]
    shares: tuple[tuple[tuple[float, ...], ...], ...]
    whole: tuple[tuple[tuple[float, ...], ...], ...]


@dataclass(frozen=True)
class Provenance:
    """Where the numbers come from, enough to repeat them.

    given: "posterior" or "prior"; members: draws of parameters, each run `replications` times; prior_members: prior
    draws, of which `prior_conditioned` had a war of plausible size; structures: names, the full one first, and how
    many draws of each rival; available: draws of the posterior after `where`, conditions laid on it by whoever asked;
    only: claims asked for by name; quick: the posterior is a quick one; quick_effort: few runs were asked for; stamp:
    hashes of model, scenario, priors, evidence, observations and posterior; problems: strategy -> hash; version: of
    forbear, "" where it was not noted; theories: name -> weight, and weighed_by: the forecasts from which they come, in
    words; fit: effort, runs and effective draws of the fit, in words; series: those that were fitted to; record: what
    was heard of other wars, in words; cases: those of the record, by name."""

    scenario: str
    seed: int
    given: str
    members: int
    replications: int
    prior_members: int
    prior_conditioned: int
    structures: tuple[str, ...]
    structure_members: int
    stamp: dict[str, str]
    problems: dict[str, str]
    runs: int
    seconds: int
    only: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    available: int = 0
    quick: bool = False
    quick_effort: bool = False
    version: str = ""
    theories: dict[str, TheoryWeight] = field(default_factory=dict)
    weighed_by: str = ""
    fit: str = ""
    series: tuple[str, ...] = ()
    record: str = ""
    cases: tuple[str, ...] = ()

    @property
    def asked(self) -> str:
        """The command that repeats the run."""
        more = [f"--only {name}" for name in self.only] + [f'--where "{condition}"' for condition in self.where]
        more += ["--quick"] if self.quick_effort else []
        command = f"forbear claims -s {self.scenario} --seed {self.seed} --members {self.members}"
        return " ".join([command, *more])
