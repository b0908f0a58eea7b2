"""Rival theories of the same war, weighed by what they say of numbers: held out of a fit of each, or all of them.

Held out: every theory is fitted to the months before the hold-out with the same modest effort and asked for those
after. All data: shipped posteriors under fresh luck against every number that they were fitted to; no theory is fitted
again, so a theory that bends more easily has the better of it, and efforts of fitting differ where the table says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.inference.data import gather
from forbear.inference.facts import facts_held
from forbear.inference.fit import Fitting
from forbear.inference.forecast.history import generator
from forbear.inference.forecast.rolling import MODEL_NAME, roll
from forbear.inference.forecast.weights import pseudo_bma_plus, stacking_weights
from forbear.inference.posterior import Posterior
from forbear.inference.settings import RIVAL
from forbear.inference.structures import structures, with_structure
from forbear.questions.verdict_evidence import TheoryWeight
from forbear.validation.context import Context
from forbear.validation.ending import later_numbers
from forbear.validation.forecasts import origins_of
from forbear.validation.holdout import district_series, holdout, holdout_month
from forbear.words import join

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Theories", "Theory", "Weighed", "judged_ones", "theories", "weighed", "weights_on_record"]

OWN_PAST = "own past"
REGRESSION = "negative binomial regression"
#: Resamples behind every interval.
RESAMPLES = 200


@dataclass(frozen=True)
class Theory:
    """One theory. density: log predictive density, summed over points; difference: to the best theory, with the 90 per
    cent interval over resampled groups of points (and draws, where they are few); stacking: its weight in the mixture
    that predicts best, with the same interval; pseudo_bma: weight as the single best; effort: of the fit behind it;
    facts: held and of how many, where it was set beside them."""

    name: str
    title: str
    density: float
    difference: float
    difference_low: float
    difference_high: float
    stacking: float
    stacking_low: float
    stacking_high: float
    pseudo_bma: float
    effort: str = ""
    facts: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Weighed:
    """Theories on one set of points. by: what a group of points that hang together is (a month, a term of the fit)."""

    points: int
    groups: int
    by: str
    rows: tuple[Theory, ...]

    def lines(self) -> list[str]:
        """Rows, the best first."""
        return [
            f"  {r.title[:52]:<52} weight {r.stacking:.2f} ({r.stacking_low:.2f} to {r.stacking_high:.2f})  "
            f"difference {r.difference:+.0f} "
            f"({r.difference_low:+.0f} to {r.difference_high:+.0f})  "
            f"{r.effort}{f'  facts {r.facts[0]} of {r.facts[1]}' if r.facts[1] else ''}"
            for r in sorted(self.rows, key=lambda r: -r.density)
        ]


@dataclass(frozen=True)
class Theories:
    """held_out: None where it was not asked for or nothing was held out; all_data: None without posteriors of
    rivals."""

    held_out: Weighed | None
    all_data: Weighed | None
    note: str = ""

    def lines(self) -> list[str]:
        """For a terminal."""
        lines = [
            "Which theory would one bet on? Weights of the mixture that predicts best; where they are shared "
            "nobody can tell."
        ]
        if self.held_out is not None:
            lines.append(
                f"months that no fit has seen ({self.held_out.points} numbers, {self.held_out.groups} groups by "
                f"{self.held_out.by}):"
            )
            lines += self.held_out.lines()
        if self.all_data is not None:
            lines.append(f"all data, which each was fitted to ({self.all_data.points} terms): favours what bends most")
            lines += self.all_data.lines()
        return [*lines, *([self.note] if self.note else [])]


def theories(context: Context) -> Theories:
    """Weigh the model and its rivals (Yao and others 2018). A quick validation leaves out the fits that hold months
    out.

    Randomness: named by the seed.
    """
    ready = judged_ones(context)
    before = None if context.quick and not ready else _held_out(context, ready)
    whole = _all_data(context)
    left = context.quick and not ready
    note = "quick: no theory was fitted again, so months that none has seen do not speak" if left else ""
    if before is None and whole is None:
        note = "no rival has a posterior beside the scenario, and no month was held out"
    return Theories(before, whole, note)


def weighed(
    density: Mapping[str, np.ndarray],
    group: np.ndarray,
    by: str,
    titles: Mapping[str, str],
    seed: int,
    *,
    efforts: Mapping[str, str] | None = None,
    facts: Mapping[str, tuple[int, int]] | None = None,
    again: Sequence[np.ndarray] | None = None,
) -> Weighed:
    """Stacking weights with their uncertainty.

    density: theory -> log predictive density of every point (n,); group: (n,) points that hang together are resampled
    together; again: densities (theories, n) under resampled draws, one a resample, where draws add to the uncertainty.
    Randomness: Philox by (seed, "theories/<by>").
    """
    names = list(density)
    points = np.stack([density[n] for n in names])
    known = np.isfinite(points).all(axis=0)
    points, group = points[:, known], group[known]
    keys, at = np.unique(group, return_inverse=True)
    members = [np.flatnonzero(at == k) for k in range(len(keys))]
    stacked, single = stacking_weights(points).weights, pseudo_bma_plus(points, seed)
    best = int(np.argmax(points.sum(axis=1)))
    random = generator(seed, f"theories/{by}")
    weights, gaps = [], []
    for turn in range(RESAMPLES):
        chosen = np.concatenate([members[k] for k in random.integers(len(keys), size=len(keys))])
        drawn = (points if again is None else again[turn % len(again)][:, known])[:, chosen]
        weights.append(stacking_weights(drawn, tolerance=1e-4).weights)
        gaps.append((drawn.sum(axis=1) - drawn[best].sum()) * points.shape[1] / len(chosen))
    low, high = np.quantile(weights, [0.05, 0.95], axis=0)
    under, over = np.quantile(gaps, [0.05, 0.95], axis=0)
    rows = tuple(
        Theory(
            n,
            titles[n],
            float(points[k].sum()),
            float(points[k].sum() - points[best].sum()),
            float(under[k]),
            float(over[k]),
            float(stacked[k]),
            float(low[k]),
            float(high[k]),
            float(single[k]),
            (efforts or {}).get(n, ""),
            (facts or {}).get(n, (0, 0)),
        )
        for k, n in enumerate(names)
    )
    return Weighed(int(points.shape[1]), len(keys), by, rows)


def weights_on_record(scenario: Scenario, found: Theories) -> tuple[dict[str, TheoryWeight], str]:
    """Weights of theories by stacking, with the months that no fit has seen before all data, and what they rest on in
    words; empty where nothing was weighed.

    Densities of all data are integrated over the discrepancy of each series, those of held-out months over the luck and
    the dispersion of counts, so that no theory is weighed by what none of them can explain. A theory forecasts like the
    best where no difference lies within the 90 per cent interval of theirs. What is no theory (a regression on its own
    past) has no weight.
    """
    which = found.held_out or found.all_data
    if which is None:
        return {}, ""
    known = structures(scenario)
    rows = [row for row in which.rows if row.name == "full" or row.name in known]
    whole = sum(row.stacking for row in rows)
    best = max(rows, key=lambda row: row.density, default=None)
    if best is None or not whole > 0.0:
        return {}, ""
    words = f"{which.points} numbers of months that no fit has seen" if found.held_out else (
        f"{which.points} terms of all data, which each was fitted to"
    )  # fmt: skip
    return {
        row.name: TheoryWeight(
            row.stacking / whole,
            row is best or row.difference_high >= 0.0,
            join(known[row.name].own) if row.name in known else "",
        )
        for row in rows
    }, words


def _known(scenario: Scenario) -> dict[str, str]:
    return {"full": "the full model", **{name: s.title for name, s in structures(scenario).items()}}


def judged_ones(context: Context) -> dict[str, Posterior]:
    """Posteriors of all theories that stopped where the hold-out begins, with one effort: they are the judged ones
    themselves and nothing is fitted again. Empty where any is missing, saw more, or got another effort."""
    month = holdout_month(context.scenario)
    fitted = {"full": context.posterior, **rival_posteriors(context.scenario)}
    whole = set(fitted) == set(_known(context.scenario))
    alike = len({posterior.effort for posterior in fitted.values()}) == 1
    blind = all(str(posterior.notes.get("until") or "") == month for posterior in fitted.values())
    return fitted if whole and alike and blind else {}


def _held_out(context: Context, ready: Mapping[str, Posterior]) -> Weighed | None:
    """Every theory fitted before the hold-out month and asked for what came after: districts and months, else
    numbers. ready: posteriors that stopped there, if all did."""
    density: dict[str, np.ndarray] = {}
    titles = _known(context.scenario)
    group = np.zeros(0)
    by = "month"
    for number, name in enumerate(titles.copy()):
        changed = with_structure(context.scenario, name)
        context.meter.say(f"theory: {titles[name]}")
        fitted = ready[name] if ready else holdout(context, changed, RIVAL, f"theory-{name}")
        data = gather(changed, fitted.space.problem)
        series = district_series(data)
        if not series:
            later = later_numbers(changed, fitted, seed=context.seed, workers=context.workers, meter=context.meter)
            if later is None:
                return None
            density[name] = -np.array([s.log_score for s in later.numbers[MODEL_NAME]])
            group, by = np.array([s.label for s in later.numbers[MODEL_NAME]]), "year"
            continue
        origins = origins_of(changed, fitted.space.problem.month_labels)
        rolled = roll(
            changed,
            fitted,
            data,
            series=series,
            origins=origins,
            seed=context.seed,
            baselines=number == 0,
            workers=context.workers,
            progress=context.meter,
        )
        scores = rolled.scores["district"]
        density[name] = -scores[MODEL_NAME]["log_score"].ravel()
        if number == 0:
            density[OWN_PAST] = -scores[REGRESSION]["log_score"].ravel()
            titles[OWN_PAST] = "no theory: a regression on its own past"
        month = np.asarray(rolled.places)[:, None, None] + np.asarray(rolled.horizons)[None, None, :]
        group = np.broadcast_to(month, scores[MODEL_NAME]["log_score"].shape).ravel()
    effort = context.posterior.effort if ready else RIVAL.name
    efforts = {n: "" if n == OWN_PAST else effort for n in density}
    return weighed(density, group, by, titles, context.seed, efforts=efforts)


def rival_posteriors(scenario: Scenario) -> dict[str, Posterior]:
    """Posteriors of rival theories beside a scenario (posterior-NAME.npz). Raises FitError E606."""
    out = {}
    for name in structures(scenario):
        found = Posterior.nearest(with_structure(scenario, name), f"posterior-{name}.npz")
        if found is not None:
            out[name] = found
    return out


def _all_data(context: Context) -> Weighed | None:
    """Log predictive density of every term under fresh luck of each posterior that is at hand."""
    fitted = {"full": context.posterior, **rival_posteriors(context.scenario)}
    if len(fitted) < 2:
        return None
    terms: dict[str, np.ndarray] = {}
    names: list[str] = []
    for name, posterior in fitted.items():
        until = str(posterior.notes.get("until") or "") or None
        work = Fitting(
            with_structure(context.scenario, name), until=until, workers=context.workers, meter=context.meter
        )
        data = work.simulate(posterior.scores[posterior.chosen(context.members)], context.seed + 17)
        level = work.terms.log_densities(work.said(data))
        terms[name] = np.where(data["failed"].values[:, None], -np.inf, level)
        names = [t.name for t in work.terms.all]
    random = generator(context.seed, "theories/draws")
    again = [
        np.stack([_mean(level[random.integers(len(level), size=len(level))]) for level in terms.values()])
        for _ in range(RESAMPLES)
    ]
    density = {name: _mean(level) for name, level in terms.items()}
    held = {name: facts_held(p) for name, p in fitted.items()}
    return weighed(
        density,
        np.array(names),
        "term of the fit",
        _known(context.scenario),
        context.seed,
        again=again,
        efforts={n: p.effort for n, p in fitted.items()},
        facts={n: (sum(r.holds for r in h.results), len(h.results)) for n, h in held.items() if h is not None},
    )


def _mean(levels: np.ndarray) -> np.ndarray:
    """Logarithm of the mean density over draws, (terms,): levels (draws, terms)."""
    most = levels.max(axis=0)
    return np.asarray(most + np.log(np.mean(np.exp(levels - most), axis=0)))
