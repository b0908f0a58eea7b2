"""What a strategy is judged by: outcomes kept apart, never summed into one index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from forbear.country.model import MODEL

__all__ = [
    "OBJECTIVES",
    "OUTCOMES",
    "TOTALS",
    "Outcome",
    "parts_of_order",
    "recorded",
    "until",
    "values_in",
    "values_of",
]


@dataclass(frozen=True)
class Outcome:
    """quantity, how (total, last, most, mean, months, first_year, ...): how weeks become one number; kind: whether effects are
    ratios or differences; better: lower, higher or neither; scale: what the number is multiplied by."""

    name: str
    title: str
    unit: str
    quantity: str
    how: str
    kind: str
    better: str
    scale: float = 1.0
    margin: float = 0.1


_LIST = (
    Outcome("deaths", "civilians killed by violence", "persons", "deaths", "total", "ratio", "lower"),
    Outcome("displaced", "displaced people, most at one time", "persons", "observed_displaced", "most", "ratio", "lower"),
    Outcome("intervener_deaths", "soldiers of the intervener killed", "persons", "intervener_dead", "last", "ratio", "lower"),
    Outcome("cost", "budgetary cost", "billion US$", "cost_budget", "last", "ratio", "lower", 1e-9),
    Outcome("cost_full", "cost with veterans and wounded", "billion US$", "cost_full", "last", "ratio", "lower", 1e-9),
    Outcome("governance", "governance at the end", "index", "governance", "last", "difference", "higher", 1.0, 0.05),
    Outcome("democracy", "democracy at the end", "index", "democracy", "last", "difference", "higher", 1.0, 0.05),
    Outcome("attacks_abroad", "attacks abroad by transnational militants", "attacks", "attacks_abroad_total", "last", "ratio", "lower"),
    Outcome("militants", "internationally operating militants at the end", "persons", "militants", "last", "ratio", "lower"),
    Outcome("allies", "support of allies at the end", "index", "ally_support", "last", "difference", "higher", 1.0, 0.05),
    Outcome("adversaries", "alignment of adversaries at the end", "index", "adversary_alignment", "last", "difference", "lower", 1.0, 0.05),
    Outcome("success", "stable success", "share of members", "success", "last", "difference", "higher", 1.0, 0.05),
    Outcome("order", "calm, inclusive and governed in the last year, soldiers or not", "share of members", "national_violence", "order", "difference", "higher", 1.0, 0.05),
    Outcome("violence_at_end", "violence in the last year", "deaths per 100,000 a week", "national_violence", "year", "ratio", "lower"),
    Outcome("inclusion", "the least included community at the end", "index", "least_included", "last", "difference", "higher", 1.0, 0.05),
    Outcome("legitimacy", "legitimacy of the state at the end", "index", "legitimacy", "last", "difference", "higher", 1.0, 0.05),
    Outcome("services", "electricity and services delivered, mean", "share of need", "mean_services", "mean", "difference", "higher", 1.0, 0.05),
    Outcome("force", "own soldiers in the country, most", "persons", "force", "most", "ratio", "neither"),
    Outcome("unsustainable", "months with more force than rotation sustains", "months", "unsustainable", "months", "difference", "lower", 1.0, 6.0),
    Outcome("strain", "strain of the intervener's army, most", "index", "strain", "most", "ratio", "lower"),
    Outcome("home_support", "support at home at the end", "share", "home_support", "last", "difference", "higher", 1.0, 0.05),
    Outcome("standing", "administration that looting has left standing",
            "share", "collapsed", "standing", "difference", "higher", 1.0, 0.05),
    Outcome("early_violence", "violence in the first year",
            "deaths per 100,000 a week", "national_violence", "first_year", "ratio", "lower"),
    Outcome("early_deaths", "civilians killed by the end of the second year",
            "persons", "deaths", "two_years", "ratio", "lower"),
    Outcome("sympathy", "sympathy for armed opposition among the excluded, mean",
            "share", "sympathy_of_excluded", "mean", "difference", "lower", 1.0, 0.05),
    Outcome("capacity", "capacity of the administration at the end",
            "index", "capacity", "last", "difference", "higher", 1.0, 0.05),
    Outcome("deposed", "such a campaign deposes a regime within sixty days",
            "share of members", "deposed", "last", "difference", "higher", 1.0, 0.05),
    Outcome("next", "further large interventions of the intervener",
            "interventions", "interventions_next", "last", "difference", "neither", 1.0, 0.2),
    Outcome("reserve", "force in reserve for anything else, mean",
            "ratio", "force_in_reserve", "mean", "difference", "higher", 1.0, 0.05),
    Outcome("debt", "cost of the intervention still owed at the end",
            "per cent of a year's product", "war_debt", "last", "difference", "lower", 100.0, 0.5),
    Outcome("peak_violence", "violence in the worst quarter", "deaths per 100,000 a week", "national_violence", "quarter", "ratio", "lower"),
)  # fmt: skip

OUTCOMES: dict[str, Outcome] = {outcome.name: outcome for outcome in _LIST}
#: Quantities whose total over a run is an outcome, with its name: what a condition on the size of a war may ask for.
TOTALS = {outcome.quantity: outcome.name for outcome in _LIST if outcome.how == "total"}
#: The objectives of a comparison of strategies (section 8): each stands alone.
OBJECTIVES = (
    "deaths", "displaced", "intervener_deaths", "cost", "cost_full", "governance", "democracy", "attacks_abroad", "allies", "adversaries",
)  # fmt: skip


def recorded(names: tuple[str, ...] | list[str]) -> list[str]:
    """Quantities that must be recorded week by week for these outcomes, horizons included ("deaths@2004-12")."""
    plain = {name.partition("@")[0] for name in names}
    extra = {"least_included", "governance"} if "order" in plain else set()
    return sorted({OUTCOMES[name].quantity for name in plain} | extra)


def until(name: str, horizon: str, since: str = "") -> str:
    """An outcome as it stands at the end of a month ("deaths@2004-12"), or counted from a month on ("deaths@2004-07..",
    "deaths@2004-07..2006-12"); itself where neither is given."""
    if since:
        return f"{name}@{since}..{horizon}"
    return f"{name}@{horizon}" if horizon else name


def counted(name: str) -> bool:
    """Whether an outcome is made of what happens week by week, so that it can be counted from a month on."""
    return OUTCOMES[name].how in ("total", "mean", "months") or OUTCOMES[name].quantity in CUMULATIVE


def values_of(data: Any, name: str, *, weeks: slice | None = None) -> np.ndarray:
    """The outcome of every member of a dataset, (members,): `values_in` its series."""
    quantities = [q for q in recorded([name]) if q in data]
    series = {q: data[q].values.astype(float) for q in quantities}
    return values_in(series, name, float(data.attrs["step_weeks"]), weeks=weeks, dates=data["week"].values)


def values_in(
    weekly: Mapping[str, np.ndarray],
    name: str,
    step: float,
    *,
    weeks: slice | None = None,
    dates: np.ndarray | None = None,
) -> np.ndarray:
    """The outcome of every member, (members,), over all weeks or a part of them (cumulative ones from its start).

    weekly: quantity -> float64 (members, steps), those that `recorded` names; step: weeks of a step; dates: of every
    step. A name with a horizon ("deaths@2004-12") ends with that month, as if the run did, and needs dates; one with a
    beginning ("deaths@2004-07..") counts from that month on.
    """
    name, _, span = name.partition("@")
    since, _, horizon = span.partition("..") if ".." in span else ("", "", span)
    if span:
        assert dates is not None, "a span needs dates"
        months = dates.astype("datetime64[M]")
        kept = int((months <= np.datetime64(horizon, "M")).sum()) if horizon else len(months)
        weekly = {quantity: values[:, :kept] for quantity, values in weekly.items()}
        if since:
            assert weeks is None, "a part of what is counted from a month on is not asked for"
            weeks = slice(int((months < np.datetime64(since, "M")).sum()), kept)
    outcome = OUTCOMES[name]
    series = weekly[outcome.quantity]
    if weeks is not None:
        start = weeks.start or 0
        if outcome.how == "last" and outcome.quantity in CUMULATIVE and start:
            series = series - series[:, start - 1 : start]
        series = series[:, weeks]
    year = max(1, round(MODEL.constants["weeks_per_year"].value / step))
    out = {
        "total": lambda: series.sum(axis=1),
        "last": lambda: series[:, -1],
        "most": lambda: series.max(axis=1),
        "mean": lambda: series.mean(axis=1),
        "months": lambda: series.sum(axis=1) * step / 4.348,
        "year": lambda: series[:, -year:].mean(axis=1),
        "first_year": lambda: series[:, :year].mean(axis=1),
        "two_years": lambda: series[:, : 2 * year].sum(axis=1),
        "standing": lambda: 1.0 - series[:, -1],
        "order": lambda: _order(weekly, year),
        "quarter": lambda: _rolling(series, max(1, year // 4)).max(axis=1),
    }[outcome.how]()
    return np.asarray(out * outcome.scale)


def _order(weekly: Mapping[str, np.ndarray], year: int) -> np.ndarray:
    """1 where the last year was calm (E44's bounds), every community was included and the country governed."""
    last = {q: weekly[q][:, -year:].mean(axis=1) for q in ("national_violence", "least_included", "governance")}
    parts = parts_of_order(last["national_violence"], last["least_included"], last["governance"])
    return np.all(list(parts.values()), axis=0).astype(float)


def parts_of_order(violence: np.ndarray, inclusion: np.ndarray, governance: np.ndarray) -> dict[str, np.ndarray]:
    """Which parts of order hold, by name: booleans in the shape given. Together they are order (E44, without the soldiers).

    violence: deaths per 100,000 and week; inclusion: of the least included community; governance: index. The bounds are
    constants of the model, the same that its rule of stable success reads.
    """
    bound = {name: MODEL.constants[f"order_{name}"].value for name in ("violence", "inclusion", "governance")}
    return {
        "calm": violence < bound["violence"],
        "every community included": inclusion > bound["inclusion"],
        "governed": governance > bound["governance"],
    }


#: Quantities that only grow: their value over a part of the run is a difference.
CUMULATIVE = {"intervener_dead", "cost_budget", "cost_full", "attacks_abroad_total", "interventions_next"}


def _rolling(series: np.ndarray, width: int) -> np.ndarray:
    total = np.cumsum(np.pad(series, ((0, 0), (1, 0))), axis=1)
    return (total[:, width:] - total[:, :-width]) / width
