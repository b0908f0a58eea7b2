"""Take a decision under losses of one's own: what to choose, what would change it, what is worth knowing first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from forbear.discovery.decision import Table, boards, choose, resamples
from forbear.discovery.decision_changes import changes, worths
from forbear.discovery.decision_result import DecisionResult
from forbear.ensemble.places import using
from forbear.errors import RunError, ScenarioError
from forbear.inference.space import Space
from forbear.integers import seed_of, workers_of
from forbear.questions.licences import facts_on_record
from forbear.report.decision import write_decision
from forbear.scenario.casefiles.decision import load_decision
from forbear.scenario.casefiles.policies import Strategy
from forbear.scenario.outcomes import until
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.given import Given, resolve

if TYPE_CHECKING:
    from forbear.ensemble.cluster import Cluster
    from forbear.ensemble.progress import Meter
    from forbear.inference.posterior import Posterior
    from forbear.questions.policy_runs import PolicyRuns
    from forbear.scenario.casefiles.decision import Decision
    from forbear.scenario.scenario import Scenario

__all__ = ["Decided", "decide", "losses_of"]

#: Draws below which no ninetieth percentile is a number.
FEWEST = 20


@dataclass(frozen=True, repr=False)
class Decided(DecisionResult):
    """A decision with what was found: `.lines()`, `.to_frame()`, `.to_csv(folder)`, `.save(json)`, `.write(html)`."""

    def write(self, path: str | Path) -> Path:
        """Write one HTML page that needs nothing from outside, whole or not at all. Raises FileError E103."""
        return write_decision(self, path)


def decide(
    scenario: Scenario | str | Path,
    options: Sequence[str] | Mapping[str, Strategy] | None = None,
    *,
    losses: Mapping[str, float | str] | None = None,
    order: Sequence[str] | Mapping[str, float] | None = None,
    attitude: str | None = None,
    tail: float | None = None,
    horizon: str | None = None,
    decision: str | Path | None = None,
    given: str | Path | Posterior | Given | None = None,
    members: int = 256,
    replications: int = 1,
    seed: int = 1,
    cluster: str | Cluster | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Decided:
    """Compare options under losses of your own, or under an order of objectives alone.

    What was done (HISTORY) and never intervening are always among the options. There is no default loss, and nothing
    adds lives to money but weights that you state in a unit that you name.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    options
        Names of strategies beside the scenario or in the decision's file, or strategies of your own by name.
    losses
        Outcome -> what a unit of it costs, and "unit": in what. Takes the place of those of the file.
    order
        Outcomes, the one that counts first first; or outcome -> margin up to which a difference does not count (a share
        for ratios, points for differences; the outcome's own when a sequence is given). In place of losses.
    attitude
        "expected" (least expected loss), "tail" (least mean over the worst draws), "regret" (least ninetieth percentile
        of regret).
    tail
        Share of draws that count as the worst, at most a half.
    horizon
        Month with which outcomes end, such as "2006-12"; the whole run when None.
    decision
        A file of all this; `decision.toml` beside the scenario where there is one when None.
    given
        As for `simulate`.
    members, replications
        Draws of the uncertainties, at least 20, and runs of each; with several runs luck is averaged out of each draw.
    seed
        Names all randomness; all options share draws and luck.
    cluster, workers, progress
        As for `simulate`.

    Returns
    -------
    Decided
        `.chosen`, `.boards`, `.changes`, `.worths`; `.lines()`, `.to_frame()`, `.to_csv(folder)`, `.save(json)`,
        `.write(html)`.

    Raises
    ------
    ScenarioError
        E286 where several objectives have neither weights in one unit nor an order; E240, E241 with every fault of the
        decision.
    FileError
        E101, E102, E104 for the file.
    RunError
        E441 for counts that cannot be, E447 where no draw is finite for every option; and as `simulate`.
    FitError
        As `simulate`.

    Examples
    --------
    >>> import forbear as fb
    >>> half = fb.Strategy("HALF", "Half of the soldiers", "intervention", {"intervener.force": "*0.5"})
    >>> found = fb.decide("meadow", {"HALF": half}, order=["deaths", "cost"], given="prior", members=32)
    >>> sorted(found.decision.options)
    ['HALF', 'HISTORY', 'NEVER']
    """
    opened = scenario_of(scenario)
    asked = load_decision(opened, decision, _changed(options, losses, order, attitude, tail, horizon))
    meter = meter_of(progress)
    found = resolve(opened, given, progress=meter if progress else None)
    worlds = found.worlds(
        opened,
        members=count(members, "members", FEWEST),
        replications=count(replications, "replications"),
        seed=seed_of(seed),
        workers=workers_of(workers),
        outcomes=asked.outcomes,
        meter=meter,
    )
    with using(cluster):
        worlds.run_all({name: option.apply(opened) for name, option in asked.options.items()})
    return _decided(opened, asked, worlds, found, seed_of(seed))


def _decided(scenario: Scenario, asked: Decision, worlds: PolicyRuns, found: Given, seed: int) -> Decided:
    """Everything that follows from the runs."""
    names = list(asked.options)
    values = {
        objective.outcome: np.stack([worlds.values(name, until(objective.outcome, asked.horizon)) for name in names])
        for objective in asked.objectives
    }
    finite = np.all([np.isfinite(table).all(axis=0) for table in values.values()], axis=0)
    if not finite.any():
        raise RunError("E447", "no draw has a finite outcome for every option", hint="fewer options, or more draws")
    table = Table.of(names, values)
    made = boards(table, asked, seed)
    chosen = choose(table, asked, resamples(table.draws, seed))
    unit = next(board.unit for board in made if board.name == chosen.by)
    worth = worths(table, asked, chosen, worlds.quantiles[finite], worlds.names, unit, seed)
    space = Space(scenario.problem())
    ends = {}
    for row in worth.rows:
        until_values = [_at(space, row.parameter, stretch.until) for stretch in row.stretches[:-1]]
        ends[row.parameter] = tuple(until_values)
    return Decided(
        (scenario.name, scenario.title), asked, made, chosen, changes(table, asked, chosen), worth, found.words,
        table.draws, worlds.members, worlds.replications, seed, _notes(scenario, asked, found), ends,
    )  # fmt: skip


def _at(space: Space, parameter: str, quantile: float) -> float:
    """The value of an uncertainty at a quantile of its prior."""
    score = float(ndtri(quantile))
    return float(space.column(parameter, np.full((1, len(space)), score))[0])


def _notes(scenario: Scenario, asked: Decision, found: Given) -> tuple[str, ...]:
    """What a reader should know before anything else."""
    out = []
    if scenario.kind == "invented":
        out.append("This country is invented: nothing here is about a real place.")
    if found.kind == "prior":
        out.append("These are prior draws, what the model allows before any data: no effect of any option is claimed.")
    if found.kind == "pooled":
        out.append("These are draws of other countries' posteriors together, not of this one.")
    if found.kind == "record":
        out.append("These are draws of what the outcomes of other wars say, not of a fit to this one.")
    if found.stale:
        out.append(f"The fit is out of date, it was made with another {', '.join(found.stale)}: fit again first.")
    held = facts_on_record(scenario, found.posterior)
    if held is not None and not held.passed:
        right = len(held.results) - len(held.missed)
        words = f"The fitted model lives through {right} of {len(held.results)} facts of history"
        out.append(f"{words}, fewer than the gate asks: no verdict rests on it, and this decision should not either.")
    if asked.assumed:
        words = "is a band by assumption" if len(asked.assumed) == 1 else "are bands by assumption"
        named = ", ".join(sorted(asked.assumed))
        out.append(
            f"What would have happened without the intervention ({named}) {words}, told as a range of nine tenths "
            "in one digit; the choice without it is below."
        )
    return tuple(out)


def _changed(
    options: Sequence[str] | Mapping[str, Strategy] | None,
    losses: Mapping[str, float | str] | None,
    order: Sequence[str] | Mapping[str, float] | None,
    attitude: str | None,
    tail: float | None,
    horizon: str | None,
) -> dict[str, Any]:
    """What was given in Python or on the command line, as tables of the file."""
    out: dict[str, Any] = {}
    given = {"attitude": attitude, "tail": tail, "horizon": horizon}
    asked: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    if isinstance(options, Mapping):
        out["option"] = {name: _written(option) for name, option in options.items()}
    elif options is not None:
        asked["options"] = list(options)
    if asked:
        out["decision"] = asked
    if losses is not None:
        out["losses"] = {key: value if isinstance(value, str) else _number(value) for key, value in losses.items()}
    if order is not None:
        out["order"] = {"objectives": list(order)}
        if isinstance(order, Mapping):
            out["order"]["margins"] = {key: _number(value) for key, value in order.items()}
    return out


def _number(value: Any) -> Any:
    """A number of any library as one of Python."""
    return value.item() if isinstance(value, np.generic) else value


def _written(option: Strategy) -> dict[str, Any]:
    """A strategy as a file has it."""
    return {
        "title": option.title or option.name, "side": option.side, "settings": dict(option.settings),
        "rules": [dict(rule) for rule in option.rules], "statement": option.statement,
    }  # fmt: skip


def losses_of(words: Sequence[str], unit: str | None) -> dict[str, float | str] | None:
    """Losses from a command line, such as "deaths=0.01"; None without any. Raises ScenarioError E240 for what is none."""
    out: dict[str, float | str] = {}
    for text in words:
        name, _, value = text.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError:
            raise ScenarioError("E240", f"{text!r} is no loss", hint="deaths=0.01") from None
    if unit is not None:
        out["unit"] = unit
    return out or None
