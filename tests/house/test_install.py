"""What is built can be installed where nothing of the checkout is, and used there."""

import re
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
    found = re.search(
        rf"Python {re.escape(version)}, wheel: (\d+) packages, (\d+) MB, installed in \d+ s, used", done.stdout
    )
    assert found is not None, done.stdout
    assert int(found[1]) > 1 and int(found[2]) <= 600
