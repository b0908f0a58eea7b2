"""The page of what remedies move is of the shipped model, and says what it rests on."""

from __future__ import annotations

import re
from pathlib import Path

from forbear.scenario import Scenario

PAGE = Path(__file__).parents[2] / "docs" / "effects.md"


def test_the_page_was_written_with_the_model_that_ships() -> None:
    found = re.search(r"model ([0-9a-f]{8})", PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert found[1] == Scenario.load("iraq-2003").problem().hash[:8], "python docs/effects.py"


def test_every_remedy_stands_on_the_page_before_and_after_the_data() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    remedies = [line for line in rows if "% up" in line]
    assert len(remedies) >= 12 and all(line.count("% up") == 2 for line in remedies)
