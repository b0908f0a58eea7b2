"""Facts of a country that nobody has looked up, how far off each may be, and draws of them.

A fact is *guessed* when its source is an assumption or invention, *unstated* when the scenario is silent and the package's
default stands. Its range is what the scenario states (`range = [low, high]`); else, by unit: a share or index 0.2 either
way within its bounds, an amount from two thirds to one and a half times, a switch either way. Names (whose community an
organisation is of), the package's own anchors and amounts of zero without a range are not varied, and are listed as such.

Districts move together, communities, organisations and components apart: what is looked up is "the old army of the
valley people", not each district's share of it. Within its range a fact is uniform (amounts: in their logarithm).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL

if TYPE_CHECKING:
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["GuessedFact", "draw_facts", "guessed_facts", "unvaried_facts"]

#: Anchors and rival forms of the model: no fact about a country, nothing to look up.
ANCHORS = frozenset(
    "people.small_community people.threshold_allegiance people.linear_feelings security.linear_removal security.reference_density "
    "security.control_floor services.electricity_reference services.works_reference intervener.election_weight "
    "observation.fighters_counted politics.floor_share".split()
)
_BOUNDED = ("share", "index")


@dataclass(frozen=True)
class GuessedFact:
    """One thing to look up. key: room.name; members: those it is about, districts left out; places: flat positions.

    how: "between" (uniform from low to high), "times" (log-uniform factor from low to high) or "switch" (either way).
    """

    key: str
    members: tuple[str, ...]
    places: tuple[int, ...]
    state: str
    how: str
    low: float
    high: float
    value: float
    unit: str
    meaning: str
    stated_range: bool

    @property
    def name(self) -> str:
        """The key with its members."""
        return ".".join((self.key, *self.members))

    @property
    def span(self) -> str:
        """The range in words."""
        if self.how == "switch":
            return "0 or 1"
        low, high = (self.low, self.high) if self.how == "between" else (self.value * self.low, self.value * self.high)
        return f"{low:.3g} to {high:.3g}"

    def at(self, u: np.ndarray | float) -> Any:
        """What quantile u in (0, 1) makes of the fact: a value ("between", "switch") or a factor ("times")."""
        if self.how == "switch":
            return np.where(np.asarray(u) < 0.5, 0.0, 1.0)
        if self.how == "times":
            return self.low * (self.high / self.low) ** np.asarray(u)
        return self.low + (self.high - self.low) * np.asarray(u)


def guessed_facts(scenario: Scenario) -> list[GuessedFact]:
    """Every fact of a scenario that is guessed or unstated and can be varied, in the order of the model."""
    return _sorted(scenario)[0]


def unvaried_facts(scenario: Scenario) -> list[tuple[str, str]]:
    """Guessed facts that are not varied, with the reason: (name, why)."""
    return _sorted(scenario)[1]


def _sorted(scenario: Scenario) -> tuple[list[GuessedFact], list[tuple[str, str]]]:
    varied: list[GuessedFact] = []
    left: list[tuple[str, str]] = []
    for key, resolved in scenario.facts.items():
        declared = resolved.declared
        if key in ANCHORS:
            continue
        groups: dict[tuple[str, ...], list[int]] = {}
        for place, element in enumerate(resolved.elements):
            members = tuple(m for m, over in zip(element, declared.over, strict=True) if over != "district")
            if len(members) == 2 and members[0] == members[1]:
                continue  # a community is no target of its own
            groups.setdefault(members, []).append(place)
        for members, places in groups.items():
            origins = [resolved.origins[p] for p in places]
            unstated = all(o.layer == "package default" for o in origins)
            if not unstated and not any(o.guessed for o in origins):
                continue
            values = [resolved.values[p] for p in places]
            name = ".".join((key, *members))
            if any(v is None for v in values):
                left.append((name, "missing: it has no value to vary around"))
                continue
            span = next((o.span for o in origins if o.span is not None), None)
            how, low, high, why = _range(declared, [float(v) for v in values], span)
            if not how:
                left.append((name, why))
                continue
            varied.append(
                GuessedFact(key, members, tuple(places), "unstated" if unstated else "guessed", how, low, high,
                            float(np.mean(values)), declared.unit, declared.meaning, span is not None)
            )  # fmt: skip
    return varied, left


def _range(declared: Any, values: Sequence[float], span: tuple[float, float] | None) -> tuple[str, float, float, str]:
    if declared.integer:
        if (declared.low, declared.high) == (0, 1):
            # who governs cannot be flipped for one community alone
            return (
                ("", 0, 0, "who governs is a choice of the scenario")
                if declared.name == "governs"
                else ("switch", 0, 1, "")
            )
        return "", 0, 0, "a name: try another by hand"
    alike = max(values) == min(values)
    if span is not None and alike:
        if span[0] > 0 and declared.unit not in _BOUNDED:
            return "times", span[0] / values[0], span[1] / values[0], ""
        return "between", span[0], span[1], ""
    middle = float(np.mean(values))
    if declared.unit in _BOUNDED:
        if declared.low < 0 and min(values) <= declared.low:
            return "", 0, 0, "worked out from other facts unless it is stated"
        if not alike:
            return "times", 0.75, 1.0 / 0.75, ""
        low, high = max(declared.low, middle - 0.2), min(declared.high, middle + 0.2)
        if declared.low == -2.0:
            low, high = max(-2.0, middle - 1.0), min(2.0, middle + 1.0)
        return "between", low, high, ""
    if declared.unit == "years":
        return "between", max(declared.low, middle - 15), min(declared.high, middle + 15), ""
    if middle == 0.0 or not math.isfinite(middle):
        return "", 0, 0, "zero: say how far off it may be, range = [low, high]"
    return "times", 2.0 / 3.0, 1.5, ""


def draw_facts(problem: Problem, facts: Sequence[GuessedFact], u: np.ndarray) -> dict[str, np.ndarray]:
    """Return the problem's facts with guessed ones at quantiles `u`, (facts,), each within its declared bounds.

    No randomness. Whole numbers stay whole.
    """

    out = dict(problem.facts)
    for fact, quantile in zip(facts, u, strict=True):
        declared = MODEL.facts[fact.key]
        values = np.array(out[declared.name], dtype=float)
        flat = values.reshape(-1)
        at = list(fact.places)
        drawn = fact.at(float(quantile))
        flat[at] = flat[at] * drawn if fact.how == "times" else drawn
        flat[at] = np.clip(flat[at], declared.low, declared.high)
        if declared.unit == "persons":
            flat[at] = np.round(flat[at])
        out[declared.name] = values.astype(np.asarray(problem.facts[declared.name]).dtype)
    return out
