"""The one way in which forbear writes and checks a file: whole or not at all, and never half-read.

Whatever is written goes into a file beside its target, is forced onto the disk and takes the target's name last, so
that a full disk, a kill or a second writer leave either what was there before or all of the new. What must not be
altered unseen carries a checksum: JSON documents are *sealed*, arrays go into a *sealed* NPZ file. Nothing that is
read here is executed: NPZ is read without pickled objects.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import math
import os
import re
import secrets
import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forbear.errors import FileError, can_be_shown

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "PARTIAL",
    "check_regular",
    "checksum",
    "make_folder",
    "parse_json",
    "read_arrays",
    "read_bytes",
    "read_json",
    "replacing",
    "sealed",
    "whole_number",
    "write_arrays",
    "write_bytes",
    "write_json",
    "write_text",
]

#: A part of the name of every file that is not whole yet; nobody but its writer has a use for it.
PARTIAL = ".partial-"
#: What JSON writes for a character that `can_be_shown` refuses, but for halves of characters.
_UNSHOWN = re.compile(
    r"(?<!\\)(?:\\\\)*+\\(?:[bf]|u(?:00(?:0[0-8bcef]|1[0-9a-f]|7f|[89][0-9a-f])|202[a-e]|206[6-9]))", re.IGNORECASE
)
_SEAL = "checksum"
#: Lists within lists of a JSON document: whoever goes through it by calling itself must not run out of calls.
_DEEPEST = 64
#: Arrays may unpack to so many bytes, or to so many times their file: what unpacks to more is made to fill a memory.
_UNPACKED, _TIMES = 64 * 1024 * 1024, 100


@contextlib.contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a path to write to that takes the target's place once the block ends without an error.

    Parameters
    ----------
    path
        The target. A link is followed; something that is no regular file (a pipe, a terminal) is written directly.

    Yields
    ------
    Path
        A free name in the same folder and with the same suffix, for libraries that write by themselves.

    Raises
    ------
    FileError
        E103 where the folder or the file cannot be written, or the disk is full. Then nothing is left behind, and what
        was at the target before is still there. Only errors of the system are turned into it; all others pass.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not (target.is_file() or target.is_dir()):
            yield target
            return
        work = target.with_name(f".{target.stem}{PARTIAL}{os.getpid()}-{secrets.token_hex(4)}{target.suffix}")
        try:
            yield work
            with work.open("rb+") as file:
                os.fsync(file.fileno())
            if target.is_file():  # a file that others may read stays one
                work.chmod(stat.S_IMODE(target.stat().st_mode))
            os.replace(work, target)
        finally:
            with contextlib.suppress(OSError):
                work.unlink(missing_ok=True)
        _force(target.parent)
    except OSError as error:
        raise FileError("E103", f"cannot write {path}: {_reason(error)}") from error


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write bytes whole or not at all; return the path. Raises FileError E103 as `replacing`."""
    with replacing(path) as work:
        work.write_bytes(content)
    return Path(path)


def write_text(path: str | Path, text: str) -> Path:
    """Write text in UTF-8 with plain line ends, whole or not at all; return the path. Raises FileError E103."""
    return write_bytes(path, text.encode("utf-8", errors="surrogateescape"))


