"""What `forbear doctor` verifies: files of the installation, the evidence, the cache of kernels, and kept numbers."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from forbear.country.program import program
from forbear.ensemble.kept import verified
from forbear.errors import ForbearError
from forbear.evidence.catalogue import catalogue, verify
from forbear.kernel import woven
from forbear.kernel.cache import cache_folder

__all__ = ["findings"]


def findings() -> Iterator[tuple[bool, str]]:
    """Say of each thing that can be damaged whether it is whole: (whole, what was found)."""
    yield from _evidence()
    yield from _installation()
    yield from _cache()
    yield from _kept()


def _evidence() -> Iterator[tuple[bool, str]]:
    try:
        verify()
    except (ForbearError, OSError, ValueError) as error:
        yield False, f"evidence: {error}"
        return
    yield True, f"evidence: {len(catalogue())} series agree with their checksums"


def _installation() -> Iterator[tuple[bool, str]]:
    """Every file against the record that the installer wrote; a checkout has none but git's."""
    try:
        package = distribution("forbear")
    except PackageNotFoundError:
        yield True, "installation: not installed, runs from its folder"
        return
    recorded = [file for file in package.files or () if file.hash is not None and file.parts[0] == "forbear"]
    if not recorded:
        yield True, "installation: a checkout; its files are git's to verify"
        return
    faults = [str(file) for file in recorded if not _agrees(Path(str(file.locate())), file.hash)]
    for file in faults:
        yield False, f"installation: {file} is not the file that was installed"
    if not faults:
        yield True, f"installation: {len(recorded)} files agree with the record"


def _agrees(path: Path, stated: object) -> bool:
    mode, value = getattr(stated, "mode", "sha256"), getattr(stated, "value", "")
    try:
        found = hashlib.new(mode, path.read_bytes()).digest()
    except (OSError, ValueError):
        return False
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == value


def _cache() -> Iterator[tuple[bool, str]]:
    """The compiled code of each kernel against its seal. What is woven is never run as it lies there."""
    good = True
    for kernel in woven.KERNELS:
        why = woven.damage(woven.load(program(), kernel))
        if why is not None:
            good = False
            yield (
                not why,
                f"cache: {kernel}: {why or 'its compilation was broken off'}; it is compiled anew when it is next used",
            )
    if good:
        yield True, f"cache: compiled code agrees with its seals, in {cache_folder()}"


def _kept() -> Iterator[tuple[bool, str]]:
    """Numbers that were computed once. What is damaged is never read, and computed again where it is asked for."""
    whole, damaged = verified()
    for name in damaged:
        yield False, f"kept numbers: {name} is not as it was written; it is computed anew when it is next asked for"
    if not damaged:
        yield True, f"kept numbers: {whole} files agree with their checksums"
