"""What a proposed intervention must say, and what is refused of it (limits of use, section 9 of the model document).

Refusals carry codes, so that they can be looked up and argued with: E262 a proposal that does not say how it ends, E263 a
history for what has not happened, E264 an answer narrower than a range.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from forbear.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["FEWEST", "proposal_faults", "require_proposal", "require_range"]

#: Fewest members from which a range of nine in ten is told.
FEWEST = 200


def proposal_faults(scenario: Scenario) -> list[Fault]:
    """Everything that a proposed intervention must say and does not; empty for other kinds of scenario."""
    if scenario.kind != "prospective":
        return []
    out = []
    file = scenario.file

    def fault(code: str, message: str, field: str, allowed: str) -> None:
        out.append(Fault(code, message, file=file, field=field, allowed=allowed))

    for name in scenario.observations:
        fault("E263", "what has not happened has no observed series", f"observations.{name}", "none in a prospective scenario")  # fmt: skip
    feasible = scenario.levers["intervener.feasible"].value
    days = [scenario.start.toordinal() + k * 28 for k in range((scenario.end - scenario.start).days // 28 + 1)]
    intervenes = any(scenario.levers["intervener.intervene"].value.at(day) >= 0.5 for day in days)
    if intervenes and any(feasible.at(day) < 1.0 for day in days):
        fault("E262", "a proposal is held to the force that can be raised", "intervener.feasible", '"intervener.feasible" = 1')  # fmt: skip
    if intervenes and scenario.exit is None:
        fault("E262", "a proposal says when the last soldier is to have left", "scenario.exit", 'exit = 2032-06-01, or exit = "open"')  # fmt: skip
    if isinstance(scenario.exit, datetime.date):
        force = scenario.levers["intervener.force"].value
        late = [day for day in days if day > scenario.exit.toordinal() + 7 and force.at(day) > 0]
        if late:
            still = datetime.date.fromordinal(late[0])
            fault("E262", f"the exit is {scenario.exit}, and {force.at(late[0]):,.0f} soldiers are planned for {still}", "scenario.exit", "no force after the exit")  # fmt: skip
    return out


def require_proposal(scenario: Scenario) -> None:
    """Raise ScenarioError with every fault of a proposal (E262, E263); nothing for other kinds."""
    faults = proposal_faults(scenario)
    if faults:
        message = (
            faults[0].message if len(faults) == 1 else f"{scenario.name}: {len(faults)} things that a proposal must say"
        )
        raise ScenarioError(faults[0].code, message, faults=tuple(faults))


def require_range(scenario: Scenario, members: int) -> None:
    """Raise ScenarioError E264 where so few members of a proposal are asked for that no range could be told."""
    if scenario.kind == "prospective" and members < FEWEST:
        raise ScenarioError(
            "E264",
            f"{members} members tell no range, and a single number about a planned intervention is refused",
            hint=f"--members {FEWEST} or more",
        )
