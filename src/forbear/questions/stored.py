"""Typed results as JSON and back: every field by its declared type, every fault of a document at once.

A number that is not one (NaN) is written as null, and null in place of a number is read as NaN. Dataclasses become
objects, named and plain tuples become lists; fields that are marked `metadata={"stored": False}` stay in memory.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from forbear.errors import Fault, FileError

__all__ = ["decode", "encode", "in_memory"]

T = TypeVar("T")
#: For fields that are not written: `field(default=None, metadata=in_memory)`.
in_memory: Mapping[str, bool] = {"stored": False}


def encode(value: object) -> Any:
    """Return a value as JSON knows it: objects, lists, texts, numbers, true, false, null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = (f for f in dataclasses.fields(value) if f.metadata.get("stored", True))
        return {f.name: encode(getattr(value, f.name)) for f in kept}
    if isinstance(value, Mapping):
        return {str(key): encode(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [encode(entry) for entry in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{type(value).__name__} is not stored")


def decode(kind: type[T], data: Any, *, file: str, code: str = "E111") -> T:
    """Return `data` as an instance of `kind`, a dataclass.

    Parameters
    ----------
    kind
        Whose declared fields the document must hold, no more and, where they have no default, no fewer.
    data
        What `encode` gave, after JSON.
    file, code
        Named in faults.

    Raises
    ------
    FileError
        `code` with every field that is missing, unknown or of another type.
    """
    faults: list[Fault] = []
    found = _Reader(file, code, faults).read(kind, data, "")
    if faults:
        words = faults[0].message if len(faults) == 1 else f"{file}: {len(faults)} faults"
        raise FileError(code, words, hint="written by another version of forbear: make it again", faults=tuple(faults))
    return found  # type: ignore[no-any-return]


class _Reader:
    def __init__(self, file: str, code: str, faults: list[Fault]) -> None:
        self.file, self.code, self.faults = file, code, faults

    def fault(self, path: str, message: str, value: object = None, allowed: str | None = None) -> None:
        shown = None if value is None else str(value)[:80]
        self.faults.append(Fault(self.code, message, self.file, None, path or None, shown, allowed))

    def read(self, kind: Any, data: Any, path: str) -> Any:
        """`data` as `kind`; a fault is noted and None given where it is not one."""
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            inner = next(a for a in arguments if a is not type(None))
            return None if data is None else self.read(inner, data, path)
        if origin is Literal:
            if data not in arguments:
                self.fault(path, "an unknown word", data, ", ".join(map(str, arguments)))
            return data
        if origin in (tuple, list):
            return self.sequence(arguments, data, path)
        if origin is not None and issubclass(origin, Mapping):
            return self.mapping(arguments, data, path)
        if dataclasses.is_dataclass(kind):
            return self.record(kind, data, path)
        if isinstance(kind, type) and issubclass(kind, tuple):  # a NamedTuple
            hints = tuple(get_type_hints(kind).values())
            values = self.sequence(hints, data, path)
            return kind(*values) if values is not None and len(values) == len(hints) else None
        return self.plain(kind, data, path)

    def plain(self, kind: Any, data: Any, path: str) -> Any:
        if kind is float:
            if data is None:
                return math.nan
            if isinstance(data, (int, float)) and not isinstance(data, bool):
                return float(data)
        elif kind is bool:
            if isinstance(data, bool):
                return data
        elif kind is int:
            if isinstance(data, int) and not isinstance(data, bool):
                return data
        elif isinstance(data, str):
            return data
        names = {float: "a number", int: "a whole number", bool: "true or false"}
        self.fault(path, f"{path} is {names.get(kind, 'a text')}", data)
        return None

    def sequence(self, arguments: tuple[Any, ...], data: Any, path: str) -> Any:
        if not isinstance(data, list):
            self.fault(path, f"{path} is a list", data)
            return None
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(self.read(arguments[0], entry, f"{path}[{k}]") for k, entry in enumerate(data))
        if len(data) != len(arguments):
            self.fault(path, f"{path} has {len(data)} entries", None, f"{len(arguments)} entries")
            return None
        pairs = enumerate(zip(arguments, data, strict=True))
        return tuple(self.read(kind, entry, f"{path}[{k}]") for k, (kind, entry) in pairs)

    def mapping(self, arguments: tuple[Any, ...], data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            self.fault(path, f"{path} is an object", data)
            return None
        return {key: self.read(arguments[1], entry, f"{path}.{key}".lstrip(".")) for key, entry in data.items()}

    def record(self, kind: Any, data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            self.fault(path, f"{path or 'the document'} is an object", data)
            return None
        hints, kept = _fields(kind)
        for key in data:
            if key not in kept:
                self.fault(f"{path}.{key}".lstrip("."), f"no field {key!r}", None, ", ".join(kept))
        values, complete = {}, True
        for name, declared in kept.items():
            where = f"{path}.{name}".lstrip(".")
            if name in data:
                values[name] = self.read(hints[name], data[name], where)
            elif declared.default is dataclasses.MISSING and declared.default_factory is dataclasses.MISSING:
                self.fault(where, f"{where} is missing")
                complete = False
        return kind(**values) if complete else None


@cache
def _fields(kind: type) -> tuple[dict[str, Any], dict[str, dataclasses.Field[Any]]]:
    """Types by name, and the fields that are stored: taken apart once, for a file has thousands of records."""
    kept = {f.name: f for f in dataclasses.fields(kind) if f.metadata.get("stored", True)}
    return get_type_hints(kind), kept
