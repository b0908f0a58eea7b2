"""An observed series on the months and members of a problem: one alignment for fit, report, page and matching alike.

| frequency | what a number stands for |
|-----------|--------------------------|
| week      | seven days from its date; a month holds a flow's weeks where they cover all of its days, a level's mean |
| month     | its month |
| quarter   | the three months from its date |
| year      | the calendar year; a flow is summed over it, a level stands for its end |
| span      | first_month to last_month; what lies inside the scenario is compared |
| point     | the month of its date |

Flows are summed over their months. Stocks and measures stand for the end of their months, or for the mean over them where
the observation says `window = "mean"`. Months that the calendar cuts short are left out of flows. A month that a
series does not cover is missing; a month that it covers without a row is zero where the evidence says that absence
means nothing happened.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import MISSING, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.scenario.observed import observed_rows

if TYPE_CHECKING:
    from forbear.scenario.observations import Observation
    from forbear.scenario.observed import Observed
    from forbear.scenario.problem import Problem
    from forbear.scenario.scenario import Scenario

__all__ = ["Aligned", "adds_up", "align", "observation_settings", "rows_along"]

#: Units of stocks and measures that add up over places and groups. What is measured in another unit is averaged.
ADDED = ("persons", "attacks", "operations", "US$", "MW", "brigades")


@dataclass(frozen=True)
class Aligned:
    """Numbers of one observation, in the quantity's unit.

    kind: "count" (a flow), "level" or "share"; first, last: (n,) months covered, both included, positions in `months`;
    element: (n,) row of the quantity, -1 for all rows together; value, low, high: (n,), low and high equal to
    value where one publisher stands alone; whole: (n,) observed numbers of which these are parts, nan where they are
    no parts; mean: a level stands for the mean over its months, not for their end; axis: which of the quantity's
    dimensions the rows are, the others are joined; adds: the numbers of several members make their sum (persons,
    events, money), else their plain mean (an index, a share: thirteen districts in full control are not thirteen).
    """

    name: str
    title: str
    quantity: str
    whole_quantity: str
    kind: str
    months: tuple[str, ...]
    elements: tuple[str, ...]
    first: np.ndarray
    last: np.ndarray
    element: np.ndarray
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    whole: np.ndarray
    mean: bool = False
    axis: int = 0
    adds: bool = True

    def __len__(self) -> int:
        return len(self.value)

    def keep(self, chosen: np.ndarray) -> Aligned:
        """The chosen numbers (booleans or positions)."""
        names = ("first", "last", "element", "value", "low", "high", "whole")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})

    def until(self, month: str | None) -> Aligned:
        """The numbers that end before `month` ("2007-01"); all of them for None."""
        if month is None:
            return self
        place = next((i for i, label in enumerate(self.months) if label >= month), len(self.months))
        return self.keep(self.last < place)

    @property
    def labels(self) -> list[str]:
        """The window of each number: "2006", "2006-03", "2007-03 to 2008-06", with its member after it."""
        out = []
        for first, last, element in zip(self.first, self.last, self.element, strict=True):
            a, b = self.months[first], self.months[last]
            text = a if a == b else (a[:4] if a.endswith("-01") and b == f"{a[:4]}-12" else f"{a} to {b}")
            out.append(text if element < 0 else f"{text} {self.elements[element]}")
        return out

    def simulated(self, monthly: np.ndarray, whole: np.ndarray | None = None) -> np.ndarray:
        """The same numbers of an ensemble, (members, n): monthly (members, months, ...) of the quantity; whole: the same of
        the quantity of which this is a part, when it is one (the result is then the part)."""
        part = self._gather(monthly)
        if whole is None:
            return part
        return np.asarray(part / np.maximum(self._gather(whole), 1e-9))

    def _gather(self, monthly: np.ndarray) -> np.ndarray:
        flat = rows_along(monthly, self.axis, adds=self.adds)
        rows = flat.shape[2]
        country = _together(flat, 2, self.adds) if (self.element < 0).any() else None
        out = np.empty((len(flat), len(self.value)))
        for place, (first, last, element) in enumerate(zip(self.first, self.last, self.element, strict=True)):
            source = country if element < 0 else flat[:, :, min(element, rows - 1)]
            assert source is not None
            if self.kind == "count":
                out[:, place] = source[:, first : last + 1].sum(axis=1)
            elif self.mean:
                out[:, place] = source[:, first : last + 1].mean(axis=1)
            else:
                out[:, place] = source[:, last]
        return out


def align(scenario: Scenario, name: str, problem: Problem | None = None) -> Aligned:
    """Arrange the observation `name` of a scenario on the months and members of its problem. No randomness.

    Several reports of one window are averaged; events of one month and place are added up. Raises KeyError for an
    observation that the scenario does not have, EvidenceError for a series that is not there.
    """
    problem = problem or scenario.problem()
    observation = scenario.observations[name]
    quantity = MODEL.quantities[observation.quantity]
    kind = "count" if quantity.kind == "flow" else "share" if quantity.unit in ("share", "probability") else "level"
    members = problem.names.get(observation.dimension or "", ())
    frame = _Frame(problem, kind, observation)
    cells: dict[tuple[int, int, int], list[Observed]] = {}
    rows = observed_rows(scenario, name)
    if observation.frequency == "week":
        cells = _weekly(rows, frame, members, observation)
    else:
        for row in rows:
            element = -1 if observation.dimension is None else members.index(row.element)
            window = frame.window(row)
            if element is not None and window is not None:
                cells.setdefault((*window, element), []).append(row)
    if kind != "share" and rows and scenario.find_series(observation.series).absent == "zero":
        known = [members.index(m) for m in scenario.selection(name).covered] if members else [-1]
        _fill(cells, rows, frame, observation, known)
    keys = sorted(cells)
    adds = kind == "count" and observation.frequency in ("month", "week")
    join = np.sum if adds else np.mean

    def column(what: str) -> np.ndarray:
        return np.array([float(join([getattr(r, what) for r in cells[k]])) if cells[k] else 0.0 for k in keys])

    first, last, place = (np.array([k[i] for k in keys], dtype=np.int64) for i in range(3))
    return Aligned(
        name, observation.title or name, observation.quantity, observation.whole or "", kind, problem.month_labels, tuple(members),
        first, last, place, column("value"), column("low"), column("high"), column("whole"), observation.window == "mean",
        quantity.over.index(observation.dimension) if observation.dimension in quantity.over else 0,
        adds_up(observation.quantity),
    )  # fmt: skip


def adds_up(quantity: str) -> bool:
    """Whether the numbers of several places or groups make their sum (persons, events, money) and not their mean (an
    index, a share, a rate). quantity: a name of the model's. Raises KeyError for another."""
    known = MODEL.quantities[quantity]
    return known.kind == "flow" or known.unit in ADDED


