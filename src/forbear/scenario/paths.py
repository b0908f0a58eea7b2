"""The path of a lever through time: constant, schedule or pulses, and changes laid over it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Change", "LeverPath"]

Interpolation = Literal["linear", "step"]
Operation = Literal["set", "add", "scale", "follow"]


def _day(number: float) -> str:
    return datetime.date.fromordinal(int(number)).isoformat()


@dataclass(frozen=True)
class Change:
    """A change laid over a path between two day numbers (`until` excluded; None: open).

    `follow` runs along another path, `path`, in that time; its `value` says nothing.
    """

    operation: Operation
    value: float
    begin: float | None = None
    until: float | None = None
    path: LeverPath | None = None

    def applies(self, day: Any) -> Any:
        """Say whether the change acts on that day, or on each of an array of days."""
        return (self.begin is None or day >= self.begin) & (self.until is None or day < self.until)

    def apply(self, value: Any, days: Any = None) -> Any:
        """Return the value after the change, or an array of them; days: those of the values, which `follow` needs."""
        if self.path is not None:
            return self.path.over(days)
        if self.operation == "set":
            return self.value
        return value + self.value if self.operation == "add" else value * self.value

    def words(self) -> str:
        """Return the change as read by a person."""
        sign = {"set": "=", "add": "+", "scale": "x", "follow": ""}[self.operation]
        text = f"{sign}{self.value:g}".replace("+-", "-") if self.path is None else self.path.words()
        if self.begin is not None:
            text += f" from {datetime.date.fromordinal(int(self.begin))}"
        if self.until is not None:
            text += f" until {datetime.date.fromordinal(int(self.until))}"
        return text


@dataclass(frozen=True)
class LeverPath:
    """Values of one lever through time, in the lever's unit; days are proleptic ordinals with fractions.

    A path with `pulses` is zero but on the steps that hold their days. Any other path runs through `points`: held
    level before the first and after the last, straight between them (`linear`) or held until the next (`step`).
    """

    points: tuple[tuple[float, float], ...] = ()
    interpolation: Interpolation = "step"
    pulses: tuple[tuple[float, float], ...] | None = None
    changes: tuple[Change, ...] = ()

    @classmethod
    def constant(cls, value: float) -> LeverPath:
        """A lever that never moves."""
        return cls(points=((1.0, value),))

    def changed(self, change: Change) -> LeverPath:
        """Return the path with one more change over it; an open `set` forgets what was before."""
        if self.pulses is not None:
            return replace(
                self,
                pulses=tuple((day, change.apply(v)) for day, v in self.pulses if change.applies(day))
                + tuple((day, v) for day, v in self.pulses if not change.applies(day)),
            )
        if change.operation == "set" and change.begin is None and change.until is None:
            return LeverPath.constant(change.value)
        return replace(self, changes=(*self.changes, change))

    def at(self, day: float) -> float:
        """Return the value at a day; pulses have none at a day, only in a step (see `sample`)."""
        return float(self.over([day])[0])

    def over(self, days: Sequence[float] | np.ndarray) -> np.ndarray:
        """Return the values at many days, (days,), as `at` does each."""
        import numpy as np  # heavy: it would slow `forbear --help`

        days = np.asarray(days, dtype=float)
        places, levels = (np.array(column, dtype=float) for column in zip(*self.points, strict=True))
        index = np.searchsorted(places, days, side="right") - 1
        values = levels[np.maximum(index, 0)]
        if self.interpolation == "linear":
            inside = (index >= 0) & (index < len(places) - 1)
            left = index[inside]
            day0, value0, day1, value1 = places[left], levels[left], places[left + 1], levels[left + 1]
            values[inside] = value0 + (value1 - value0) * (days[inside] - day0) / (day1 - day0)
        for change in self.changes:
            values = np.where(change.applies(days), change.apply(values, days), values)
        return values

    def sample(self, first_days: Sequence[float] | np.ndarray, step: float) -> np.ndarray:
        """Return one value a step: at the middle of the step, or the pulse whose day the step holds.

        `first_days` are day numbers of the beginnings of steps, `step` is in weeks. Several pulses in one step act
        as the largest of them.
        """
        import numpy as np

        first_days, width = np.asarray(first_days, dtype=float), 7.0 * step
        if self.pulses is None:
            return self.over(first_days + width / 2)
        values = np.zeros(len(first_days))
        for day, value in self.pulses:
            index = int(np.searchsorted(first_days, day + 1e-9, side="right")) - 1
            if index >= 0 and day < first_days[index] + width:
                values[index] = max(values[index], value)
        return values

    @property
    def is_constant(self) -> bool:
        """True when the lever never moves."""
        return self.pulses is None and not self.changes and len({value for _, value in self.points}) == 1

    def words(self) -> str:
        """Return the path in a few words."""
        if self.pulses is not None:
            return ", ".join(f"{_day(d)}" + ("" if v == 1 else f" ({v:g})") for d, v in sorted(self.pulses)) or "never"
        if self.is_constant:
            return f"{self.points[0][1]:g}"
        first, early = self.points[0], self.points[0][0] <= 1
        values = [value for _, value in self.points]
        if self.interpolation == "step" and len(values) <= 5:
            start = f"{first[1]:g}" if early or len(values) == 1 else f"{first[1]:g} from {_day(first[0])}"
            text = ", ".join([start, *(f"{value:g} from {_day(d)}" for d, value in self.points[1:])])
        else:
            begin, last = self.points[1 if early else 0], self.points[-1]
            text = (
                f"{begin[1]:g} on {_day(begin[0])} to {last[1]:g} on {_day(last[0])}, {self.interpolation},"
                f" between {min(values):g} and {max(values):g}"
            )
        return "; ".join([text, *(change.words() for change in self.changes)])
