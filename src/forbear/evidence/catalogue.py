"""Reading the catalogue of evidence, finding a series in it, and checking the shipped files against it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from forbear.errors import EvidenceError, Fault, nearest
from forbear.evidence.series import KINDS, Column, Picture, Series, Source

__all__ = ["borders", "catalogue", "find", "verify"]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Series]:
    """Return every shipped series by name, in the order of the catalogue. Raises `EvidenceError` E503 if broken."""
    text = resources.files("forbear.evidence").joinpath("catalogue.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    sources = {key: Source(key=key, **entry) for key, entry in document["sources"].items()}
    return MappingProxyType({name: _series(name, entry, sources) for name, entry in document["series"].items()})


def _series(name: str, entry: dict[str, Any], sources: dict[str, Source]) -> Series:
    try:
        columns = tuple(Column(**column) for column in entry.pop("columns", ()))
        known = tuple(sources[key] for key in entry.pop("sources"))
        drawn = entry.pop("picture", None)
        settings: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in (drawn or {}).items()
        }
        picture = Picture(**settings) if drawn else None
        series = Series(name=name, sources=known, columns=columns, picture=picture, **entry)
    except (KeyError, TypeError) as fault:
        raise EvidenceError("E503", f"catalogue.toml, series {name}: {fault}") from None
    for column in columns:
        if column.kind not in KINDS:
            raise EvidenceError("E503", f"catalogue.toml, series {name}: {column.name} has the kind {column.kind!r}")
    return series


def find(name: str) -> Series:
    """Return the series called `name`. Raises `EvidenceError` E501 with the nearest name when there is none."""
    series = catalogue()
    if name not in series:
        raise EvidenceError(
            "E501",
            f"there is no series called {name!r}",
            hint="`forbear evidence` lists every series",
            faults=(Fault("E501", f"there is no series called {name!r}", nearest=nearest(name, series)),),
        )
    return series[name]


def borders(name: str) -> dict[str, Any]:
    """Return a map as a GeoJSON FeatureCollection (longitude and latitude in degrees).

    Raises `EvidenceError` E501 when there is no such name and E504 when the name is that of a table.
    """
    series = find(name)
    if not series.is_map:
        maps = ", ".join(other.name for other in catalogue().values() if other.is_map)
        raise EvidenceError("E504", f"{name} is a table, not a map", hint=f"maps: {maps}")
    collection: dict[str, Any] = json.loads(series.path.read_text(encoding="utf-8"))
    return collection


def verify() -> None:
    """Check every shipped file against its sha256; raise one `EvidenceError` E502 that names all that differ."""
    faults = []
    for series in catalogue().values():
        try:
            found = series.digest()
        except OSError:
            found = "no file"
        if found != series.sha256:
            faults.append(
                Fault("E502", f"{series.name}: not the file of the catalogue", series.file, value=found,
                      allowed=series.sha256)
            )  # fmt: skip
    if faults:
        raise EvidenceError("E502", f"{len(faults)} shipped files are not as catalogued", faults=tuple(faults))
