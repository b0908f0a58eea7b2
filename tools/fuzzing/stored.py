"""Files that forbear wrote and that carry a checksum: answers, validation, posteriors, kept outcomes, stores."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import xarray as xr

from forbear.ensemble.kept import Kept
from forbear.ensemble.manifest import IDENTITY
from forbear.ensemble.stamps import Stamp
from forbear.ensemble.store import Store
from forbear.files import checksum, read_arrays, sealed, write_arrays
from forbear.inference.posterior import Posterior
from forbear.inference.space import Space
from forbear.questions.answers import Answers
from forbear.scenario.reading.chain import LIBRARY
from forbear.scenario.scenario import Scenario
from forbear.validation.validate import FILE as VALIDATION
from forbear.validation.validate import load_validation, results_of
from fuzzing.changes import VALUES, changed_bytes, changed_json
from fuzzing.reader import Reader

__all__ = ["STORED"]


def shortened(raw: bytes) -> bytes:
    """The same document with every long list cut, sealed again: a tenth of the work, and every field is still there."""

    def cut(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: cut(entry) for key, entry in list(value.items())[:40]}
        return [cut(entry) for entry in value[:3]] if isinstance(value, list) else value

    whole = json.loads(raw)
    return json.dumps(sealed({key: cut(entry) for key, entry in whole.items() if key != "checksum"})).encode()


class AnswersReader(Reader):
    """Verdicts on record."""

    name, kind, seal, share = "answers", "json", True, 30

    def __init__(self) -> None:
        whole = [path.read_bytes() for path in sorted(LIBRARY.glob("*/answers.json"))]
        self.origins = (*[shortened(raw) for raw in whole] * 8, *whole)

    def read(self, raw: bytes, folder: Path) -> None:
        """As the report does."""
        (folder / "answers.json").write_bytes(raw)
        Answers.read(folder / "answers.json")


class ValidationReader(Reader):
    """Results of validation on record."""

    name, kind, seal, share = "validation", "json", True, 30

    def __init__(self) -> None:
        whole = [path.read_bytes() for path in sorted(LIBRARY.glob(f"*/{VALIDATION}"))]
        self.origins = (*[shortened(raw) for raw in whole] * 8, *whole)
        self.scenarios: dict[Path, Scenario] = {}

    def read(self, raw: bytes, folder: Path) -> None:
        """As the report does."""
        if folder not in self.scenarios:
            (folder / "scenario.toml").write_bytes(b'[scenario]\nname = "mine"\ntitle = "Mine"\nextends = "meadow"\n')
            self.scenarios[folder] = Scenario.load(folder / "scenario.toml")
        (folder / VALIDATION).write_bytes(raw)
        found = load_validation(self.scenarios[folder])
        for result in results_of(found or {}).values():
            result.lines()


class PosteriorReader(Reader):
    """A posterior."""

    name, kind, share = "posterior", "arrays", 40

    def __init__(self) -> None:
        self.problem = Scenario.load("meadow").problem()
        space = Space(self.problem)
        scores = space.draw(64, 1, "fuzz")
        made = Posterior(space, scores, np.repeat(np.arange(4), 16), np.zeros(64), {"model": "0"}, {"seed": 1})
        with tempfile.TemporaryDirectory() as folder:
            made.save(Path(folder) / "posterior.npz")
            self.origins = ((Path(folder) / "posterior.npz").read_bytes(),)

    def read(self, raw: bytes, folder: Path) -> None:
        """Load, and take parameters from it."""
        (folder / "posterior.npz").write_bytes(raw)
        Posterior.load(folder / "posterior.npz", self.problem).parameters(8)

    def remade(self, origin: bytes, random: Random) -> bytes:
        """An array lost, or of another shape or kind, or with numbers that are none; the checksum is made good."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "posterior.npz"
            path.write_bytes(origin)
            arrays, about = read_arrays(path)
            name = random.choice(sorted(arrays))
            one = arrays[name]
            bombs: list[bool] = []
            changes: list[Callable[[], object]] = [
                lambda: arrays.pop(name),
                lambda: about.pop(random.choice(sorted(about)), None) if about else None,
                lambda: about.update({random.choice(sorted(about)): random.choice(VALUES[:8])}) if about else None,
                lambda: arrays.__setitem__(name, one.ravel()[:3]),
                lambda: arrays.__setitem__(name, one[..., None]),
                lambda: arrays.__setitem__(name, one[:0]),
                lambda: arrays.__setitem__(name, np.array("x")),
                lambda: arrays.__setitem__(name, np.zeros(0)),
                lambda: arrays.__setitem__(name, np.full(one.shape, np.nan)),
                lambda: arrays.__setitem__(name, np.full(one.shape, 1e300)),
                lambda: arrays.__setitem__(name, np.zeros(one.shape, dtype="M8[s]")),
                lambda: arrays.__setitem__(name, np.zeros((10**7,), dtype="i1")),
                lambda: bombs.append(True),
            ]
            random.choice(changes)()
            write_arrays(path, arrays, about)
            if bombs:  # 400 kB that unpack to 400 MB
                return packed_bomb()
            return path.read_bytes()


