"""docs/extending.md, followed to the letter: a room of one's own, from nothing to a country that has it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rooms_from_outside import EXAMPLE, offer, on_the_path

from forbear.cli.main import main

PAGE = EXAMPLE.parents[1] / "docs" / "extending.md"


def files() -> dict[str, str]:
    """Every file that the page writes: name to text."""
    text = PAGE.read_text(encoding="utf-8")
    return {
        m[1]: m[2]
        for m in re.finditer(r"[Ss]ave this as `([\w./-]+)`:\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    }


def commands() -> list[list[str]]:
    """Every command of the page in order."""
    return [line[2:].split() for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("$ ")]


def call(words: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words[1:])
    return int(ended.value.code or 0)


@pytest.fixture
def written(tmp_path, monkeypatch):
    """The page's files in a folder, its package on the path as an installer would put it."""
    for name, text in files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    entry = re.search(
        r'entry-points."forbear.rooms"\]\n(\w+) = "(\w+)"', (tmp_path / "forbear-drought/pyproject.toml").read_text()
    )
    offer(tmp_path / "forbear-drought" / "src", {entry[1]: entry[2]})
    monkeypatch.chdir(tmp_path)
    with on_the_path(tmp_path / "forbear-drought" / "src"):
        yield tmp_path


def test_the_page_and_the_example_are_the_same() -> None:
    for name, text in files().items():
        place = EXAMPLE / name.removeprefix("forbear-drought/")
        assert place.read_text(encoding="utf-8") == text, name
    assert len(files()) == 9


def test_the_room_is_found_checked_and_taken_into_the_country(written, capsys) -> None:
    assert [words[:2] for words in commands()] == [["pip", "install"], ["forbear", "check"], ["forbear", "run"]]
    assert call(commands()[1]) == 0
    printed = capsys.readouterr().out
    assert "drought.relief: 1" in printed
    assert "drought.usual_dryness: town 0.2, uplands 0.6" in printed
    assert "dry-meadow: no faults" in printed


def test_the_rooms_own_tests_pass(written) -> None:
    source = Path(main.__globals__["__file__"]).parents[2]
    path = os.pathsep.join([str(written / "forbear-drought" / "src"), str(source)])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "forbear-drought/tests"],
        cwd=written, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


@pytest.mark.slow
def test_the_country_with_the_room_is_run_to_a_report(written) -> None:
    assert call(commands()[2]) == 0
    page = (written / "dry-meadow.html").read_text(encoding="utf-8")
    assert '"drought"' in page or "&#34;drought&#34;" in page  # in the manifest
