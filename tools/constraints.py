"""Pin every package with hashes, without any download address.

    python tools/constraints.py            write constraints.txt, requirements*.txt and the same versions into pyproject.toml
    python tools/constraints.py --keep     the same, holding every version that is pinned already
    python tools/constraints.py --verify   check that uv.lock, which `uv run` makes and nobody tracks, holds the
                                           pinned versions, and only files whose hashes constraints.txt knows

`uv run` resolves under `[tool.uv] constraint-dependencies`, so a clean machine gets the pinned versions; uv checks
each download against uv.lock, and `--verify` checks uv.lock against constraints.txt. Why not track uv.lock: it
writes the address of the registry it was made with into every line (docs/decisions/0001-pins.md).

requirements.txt holds what running needs and what building the package needs, for `start.py`, which installs with pip and
without uv: pip takes hashes from a list of exact versions alone, not from constraints. requirements-NAME.txt holds what
the extra NAME adds to it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
REQUIREMENTS = ROOT / "requirements.txt"
EXTRAS = ("brief", "plot")
PROJECT = ROOT / "pyproject.toml"
BEGIN, END = "# pins: written by tools/constraints.py\n", "# end of pins\n"


def normal(name: str) -> str:
    """A package's name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, dict[str, set[str]]]:
    """Package -> version -> hashes, from constraints.txt."""
    out: dict[str, dict[str, set[str]]] = {}
    text = CONSTRAINTS.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        match = re.match(r"([A-Za-z0-9_.\[\]-]+)==([^\s;]+)", line)
        if match:
            name = normal(match[1].split("[")[0])
            out.setdefault(name, {}).setdefault(match[2], set()).update(re.findall(r"sha256:[0-9a-f]{64}", line))
    return out


def compile_pins(*more: str) -> str:
    """What uv resolves for every supported Python and platform: exact versions with hashes, without addresses."""
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes", "--no-header", "--no-annotate",
               "--python-version", "3.11", "--no-emit-index-url", "--no-emit-find-links", *more]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return "".join(line + "\n" for line in done.stdout.splitlines() if "://" not in line)


def entries(text: str) -> list[str]:
    """The packages of a list of requirements, each with its hashes."""
    return re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]


def write(keep: bool) -> None:
    """Resolve, and write all files. keep: what is pinned stays at its version."""
    text = PROJECT.read_text(encoding="utf-8")
    bare = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END), "", text, flags=re.DOTALL)
    if not keep:
        PROJECT.write_text(bare, encoding="utf-8")
    try:
        everything = ["--all-extras", *(f"--group={name}" for name in ("dev", "docs", "bench", "build"))]
        pinned = compile_pins(*everything, *(["--constraint", "constraints.txt"] if keep else []))
        CONSTRAINTS.write_text(pinned, encoding="utf-8")
        base = compile_pins("--group=build", "--constraint", "constraints.txt")
        REQUIREMENTS.write_text(base, encoding="utf-8")
        for name in EXTRAS:
            more = compile_pins(f"--extra={name}", "--group=build", "--constraint", "constraints.txt")
            added = "".join(entry for entry in entries(more) if entry not in entries(base))
            (ROOT / f"requirements-{name}.txt").write_text(added, encoding="utf-8")
    except RuntimeError as error:
        PROJECT.write_text(text, encoding="utf-8")
        sys.exit(str(error))
    versions = []
    for line in pinned.splitlines():
        match = re.match(r"([A-Za-z0-9_.-]+==[^\s\\]+(?:\s*;\s*[^\\]+)?)", line)
        if match:
            versions.append(match[1].strip())
    listed = "".join('    "' + version.replace('"', "'") + '",\n' for version in versions)
    block = BEGIN + "[tool.uv]\nconstraint-dependencies = [\n" + listed + "]\n" + END
    PROJECT.write_text(bare.rstrip("\n") + "\n\n" + block, encoding="utf-8")
    print(f"{len(versions)} pins")


def verify() -> None:
    """Compare uv.lock with constraints.txt."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    known = pins()
    faults = []
    for package in lock["package"]:
        name = normal(package["name"])
        if name == "forbear":
            continue
        hashes = known.get(name, {}).get(package["version"])
        if hashes is None:
            faults.append(
                f"{name} {package['version']} is not pinned (pinned: {', '.join(known.get(name, {})) or 'nothing'})"
            )
            continue
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        strange = [f for f in files if f.get("hash") and f["hash"] not in hashes]
        if strange:
            faults.append(
                f"{name} {package['version']}: {len(strange)} of {len(files)} files have hashes that constraints.txt does not know"
            )
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(lock['package']) - 1} packages agree with constraints.txt in version and hash")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    verify() if chosen.verify else write(chosen.keep)
