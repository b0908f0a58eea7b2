"""Which observed series stands beside which simulated quantity."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from forbear.country.declare import Quantity
from forbear.country.model import Model
from forbear.errors import Fault, UnitError, nearest
from forbear.evidence.own import OwnSeries
from forbear.evidence.periods import FREQUENCIES
from forbear.evidence.series import Column, Series
from forbear.faults import show
from forbear.scenario.reading.crosswalks import read_crosswalk, unknown_targets
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.series_of import Find, find_series, turns
from forbear.scenario.reading.structure import NAMED, Structure
from forbear.scenario.reading.values import number
from forbear.scenario.selection import Selection, passes, select
from forbear.units import factor

__all__ = ["LAG_YEARS", "Observation", "read_observations", "selection_of"]

_KEYS = (
    "quantity",
    "series",
    "column",
    "frequency",
    "scale",
    "filter",
    "dimension",
    "member_column",
    "crosswalk",
    "title",
    "note",
    "source",
    "weight",
    "dispersion",
    "term",
    "error",
    "low",
    "high",
    "window",
    "whole",
    "whole_column",
    "periods",
    "since",
    "covers",
)
TERMS = ("course", "place", "kind")
WINDOWS = ("end", "mean")
#: Security data of real countries are at least this old (limits of use, 1).
LAG_YEARS = 5
_MONTH = re.compile(r"\d{4}-\d{2}\Z", re.ASCII)
#: A few rows show what is wrong with a column.
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Observation:
    """A simulated quantity and the series that was counted: `scale` x column, where `filter` holds.

    scale: turns a number of the column into the unit of the quantity, the conversion of its unit included.
    crosswalk: name in the series -> ((member, share), ...), where it is not a member's own name.
    weight: how much of its logarithmic likelihood counts in a fit (0: shown, not fitted; None: by frequency).
    dispersion: prior median of the error of a fit: the size of a negative binomial for counts, the standard deviation
    of a logarithm (levels) or logit (shares) otherwise; None: by kind.
    term: what a fit hears of it, any of "course" (national numbers by period), "place" (shares of members given the
    total) and "kind" (the part of a whole); empty: course and place for a count by district, course for all else.
    error: relative error of measurement of a number (of a share: its own unit); None: from the columns low and high
    where they differ, else by frequency. window: what a level of several months stands for, their "end" or "mean".
    whole, whole_column: the quantity and the column of which this is a part. periods: first months of the periods of
    "place"; empty: every two calendar years. since: rows before this month are left out. covers: members that the
    series never names were watched, too: where its absent rows mean zero, they are zero.
    """

    name: str
    quantity: str
    series: str
    column: str
    frequency: str = "month"
    scale: float = 1.0
    filter: dict[str, Any] = field(default_factory=dict)
    dimension: str | None = None
    member_column: str | None = None
    title: str = ""
    note: str = ""
    weight: float | None = None
    dispersion: float | None = None
    term: tuple[str, ...] = ()
    error: float | None = None
    low: str | None = None
    high: str | None = None
    window: str = "end"
    whole: str | None = None
    whole_column: str | None = None
    periods: tuple[str, ...] = ()
    since: str = ""
    covers: bool = False
    crosswalk: dict[str, tuple[tuple[str, float], ...]] = field(default_factory=dict)


def selection_of(observation: Observation, series: Series, structure: Structure) -> Selection:
    """Return what an observation takes from its series, names matched to the members of a scenario."""
    dimension = observation.dimension or ""
    members = structure.members.get(dimension, ())
    titles = {member: title for (over, member), title in structure.titles.items() if over == dimension}
    crosswalk = observation.crosswalk or getattr(series, "crosswalk", {})
    return select(observation, series, members, titles, crosswalk)


def read_observations(
    documents: list[Document], structure: Structure, model: Model, find: Find
) -> dict[str, Observation]:
    """Read [observations.NAME] of all layers; a later layer replaces the observation of the same name whole."""
    stated: dict[str, tuple[Document, object]] = {}
    for document in documents:
        table = document.data.get("observations", {})
        if not isinstance(table, dict):
            document.fault("E203", "[observations.NAME] must be tables", ("observations",), table)
            continue
        stated.update({name: (document, entry) for name, entry in table.items()})
    out: dict[str, Observation] = {}
    for name, (document, entry) in stated.items():
        reader = _Reader(document, name, structure, model, find)
        found = reader.read(entry)
        if found is not None:
            out[name] = found
    return out


@dataclass
class _Reader:
    """Reads one observation and judges it against its series."""

    document: Document
    name: str
    structure: Structure
    model: Model
    find: Find

    def fault(self, code: str, message: str, key: str | None = None, value: object = None, allowed: str | None = None,
              near: str | None = None) -> None:  # fmt: skip
        path = ("observations", self.name, key) if key else ("observations", self.name)
        self.document.fault(code, message, path, value, allowed, near)

    def read(self, entry: object) -> Observation | None:
        path = ("observations", self.name)
        if not isinstance(entry, dict):
            self.fault("E203", "an observation is a table", None, entry)
            return None
        if "table" in entry and "series" not in entry:
            table = show(entry["table"])
            way = f'series = "{self.name}" here, and [series.{self.name}] with table = "{table}", its date, column, unit, ...'
            self.fault("E224", "a table of one's own is declared once, under [series.NAME]", "table", table, way)
            return None
        self.document.unknown_keys(entry, _KEYS, path)
        quantity = self._quantity(entry)
        usable = self._dimension(entry, quantity) and self._texts(entry) and self._heard(entry)
        series = find_series(self.document, (*path, "series"), entry.get("series"), self.find)
        scale = number(self.document, (*path, "scale"), entry.get("scale", 1), "-")
        extra: dict[str, float | None] = {}
        for key, lowest in (("weight", 0.0), ("dispersion", 1e-6), ("error", 1e-6)):
            extra[key] = None if key not in entry else number(self.document, (*path, key), entry[key], "-")
            if key in entry and extra[key] is not None and not extra[key] >= lowest:  # type: ignore[operator]
                self.fault("E225", f"{key} is too small", key, entry[key], f"at least {lowest:g}")
                usable = False
        before = len(self.document.faults.found)
        crosswalk = read_crosswalk(self.document, (*path, "crosswalk"), entry.get("crosswalk"))
        usable = usable and len(self.document.faults.found) == before
        if quantity is None or series is None or scale is None or not usable:
            return None
        column = self._column(entry, series)
        frequency = self._frequency(entry, series, quantity)
        if column is None or frequency is None or not self._filter(entry, series):
            return None
        scale = self._scale(entry, column, quantity, scale)
        if scale is None:
            return None
        observation = Observation(
            self.name,
            quantity.name,
            series.name,
            column.name,
            frequency,
            scale,
            dict(entry.get("filter", {})),
            entry.get("dimension"),
            entry.get("member_column"),
            entry.get("title", ""),
            entry.get("note", ""),
            extra["weight"],
            extra["dispersion"],
            self._words(entry, "term"),
            extra["error"],
            entry.get("low"),
            entry.get("high"),
            entry.get("window", "end"),
            entry.get("whole"),
            entry.get("whole_column"),
            self._words(entry, "periods"),
            entry.get("since", ""),
            entry.get("covers") == "all",
            crosswalk,
        )
        return observation if self._judged(observation, series, quantity) else None

    def _quantity(self, entry: dict[str, Any]) -> Quantity | None:
        quantity = entry.get("quantity")
        if isinstance(quantity, str) and quantity in self.model.quantities:
            return self.model.quantities[quantity]
        self.fault("E225", f"no simulated quantity {show(quantity)!r}", "quantity", quantity, "see: forbear model",
                   nearest(str(quantity), self.model.quantities))  # fmt: skip
        return None

    def _dimension(self, entry: dict[str, Any], quantity: Quantity | None) -> bool:
        dimension = entry.get("dimension")
        over = quantity.over if quantity else tuple(NAMED)
        if dimension is None or (dimension in NAMED and dimension in over):
            return True
        self.fault("E225", f"the quantity does not run over {show(dimension)!r}", "dimension", dimension,
                   ", ".join(over) or "none")  # fmt: skip
        return False

    def _texts(self, entry: dict[str, Any]) -> bool:
        texts = ("title", "note", "member_column", "low", "high", "whole", "whole_column", "window", "since")
        wrong = [key for key in texts if not isinstance(entry.get(key, ""), str)]
        for key in wrong:
            self.fault("E203", f"{key} is text", key, entry[key])
        if not isinstance(entry.get("filter", {}), dict):
            self.fault("E203", "filter = { column = value }", "filter", entry["filter"])
            return False
        return not wrong

    def _words(self, entry: dict[str, Any], key: str) -> tuple[str, ...]:
        found = entry.get(key, [])
        return (found,) if isinstance(found, str) else tuple(found)

    def _heard(self, entry: dict[str, Any]) -> bool:
        """What a fit hears: term, periods, window, whole and since; each says what is allowed."""
        before = len(self.document.faults.found)
        for key in ("term", "periods"):
            found = entry.get(key, [])
            if not isinstance(found, (str, list)) or not all(isinstance(word, str) for word in found):
                self.fault("E203", f"{key} is a word or a list of words", key, found)
                return False
        terms = self._words(entry, "term")
        for word in terms:
            if word not in TERMS:
                self.fault("E225", f"unknown term {show(word)!r}", "term", word, ", ".join(TERMS), nearest(word, TERMS))
        if "place" in terms and entry.get("dimension") is None:
            self.fault("E225", "shares of members need a dimension", "term", "place", "dimension = ...")
        if "kind" in terms and not ("whole" in entry and "whole_column" in entry):
            self.fault("E225", "the part of a whole needs whole and whole_column", "term", "kind")
        if entry.get("covers", "named") not in ("named", "all"):
            self.fault(
                "E225", "a series covers the members that it names, or all", "covers", entry["covers"], "named, all"
            )
        if entry.get("window", "end") not in WINDOWS:
            self.fault("E225", "unknown window", "window", entry["window"], ", ".join(WINDOWS))
        if "whole" in entry and entry["whole"] not in self.model.quantities:
            self.fault("E225", "no such quantity", "whole", entry["whole"], "see: forbear model",
                       nearest(entry["whole"], self.model.quantities))  # fmt: skip
        for key, words in (("periods", self._words(entry, "periods")), ("since", [entry["since"]] if "since" in entry else [])):  # fmt: skip
            for word in words:
                if not _MONTH.match(word):
                    self.fault("E225", f"{key} is told by months", key, word, '"2006-01"')
        return len(self.document.faults.found) == before

    def _column(self, entry: dict[str, Any], series: Series) -> Column | None:
        """The column of numbers; an own series of one such column need not name it again."""
        columns = {column.name: column for column in series.columns}
        numbers = [column for column in series.columns if column.kind in ("integer", "number")]
        asked = entry.get("column")
        if asked is None and isinstance(series, OwnSeries) and len(numbers) == 1:
            return numbers[0]
        member = entry.get("member_column") or getattr(series, "place", "") or entry.get("dimension")
        names = [("column", asked)]
        names += [(key, entry[key]) for key in ("low", "high", "whole_column") if key in entry]
        if entry.get("dimension") is not None:
            names.append(("member_column", member))
        for key, name in names:
            if name not in columns:
                self.fault("E224", f"series {series.name} has no column {show(name)!r}", key, name, ", ".join(columns),
                           nearest(str(name), columns))  # fmt: skip
                return None
        column = columns[str(asked)]
        if column not in numbers:
            seen = next((entry.row[column.name] for entry in series.dated() if entry.row[column.name]), None)
            self.fault("E272", f"column {column.name!r} of series {series.name} holds text, not numbers ({show(seen)!r})",
                       "column", column.name, ", ".join(number.name for number in numbers))  # fmt: skip
            return None
        return column

    def _frequency(self, entry: dict[str, Any], series: Series, quantity: Quantity) -> str | None:
        own = series.frequencies()
        asked = entry.get("frequency", own[0])
        if asked not in FREQUENCIES:
            self.fault("E225", f"unknown frequency {show(asked)!r}", "frequency", asked, ", ".join(FREQUENCIES),
                       nearest(str(asked), FREQUENCIES))  # fmt: skip
            return None
        if asked == "day" and "day" in own:
            # the days of a month are summed (see `forbear.scenario.observed`); a level of a day is a point
            return "month" if quantity.kind == "flow" else "point"
        if series.absent == "carried" and asked == own[0]:
            return "span"  # a row counts its own time and what no row before it told
        if isinstance(series, OwnSeries) and asked == "point" and quantity.kind == "flow":
            self.fault("E274", f"{quantity.name} is counted over a time, and a point has none", "frequency", asked,
                       "a series by day, week, month, quarter, year or span")  # fmt: skip
            return None
        if asked in own or (asked == "point" and quantity.kind != "flow"):
            return str(asked)
        dates = [entry.period.begin for entry in series.dated() if entry.period][:2]
        self.fault("E274", f"series {series.name} is by {own[0]} ({', '.join(map(str, dates))}, ...), not by {asked}",
                   "frequency", asked, " or ".join(f'"{name}"' for name in own))  # fmt: skip
        return None

    def _filter(self, entry: dict[str, Any], series: Series) -> bool:
        wanted = entry.get("filter", {})
        names = [column.name for column in series.columns]
        for asked in wanted:
            if asked not in names:
                self.fault("E224", f"series {series.name} has no column {show(asked)!r}", "filter", asked,
                           ", ".join(names), nearest(str(asked), names))  # fmt: skip
                return False
        if not any(passes(dated.row, wanted) for dated in series.dated()):
            self.fault("E224", f"no row of series {series.name} passes the filter", "filter", wanted)
            return False
        return True

    def _scale(self, entry: dict[str, Any], column: Column, quantity: Quantity, scale: float) -> float | None:
        """The stated scale, or what turns the unit of the column into that of the quantity; both must agree."""
        try:
            turns = _turns(column.unit, quantity)
        except UnitError:
            self.fault("E302", f"column {column.name!r} counts {column.unit}, {quantity.name} is in {quantity.unit}",
                       "column", column.name, f"a column in a unit that converts to {quantity.unit}")  # fmt: skip
            return None
        if turns == 1.0 or "scale" not in entry:
            return scale * turns
        if abs(scale / turns - 1.0) < 1e-9:
            return scale
        self.fault("E277", f"{column.unit} become {quantity.unit} by {turns:g}, and scale = {scale:g}", "scale",
                   entry["scale"], f"scale = {turns:g}, or no scale")  # fmt: skip
        return None

    def _judged(self, observation: Observation, series: Series, quantity: Quantity) -> bool:
        before = len(self.document.faults.found)
        members = self.structure.members.get(observation.dimension or "", ())
        if observation.dimension and observation.dimension in self.document.faults.unreadable:
            return False  # who the members are is a fault of its own
        for target in unknown_targets(observation.crosswalk or getattr(series, "crosswalk", {}), members):
            if observation.dimension:
                self.fault("E206", f"no {observation.dimension} {target!r}", "crosswalk", target, ", ".join(members),
                           nearest(target, members))  # fmt: skip
        chosen = selection_of(observation, series, self.structure)
        self._places(chosen, observation, series)
        self._repeats(chosen, series)
        self._added(observation, series, quantity)
        self._values(observation, series, quantity)
        if isinstance(series, OwnSeries):
            self._limits(chosen, observation, series, quantity)
        return len(self.document.faults.found) == before

    def _places(self, chosen: Selection, observation: Observation, series: Series) -> None:
        for name, (rows, total) in chosen.unmatched.items():
            near = chosen.nearest.get(name)
            offered = near or f"a {observation.dimension}"
            self.fault(
                "E275",
                f"{name!r} in series {series.name} is no {observation.dimension} of the scenario: {rows} rows, total {total:,.6g}",
                "member_column",
                name,
                f'the exact name or title, or crosswalk = {{ "{name}" = "{offered}" }}; "none" leaves it out',
                near,
            )
        if not chosen.values and not chosen.unmatched:
            whole = "makes a whole month or sum" if chosen.rows else "has a number for this"
            self.fault("E224", f"no row of series {series.name} {whole}", None)

    def _repeats(self, chosen: Selection, series: Series) -> None:
        if not chosen.repeated or (isinstance(series, OwnSeries) and series.repeated):
            return
        for dated in chosen.repeated[:_MOST_SHOWN]:
            when = dated.period.begin if dated.period else "a date"
            self._at(series, dated.line, None, "E278", f"a second row for one place and {when}", None,
                     'a filter that leaves one, or repeated = "add" or "mean" in the series')  # fmt: skip

    def _added(self, observation: Observation, series: Series, quantity: Quantity) -> None:
        """Shares of several places have no sum: neither over the country nor in one member."""
        place = getattr(series, "place", "")
        named = {str(dated.row.get(place) or "") for dated in series.dated() if passes(dated.row, observation.filter)}
        if place and observation.dimension is None and len(named) > 1 and quantity.unit in ("share", "index"):
            self.fault("E278", f"series {series.name} has a {quantity.unit} for each of {len(named)} places, which do not add up",
                       "dimension", None, f"dimension = ..., or a filter on {place!r}")  # fmt: skip

    def _values(self, observation: Observation, series: Series, quantity: Quantity) -> None:
        """Numbers that the quantity cannot have: negative counts, shares above one."""
        shown = 0
        for dated in series.dated():
            raw = dated.row.get(observation.column)
            if raw in (None, "") or not passes(dated.row, observation.filter) or shown >= _MOST_SHOWN:
                continue
            value = float(raw) * observation.scale
            if value < 0 and quantity.unit != "index":
                why, allowed = (
                    f"{raw:g} is negative: {quantity.name} is never below zero",
                    "0 or more; empty where unknown",
                )
            elif quantity.unit == "share" and value > 1:
                why = f"{raw:g} is no share"
                allowed = '0 to 1; unit = "percent" in the series where they are percentages'
            else:
                continue
            shown += 1
            self._at(series, dated.line, observation.column, "E277", why, raw, allowed)

    def _limits(self, chosen: Selection, observation: Observation, series: OwnSeries, quantity: Quantity) -> None:
        """Limits of use: old enough, and nothing below a district and a month."""
        if self.structure.header.get("kind") == "invented":
            return
        fine = observation.dimension == "district" and series.frequency in ("day", "week")
        if fine:
            self.fault("E284", f"series {series.name} is by district and {series.frequency}", "dimension",
                       series.frequency, "by district and month, or by week for the whole country")  # fmt: skip
        today = datetime.date.today()
        latest = today.replace(year=today.year - LAG_YEARS, day=min(today.day, 28))
        if quantity.unit in ("persons", "attacks") and chosen.span is not None and chosen.span.until > latest:
            self.fault("E283", f"series {series.name} runs to {chosen.span.until}: security data of a real country",
                       "series", str(chosen.span.until), f"at least {LAG_YEARS} years old: before {latest}")  # fmt: skip

    def _at(self, series: Series, line: int, column: str | None, code: str, message: str, value: object,
            allowed: str) -> None:  # fmt: skip
        text = None if value is None else show(value)
        self.document.faults.add(Fault(code, message, series.file, line, column, text, allowed))


def _turns(unit: str, quantity: Quantity) -> float:
    """What a number in the unit of a column is multiplied by. Raises UnitError where it counts another kind of thing."""
    try:
        return turns(unit, quantity.unit)
    except UnitError:
        # who is killed is a person: a count of deaths stands beside deaths, and beside nothing else in persons
        if quantity.unit == "persons" and "dea" in quantity.name:
            return factor(unit, "deaths")
        raise
