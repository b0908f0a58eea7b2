"""Answers that ship with a scenario: the page opens drawn, before anything is compiled or run on this machine.

`laboratory.json` beside the scenario holds the summaries of the baseline and of every question; `tools/laboratory.py`
writes it. What was made with another model, scenario or posterior is shown all the same, and said to be so, until the
run that replaces it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.app.country import merged
from forbear.app.laboratory.comparison import Summary, paired, summarised
from forbear.app.laboratory.questions import BASELINE, plain_state, questions_of
from forbear.errors import FileError
from forbear.files import read_json, write_json
from forbear.questions.stamps import posterior_numbers
from forbear.scenario.reading.chain import library_names
from forbear.validation.base_rates import base_rate_rows, base_rates

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.state import State

__all__ = ["FILE", "MEMBERS", "Stored", "held_for", "made", "place_of", "stored", "stored_for", "written"]

FILE = "laboratory.json"
FORMAT = 1
#: Members of a stored answer.
MEMBERS = 128
#: Recorded to set a proposal beside what became of such undertakings.
_RECORD = ("success", "presence", "democracy", "governance", "national_violence", "least_included")


@dataclass(frozen=True)
class Stored:
    """Summaries by question and what they were made of; rates: of a proposal, the rows of its base rates in words."""

    made_of: dict[str, str]
    answers: Mapping[str, Summary]
    rates: list[list[str]] = field(default_factory=list)

    def current(self, country: Country) -> bool:
        """True where model, scenario and posterior are those that the answers were made with."""
        return self.made_of == stamp(country)


def stamp(country: Country) -> dict[str, str]:
    """What the numbers of a country follow from: model, scenario and priors in one hash, and the posterior's draws."""
    drawn = posterior_numbers(country.posterior) if country.posterior is not None else "prior"
    return {"problem": country.problem.hash, "never": country.never.hash, "drawn": drawn}


def made(country: Country, members: int = MEMBERS) -> dict[str, Any]:
    """Run the baseline and every question of a country; plain values for the file. Randomness: seed 1. Raises as
    `Country.block`."""
    draws = country.draws("posterior")
    answers = {}
    for asked in questions_of(country):
        problem = asked.state.apply(country.scenario, country.strategies).problem()
        problems = {"plan": problem, "reference": country.problem, "never": country.never}
        parts = {name: [country.condensed(p, draws, 0, 1, many=members)] for name, p in problems.items()}
        answers[asked.key] = summarised(country, problem, paired(parts)).plain()
    # what all questions share is written once
    shared = {of: answers[BASELINE]["monthly"].pop(of) for of in ("reference", "never")}
    for answer in answers.values():
        for of in shared:
            answer["monthly"].pop(of, None)
        if answer["months"] != answers[BASELINE]["months"]:
            raise ValueError("questions of one scenario span different months")
    return {
        "format": FORMAT,
        "made_of": stamp(country),
        "shared": shared,
        "answers": answers,
        "rates": _rates(country, draws, members),
    }


def _rates(country: Country, draws: str, members: int) -> list[list[str]]:
    if country.scenario.kind != "prospective":
        return []
    block = country.block(country.problem, draws, 0, 1, many=members, weekly=_RECORD)
    return [list(row) for row in base_rate_rows(base_rates(country.scenario, merged(country.problem, [block])))]


def written(country: Country, path: Path) -> None:
    """Write the answers of a country, whole or not at all. Raises FileError E103, and as `made`."""
    write_json(path, made(country), seal=True, indent=None)
    _read.cache_clear()


def stored(country: Country) -> Stored | None:
    """The answers beside a country's scenario; None where there are none, or none that can be read."""
    place = place_of(country)
    return _read(place) if place is not None else None


def place_of(country: Country) -> Path | None:
    """Where the answers of a scenario of the library stand; None for any other, which may be changed in between."""
    return Path(country.scenario.files[0]).parent / FILE if country.key in library_names() else None


@lru_cache(maxsize=8)
def _read(path: Path) -> Stored | None:
    try:
        found = read_json(path, seal=True)
        if found["format"] != FORMAT:
            return None
        answers = {}
        for key, plain in found["answers"].items():
            answers[key] = Summary.of({**plain, "monthly": {**found["shared"], **plain["monthly"]}})
        rates = [[str(cell) for cell in row] for row in found["rates"]]
        return Stored({str(k): str(v) for k, v in found["made_of"].items()}, answers, rates)
    except (FileError, ValueError, KeyError, TypeError, AttributeError):
        return None  # the page then shows what it runs


def held_for(country: Country, state: State) -> Summary | None:
    """The stored summary of exactly this state, None where there is none."""
    found, asked = stored(country), {q.state: q.key for q in questions_of(country)}
    return found.answers.get(asked.get(plain_state(country, state), "")) if found is not None else None


def stored_for(country: Country, state: State) -> tuple[Summary, State] | None:
    """The stored summary of a state, else of the baseline, and the state that it is of; None where nothing is stored.

    Only the draws and the seed that answers are made with have some.
    """
    own = held_for(country, state)
    if own is not None:
        return own, state
    found = stored(country)
    if found is None or BASELINE not in found.answers:
        return None
    return found.answers[BASELINE], next(q.state for q in questions_of(country) if q.key == BASELINE)
