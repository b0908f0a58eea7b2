"""Numbers in the cells of a table: read when they can mean one thing only, asked about when they can mean two.

A dot, comma, blank or apostrophe before exactly three digits parts thousands for one writer and decimals for another
(1.234 deaths). Where a column counts whole things such a cell is a fault until the file says which mark it uses.
"""

from __future__ import annotations

import math
import re

__all__ = ["MARKS", "Misread", "grouped", "numeral"]

#: Blanks that part thousands: plain, no-break, thin, narrow no-break.
BLANKS = " \u00a0\u2009\u202f"
#: Marks that a file may declare, by the word or sign it uses.
MARKS = {".": ".", ",": ",", "'": "'", "’": "’", " ": BLANKS, "blank": BLANKS, "_": "_"}
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?\Z", re.ASCII)
_GROUPED = re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:(?P<mark>[.,'’{BLANKS}])\d{{3}})(?:(?P=mark)\d{{3}})*\Z", re.ASCII)
_TEXT_FOR_NOTHING = frozenset({"na", "n/a", "nan", "null", "none", "nil", "-", "--", "..", "...", "?", "missing"})


class Misread(ValueError):
    """A cell that is no number, or that could be two. `code`, `message` and `allowed` make its fault."""

    def __init__(self, code: str, message: str, allowed: str) -> None:
        super().__init__(message)
        self.code, self.message, self.allowed = code, message, allowed


def grouped(text: str) -> str | None:
    """Return the mark that stands before exactly three digits in `text` ("1.234", "1 234"), or None."""
    found = _GROUPED.match(text.strip())
    return found["mark"] if found else None


def numeral(text: str, *, decimal: str = ".", thousands: str = "", whole: bool = False) -> float:
    """Return the number that a cell holds.

    Parameters
    ----------
    text : one cell, not empty.
    decimal : the mark before decimals, "." or ",".
    thousands : the mark between thousands, a key of `MARKS`; none unless declared.
    whole : the column counts whole things (deaths, attacks, persons).

    Raises
    ------
    Misread
        E304 (the cell can mean two numbers), E272 (no number, or not finite, or a part of a whole thing).
    """
    cell = text.strip().replace("\u2212", "-")
    mark = grouped(cell)
    if whole and mark is not None and mark not in MARKS.get(thousands, "") and (mark != decimal or not thousands):
        joined = re.sub(r"[^\d+-]", "", cell)
        parts = f" or {cell.replace(mark, '.')}" if mark in ".," and cell.count(mark) == 1 else ""
        name = "a blank" if mark in BLANKS else f"{mark!r}"
        raise Misread(
            "E304",
            f"{cell!r} can be read as {joined}{parts}: {name} stands before exactly three digits",
            f"{joined}, or say which mark parts thousands (thousands = ...)",
        )
    plain = cell
    if thousands:
        marks = re.escape(MARKS[thousands])
        if re.search(rf"[{marks}]", plain):
            point = re.escape(decimal)
            if not re.match(rf"[+-]?\d{{1,3}}(?:[{marks}]\d{{3}})+(?:{point}\d+)?\Z", plain, re.ASCII):
                raise Misread("E304", f"{cell!r} is not parted in groups of three", "groups of three digits")
            plain = re.sub(rf"[{marks}]", "", plain)
    if decimal == ",":
        if "." in plain:
            raise Misread("E304", f"{cell!r} has a dot where the file says decimal = ','", "a comma before decimals")
        plain = plain.replace(",", ".")
    if not _PLAIN.match(plain):
        raise Misread("E272", f"{cell!r} is no number", _likely(cell, decimal))
    value = float(plain)
    if not math.isfinite(value):
        raise Misread("E272", f"{cell!r} is not a finite number", "a finite number")
    if whole and value != round(value):
        raise Misread(
            "E272",
            f"{cell!r} is no whole number, and the column counts whole things",
            'whole numbers; a unit such as "thousand persons", or a mean, is declared as unit',
        )
    return value


def _likely(cell: str, decimal: str) -> str:
    """What a cell that is no number most likely is, and what to do."""
    if cell.lower() in _TEXT_FOR_NOTHING:
        return f'an empty cell, or missing = ["{cell}"] in the declaration of the series'
    if cell.endswith("%"):
        return 'the number alone, with unit = "percent" in the declaration of the series'
    if "," in cell and decimal == ".":
        return "decimals after a dot, or decimal = ',' in the declaration of the series"
    if re.search(r"\d", cell):
        return "the number alone; its unit is declared once for the column"
    return "a number; this looks like a column of text"
