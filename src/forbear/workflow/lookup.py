"""Which guessed facts of a country to look up first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from forbear.discovery import lookup
from forbear.discovery.lookup import Lookup
from forbear.errors import FitError
from forbear.integers import seed_of, workers_of
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["look_up_first"]


def look_up_first(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Given | None = None,
    members: int = 192,
    replications: int = 32,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Lookup | None:
    """Rank the guessed facts of a scenario by what knowing each would tell of the answer.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    given
        "posterior", "prior", a `Posterior` or the path of one; None as for `simulate`.
    members
        Sets of guessed facts, a Latin hypercube over their ranges, at least 40.
    replications
        Runs of each set, with the same parameters and luck.
    seed
        Names all randomness.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Lookup or None
        Facts in order of rank, with the share of each outcome's variance that knowing the fact alone would be expected
        to take away, and its error; None where nothing is guessed that can be varied.

    Raises
    ------
    FitError, RunError, ScenarioError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> found = fb.look_up_first("meadow", given="prior", members=40, replications=4)
    >>> found.members
    4
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    if found.kind not in ("posterior", "prior"):
        raise FitError("E609", f"facts are not varied given {found.kind} draws", hint="posterior or prior")
    return lookup.look_up_first(
        opened,
        parameters=found.posterior.parameters if found.posterior is not None else None,
        draws=count(members, "members", least=40),
        members=count(replications, "replications"),
        seed=seed_of(seed),
        workers=workers_of(workers),
        meter=meter,
    )
