"""A chunk's dataset as a few files of a Zarr group, and back. Nothing that is read here is executed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["decode", "decoded", "encode", "pack", "unpack"]


def encode(data: xr.Dataset) -> dict[str, bytes]:
    """The files of a Zarr group that holds a dataset: path within the group -> contents."""
    from zarr.storage import MemoryStore

    files: dict[str, Any] = {}
    pack(data).to_zarr(MemoryStore(files), mode="w", consolidated=False)
    return {name: buffer.to_bytes() for name, buffer in sorted(files.items())}


def decode(files: dict[str, bytes]) -> xr.Dataset:
    """Undo `encode`."""
    import xarray as xr
    from zarr.core.buffer import default_buffer_prototype
    from zarr.storage import MemoryStore

    kind = default_buffer_prototype().buffer
    held: dict[str, Any] = {name: kind.from_bytes(content) for name, content in files.items()}
    return unpack(xr.open_zarr(MemoryStore(held), consolidated=False, zarr_format=3).load())  # no codecs of format 2


def decoded(files: dict[str, bytes], place: str) -> xr.Dataset:
    """As `decode`, of files that may be another's. Raises FileError E109, whatever is wrong with them."""
    try:
        return decode(files)
    except Exception as error:  # a right checksum makes no right file, and Zarr's codecs have errors of every kind
        raise FileError("E109", f"{place} cannot be unpacked: {type(error).__name__}: {str(error)[:120]}") from error


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
    about = {
        "names": json.dumps(texts),
        "about": json.dumps(dict(data.attrs)),
        "order": json.dumps(list(data.data_vars)),
    }
    return xr.Dataset(variables, coords=plain, attrs=about)


def unpack(data: xr.Dataset) -> xr.Dataset:
    """Undo `pack`."""
    import xarray as xr

    variables: dict[str, Any] = {}
    for name in map(str, data.data_vars):
        dims = [str(d) for d in data[name].dims if not str(d).startswith("in_pack")]
        for place, (variable, attributes) in enumerate(json.loads(data[name].attrs["holds"])):
            variables[variable] = (dims, data[name].values[:, place], attributes)
    ordered = {name: variables[name] for name in json.loads(data.attrs["order"])}
    coordinates = {**data.coords, **json.loads(data.attrs["names"])}
    return xr.Dataset(ordered, coords=coordinates, attrs=json.loads(data.attrs["about"]))
