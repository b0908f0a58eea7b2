"""Fit a scenario: learn its uncertainties from its observations, in stages that go on where they were stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import FileError, FitError, nearest
from forbear.faults import show
from forbear.files import read_arrays
from forbear.inference import fit as stages_of_a_fit
from forbear.inference.fit import STAGES
from forbear.inference.plan import EFFORTS, load_plan
from forbear.inference.posterior import FILE, Posterior
from forbear.inference.settings import Settings
from forbear.inference.structures import with_structure
from forbear.integers import seed_of, workers_of
from forbear.workflow.arguments import meter_of, scenario_of
from forbear.workflow.places import is_own

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.scenario import Scenario

__all__ = ["Plan", "fit", "lines_of", "named", "plan_of", "refuse_lesser", "target_of"]

#: Stages whose notes tell that a posterior has been through them.
_NOTED = ("refine", "validate")


@dataclass(frozen=True)
class Plan:
    """How a fit will be made. until: the first month that it does not see, None for all; told: what of it
    `validation.toml` asks for and the user did not, in words."""

    scenario: Scenario
    settings: Settings
    until: str | None
    told: str = ""

    def lines(self) -> list[str]:
        """What a user should know before it begins."""
        out = [f"as validation.toml asks: {self.told}"] if self.told else []
        return [*out, f"at most {self.settings.runs:,} runs of the model; stop at any time, the same command goes on"]


def plan_of(
    scenario: Scenario | str | Path,
    *,
    quick: bool = False,
    effort: str | None = None,
    until: str | None = None,
    structure: str = "full",
) -> Plan:
    """How a fit of a scenario is made: a scenario may ask for a coarser one, and for one that stops where its hold-out
    begins. Raises ScenarioError E205 for an unknown structure, FitError E609 for an unknown effort or month, E611
    for a wrong `validation.toml`."""
    if quick and effort not in (None, "quick"):
        raise FitError("E609", f"a quick fit and one of the effort {effort!r} are asked for at once", hint="name one")
    word = "quick" if quick else effort
    if word is not None and word not in EFFORTS:
        close = nearest(word, EFFORTS) or next(iter(EFFORTS))
        raise FitError(
            "E609", f"no effort of a fit is called {word!r}: {', '.join(EFFORTS)}", hint=f"did you mean {close}?"
        )
    opened = with_structure(scenario_of(scenario), structure)
    if until is not None:
        _check_month(opened, until)
    said = load_plan(opened)
    settings, month = EFFORTS[word] if word else said.effort, until or said.until
    told = [f"a {settings.name} fit"] if word is None and settings.name != "full" else []
    told += [f"nothing is seen from {month} on"] if until is None and month else []
    return Plan(opened, settings, month, "; ".join(told))


def _check_month(scenario: Scenario, until: str) -> None:
    """Months are compared as words, so that any word would pass. Raises FitError E609 for what is no month of the
    scenario after its first."""
    months = scenario.problem().month_labels[1:]
    if until not in months:
        close = nearest(until, months)
        raise FitError(
            "E609",
            f"until = {show(until)!r} is no month of {scenario.name} after its first: {months[0]} to {months[-1]}",
            hint=f"did you mean {close}?" if close else None,
        )  # fmt: skip


def _check_stages(stages: Sequence[str]) -> None:
    """Raises FitError E609 for an unknown one."""
    for stage in stages:
        if stage not in STAGES:
            close = nearest(stage, STAGES) or STAGES[0]
            raise FitError("E609", f"no stage is called {stage!r}", hint=f"did you mean {close}?")


def fit(
    scenario: Scenario | str | Path,
    *,
    quick: bool = False,
    effort: str | None = None,
    until: str | None = None,
    structure: str = "full",
    stages: Sequence[str] = STAGES,
    seed: int = 1,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Posterior:
    """Learn a scenario's uncertainties from its observations, in stages: scout, refine, validate.

    Each stage has a gate that refuses a bad result. Nothing is written but the store: `Posterior.save` keeps the result.

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    quick
        A few minutes; the posterior is marked as quick wherever it is shown. The same as effort "quick".
    effort
        How much work: "full", "rival" (of theories that are set against one another), "coarse" or "quick"
        (`inference/settings.py` says how many scouts, chains and runs each has). None: what `validation.toml` beside
        the scenario asks for, else full.
    until
        Learn only from what was observed before this month, "2007-01".
    structure
        "full", a theory such as "sectarian-dilemma", or the model without one mechanism: "without-fear".
    stages
        A leading part of scout, refine, validate.
    seed
        Names all randomness: a stopped fit that goes on ends with the same bits.
    store
        Folder of finished work, from which a stopped fit goes on; nothing is kept when None.
    workers, progress
        As for `simulate`.

    Returns
    -------
    Posterior
        Draws with equal weights; `fb.simulate(scenario, given=posterior)` uses them.

    Raises
    ------
    FitError
        E601 nothing to learn from, E602 to E604 a gate, E607 the store holds another fit, E609 an unknown stage,
        effort or month.
    ScenarioError
        E205 for an unknown structure.

    Examples
    --------
    >>> import forbear as fb
    >>> fb.fit("meadow", quick=True)
    Traceback (most recent call last):
    forbear.errors.FitError: ...
    """
    _check_stages(stages)
    meter, plan = meter_of(progress), plan_of(scenario, quick=quick, effort=effort, until=until, structure=structure)
    for line in plan.lines():
        meter.say(line)
    return stages_of_a_fit.fit(
        plan.scenario,
        settings=plan.settings,
        stages=list(stages),
        until=plan.until,
        seed=seed_of(seed),
        store=Path(store) if store is not None else None,
        workers=workers_of(workers),
        progress=meter,
    )


def target_of(scenario: Scenario, *, until: str | None = None, structure: str = "full") -> Path:
    """Where a posterior is written unless told: beside a scenario of the user's own, else into this folder."""
    if is_own(scenario) and until is None and structure == "full":
        return Path(str(scenario.file)).parent / FILE
    return Path(f"{named(scenario, until=until, structure=structure)}-posterior.npz")


