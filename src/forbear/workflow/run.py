"""Everything in one go: simulate, set beside the record and what was counted, test the claims, and write one report."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.ensemble.matching import Matching, match
from forbear.errors import FileError
from forbear.integers import seed_of, workers_of
from forbear.prospective.draws import condition, draw
from forbear.prospective.ranges import propose
from forbear.prospective.telling import Proposal, save
from forbear.questions.answers import Answers
from forbear.questions.stamps import stale_answers
from forbear.report.beside import simulate_never
from forbear.report.brief import write_brief
from forbear.report.write import write as write_page
from forbear.scenario.proposals import require_proposal, require_range
from forbear.validation.base_rates import BaseRate, base_rate_lines, base_rates
from forbear.validation.borrowed import travel_lines
from forbear.validation.validate import usable_validation
from forbear.workflow.arguments import count, meter_of, scenario_of
from forbear.workflow.claims import read_answers, test_claims
from forbear.workflow.given import Given, beats_base_rate, resolve
from forbear.workflow.simulate import simulate

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.ensemble.results import Ensemble
    from forbear.inference.posterior import Posterior
    from forbear.scenario.scenario import Scenario

__all__ = ["Run", "report", "run"]

#: Members where none are asked for: from a posterior, and from the prior, of which most are then left out.
MEMBERS = {True: 512, False: 2048}


@dataclass(frozen=True, repr=False)
class Run:
    """One run of a scenario, and what stands beside it.

    Parameters
    ----------
    scenario, given
        What was run, and what its members were drawn from.
    ensemble, kept
        Every member, and those that are shown: the healthy ones, without a posterior those nearest to history, of a
        proposed intervention those tied to the record.
    matching
        How members were kept, None where all were.
    rates
        The reference classes beside the ensemble.
    proposal
        What is told of a proposed intervention, else None.
    answers
        Verdicts, computed now or on record; None where no effect of any policy is claimed.
    never
        The shown members with nobody intervening, where the answers hold no such world.
    repeat
        The command that makes the run again.
    """

    scenario: Scenario
    given: Given
    ensemble: Ensemble
    kept: Ensemble
    rates: list[BaseRate]
    matching: Matching | None = None
    proposal: Proposal | None = None
    answers: Answers | None = None
    never: Ensemble | None = None
    repeat: str = ""

    def __repr__(self) -> str:
        return f"<Run of {self.scenario.name}: {len(self.kept):,} of {len(self.ensemble):,} shown, {self.given.words}>"

    def lines(self) -> list[str]:
        """Base rates, and the ranges of a proposed intervention, for a terminal."""
        borrowed = travel_lines(self.scenario.as_filed(), self.given.kind)
        head = borrowed if self.given.posterior is None else []
        return [*head, *base_rate_lines(self.rates), *(self.proposal.lines() if self.proposal is not None else [])]

    def write_report(self, to: str | Path) -> Path:
        """Write the report, one HTML file that needs no network. Raises FileError E103."""
        problem = self.scenario.problem()
        return write_page(
            self.kept, self.scenario, problem, to=to, prior=self.ensemble, proposal=self.proposal, **self._shared()
        )

    def write_brief(self, to: str | Path, made: datetime.date | None = None) -> Path:
        """Write the brief, a PDF file of two pages that bears the day `made` if any. Raises FileError E103."""
        return write_brief(self.kept, self.scenario, to=to, made=made, **self._shared())

    def write_record(self, to: str | Path) -> Path:
        """Write base rates, and a proposal's ranges, as JSON. Raises FileError E103."""
        return save(Path(to), self.rates, self.proposal)

    def _shared(self) -> dict[str, Any]:
        fitted = self.given.posterior is not None
        validation, unread = usable_validation(self.scenario.as_filed()) if fitted else (None, ())
        return {
            "matching": self.matching,
            "command": self.repeat,
            "posterior": self.given.posterior,
            "stale": list(self.given.stale),
            "answers": self.answers,
            "validation": validation,
            "unread": (*unread, *self._unread_answers()),
            "never": self.never,
            "rates": self.rates,
        }

    def _unread_answers(self) -> tuple[str, ...]:
        """A sentence where verdicts lie beside the scenario and cannot be used, as damaged or of another version."""
        if self.answers is not None or self.given.posterior is None or self.scenario.as_filed() is not self.scenario:
            return ()
        try:
            read_answers(self.scenario, here=False)
        except FileError as error:
            name, again = self.scenario.problem().name, f"forbear claims -s {self.scenario.problem().name}"
            return (f"The verdicts of {name} on record cannot be used (error {error.code}); {again} makes them again.",)
        return ()