def rows_along(monthly: np.ndarray, axis: int, *, adds: bool = True) -> np.ndarray:
    """Rows of one dimension of a quantity, summed over the others (averaged where the quantity does not add up).

    monthly: (members, months, *dimensions); returns (members, months, rows).
    A quantity by district and community holds one number for each pair: without the sum the rows of a district would be
    those of the pairs that happen to stand first.
    """
    if monthly.ndim <= 3:
        return monthly.reshape(*monthly.shape[:2], -1)
    moved = np.moveaxis(monthly, 2 + axis, 2)
    return _together(moved.reshape(*moved.shape[:3], -1), 3, adds)


def _together(numbers: np.ndarray, axis: int, adds: bool) -> np.ndarray:
    joined = numbers.sum(axis=axis, dtype=np.float64)
    return np.asarray(joined if adds else joined / numbers.shape[axis])


class _Frame:
    """The months of a problem, and which of them an observed row covers."""

    def __init__(self, problem: Problem, kind: str, observation: Observation) -> None:
        self.labels = problem.month_labels
        self.place = {label: at for at, label in enumerate(self.labels)}
        weeks = np.bincount(problem.months, minlength=len(self.labels)) * problem.step
        #: which months the calendar holds (nearly) whole: the first and last may be cut
        self.whole = weeks >= 3.5
        self.kind, self.frequency = kind, observation.frequency

    def window(self, row: Observed) -> tuple[int, int] | None:
        """First and last month of a row, None where the problem does not hold them."""
        if self.frequency == "span":
            # a span may begin before the scenario does: what it holds of the scenario is compared, said in the note
            inside = [at for label, at in self.place.items() if row.first <= label <= row.last]
            if not inside or row.last > self.labels[-1]:
                return None
            return min(inside), max(inside)
        if self.frequency == "year":
            wanted = [f"{row.date.year}-{month:02d}" for month in range(1, 13)]
        elif self.frequency == "quarter":
            start = row.date.year * 12 + row.date.month - 1
            wanted = [f"{m // 12}-{m % 12 + 1:02d}" for m in range(start, start + 3)]
        else:
            wanted = [f"{row.date.year}-{row.date.month:02d}"]
        found = [self.place.get(label, -1) for label in wanted]
        if min(found) < 0 or (self.kind == "count" and not all(self.whole[m] for m in found)):
            return None
        return found[0], found[-1]


