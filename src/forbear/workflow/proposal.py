"""A proposed intervention: no history to fit, so ranges from stated assumptions, tied to what became of such undertakings.

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

Share of a range that is due to assumptions. With the same luck but facts and parameters of another member, an outcome Y
becomes Y'; E[(Y - Y')^2] / (2 Var Y) is the total Sobol index of the assumptions (Jansen 1999, Computer Physics
Communications 117), the rest is luck alone. The same with only the guessed facts exchanged gives theirs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.discovery.guessed import GuessedFact, draw_facts, guessed_facts
from forbear.discovery.lookup import hypercube, never_of
from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FileError
from forbear.questions.streams import stream
from forbear.scenario.casefiles.policies import Strategy, load_strategies
from forbear.scenario.outcomes import OUTCOMES, recorded, values_of
from forbear.validation.base_rates import BaseRate, ReferenceClass, reference_classes

if TYPE_CHECKING:
    from forbear.ensemble.results import Ensemble
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["FEWEST_HITS", "SHOWN", "Conditioning", "Draws", "Proposal", "condition", "draw", "propose", "save",
           "strategies_of", "words"]  # fmt: skip

FEWEST_HITS = 20
FEWEST_KEPT = 100
NOT_A_FORECAST = "a range under stated assumptions, not a forecast"
SHOWN = ("deaths", "displaced", "intervener_deaths", "cost", "cost_full", "governance", "democracy", "attacks_abroad")
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


@dataclass(frozen=True)
class Proposal:
    """What is told of a proposed intervention: plain numbers in `as_dict`. rows: strategies, never intervening first."""

    conditioning: Conditioning
    rows: list[dict[str, Any]]
    shares: dict[str, tuple[float, float]]
    exit: str
    guessed: int
    members: int
    never: Ensemble | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers for JSON. Every outcome is a range; no middle is given."""
        return {
            "caution": NOT_A_FORECAST, "exit": self.exit, "guessed_facts": self.guessed, "members": self.members,
            "conditioned": self.conditioning.kept is not None, "conditioning": self.conditioning.words,
            "share_of_range_due_to_assumptions": {k: {"assumptions": v[0], "guessed_facts": v[1]} for k, v in self.shares.items()},
            "strategies": self.rows,
        }  # fmt: skip

    def lines(self) -> list[str]:
        """Plain lines for a terminal."""
        out = [f"A proposed intervention: every number is {NOT_A_FORECAST}.", f"  {self.conditioning.words}", f"  exit: {self.exit}"]  # fmt: skip
        for row in self.rows:
            out.append(f"  {row['name']}: {row['title']}" + (" (by assumption)" if row["assumed"] else ""))
            out += [f"    {text}" for text in row["force"]]
            out += [f"    {r['title']} ({r['unit']}): {words(r['low'])} to {words(r['high'])}" for r in row["ranges"]]
        for name in ("deaths", "cost", "governance", "democracy"):
            all_assumed, facts = self.shares[name]
            out.append(f"  of the range of {OUTCOMES[name].title}, {all_assumed:.0%} is assumption (guessed facts {facts:.0%}), the rest luck".replace("%", " %"))  # fmt: skip
        return out


