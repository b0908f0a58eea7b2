"""What a server remembers, bounded in bytes: what was not asked for longest is let go first."""

from __future__ import annotations

import contextlib
import ctypes
import platform
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Generic, TypeVar

import numpy as np

__all__ = ["MEGABYTE", "Memory", "array_bytes", "give_back_what_is_freed", "trim"]

MEGABYTE = 1 << 20
#: What a value costs beside its arrays: key, objects, text.
_BESIDE = 2048
_DEEPEST = 6
#: Settings of the C library of GNU, by their numbers in malloc.h: most arenas, and the size from which on an array has
#: pages of its own.
_ARENAS, _OWN_PAGES = (-8, 2), (-3, 1 << 17)
#: Seconds between two times that free memory is looked for and given back; when that was done last.
_BETWEEN_TRIMS, _TRIMMED = 5.0, [0.0]

Value = TypeVar("Value")


def give_back_what_is_freed() -> None:
    """Let arrays that are freed go back to the system, where the C library is that of GNU; elsewhere nothing is done.

    By itself that library keeps an arena for each of many threads, and once a large array was freed it takes the next
    ones from arenas, too: a server that serves for hours then holds several times what it counts."""
    library = _gnu()
    with contextlib.suppress(AttributeError):
        for setting, value in (_ARENAS, _OWN_PAGES):
            library.mallopt(setting, value)


def trim() -> None:
    """Give back to the system what is free in the midst of arenas, at most every few seconds; nothing elsewhere."""
    now = time.monotonic()
    if now - _TRIMMED[0] < _BETWEEN_TRIMS:
        return
    _TRIMMED[0] = now
    with contextlib.suppress(AttributeError):
        _gnu().malloc_trim(0)


@cache
def _gnu() -> Any:
    """The C library where it is that of GNU, else something that has none of its functions."""
    try:
        return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else object()
    except OSError:
        return object()


def array_bytes(value: Any, found: dict[int, int] | None = None, depth: int = 0) -> int:
    """Bytes of all arrays in a value, each counted once: dictionaries, sequences, dataclasses and labelled arrays are
    looked into. found: arrays that are counted already, by identity; it is added to."""
    found = {} if found is None else found
    before = sum(found.values()) if depth == 0 else 0
    if isinstance(value, np.ndarray):
        whole = value if value.base is None or not isinstance(value.base, np.ndarray) else value.base
        found[id(whole)] = whole.nbytes
    elif depth < _DEEPEST:
        inside: list[Any] = []
        if hasattr(value, "variables"):  # a labelled data set, which is a mapping, too, but of arrays with labels
            inside = [variable.values for variable in value.variables.values()]
        elif isinstance(value, Mapping):
            inside = list(value.values())
        elif isinstance(value, (list, tuple)):
            inside = list(value)
        elif is_dataclass(value):
            inside = [getattr(value, f.name) for f in fields(value)]
        elif hasattr(value, "dims"):  # one labelled array
            inside = [value.values]
        for part in inside:
            array_bytes(part, found, depth + 1)
    return sum(found.values()) - before if depth == 0 else 0


class Memory(Generic[Value]):
    """Values by key, up to so many bytes together. Thread-safe; one thread makes a value, others wait for it."""

    def __init__(self, most: int, size: Callable[[Value], int] = array_bytes) -> None:
        self.most = most
        self._size = size
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Hashable) -> Value | None:
        """The value, or None where it was never put or is let go."""
        with self._lock:
            if key not in self._held:
                return None
            self._held.move_to_end(key)
            return self._held[key][0]

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value; others are let go until all fit. One that is larger than everything is not kept."""
        size = self._size(value) + _BESIDE
        with self._lock:
            self._drop(key)
            if size > self.most:
                return
            self._held[key] = (value, size)
            self.bytes += size
            while self.bytes > self.most:
                self._drop(next(iter(self._held)))

    def take(self, key: Hashable) -> Value | None:
        """The value, which is then the caller's alone; None where there is none."""
        with self._lock:
            value = self._held[key][0] if key in self._held else None
            self._drop(key)
            return value

    def made(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value, made where it is not held: by one thread, for which others wait. Raises what `make` raises."""
        found = self.get(key)
        if found is not None:
            return found
        with self._lock:
            alone = self._making.setdefault(key, threading.Lock())
        with alone:
            try:
                found = self.get(key)
                if found is None:
                    found = make()
                    self.put(key, found)
            finally:
                with self._lock:
                    self._making.pop(key, None)
        return found

    def _drop(self, key: Hashable) -> None:
        if key in self._held:
            self.bytes -= self._held.pop(key)[1]
