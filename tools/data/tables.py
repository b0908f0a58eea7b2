"""Reading, checking and writing tables: what every derivation script shares.

Only the standard library is used, so that the same input gives the same bytes with any version of any package.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

Row = dict[str, str]


class KnownTotalError(Exception):
    """A derived number differs from the total that is known from outside."""


def check(what: str, found: object, expected: object) -> None:
    """Raise `KnownTotalError` unless `found` equals `expected`."""
    if found != expected:
        raise KnownTotalError(f"{what}: expected {expected}, found {found}")


def check_near(what: str, found: float, expected: float, tolerance: float) -> None:
    """Raise `KnownTotalError` unless `found` lies within the relative `tolerance` of `expected`."""
    if abs(found - expected) > tolerance * abs(expected):
        raise KnownTotalError(f"{what}: expected {expected} within {tolerance:.1%}, found {found}")


def read(path: Path) -> list[Row]:
    """Return the rows of a CSV file with a header; raise `KnownTotalError` when it is missing."""
    if not path.is_file():
        raise KnownTotalError(f"input table {path.name}: expected a file at {path}, found none")
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file in one piece (temporary name, then rename); None becomes an empty cell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    with temporary.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            if len(row) != len(columns):
                raise KnownTotalError(f"{path.name}: expected {len(columns)} cells, found {len(row)}: {row}")
            writer.writerow(["" if cell is None else cell for cell in row])
    os.replace(temporary, path)


def months(first: str, last: str) -> list[str]:
    """Return every month from `first` to `last` (both "YYYY-MM", both included)."""
    return [label(number) for number in range(month_number(first), month_number(last) + 1)]


def month_number(month: str) -> int:
    """Return the count of months since year 0 of a "YYYY-MM"."""
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def label(number: int) -> str:
    """Return the "YYYY-MM" of a count of months since year 0."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def split_source(text: str) -> tuple[str, str]:
    """Split a typed source ("address (publisher)") into address and publisher or remark.

    Addresses that were cut off with dots lose the dots; text without an address is all remark.
    """
    found = re.search(r"https?://\S+", text)
    if found is None:
        return "", text.strip()
    address = found.group(0).rstrip(";,").removesuffix("...")
    remark = (text[: found.start()] + text[found.end() :]).strip()
    if remark.startswith("(") and remark.endswith(")") and remark.count("(") == 1:
        remark = remark[1:-1]
    return address, remark or host(address)


def host(address: str) -> str:
    """Return the site of an address, the publisher of last resort."""
    return re.sub(r"^https?://(www\.)?([^/]+).*$", r"\2", address)


def number(text: str) -> str:
    """Return a number as written, without a needless ".0"."""
    return text.removesuffix(".0")


def run(derive: Callable[[Path, Path], None], description: str | None) -> None:
    """Run one derivation as a script: `--shared PATH --out PATH`; exit 1 with a message on any failed check."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds data/")
    parser.add_argument("--out", type=Path, required=True, help="the evidence folder of the package")
    arguments = parser.parse_args()
    try:
        derive(arguments.shared / "data", arguments.out)
    except KnownTotalError as fault:
        print(f"check failed: {fault}", file=sys.stderr)
        raise SystemExit(1) from None
