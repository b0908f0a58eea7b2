"""The years after a fit stopped, for a country whose series are yearly: each number, and how it ended.

Draws are filtered to the end of what the fit knew, and their particles run on under the levers that were really pulled.

Rule of judgement, set down before any such forecast was scored: the model *passes* where its mean CRPS over the later
numbers is below that of both baselines, *passes in part* where it is below one of them, and *fails* otherwise. Facts of
the end of the story that fewer than one draw in twenty comes near are named beside it, whatever the scores say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.data import gather
from forbear.inference.filter import ParticleFilter
from forbear.inference.plan import load_plan
from forbear.inference.space import Space
from forbear.validation.holdout import holdout_month, longest
from forbear.validation.numbers import BASELINES, Scored, baseline, parted, score, summed
from forbear.validation.transport import ratios

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.casefiles.plan import Happened
    from forbear.scenario.scenario import Scenario

__all__ = ["FORESEEN", "foreseen", "later_numbers", "verdict"]

#: Share of draws that must come near a fact for it to count as foreseen.
FORESEEN = 0.05
MODEL = "forbear"


def later_numbers(
    scenario: Scenario, fitted: Posterior, *, seed: int, workers: int | None, meter: Meter, samples: int = 1000, particles: int = 8
) -> dict[str, Any]:  # fmt: skip
    """Forecast every later number from the end of the fit, score it against `BASELINES`, and list what happened.

    Randomness: the filter's and the replicates', named by the seed. Returns word, banner, from, scores, numbers, ratios,
    happened; an empty dict where nothing was observed later.
    """

    month, plan = holdout_month(scenario), load_plan(scenario)
    longer = longest(scenario)
    problem = longer.problem()
    data = gather(longer, problem)
    at = problem.month_labels.index(month)
    past, future = parted(data, at)
    # a series without a number before has no fitted dispersion and no baseline
    future = replace(future, series=tuple(s for s in future.series if s.name in fitted.space.dispersion_medians))
    space = Space(problem, fitted.space.dispersion_medians)
    if not future.series or space.names != fitted.space.names:
        return {}
    meter.say(f"carrying the fit on from {month}")
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
    sizes = {name: v[row] for name, v in space.dispersions(fitted.scores).items()}
    scored: dict[str, list[Scored]] = {MODEL: score(future, past, monthly, sizes, seed)}
    scored |= {name: baseline(name, future, past, seed) for name in BASELINES}
    pairs = tuple((MODEL, name) for name in BASELINES)
    compared = ratios(scored, seed, pairs=pairs)
    events = [foreseen(h, monthly[h.quantity], problem.month_labels) for h in plan.happened]
    word, banner = verdict(compared, events)
    return {
        "word": word, "banner": banner, "from": month, "origins": [month], "reason": plan.reason, "ratios": compared, "happened": events,
        "scores": {name: summed(s) for name, s in scored.items()},
        "numbers": {name: [{**vars(s), "inside": s.inside} for s in part] for name, part in scored.items()},
    }  # fmt: skip


def foreseen(fact: Happened, monthly: np.ndarray, months: tuple[str, ...]) -> dict[str, Any]:
    """A fact beside what members (members, months, 1) give for its month: quantiles, and the share that comes near."""
    month = months.index(fact.date[:7])
    drawn = monthly.reshape(*monthly.shape[:2], -1).sum(axis=2)[:, month].astype(float)
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
