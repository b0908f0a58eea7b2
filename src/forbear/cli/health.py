"""What `forbear doctor` verifies: evidence, files of the installation and of the library, the cache, kept numbers."""

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
from forbear.files import read_arrays, read_json
from forbear.kernel import woven
from forbear.kernel.cache import cache_folder
from forbear.questions.answers import Answers
from forbear.questions.odds import Odds
from forbear.questions.odds_on_record import odds_on_record
from forbear.scenario import Scenario
from forbear.scenario.reading.chain import LIBRARY

__all__ = ["findings"]

#: How files of odds begin, and files of the library that carry no checksum of their own.
ODDS, UNSEALED = "odds-", ("pooled.json", "atlas/land.json")


def findings() -> Iterator[tuple[bool, str]]:
    """Say of each thing that can be damaged whether it is whole: (whole, what was found)."""
    yield from _evidence()
    yield from _installation()
    yield from _library()
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


def _library() -> Iterator[tuple[bool, str]]:
    """What was computed once and ships: answers, validations, odds, pages, posteriors. Of odds that are whole, whether
    they are still of today's claims."""
    whole = 0
    for file in sorted((*LIBRARY.rglob("*.json"), *LIBRARY.rglob("*.npz"))):
        name = file.relative_to(LIBRARY).as_posix()
        try:
            _read(file)
        except ForbearError as error:
            hint = f" ({error.hint})" if error.hint else ""
            yield False, f"library: {name} cannot be used, error {error.code}{hint}"
            continue
        whole += 1
        changed = _changed(file) if file.name.startswith(ODDS) else ""
        if changed:
            scenario = file.stem.removeprefix(ODDS)
            yield True, f"library: {name} is of another {changed} and is not shown: forbear atlas weigh {scenario}"
    yield True, f"library: {whole} files of results are whole"


def _read(file: Path) -> None:
    """Raises ForbearError where a file of results is not as it was written."""
    if file.suffix == ".npz":
        read_arrays(file)
    elif file.name.startswith(ODDS):
        Odds.read(file)
    else:
        read_json(file, seal=file.relative_to(LIBRARY).as_posix() not in UNSEALED)


def _changed(file: Path) -> str:
    """What odds were made with that is another now, in words; "" where nothing is, or what they are of is damaged,
    which is said by itself."""
    try:
        scenario = Scenario.load(file.stem.removeprefix(ODDS))
        return odds_on_record(scenario, Answers.beside(scenario)).other
    except ForbearError:
        return ""


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
