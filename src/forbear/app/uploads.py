"""A scenario file from elsewhere, as data: nothing in it is run, nothing else on this machine is read, and what it asks
for is bounded before it is built."""

from __future__ import annotations

import datetime
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from forbear.app.security import LARGEST_FILE
from forbear.errors import FileError, ScenarioError
from forbear.scenario.dates import as_date
from forbear.scenario.reading.chain import library_names
from forbear.scenario.scenario import Scenario

__all__ = ["MOST_CELLS", "load_upload"]

#: A country from elsewhere may have so many districts and weeks, and so many cells: districts x communities x
#: organisations x weeks. The largest country that ships has 420,000.
MOST_DISTRICTS, MOST_WEEKS, MOST_CELLS = 200, 1600, 1_000_000
#: Headers of tables, parts of a dotted key, and levels of brackets in a file.
MOST_TABLES, DEEPEST_KEY, DEEPEST = 600, 8, 24
_DIMENSIONS = {"districts": "district", "communities": "community", "organisations": "organisation"}
#: Keys under which a scenario names another file.
_NAMES_FILE = ("table", "file", "crosswalk")
#: Where a text or a remark of TOML begins, and how each ends. No part of a file is read twice.
_BEGIN = re.compile(r'"""|\'\'\'|["\'#]')
_END = {
    '"""': re.compile(r'(?:[^"\\]++|\\.|"(?!""))*+"{3,5}+', re.S),
    "'''": re.compile(r"(?:[^']++|'(?!''))*+'{3,5}+"),
    '"': re.compile(r'(?:[^"\\\n]++|\\.)*+"'),
    "'": re.compile(r"[^'\n]*+'"),
    "#": re.compile(r"[^\n]*+"),
}
_DOTTED = re.compile(rf'(?<![\w-])(?:[\w-]++|"")(?:[ \t]*+\.[ \t]*+(?:[\w-]++|"")){{{DEEPEST_KEY},}}')


def load_upload(text: bytes, folder: Path, name: str) -> Scenario:
    """Load a scenario from elsewhere.

    Parameters
    ----------
    text
        The file as it was sent.
    folder, name
        Where it is kept: in a folder of its own, which holds nothing else.

    Returns
    -------
    Scenario
        It extends only scenarios of the library, and no other file was read for it.

    Raises
    ------
    FileError
        E102, E104, E101: not TOML, not text or too large, another file named.
    ScenarioError
        As `Scenario.load`; E210 for a country too large for this page.
    """
    data = _parsed(text)
    header = data.get("scenario")
    parent = header.get("extends") if isinstance(header, dict) else None
    known = library_names()
    if parent is not None and parent not in known:
        message = f"an uploaded scenario can extend one of the library, not {str(parent)[:60]!r}"
        raise FileError("E101", message, hint=", ".join(known))
    for key in _files_named(data):
        raise FileError(
            "E101", f"an uploaded scenario is one file: {key[:60]!r} cannot name another; write it into the file"
        )
    _check_size(*_asked_for(data, parent))
    own = folder / name
    own.mkdir()
    try:
        path = own / "scenario.toml"
        path.write_bytes(text)
        scenario = Scenario.load(path)
        _check_size(_sizes(scenario), (scenario.end - scenario.start).days // 7)
        scenario.problem()
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise
    return scenario


def _parsed(text: bytes) -> dict[str, Any]:
    """The file's data. What would make reading slow or large is refused before it is read."""
    if len(text) > LARGEST_FILE:
        raise FileError("E104", f"the file is too large: at most {LARGEST_FILE // 1024} kB")
    try:
        written = text.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileError("E104", "the file is not UTF-8 text") from None
    bare = _without_texts(written)
    depth = deepest = 0
    for mark in re.findall(r"[\[\]{}]", bare):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > DEEPEST or _DOTTED.search(bare):
        raise FileError("E102", "the file nests too deep")
    if len(re.findall(r"^[ \t]*\[", bare, re.M)) > MOST_TABLES:
        raise FileError("E102", f"the file has too many tables: at most {MOST_TABLES}")
    try:
        return tomllib.loads(written.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise FileError("E102", f"the file is not TOML: {str(error)[:200]}") from None
    except RecursionError:
        raise FileError("E102", "the file nests too deep") from None


def _without_texts(written: str) -> str:
    """The file with every text in it empty and no remarks: dots and brackets inside them do not count."""
    out, place = [], 0
    while (begin := _BEGIN.search(written, place)) is not None:
        end = _END[begin[0]].match(written, begin.end())
        if end is None:
            raise FileError(
                "E102",
                f"the file is not TOML: a text in line {written.count(chr(10), 0, begin.start()) + 1} has no end",
            )
        out += [written[place : begin.start()], "" if begin[0] == "#" else '""']
        place = end.end()
    return "".join(out) + written[place:]


def _files_named(value: Any) -> Iterator[str]:
    """Keys under which another file is named, anywhere in the data."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _NAMES_FILE and isinstance(inner, str):
                yield key
            yield from _files_named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _files_named(inner)


def _sizes(scenario: Scenario) -> dict[str, int]:
    return {dimension: len(scenario.members[dimension]) for dimension in _DIMENSIONS.values()}


def _asked_for(data: dict[str, Any], parent: str | None) -> tuple[dict[str, int], int]:
    """Members by dimension and weeks that a file asks for, as far as that can be told before it is read; what it
    does not state is its parent's."""
    base = Scenario.load(parent) if parent is not None else None
    sizes = _sizes(base) if base is not None else dict.fromkeys(_DIMENSIONS.values(), 1)
    country = data.get("country")
    for key, dimension in _DIMENSIONS.items():
        stated = country.get(key) if isinstance(country, dict) else None
        if isinstance(stated, (list, dict)):
            sizes[dimension] = max(len(stated), 1)
    header = data.get("scenario")
    ends: list[datetime.date | None] = []
    for key in ("start", "end"):
        stated = as_date(header.get(key)) if isinstance(header, dict) else None
        ends.append(stated or (getattr(base, key) if base is not None else None))
    start, end = ends
    return sizes, (end - start).days // 7 if start is not None and end is not None else 0


def _check_size(sizes: dict[str, int], weeks: int) -> None:
    """Raise ScenarioError E210 for a country that is too large for this page."""
    if sizes["district"] > MOST_DISTRICTS or weeks > MOST_WEEKS:
        message = f"too large for this page: at most {MOST_DISTRICTS} districts, {MOST_WEEKS} weeks"
        raise ScenarioError("E210", message)
    cells = sizes["district"] * sizes["community"] * sizes["organisation"] * max(weeks, 1)
    if cells > MOST_CELLS:
        message = f"too large for this page: districts x communities x organisations x weeks make {cells:,}"
        raise ScenarioError("E210", message, hint=f"at most {MOST_CELLS:,}")
