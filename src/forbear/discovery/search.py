"""Strategy search: many-objective search for bundles of levers that are good in many draws, set beside the named strategies.

NSGA-II (`forbear.discovery.nsga`) over the levers of `search.toml`; robust objectives are the ninetieth percentile over
draws (the tenth where more is better), so that a strategy is judged by how bad it can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.discovery.nsga import minimise
from forbear.questions.cost_of_order import CostOfOrder, cost_of_order
from forbear.questions.policy_runs import PolicyRuns
from forbear.scenario.casefiles.policies import Strategy, never_intervening
from forbear.scenario.casefiles.search_levers import SearchLever
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from forbear.scenario.scenario import Scenario

__all__ = ["Found", "robust", "search"]

OBJECTIVES = ("deaths", "intervener_deaths", "cost", "governance")


@dataclass(frozen=True)
class Found:
    """Bundles of levers none of which beats another.

    values: (solutions, variables); objectives: (solutions, objectives), in the outcomes' units, ordered by the first;
    named: strategy -> objectives; beaten: strategy -> how many solutions are better on every objective, without those
    under which nobody intervenes: they are ranked with nothing.
    """

    variables: tuple[SearchLever, ...]
    names: tuple[str, ...]
    values: np.ndarray
    objectives: np.ndarray
    named: dict[str, np.ndarray]
    beaten: dict[str, int]
    evaluations: int
    seed: int
    given: str = ""
    price: CostOfOrder | None = None
    """What a chance of order costs over all that was tried and every named strategy that is feasible."""

    def __repr__(self) -> str:
        return f"<Found {len(self.values)} strategies of {self.evaluations} tried, {self.given or 'draws'}, seed {self.seed}>"

    def told(self, given: str) -> Found:
        """The same with words for what was drawn from, such as "48 posterior draws"."""
        return replace(self, given=given)

    def to_frame(self) -> pd.DataFrame:
        """A row for each solution: its levers, then the bad end of each objective over draws, in the outcome's unit."""
        import pandas as pd  # heavy: only who asks for a table waits for it

        table = pd.DataFrame(self.values, columns=[variable.name for variable in self.variables])
        for place, objective in enumerate(self.names):
            table[objective] = self.objectives[:, place]
        return table


def apply(scenario: Scenario, variables: Sequence[SearchLever], values: Sequence[float]) -> Scenario:
    """The scenario with every variable set."""
    import datetime

    out = scenario
    settings: dict[str, Any] = {}
    for variable, value in zip(variables, values, strict=True):
        settings |= dict(variable.always or {})
        if variable.how == "scale":
            settings[variable.lever] = f"*{value:.4g}"
        elif variable.how == "value":
            settings[variable.lever] = {"set": round(value, 4), "from": variable.start or scenario.start}
    out = out.with_levers(settings, name="searched")
    for variable, value in zip(variables, values, strict=True):
        if variable.how == "end":
            last = scenario.start + datetime.timedelta(days=round(365.25 * value))
            if last < scenario.end:
                out = out.with_levers({variable.lever: {"set": 0, "from": last}}, name="searched")
    return out


def robust(worlds: PolicyRuns, name: str, objectives: Sequence[str] = OBJECTIVES) -> np.ndarray:
    """The bad end of each objective over draws: 90th percentile of what should be low, 10th of what should be high."""
    return np.array(
        [np.nanquantile(worlds.values(name, o), 0.9 if OUTCOMES[o].better == "lower" else 0.1) for o in objectives]
    )


def search(
    worlds: PolicyRuns,
    variables: Sequence[SearchLever],
    strategies: Mapping[str, Strategy],
    *,
    evaluations: int = 240,
    population: int = 24,
    objectives: Sequence[str] = OBJECTIVES,
    seed: int = 1,
    worth: float | None = None,
    feasible: Mapping[str, Scenario] | None = None,
) -> Found:
    """Search, and compare with the named strategies on the same draws and luck.

    evaluations: at least so many bundles are tried, in whole generations of `population`. feasible: named strategies
    as far as they can be raised; where it is given, what a chance of order costs is worked out over them and all
    bundles, and worth is what order is worth to who asks, in billion US$ (`cost_of_order`). Randomness: the search
    draws from streams "search generation K" of the seed; draws and luck are the worlds'.
    """
    signs = np.array([1.0 if OUTCOMES[o].better == "lower" else -1.0 for o in objectives])
    count, planned = 0, 0
    worlds.meter.start(evaluations + len(strategies), f"search: {evaluations} strategies of {len(variables)} levers")

    def ahead(generation: np.ndarray) -> None:
        nonlocal planned
        names = [f"searched {planned + place + 1}" for place in range(len(generation))]
        planned += len(generation)
        bundles = [apply(worlds.scenario, variables, [float(v) for v in values]) for values in generation]
        worlds.run_all(dict(zip(names, bundles, strict=True)), worlds.meter)

    def cost(values: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1
        return robust(worlds, f"searched {count}", objectives) * signs

    low, high = (np.array([getattr(v, side) for v in variables]) for side in ("low", "high"))
    front = minimise(cost, low, high, evaluations=evaluations, population=population, seed=seed, ahead=ahead)
    reached = front.costs
    assumed = never_intervening(strategies, worlds.scenario)
    named, beaten = {}, {}
    worlds.run_all({name: strategy.apply(worlds.scenario) for name, strategy in strategies.items()}, worlds.meter)
    for name in strategies:
        named[name] = robust(worlds, name, objectives)
        if name not in assumed:
            beaten[name] = int(np.all(reached < named[name] * signs, axis=1).sum())
    price = None
    if feasible is not None:
        raised = {f"{name} as far as it can be raised": scenario for name, scenario in feasible.items()}
        worlds.run_all(raised, worlds.meter)
        tried = [*(f"searched {k}" for k in range(1, count + 1)), *raised]
        costs, orders = ({name: worlds.values(name, of) for name in tried} for of in ("cost", "order"))
        price = cost_of_order(costs, orders, worth=worth, seed=seed)
    worlds.meter.finish()
    order = np.argsort(reached[:, 0])
    return Found(
        tuple(variables),
        tuple(objectives),
        front.values[order],
        (reached * signs)[order],
        named,
        beaten,
        count,
        seed,
        "",
        price,
    )
