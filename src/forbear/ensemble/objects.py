"""A store behind an address: object stores and other places that fsspec knows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from forbear.ensemble.store import Store, check_same, pack, unpack
from forbear.errors import FileError, RunError

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["ObjectStore"]


class ObjectStore(Store):
    """One run's objects. A chunk is done when its marker is there, which is written last."""

    def __init__(self, address: str, manifest: dict[str, Any]) -> None:
        """Open or begin. Raises RunError E404 and E421, FileError E103 when the address cannot be reached or written."""
        self.address, self.manifest = address.rstrip("/"), manifest
        try:
            if self.seen():
                check_same(self.address, json.loads(self._files().cat_file(self._at("manifest.json"))), manifest)
            else:
                self._files().makedirs(self._at("chunks"), exist_ok=True)
                text = json.dumps(manifest, indent=1, sort_keys=True)
                self._files().pipe_file(self._at("manifest.json"), text.encode())
        except (RunError, FileError):
            raise
        except Exception as error:  # every kind of store has errors of its own
            raise FileError("E103", f"cannot write {self.address}: {error}") from error

    def _files(self) -> Any:
        try:
            import fsspec
        except ImportError:
            raise RunError(
                "E421", f"{self.address} is an address, which needs fsspec", hint="pip install 'forbear[cluster]'"
            ) from None
        try:
            files, self._root = fsspec.core.url_to_fs(self.address)
        except (ImportError, ValueError) as error:
            raise FileError("E103", f"cannot open {self.address}: {error}") from None
        return files

    def _at(self, name: str) -> str:
        self._files()
        return f"{self._root}/{name}"

    def _group(self, chunk: int) -> Any:
        from zarr.storage import FsspecStore

        return FsspecStore.from_url(f"{self.address}/chunks/{chunk:05d}.zarr")

    def seen(self) -> bool:
        """See Store."""
        return bool(self._files().exists(self._at("manifest.json")))

    def has(self, chunk: int) -> bool:
        """See Store."""
        return bool(self._files().exists(self._at(f"chunks/{chunk:05d}.done")))

    def write(self, chunk: int, data: xr.Dataset) -> None:
        """Write a chunk, then its marker. Two workers that write the same chunk write the same bytes."""
        try:
            pack(data).to_zarr(self._group(chunk), mode="w", consolidated=False)
            self._files().pipe_file(self._at(f"chunks/{chunk:05d}.done"), b"")
        except Exception as error:
            raise FileError("E103", f"cannot write chunk {chunk} of {self.address}: {error}") from error

    def read(self, chunk: int) -> xr.Dataset:
        """See Store."""
        import xarray as xr

        return unpack(xr.open_zarr(self._group(chunk), consolidated=False).load())
