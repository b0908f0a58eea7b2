"""Series of one's own for tests, from the text of a table."""

from __future__ import annotations

from forbear.evidence.own import Declaration, OwnSeries, read_own
from forbear.evidence.tables import parse_table


def series_from(text: str, *columns: str, unit: str = "persons", frequency: str = "month", **more: str) -> OwnSeries:
    """A series of one's own from the text of a table whose dates stand in the column `month`."""
    said = Declaration("counted", tuple((column, unit) for column in columns), ("month",), frequency, **more)
    series, faults = read_own(said, parse_table(text, "counted.csv"), ())
    assert series is not None, faults
    return series
