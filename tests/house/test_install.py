"""What is built can be installed where nothing of the checkout is, and used there."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_wheel_installs_with_checked_hashes_and_is_used_in_a_clean_environment():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    words = [sys.executable, str(ROOT / "tools" / "install_check.py"), "--python", version, "--kinds", "wheel"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Python {version}, wheel: installed and used" in done.stdout
    assert int(done.stdout.split("used, ")[1].split(" MB")[0]) <= 600
