"""What the drawing of schedules needs: the months, the plan in force of a lever, and points that stand for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from forbear.errors import Fault, ScenarioError, nearest

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.state import State

__all__ = ["Drawable", "Plan", "drawing", "plan_in_force", "points_of"]

#: A drawing begins with so many points at most, with fewer where they meet the path to this share of its largest.
BEGIN_WITH, NEAR = 40, 0.01


class Drawable(TypedDict):
    """A lever that can be drawn: its label and unit, its path in the scenario as it is by month, its largest value."""

    label: str
    unit: str
    path: list[float]
    most: float


class Plan(TypedDict):
    """The plan in force. path: by month; points: [place of a month, value]; off: how far straight lines between the
    points are from the path, as a share of its largest value."""

    path: list[float]
    points: list[list[float]]
    off: float


def drawing(country: Country) -> dict[str, object]:
    """What the page holds for drawing: months, and every lever that can be drawn."""
    levers = {
        s.key: Drawable(label=s.spec.label, unit=s.unit, path=country.monthly_path(s.key), most=s.reach)
        for s in country.sliders
        if s.spec.how != "switch"
    }
    return {"months": list(country.problem.month_labels), "levers": levers}


def plan_in_force(country: Country, state: State, lever: str) -> Plan:
    """The path that a lever has now, under the state's strategy, factors and paths, and points that stand for it.

    Raises ScenarioError E205 for a lever that cannot be drawn, and as `State.apply`.
    """
    drawn = [s.key for s in country.sliders if s.spec.how != "switch"]
    if lever not in drawn:
        close = nearest(lever, drawn)
        fault = Fault("E205", "no lever that can be drawn", field="lever", value=lever[:80], nearest=close)
        raise ScenarioError("E205", "no lever that can be drawn", faults=(fault,))
    path = country.monthly_path(lever, state.apply(country.scenario, country.strategies).problem())
    places, off = points_of(path)
    return Plan(path=path, points=[[place, path[place]] for place in places], off=off)


def points_of(path: list[float], most: int = BEGIN_WITH, near: float = NEAR) -> tuple[list[int], float]:
    """Places of a path between which straight lines follow it.

    Points are added where the lines are farthest from the path, until they are near or there are `most`. Returns the
    places in order (one for a path that never changes) and the largest distance that is left, as a share of the path's
    largest value.
    """
    values = np.asarray(path, dtype=float)
    scale = max(float(np.abs(values).max()), 1e-12)
    if np.ptp(values) <= 1e-9 * scale:
        return [0], 0.0
    every = np.arange(len(values))
    places = [0, len(values) - 1]
    while True:
        apart = np.abs(np.interp(every, places, values[places]) - values) / scale
        worst = int(apart.argmax())
        if apart[worst] <= near or len(places) >= most:
            return places, float(apart[worst])
        places = sorted([*places, worst])
