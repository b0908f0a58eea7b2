"""What the laboratory shows of a state, for its templates: the same whether it was stored or has just been run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.app.laboratory.charts import Drawn, charts_of, drawn_map, key_of, picture
from forbear.app.laboratory.questions import plain_state, plan_words, questions_of
from forbear.app.laboratory.strip import Strip, sentence_of, strips_of, table_rows
from forbear.words import percent

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.laboratory.comparison import Summary
    from forbear.app.state import State
    from forbear.figures.spec import Figure

__all__ = ["Shown", "figures_of", "shown_of", "trust_of"]


@dataclass(frozen=True)
class Shown:
    """What the templates draw. question: key of the question that the state is, or empty; second: what the reference is
    called, empty where the plan is the reference."""

    question: str
    sentence: str
    second: str
    strips: list[Strip]
    rows: list[dict[str, str | dict[str, str]]]
    charts: list[Drawn]
    legend: str
    map: str
    members: int
    failed: int
    query: str


def second_of(country: Country, state: State, pinned: State | None) -> tuple[str, str]:
    """What the reference of a state is called, and where it holds; both empty where the state is its reference."""
    if pinned is not None:
        return "plan A", "under plan A"
    if plain_state(country, state) in (q.state for q in questions_of(country)[:1]) or not (
        state.changes or state.strategy != "HISTORY"
    ):
        return "", ""
    return country.unchanged, "in history" if country.scenario.kind == "historical" else "under the plan as it is"


def figures_of(country: Country, state: State, found: Summary, pinned: State | None) -> list[Figure]:
    """The charts of a state, for the page and for files."""
    return charts_of(country, found, second_of(country, state, pinned)[0])


def shown_of(country: Country, state: State, found: Summary, pinned: State | None = None) -> Shown:
    """Bring a summary of a state to words and drawings. No randomness."""
    second, than = second_of(country, state, pinned)
    never = all(row.to_never[0] == row.to_never[2] == 0 for row in found.rows)
    figures = charts_of(country, found, second)
    asked = next((q.key for q in questions_of(country) if q.state == plain_state(country, state)), "")
    first, last = found.months[0][:4], found.months[-1][:4]
    return Shown(
        question=asked,
        sentence=sentence_of(
            found,
            plan_words(country, state),
            than,
            f"{first} to {last}",
            same_as_never=never,
            proposal=country.proposal,
        ),
        second=second,
        strips=strips_of(found, second, same_as_never=never, proposal=country.proposal),
        rows=table_rows(found, same_as_never=never, proposal=country.proposal),
        charts=[picture(f, found.months, legend=f.name == "force") for f in figures],
        legend=key_of([f for f in figures if f.name != "force"]),
        map=drawn_map(country, found),
        members=found.members,
        failed=found.failed,
        query=state.query(),
    )


def trust_of(country: Country) -> str:
    """A sentence on how far the draws can be trusted: which facts of history they reproduce. Empty without a record."""
    held = country.posterior.facts if country.posterior is not None else None
    if held is None or not held.results:
        return ""
    of, good = len(held.results), sum(result.holds for result in held.results)
    enough = "enough by" if held.passed else "fewer than asked by"
    text = f"The fitted model reproduces {good} of {of} facts of history, {enough} the rule set down beforehand"
    return f"{text} ({percent(held.gate)})."
