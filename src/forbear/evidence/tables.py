"""Reading a table of text: what is plain is read as it is, what is not is named with its likely cause."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from forbear.errors import Fault, FileError, can_be_shown

__all__ = ["DELIMITERS", "LARGEST_TABLE", "Table", "decoded", "read_table"]

DELIMITERS = {",": ",", ";": ";", "\t": "\t", "tab": "\t", "|": "|"}
#: A table longer than this is first summed by `forbear evidence from-events`.
LARGEST_TABLE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """Columns in order; rows as (line number, cells by column), cells stripped of blanks around them."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]


def _refuse(code: str, message: str, file: str, line: int | None = None, allowed: str | None = None) -> FileError:
    return FileError(code, message, faults=(Fault(code, message, file=file, line=line, allowed=allowed),))


def decoded(data: bytes, file: str) -> str:
    """Return bytes as text with plain line ends; UTF-8 with or without a mark. Raises FileError E104 with its line."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _refuse("E104", f"{file} is text in UTF-16, as spreadsheets save it", file, None, "text in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = data[max(0, error.start - 10) : error.start + 10].decode("latin-1").strip()
        message = f"{file} is not text in UTF-8; in Latin-1 the place would read {shown!r}"
        raise _refuse("E104", message, file, line, "text in UTF-8: save the table again as UTF-8") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not can_be_shown(text):
        line = next(number for number, each in enumerate(text.split("\n"), 1) if not can_be_shown(each))
        raise _refuse("E104", f"{file} holds a character that cannot be shown", file, line, "plain text in UTF-8")
    return text


def read_table(path: Path, *, delimiter: str = ",", needed: tuple[str, ...] = ()) -> Table:
    """Read a table of text with a header.

    Blank rows, rows that begin with "#", and empty columns without a name are passed over; a first line "sep=;" (as
    spreadsheets write it) must agree with `delimiter`.

    Raises
    ------
    FileError
        E101 (absent), E104 (unreadable, not UTF-8, too large), E106 (no table: rows of another length, a column
        twice, a needed column absent) with line and likely cause.
    """
    file = str(path)
    try:
        if not path.is_file():
            raise _refuse("E101", f"no file {file}", file)
        if path.stat().st_size > LARGEST_TABLE:
            raise _refuse("E104", f"{file} is too large for a series", file, None, "at most 64 MiB: sum it first")
        text = decoded(path.read_bytes(), file)
    except OSError as error:
        raise _refuse("E104", f"{file} cannot be read: {error.strerror}", file) from None
    return parse_table(text, file, delimiter=delimiter, needed=needed)


def parse_table(text: str, file: str, *, delimiter: str = ",", needed: tuple[str, ...] = ()) -> Table:
    """As `read_table`, from text."""
    mark = DELIMITERS.get(delimiter, delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        reader = csv.reader(io.StringIO(text), delimiter=mark, strict=True)
        before = 0
        for cells in reader:
            line, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in cells]
            if any(cells) and not cells[0].startswith("#"):
                rows.append((line, cells))
    except csv.Error as error:
        raise _refuse("E106", f"not CSV: {error}", file, before + 1) from None
    if rows and rows[0][1][0].lower().startswith("sep=") and len(rows[0][1]) <= 2:
        said = rows[0][1][0][4:] or mark
        if said != mark:
            raise _refuse("E106", f"the first line says that fields are parted by {said!r}", file, rows[0][0],
                          f"delimiter = {said!r}")  # fmt: skip
        rows = rows[1:]
    if not rows:
        raise _refuse("E106", "the table is empty", file, None, "a header and rows")
    return _checked(rows, file, mark, needed)


def _checked(rows: list[tuple[int, list[str]]], file: str, mark: str, needed: tuple[str, ...]) -> Table:
    line, header = rows[0]
    absent = [name for name in needed if name not in header]
    if absent:
        raise _headless(header, absent[0], file, line, mark)
    twice = [name for name in header if name and header.count(name) > 1]
    if twice:
        raise _refuse("E106", f"column {twice[0]!r} stands twice", file, line)
    kept = [place for place, name in enumerate(header) if name]
    out = []
    for line, cells in rows[1:]:
        if len(cells) != len(header):
            raise _refuse("E106", f"{len(cells)} fields where the header has {len(header)}", file, line,
                          "as many fields as the header; a number with a comma stands in quotation marks")  # fmt: skip
        stray = [cell for place, cell in enumerate(cells) if not header[place] and cell]
        if stray:
            raise _refuse("E106", f"{stray[0]!r} stands in a column without a name", file, line, "a name in the header")
        out.append((line, {header[place]: cells[place] for place in kept}))
    return Table(file, tuple(header[place] for place in kept), tuple(out))


def _headless(header: list[str], absent: str, file: str, line: int, mark: str) -> FileError:
    """No such column: is it the case, the delimiter, or another name?"""
    message = f"the table has no column {absent!r}"
    allowed = ", ".join(name for name in header if name)
    same = next((name for name in header if name.casefold() == absent.casefold()), None)
    if same is not None:
        return _refuse("E106", f"{message}; it has {same!r}", file, line, f"the header as it is named: {absent}")
    for other, sign in (("semicolons", ";"), ("tabs", "\t"), ("bars", "|"), ("commas", ",")):
        if sign != mark and any(sign in cell for cell in header):
            said = "tab" if sign == "\t" else sign
            return _refuse("E106", f"{message}: fields are parted by {other}", file, line, f'delimiter = "{said}"')
    return _refuse("E106", message, file, line, allowed)
