"""What must be known of a country before it can be run, and what may be guessed, how, and how far off a guess may be.

A question is *needed* (nobody but the user can answer it) or has a guess: a middle that favours no side, and a range
wide enough that most countries lie in it. Guesses are assumptions of this package, not facts of any country; the range
is what `forbear check --information` lets them vary in.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMMUNITY", "COUNTRY", "INTERVENTION", "ORGANISATION", "Guess", "Question"]


@dataclass(frozen=True)
class Guess:
    """A value and the range in which it could as well be, both in the unit of the question."""

    value: float
    low: float
    high: float
    why: str


@dataclass(frozen=True)
class Question:
    """name: key of an answers file; fact: key of the scenario (a lever's where it begins with one); text: what is asked.

    guess: None where only the user can answer; `per` says what a guess is multiplied by (see `begin`): "people" of the
    community that the question is about, "nation" for all people, "force" for soldiers, or nothing.
    """

    name: str
    fact: str
    text: str
    unit: str
    guess: Guess | None = None
    per: str = ""
    holder: tuple[str, Guess] | None = None
    """Another guess for the community that "governed" before or "governs" after."""


COUNTRY = (
    Question("electricity", "services.electricity_at_start", "Electricity that can be supplied now, share of what is needed", "0 to 1",
             Guess(0.5, 0.1, 0.95, "the middle between few connected and all supplied")),
    Question("works", "services.works_at_start", "Water, sewers, schools and health care now, share of what is needed", "0 to 1",
             Guess(0.5, 0.1, 0.9, "the middle between few served and all")),
    Question("power", "services.power_needed", "Electricity demand", "MW",
             Guess(1e-4, 2e-5, 4e-4, "100 watts a person; from 20 to 400"), "nation"),
    Question("democracy", "politics.democracy_at_start", "Democracy now (V-Dem's electoral democracy index)", "0 to 1",
             Guess(0.2, 0.05, 0.5, "an autocracy with elections")),
    Question("oil", "politics.oil", "Share of the state's income from oil and other rents", "0 to 1",
             Guess(0.2, 0.0, 0.8, "some rents")),
    Question("preconditions", "politics.preconditions", "Income and earlier democracy, in standard deviations from the world's mean", "-2 to 2",
             Guess(0.0, -1.5, 1.5, "the world's mean")),
    Question("neighbours", "politics.neighbours_democracy", "Democracy of the neighbours, mean of the same index", "0 to 1",
             Guess(0.3, 0.1, 0.7, "between autocracies and democracies")),
    Question("ruler_age", "regime.ruler_age", "Age of the ruler", "years",
             Guess(60, 40, 80, "a ruler of middle age")),
)  # fmt: skip

COMMUNITY = (
    Question("old_army", "forces.old_army_strength", "Soldiers of the present army from {member}", "persons",
             Guess(0.008, 0.002, 0.02, "eight soldiers for a thousand residents; from two to twenty"), "people"),
    Question("inclusion_before", "politics.regime_inclusion", "How far {member} share in power now", "0 to 1",
             Guess(0.3, 0.0, 0.7, "little"), holder=("governed", Guess(0.8, 0.5, 1.0, "much, for it governs now"))),
    Question("inclusion_after", "politics.inclusion_at_start", "How far {member} would share in power at the start of the new order", "0 to 1",
             Guess(0.35, 0.1, 0.7, "little"), holder=("governs", Guess(0.6, 0.3, 0.9, "more, for it is to govern"))),
    Question("repressed", "regime.repressed", "How far the present regime's violence falls on {member}", "0 to 1",
             Guess(0.8, 0.2, 1.0, "most"), holder=("governed", Guess(0.3, 0.0, 0.8, "less, for it governs now"))),
    Question("rivalry", "people.rivalry", "How far other communities are targets of fighters of {member}", "0 to 1",
             Guess(0.5, 0.0, 1.0, "nobody knows before the first shot")),
)  # fmt: skip

ORGANISATION = (
    Question("fighters", "insurgency.founding_fighters", "Fighters of {member} at the start", "persons",
             Guess(1e-4, 2e-5, 1e-3, "one in ten thousand of its community; from a fifth of that to ten times as many"), "people"),
    Question("open_to_deals", "insurgency.open_to_deals", "How far fighters of {member} would take local deals at all", "0 to 1",
             Guess(0.4, 0.0, 0.9, "some would")),
)  # fmt: skip

INTERVENTION = (
    Question("force", "intervener.force", "Soldiers that the intervener would send", "persons"),
    Question("partners", "intervener.partners", "Soldiers of partners", "persons", Guess(0.0, 0.0, 0.0, "none")),
    Question("government_forces", "forces.force_target", "New army and police to be raised within three years", "persons",
             Guess(0.008, 0.0, 0.0, "eight for a thousand residents"), "nation"),
    Question("electricity_budget", "services.electricity_budget", "Spending on electricity", "US$/week/person",
             Guess(0.5, 0.0, 0.0, "between the two occupations of this century")),
    Question("works_budget", "services.works_budget", "Spending on other services", "US$/week/person",
             Guess(2.0, 0.0, 0.0, "between the two occupations of this century")),
    Question("offer", "politics.offer", "Share of a proportional division of power that is offered", "0 to 1",
             Guess(0.5, 0.0, 0.0, "half of it")),
    Question("brigades", "intervener.brigades", "Brigades of the intervener's army that could be sent in turn", "brigades",
             Guess(6e-4, 3e-4, 1.5e-3, "enough for the force to rotate at 6,250 soldiers and 3.6 brigades each"), "force"),
    Question("committed", "intervener.committed", "Brigades that are committed elsewhere", "brigades",
             Guess(6e-5, 0.0, 2e-4, "one in ten"), "force"),
)  # fmt: skip