def _weekly(
    rows: list[Observed], frame: _Frame, members: tuple[str, ...], observation: Observation
) -> dict[tuple[int, int, int], list[Observed]]:
    """Weeks joined to months: a flow's weeks are spread evenly over their days, a level's stand for their first day."""
    days: dict[tuple[str, int], list[tuple[float, Observed]]] = {}
    for row in rows:
        element = -1 if observation.dimension is None else members.index(row.element)
        if element is None:
            continue
        if frame.kind != "count":
            days.setdefault((f"{row.date.year}-{row.date.month:02d}", element), []).append((1.0, row))
            continue
        for day in range(7):
            date = row.date + datetime.timedelta(days=day)
            days.setdefault((f"{date.year}-{date.month:02d}", element), []).append((1.0 / 7.0, row))
    cells: dict[tuple[int, int, int], list[Observed]] = {}
    for (label, element), parts in days.items():
        month = frame.place.get(label, -1)
        if month < 0:
            continue
        if frame.kind == "count":
            length = calendar.monthrange(int(label[:4]), int(label[5:7]))[1]
            if len(parts) != length or not frame.whole[month]:
                continue
        cells[(month, month, element)] = [
            replace(row, value=row.value * part, low=row.low * part, high=row.high * part) for part, row in parts
        ]
    return cells


def _fill(
    cells: dict[tuple[int, int, int], list[Observed]],
    rows: list[Observed],
    frame: _Frame,
    observation: Observation,
    covered: list[int],
) -> None:
    """Windows that a series covers and in which a member has no row hold zero there."""
    if observation.frequency == "month":
        first = min(f"{r.date.year}-{r.date.month:02d}" for r in rows)
        last = max(f"{r.date.year}-{r.date.month:02d}" for r in rows)
        windows = {
            (at, at)
            for label, at in frame.place.items()
            if first <= label <= last and (frame.kind != "count" or frame.whole[at])
        }
    else:
        windows = {key[:2] for key in cells}
    for window in windows:
        for element in covered:  # a member that the series never names is unknown, not zero
            cells.setdefault((*window, element), [])


def observation_settings(observation: Observation) -> dict[str, Any]:
    """Everything that a scenario says of an observation beyond the defaults, for stamps: a new setting that nobody uses
    makes no posterior stale."""
    usual = {f.name: f.default if f.default is not MISSING else None for f in fields(observation)}
    said = {k: v for k, v in vars(observation).items() if k not in ("title", "note")}
    return {k: v for k, v in said.items() if v != usual[k] and v not in ({}, ())}