def refuse_lesser(target: Path, plan: Plan, stages: Sequence[str] = STAGES) -> None:
    """Refuse to put a fit where a posterior of more work lies: of an effort with more runs, or of more stages.

    Whether the one that lies there still belongs to its scenario is not asked: the work is lost either way. What is no
    posterior, or a damaged one, is nothing to lose.

    Parameters
    ----------
    target
        Where the fit will be written.
    plan, stages
        How it will be made.

    Raises
    ------
    FitError
        E618; E609 for an unknown stage.
    """
    _check_stages(stages)
    try:
        notes = read_arrays(target)[1]["notes"]
        name = str(notes.get("settings", {}).get("name", "full"))
        done = [stage for stage in _NOTED if stage in notes]
    except (FileError, KeyError, AttributeError, TypeError):
        return
    runs = EFFORTS.get(name, EFFORTS["full"]).runs
    lacking = [stage for stage in done if stage not in stages]
    if runs <= plan.settings.runs and not lacking:
        return
    less = f"a {plan.settings.name} fit" if runs > plan.settings.runs else f"a fit without {', '.join(lacking)}"
    raise FitError(
        "E618",
        f"{target} holds a {name} fit ({runs:,} runs at most), and {less} would replace it",
        hint=f"--to {plan.settings.name}-{target.name} writes beside it, --overwrite replaces it",
    )


def named(scenario: Scenario, *, until: str | None = None, structure: str = "full") -> str:
    """The name of a fit: of its scenario, with the theory and the month where either is asked for, so that two fits
    never meet in one folder or file."""
    return "-".join(
        [scenario.problem().name, *([structure] if structure != "full" else []), *([f"until-{until}"] if until else [])]
    )


def lines_of(found: Posterior, target: Path) -> list[str]:
    """What a fit came to, for a terminal."""
    refine, facts = found.notes.get("refine", {}), found.facts
    out = [
        f"{target}: {len(found)} draws of {len(found.space)} uncertainties, {found.notes['runs']:,} runs in {found.notes['seconds']} s"
    ]
    if refine:
        places = refine["modes"]["count"]
        out.append(
            f"{refine['distinct']:,} distinct draws; effective: {refine['effective']:.0f} of the log likelihood, "
            f"{refine['effective_median']:.0f} of the median uncertainty; noise of the log likelihood {refine['noise']:.1f}; "
            f"the scouts found {places} place{'s' if places > 1 else ''}"
        )
        if refine["rhat_90"] is not None and refine["rhat_90"] == refine["rhat_90"]:
            out.append(
                f"R-hat between scouts: {refine['rhat_90']:.2f} at the 90th percentile of uncertainties, "
                f"{refine['rhat_largest']:.2f} at most"
            )
        out += [f"not to be trusted: {fault}" for fault in refine["faults"]]
    if "validate" in found.notes:
        out.append(f"{found.notes['validate']['inside']:.0%} of the data's numbers inside the central 90 per cent")
    if facts is not None and facts.results:
        held, word = sum(r.holds for r in facts.results), "is passed" if facts.passed else "is NOT passed"
        out.append(f"{held} of {len(facts.results)} facts of history hold: the gate of {facts.gate:.0%} {word}")
        out += [f"  missed: {missed.words}" for missed in facts.missed]
        histories = found.notes.get("histories")
        if histories:
            out.append(
                f"with the random numbers with which they fitted, {histories['held']} of {histories['of']} hold: what the model can live "
                "through, and no gate"
            )
    if found.quick:
        out.append("a QUICK fit: for a first look, not for results")
    elif found.effort != "full":
        out.append(f"a {found.effort.upper()} fit: fewer draws and moves than a full one; its numbers are rougher")
    return out
