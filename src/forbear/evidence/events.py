"""From a list of events to counts by district and month, nothing lost and nothing made up.

Every event is either counted in one district, month and kind, or kept apart with the reason; events and deaths of both
add up to those of the file. What is finer than a district and a month is never written (limits of use, 1).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import EvidenceError, Fault, FileError, nearest
from forbear.evidence.inside import NOWHERE, SEVERAL, Rings, locate
from forbear.evidence.layouts import LAYOUTS, UNKNOWN_MONTH, Layout, layout_of
from forbear.evidence.names import Crosswalk, match
from forbear.evidence.numerals import Misread, grouped, numeral
from forbear.evidence.tables import DELIMITERS
from forbear.files import check_regular

if TYPE_CHECKING:
    import pandas

__all__ = ["Counts", "count_events"]

CHUNK = 100_000
MOST_FAULTS = 12
_SUMS = ("events", "deaths", "deaths_low", "deaths_high", "deaths_unknown")
#: Why an event is kept apart.
NO_DATE, COARSE_DATE, NO_PLACE = "no date", "a date of more than one month", "no place"
COARSE_PLACE, OUTSIDE, OVERLAP, YOUNG = "a place too coarse for a district", "outside every district", "in more than one district", "younger than the limits of use allow"  # fmt: skip


@dataclass(frozen=True)
class Counts:
    """Counts by (month, district, kind, class of place), what is kept apart by (reason, kind), and what was read.

    Each value is (events, deaths, deaths_low, deaths_high, deaths_unknown): the last counts events whose deaths are not
    given; they add no deaths.
    """

    layout: str
    counted: dict[tuple[str, str, str, str], tuple[float, ...]]
    apart: dict[tuple[str, str], tuple[float, ...]]
    read: tuple[float, ...]
    nearest: dict[str, str | None] = field(default_factory=dict)

    def table(self) -> list[dict[str, Any]]:
        """Rows by month, district, kind and class of place, in that order."""
        keys = ("month", "district", "kind", "precision")
        return [dict(zip(keys, key, strict=True)) | _sums(value) for key, value in sorted(self.counted.items())]

    def apart_table(self) -> list[dict[str, Any]]:
        """What is not counted: rows by reason and kind."""
        return [
            dict(zip(("why", "kind"), key, strict=True)) | _sums(value) for key, value in sorted(self.apart.items())
        ]

    @property
    def balance(self) -> bool:
        """True when what is counted and what is kept apart add up to what was read."""
        total = np.zeros(len(_SUMS))
        for value in (*self.counted.values(), *self.apart.values()):
            total += np.array(value)
        return bool(np.allclose(total, self.read, rtol=0, atol=1e-6))


def _sums(value: tuple[float, ...]) -> dict[str, Any]:
    return {name: int(v) if float(v).is_integer() else v for name, v in zip(_SUMS, value, strict=True)}


def count_events(
    path: Path,
    districts: Sequence[str],
    *,
    outlines: Mapping[str, Rings] | None = None,
    titles: Mapping[str, str] | None = None,
    crosswalk: Crosswalk | None = None,
    layout: str | None = None,
    delimiter: str = ",",
    coarsest: int | None = None,
    before: datetime.date | None = None,
    progress: Callable[[int], None] | None = None,
) -> Counts:
    """Count the events of a file by district and month.

    Parameters
    ----------
    path : a table of text with a header, one row for an event.
    districts, titles : names of the scenario's districts and their titles.
    outlines : district -> rings; an event with coordinates is in the district whose outline holds them. Without
        outlines, and for events without coordinates, the name of the place decides, by `forbear.evidence.names.match`.
    crosswalk : name of a place -> ((district, share), ...); a split shares out events and deaths.
    layout : a key of `LAYOUTS`; by the columns when None.
    coarsest : highest class of place that is still counted; that of the layout when None.
    before : events of months that do not end by this day are kept apart.
    progress : called with the number of rows read since the last call.

    Raises
    ------
    EvidenceError
        E281 (another layout), E272 and E304 (deaths that are no numbers, or two), E273 (dates), with lines.
    FileError
        E101, E104 or E106 where the file cannot be read.
    """
    known = _layout(path, layout, delimiter)
    counted: dict[tuple[str, str, str, str], np.ndarray] = defaultdict(lambda: np.zeros(len(_SUMS)))
    apart: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(len(_SUMS)))
    read, near, line = np.zeros(len(_SUMS)), {}, 2
    faults: list[Fault] = []
    last = None if before is None else before.year * 12 + before.month - 2  # the last whole month before that day
    for frame in _chunks(path, known, delimiter):
        chunk = _Chunk(frame, known, str(path), line, faults)
        line += len(frame)
        read += chunk.sums.sum(axis=0)
        chunk.put_apart(known.coarsest if coarsest is None else coarsest, last)
        near.update(chunk.place(districts, outlines, titles, crosswalk))
        chunk.add(counted, apart, districts)
        if progress is not None:
            progress(len(frame))
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        message = f"{path}: {len(faults)} rows cannot be read" if len(faults) > 1 else faults[0].message
        raise EvidenceError(faults[0].code, message, faults=tuple(faults[:MOST_FAULTS]))
    if not line - 2:
        raise EvidenceError("E281", f"{path} holds no events")
    result = Counts(
        known.name,
        {key: tuple(float(v) for v in value) for key, value in counted.items()},
        {key: tuple(float(v) for v in value) for key, value in apart.items()},
        tuple(float(v) for v in read),
        near,
    )
    assert result.balance, "events or deaths were lost in counting"
    return result


class _Chunk:
    """Some rows of a list, in one form. `why`: "" for an event that is counted, else the reason why it is not."""

    def __init__(self, frame: pandas.DataFrame, layout: Layout, file: str, line: int, faults: list[Fault]) -> None:
        self.frame, self.layout, self.file, self.line, self.faults = frame, layout, file, line, faults
        size = len(frame)
        self.month, wrong = layout.months(frame)
        date = layout.needed[0]
        blank = (frame[date].str.strip() == "").to_numpy()
        self.tell(np.flatnonzero(wrong & ~blank), date, "E273", "is no date", "2004-01-15, 2004-01 or 15 January 2004")
        self.why = np.full(size, "", dtype=object)
        self.why[self.month == UNKNOWN_MONTH] = COARSE_DATE
        self.why[blank] = NO_DATE
        deaths, unknown = self.numbers(layout.deaths)
        low = self.numbers(layout.low)[0] if layout.low in frame else deaths
        high = self.numbers(layout.high)[0] if layout.high in frame else deaths
        self.sums = np.stack([np.ones(size), deaths, low, high, unknown.astype(float)], axis=1)
        kinds = frame[layout.kind].str.strip() if layout.kind in frame else None
        self.kind = kinds.replace(layout.kinds).to_numpy() if kinds is not None else np.full(size, "all", dtype=object)
        self.grade = np.zeros(size, dtype=np.int64)
        if layout.place_class in frame:
            import pandas

            self.grade = pandas.to_numeric(frame[layout.place_class], errors="coerce").fillna(99).astype(int).to_numpy()
        self.targets: list[tuple[int, tuple[tuple[str, float], ...]]] = []
        self.district = np.full(size, NOWHERE, dtype=np.int64)

    def tell(self, rows: np.ndarray, column: str, code: str, what: str, allowed: str) -> None:
        for row in rows[: MOST_FAULTS + 1]:
            value = str(self.frame[column].iloc[row])
            self.faults.append(
                Fault(code, f"{value!r} {what}", self.file, self.line + int(row), column, value, allowed)
            )

    def numbers(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of a column, and which of its cells are empty (and count as none)."""
        texts = self.frame[column].str.strip()
        known = list(texts.unique())
        values: dict[str, float] = {}
        wrong: dict[str, Misread] = {}
        for text in known:
            try:
                values[text] = 0.0 if text == "" else numeral(text, whole=grouped(text) is not None)
            except Misread as misread:
                wrong[text], values[text] = misread, 0.0
            if values[text] < 0:
                wrong[text] = Misread("E277", f"{text} is negative", "0 or more; empty where unknown")
        for text, found in wrong.items():
            for row in np.flatnonzero((texts == text).to_numpy())[:MOST_FAULTS]:
                self.faults.append(
                    Fault(found.code, str(found), self.file, self.line + int(row), column, text, found.allowed)
                )
        return texts.map(values).to_numpy(dtype=float), (texts == "").to_numpy()

    def put_apart(self, coarsest: int, last: int | None) -> None:
        open_ = self.why == ""
        if self.layout.place_class:
            self.why[open_ & (self.grade > coarsest)] = COARSE_PLACE
        if last is not None:
            self.why[(self.why == "") & (self.month > last)] = YOUNG

    def place(
        self,
        districts: Sequence[str],
        outlines: Mapping[str, Rings] | None,
        titles: Mapping[str, str] | None,
        crosswalk: Crosswalk | None,
    ) -> dict[str, str | None]:
        """Find the district of every event that is still to be counted; returns unmatched names with what is near."""
        left = self.why == ""
        if outlines and {"latitude", "longitude"} <= set(self.frame.columns):
            longitude, latitude = self.degrees("longitude", 360.0), self.degrees("latitude", 90.0)
            placed = left & np.isfinite(longitude) & np.isfinite(latitude)
            pairs, back = np.unique(np.stack([longitude[placed], latitude[placed]]), axis=1, return_inverse=True)
            names = list(outlines)
            where = locate(pairs[0], pairs[1], outlines)[back.ravel()]
            position = np.array([*(list(districts).index(name) for name in names), SEVERAL, NOWHERE])
            self.district[placed] = position[where]
            self.why[placed] = np.where(where == NOWHERE, OUTSIDE, np.where(where == SEVERAL, OVERLAP, ""))
            left &= ~placed
        if self.layout.place not in self.frame:
            self.why[left] = NO_PLACE
            return {}
        texts = self.frame[self.layout.place].str.strip().to_numpy(dtype=object)
        found = match(texts[left], districts, titles=titles, crosswalk=crosswalk)
        for row in np.flatnonzero(left):
            name = texts[row]
            if name in found.found:
                self.targets.append((int(row), found.found[name]))
            else:
                self.why[row] = f"no district is named {name}" if name in found.unmatched else (
                    "left out by the crosswalk" if name else NO_PLACE)  # fmt: skip
        return dict(found.unmatched)

    def degrees(self, column: str, most: float) -> np.ndarray:
        """Coordinates; not a number where the cell is empty. Faults for text, and for what is no degree."""
        import pandas

        texts = self.frame[column].str.strip()
        values = pandas.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
        wrong = (~np.isfinite(values) & (texts != "").to_numpy()) | (np.abs(values) > most)
        self.tell(np.flatnonzero(wrong), column, "E272", "is no coordinate in degrees", f"-{most:g} to {most:g}")
        return np.where(wrong, np.nan, values)

    def add(self, counted: dict[Any, np.ndarray], apart: dict[Any, np.ndarray], districts: Sequence[str]) -> None:
        """Add the rows to the sums."""
        import pandas

        split = {row for row, _ in self.targets}
        whole = np.array([self.why[row] == "" and row not in split for row in range(len(self.why))]) if split else self.why == ""  # fmt: skip
        for keys, rows, out in (
            ([self.month, self.district, self.kind, self.grade], whole, counted),
            ([self.why, self.kind], self.why != "", apart),
        ):
            if rows.any():
                grouped_rows = pandas.DataFrame(self.sums[rows]).groupby([key[rows] for key in keys], sort=False).sum()
                for key, sums in zip(grouped_rows.index, grouped_rows.to_numpy(), strict=True):
                    out[key if out is apart else self.key(key[0], districts[key[1]], key[2], key[3])] += sums
        for row, parts in self.targets:
            for district, share in parts:
                counted[self.key(self.month[row], district, self.kind[row], self.grade[row])] += share * self.sums[row]

    def key(self, month: int, district: str, kind: str, grade: int) -> tuple[str, str, str, str]:
        precision = str(grade) if self.layout.place_class else "not stated"
        return f"{month // 12:04d}-{month % 12 + 1:02d}", district, str(kind), precision


