"""Where results go unless a user says it: beside a scenario of one's own, never into the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["is_own"]

PACKAGE = Path(__file__).parents[1]


def is_own(scenario: Scenario) -> bool:
    """Whether the scenario's file is the user's and not one of the library."""
    if scenario.file is None:
        return True
    beside = Path(scenario.file).resolve().parent
    return "site-packages" not in beside.parts and PACKAGE not in beside.parents
