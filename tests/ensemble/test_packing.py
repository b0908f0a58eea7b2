"""A chunk of a store from elsewhere is bounded by its size: it is refused before it is unpacked."""

from __future__ import annotations

import json
import tracemalloc

import numcodecs
import numpy as np
import pytest
import xarray as xr

from forbear.ensemble.packing import decoded, encode
from forbear.errors import FileError

MEMBER = "member/zarr.json"


def dataset(members: int, weeks: int) -> xr.Dataset:
    numbers = np.zeros((members, weeks))
    return xr.Dataset({"deaths": (("member", "week"), numbers)}, coords={"member": np.arange(members)})


@pytest.fixture
def files():
    return encode(dataset(6, 8))


def changed(content: bytes, **fields: object) -> bytes:
    return json.dumps({**json.loads(content), **fields}).encode()


def refused(files: dict[str, bytes]) -> str:
    tracemalloc.start()
    with pytest.raises(FileError) as caught:
        decoded(files, "chunk 0")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert caught.value.code == "E109"
    return str(caught.value)


def test_arrays_that_say_they_are_larger_than_their_files_deserve_are_refused(files):
    for name, content in files.items():
        about = json.loads(content) if name.endswith("zarr.json") else {}
        if about.get("node_type") == "array":
            files[name] = changed(content, shape=[10**9, *about["shape"][1:]])
    assert "times its size" in refused(files)


def test_a_part_that_unpacks_to_more_than_its_array_holds_is_refused(files):
    files["member/c/0"] = bytes(numcodecs.Zstd().encode(np.zeros(10**8, dtype="u1")))
    assert len(files["member/c/0"]) < 10_000
    assert "more than the array holds" in refused(files)


@pytest.mark.parametrize("codec", ["gzip", "blosc", "sharding_indexed", "vlen-utf8"])
def test_only_what_the_writer_uses_unpacks(files, codec):
    files[MEMBER] = changed(files[MEMBER], codecs=[{"name": "bytes"}, {"name": codec, "configuration": {}}])
    assert "other codecs" in refused(files)


@pytest.mark.parametrize("about", [[], {}, {"node_type": "array"}, {"node_type": "array", "codecs": 1}, "x", None])
def test_what_describes_no_array_is_refused(files, about):
    files[MEMBER] = json.dumps(about).encode()
    refused(files)


def test_what_the_writer_packs_comes_back_also_where_it_is_zeros_by_the_million():
    for size in ((6, 8), (1, 1), (4000, 9000)):
        data = dataset(*size)
        assert decoded(encode(data), "chunk 0").identical(data)
