"""What an observation takes from its series, as dated numbers of the scenario's own members, and what it leaves.

One reading for all: the fit, the report, the tables and the map take these values (`observed.py`). A month that is not
in the series is missing, not zero; nothing is filled in here, and a member that no row names is told apart (`covered`).
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from forbear.evidence.names import Crosswalk, match
from forbear.evidence.own import OwnSeries
from forbear.evidence.periods import Period
from forbear.evidence.series import Dated, Series
from forbear.scenario.joined import Observed, days_by_month, one_a_member

__all__ = ["Asked", "Selection", "passes", "place_column", "select"]

_MOST_KEPT = 256
_KEPT: dict[tuple[Any, ...], Selection] = {}


class Asked(Protocol):
    """What an observation says of the numbers that it takes; see `Observation`."""

    @property
    def column(self) -> str: ...

    @property
    def frequency(self) -> str: ...

    @property
    def scale(self) -> float: ...

    @property
    def filter(self) -> dict[str, Any]: ...

    @property
    def dimension(self) -> str | None: ...

    @property
    def member_column(self) -> str | None: ...

    @property
    def low(self) -> str | None: ...

    @property
    def high(self) -> str | None: ...

    @property
    def whole_column(self) -> str | None: ...

    @property
    def since(self) -> str: ...

    @property
    def covers(self) -> bool: ...


@dataclass(frozen=True)
class Selection:
    """What an observation takes from its series, and what it leaves.

    values: in order of date and element; rows: rows with a number that pass the filter; empty: cells without one;
    unmatched, aside: name of a place -> (rows, total) that no member means, or that a crosswalk leaves out; nearest:
    unmatched name -> member most like it; nowhere: (rows, total) without a place; covered: members that the series
    knows (all of the country, where it is not by member); repeated: rows of one place and time beyond the first;
    span: days from the first to the last row of the whole table; partial: times left out because a place that is part of
    the sum has no row.
    """

    values: tuple[Observed, ...] = ()
    rows: int = 0
    empty: int = 0
    unmatched: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    nearest: Mapping[str, str | None] = field(default_factory=dict)
    aside: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    nowhere: tuple[int, float] = (0, 0.0)
    covered: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    repeated: tuple[Dated, ...] = ()
    span: Period | None = None
    partial: int = 0

    @property
    def total(self) -> float:
        """Sum of all values."""
        return float(sum(value.value for value in self.values))


def select(
    observation: Asked, series: Series, members: Sequence[str], titles: Mapping[str, str], crosswalk: Crosswalk
) -> Selection:
    """Return what an observation takes from a series; read once for each observation and series.

    Parameters
    ----------
    members : names along the dimension of the observation; empty where it has none.
    titles : member -> title.
    crosswalk : what the names of the series mean where they are no names of members.
    """
    key = (repr(observation), series.name, series.sha256, tuple(members), tuple(sorted(titles.items())),
           repr(sorted(crosswalk.items())))  # fmt: skip
    if key not in _KEPT:
        if len(_KEPT) >= _MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = _select(observation, series, members, titles, crosswalk)
    return _KEPT[key]


def place_column(observation: Asked, series: Series) -> str | None:
    """The column that names the member a row belongs to; None for a series of the whole country."""
    if observation.dimension is None:
        return None
    return observation.member_column or getattr(series, "place", "") or observation.dimension


def _select(
    observation: Asked, series: Series, members: Sequence[str], titles: Mapping[str, str], crosswalk: Crosswalk
) -> Selection:
    every = series.dated()
    column = place_column(observation, series)
    apart = column or getattr(series, "place", "") or None
    names = [str(entry.row.get(column) or "") for entry in every] if column else []
    matching = match(names, members, titles=titles, crosswalk=crosswalk)
    left: dict[str, dict[str, list[float]]] = {"unmatched": defaultdict(list), "aside": defaultdict(list)}
    nowhere: list[float] = []
    values: list[tuple[str, Observed]] = []
    chosen: list[tuple[Dated, tuple[tuple[str, float], ...], float]] = []
    empty, rows = 0, 0
    for entry in every:
        if not passes(entry.row, observation.filter):
            continue
        raw = entry.row.get(observation.column)
        if raw in (None, "") or entry.period is None:
            empty += 1
            continue
        value = float(raw) * observation.scale
        rows += 1
        if column is None:
            chosen.append((entry, (("", 1.0),), value))
            continue
        name = str(entry.row.get(column) or "")
        if not name.strip():
            nowhere.append(value)
        elif name in matching.found:
            chosen.append((entry, matching.found[name], value))
        else:
            left["unmatched" if name in matching.unmatched else "aside"][name].append(value)
    carried = series.absent == "carried"
    since: dict[str, datetime.date] = {}
    for entry, targets, value in sorted(chosen, key=lambda item: item[0].period or _NEVER):
        assert entry.period is not None
        place = str(entry.row.get(apart) or "") if apart else ""
        spoken = entry.period
        if carried and place in since and since[place] < spoken.begin:
            spoken = Period(since[place], spoken.until)  # what was not told before is counted here
        since[place] = entry.period.until
        for element, share in targets:
            beside = [_beside(entry.row, key, otherwise, observation) * share for key, otherwise in (
                (observation.low, value), (observation.high, value), (observation.whole_column, float("nan")))]  # fmt: skip
            values.append((place, _observed(spoken, value * share, element, observation.frequency, beside)))
    zero = series.absent == "zero"
    values = [(place, value) for place, value in values if f"{value.date:%Y-%m}" >= observation.since]
    numbers, partial = [value for _, value in values], 0
    several = Counter(member for targets in matching.found.values() for member, _ in targets)
    if isinstance(series, OwnSeries) or (several and max(several.values()) > 1):
        numbers, partial = one_a_member(values, getattr(series, "repeated", "add"), zero)
    if series.frequency == "day" and observation.frequency == "month":
        numbers = days_by_month(numbers, zero)
    periods = [entry.period for entry in every if entry.period is not None]
    span = Period(min(p.begin for p in periods), max(p.until for p in periods)) if periods else None
    uncovered = matching.uncovered if column and not (observation.covers or getattr(series, "covers", False)) else ()
    return Selection(
        tuple(sorted(numbers, key=lambda o: (o.date, o.element))),
        rows,
        empty,
        {name: (len(found), float(sum(found))) for name, found in left["unmatched"].items()},
        matching.unmatched,
        {name: (len(found), float(sum(found))) for name, found in left["aside"].items()},
        (len(nowhere), float(sum(nowhere))),
        tuple(m for m in members if m not in uncovered),
        uncovered,
        _repeated([entry for entry, _, _ in chosen], apart) if isinstance(series, OwnSeries) else (),
        span,
        partial,
    )


_NEVER = Period(datetime.date.max, datetime.date.max)


def _repeated(entries: list[Dated], column: str | None) -> tuple[Dated, ...]:
    """Rows of a place and time that had one already."""
    seen: Counter[tuple[str, Period | None]] = Counter()
    out = []
    for entry in entries:
        key = (str(entry.row.get(column) or "") if column else "", entry.period)
        if seen[key]:
            out.append(entry)
        seen[key] += 1
    return tuple(out)


def _beside(row: Mapping[str, Any], column: str | None, otherwise: float, observation: Asked) -> float:
    found = row.get(column) if column else None
    return otherwise if found in (None, "") else float(found) * observation.scale


def _observed(spoken: Period, value: float, element: str, frequency: str, beside: list[float]) -> Observed:
    last = spoken.until - datetime.timedelta(days=1)
    if (spoken.until - spoken.begin).days <= 31 and frequency != "span":
        return Observed(spoken.begin, value, element, "", "", spoken.begin, spoken.until, *beside)
    date = spoken.begin
    if frequency in ("span", "point"):
        middle = (spoken.begin.year * 12 + spoken.begin.month + last.year * 12 + last.month - 2) // 2
        date = datetime.date(middle // 12, middle % 12 + 1, 1)
    first, final = f"{spoken.begin:%Y-%m}", f"{last:%Y-%m}"
    return Observed(date, value, element, first, final, spoken.begin, spoken.until, *beside)


def passes(row: Mapping[str, Any], wanted: Mapping[str, Any] | None) -> bool:
    """Say whether a row holds what a filter asks for, whatever the case of letters."""
    return all(str(row.get(key)).lower() == str(value).lower() for key, value in (wanted or {}).items())
