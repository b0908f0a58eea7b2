"""One lever over its whole range: the plan at evenly spaced values, each over the same draws as the reference."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from forbear.app.laboratory.comparison import Row, differences, paired
from forbear.app.runs import Work
from forbear.figures.spec import Figure, Marks, approximately
from forbear.words import minus, span

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.laboratory.levers import Slider
    from forbear.app.state import State
    from forbear.scenario.problem import Problem

__all__ = ["MEMBERS", "POINTS", "Sweep", "charts_of", "values_of_sweep"]

#: Values of the lever, and members at each.
POINTS, MEMBERS = 7, 64
#: Outcomes that are drawn.
OUTCOMES = ("deaths", "intervener_deaths", "cost", "governance")


def values_of_sweep(slider: Slider) -> list[float]:
    """The values of a slider's lever that are run: its whole range in even steps."""
    return [float(f"{v:.6g}") for v in np.linspace(slider.spec.low, slider.spec.high, POINTS)]


@dataclass(eq=False)
class Sweep(Work):
    """The plan of a state with one lever at one value after the other; a stage is a number of values that are done."""

    slider: Slider = field(kw_only=True)
    reference: Problem = field(kw_only=True)
    pinned: bool = field(kw_only=True, default=False)
    rows: list[list[Row]] = field(default_factory=list)
    stages: ClassVar[tuple[int, ...]] = tuple(range(1, POINTS + 1))

    @property
    def members(self) -> int:
        """Values that are done: the stages of this work."""
        return len(self.rows)

    @property
    def values(self) -> list[float]:
        """The values of the lever."""
        return values_of_sweep(self.slider)

    def one_block(self) -> None:
        """Run the next value. Raises Cancelled, RunError, ScenarioError as `State.apply`."""
        country, draws = self.country, self.country.draws(self.state.draws)
        changed = with_lever(self.state, self.slider.key, self.slider.spec.how, self.values[len(self.rows)])
        problem = changed.apply(country.scenario, country.strategies).problem()
        problems = {"plan": problem, "reference": self.reference, "never": country.never}
        parts = {
            name: [country.condensed(p, draws, 0, self.state.seed, lambda: self.cancelled, many=MEMBERS)]
            for name, p in problems.items()
        }
        rows = differences(paired(parts))
        with self.lock:
            self.rows.append(rows)


def with_lever(state: State, key: str, how: str, value: float) -> State:
    """A state with one lever at a value in place of what it was."""
    others = tuple((name, change) for name, change in state.changes if name != key)
    change = ("scale" if how == "scale" else "set", value)
    return replace(state, changes=tuple(sorted([*others, (key, change)])))


def charts_of(country: Country, swept: Sweep, stage: int, second: str) -> list[tuple[Figure, list[tuple[str, ...]]]]:
    """One small chart for each outcome, difference to the reference over the lever's values, with its table.

    A proposal is drawn without medians.
    """
    out = []
    values = swept.values[:stage]
    for name in OUTCOMES:
        rows = [next(r for r in found if r.name == name) for found in swept.rows[:stage]]
        low, middle, high = zip(*(r.to_reference for r in rows), strict=True)
        marks = Marks(values, list(high if country.proposal else middle), "simulated", "", list(low), list(high))
        table: list[tuple[str, ...]] = [
            (approximately(v), "" if country.proposal else minus(approximately(m)), minus(span(a, b)))
            for v, a, m, b in zip(values, low, middle, high, strict=True)
        ]
        title = rows[0].title[0].upper() + rows[0].title[1:]
        words = "; ".join(f"{v}: {m or s}{f' ({s})' if m else ''}" for v, m, s in table)
        unit = f"{rows[0].unit}, against {second}"
        out.append((Figure(f"sweep-{name}".replace("_", "-"), title, unit, "", words, marks=[marks]), table))
    return out
