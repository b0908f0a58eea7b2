"""Ranges of every strategy of a proposed intervention, never intervening first, and how much of them is assumption.

Share of a range that is due to assumptions. With the same luck but facts and parameters of another member, an outcome Y
becomes Y'; E[(Y - Y')^2] / (2 Var Y) is the total Sobol index of the assumptions (Jansen 1999, Computer Physics
Communications 117), the rest is luck alone. The same with only the guessed facts exchanged gives theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.ensemble.results import Ensemble
from forbear.prospective.draws import Conditioning, Draws, run_sets
from forbear.prospective.telling import Proposal, Range, StrategyRow, words
from forbear.scenario.casefiles.policies import Strategy, load_strategies, never_intervening, without_intervention
from forbear.scenario.outcomes import OUTCOMES, recorded, values_of

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["SHOWN", "propose", "strategies_of"]

SHOWN = ("deaths", "displaced", "intervener_deaths", "cost", "cost_full", "governance", "democracy", "attacks_abroad")


def strategies_of(scenario: Scenario) -> dict[str, Strategy]:
    """Strategies of a proposal: nobody intervening, the plan as PLAN, the plan as wished for (whatever can be raised), then those beside the file."""
    known = load_strategies(scenario)
    never = without_intervention(scenario, known)
    out = {never.name: never}
    out["PLAN"] = Strategy("PLAN", "The plan, with the force that can be raised", "intervention", {})
    out["AS-WISHED"] = Strategy("AS-WISHED", "The plan met whatever it takes, whether or not it can be raised", "intervention", {"intervener.feasible": 0})  # fmt: skip
    return out | {name: s for name, s in known.items() if name not in ("HISTORY", *out)}


def propose(
    scenario: Scenario,
    draws: Draws,
    conditioning: Conditioning,
    *,
    workers: int | None = None,
    progress: Meter | None = None,
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
    shown = progress or NoMeter()
    known = strategies_of(scenario)
    assumed = never_intervening(known, scenario)
    shown.start(len(known) * len(kept), "comparing strategies, never intervening first")
    rows: list[StrategyRow] = []
    for name, strategy in known.items():
        if name == "AS-WISHED" and not rows[-1].held_back:
            continue  # what is planned can be raised: the two are one
        changed = strategy.apply(scenario)
        problem = changed.problem()
        own = [{**facts} for facts in draws.sets]
        found = run_sets(problem, tuple(own), draws.which[kept], identities, given, draws.seed, workers, shown, weekly)
        rows.append(_row(name, strategy, changed, found, name in assumed))
        never = found.healthy if never is None and name in assumed else never
    shares = _shares(scenario, draws, workers, shown)
    shown.finish()
    leaves = scenario.exit
    told = "none is planned: soldiers stay to the end of the run" if leaves in ("open", None) else f"the last soldier is to have left by {leaves}"  # fmt: skip
    return Proposal(conditioning, rows, shares, told, len(draws.facts), len(kept), never)


def _row(name: str, strategy: Strategy, changed: Scenario, found: Ensemble, assumed: bool) -> StrategyRow:
    good = found.healthy.data
    ranges = []
    for outcome in SHOWN:
        low, high = np.quantile(values_of(good, outcome), [0.05, 0.95])
        about = OUTCOMES[outcome]
        ranges.append(Range(outcome, about.title, about.unit, float(low), float(high)))
    most, months = values_of(good, "force"), values_of(good, "unsustainable")
    planned = _planned(changed)
    success = values_of(good, "success")
    text = []
    if not assumed:
        low, high = np.quantile(most, [0.05, 0.95])
        there = words(high) if words(low) == words(high) else f"{words(low)} to {words(high)}"
        text.append(f"soldiers: {words(planned)} planned, at most {there} there at one time")
        low, high = np.quantile(months, [0.05, 0.95])
        text.append(f"months beyond what rotation sustains: {low:.0f} to {high:.0f}")
    return StrategyRow(
        name=name,
        title=strategy.title,
        side=strategy.side,
        assumed=assumed,
        planned_force=planned,
        held_back=bool(np.mean(most < 0.98 * planned) > 0.05),
        force=tuple(text),
        successes=int((success >= 0.5).sum()),
        members=len(success),
        ranges=tuple(ranges),
    )


def _planned(changed: Scenario) -> float:
    """The largest force that the plan asks for, whether or not it can be raised."""
    path = changed.levers["intervener.force"].value
    step = max(1, (changed.end - changed.start).days // 400)
    return float(max(path.at(day) for day in range(changed.start.toordinal(), changed.end.toordinal(), step)))


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
    both = run_sets(problem, turned, draws.which[part], identities, other, draws.seed, workers, NoMeter(), weekly).data
    facts = run_sets(problem, turned, draws.which[part], identities, given, draws.seed, workers, NoMeter(), weekly).data
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
