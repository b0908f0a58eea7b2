"""What a way in is to the fuzzer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from random import Random

__all__ = ["WHOLE", "Reader"]

#: Shares are of so many inputs. The readers' shares add up to a little more: `--total` is the least that is run, and a
#: reader that is added leaves the inputs of all others as they are.
WHOLE = 1160


class Reader(ABC):
    """One way in. kind: toml, csv, json or arrays, which says how its files are changed; seal: whether they have a checksum."""

    name = ""
    kind = "toml"
    seal = False
    #: How many of WHOLE inputs it gets: by what it costs, and by who can send such a file.
    share = 10
    origins: tuple[bytes, ...] = ()

    @abstractmethod
    def read(self, raw: bytes, folder: Path) -> str | None:
        """Read a file; a word for the outcome where it is more than that. Raises what the reader raises."""

    def remade(self, origin: bytes, random: Random) -> bytes:
        """A file of arrays with other arrays in it, of readers whose kind is "arrays"."""
        raise TypeError(f"{self.name} reads no arrays")
