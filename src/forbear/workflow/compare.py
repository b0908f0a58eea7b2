"""Compare two policies over the same draws with the same luck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import ScenarioError, nearest
from forbear.integers import seed_of, workers_of
from forbear.questions.compare import Comparison, comparison, known_outcomes
from forbear.scenario.casefiles.policies import Strategy, load_strategies, nobody_intervenes
from forbear.scenario.outcomes import OBJECTIVES
from forbear.scenario.reading.chain import library_names
from forbear.scenario.scenario import Scenario
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior

__all__ = ["as_far_as_raised", "compare", "policy"]


def compare(
    scenario: Scenario | str | Path,
    other: Scenario | Strategy | Mapping[str, Any] | str | Path,
    *,
    given: str | Path | Posterior | Given | None = None,
    members: int = 128,
    replications: int = 4,
    seed: int = 1,
    outcomes: Sequence[str] = OBJECTIVES,
    names: Sequence[str] | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Comparison:
    """Run two policies over the same draws with the same luck.

    Parameters
    ----------
    scenario
        The policy to compare with: a scenario, or its name in the library, or a path.
    other
        The other: a scenario with the same uncertainties, a strategy of the scenario ("MORE-150"), or changes of
        levers ({"intervener.force": "+50000"}).
    given
        As for `simulate`. A posterior is that of `scenario`.
    members
        Draws of the uncertainties, at most as many as the posterior has.
    replications
        Runs of each draw, over which outcomes are averaged; their luck is common to both policies.
    seed
        Names all randomness.
    outcomes
        What is compared; the ten objectives when absent.
    names
        Of the two policies; those of the scenarios when None.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Comparison
        `.data`, an xarray Dataset by draw and outcome with units; `.sentence`, `.to_frame()`, `.plot()`, `.effects`.

    Raises
    ------
    ScenarioError
        E241 for an unknown strategy or outcome; as `Scenario.with_levers`.
    FitError, RunError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> meadow = fb.load("meadow")
    >>> pair = fb.compare(meadow, {"intervener.force": "*2"}, given="prior", members=16, replications=1)
    >>> dict(pair.data["effect"].sizes)
    {'draw': 16, 'outcome': 10}
    >>> str(pair.data["unit"].sel(outcome="deaths").values)
    'persons'
    """
    first = scenario_of(scenario)
    name, second = policy(first, other)
    meter = meter_of(progress)
    found = resolve(first, given, progress=meter if progress else None)
    kept = known_outcomes(outcomes)
    base, changed = names or (first.name, name if name != first.name else f"{name} changed")
    worlds = found.worlds(
        first,
        members=count(members, "members"),
        replications=count(replications, "replications"),
        seed=seed_of(seed),
        workers=workers_of(workers),
        outcomes=tuple(dict.fromkeys([*kept, "deaths"])),
    )
    meter.start(2, f"comparing {changed} with {base}")
    worlds.run_all({base: first, changed: second}, meter)
    meter.finish()
    never = [policy for policy, run in ((base, first), (changed, second)) if nobody_intervenes(run)]
    return comparison(worlds, base, changed, kept, found.attributes, assumed=never)


def policy(
    scenario: Scenario, wanted: Scenario | Strategy | Mapping[str, Any] | str | Path | Sequence[str]
) -> tuple[str, Scenario]:
    """A policy over a scenario, with its name.

    wanted: a scenario, a strategy or the name of one, a scenario's name or path, changes of levers, or settings as a
    command line has them (["intervener.force=+50000"]). Raises ScenarioError E241 where nothing has the name, and as
    `Scenario.with_levers`.
    """
    if isinstance(wanted, Scenario):
        return wanted.name, wanted
    if isinstance(wanted, Strategy):
        return wanted.name, wanted.apply(scenario)
    if isinstance(wanted, Mapping):
        name = ", ".join(f"{key} {value}" for key, value in wanted.items())
        return name, scenario.with_levers(wanted, name=name)
    words = [str(wanted)] if isinstance(wanted, str | Path) else list(wanted)
    if all("=" in word for word in words):
        return " ".join(words), scenario.with_settings(words)
    known = load_strategies(scenario)
    if len(words) == 1 and words[0] in known:
        return words[0], known[words[0]].apply(scenario)
    if len(words) == 1 and (words[0] in library_names() or Path(words[0]).exists()):
        other = Scenario.load(words[0])
        return other.name, other
    close = nearest(words[0], known)
    hint = f"did you mean {close}?" if close else f"strategies: {', '.join(known) or 'none'}; or room.lever=value"
    raise ScenarioError("E241", f"no strategy is called {' '.join(words)!r}", hint=hint)


def as_far_as_raised(base: Scenario, changed: Scenario) -> Scenario | None:
    """The changed scenario held to the force that can be raised; None where it adds none or is held to it already."""
    levers = changed.problem().levers
    grown = levers["force"].max() > base.problem().levers["force"].max()
    return changed.with_levers({"intervener.feasible": 1}) if grown and not levers["feasible"].any() else None
