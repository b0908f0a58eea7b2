"""Build wheel and sdist, install each in a clean environment on every supported Python that is here, and use it there.

    python tools/install_check.py                       3.11, 3.12 and 3.13, as far as they are on this machine
    python tools/install_check.py --python 3.12         one of them
    python tools/install_check.py --kinds wheel         the wheel alone
    python tools/install_check.py --simulate            simulate the meadow as well (compiles the country: minutes each)

Packages come from requirements.txt, each checked against its hash; the artefact is installed without looking for others.
The commands run in an empty folder, so that nothing of the checkout can help. Pythons are looked for on the path, among
pyenv's and among uv's. Leaves with 1 where a step fails, and with 2 where a Python that was asked for is not here.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SUPPORTED = ("3.11", "3.12", "3.13")
COMMANDS = (
    ("--version",),
    ("check", "meadow"),
    ("check", "iraq-2003"),
    ("evidence", "show", "iraq-sigacts-month"),
    ("explain", "E421"),
    ("doctor",),
)


class Failed(Exception):
    """A step that did not end well: its words and what it said."""


def run(words: list[str], folder: Path, environment: dict[str, str] | None = None) -> str:
    """What a command prints. Raises Failed where it does not end with 0."""
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(words)}\n{done.stdout[-1500:]}{done.stderr[-3000:]}")
    return done.stdout


def python(version: str) -> str | None:
    """A Python of that version that runs, or None."""
    places = [Path(p) for p in (shutil.which(f"python{version}"),) if p]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places += sorted(pyenv.glob(f"{version}.*/bin/python{version}"))
    if shutil.which("uv"):
        found = subprocess.run(["uv", "python", "find", "--no-project", "--no-python-downloads", version], capture_output=True, text=True)  # fmt: skip
        places += [Path(found.stdout.strip())] if found.returncode == 0 else []
    for place in places:
        probe = [str(place), "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(probe, capture_output=True, text=True)
        if done.returncode == 0 and done.stdout.strip() == version:
            return str(place)
    return None


def build(folder: Path) -> dict[str, Path]:
    """Wheel and sdist of this checkout, by the pinned build backend."""
    if shutil.which("uv"):
        run(["uv", "build", "--quiet", "--out-dir", str(folder), "--build-constraint", str(ROOT / "constraints.txt"), "--require-hashes", str(ROOT)], folder)  # fmt: skip
    else:
        code = "from hatchling.build import *; import sys; build_sdist(sys.argv[1]); build_wheel(sys.argv[1])"
        run([sys.executable, "-c", code, str(folder)], ROOT)
    return {"wheel": next(folder.glob("*.whl")), "sdist": next(folder.glob("*.tar.gz"))}


def install(interpreter: str, home: Path, artefact: Path) -> None:
    """A clean environment with the pinned packages and the artefact."""
    inside = str(home / "bin" / "python")
    if shutil.which("uv"):
        run(["uv", "venv", "--quiet", "--no-project", "--python", interpreter, str(home)], home.parent)
        first, flags = ["uv", "pip", "install", "--quiet", "--python", inside], []
    else:
        run([interpreter, "-m", "venv", str(home)], home.parent)
        first, flags = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"], ["--no-compile"]
    run([*first, *flags, "--require-hashes", "-r", str(ROOT / "requirements.txt")], home.parent)
    run([*first, *flags, "--no-deps", "--no-build-isolation", str(artefact)], home.parent)


def use(home: Path, folder: Path, simulate: bool) -> None:
    """The commands that every installation must be able to run."""
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}
    inside = str(home / "bin" / "python")
    where = run([inside, "-c", "import forbear; print(forbear.__file__)"], folder, environment).strip()
    if not Path(where).resolve().is_relative_to(home.resolve()):
        raise Failed(f"forbear was imported from {where}, not from the environment")
    run([inside, "-c", "import pkgutil, forbear, importlib\nfor m in pkgutil.walk_packages(forbear.__path__, 'forbear.'):\n    if not m.name.endswith('__main__'): importlib.import_module(m.name)"], folder, environment)  # fmt: skip
    for words in COMMANDS:
        run([str(home / "bin" / "forbear"), *words], folder, environment)
    if simulate:
        run([str(home / "bin" / "forbear"), "simulate", "meadow", "--members", "8", "--csv", "tables"], folder, environment)  # fmt: skip
    run([inside, str(ROOT / "tools" / "licences.py"), "--environment", "--quiet"], folder, environment)


def megabytes(home: Path) -> int:
    """The size of an environment's packages, links not followed."""
    files = [path for path in (home / "lib").rglob("*") if path.is_file() and not path.is_symlink()]
    return round(sum(path.stat().st_size for path in files) / 1e6)


def packages(home: Path) -> int:
    """How many packages an environment holds, forbear itself among them."""
    return sum(1 for _ in (home / "lib").glob("python*/site-packages/*.dist-info"))


def tracked_data() -> set[str]:
    """The files of the package that git knows, by their names inside the wheel."""
    listed = run(["git", "ls-files", "src/forbear"], ROOT)
    return {line.removeprefix("src/") for line in listed.splitlines()}


def main() -> None:
    """Build, install, use; one line for each environment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", choices=SUPPORTED)
    parser.add_argument("--kinds", nargs="+", choices=("wheel", "sdist"), default=["wheel", "sdist"])
    parser.add_argument("--simulate", action="store_true")
    chosen = parser.parse_args()
    found = {version: python(version) for version in chosen.python or SUPPORTED}
    absent = [version for version, place in found.items() if place is None]
    if absent:
        print(f"not on this machine: Python {', '.join(absent)}")
        if chosen.python or len(absent) == len(found):
            sys.exit(2)
    failed = False
    with tempfile.TemporaryDirectory(prefix="forbear-install-") as place:
        scratch = Path(place)
        (scratch / "dist").mkdir()
        artefacts = build(scratch / "dist")
        lacking = tracked_data() - set(zipfile.ZipFile(artefacts["wheel"]).namelist())
        if lacking:
            sys.exit(f"the wheel lacks {', '.join(sorted(lacking)[:10])}")
        for version, interpreter in found.items():
            for kind in chosen.kinds if interpreter else ():
                home, folder = scratch / f"{version}-{kind}", scratch / f"{version}-{kind}-empty"
                folder.mkdir()
                begun = time.monotonic()
                try:
                    install(str(interpreter), home, artefacts[kind])
                    installed = time.monotonic() - begun
                    size, many = megabytes(home), packages(home)  # before it is used: using it compiles sources
                    use(home, folder, chosen.simulate)
                    used = time.monotonic() - begun - installed
                    told = f"{many} packages, {size} MB, installed in {installed:.0f} s, used in {used:.0f} s"
                    print(f"Python {version}, {kind}: {told}", flush=True)
                except Failed as error:
                    failed = True
                    print(f"Python {version}, {kind}: FAILED\n{error}", flush=True)
                shutil.rmtree(home, ignore_errors=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
