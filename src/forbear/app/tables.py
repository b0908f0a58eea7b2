"""Tables as CSV: one way to write them, in which no cell is taken for a formula by a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

__all__ = ["csv_text", "harmless"]

#: What a spreadsheet takes for the begin of a formula, in both widths in which it can be written.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?\Z")


def harmless(cell: object) -> object:
    """A cell that is shown as it is. A text that would begin a formula gets an apostrophe before it; a number stays.
    Ends of lines become plain."""
    if not isinstance(cell, str) or _NUMBER.match(cell):
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
