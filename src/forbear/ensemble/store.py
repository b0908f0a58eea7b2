"""A folder that keeps an ensemble while it is being made.

    manifest.json          what is being run; a store of another run is refused (E404)
    chunks/00000.zarr      one Zarr group (see `pack`) per chunk of members, written under another name and renamed when whole

A chunk that exists is done: a killed run goes on where it was, and the result is the same to the bit.

An address such as s3://bucket/run (anything that fsspec knows) is an object store, see `objects`: it renames nothing,
so a chunk there is done when a marker chunks/00000.done, written after it, exists.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError, RunError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Store", "open_store", "pack", "unpack"]

#: What two runs must share to be the same run.
IDENTITY = ("scenario_hash", "model_hash", "seed", "members", "chunk", "recorded", "kernel", "device", "parameters")
#: Stores that were begun before a device was recorded.
BEFORE = {"device": "cpu"}


def open_store(place: str | Path, manifest: dict[str, Any]) -> Store:
    """A store in a folder, or behind an address. Raises RunError E404, E421 and FileError E103."""
    place = str(place).removeprefix("file://")
    if "://" in place:
        from forbear.ensemble.objects import ObjectStore

        return ObjectStore(place, manifest)
    return Store(place, manifest)


def check_same(place: Any, there: dict[str, Any], manifest: dict[str, Any]) -> None:
    """Refuse (E404) a place that holds another run."""
    different = [
        key for key in IDENTITY if there.get(key, BEFORE.get(key)) != json.loads(json.dumps(manifest.get(key)))
    ]
    if different:
        raise RunError(
            "E404",
            f"{place} holds another run: {', '.join(different)} differ",
            hint="give another folder, or remove this one",
        )


class Store:
    """One run's folder."""

    def __init__(self, folder: str | Path, manifest: dict[str, Any]) -> None:
        """Open or begin. Raises RunError E404 when the folder holds another run, FileError E103 when it cannot be written."""
        self.folder = Path(folder)
        self.manifest = manifest
        path = self.folder / "manifest.json"
        try:
            if path.exists():
                there = json.loads(path.read_text(encoding="utf-8"))
                check_same(self.folder, there, manifest)
            else:
                (self.folder / "chunks").mkdir(parents=True, exist_ok=True)
                temporary = path.with_name("manifest.json.partial")
                temporary.write_text(json.dumps(manifest, indent=1, sort_keys=True), encoding="utf-8")
                temporary.replace(path)
        except OSError as error:
            raise FileError("E103", f"cannot write {self.folder}: {error.strerror}") from error
        except json.JSONDecodeError as error:
            raise FileError("E102", f"{path} is not a manifest: {error}") from error

    def seen(self) -> bool:
        """True when this process sees the store that was begun: a worker elsewhere may not share the folder."""
        return (self.folder / "manifest.json").exists()

    def path(self, chunk: int) -> Path:
        """Where a chunk lies when it is whole."""
        return self.folder / "chunks" / f"{chunk:05d}.zarr"

    def has(self, chunk: int) -> bool:
        """True when the chunk is done."""
        return self.path(chunk).exists()

    def write(self, chunk: int, data: xr.Dataset) -> None:
        """Write a chunk whole or not at all."""
        temporary = self.path(chunk).with_name(f"{chunk:05d}.partial-{platform.node()}-{os.getpid()}")
        try:
            shutil.rmtree(temporary, ignore_errors=True)
            pack(data).to_zarr(temporary, mode="w", consolidated=False)
            if not self.has(chunk):
                temporary.rename(self.path(chunk))
        except OSError as error:
            if self.has(chunk):  # another worker was first; what it wrote is the same
                return
            raise FileError("E103", f"cannot write {temporary}: {error.strerror}") from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def read(self, chunk: int) -> xr.Dataset:
        """Read one chunk into memory."""
        import xarray as xr

        return unpack(xr.open_zarr(self.path(chunk), consolidated=False).load())


def pack(data: xr.Dataset) -> xr.Dataset:
    """Lay variables of the same dimensions and type side by side in one array: a dozen files instead of hundreds."""
    import xarray as xr

    groups: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for name in map(str, data.data_vars):
        groups.setdefault((tuple(map(str, data[name].dims)), str(data[name].dtype)), []).append(name)
    variables = {}
    for number, ((dims, _), names) in enumerate(groups.items()):
        described = json.dumps([[name, dict(data[name].attrs)] for name in names])
        stacked = np.stack([data[name].values for name in names], axis=1)
        variables[f"pack{number}"] = ((dims[0], f"in_pack{number}", *dims[1:]), stacked, {"holds": described})
    # names as text have no final Zarr 3 type: they travel as attributes
    texts = {str(name): [str(v) for v in c.values] for name, c in data.coords.items() if c.dtype.kind in "UOT"}
    plain = {name: c for name, c in data.coords.items() if str(name) not in texts}
    return xr.Dataset(variables, coords=plain, attrs={"names": json.dumps(texts)})


def unpack(data: xr.Dataset) -> xr.Dataset:
    """Undo `pack`."""
    import xarray as xr

    variables = {}
    for name in map(str, data.data_vars):
        dims = [str(d) for d in data[name].dims if not str(d).startswith("in_pack")]
        for place, (variable, attributes) in enumerate(json.loads(data[name].attrs["holds"])):
            variables[variable] = (dims, data[name].values[:, place], attributes)
    return xr.Dataset(variables, coords={**data.coords, **json.loads(data.attrs["names"])})
