"""The joint fit: one pass of runs over all cases, what they say together, and the same without each case.

A case is foreseen from the others by weighing its own runs of the pass, which are under the prior: weights of the
law that the other cases leave over the prior, Pareto-smoothed. Where too few draws remain effective, the case is run
anew under that law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.inference.joint.latent import Joint, Sites, assembled, learned, propagated
from forbear.inference.joint.linear import Answer, answers
from forbear.inference.joint.outcomes import Observed, Stray, likelihood_of
from forbear.inference.joint.passes import Law, Pass, log_ratio, simulate_pass
from forbear.inference.joint.simulated import War
from forbear.inference.keeper import Keeper
from forbear.inference.pareto import USABLE, smoothed

__all__ = ["STRAYS", "Fitted", "Foreseen", "Learned", "fit", "learn"]

#: Discrepancies that are tried.
STRAYS = tuple(
    Stray(deaths, order, index) for deaths in (0.4, 0.7, 1.2) for order in (0.5, 1.0, 2.0) for index in (0.15, 0.3)
)


@dataclass(frozen=True)
class Learned:
    """Sites under the best of the discrepancies that were tried (highest evidence)."""

    sites: Sites
    stray: Stray


@dataclass(frozen=True)
class Foreseen:
    """Outcomes of one case under what the others say. outcomes: (draws, k); weights: (draws,), sum 1; effective:
    draws.
    """

    outcomes: np.ndarray
    weights: np.ndarray
    effective: float


@dataclass(frozen=True)
class Fitted:
    """The joint fit. done: the pass under the prior; answers, joint: what it says; all: of all cases; without: one
    for each case
    left out, sites of the others alone; forecasts: of each case from the others."""

    joint: Joint
    all: Learned
    without: tuple[Learned, ...]
    done: Pass
    forecasts: tuple[Foreseen, ...]
    answers: tuple[Answer, ...]

    def rows_without(self, case: int) -> np.ndarray:
        """Observations of all cases but one."""
        return np.flatnonzero(self.joint.case != case)


def learn(joint: Joint, entries: Sequence[Observed], start: Sites | None = None) -> Learned:
    """Learn shares, spread and discrepancy from the observations of `joint`. No randomness.

    start: sites to begin with. The discrepancy is the one of `STRAYS` with the highest evidence at a half common;
    shares are then learned under it.
    """
    half = np.full(joint.slopes.shape[1], 0.5)
    found: list[Sites] = []
    for stray in STRAYS:
        start = propagated(joint, likelihood_of(entries, stray), half, start)
        found.append(start)
    best = int(np.argmax([sites.evidence for sites in found]))
    return Learned(learned(joint, likelihood_of(entries, STRAYS[best]), found[best]), STRAYS[best])


def fit(
    wars: Sequence[War],
    names: Sequence[str],
    *,
    draws: int,
    judged: int,
    seed: int,
    keeper: Keeper,
    meter: Meter | None = None,
    workers: int | None = None,
) -> Fitted:
    """Fit shared parameters to the outcomes of all cases, and foresee each case from the others.

    Parameters
    ---------- names
        Of the shared parameters.
    draws
        Of the pass; more than the number of parameters, or slopes are mostly penalty.
    judged
        Draws of a case that has to be run anew to be foreseen; fewer effective ones than this and it is.
    keeper
        Where finished cases are kept.

    Notes
    ----- Nothing that was coded of a case enters its own forecast: shares, discrepancy, sites and law are those of
    the others. Its runs do, to measure how outcomes answer to parameters. Randomness: see `passes`.
    """
    shown = meter or NoMeter()
    entries = [entry for war in wars for entry in war.entries]
    kinds = [war.reading.kinds for war in wars]
    done = simulate_pass(
        wars,
        names,
        Law.neutral(len(names)),
        name="pass",
        draws=draws,
        seed=seed,
        keeper=keeper,
        meter=shown,
        workers=workers,
    )
    told = answers(done.scores, done.outcomes, kinds, done.law.mean)
    joint = assembled(told, done.law.mean)
    found = learn(joint, entries)
    without, forecasts = [], []
    for place, war in enumerate(wars):
        rows = np.flatnonzero(joint.case != place)
        rest = learn(joint.of(rows), [entries[row] for row in rows], found.sites.of(rows))
        without.append(rest)
        mean, covariance = rest.sites.prior_of_next(joint.of(rows))
        weights = smoothed(log_ratio(done.scores, mean, covariance))
        if weights.effective >= judged and weights.shape <= USABLE:
            forecasts.append(Foreseen(done.outcomes[place], weights.weights, weights.effective))
        else:
            anew = simulate_pass(
                [war],
                names,
                Law.of(mean, covariance),
                name="without",
                draws=judged,
                seed=seed,
                keeper=keeper,
                meter=NoMeter(),
                workers=workers,
            )
            forecasts.append(Foreseen(anew.outcomes[0], np.full(judged, 1.0 / judged), float(judged)))
        shown.advance(1)
    return Fitted(joint, found, tuple(without), done, tuple(forecasts), tuple(told))
