"""A store keeps an ensemble while it is being made, and afterwards: in a folder, or behind an address.

    manifest.json           what is being run, sealed; a store of another run is refused (E404)
    chunks/00000/data/...   one Zarr group (see `packing`) per chunk of members
    chunks/00000/seal.json  the chunk's number, whose run it is of, its members, and the SHA-256 of each of its files

A chunk that is whole is done: a killed run goes on where it was, and the result is the same to the bit. Nothing is
taken from a chunk unseen: a file that is lost, cut short, altered or not the chunk's own is found whenever the chunk
is looked at; then the chunk is run again, and that is said. A damaged manifest is made anew from the seals.

An ensemble can be extended in place: chunks do not depend on how many there are. Asking for fewer members reads those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from forbear.ensemble.folder import Folder
from forbear.ensemble.manifest import IDENTITY, run_hash
from forbear.ensemble.objects import Objects
from forbear.ensemble.packing import decoded, encode
from forbear.errors import FileError, RunError
from forbear.files import checksum, parse_json, sealed

if TYPE_CHECKING:
    import xarray as xr

    from forbear.ensemble.stamps import Stamp

__all__ = ["Kept", "Store", "open_store"]

_SEAL = "seal.json"
_DATA = "data/"


class Place(Protocol):
    """Where the files of a store lie; see `Folder` for what each does."""

    def begin(self) -> None: ...
    def get(self, name: str) -> bytes | None: ...
    def put(self, name: str, content: bytes) -> None: ...
    def names(self, under: str) -> list[str]: ...
    def put_folder(self, name: str, files: dict[str, bytes]) -> bool: ...
    def drop_folder(self, name: str) -> None: ...
    def tidy(self) -> None: ...


@dataclass(frozen=True)
class Kept:
    """What a store has of a chunk.

    Attributes
    ----------
    state
        `whole`; `absent`; `fewer` (whole, with some of the members that are asked for); `more` (whole, with members
        beyond them); `damaged`.
    why
        Of a damaged one: what is wrong, in words.
    files
        Of a whole one: its files.
    """

    state: str
    why: str = ""
    files: dict[str, bytes] | None = None


def open_store(place: str | Path, manifest: dict[str, Any], stamps: Sequence[Stamp], shorter: Shorter) -> Store:
    """Open or begin the store of a run.

    Parameters
    ----------
    place
        A folder, or an address such as s3://bucket/run: anything that fsspec knows.
    manifest
        Of the run that is asked for.
    stamps
        Of its chunks.
    shorter
        (chunk, count) -> the stamp of its first members alone.

    Raises
    ------
    RunError
        E404 where the place holds another run, E421 where an address needs what is not installed.
    FileError
        E103 where it cannot be written, E104 where it cannot be read.
    """
    name = str(place).removeprefix("file://")
    found: Place = Objects(name) if "://" in name else Folder(name)
    return Store(found, manifest, stamps, shorter)


Shorter = Callable[[int, int], "Stamp"]


class Store:
    """One run's chunks. It travels to workers: each opens files by itself.

    Attributes
    ----------
    said
        What was found wrong on opening, in sentences for people.
    """

    def __init__(self, place: Place, manifest: dict[str, Any], stamps: Sequence[Stamp], shorter: Shorter) -> None:
        """See `open_store`."""
        self.place, self.run = place, run_hash(manifest)
        self.said: list[str] = []
        asked = [str(stamp) for stamp in stamps]
        there = self._manifest()
        place.tidy()
        if there is None:
            held = self._held()
            self._check_stamps(held, stamps, shorter)
            if held:
                self.said.append(f"the manifest of {place} was lost or damaged: made anew from the seals of its chunks")
            else:
                place.begin()
            known = [held.get(number, asked[number]) for number in range(len(asked))]
            self._put({**manifest, "chunks": _longer(known, asked), "noted": list(self.said)})
            return
        self._check_same(there, manifest)
        self._check_stamps(dict(enumerate(there["chunks"])), stamps, shorter)
        chunks = _longer(there["chunks"], asked)
        if chunks != there["chunks"]:
            before, after = (sum(int(text.split(":")[0]) for text in texts) for texts in (there["chunks"], chunks))
            note = f"extended from {before:,} to {after:,} simulated histories"
            self._put({**manifest, "chunks": chunks, "noted": [*there.get("noted", []), note]})

    def __str__(self) -> str:
        return str(self.place)

    # -- the manifest -------------------------------------------------------------------------------------

    def _manifest(self) -> dict[str, Any] | None:
        """The manifest that is there; None where it is lost or damaged."""
        content = self.place.get("manifest.json")
        if content is None:
            return None
        try:
            found = parse_json(content, f"{self.place}/manifest.json", seal=True)
        except FileError:
            return None
        chunks = found.get("chunks") if isinstance(found, dict) else None
        return found if isinstance(chunks, list) and all(map(_is_stamp, chunks)) else None

    def _put(self, manifest: dict[str, Any]) -> None:
        text = json.dumps(sealed(manifest), indent=1, sort_keys=True)
        self.place.put("manifest.json", text.encode())

    def _held(self) -> dict[int, str]:
        """Stamps by chunk of every seal that can be read, where no manifest can. Raises RunError E404."""
        found: dict[int, str] = {}
        files = [name for name in self.place.names("chunks") if "partial" not in name.split("/")[0]]
        for name in files:
            folder, _, file = name.partition("/")
            if file != _SEAL or not folder.isdecimal():
                continue
            try:
                seal = parse_json(self.place.get(f"chunks/{name}") or b"", name, seal=True)
            except FileError:
                continue
            if seal.get("run") != self.run:
                raise RunError("E404", f"{self.place} holds another run", hint=_ELSEWHERE)
            if seal.get("chunk") == int(folder) and _is_stamp(seal.get("stamp")):
                found[int(folder)] = seal["stamp"]
        if files and not found:
            raise RunError(
                "E404", f"{self.place} has no manifest, and chunks of which none can be told to be of this run",
                hint=_ELSEWHERE,
            )  # fmt: skip
        return found

    def _check_same(self, there: dict[str, Any], manifest: dict[str, Any]) -> None:
        plain = json.loads(json.dumps(manifest))
        different = [key for key in IDENTITY if there.get(key) != plain.get(key)]
        if different:
            words = ", ".join(f"{key} ({there.get(key)} there, {plain.get(key)} here)" for key in different)
            raise RunError("E404", f"{self.place} holds another run: {words[:400]} differ", hint=_ELSEWHERE)

    def _check_stamps(self, there: dict[int, str], stamps: Sequence[Stamp], shorter: Shorter) -> None:
        """Refuse (E404) chunks of other members or other parameters."""
        for number, text in there.items():
            if number >= len(stamps) or text == str(stamps[number]):
                continue
            count = int(text.split(":")[0])
            if count > stamps[number].count:  # the last one that is asked for, cut short: nothing is taken from it
                continue
            if count == stamps[number].count or str(shorter(number, count)) != text:
                raise RunError(
                    "E404", f"{self.place} holds another run: members or parameters differ (in chunk {number})",
                    hint=_ELSEWHERE,
                )  # fmt: skip

    def note(self, lines: Sequence[str]) -> None:
        """Add sentences to the manifest: chunks that were run again. Raises FileError E103."""
        there = self._manifest()
        if there is not None and lines:
            self._put({**there, "noted": [*there.get("noted", []), *lines]})

    # -- chunks -------------------------------------------------------------------------------------------

    def seen(self) -> bool:
        """True when this process sees the store that was begun: a worker elsewhere may not share the folder."""
        return self.place.get("manifest.json") is not None

    def look(self, chunk: int, stamp: Stamp) -> Kept:
        """Read a chunk's files and check each against the seal. Raises FileError E104 where one may not be read."""
        folder = f"chunks/{chunk:05d}"
        names = self.place.names(folder)
        if not names and self.place.get(folder) is None:
            return Kept("absent")
        try:
            seal = parse_json(self.place.get(f"{folder}/{_SEAL}") or b"", _SEAL, seal=True)
            listed: dict[str, str] = dict(seal["files"])
            at, run, text = seal["chunk"], seal["run"], seal["stamp"]
        except (FileError, KeyError, TypeError, ValueError):
            return Kept("damaged", "its seal is lost or damaged")
        if not _is_stamp(text):
            return Kept("damaged", "its seal says nothing of its members")
        if at != chunk or run != self.run:
            return Kept("damaged", f"it is chunk {at} of {'this' if run == self.run else 'another'} run")
        foreign = sorted(set(names) - {_SEAL, *listed})
        if foreign:
            return Kept("damaged", f"{foreign[0]} is none of its files")
        files = {}
        for name, sum_there in listed.items():
            content = self.place.get(f"{folder}/{name}")
            if content is None:
                return Kept("damaged", f"{name} is lost")
            if checksum(content) != sum_there:
                return Kept("damaged", f"{name} was altered or cut short")
            files[name.removeprefix(_DATA)] = content
        if text != str(stamp):
            count = int(text.split(":")[0])
            return Kept("fewer" if count < stamp.count else "more")
        return Kept("whole", files=files)

    def read(self, chunk: int, stamp: Stamp) -> xr.Dataset:
        """A chunk that is whole, in memory. Raises FileError E109 where it is not, E104 where it may not be read."""
        kept = self.look(chunk, stamp)
        if kept.files is None:
            raise FileError(
                "E109", f"chunk {chunk} of {self.place} is {kept.state}: {kept.why or 'it was whole before'}"
            )
        return decoded(kept.files, f"chunk {chunk} of {self.place}")

    def write(self, chunk: int, stamp: Stamp, data: xr.Dataset) -> bool:
        """Write a chunk whole or not at all.

        What lies in its place and is damaged, or has fewer of its members, gives way; a chunk with more members stays.

        Returns
        -------
        bool
            Whether the chunk can now be read from the store.

        Raises
        ------
        FileError
            E103 where it cannot be written.
        """
        folder = f"chunks/{chunk:05d}"
        files = {f"{_DATA}{name}": content for name, content in encode(data).items()}
        seal = sealed({
            "chunk": chunk, "run": self.run, "stamp": str(stamp),
            "files": {name: checksum(content) for name, content in files.items()},
        })  # fmt: skip
        files[_SEAL] = json.dumps(seal, indent=1, sort_keys=True).encode()
        for _ in range(2):
            kept = self.look(chunk, stamp).state
            if kept in (
                "whole",
                "more",
            ):  # another worker was first, and what it wrote is the same; or a larger ensemble
                return kept == "whole"
            if kept != "absent":
                self.place.drop_folder(folder)
            if self.place.put_folder(folder, files):
                return True
        raise FileError("E103", f"cannot write chunk {chunk} of {self.place}: something else comes into its place")


#: A count of members, a hash and a word: a number of a thousand digits is none.
_LONGEST_STAMP = 200
_ELSEWHERE = "give another folder, or remove this one"


def _is_stamp(text: object) -> bool:
    """Whether it can be the text of a `Stamp`: a count comes first."""
    return isinstance(text, str) and text.split(":")[0].isdecimal() and len(text) <= _LONGEST_STAMP


def _longer(there: Sequence[str], asked: Sequence[str]) -> list[str]:
    """Stamps of all chunks that a store has or will have, each with the larger number of members."""
    out = []
    for number in range(max(len(there), len(asked))):
        both = [texts[number] for texts in (there, asked) if number < len(texts)]
        out.append(max(both, key=lambda text: int(text.split(":")[0])))
    return out
