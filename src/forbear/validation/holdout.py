"""The fit whose forecasts are judged: which months it does not see, and which series judge it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.inference.fit import fit
from forbear.inference.plan import load_plan
from forbear.inference.settings import GATES
from forbear.scenario.scenario import Scenario

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.inference.settings import Settings
    from forbear.validation.context import Context

__all__ = ["district_series", "holdout", "holdout_month", "longest"]

#: Where no `validation.toml` names the first month that the judged fit does not see: this share of the span.
SHARE = 0.6
#: The longer scenario in which the years after a scenario's end are known, where there is one.
LONGER = "afterwards.toml"


def holdout_month(scenario: Scenario) -> str:
    """The first month that the judged fit does not see: `[holdout] from` of `validation.toml`, else three fifths of the span.

    Raises FitError E611 for a wrong `validation.toml`.
    """

    labels = scenario.problem().month_labels
    return load_plan(scenario).holdout or labels[int(SHARE * len(labels))]


def longest(scenario: Scenario) -> Scenario:
    """The scenario carried on by the file beside it, or itself."""

    # only its own: what a parent is carried on by does not carry on a child that differs from it
    path = Path(scenario.file).with_name(LONGER) if scenario.file else None
    return Scenario.load(path) if path is not None and path.exists() else scenario


def holdout(context: Context, scenario: Scenario, settings: Settings, name: str = "holdout") -> Posterior:
    """Fit a scenario to what was known before its hold-out month; gates do not stop it, faults are noted.

    scenario: that of the context, or a rival of it; name: of the folder in the context's store.
    """
    lenient = replace(GATES, misfit=1e9, accepted=0.0, agreement=1e9, effective=0.0, coverage=0.0)
    folder = None if context.store is None else context.store / name
    return fit(
        scenario, settings=settings, gates=lenient, stages=("scout", "refine"), until=holdout_month(scenario), seed=context.seed, store=folder,
        workers=context.workers, progress=context.meter,
    )  # fmt: skip


def district_series(data: Any) -> list[str]:
    """Event series by district that cover the hold-out without gaps: those whose absent rows mean zero."""
    months = len(data.months)
    return [
        s.name
        for s in data.series
        if s.kind == "counts" and (s.element >= 0).all() and len(np.unique(s.last)) > 0.8 * months
    ]
