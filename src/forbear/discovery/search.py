"""Strategy search: many-objective search for bundles of levers that are good in many draws, set beside the named strategies.

NSGA-II (`forbear.discovery.nsga`) over the levers of `search.toml`; robust objectives are the ninetieth percentile over
draws (the tenth where more is better), so that a strategy is judged by how bad it can be.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.discovery.nsga import minimise
from forbear.errors import ScenarioError
from forbear.questions.worlds import Worlds
from forbear.scenario.casefiles.policies import Strategy
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Found", "Variable", "load_variables", "robust", "search"]

OBJECTIVES = ("deaths", "intervener_deaths", "cost", "governance")


@dataclass(frozen=True)
class Variable:
    """A lever with a range. how: scale (times history), value (set from a day on) or end (last day of the path)."""

    name: str
    title: str
    lever: str
    how: str
    low: float
    high: float
    start: Any = None
    always: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Found:
    """Bundles of levers none of which beats another.

    values: (solutions, variables); objectives: (solutions, objectives), in the outcomes' units, ordered by the first;
    named: strategy -> objectives; beaten: strategy -> how many solutions are better on every objective.
    """

    variables: tuple[Variable, ...]
    names: tuple[str, ...]
    values: np.ndarray
    objectives: np.ndarray
    named: dict[str, np.ndarray]
    beaten: dict[str, int]
    evaluations: int
    seed: int


def load_variables(scenario: Scenario) -> tuple[Variable, ...]:
    """The levers of search.toml beside a scenario. Raises ScenarioError E250 where there is none, E240 for a bad entry."""
    path = scenario.beside("search.toml")
    if path is None or not path.exists():
        raise ScenarioError(
            "E250", f"{scenario.name} has no search.toml beside it", hint="copy the one of iraq-2003 and edit"
        )
    out = []
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).get("levers", {}).items():
        if entry.get("how") not in ("scale", "value", "end") or not entry.get("low", 0) < entry.get("high", 0):
            raise ScenarioError("E240", f"{path.name}: {name} needs how = scale, value or end, and low < high")
        out.append(
            Variable(
                name,
                entry["title"],
                entry["lever"],
                entry["how"],
                float(entry["low"]),
                float(entry["high"]),
                entry.get("from"),
                entry.get("always"),
            )
        )
    return tuple(out)


def apply(scenario: Scenario, variables: Sequence[Variable], values: Sequence[float]) -> Scenario:
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


def robust(worlds: Worlds, name: str, objectives: Sequence[str] = OBJECTIVES) -> np.ndarray:
    """The bad end of each objective over draws: 90th percentile of what should be low, 10th of what should be high."""
    return np.array(
        [np.nanquantile(worlds.values(name, o), 0.9 if OUTCOMES[o].better == "lower" else 0.1) for o in objectives]
    )


def search(
    worlds: Worlds,
    variables: Sequence[Variable],
    strategies: Mapping[str, Strategy],
    *,
    evaluations: int = 240,
    population: int = 24,
    objectives: Sequence[str] = OBJECTIVES,
    seed: int = 1,
) -> Found:
    """Search, and compare with the named strategies on the same draws and luck.

    evaluations: at least so many bundles are tried, in whole generations of `population`. Randomness: the search draws
    from streams "search generation K" of the seed; draws and luck are the worlds'.
    """
    signs = np.array([1.0 if OUTCOMES[o].better == "lower" else -1.0 for o in objectives])
    count = 0
    worlds.meter.start(evaluations + len(strategies), f"search: {evaluations} strategies of {len(variables)} levers")

    def cost(values: np.ndarray) -> np.ndarray:
        nonlocal count
        count += 1
        name = f"searched {count}"
        worlds.run(name, apply(worlds.scenario, variables, [float(v) for v in values]))
        worlds.meter.advance(1)
        return robust(worlds, name, objectives) * signs

    low, high = (np.array([getattr(v, side) for v in variables]) for side in ("low", "high"))
    front = minimise(cost, low, high, evaluations=evaluations, population=population, seed=seed)
    reached = front.costs
    named, beaten = {}, {}
    for name, strategy in strategies.items():
        worlds.run(name, strategy.apply(worlds.scenario))
        worlds.meter.advance(1)
        named[name] = robust(worlds, name, objectives)
        beaten[name] = int(np.all(reached < named[name] * signs, axis=1).sum())
    worlds.meter.finish()
    order = np.argsort(reached[:, 0])
    return Found(
        tuple(variables), tuple(objectives), front.values[order], (reached * signs)[order], named, beaten, count, seed
    )
