"""Play mode, a decision as a card: as planned, three named choices, or an exact number.

A card's radio buttons say what is meant; its field holds the exact number. What was touched counts: a number that is
typed while the buttons stay as they were is meant, and two different answers on one card are asked about, never chosen
from in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forbear.app.numbers import is_counted
from forbear.app.play.game import offered
from forbear.country.model import MODEL
from forbear.errors import Fault
from forbear.figures.spec import approximately

if TYPE_CHECKING:
    from forbear.app.laboratory.levers import Spec
    from forbear.app.play.game import Turn
    from forbear.country.declare import Lever
    from forbear.scenario.problem import Problem

__all__ = ["BARE", "EXACT", "Card", "Choice", "cards_of", "decided", "planned_words"]

#: The choice of an exact number, as a form names it; the empty choice is "as planned".
EXACT = "number"
#: What the named choices of a lever are: times its base (scale), or values (level). They are ours, to have something
#: between "as planned" and a number of one's own: steps that a cabinet would argue about.
_NAMED: dict[str, tuple[str, tuple[tuple[str, float], ...]]] = {
    "intervener.force": (
        "scale",
        (("Draw down by half", 0.5), ("Reinforce by a quarter", 1.25), ("Surge by half", 1.5)),
    ),
    "intervener.partners": ("scale", (("Half of them", 0.5), ("A quarter more", 1.25), ("Twice as many", 2.0))),
    "security.population_security": ("level", (("Little", 0.1), ("Half the effort", 0.5), ("Before all else", 0.8))),
    "security.rules_of_engagement": ("level", (("Tight", 0.5), ("As at the start", 1.0), ("Wide", 1.6))),
    "security.air_strikes": ("level", (("None", 0.0), ("Few", 2.0), ("Many", 20.0))),
    "insurgency.local_offer": ("level", (("None", 0.0), ("To some", 0.4), ("To nearly all", 0.9))),
    "insurgency.local_pay": ("level", (("No pay", 0.0), ("Half pay", 0.5), ("Full pay", 1.0))),
    "forces.force_target": ("scale", (("Half as large", 0.5), ("Half as large again", 1.5), ("Twice as large", 2.0))),
    "forces.army_retention": ("level", (("Disband it", 0.0), ("Keep half", 0.5), ("Keep all", 1.0))),
    "services.electricity_budget": ("scale", (("Half", 0.5), ("Half more", 1.5), ("Twice", 2.0))),
    "services.works_budget": ("scale", (("Half", 0.5), ("Half more", 1.5), ("Twice", 2.0))),
    "politics.offer": ("level", (("A token", 0.15), ("Half a share", 0.5), ("A full share", 1.0))),
    "politics.guarantee": ("level", (("None", 0.0), ("Some", 0.5), ("Full", 1.0))),
    "politics.purge_depth": ("level", (("Nobody", 0.0), ("The top ranks", 0.3), ("All members", 1.0))),
}
#: Units that are not said.
BARE = ("-", "index", "share", "ratio", "1/week")


@dataclass(frozen=True)
class Choice:
    """A named choice: its number on the card as a form has it, its name, its value in the lever's unit, in words."""

    key: str
    name: str
    value: float
    words: str


@dataclass(frozen=True)
class Card:
    """One lever as a card. plan: what the plan has for the months to come, in words; span: what it can be; chosen,
    typed: how the card stood when it was shown (`chosen` empty: as planned)."""

    spec: Spec
    unit: str
    meaning: str
    plan: str
    span: str
    choices: tuple[Choice, ...]
    chosen: str
    typed: str

    @property
    def id(self) -> str:
        """The name of its field in the page."""
        return self.spec.key.replace(".", "-")

    @property
    def own(self) -> bool:
        """True where something else than the plan is chosen."""
        return bool(self.chosen or self.typed)


