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
    "dispersion",
)
FREQUENCIES = ("week", "month", "quarter", "year", "span", "point")


@dataclass(frozen=True)
class Observation:
    """A simulated quantity and the series that was counted: `scale` x column, where `filter` holds.

    weight: how much of its logarithmic likelihood counts in a fit (0: shown, not fitted; None: by frequency).
    dispersion: prior median of the error of a fit: the size of a negative binomial for counts, the standard deviation
    of a logarithm (levels) or logit (shares) otherwise; None: by kind.
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
    for key in ("title", "note", "member_column"):
        if key in entry and not isinstance(entry[key], str):
            document.fault("E203", f"{key} is text", (*path, key), entry[key])
            return None
    asked = {"name": entry.get("series"), "column": entry.get("column"), "filter": entry.get("filter", {})}
    selected = series_rows(document, path, asked, rows)
    scale = number(document, (*path, "scale"), entry.get("scale", 1), "-")
    extra: dict[str, float | None] = {}
    for key, lowest in (("weight", 0.0), ("dispersion", 1e-6)):
        extra[key] = None if key not in entry else number(document, (*path, key), entry[key], "-")
        if key in entry and extra[key] is not None and not extra[key] >= lowest:  # type: ignore[operator]
            document.fault("E225", f"{key} is too small", (*path, key), entry[key], f"at least {lowest:g}")
            return None
    if quantity is None or selected is None or scale is None:
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
        extra["dispersion"],
    )
