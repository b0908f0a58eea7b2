#!/usr/bin/env python3
"""Run forbear where nothing but Python is installed.

    python3 start.py run iraq-2003         what follows start.py is a command of forbear

The first call makes an environment in the folder `.environment` beside this file and installs what requirements.txt
names, each package checked against its hash; later calls start at once. What few commands need (a brief, figure files)
is added by the first call that asks for it, from requirements-brief.txt and requirements-plot.txt. With uv on the
machine, `uv run forbear` does the same. To begin again, delete the folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".environment"
STAMP = HOME / "installed"
OLDEST, NEWEST = (3, 11), (3, 13)
EXTRAS = {"brief": "brief", "--brief": "brief", "--plot": "plot"}  # a word of the command -> the extra that it needs


def python() -> str:
    """The Python to run with: this one where it fits, else a fitting one on the path. Leaves with 2 where there is none."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return found
    here = ".".join(map(str, sys.version_info[:2]))
    sys.exit(_told(f"forbear needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; this is {here}, and no other was found."))


def inside(name: str) -> Path:
    """A program of the environment."""
    return HOME / ("Scripts" if os.name == "nt" else "bin") / (name + (".exe" if os.name == "nt" else ""))


def stamp(chosen: str) -> str:
    """What the environment is made of: the pinned packages, the project's own description, and the Python."""
    lists = (
        "requirements.txt",
        *(f"requirements-{name}.txt" for name in dict.fromkeys(EXTRAS.values())),
        "pyproject.toml",
    )
    content = b"".join((ROOT / name).read_bytes() for name in lists)
    return hashlib.sha256(content + chosen.encode()).hexdigest()


def added(name: str) -> Path:
    """The file that says that an extra is installed."""
    return HOME / f"installed-{name}"


def pip(*words: str) -> list[str]:
    """An installation in the environment. Modules are compiled when they are first used, not all 200 MB of them."""
    return [
        str(inside("python")),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-compile",
        *words,
    ]


def install(chosen: str, wanted: str) -> None:
    """Make the environment. Leaves with 2 and one sentence where that cannot be done."""
    _told("forbear: installing, once (some minutes; needs a network and about 600 MB)")
    _do([chosen, "-m", "venv", "--clear", str(HOME)], "On Debian and Ubuntu: apt install python3-venv.")
    _do(pip("--require-hashes", "-r", str(ROOT / "requirements.txt")))
    _do(pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT)))
    STAMP.write_text(wanted, encoding="utf-8")


def add(name: str) -> None:
    """Install what an extra adds. Leaves with 2 and one sentence where that cannot be done."""
    _told(f"forbear: installing what this command needs besides, once (extra {name}: some 80 MB)")
    _do(pip("--no-deps", "--require-hashes", "-r", str(ROOT / f"requirements-{name}.txt")))
    added(name).write_text("", encoding="utf-8")


def _do(step: list[str], hint: str = "Is there a network?") -> None:
    done = subprocess.run(step, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-4:]
        sys.exit(_told("\n".join([*last, f"forbear could not be installed. {hint}"])))


def _told(text: str) -> int:
    print(text, file=sys.stderr, flush=True)
    return 2


def main() -> None:
    """Install where that is needed, then become the command."""
    chosen = python()
    wanted = stamp(chosen)
    try:
        if not STAMP.exists() or STAMP.read_text(encoding="utf-8") != wanted or not inside("forbear").exists():
            install(chosen, wanted)
        for word, name in EXTRAS.items():
            asked = any(given == word or given.startswith(f"{word}=") for given in sys.argv[1:])
            if asked and not added(name).exists():
                add(name)
    except OSError as error:
        sys.exit(_told(f"forbear could not be installed: {error}"))
    except KeyboardInterrupt:
        _told("\nstopped; the next call begins the installation again")
        sys.exit(130)
    command = [str(inside("forbear")), *sys.argv[1:]]
    if os.name == "nt":
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