def cards_of(problem: Problem, path: Sequence[Turn], months: int, sent: Mapping[str, str] | None = None) -> list[Card]:
    """The cards of the decision that follows a path, for a turn of `months`.

    sent: a form that comes back with faults; it is shown as it was sent. No randomness.
    """
    owner = np.asarray(problem.months)
    now = path[-1].until if path else 0
    ahead = np.flatnonzero((owner >= now) & (owner < now + max(months, 1)))
    if not len(ahead):
        return []
    own = dict(path[-1].decision.levers) if path else {}
    out = []
    for spec in offered(problem, int(ahead[0])):
        lever = MODEL.levers[spec.key]
        whole = np.asarray(problem.levers[lever.name], dtype=float)
        first, last = float(whole[ahead[0]]), float(whole[ahead[-1]])
        ends = [planned_words(lever, value) for value in (first, last)]
        unit = "" if lever.unit in BARE else lever.unit
        chosen, typed = (EXACT, _plain(own[spec.key])) if spec.key in own else ("", "")
        if sent is not None:
            chosen, typed = sent.get(f"choice:{spec.key}", ""), sent.get(spec.key, "")
        out.append(
            Card(
                spec,
                unit,
                lever.meaning,
                ends[0] if ends[0] == ends[1] else " to ".join(ends),
                f"{lever.low:,.10g} to {lever.high:,.10g}",
                _choices(spec.key, (first, own.get(spec.key, 0.0), float(whole.max())), lever.low, lever.high),
                chosen,
                typed,
            )
        )
    return out


def planned_words(lever: Lever, value: float) -> str:
    """The plan's value of a lever: three digits of what is counted in thousands, two of all else, as everywhere."""
    return approximately(value, 3 if is_counted(lever) else 2)


def _choices(key: str, bases: Sequence[float], low: float, high: float) -> tuple[Choice, ...]:
    """The named choices of a lever. bases: what a scaled one may be taken of, the first that is not nought."""
    how, named = _NAMED[key]
    base = next((value for value in bases if value > 0), 0.0) if how == "scale" else 1.0
    if base == 0:
        return ()
    values = [float(f"{min(max(base * factor, low), high):.3g}") for _, factor in named]
    return tuple(
        Choice(str(k), name, value, f"{value:,.10g}")
        for k, ((name, _), value) in enumerate(zip(named, values, strict=True))
    )


def _plain(value: float) -> str:
    """A lever's value for a field: no digit of it is lost."""
    return f"{value:.10g}"


def decided(cards: Sequence[Card], sent: Mapping[str, str], faults: list[Fault]) -> list[tuple[str, str]]:
    """What a form says of each lever, as pairs for `read_decision`; empty: as planned.

    cards: as they were shown, without what was sent. What is no lever's card passes as it is. A card with two answers,
    or none where a number was promised, is a fault more (E210).
    """
    pairs = [(key, text) for key, text in sent.items() if not key.startswith("choice:")]
    found = dict(pairs)
    for card in cards:
        choice = sent.get(f"choice:{card.spec.key}")
        typed = found.get(card.spec.key, "").strip()
        if choice is None:
            continue  # a form without buttons: its field speaks
        known = {c.key: c for c in card.choices}
        if choice not in ("", EXACT, *known):
            allowed = ", ".join(["as planned", *(c.name for c in card.choices), "an exact number"])
            faults.append(Fault("E210", "no such choice", field=card.spec.label, value=choice[:80], allowed=allowed))
            continue
        retyped = bool(typed) and typed != card.typed
        if choice == EXACT:
            if not typed:
                said = "a number, or another choice"
                faults.append(Fault("E210", "no number was typed", field=card.spec.label, allowed=said))
            continue
        if retyped and choice == card.chosen:
            continue  # a number was typed and no button was touched
        name = known[choice].name if choice else "as planned"
        if retyped:
            said = f"empty the field for \u201c{name}\u201d, or choose \u201can exact number\u201d"
            faults.append(
                Fault("E210", "two answers on one card", field=card.spec.label, value=typed[:80], allowed=said)
            )
            continue
        found[card.spec.key] = f"{known[choice].value:.17g}" if choice else ""
    return list(found.items())
