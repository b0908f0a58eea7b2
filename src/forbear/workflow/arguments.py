"""How what a caller gives is taken: a scenario or its name, whole numbers of any library, a meter or just `True`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from forbear.ensemble.progress import Meter, NoMeter, TerminalMeter, TextMeter
from forbear.errors import ScenarioError
from forbear.integers import integer
from forbear.scenario.scenario import Scenario

__all__ = ["count", "meter_of", "scenario_of", "shown"]


def scenario_of(scenario: Scenario | str | Path) -> Scenario:
    """A scenario, or the one of a name or path. Raises ScenarioError E279 for anything else, and as `Scenario.load`."""
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, str | Path):
        return Scenario.load(scenario)
    raise ScenarioError(
        "E279", f"a scenario is asked for, not {type(scenario).__name__}", hint='fb.load("meadow"), or its name'
    )


def count(value: Any, name: str, least: int = 1) -> int:
    """A whole number, also one of numpy. Raises RunError E441 where it is none or too small."""
    return integer(value, name, least=least)


def meter_of(progress: Meter | bool | None) -> Meter:
    """The meter that is given; for True one that suits standard error, for None and False one that says nothing."""
    if progress is None or isinstance(progress, bool):
        return shown() if progress else NoMeter()
    return progress


def shown() -> Meter:
    """A bar when standard error is a terminal, plain lines otherwise."""
    return TerminalMeter() if sys.stderr.isatty() else TextMeter()
