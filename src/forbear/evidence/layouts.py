"""Lists of events as their publishers lay them out, brought to one form: when, where, what, how many killed.

| layout | published by | when | where | class of place, class of date |
|---|---|---|---|---|
| ged | UCDP Georeferenced Event Dataset | date_start to date_end | latitude, longitude, adm_1 | where_prec 1-7, date_prec 1-5 |
| acled | ACLED export | event_date | latitude, longitude, admin1 | geo_precision 1-3, time_precision 1-3 |
| gtd | Global Terrorism Database | iyear, imonth, iday (0: not known) | latitude, longitude, provstate | specificity 1-5 |
| plain | anyone | date | latitude, longitude or place | none |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas

__all__ = ["LAYOUTS", "UNKNOWN_MONTH", "Layout", "layout_of"]

#: Months are counted from year 0; this is that of an event whose month is not known.
UNKNOWN_MONTH = -1


@dataclass(frozen=True)
class Layout:
    """Columns of a published list. `coarsest`: the highest class of place that still tells a first-order district."""

    name: str
    needed: tuple[str, ...]
    months: Callable[[pandas.DataFrame], tuple[np.ndarray, np.ndarray]]
    place: str
    kind: str
    deaths: str
    low: str = ""
    high: str = ""
    place_class: str = ""
    coarsest: int = 9
    kinds: dict[str, str] = field(default_factory=dict)
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read; the rest (actors, notes, sources) is never looked at."""
        more = (self.place, self.kind, self.deaths, self.low, self.high, self.place_class, "latitude", "longitude")
        return tuple(dict.fromkeys(name for name in (*self.needed, *more, *self.optional) if name))


def _stamps(texts: pandas.Series) -> tuple[np.ndarray, np.ndarray]:
    """Month numbers of dates as text, and which texts are no dates."""
    import pandas

    texts = texts.str.strip()
    known = pandas.Series(texts.unique())
    iso = known.str.slice(0, 10)
    stamps = pandas.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    for layout in ("%Y-%m", "%d %B %Y", "%d-%b-%Y", "%d-%B-%Y", "%d %b %Y"):
        left = stamps.isna()
        if not left.any():
            break
        stamps[left] = pandas.to_datetime(known[left], format=layout, errors="coerce")
    numbers = np.where(stamps.isna(), UNKNOWN_MONTH, stamps.dt.year * 12 + stamps.dt.month - 1).astype(np.int64)
    at = pandas.Index(known).get_indexer(texts)
    return numbers[at], stamps.isna().to_numpy()[at]


def _ged_months(frame: pandas.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The month of an event; unknown where it spans more than one month."""
    first, wrong = _stamps(frame["date_start"])
    last, other = _stamps(frame["date_end"])
    return np.where(first == last, first, UNKNOWN_MONTH), wrong | other


def _acled_months(frame: pandas.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return _stamps(frame["event_date"])


def _gtd_months(frame: pandas.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    import pandas

    year, month = (pandas.to_numeric(frame[name], errors="coerce") for name in ("iyear", "imonth"))
    wrong = (year.isna() | month.isna() | (month > 12) | (month < 0)).to_numpy()
    numbers = np.where(wrong | (month == 0), UNKNOWN_MONTH, year.fillna(0) * 12 + month.fillna(1) - 1)
    return numbers.astype(np.int64), wrong


def _plain_months(frame: pandas.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return _stamps(frame["date"])


_GED_KINDS = {"1": "state_based", "2": "non_state", "3": "one_sided"}
LAYOUTS: dict[str, Layout] = {
    "ged": Layout(
        "ged", ("date_start", "date_end", "type_of_violence", "best", "where_prec"), _ged_months, "adm_1",
        "type_of_violence", "best", "low", "high", "where_prec", 4, _GED_KINDS,
    ),
    "acled": Layout(
        "acled", ("event_date", "event_type", "fatalities", "geo_precision"), _acled_months, "admin1", "event_type",
        "fatalities", place_class="geo_precision", coarsest=3,
    ),
    "gtd": Layout(
        "gtd", ("iyear", "imonth", "nkill", "specificity"), _gtd_months, "provstate", "attacktype1_txt", "nkill",
        place_class="specificity", coarsest=4,
    ),
    "plain": Layout("plain", ("date", "deaths"), _plain_months, "place", "kind", "deaths"),
}  # fmt: skip


def layout_of(columns: list[str]) -> Layout | None:
    """Return the layout whose needed columns are all there, published ones first; None for a list of another form."""
    held: set[Any] = set(columns)
    for layout in LAYOUTS.values():
        if held.issuperset(layout.needed):
            place = "place" in held or {"latitude", "longitude"} <= held
            if layout.name != "plain" or place:
                return layout
    return None
