"""The audit file beside a scenario: levers that gate G0 moves, the condition on draws, and the bounds of the gate."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["MARGIN", "ONE_SIDED", "TWO_SIDED", "load_audit"]

#: Smallest shares of draws on either side, smallest shares of none and one side, and what counts as an effect.
TWO_SIDED, ONE_SIDED, MARGIN = 0.2, 0.3, 0.1


def load_audit(scenario: Scenario) -> dict[str, Any] | None:
    """The audit file beside a scenario; None where there is none."""
    path = scenario.beside("audit.toml")
    if path is None or not path.exists():
        return None
    return tomllib.loads(path.read_text(encoding="utf-8"))