def write_json(path: str | Path, value: Any, *, seal: bool = False, indent: int | None = 1) -> Path:
    """Write a JSON document, whole or not at all.

    Parameters
    ----------
    path, value
        Where, and what: anything that JSON knows; not-a-number is refused, since other readers do not know it.
    seal
        Add the document's checksum (see `sealed`), so that `read_json` finds every change; the value is an object then.
    indent
        Blanks by level; None for one line.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    FileError
        E103 as `replacing`.
    """
    content = sealed(value) if seal else value
    return write_text(path, json.dumps(content, indent=indent, allow_nan=False) + "\n")


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file. Raises FileError E101 where there is none and E104 where it cannot be read or is no regular file."""
    try:
        check_regular(path)
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise FileError("E101", f"no file {path}") from error
    except OSError as error:
        raise FileError("E104", f"cannot read {path}: {_reason(error)}") from error


def check_regular(path: str | Path) -> int:
    """The size of a file in bytes. Raises OSError where there is none, and where it is a pipe, a device or a folder: a
    pipe beside a scenario would be waited for, and a device be read, for ever."""
    about = os.stat(path)
    if stat.S_ISDIR(about.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return about.st_size


def read_json(path: str | Path, *, seal: bool = False) -> Any:
    """Read a JSON document from a file.

    Parameters
    ----------
    path
        The file.
    seal
        Ask for the checksum that `write_json(..., seal=True)` left, compare it, and give the document without it.

    Raises
    ------
    FileError
        E101 and E104 as `read_bytes`; E109 where it is no JSON, carries no checksum, or another.
    """
    return parse_json(read_bytes(path), path, seal=seal)


def parse_json(content: bytes, path: str | Path, *, seal: bool = False) -> Any:
    """Take the bytes of a JSON document apart; path: where they come from, for messages. Raises as `read_json`."""
    try:
        text = content.decode("utf-8")
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite, parse_int=whole_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise _damaged(path, f"it is no JSON document: {error}") from error
    if _holds_unshown(text):
        raise _damaged(path, "it holds a character that cannot be shown")
    if _nests_too_deep(value):
        raise _damaged(path, f"it nests more than {_DEEPEST} levels deep")
    if not seal:
        return value
    if not isinstance(value, dict) or _SEAL not in value:
        raise _damaged(path, "it carries no checksum")
    document = {key: entry for key, entry in value.items() if key != _SEAL}
    if sealed(document)[_SEAL] != value[_SEAL]:
        raise _damaged(path, "its checksum is not that of its contents")
    return document


def sealed(value: Mapping[str, Any]) -> dict[str, Any]:
    """The same document, keys in their order, with `checksum`: SHA-256 of its canonical JSON (sorted, no blanks)."""
    canonical = json.dumps(dict(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return {**json.loads(json.dumps(dict(value), allow_nan=False)), _SEAL: checksum(canonical.encode())}


def write_arrays(path: str | Path, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any] | None = None) -> Path:
    """Write arrays into one sealed NPZ file, whole or not at all.

    Parameters
    ----------
    path
        Where; by custom it ends in `.npz`.
    arrays
        Name -> array of numbers, booleans or text; objects are refused, since they would be executed on reading.
    about
        Whatever else belongs to them, as JSON.

    Raises
    ------
    FileError
        E103 as `replacing`.
    ValueError
        For an array of objects, which is a fault of the caller.
    """
    import numpy as np

    content = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in content.items():
        if array.dtype.hasobject:
            raise ValueError(f"{name} holds objects, which a sealed file does not")
    said = json.dumps(dict(about or {}), sort_keys=True)
    buffer = io.BytesIO()
    everything = {**content, "about": np.array(said), _SEAL: np.array(_checksum_of(content, said))}
    np.savez_compressed(buffer, allow_pickle=False, **everything)
    if _fills_a_memory(buffer):  # zeros by the million: they are written as they are, or nobody would read them again
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **everything)
    return write_bytes(path, buffer.getvalue())


def read_arrays(path: str | Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read what `write_arrays` wrote: (arrays by name, what was said about them).

    Raises
    ------
    FileError
        E101 and E104 as `read_bytes`; E109 where anything in the file is not as it was written. Objects in a file of
        another's are refused unread.
    """
    import numpy as np

    raw = read_bytes(path)
    try:
        if _fills_a_memory(io.BytesIO(raw)):
            raise _damaged(path, f"it would unpack to more than {_TIMES} times its size")
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        said, there = str(arrays.pop("about")), str(arrays.pop(_SEAL))
        about = json.loads(said)
        if not isinstance(about, dict) or _holds_unshown(said):
            raise _damaged(path, "what is said about its arrays is no table of plain texts")
    except FileError:
        raise
    except Exception as error:  # zlib, struct, tokenize: whatever a broken file can be taken for
        raise _damaged(path, f"it cannot be unpacked: {type(error).__name__}") from error
    if _checksum_of(arrays, said) != there:
        raise _damaged(path, "its checksum is not that of its contents")
    return arrays, about


def _fills_a_memory(file: io.BytesIO) -> bool:
    """Whether an archive says that it unpacks to more than its size deserves. No part is unpacked beyond what it says."""
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    return unpacked > max(_UNPACKED, _TIMES * file.getbuffer().nbytes)


def checksum(content: bytes) -> str:
    """SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def make_folder(path: str | Path) -> Path:
    """Make a folder and those above it where they are not there yet. Raises FileError E103 where that is not possible."""
    target = Path(path)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError("E103", f"cannot make the folder {target}: {_reason(error)}") from error
    return target


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


def _holds_unshown(text: str) -> bool:
    """Whether a text of JSON holds, or writes out, a character that a terminal would obey and not show."""
    return not can_be_shown(text.replace("\r", "")) or _UNSHOWN.search(text) is not None


def _nests_too_deep(value: Any) -> bool:
    """Whether there are more levels than any document has."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(_DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list))
        ]
    return bool(level)


def whole_number(word: str) -> int:
    """A whole number of JSON. Raises ValueError for one that has no float: whoever compares or divides it would fall."""
    number = int(word)
    try:
        float(number)
    except OverflowError:
        raise ValueError(f"{word[:40]} is larger than any number") from None
    return number


def _finite(word: str) -> float:
    """A number; 1e999 would be infinite, which JSON does not know."""
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word[:40]} is larger than any number")
    return number


def _checksum_of(arrays: Mapping[str, np.ndarray], about: str) -> str:
    digest = hashlib.sha256(about.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(json.dumps([name, array.dtype.str, list(array.shape)]).encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def _force(folder: Path) -> None:
    """Force a new name onto the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__


def _damaged(path: str | Path, why: str) -> FileError:
    return FileError("E109", f"{path} is damaged: {why}", hint="remove it and let it be made again, or take a copy")
