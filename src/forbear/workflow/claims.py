"""Test the claims beside a scenario, and read what was found on record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import FileError, FitError, ScenarioError, nearest
from forbear.integers import seed_of, workers_of
from forbear.questions.answers import FILE, Answers
from forbear.scenario.casefiles.policies import load_claims, load_strategies
from forbear.validation.calibration import power_on_record
from forbear.validation.validate import load_validation
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.battery import FULL, QUICK, Request, answer
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.questions.verdict_power import Power
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "check_claims", "default_file", "one_claim", "power_of", "read_answers", "test_claims"]

UNTESTED = "nothing is tested against data, and no verdict can be more than 'not identified'"


def test_claims(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Given | None = None,
    claims: Iterable[str | Path] = (),
    strategies: Iterable[str | Path] = (),
    only: Iterable[str] | None = None,
    where: Iterable[str] = (),
    members: int = 128,
    replications: int | None = None,
    quick: bool = False,
    attribution: bool = False,
    seed: int = 1,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Answers:
    """Test every claim beside a scenario and its rival: the counterfactual, its effect, the verdict, what would change it.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    given
        "posterior", "prior", a `Posterior` or the path of one; None as for `simulate`. From the prior nothing is
        tested against data, and no verdict is more than "not identified".
    claims, strategies
        Files, or folders of them, beside those of the scenario.
    only
        Names of claims; no other strategies than theirs are then run.
    where
        Conditions such as "emboldening < 0.1" that draws must meet: assumptions of yours.
    members
        Draws of the posterior.
    replications
        Runs of each draw; 3, or 1 of a quick look, when None.
    quick
        Fewer runs of prior and rival structures, for a first look: shares of draws are then coarse.
    attribution
        Also attribute the failure to remedies, where the scenario has some (minutes).
    seed
        Names all randomness; all policies share draws and luck.
    store
        A folder that keeps finished runs: what was stopped goes on.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Answers
        `found["H2"]`, `.to_frame()`, `.plot()`, `.write(path)`. A claim that needs a fact of history which the fitted model
        misses is "not licensed".

    Raises
    ------
    ScenarioError
        E240, E241: a claim, strategy, parameter or condition that does not exist or cannot be met.
    FitError
        E606, E609, E610: no posterior like that.

    Examples
    --------
    The meadow has no claim beside it; Iraq has, such as `fb.test_claims("iraq-2003")["H2"]`.

    >>> import forbear as fb
    >>> found = fb.test_claims("meadow", given="prior", quick=True)
    >>> type(found).__name__
    'Answers'
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    if found.kind == "record" and given is None:
        found = resolve(opened, "prior")  # the record is no data of this war: nothing would be tested with it, either
    if found.kind not in ("posterior", "prior"):
        raise FitError("E609", f"claims are not tested given {found.kind} draws", hint="posterior or prior")
    if found.posterior is None:
        meter.say(UNTESTED)
    effort = QUICK if quick else FULL
    if replications is not None:
        effort = replace(effort, replications=count(replications, "replications"))
    request = Request(
        claims=claims, strategies=strategies, only=only, where=where, members=count(members, "members"), effort=effort,
        attribution=attribution, seed=seed_of(seed), workers=workers_of(workers), store=store,
    )  # fmt: skip
    return answer(opened, found.posterior, request, progress=meter)


test_claims.__test__ = False  # type: ignore[attr-defined]  # its name is that of a test; it is none


def check_claims(scenario: Scenario, claims: Iterable[str | Path] = ()) -> tuple[int, int]:
    """Read claims and strategies and apply every strategy: (claims, strategies). Raises with every fault of a file."""
    known, strategies = load_claims(scenario, claims), load_strategies(scenario)
    for strategy in strategies.values():
        strategy.apply(scenario).problem()
    return len(known), len(strategies)


def default_file(scenario: Scenario, only: Sequence[str] | None = None, where: Sequence[str] | None = None) -> Path:
    """Where answers are written unless told: some claims by themselves do not overwrite the answers to all of them."""
    part = f"-only-{'-'.join(only)}" if only else "-where" if where else ""
    return Path(f"{scenario.problem().name}-answers{part}.json")


def read_answers(scenario: Scenario, path: Path | None = None, *, here: bool = True) -> Answers | None:
    """Answers from a file, or those on record: in this folder, else beside the scenario; None where there are none.

    here: look into this folder, too. Raises FileError as `Answers.read`.
    """
    chosen = path or next((place for place in _places(scenario, here) if place.exists()), None)
    return Answers.read(chosen) if chosen is not None else None


def _places(scenario: Scenario, here: bool) -> list[Path]:
    beside = [Path(scenario.file).parent / FILE] if scenario.file else []
    return [*([default_file(scenario)] if here else []), *beside]


def one_claim(scenario: Scenario, name: str, claims: Iterable[str | Path] = (), path: Path | None = None) -> Answers:
    """The answers that hold a claim.

    Raises FileError E101, E104, E109, E111 where there are no answers, ScenarioError E241 for an unknown claim and E243 for one that
    was not tested.
    """
    found = read_answers(scenario, path)
    if found is None:
        raise FileError("E101", f"no answers of {scenario.name} are on record", hint="run: forbear claims")
    known = load_claims(scenario, claims)
    if name not in found and name not in known:
        close = nearest(name, known)
        hint = f"did you mean {close or ', '.join(known)}?"
        raise ScenarioError("E241", f"no claim is called {name!r}", hint=hint)
    found[name]  # says that it was not tested
    return found


def power_of(scenario: Scenario) -> Power | None:
    """How often each word of a verdict is right in worlds of known truth, from the validation beside the scenario; None
    where nobody has tried. Raises FileError E104 and E109 for a record that is damaged."""
    return power_on_record(load_validation(scenario))
