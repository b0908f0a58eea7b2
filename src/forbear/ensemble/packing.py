"""A chunk's dataset as a few files of a Zarr group, and back. Nothing that is read here is executed."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.errors import FileError
from forbear.files import parse_json

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["decode", "decoded", "encode", "pack", "unpack"]


#: A chunk may unpack to so many bytes, or to so many times its files: what unpacks to more is made to fill a memory.
_UNPACKED, _TIMES = 256 * 1024 * 1024, 1000
#: A Zstandard frame begins so.
_FRAME = b"\x28\xb5\x2f\xfd"


def encode(data: xr.Dataset) -> dict[str, bytes]:
    """The files of a Zarr group that holds a dataset: path within the group -> contents."""
    packed = pack(data)
    files = _written(packed)
    if _unpacked(files) > _deserved(
        files
    ):  # zeros by the million: written as they are, or nobody would read them again
        plain = {str(name): {"compressors": None} for name in packed.variables}
        files = _written(packed, encoding=plain, write_empty_chunks=True)
    return files


def _written(packed: xr.Dataset, **how: Any) -> dict[str, bytes]:
    from zarr.storage import MemoryStore

    files: dict[str, Any] = {}
    packed.to_zarr(MemoryStore(files), mode="w", consolidated=False, **how)
    return {name: buffer.to_bytes() for name, buffer in sorted(files.items())}


def _deserved(files: dict[str, bytes]) -> int:
    return max(_UNPACKED, _TIMES * sum(map(len, files.values())))


def _unpacked(files: dict[str, bytes]) -> int:
    """Bytes that arrays say they unpack to. Raises ValueError for a file that would unpack to more than that, or by
    other means than those with which arrays are written."""
    total = 0
    for name, content in files.items():
        if not name.endswith("zarr.json"):
            continue
        about = parse_json(content, name)
        if about["node_type"] != "array":
            continue
        width = np.dtype(str(about["data_type"])).itemsize
        if not {codec["name"] for codec in about["codecs"]} <= {"bytes", "zstd"} or about.get("storage_transformers"):
            raise ValueError(f"{name} asks for other codecs than bytes and zstd")
        total += width * math.prod(map(int, about["shape"]))
        most = width * math.prod(map(int, about["chunk_grid"]["configuration"]["chunk_shape"]))
        folder = name.removesuffix("zarr.json") + "c"
        if any(_length(raw) > most for each, raw in files.items() if each.startswith(folder)):
            raise ValueError(f"a part of {name.removesuffix('/zarr.json')} would unpack to more than the array holds")
    return total


def _length(raw: bytes) -> int:
    """Bytes that a part of an array unpacks to: what its Zstandard frame states (RFC 8878, 3.1.1.1), else its own."""
    if raw[:4] != _FRAME or len(raw) < 6:
        return len(raw)
    single, size = bool(raw[4] & 32), (raw[4] >> 6)
    at = 5 + (not single) + (0, 1, 2, 4)[raw[4] & 3]
    many = (1 if single else 0, 2, 4, 8)[size]
    if not many:
        raise ValueError("a part of an array does not say how large it is")
    return int.from_bytes(raw[at : at + many], "little") + (256 if many == 2 else 0)


def decode(files: dict[str, bytes]) -> xr.Dataset:
    """Undo `encode`. Raises ValueError for files that unpack to more than their size deserves, and what Zarr raises."""
    if _unpacked(files) > _deserved(files):
        raise ValueError(f"it would unpack to more than {_TIMES:,} times its size")
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
