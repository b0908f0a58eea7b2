"""Small scenarios written to a folder of the test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forbear.evidence.series import Series
from forbear.scenario.scenario import Scenario

HEADER = """
[scenario]
name = "small"
title = "Small"
kind = "prospective"
start = 2003-05-05
end = 2004-05-03

[sources.paper]
title = "A paper"

[country]
districts = ["east", "west"]
communities = ["north", "south"]
organisations = ["guard"]
components = ["army"]

[organisation.guard]
home = "south"

[facts]
source = "paper"
"people.population_at_start" = 1000
"""


@pytest.fixture
def header() -> str:
    """The head of the small scenario."""
    return HEADER


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a scenario: the small header and what the test adds; other files by keyword `files`."""

    def _write(
        text: str = "", header: str = HEADER, name: str = "small.toml", files: dict[str, str] | None = None
    ) -> Path:
        for other, content in (files or {}).items():
            (tmp_path / other).write_text(content, encoding="utf-8")
        path = tmp_path / name
        path.write_text(header + text, encoding="utf-8")
        return path

    return _write


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Scenario]:
    """Write and load a scenario."""

    def _load(text: str = "", series: Series | None = None, **more: object) -> Scenario:
        return Scenario.load(write(text, **more), find_series=(lambda name: series) if series is not None else None)

    return _load
