"""Damaged files of every kind: a few here, 400 of a store and 200 of others by `tools/damage.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


def damage(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(TOOLS / "damage.py"), *words], capture_output=True, text=True)


@pytest.mark.parametrize(("kind", "damages"), [("store", "12"), ("kept", "40"), ("posterior", "12"), ("validation", "12"), ("answers", "6")])  # fmt: skip
def test_no_damaged_file_is_accepted_in_silence(kind, damages):
    done = damage("--kinds", kind, "--damages", damages, "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{kind}: {damages} damages, 0 accepted in silence" in done.stdout


def test_what_is_accepted_in_silence_is_told_with_its_number():
    """The harness itself: a reader that looks at no checksum is found out."""
    code = (
        "import sys, runpy, numpy as np; sys.argv = ['damage.py', '--kinds', 'kept', '--damages', '30']\n"
        "from forbear.ensemble.kept import Kept\n"
        "Kept.read = lambda self: {'failed': np.zeros(3, dtype=bool)}\n"
        f"sys.path.insert(0, {str(TOOLS)!r}); runpy.run_path({str(TOOLS / 'damage.py')!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1 and "30 accepted in silence" in done.stdout and "    17: " in done.stdout, done.stderr


def test_a_part_of_the_damages_can_be_done_by_itself():
    done = damage("--kinds", "kept", "--damages", "31", "--part", "3", "3")
    assert done.returncode == 0 and "kept: 11 damages, 0 accepted in silence" in done.stdout, done.stdout + done.stderr
    assert damage("--kinds", "kept", "--part", "4", "3").returncode == 2


@pytest.mark.slow
def test_of_four_hundred_damages_of_a_store_and_two_hundred_of_others_none_passes_in_silence():
    done = damage()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "store: 400 damages, 0 accepted in silence" in done.stdout


@pytest.mark.slow
def test_a_short_load_is_answered_without_a_fault():
    words = ["--minutes", "0.5", "--people", "4", "--pause", "3", "--seconds", "1e9"]
    done = subprocess.run([sys.executable, str(TOOLS / "soak.py"), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "resident memory" in done.stdout