def run(
    scenario: Scenario | str | Path,
    *,
    given: str | Path | Posterior | Given | None = None,
    members: int | None = None,
    keep: int = 128,
    claims: bool = False,
    answers: Answers | None = None,
    seed: int = 1,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
    repeat: str = "",
) -> Run:
    """Simulate a scenario and set it beside what was observed, the record of such undertakings, and never intervening.

    given, members, seed, store, workers, progress: as for `simulate`; members: 512 from a posterior, else 2,048; keep:
    without a posterior, members nearest to history that are shown; claims: test the claims beside the scenario (only
    where it stands as filed and has a posterior); answers: verdicts to show instead; repeat: the command that makes the
    run again. Raises ScenarioError E260 to E264 for a proposal that lacks what one must say, and as `simulate`.
    """
    opened = scenario_of(scenario)
    require_proposal(opened)
    require_range(opened, members or MEMBERS[False])
    meter = meter_of(progress)
    proposed = opened.kind == "prospective"
    wanted = given
    if proposed and given is None:  # no posterior is of a war that has not been
        wanted = "record" if beats_base_rate(opened) else "prior"
    found = resolve(opened, wanted, progress=meter if progress else None)
    many = count(members, "members") if members is not None else MEMBERS[found.posterior is not None]
    common: dict[str, Any] = {"seed": seed_of(seed), "workers": workers_of(workers)}
    if proposed:
        made = _propose(opened, found, many, repeat, common, meter)
    else:
        ensemble = simulate(opened, given=found, members=many, store=store, progress=meter, **common)
        made = _matched(opened, found, ensemble, keep, repeat, meter)
    if claims and found.posterior is not None and opened.as_filed() is opened and opened.beside("claims") is not None:
        answers = test_claims(opened, given=found, attribution=True, progress=meter, **common)
    if answers is not None:
        return replace(made, answers=answers)
    if made.never is None:
        never = simulate_never(made.kept, opened, workers=common["workers"], progress=meter)
        made = replace(made, never=never)
    return made


def _matched(scenario: Scenario, given: Given, ensemble: Ensemble, keep: int, repeat: str, meter: Meter) -> Run:
    matching = None
    if given.posterior is None:
        matching = match(ensemble.healthy, scenario, keep=count(keep, "keep", least=2))
        meter.say(
            matching.rule
            if matching is not None
            else "no observed series to compare with: every simulated history is shown"
        )
    kept = ensemble.healthy if matching is None else ensemble.healthy.keep(matching.kept)
    rates = base_rates(scenario, ensemble.healthy)
    return Run(scenario, given, ensemble, kept, rates, matching=matching, repeat=repeat)


def _propose(scenario: Scenario, given: Given, members: int, repeat: str, common: dict[str, Any], meter: Meter) -> Run:
    """Every draw of a proposed intervention, the draws that are tied to the record, and the ranges told of it."""
    parameters = given.parameters(scenario.problem(), members, common["seed"])
    draws = draw(scenario, members=members, parameters=parameters, progress=meter, **common)
    conditioning = condition(draws.success, common["seed"])
    told = propose(scenario, draws, conditioning, workers=common["workers"], progress=meter)
    kept = draws.ensemble if conditioning.kept is None else draws.ensemble.keep(conditioning.kept)
    rates = base_rates(scenario, draws.ensemble.healthy)
    return Run(scenario, given, draws.ensemble, kept.healthy, rates, proposal=told, never=told.never, repeat=repeat)


def report(
    scenario: Scenario | str | Path,
    found: Answers | None = None,
    *,
    to: str | Path | None = None,
    given: str | Path | Posterior | Given | None = None,
    members: int | None = None,
    keep: int = 128,
    seed: int = 1,
    store: str | Path | None = None,
    workers: int | None = None,
    progress: Meter | bool | None = None,
) -> Path:
    """Simulate a scenario and write the report: one HTML file, or the brief of two pages where `to` ends in ".pdf".

    Parameters
    ----------
    scenario
        A scenario, or its name in the library, or a path.
    found
        Verdicts of `test_claims`. None: those on record beside the scenario, where they were made with the posterior
        that is used; without any, the report claims no effect of any policy.
    to
        The file; NAME.html when None. It is replaced whole or not at all.
    given, members, seed, store, workers, progress
        As for `simulate`; 512 members from a posterior, else 2,048.
    keep
        Without a posterior: members nearest to history that are shown.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    FileError
        E103 where the file cannot be written.
    ScenarioError, FitError, RunError
        As `simulate`; E260 to E264 for a proposed intervention that lacks what one must say.

    Examples
    --------
    >>> import forbear as fb, tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> fb.report("meadow", given="prior", members=32, keep=16, to=folder / "meadow.html").name
    'meadow.html'
    """
    opened = scenario_of(scenario)
    meter = meter_of(progress)
    taken = given
    if opened.kind != "prospective":
        taken = resolve(opened, given, progress=meter if progress else None)
    verdicts: Answers | None = found
    if verdicts is None and isinstance(taken, Given):
        verdicts = on_record(opened, taken, meter)
    target = Path(to) if to is not None else Path(f"{opened.problem().name}.html")
    repeat = f"forbear {'brief' if target.suffix == '.pdf' else 'run'} {opened.problem().name} --seed {seed}"
    made = run(
        opened, given=taken, members=members, keep=keep, answers=verdicts, seed=seed, store=store, workers=workers,
        progress=meter, repeat=repeat,
    )  # fmt: skip
    return made.write_brief(target) if target.suffix == ".pdf" else made.write_report(target)


def on_record(scenario: Scenario, given: Given, meter: Meter) -> Answers | None:
    """The verdicts beside a scenario that stands as filed, where they were made with the posterior that is used.

    Where there are none to use, that is said, and why.
    """
    found, why = None, "no verdicts beside the scenario"
    if given.posterior is not None and scenario.as_filed() is scenario:
        try:
            found = read_answers(scenario, here=False)
        except FileError as error:
            why = error.message
    if (
        found is not None
        and given.posterior is not None
        and "posterior" in stale_answers(found, scenario, given.posterior)
    ):
        found, why = None, "the verdicts on record were made with another posterior"
    if found is None:
        meter.say(f"{why}: what is written claims no effect of any policy")
    return found
