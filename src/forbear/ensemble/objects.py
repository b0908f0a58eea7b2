"""The files of a store behind an address: object stores and other places that fsspec knows."""

from __future__ import annotations

from typing import Any

from forbear.errors import FileError, RunError

__all__ = ["Objects"]


class Objects:
    """As `Folder`, but such a place renames nothing: of a folder the seal is written last, and is looked for first."""

    def __init__(self, address: str) -> None:
        """Raises RunError E421 without fsspec, FileError E103 for an address that nothing knows."""
        self.address = address.rstrip("/")
        self._reach()

    def __str__(self) -> str:
        return self.address

    def _reach(self) -> tuple[Any, str]:
        try:
            import fsspec
        except ImportError:
            raise RunError(
                "E421", f"{self.address} is an address, which needs fsspec", hint="pip install 'forbear[cluster]'"
            ) from None
        try:
            files, root = fsspec.core.url_to_fs(self.address)
        except (ImportError, ValueError) as error:
            raise FileError("E103", f"cannot open {self.address}: {error}") from None
        return files, str(root)

    def begin(self) -> None:
        """See Folder. Raises FileError E103."""
        files, root = self._reach()
        try:
            files.makedirs(f"{root}/chunks", exist_ok=True)
        except Exception as error:  # every kind of store has errors of its own
            raise FileError("E103", f"cannot write {self.address}: {error}") from error

    def get(self, name: str) -> bytes | None:
        """See Folder. Raises FileError E104."""
        files, root = self._reach()
        try:
            return bytes(files.cat_file(f"{root}/{name}"))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, KeyError):
            return None
        except Exception as error:
            raise FileError("E104", f"cannot read {self.address}/{name}: {error}") from error

    def put(self, name: str, content: bytes) -> None:
        """See Folder. Raises FileError E103."""
        files, root = self._reach()
        try:
            files.pipe_file(f"{root}/{name}", content)
        except Exception as error:
            raise FileError("E103", f"cannot write {self.address}/{name}: {error}") from error

    def names(self, under: str) -> list[str]:
        """See Folder. Raises FileError E104."""
        files, root = self._reach()
        base = f"{root}/{under}/".lstrip("/")
        try:
            found = files.find(f"{root}/{under}")
        except (FileNotFoundError, NotADirectoryError):
            return []
        except Exception as error:
            raise FileError("E104", f"cannot read {self.address}/{under}: {error}") from error
        return sorted(str(name).lstrip("/").removeprefix(base) for name in found)

    def put_folder(self, name: str, files: dict[str, bytes]) -> bool:
        """Write files in their order: the last one says that the others are there. Two workers write the same bytes.

        Raises FileError E103.
        """
        for file, content in files.items():
            self.put(f"{name}/{file}", content)
        return True

    def drop_folder(self, name: str) -> None:
        """See Folder. Raises FileError E103."""
        files, root = self._reach()
        try:
            for file in self.names(name):
                files.rm_file(f"{root}/{name}/{file}")
        except FileNotFoundError:
            return
        except FileError:
            raise
        except Exception as error:
            raise FileError("E103", f"cannot remove {self.address}/{name}: {error}") from error

    def tidy(self) -> None:
        """Nothing is left half-written that another writer would not write over."""
