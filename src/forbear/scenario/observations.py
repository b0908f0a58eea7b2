"""Which observed series stands beside which simulated quantity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from forbear.country.model import Model
from forbear.errors import nearest
from forbear.faults import show
from forbear.scenario.reading.document import Document
from forbear.scenario.reading.schedules import Rows, series_rows
from forbear.scenario.reading.structure import NAMED, Structure
from forbear.scenario.reading.values import number

__all__ = ["Observation", "read_observations"]

_KEYS = (
    "quantity",
    "series",
    "column",
    "frequency",
    "scale",
    "filter",
    "dimension",
    "member_column",
    "title",
    "note",
    "source",
    "weight",
    "term",
    "error",
    "low",
    "high",
    "window",
    "whole",
    "whole_column",
    "periods",
    "since",
)
TERMS = ("course", "place", "kind")
WINDOWS = ("end", "mean")
FREQUENCIES = ("week", "month", "quarter", "year", "span", "point")


@dataclass(frozen=True)
class Observation:
    """A simulated quantity and the series that was counted: `scale` x column, where `filter` holds.

    weight: how much of its logarithmic likelihood counts in a fit (0: shown, not fitted; None: 1).
    term: what a fit hears of it, any of "course" (national numbers by period), "place" (shares of members given the
    total) and "kind" (the part of a whole); empty: course and place for a count by district, course for all else.
    error: relative error of measurement of a number (of a share: its own unit); None: from the columns low and high where
    they differ, else 15 per cent for a year and 25 per cent for less. window: what a level of several months stands
    for, their "end" or "mean". whole, whole_column: the quantity and the column of which this is a part.
    periods: first months of the periods of "place"; empty: every two calendar years. since: rows before it are left out.
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
    term: tuple[str, ...] = ()
    error: float | None = None
    low: str | None = None
    high: str | None = None
    window: str = "end"
    whole: str | None = None
    whole_column: str | None = None
    periods: tuple[str, ...] = ()
    since: str = ""


def read_observations(
    documents: list[Document], structure: Structure, model: Model, rows: Rows
) -> dict[str, Observation]:
    """Read [observations.NAME] of all layers; a later layer replaces the observation of the same name whole."""
    out: dict[str, Observation] = {}
    for document in documents:
        table = document.data.get("observations", {})
        if not isinstance(table, dict):
            document.fault("E203", "[observations.NAME] must be tables", ("observations",), table)
            continue
        for name, entry in table.items():
            found = _observation(document, name, entry, model, rows)
            if found is not None:
                out[name] = found
    return out


def _observation(document: Document, name: str, entry: object, model: Model, rows: Rows) -> Observation | None:
    path = ("observations", name)
    if not isinstance(entry, dict):
        document.fault("E203", "an observation is a table", path, entry)
        return None
    document.unknown_keys(entry, _KEYS, path)
    quantity = entry.get("quantity")
    if quantity not in model.quantities:
        document.fault(
            "E225",
            f"no simulated quantity {show(quantity)!r}",
            (*path, "quantity"),
            quantity,
            "see: forbear model",
            nearest(str(quantity), model.quantities),
        )
        quantity = None
    frequency = entry.get("frequency", "month")
    if frequency not in FREQUENCIES:
        document.fault(
            "E225",
            f"unknown frequency {show(frequency)!r}",
            (*path, "frequency"),
            frequency,
            ", ".join(FREQUENCIES),
            nearest(str(frequency), FREQUENCIES),
        )
        return None
    dimension = entry.get("dimension")
    if dimension is not None and (
        dimension not in NAMED or (quantity and dimension not in model.quantities[quantity].over)
    ):
        allowed = ", ".join(model.quantities[quantity].over) if quantity else ", ".join(NAMED)
        document.fault(
            "E225",
            f"the quantity does not run over {show(dimension)!r}",
            (*path, "dimension"),
            dimension,
            allowed or "none",
        )
        return None
    for key in ("title", "note", "member_column", "low", "high", "whole", "whole_column", "window", "since"):
        if key in entry and not isinstance(entry[key], str):
            document.fault("E203", f"{key} is text", (*path, key), entry[key])
            return None
    listed = _lists(document, path, entry, dimension)
    if "whole" in entry and entry["whole"] not in model.quantities:
        document.fault(
            "E225",
            "no such quantity",
            (*path, "whole"),
            entry["whole"],
            "see: forbear model",
            nearest(entry["whole"], model.quantities),
        )
        return None
    if entry.get("window", "end") not in WINDOWS:
        document.fault("E225", "unknown window", (*path, "window"), entry["window"], ", ".join(WINDOWS))
        return None
    asked = {"name": entry.get("series"), "column": entry.get("column"), "filter": entry.get("filter", {})}
    selected = series_rows(document, path, asked, rows)
    scale = number(document, (*path, "scale"), entry.get("scale", 1), "-")
    extra: dict[str, float | None] = {}
    for key, lowest in (("weight", 0.0), ("error", 1e-6)):
        extra[key] = None if key not in entry else number(document, (*path, key), entry[key], "-")
        if key in entry and extra[key] is not None and not extra[key] >= lowest:  # type: ignore[operator]
            document.fault("E225", f"{key} is too small", (*path, key), entry[key], f"at least {lowest:g}")
            return None
    if quantity is None or selected is None or scale is None or listed is None:
        return None
    return Observation(
        name,
        str(quantity),
        str(entry["series"]),
        str(entry["column"]),
        frequency,
        scale,
        dict(entry.get("filter", {})),
        dimension,
        entry.get("member_column"),
        entry.get("title", ""),
        entry.get("note", ""),
        extra["weight"],
        listed["term"],
        extra["error"],
        entry.get("low"),
        entry.get("high"),
        entry.get("window", "end"),
        entry.get("whole"),
        entry.get("whole_column"),
        listed["periods"],
        entry.get("since", ""),
    )


def _lists(
    document: Document, path: tuple[str, ...], entry: dict[str, Any], dimension: object
) -> dict[str, tuple[str, ...]] | None:
    """The fields that hold one word or a list of them: term, periods."""
    out: dict[str, tuple[str, ...]] = {}
    for key in ("term", "periods"):
        found = entry.get(key, [])
        words = [found] if isinstance(found, str) else found
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            document.fault("E203", f"{key} is a word or a list of words", (*path, key), found)
            return None
        out[key] = tuple(words)
    for word in out["term"]:
        if word not in TERMS:
            document.fault(
                "E225", f"unknown term {word!r}", (*path, "term"), word, ", ".join(TERMS), nearest(word, TERMS)
            )
            return None
    if "place" in out["term"] and dimension is None:
        document.fault("E225", "shares of members need a dimension", (*path, "term"), "place", "dimension = ...")
        return None
    if "kind" in out["term"] and not ("whole" in entry and "whole_column" in entry):
        document.fault("E225", "the part of a whole needs whole and whole_column", (*path, "term"), "kind")
        return None
    for word in out["periods"]:
        if not (len(word) == 7 and word[:4].isdigit() and word[4] == "-" and word[5:].isdigit()):
            document.fault("E225", "a period begins with a month", (*path, "periods"), word, '"2006-01"')
            return None
    return out
