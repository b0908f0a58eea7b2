"""The odds of claims that are on record for a scenario, and whether they are still those of its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forbear.errors import FileError, ForbearError
from forbear.questions.odds import Odds
from forbear.questions.odds_telling import OtherWars, absent_wars, other_wars
from forbear.questions.stamps import question_asked, stale_odds
from forbear.scenario.casefiles.policies import load_claims, load_strategies
from forbear.scenario.reading.chain import LIBRARY
from forbear.words import join

if TYPE_CHECKING:
    from forbear.questions.answers import Answers
    from forbear.scenario.casefiles.policies import Claim, Strategy
    from forbear.scenario.scenario import Scenario

__all__ = ["FILE", "OddsOnRecord", "odds_file", "odds_on_record", "odds_or_why"]

#: By custom, the name of the file beside a scenario of one's own.
FILE = "odds.json"


@dataclass(frozen=True)
class OddsOnRecord:
    """odds: None where nobody has computed them; stale: what has changed since, in words; changed: claims that compare
    something else now; command: what computes them; damaged: why the file cannot be used, in half a sentence, "" where
    it can. Numbers of odds that are stale are never told."""

    odds: Odds | None
    stale: tuple[str, ...]
    changed: tuple[str, ...]
    command: str
    answers: Answers | None = None
    damaged: str = ""

    @property
    def other(self) -> str:
        """What they were made with that is another now, in words; "" where nothing is."""
        return join([*self.stale, *([f"claims ({', '.join(self.changed)})"] if self.changed else [])])

    @property
    def shown(self) -> Odds | None:
        """The odds where they hold, without claims that compare something else now; None where they do not."""
        if self.odds is None or self.stale:
            return None
        return self.odds.without(self.changed)

    def of(self, name: str) -> OtherWars:
        """What is told of one claim, whether there are numbers or not."""
        if self.damaged:
            return absent_wars(self.damaged, self.command)
        if self.odds is None:
            return absent_wars("nobody has computed how far they would move the odds of this claim", self.command)
        if self.stale or name in self.changed:
            why = f"what is on record was computed with another {join(list(self.stale))}"
            if not self.stale:
                why = "this claim was changed since what is on record was computed"
            return absent_wars(f"{why}, so it is not shown", self.command)
        if name not in self.odds:
            return absent_wars("this claim is not among those on record", self.command)
        answered = self.answers[name] if self.answers is not None and name in self.answers else None
        return other_wars(self.odds, name, answered, self.answers.provenance if self.answers is not None else None)

    @property
    def absence(self) -> str:
        """Why no number is told of any claim, in one sentence; "" where some are."""
        if self.shown is not None and len(self.shown):
            return ""
        return self.of("").sentence


def odds_file(scenario: Scenario) -> Path | None:
    """Where the odds of a scenario stand: in the library for what ships, beside its file for one of your own; None
    where it has no file."""
    if scenario.file is None:
        return None
    file = Path(scenario.file)
    if LIBRARY.resolve() in file.resolve().parents:
        return LIBRARY / "record" / f"odds-{_called(file)}.json"
    return file.parent / FILE


def odds_on_record(
    scenario: Scenario,
    answers: Answers | None = None,
    *,
    claims: Mapping[str, Claim] | None = None,
    strategies: Mapping[str, Strategy] | None = None,
) -> OddsOnRecord:
    """The odds on record for a scenario, compared with what it is now.

    Parameters
    ----------
    scenario
        Whose.
    answers
        Those beside which they are to stand: made with the same posterior, the same theories and of the same claims, or
        they do not hold; None: they are compared with the posterior of the scenario.
    claims, strategies
        Of the scenario, where they were read already; those of answers come first.

    Raises
    ------
    FileError
        As `Odds.read` for a file that is damaged.
    FitError
        E606, E617 for a posterior or a record that is damaged.
    """
    file = odds_file(scenario)
    command = f"forbear atlas weigh {_asked_for(file, scenario)}"
    if file is None or not file.exists():
        return OddsOnRecord(None, (), (), command, answers)
    odds = Odds.read(file)
    stale = stale_odds(odds, scenario, answers)
    done = load_strategies(scenario) if strategies is None else strategies
    known = dict(load_claims(scenario, (), done) if claims is None else claims)
    if answers is not None:
        known |= {result.name: result.claim for result in answers}
    return OddsOnRecord(odds, tuple(stale), _changed(odds, known, done), command, answers)


def odds_or_why(scenario: Scenario, answers: Answers | None = None) -> OddsOnRecord:
    """As `odds_on_record`; a file that cannot be used is named with its code in place of numbers.

    For pages of which the odds are one part among many: what is damaged there is said and ends nothing.
    """
    try:
        return odds_on_record(scenario, answers)
    except ForbearError as error:
        file = odds_file(scenario)
        named = "what they are made of cannot be used"  # a posterior, or the record of other wars
        if isinstance(error, FileError) and file is not None:
            named = f"{file.name} cannot be used"
        command = f"forbear atlas weigh {_asked_for(file, scenario)}"
        return OddsOnRecord(None, (), (), command, answers, f"{named} (error {error.code})")


def _changed(odds: Odds, claims: Mapping[str, Claim], strategies: Mapping[str, Strategy]) -> tuple[str, ...]:
    return tuple(
        name
        for name, claim in odds.claims.items()
        if claim.asked and (name not in claims or question_asked(claims[name], strategies) != claim.asked)
    )


def _called(file: Path) -> str:
    return file.parent.name if file.name == "scenario.toml" else file.stem


def _asked_for(file: Path | None, scenario: Scenario) -> str:
    """What to call a scenario on a command line: its name in the library, the folder or file of one's own."""
    if file is None or scenario.file is None:
        return scenario.name
    own = Path(scenario.file)
    if file.name != FILE:
        return _called(own)
    return own.parent.name if own.name == "scenario.toml" else own.name
