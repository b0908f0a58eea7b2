"""The questions on top of the page: whole states that one press asks for, as far as a scenario knows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from forbear.app.state import State, written

if TYPE_CHECKING:
    from forbear.app.country import Country

__all__ = ["BASELINE", "Question", "plain_state", "plan_words", "questions_of"]

BASELINE = "as it is"


@dataclass(frozen=True)
class Question:
    """key: its name in stored answers; label: what the chip says; plan: how a sentence begins; state: what it sets."""

    key: str
    label: str
    plan: str
    state: State

    @property
    def levers(self) -> dict[str, str]:
        """The changes as a form holds them."""
        return {key: written(*change) for key, change in self.state.changes}


#: Per question the first strategy that a scenario has: its name, what the chip says, how a sentence begins.
_STRATEGIES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "more": (
        ("MORE-200", "200,000 more soldiers", "With 200,000 more soldiers"),
        ("MORE-100", "100,000 more soldiers", "With 100,000 more soldiers"),
        ("MORE-206", "206,000 more in 1968", "With 206,000 more soldiers from 1968"),
    ),
    "out": (
        ("OUT-2005", "Out in 2005", "If the force leaves by July 2005"),
        ("OUT-2002", "Out in 2002", "If the force leaves in 2002"),
        ("OUT-1969", "Out in 1969", "If the force leaves in 1969"),
    ),
    "army": (("KEEP-ARMY", "The old army kept", "If the old army is kept"),),
    "deals": (("EARLY-LOCAL-DEALS", "Local deals from 2004", "With local deals from 2004"),),
    "counterterrorism": (
        (
            "COUNTERTERRORISM-ONLY",
            "Counterterrorism alone",
            "With counterterrorism alone and no occupation",
        ),
    ),
}
#: Where no strategy answers, a lever may: its name, the change, below what largest planned value it is one.
_LEVERS: dict[str, tuple[str, tuple[str, float], float, str, str]] = {
    "more": ("intervener.force", ("scale", 2.0), float("inf"), "Twice the soldiers", "With twice the soldiers"),
    "army": ("forces.army_retention", ("set", 1.0), 1.0, "The old army kept", "With the old army kept"),
    "deals": (
        "insurgency.local_offer",
        ("set", 1.0),
        1.0,
        "Local deals from the first day",
        "With local deals from the first day",
    ),
}


_KNOWN: WeakKeyDictionary[Country, list[Question]] = WeakKeyDictionary()


def questions_of(country: Country) -> list[Question]:
    """The baseline and the questions that the scenario knows the strategies or levers of, in order."""
    if country not in _KNOWN:
        _KNOWN[country] = _found(country)
    return _KNOWN[country]


def _found(country: Country) -> list[Question]:
    historical = country.scenario.kind == "historical"
    label, plan = (
        ("As it was done", "As it was done") if historical else ("The plan as it is", "Under the plan as it is")
    )
    out = [Question(BASELINE, label, plan, State(country.key))]
    sliders = {slider.key: slider for slider in country.sliders}
    for key in (*_STRATEGIES,):
        known = next((entry for entry in _STRATEGIES[key] if entry[0] in country.strategies), None)
        if known is not None:
            out.append(Question(key, known[1], known[2], State(country.key, known[0])))
            continue
        if key not in _LEVERS or historical:  # a case is asked what its strategies, with their sources, say
            continue
        lever, change, below, label, plan = _LEVERS[key]
        if lever in sliders and sliders[lever].least < below:
            out.append(Question(key, label, plan, State(country.key, changes=((lever, change),))))
    words = "If nobody intervenes"
    out.append(Question("never", "Never intervening", words, State(country.key, country.never_name)))
    return out


def plan_words(country: Country, state: State) -> str:
    """How a sentence about a state begins: a question's words, or the strategy and the levers that are changed."""
    asked = next((q for q in questions_of(country) if q.state == plain_state(country, state)), None)
    if asked is not None:
        return asked.plan
    strategy = country.strategies[state.strategy]
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{strategy.title}\N{RIGHT DOUBLE QUOTATION MARK}"
    parts = [] if state.strategy == "HISTORY" else [quoted]
    labels = {slider.key: slider.spec.label[0].lower() + slider.spec.label[1:] for slider in country.sliders}
    told = []
    for key, (how, value) in state.changes:
        name = labels.get(key, key)
        told.append(f"{name} as drawn" if how == "path" else f"{name} {'times ' if how == 'scale' else 'at '}{value:g}")
    shown = told if len(told) <= 2 else [*told[:2], f"{len(told) - 2} more levers changed"]
    since = f" from {state.since}" if state.since and told else ""
    return "With " + " and ".join([*parts, ", ".join(shown) + since] if shown else parts)


def plain_state(country: Country, state: State) -> State:
    """A state without what does not change the plan: since when, where nothing is changed, and draws that there are
    none of."""
    draws = "posterior" if country.draws(state.draws) == country.draws("posterior") else state.draws
    return replace(state, draws=draws, since=state.since if state.changes else "")
