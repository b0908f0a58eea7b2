"""Search for robust strategies within feasible levers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.discovery import search as discovery
from forbear.discovery.search import OBJECTIVES, Found
from forbear.errors import ScenarioError
from forbear.integers import seed_of, workers_of
from forbear.scenario.casefiles.policies import Strategy, load_strategies, never_intervening
from forbear.scenario.casefiles.search_levers import load_search_levers
from forbear.scenario.outcomes import OUTCOMES
from forbear.words import approximately
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.compare import as_far_as_raised
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["lines_of", "search"]


def search(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Given | None = None,
    evaluations: int = 240,
    members: int = 48,
    replications: int = 1,
    seed: int = 1,
    worth: float | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Found:
    """Many-objective search (NSGA-II) over the levers of `search.toml` beside a scenario.

    What is found stands beside the named strategies and never intervening, on the same draws and luck.

    Parameters
    ----------
    scenario
        A scenario with `search.toml` beside it, or its name in the library, or a path.
    given
        As for `simulate`.
    evaluations
        Strategies tried.
    members, replications
        Draws that each strategy is tried in, and runs of each.
    seed
        Names all randomness.
    worth
        What a country in order is worth to who asks, in billion US$: then `.price` says what a chance of order costs
        over all feasible strategies, and how often the least is within it. Named strategies that add force enter as
        far as they can be raised; those under which nobody intervenes do not.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Found
        Levers and robust objectives of every solution, and of the named strategies; `.to_frame()`.

    Raises
    ------
    ScenarioError
        E240, E250: no `search.toml`, or a wrong one; E240 for a worth that is no number above zero.
    FitError, RunError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.search("meadow")
    Traceback (most recent call last):
    forbear.errors.ScenarioError: ...
    """
    opened = scenario_of(scenario)
    variables = load_search_levers(opened)
    if worth is not None and not 0.0 < worth < float("inf"):
        raise ScenarioError("E240", f"worth is {worth}", hint="billion US$, above zero")
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    worlds = found.worlds(
        opened,
        members=count(members, "members"),
        replications=count(replications, "replications"),
        seed=seed_of(seed),
        workers=workers_of(workers),
        outcomes=OBJECTIVES if worth is None else (*OBJECTIVES, "order"),
        meter=meter,
    )
    tried = count(evaluations, "evaluations")
    strategies = load_strategies(opened)
    result = discovery.search(
        worlds, variables, strategies, evaluations=tried, seed=seed_of(seed), worth=worth,
        feasible=None if worth is None else _feasible(opened, strategies),
    )  # fmt: skip
    return result.told(f"{worlds.members} {found.words}")


def _feasible(scenario: Scenario, strategies: Mapping[str, Strategy]) -> dict[str, Scenario]:
    """The named strategies under which somebody intervenes, as far as they can be raised."""
    never = never_intervening(strategies, scenario)
    applied = {name: strategy.apply(scenario) for name, strategy in strategies.items() if name not in never}
    return {name: as_far_as_raised(scenario, changed) or changed for name, changed in applied.items()}


def lines_of(found: Found, most: int = 12) -> list[str]:
    """What was found, for a terminal: the first solutions, then the named strategies."""
    out = [
        f"{found.evaluations} strategies in {found.given}, seed {found.seed}; bad end of each objective (worst tenth)",
        "  ".join(OUTCOMES[name].title for name in found.names),
    ]
    for values, reached in zip(found.values[:most], found.objectives[:most], strict=True):
        levers = ", ".join(f"{v.name} {x:.2f}" for v, x in zip(found.variables, values, strict=True))
        out.append("  ".join(f"{value:>10,.3g}" for value in reached) + "   " + levers)
    out.append(
        "\nnamed strategies (worlds without the war are bands by assumption), and how many of those found are better on all objectives"
    )
    for name, reached in sorted(found.named.items(), key=lambda entry: entry[1][0]):
        ranked = name in found.beaten
        note = f"beaten by {found.beaten[name]}" if ranked else "by assumption"
        words = (f"{value:,.3g}" if ranked else approximately(float(value), 1) for value in reached)
        out.append("  ".join(f"{word:>10}" for word in words) + f"   {name}   {note}")
    if found.price is not None:
        out += ["", *found.price.lines(most)]
    return out
