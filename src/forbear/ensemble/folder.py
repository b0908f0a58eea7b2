"""The files of a store in a folder of this machine, or of one that several machines share."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
from pathlib import Path

from forbear.errors import FileError
from forbear.files import PARTIAL, check_regular, make_folder, write_bytes

__all__ = ["Folder"]


class Folder:
    """Names are paths below the folder, with slashes."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return str(self.path)

    def begin(self) -> None:
        """Make the folder. Raises FileError E103, also where it holds something that is not a store's."""
        make_folder(self.path)
        others = [entry.name for entry in self.path.iterdir() if entry.name != "chunks" and PARTIAL not in entry.name]
        if others:
            raise FileError(
                "E103", f"{self.path} is no store and holds {sorted(others)[0]}", hint="give a new or an empty folder"
            )
        make_folder(self.path / "chunks")

    def get(self, name: str) -> bytes | None:
        """Contents of a file, None where there is none. Raises FileError E104 where it cannot be read."""
        path = self.path / name
        try:
            check_regular(path)
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise FileError("E104", f"cannot read {path}: {error.strerror}") from error

    def put(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all. Raises FileError E103.

        A link in its place is taken away and not followed: in a store from elsewhere it could lead to any file.
        """
        path = self.path / name
        if path.is_symlink():
            with contextlib.suppress(OSError):
                path.unlink()
        write_bytes(path, content)

    def names(self, under: str) -> list[str]:
        """Files below a folder, relative to it, sorted. Raises FileError E104 where it cannot be read."""
        root = self.path / under

        def refuse(error: OSError) -> None:
            raise FileError("E104", f"cannot read {error.filename}: {error.strerror}") from error

        if not root.is_dir():
            return []
        found = []
        for folder, _, files in os.walk(root, onerror=refuse):
            found += [(Path(folder) / file).relative_to(root).as_posix() for file in files]
        return sorted(found)

    def put_folder(self, name: str, files: dict[str, bytes]) -> bool:
        """Write files as one folder, whole or not at all; False where a folder of that name is there already.

        They are not forced onto the disk: a chunk that a failing machine cuts short is found by its checksum and run
        again, and forcing a dozen files for every chunk would cost more than that.
        Raises FileError E103.
        """
        target = self.path / name
        work = target.with_name(f"{target.name}{PARTIAL}{platform.node()}-{os.getpid()}")
        try:
            shutil.rmtree(work, ignore_errors=True)
            for file, content in files.items():
                path = work / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            work.rename(target)
        except OSError as error:
            if target.exists():
                return False
            raise FileError("E103", f"cannot write {target}: {error.strerror}") from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return True

    def drop_folder(self, name: str) -> None:
        """Remove a folder and what is in it, or what lies in its place. Raises FileError E103."""
        target = self.path / name
        gone = target.with_name(f"{target.name}{PARTIAL}{platform.node()}-{os.getpid()}-old")
        try:
            target.rename(gone)  # at once out of the way, whoever looks on
            if gone.is_dir() and not gone.is_symlink():
                shutil.rmtree(gone)
            else:
                gone.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise FileError("E103", f"cannot remove {target}: {error.strerror}") from error

    def tidy(self) -> None:
        """Remove what processes of this machine left half-written when they were killed. Failing that does no harm."""
        if os.name != "posix":  # elsewhere there is no harmless way to ask whether a process lives
            return
        for entry in (*self.path.glob(f"*{PARTIAL}*"), *(self.path / "chunks").glob(f"*{PARTIAL}*")):
            with contextlib.suppress(OSError, ValueError):
                if not _lives(_process_of(entry.name)):
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _process_of(name: str) -> int:
    """The process that was writing; ValueError where the name says another machine or nothing."""
    rest = name.partition(PARTIAL)[2]
    node = f"{platform.node()}-"
    rest = rest.removeprefix(node) if rest.startswith(node) else rest
    return int(rest.split("-")[0].split(".")[0])


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
