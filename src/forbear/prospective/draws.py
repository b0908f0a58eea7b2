"""Draws of a proposed intervention, tied to what became of such undertakings: there is no history to fit.

Draws. Sets of guessed facts (a Latin hypercube over their ranges, `guessed.py`) crossed with parameters from the prior and
with luck: everything that is assumed moves.

Conditioning on base rates. Let S be stable success under the plan and m = P(S) in the model. History gives the chance p of
success in the reference class as p ~ Beta(k + 1/2, n - k + 1/2). Taking this undertaking for one of its class says P(S) = p.
Of all distributions over (facts, parameters, luck) with P(S) = p, the one nearest to the model's own in relative entropy
reweights it by w = p / m where S holds and by (1 - p) / (1 - m) elsewhere (Jeffrey's rule: what is likely given S, and
given not S, stays as the model has it). For given p a mean, share or distribution function is linear in p, so that with p
uncertain its expectation is the one at E[p] = (k + 1/2) / (n + 1). Members are drawn by rejection: member i is kept when
u_i w_max < w_i, with u_i from the stream "base rates" of the seed, so that what is kept has equal weights, and a member
keeps its facts, parameters and luck under every strategy. Fewer than `FEWEST_HITS` members with or without success, or
fewer than 100 kept, and nothing is conditioned: model and record are then too far apart to be joined by reweighting, and
that is said instead. Sources: Jeffrey (1965), The Logic of Decision; Diaconis and Zabell (1982), J. American Statistical
Association 77.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.discovery.guessed import GuessedFact, draw_facts, guessed_facts
from forbear.discovery.lookup import hypercube
from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.results import Ensemble
from forbear.ensemble.runner import simulate
from forbear.questions.streams import stream
from forbear.validation.base_rates import ReferenceClass, reference_classes

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["FEWEST_HITS", "Conditioning", "Draws", "condition", "draw", "run_sets"]

FEWEST_HITS = 20
FEWEST_KEPT = 100
#: Members of one set of facts: one block of the engine.
BLOCK = 128


@dataclass(frozen=True)
class Conditioning:
    """kept: positions of members, or None where nothing was conditioned; weights: (members,), mean one; words say which."""

    kept: np.ndarray | None
    weights: np.ndarray
    hits: int
    members: int
    chance: float
    words: str


@dataclass(frozen=True)
class Draws:
    """Members over sets of guessed facts. which: (members,), the set of each; sets: facts of each; u: (sets, facts)."""

    ensemble: Ensemble
    which: np.ndarray
    sets: tuple[dict[str, np.ndarray], ...]
    facts: tuple[GuessedFact, ...]
    seed: int

    @property
    def success(self) -> np.ndarray:
        """(members,) True where stable success held by the end of the run."""
        return np.asarray(self.ensemble.data["success"].values[:, -1] >= 0.5)


def draw(
    scenario: Scenario,
    *,
    members: int = 4096,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | None = None,
    parameters: Mapping[str, np.ndarray] | None = None,
) -> Draws:
    """Members of the plan over sets of guessed facts, one set to a block of 128.

    parameters: name -> (members, *dimensions) in place of prior draws. Randomness: the stream "guessed facts" of `seed`
    and the members' own. Raises as `simulate`.
    """
    problem = scenario.problem()
    facts = tuple(guessed_facts(scenario))
    identities = np.arange(members, dtype=np.uint32)
    which = identities.astype(np.int64) // BLOCK
    number = int(which[-1]) + 1
    u = hypercube(number, len(facts), stream(seed, "guessed facts"))
    sets = tuple(draw_facts(problem, facts, row) for row in u)
    given = {name: np.asarray(v) for name, v in parameters.items()} if parameters is not None else None
    shown = progress or NoMeter()
    shown.start(members, f"simulating {problem.name} over what is guessed")
    ensemble = run_sets(problem, sets, which, identities, given, seed, workers, shown)
    shown.finish()
    return Draws(ensemble, which, sets, facts, seed)


def run_sets(
    problem: Problem,
    sets: tuple[dict[str, np.ndarray], ...],
    which: np.ndarray,
    identities: np.ndarray,
    given: Mapping[str, np.ndarray] | None,
    seed: int,
    workers: int | None,
    meter: Meter,
    weekly: list[str] | None = None,
) -> Ensemble:
    """One ensemble of members that each have their own set of facts, in the order of `identities`."""
    import xarray as xr  # heavy: see the house rules

    more: dict[str, Any] = {} if weekly is None else {"weekly": weekly, "monthly": ()}
    used = [int(place) for place in np.unique(which)]

    def one(place: int) -> Ensemble:
        at = np.flatnonzero(which == place)
        own = None if given is None else {name: value[at] for name, value in given.items()}
        part = simulate(replace(problem, facts=sets[place]), members=identities[at], seed=seed, parameters=own, workers=1, **more)  # fmt: skip
        meter.advance(len(at))
        return part

    parts = [one(used[0])]
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        parts += list(pool.map(one, used[1:]))
    data = xr.concat([p.data for p in parts], dim="member", data_vars="minimal", coords="minimal", compat="override", join="override")  # fmt: skip
    order = np.concatenate([np.flatnonzero(which == place) for place in used])
    data = data.isel(member=np.argsort(order, kind="stable"))
    manifest = {
        **parts[0].manifest,
        "count": len(identities),
        "note": f"prior draws over {len(sets)} sets of guessed facts",
    }
    manifest["members"] = f"0 to {len(identities) - 1}" if len(identities) else ""
    return Ensemble(data, manifest)


def condition(
    hits: np.ndarray, seed: int, reference: ReferenceClass | None = None, identities: np.ndarray | None = None
) -> Conditioning:
    """Condition members, (members,) booleans of success under the plan, on a reference class (occupations when None).

    Randomness: the stream "base rates" of `seed`. See the module for the rule and when nothing is conditioned.
    """
    known = reference or reference_classes()[0]
    hit = np.asarray(hits, dtype=bool)
    count, members = int(hit.sum()), len(hit)
    chance = (known.successes + 0.5) / (known.cases + 1.0)
    told = f"{known.title}: {known.record}; the model by itself: {count} of {members}."
    if count < FEWEST_HITS or members - count < FEWEST_HITS:
        few = "success" if count < FEWEST_HITS else "failure"
        return Conditioning(None, np.ones(members), count, members, chance, f"Not tied to the record: the model knows too little {few} for that ({told}) What follows is the model's own; read it as a disagreement with history, not as knowledge.")  # fmt: skip
    share = count / members
    weights = np.where(hit, chance / share, (1.0 - chance) / (1.0 - share))
    u = stream(seed, "base rates").random(members)
    kept = np.flatnonzero(u * weights.max() < weights)
    if len(kept) < FEWEST_KEPT:
        return Conditioning(None, np.ones(members), count, members, chance, f"Not tied to the record: only {len(kept)} simulated histories would be left ({told})")  # fmt: skip
    return Conditioning(kept, weights, count, members, chance, f"Tied to the record: simulated histories were kept so that the plan succeeds as often as such undertakings did, {chance:.0%} ({told}) {len(kept)} kept.".replace("%", " %"))  # fmt: skip
