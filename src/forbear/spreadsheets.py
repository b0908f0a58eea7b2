"""Tables as CSV: one way to write them, in which no cell is taken for a formula by a spreadsheet.

Names, titles and notes come from scenarios, logs and lists of others. `=HYPERLINK(...)` in one of them would be run by
whoever opens the table.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["csv_text", "frame_text", "harmless"]

#: What a spreadsheet takes for the begin of a formula, in both widths in which it can be written.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: A number, and the dash that stands for no unit.
_PLAIN = re.compile(r"([+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?|-)\Z")


def harmless(cell: Any) -> Any:
    """A cell that is shown as it is. A text that would begin a formula gets an apostrophe before it; a number stays.
    Ends of lines become plain."""
    if not isinstance(cell, str) or _PLAIN.match(cell):
        return cell
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) or cell.startswith(_FORMULA) else cell


def csv_text(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with its head as the text of a CSV file. Every cell, those of the head too, is made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def frame_text(frame: pd.DataFrame, *, index: bool = False, float_format: str | None = None) -> str:
    """A frame as the text of a CSV file, with its index where that is asked for. Every cell is made harmless: those of
    the head and of the index too."""
    out = frame.copy(deep=False)
    for place, kind in enumerate(out.dtypes):
        if kind.kind not in "biufcmM":
            out.isetitem(place, out.iloc[:, place].astype(object).map(harmless))
    out.columns = [harmless(name) for name in out.columns]
    if index:
        out.index = _harmless_index(out.index)
    text: str = out.to_csv(index=index, float_format=float_format, lineterminator="\n")
    return text


def _harmless_index(index: Any) -> Any:
    names = [harmless(name) for name in index.names]
    if index.nlevels > 1:
        levels = [level.map(harmless) if level.dtype.kind == "O" else level for level in index.levels]
        return index.set_levels(levels, verify_integrity=False).set_names(names)
    return (index.map(harmless) if index.dtype.kind == "O" else index).set_names(names)
