"""Attribute the failure: which remedies account for how much of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import ScenarioError, nearest
from forbear.integers import seed_of, workers_of
from forbear.questions import attribute as shapley
from forbear.questions.attribute import Attribution
from forbear.scenario.casefiles.remedies import load_remedies
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["GAMES", "attribute"]

#: What may take part: levers as wished for, levers as far as feasible, mechanisms of the model.
GAMES = ("levers", "feasible", "structure")


def attribute(
    scenario: Scenario | str | Path,
    game: str = "levers",
    *,
    given: str | Path | Posterior | Given | None = None,
    members: int = 48,
    replications: int = 1,
    orders: int = 8,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Attribution:
    """Shapley values over the remedies beside a scenario, with bands and what no remedy reaches.

    Parameters
    ----------
    scenario
        A scenario with `remedies.toml` beside it, or its name in the library, or a path.
    game
        "levers": remedies in full; "feasible": as far as they were feasible; "structure": mechanisms of the model.
    given
        As for `simulate`.
    members, replications
        Draws of the uncertainties, and runs of each.
    orders
        Orders in which more than six remedies join, even: more means less Monte Carlo error.
    seed
        Names all randomness; all coalitions share draws and luck.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Attribution
        `.to_frame()`, `.plot()`, `.shares()`, `.unattributed()`.

    Raises
    ------
    ScenarioError
        E241 for an unknown game, E250 where there are no remedies.
    FitError, RunError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.attribute("meadow")
    Traceback (most recent call last):
    forbear.errors.ScenarioError: ...
    """
    opened = scenario_of(scenario)
    if game not in GAMES:
        close = nearest(game, GAMES)
        raise ScenarioError(
            "E241", f"no attribution is over {game!r}", hint=f"did you mean {close or ', '.join(GAMES)}?"
        )
    players = load_remedies(opened, "structure" if game == "structure" else "levers", feasible=game == "feasible")
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    worlds = found.worlds(
        opened,
        members=count(members, "members"),
        replications=count(replications, "replications"),
        seed=seed_of(seed),
        workers=workers_of(workers),
        outcomes=("deaths", "governance", "order"),
        meter=meter,
    )
    kind = "structure" if game == "structure" else "levers"
    return shapley.attribute(worlds, players, game=kind, orders=count(orders, "orders", least=2), seed=seed_of(seed))
