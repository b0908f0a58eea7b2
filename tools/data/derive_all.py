"""Derive every table of the package from the shared data, check the known totals, renew the hashes of the catalogue.

    python tools/data/derive_all.py --shared PATH --out src/forbear/evidence

Everything is derived into a temporary folder first: a failed check leaves the package as it was and exits with 1.
The same data give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import abroad
import afghanistan_figures
import afghanistan_forces
import afghanistan_places
import cases
import conflict_deaths
import forces
import iraq_course
import iraq_figures
import iraq_mechanisms
import places
import published_figures
import vietnam
import violence
from tables import KnownTotalError, check, run

FAMILIES = (violence, conflict_deaths, forces, published_figures, places, cases)
FAMILIES += (iraq_figures, iraq_course, iraq_mechanisms, afghanistan_places, afghanistan_forces, afghanistan_figures)
FAMILIES += (abroad, vietnam)
FOLDERS = ("series", "cases", "estimates", "maps")


def derive(data: Path, out: Path) -> None:
    """Derive every family, then put files and hashes in place."""
    catalogue = out / "catalogue.toml"
    if not catalogue.is_file():
        raise KnownTotalError(f"catalogue: expected a file at {catalogue}, found none")
    text = catalogue.read_text(encoding="utf-8")
    entries = {name: entry["file"] for name, entry in tomllib.loads(text)["series"].items()}
    with tempfile.TemporaryDirectory(dir=out, prefix=".deriving-") as folder:
        fresh = Path(folder)
        for family in FAMILIES:
            family.derive(data, fresh)
        files = sorted(path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file())
        check("files derived against files of the catalogue", files, sorted(entries.values()))
        for name, file in entries.items():
            text = renew(text, name, hashlib.sha256((fresh / file).read_bytes()).hexdigest())
        (fresh / "catalogue.toml").write_text(text, encoding="utf-8")
        for place in FOLDERS:
            (out / place).mkdir(exist_ok=True)
            for old in (out / place).iterdir():
                if f"{place}/{old.name}" not in files:
                    old.unlink() if old.is_file() else shutil.rmtree(old)
        for file in (*files, "catalogue.toml"):
            os.replace(fresh / file, out / file)
    print(f"{len(files)} tables derived, every known total met")


def renew(text: str, name: str, digest: str) -> str:
    """Return the catalogue with the sha256 line of one series replaced."""
    pattern = rf'(\[series\.{re.escape(name)}\]\n(?:(?!\[series\.)[^\n]*\n)*?sha256 = ")[0-9a-f]*(")'
    renewed, count = re.subn(pattern, rf"\g<1>{digest}\g<2>", text)
    check(f"sha256 lines of {name}", count, 1)
    return renewed


if __name__ == "__main__":
    run(derive, __doc__)
