"""Where there is nothing but Python, the README's first line works."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A copy of the tracked files, and an environment in which no uv, no virtual environment and no forbear is to be found."""
    folder = tmp_path_factory.mktemp("bare")
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in names.stdout.splitlines():
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/", "benchmarks/")):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    keep = {k: v for k, v in os.environ.items() if k not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    place = Path(sys.executable).parent
    keep["PATH"] = os.pathsep.join(
        p for p in keep["PATH"].split(os.pathsep) if Path(p) != place and not (Path(p) / "uv").exists()
    )
    return folder, keep


def call(bare, *words):
    folder, environment = bare
    return subprocess.run(
        [sys._base_executable, "start.py", *words], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.mark.slow
def test_one_line_installs_and_runs_a_scenario_with_python_alone(bare):
    first = call(bare, "simulate", "meadow", "--members", "8", "--csv", "tables")
    assert first.returncode == 0, first.stderr
    assert "installing, once" in first.stderr
    assert any((bare[0] / "tables").glob("*.csv"))
    again = call(bare, "--version")
    assert again.returncode == 0 and "installing" not in again.stderr


@pytest.mark.slow
def test_what_is_installed_is_no_larger_than_promised(bare):
    assert call(bare, "--version").returncode == 0
    files = [path for path in (bare[0] / ".environment").rglob("*") if path.is_file() and not path.is_symlink()]
    assert sum(path.stat().st_size for path in files) <= 600e6


@pytest.mark.slow
def test_a_package_that_is_not_the_one_that_was_pinned_is_not_installed(bare, tmp_path):
    folder = tmp_path / "altered"
    shutil.copytree(bare[0], folder, ignore=shutil.ignore_patterns(".environment"))
    entries = re.split(r"^(?=[a-z])", (folder / "requirements.txt").read_text(encoding="utf-8"), flags=re.MULTILINE)
    one = next(entry for entry in entries if entry.startswith("annotated-types=="))
    (folder / "requirements.txt").write_text(
        re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, one), encoding="utf-8"
    )
    done = call((folder, bare[1]), "--version")
    assert done.returncode == 2 and "0" * 64 in done.stderr and "Traceback" not in done.stderr
    assert not list((folder / ".environment").rglob("annotated_types"))


@pytest.mark.slow
def test_a_command_that_needs_more_installs_it_once(bare):
    words = ("evidence", "show", "iraq-sigacts-month", "--plot", "attacks.svg")
    first = call(bare, *words)
    assert first.returncode == 0, first.stderr
    assert "extra plot" in first.stderr and (bare[0] / "attacks.svg").exists()
    assert "installing" not in call(bare, *words).stderr


@pytest.mark.slow
def test_a_mistake_on_a_bare_machine_ends_as_everywhere_else(bare):
    done = call(bare, "check", "atlantis")
    assert done.returncode == 2 and "E10" in done.stderr and "Traceback" not in done.stderr


def test_an_old_python_is_told_which_one_is_needed():
    code = (
        "import runpy, shutil, sys; sys.version_info = (3, 9, 0); shutil.which = lambda name: None; "
        f"runpy.run_path({str(ROOT / 'start.py')!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2 and "needs Python 3.11 to 3.13" in done.stderr