def draw(
    scenario: Scenario,
    *,
    members: int = 4096,
    seed: int = 1,
    workers: int | None = None,
    meter: Meter | None = None,
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
    shown = meter or NoMeter()
    shown.start(members, f"simulating {problem.name} over what is guessed")
    ensemble = _run(problem, sets, which, identities, given, seed, workers, shown)
    shown.finish()
    return Draws(ensemble, which, sets, facts, seed)


def _run(
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
    import os
    from concurrent.futures import ThreadPoolExecutor

    import xarray as xr

    from forbear.ensemble.results import Ensemble
    from forbear.ensemble.runner import simulate

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
        return Conditioning(None, np.ones(members), count, members, chance, f"Not tied to the record: only {len(kept)} members would be left ({told})")  # fmt: skip
    return Conditioning(kept, weights, count, members, chance, f"Tied to the record: members were kept so that the plan succeeds as often as such undertakings did, {chance:.0%} ({told}) {len(kept)} kept.".replace("%", " %"))  # fmt: skip


def strategies_of(scenario: Scenario) -> dict[str, Strategy]:
    """Strategies of a proposal: NEVER, the plan as PLAN, the plan as wished for (whatever can be raised), then those beside the file."""
    known = load_strategies(scenario)
    out = {
        "NEVER": known.get("NEVER", Strategy("NEVER", "Never intervening", "restraint", {"intervener.intervene": 0}))
    }
    out["PLAN"] = Strategy("PLAN", "The plan, with the force that can be raised", "intervention", {})
    out["AS-WISHED"] = Strategy("AS-WISHED", "The plan met whatever it takes, whether or not it can be raised", "intervention", {"intervener.feasible": 0})  # fmt: skip
    return out | {name: s for name, s in known.items() if name not in ("HISTORY", *out)}


def propose(
    scenario: Scenario,
    draws: Draws,
    conditioning: Conditioning,
    *,
    workers: int | None = None,
    meter: Meter | None = None,
) -> Proposal:
    """Ranges of every strategy over the kept members, never intervening first, and how much of them is assumption.

    The same facts, parameters and luck stand under each strategy. No further randomness. Raises as `simulate`.
    """
    data = draws.ensemble.data
    kept = conditioning.kept if conditioning.kept is not None else np.arange(min(512, len(draws.which)))
    identities = data["member"].values[kept].astype(np.uint32)
    given = {str(n)[6:]: v.values[kept] for n, v in data.data_vars.items() if str(n).startswith("given_")}
    weekly = recorded([*SHOWN, "allies", "adversaries", "force", "unsustainable", "success"])
    never: Ensemble | None = None
    shown = meter or NoMeter()
    known = strategies_of(scenario)
    shown.start(len(known) * len(kept), "comparing strategies, never intervening first")
    rows: list[dict[str, Any]] = []
    for name, strategy in known.items():
        if name == "AS-WISHED" and not rows[-1]["held_back"]:
            continue  # what is planned can be raised: the two are one
        changed = strategy.apply(scenario) if name != "NEVER" else never_of(scenario)
        problem = changed.problem()
        own = [{**facts} for facts in draws.sets]
        found = _run(problem, tuple(own), draws.which[kept], identities, given, draws.seed, workers, shown, weekly)
        rows.append(_row(name, strategy, changed, found))
        never = found.healthy if name == "NEVER" else never
    shares = _shares(scenario, draws, workers, shown)
    shown.finish()
    leaves = scenario.exit
    told = "none is planned: soldiers stay to the end of the run" if leaves in ("open", None) else f"the last soldier is to have left by {leaves}"  # fmt: skip
    return Proposal(conditioning, rows, shares, told, len(draws.facts), len(kept), never)


def _row(name: str, strategy: Strategy, changed: Scenario, found: Ensemble) -> dict[str, Any]:
    good = found.healthy.data
    ranges = []
    for outcome in SHOWN:
        values = values_of(good, outcome)
        low, high = np.quantile(values, [0.05, 0.95])
        about = OUTCOMES[outcome]
        ranges.append({"outcome": outcome, "title": about.title, "unit": about.unit, "low": float(low), "high": float(high)})  # fmt: skip
    most, months = values_of(good, "force"), values_of(good, "unsustainable")
    path = changed.levers["intervener.force"].value
    step = max(1, (changed.end - changed.start).days // 400)
    planned = max(path.at(day) for day in range(changed.start.toordinal(), changed.end.toordinal(), step))
    success = values_of(good, "success")
    held_back = bool(np.mean(most < 0.98 * planned) > 0.05)
    text = []
    if strategy.name != "NEVER":
        low, high = np.quantile(most, [0.05, 0.95])
        there = words(high) if words(low) == words(high) else f"{words(low)} to {words(high)}"
        text.append(f"soldiers: {words(planned)} planned, at most {there} there at one time")
        low, high = np.quantile(months, [0.05, 0.95])
        text.append(f"months beyond what rotation sustains: {low:.0f} to {high:.0f}")
    return {
        "name": name, "title": strategy.title, "side": strategy.side, "assumed": name.startswith("NEVER"), "planned_force": float(planned), "held_back": held_back,
        "force": text, "success": {"hits": int((success >= 0.5).sum()), "members": len(success)}, "ranges": ranges,
    }  # fmt: skip


def _shares(
    scenario: Scenario, draws: Draws, workers: int | None, meter: Meter, blocks: int = 8
) -> dict[str, tuple[float, float]]:
    """Outcome -> (share of its variance due to facts and parameters, to guessed facts), clipped to 0 and 1."""
    names = SHOWN
    data = draws.ensemble.data
    part = np.flatnonzero(draws.which < blocks)
    identities = data["member"].values[part].astype(np.uint32)
    given = {str(n)[6:]: v.values[part] for n, v in data.data_vars.items() if str(n).startswith("given_")}
    other = {name: np.roll(value, 1 + len(part) // 2, axis=0) for name, value in given.items()}
    turned = draws.sets[1:] + draws.sets[:1]
    problem, weekly = scenario.problem(), recorded(list(names))
    both = _run(problem, turned, draws.which[part], identities, other, draws.seed, workers, NoMeter(), weekly).data
    facts = _run(problem, turned, draws.which[part], identities, given, draws.seed, workers, NoMeter(), weekly).data
    out = {}
    for name in names:
        first = _scaled(name, values_of(data.isel(member=part), name))
        shares = []
        for second in (both, facts):
            away = _scaled(name, values_of(second, name))
            good = np.isfinite(first) & np.isfinite(away)
            variance = float(np.concatenate([first[good], away[good]]).var())
            shares.append(float(np.clip(((first[good] - away[good]) ** 2).mean() / (2 * variance), 0, 1)) if variance > 0 else 0.0)  # fmt: skip
        out[name] = (max(shares), shares[1])
    return out


def _scaled(name: str, values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values, 0.0) + 1.0) if OUTCOMES[name].kind == "ratio" else values


def save(path: Path, rates: Sequence[BaseRate], proposal: Proposal | None = None) -> Path:
    """Write base rates and a proposal as JSON, whole or not at all. Raises FileError E103."""
    data = {"base_rates": [rate.as_dict() for rate in rates], "proposal": proposal.as_dict() if proposal is not None else None}  # fmt: skip
    temporary = path.with_name(path.name + ".partial")
    try:
        temporary.write_text(json.dumps(data, indent=1), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        raise FileError("E103", f"cannot write {path}: {error.strerror}") from error
    return path


def words(value: float) -> str:
    """A number without false precision: two significant digits."""
    if value == 0 or not np.isfinite(value):
        return "0"
    if abs(value) < 10:
        return f"{value:.2g}"
    rounded = round(value, 1 - int(np.floor(np.log10(abs(value)))))
    return f"{rounded:,.0f}".replace(",", " ")
