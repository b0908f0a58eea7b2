"""The months and years after a fit stopped: each national number, and how it ended.

Draws are filtered to the end of what the fit knew, and their particles run on under the levers that were really pulled.

Rule of judgement, set down before any such forecast was scored: the model *passes* where its mean CRPS over the later
numbers is below that of both baselines, *passes in part* where it is below one of them, and *fails* otherwise. Facts of
the end of the story that fewer than one draw in twenty comes near are named beside it, whatever the scores say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import gather, sized
from forbear.inference.filter import ParticleFilter
from forbear.inference.forecast.rolling import said_of_past
from forbear.inference.plan import load_plan
from forbear.inference.space import Space
from forbear.scenario.alignment import adds_up
from forbear.validation.holdout import district_series, holdout_month, longest
from forbear.validation.numbers import BASELINES, Scored, baseline, parted, score, summed
from forbear.validation.transport import ratios

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.casefiles.plan import Happened as Told
    from forbear.scenario.scenario import Scenario

__all__ = ["FORESEEN", "Later", "Ratio", "foreseen", "later_numbers", "verdict"]

#: Share of draws that must come near a fact for it to count as foreseen.
FORESEEN = 0.05
MODEL = "forbear"


@dataclass(frozen=True)
class Ratio:
    """Mean CRPS of `one` over that of `other` with a 90 per cent interval; numbers: compared."""

    one: str
    other: str
    ratio: float
    low: float
    high: float
    numbers: int


@dataclass(frozen=True)
class Happened:
    """A fact after the fit beside what draws give for its month; share: of draws that come within `near` of it."""

    title: str
    quantity: str
    date: str
    value: float
    near: float
    source: str
    median: float
    low: float
    high: float
    share: float
    foreseen: bool


@dataclass(frozen=True)
class Summed:
    """Means over numbers: CRPS and log score on the logarithm, share inside nine tenths, CRPS by series."""

    numbers: int
    crps: float = float("nan")
    log_score: float = float("nan")
    inside: float = float("nan")
    by_series: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Later:
    """National numbers after a fit stopped. since: first month that it has not seen; scores, numbers: forecast -> its
    own."""

    word: str
    banner: str
    since: str
    reason: str
    scores: Mapping[str, Summed]
    ratios: tuple[Ratio, ...]
    numbers: Mapping[str, tuple[Scored, ...]]
    happened: tuple[Happened, ...]


def later_numbers(
    scenario: Scenario,
    fitted: Posterior,
    *,
    seed: int,
    workers: int | None,
    meter: Meter,
    samples: int = 1000,
    particles: int = 8,
) -> Later | None:
    """Forecast every later national number from the end of the fit, score it against `BASELINES`, and list what
    happened.

    Where rolling forecasts are made, counts by district are left to them. Randomness: the filter's and the
    replicates', named by the seed. None where nothing was observed later.
    """

    month, plan = holdout_month(scenario), load_plan(scenario)
    longer = longest(scenario)
    problem = longer.problem()
    data = gather(longer, problem)
    at = problem.month_labels.index(month)
    past, future = parted(data, at)
    # a series without a number before has no dispersion and no baseline
    earlier = {s.name for s in past.series}
    if district_series(data):
        earlier -= {s.name for s in data.series if s.kind == "counts" and (s.element >= 0).any()}
    future = replace(future, series=tuple(s for s in future.series if s.name in earlier))
    space = Space(problem)
    if not future.series or space.names != fitted.space.names:
        return None
    meter.say(f"carrying the fit on from {month}")
    past = sized(past, said_of_past(replace(fitted, space=space), past, seed + at, workers))
    wanted = sorted({*future.quantities, *(h.quantity for h in plan.happened)})
    found = ParticleFilter(problem, past, space, particles=particles, record=wanted, workers=workers).evaluate(
        fitted.scores, seed + at, keep_paths=True
    )
    weight = np.where(np.isfinite(found.log_likelihood)[:, None], found.weights, 0.0).ravel()
    random = np.random.Generator(np.random.Philox(key=[seed, at]))
    points = (np.arange(samples) + random.random()) / samples
    chosen = np.minimum(np.searchsorted(np.cumsum(weight / weight.sum()), points), weight.size - 1)
    row, particle = np.divmod(chosen, particles)
    assert found.paths is not None
    monthly = {name: found.paths[name][row, particle] for name in wanted}
    sizes = {name: np.full(samples, size) for name, size in past.dispersions.items()}
    scored: dict[str, list[Scored]] = {MODEL: score(future, past, monthly, sizes, seed)}
    scored |= {name: baseline(name, future, past, seed) for name in BASELINES}
    pairs = tuple((MODEL, name) for name in BASELINES)
    compared = ratios(scored, seed, pairs=pairs)
    events = [foreseen(h, monthly[h.quantity], problem.month_labels) for h in plan.happened]
    word, banner = verdict(compared, events)
    return Later(
        word,
        banner,
        month,
        plan.reason,
        {name: Summed(**summed(s)) for name, s in scored.items()},
        tuple(Ratio(**r) for r in compared),
        {name: tuple(part) for name, part in scored.items()},
        tuple(Happened(**e) for e in events),
    )


def foreseen(fact: Told, monthly: np.ndarray, months: tuple[str, ...]) -> dict[str, Any]:
    """A fact beside what members (members, months, rows) give for its month: quantiles, and the share that comes near.

    Several rows of a quantity are summed, or averaged where they do not add up."""
    month = months.index(fact.date[:7])
    rows = monthly.reshape(*monthly.shape[:2], -1)
    drawn = (rows.sum(axis=2) if adds_up(fact.quantity) else rows.mean(axis=2))[:, month].astype(float)
    low, middle, high = np.quantile(drawn, [0.05, 0.5, 0.95])
    share = float(np.mean(np.abs(drawn - fact.value) <= fact.near))
    return {
        "title": fact.title, "quantity": fact.quantity, "date": fact.date, "value": fact.value, "near": fact.near, "source": fact.source,
        "median": float(middle), "low": float(low), "high": float(high), "share": share, "foreseen": share >= FORESEEN,
    }  # fmt: skip


def verdict(compared: list[dict[str, Any]], events: list[dict[str, Any]]) -> tuple[str, str]:
    """The rule of this module: a word, and a banner (empty where the model passes and every fact was foreseen)."""
    better = [c["other"] for c in compared if c["ratio"] < 1.0]
    word = "passes" if len(better) == len(compared) else "passes in part" if better else "fails"
    out = []
    if word != "passes":
        worse = ", ".join(c["other"] for c in compared if c["other"] not in better)
        out.append(f"Of the years after the fit it foresees less than a rule that knows no cause ({worse}).")
    missed = [e["title"].lower() for e in events if not e["foreseen"]]
    if missed:
        out.append(
            f"It did not foresee how it ended: {'; '.join(missed)}. Read no answer about the last years as tested."
        )
    return word, " ".join(out)
