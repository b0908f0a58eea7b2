"""Where one strategy fails, over a grid of levers; and which divisions of power every community accepts."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import ScenarioError
from forbear.integers import seed_of, workers_of
from forbear.questions import divisions as asked
from forbear.questions.compare import known_outcomes
from forbear.questions.divisions import Divisions
from forbear.questions.region import Region, region_of
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.compare import policy
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["axes_of", "divisions", "region"]


def region(
    scenario: Scenario | str | Path,
    changed: str,
    axes: Mapping[str, Sequence[float]],
    *,
    against: str = "HISTORY",
    outcome: str = "attacks_abroad",
    given: str | Path | Posterior | Given | None = None,
    members: int = 64,
    replications: int = 1,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Region:
    """Compare two strategies at every point of a grid of levers, over the same draws with the same luck.

    Parameters
    ----------
    scenario
        A scenario, its name in the library, or a path.
    changed, against
        Strategies of the scenario.
    axes
        Lever -> values: {"abroad.access": [0, 0.5, 1]}.
    outcome
        What is compared.
    given, members, replications, seed, workers, progress
        As for `compare`.

    Returns
    -------
    Region
        Effects by point, `.worse`, `.fails()`, `.lines()`.

    Raises
    ------
    ScenarioError
        E240 for axes, E241 for names; as `Scenario.with_levers`.
    FitError, RunError
        As `simulate`.
    """
    opened = scenario_of(scenario)
    known_outcomes([outcome])
    pair = (policy(opened, [against]), policy(opened, [changed]))
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    worlds = found.worlds(
        opened, members=count(members, "members"), replications=count(replications, "replications"), seed=seed_of(seed),
        workers=workers_of(workers), outcomes=(outcome,), meter=meter,
    )  # fmt: skip
    result = region_of(worlds, *pair, axes, outcome=outcome)
    return replace(result, given=f"{worlds.members} {found.words}")


def divisions(
    scenario: Scenario | str | Path,
    *,
    at: datetime.date | None = None,
    given: str | Path | Posterior | Given | None = None,
    members: int = 128,
    seed: int = 1,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Divisions:
    """Which divisions of power every community would accept at a date, over offers and guarantees.

    Parameters
    ----------
    scenario
        A scenario, its name in the library, or a path.
    at
        The date; a year after the start when None.
    given, members, seed, workers, progress
        As for `compare`; one run of each draw.

    Returns
    -------
    Divisions
        `.size` by draw, `.empty`, `.by_all`, `.lines()`.

    Raises
    ------
    RunError
        E444 for a date outside the run; as `simulate`.
    """
    opened = scenario_of(scenario)
    found = resolve(opened, given, progress=meter_of(progress) if progress else None)
    worlds = found.worlds(
        opened, members=count(members, "members"), replications=1, seed=seed_of(seed), workers=workers_of(workers)
    )
    return replace(asked.acceptable_divisions(opened, worlds, at=at), given=found.words)


def axes_of(words: Iterable[str]) -> dict[str, list[float]]:
    """Axes from settings such as "abroad.access=0,0.5,1". Raises ScenarioError E240 for what is none."""
    axes: dict[str, list[float]] = {}
    for text in words:
        name, _, values = text.partition("=")
        try:
            axes[name.strip()] = [float(value) for value in values.split(",")]
        except ValueError:
            raise ScenarioError("E240", f"{text!r} is no axis", hint="abroad.access=0,0.5,1") from None
    return axes
