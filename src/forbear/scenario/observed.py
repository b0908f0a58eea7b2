"""The observed values that a scenario sets beside a simulated quantity, as dated numbers of its own members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forbear.scenario.joined import Observed

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["Observed", "observed_rows", "observed_values"]


def observed_values(scenario: Scenario, name: str) -> list[Observed]:
    """Return the values of observation `name` of the scenario, in order of date.

    Raises KeyError for an observation the scenario does not have, EvidenceError for a series that is not there.
    """
    return list(scenario.selection(name).values)


def observed_rows(scenario: Scenario, name: str) -> list[Observed]:
    """The same as `observed_values`: values with the range over publishers and the whole of which each is a part."""
    return observed_values(scenario, name)