@cache
def packed_bomb() -> bytes:
    """Arrays that unpack to a thousand times their bytes: made once, for packing them takes seconds."""
    out = io.BytesIO()
    np.savez_compressed(out, x=np.zeros(5 * 10**7), about=np.array("{}"), checksum=np.array(""))
    return out.getvalue()


class KeptReader(Reader):
    """Outcomes of policies in the cache folder."""

    name, kind, share = "kept", "arrays", 40

    def __init__(self) -> None:
        self.kept = Kept(fuzz="outcomes")
        arrays = {"failed": np.zeros(64, dtype=bool), "whole/deaths": np.arange(64.0), "year/deaths": np.ones((64, 3))}
        with tempfile.TemporaryDirectory() as folder:
            path = write_arrays(Path(folder) / "kept.npz", arrays)
            self.origins = (path.read_bytes(),)

    def read(self, raw: bytes, folder: Path) -> str:
        """As a battery does: arrays, or None where they are not as they were written."""
        self.kept.path = folder / "kept.npz"
        self.kept.path.write_bytes(raw)
        return "read" if self.kept.read() is not None else "computed again"

    remade = PosteriorReader.remade


class InMemory:
    """The files of a store in a dictionary."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def __str__(self) -> str:
        return "memory"

    def begin(self) -> None: ...

    def tidy(self) -> None: ...

    def get(self, name: str) -> bytes | None:
        return self.files.get(name)

    def put(self, name: str, content: bytes) -> None:
        self.files[name] = content

    def names(self, under: str) -> list[str]:
        return sorted(name.removeprefix(f"{under}/") for name in self.files if name.startswith(f"{under}/"))

    def put_folder(self, name: str, files: dict[str, bytes]) -> bool:
        self.files.update({f"{name}/{each}": content for each, content in files.items()})
        return True

    def drop_folder(self, name: str) -> None:
        for each in [each for each in self.files if each.startswith(f"{name}/")]:
            del self.files[each]


class StoreReader(Reader):
    """One file of a store of two chunks. An input is the file's name and what lies there; it begins with "!" where a
    malicious hand makes the sum in the seal good. What is read without that must be what was written."""

    name, kind, share = "store", "arrays", 60

    def __init__(self) -> None:
        numbers = np.random.Generator(np.random.Philox(1)).random((6, 8))
        self.data = xr.Dataset(
            {
                "deaths": (("member", "week"), numbers, {"unit": "persons"}),
                "failed": ("member", np.zeros(6, dtype=bool)),
            },
            coords={"member": np.arange(6, dtype=np.uint32)},
        )
        self.manifest = {**dict.fromkeys(IDENTITY, "a"), "seed": 1}
        self.stamps = [Stamp(6, f"{chunk:024d}", "prior") for chunk in range(2)]
        self.files: dict[str, bytes] = {}
        store = self.store(self.files)
        for chunk, stamp in enumerate(self.stamps):
            store.write(chunk, stamp, self.data)
        self.origins = tuple(name.encode() + b"\0" + content for name, content in sorted(self.files.items()))

    def store(self, files: dict[str, bytes]) -> Store:
        """The store over some files."""
        return Store(InMemory(files), self.manifest, self.stamps, lambda chunk, count: Stamp(count, "", "prior"))

    def read(self, raw: bytes, folder: Path) -> str:
        """As a run does that goes on: open, look at each chunk, take what is whole."""
        made_good, (name, _, content) = raw[:1] == b"!", raw.removeprefix(b"!").partition(b"\0")
        files = dict(self.files)
        place = name.decode("utf-8", "replace")
        files[place if place in files else "chunks/00000/data/stray"] = content
        if made_good and "/data/" in place:
            seal = json.loads(files[f"{place.split('/data/')[0]}/seal.json"])
            seal["files"]["data/" + place.split("/data/")[1]] = checksum(content)
            seal.pop("checksum")
            files[f"{place.split('/data/')[0]}/seal.json"] = json.dumps(sealed(seal)).encode()
        store, states = self.store(files), []
        for chunk, stamp in enumerate(self.stamps):
            states.append(store.look(chunk, stamp).state)
            if states[-1] == "whole" and not store.read(chunk, stamp).identical(self.data) and not made_good:
                raise AssertionError("an altered chunk was taken in silence")
        return "read" if states == ["whole", "whole"] else "found damaged"

    def remade(self, origin: bytes, random: Random) -> bytes:
        """Another document or other bytes, with the sums made good."""
        name, _, content = origin.partition(b"\0")
        if name.endswith(b"zarr.json") and b"chunk_shape" in content and random.random() < 0.3:
            about = json.loads(content)
            about["shape"][0] = random.choice([10**6, 10**8, 10**9, 10**15])
            content = json.dumps(about).encode()
        elif name.endswith(b".json"):
            content = changed_json(content, random, not name.endswith(b"zarr.json"))
        else:
            content = changed_bytes(content, random)
        return b"!" + name + b"\0" + content


STORED = (AnswersReader, ValidationReader, PosteriorReader, KeptReader, StoreReader)