def _layout(path: Path, asked: str | None, delimiter: str) -> Layout:
    if asked is not None and asked not in LAYOUTS:
        raise EvidenceError(
            "E281", f"no layout {asked!r}", faults=(Fault("E281", f"no layout {asked!r}", value=asked,
            allowed=", ".join(LAYOUTS), nearest=nearest(asked, LAYOUTS)),),
        )  # fmt: skip
    columns = [str(name) for name in next(_frames(path, None, delimiter, 1)).columns]
    found = LAYOUTS[asked] if asked else layout_of(columns)
    absent = [name for name in found.needed if name not in columns] if found else []
    if found is None or absent:
        wanted = "; ".join(f"{name}: {', '.join(layout.needed)}" for name, layout in LAYOUTS.items())
        message = f"no column {absent[0]!r}" if absent else "the columns are of no layout that is known"
        raise EvidenceError(
            "E281", message, faults=(Fault("E281", message, str(path), 1, None, ", ".join(columns[:12]), wanted),)
        )
    return found


def _chunks(path: Path, layout: Layout, delimiter: str) -> Iterator[pandas.DataFrame]:
    yield from _frames(path, set(layout.columns), delimiter, CHUNK)


def _frames(path: Path, columns: set[str] | None, delimiter: str, size: int) -> Iterator[pandas.DataFrame]:
    import pandas

    file = str(path)
    try:
        check_regular(path)
        reader = pandas.read_csv(
            path,
            sep=DELIMITERS.get(delimiter, delimiter),
            dtype=str,
            keep_default_na=False,
            chunksize=size,
            compression=None,  # kilobytes that unpack to gigabytes are no list
            usecols=None if columns is None else (lambda name: name in columns),
            encoding="utf-8-sig",
            low_memory=False,
        )
        yield from reader
    except FileNotFoundError:
        raise FileError("E101", f"no file {file}") from None
    except UnicodeDecodeError:
        raise FileError("E104", f"{file} is not text in UTF-8", hint="save it again as UTF-8") from None
    except (pandas.errors.ParserError, pandas.errors.EmptyDataError) as error:
        raise FileError("E106", f"{file}: not CSV: {str(error).strip()[:120]}") from None
    except OSError as error:
        raise FileError("E104", f"{file} cannot be read: {error.strerror or error}") from None
