"""How a scenario asks to be fitted and judged: `validation.toml` beside it, its effort as settings of a fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forbear.inference.settings import COARSE, FULL, QUICK, RIVAL, Settings
from forbear.scenario.casefiles.plan import Happened, load_plan_file

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["EFFORTS", "Plan", "load_plan"]

#: Settings by the word for them, here and in `validation.toml`.
EFFORTS = {"full": FULL, "rival": RIVAL, "coarse": COARSE, "quick": QUICK}


@dataclass(frozen=True)
class Plan:
    """As `PlanFile`, with the settings that its effort stands for."""

    holdout: str | None = None
    reason: str = ""
    until: str | None = None
    effort: Settings = FULL
    home: str | None = None
    happened: tuple[Happened, ...] = ()


def load_plan(scenario: Scenario) -> Plan:
    """The plan beside a scenario; the defaults where there is none. Raises as `load_plan_file`."""
    told = load_plan_file(scenario)
    return Plan(told.holdout, told.reason, told.until, EFFORTS[told.effort], told.home, told.happened)
