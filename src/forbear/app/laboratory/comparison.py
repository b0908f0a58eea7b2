"""A plan beside a reference and beside never intervening, over the same draws: the numbers that the page shows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.condensed import FANS, FORCES, OUTCOMES_SHOWN, Condensed, joined, whole_years
from forbear.scenario.outcomes import OUTCOMES

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.runs import Run
    from forbear.scenario.problem import Problem

__all__ = ["Compared", "Row", "Summary", "Triple", "compared", "differences", "summarised"]

#: Quantiles that are drawn.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Significant digits that are stored: what is shown has two.
_DIGITS = 4

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Compared:
    """Plan, reference and never intervening over the same healthy members, as far as a run has come."""

    plan: Condensed
    reference: Condensed
    never: Condensed
    members: int
    failed: int


@dataclass(frozen=True)
class Row:
    """One outcome. Triples are the quantiles at 5, 50 and 95 per cent over members, of the outcome and of paired
    differences (plan less reference, plan less never); lower_*: share of members in which the plan has less, None
    where the two are the same in every member."""

    name: str
    title: str
    unit: str
    better: str
    plan: Triple
    reference: Triple
    never: Triple
    to_reference: Triple
    to_never: Triple
    lower_reference: float | None
    lower_never: float | None


@dataclass(frozen=True)
class Summary:
    """What the page shows of a plan.

    months: "2003-05"; monthly: "plan", "reference" and "never" -> quantity -> quantiles as in `LEVELS` by month,
    (5, months), in the quantity's unit; intended: the planned force by month, persons; districts: year -> deaths per
    100,000 residents by district, medians, of whole years.
    """

    members: int
    failed: int
    rows: list[Row]
    months: list[str]
    monthly: dict[str, dict[str, np.ndarray]]
    intended: list[float]
    districts: dict[int, list[float]]

    def plain(self) -> dict[str, Any]:
        """For a file: plain values, numbers to four digits."""
        return {
            "members": self.members,
            "failed": self.failed,
            "rows": [{name: _rounded(value) for name, value in vars(row).items()} for row in self.rows],
            "months": self.months,
            "monthly": {of: {q: _rounded(v.tolist()) for q, v in found.items()} for of, found in self.monthly.items()},
            "intended": _rounded(self.intended),
            "districts": {str(year): _rounded(values) for year, values in self.districts.items()},
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Summary:
        """A summary from the plain values of a file. Raises KeyError, TypeError or ValueError for what is none."""
        known = {name: plain[name] for name in ("members", "failed", "months", "intended")}
        rows = []
        for row in plain["rows"]:
            fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
            rows.append(Row(**fields))
        monthly = {of: {q: np.asarray(v, float) for q, v in found.items()} for of, found in plain["monthly"].items()}
        return cls(
            **known,
            rows=rows,
            monthly=monthly,
            districts={int(year): list(values) for year, values in plain["districts"].items()},
        )


def _rounded(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_rounded(inner) for inner in value]
    if isinstance(value, float):
        short = float(f"{value:.{_DIGITS}g}")
        return int(short) if short.is_integer() else short
    return value


def compared(run: Run, stage: int) -> Compared:
    """Return the first `stage` members of a run; members in which any of the three failed are left out of all.

    Raises Gone where the run was let go.
    """
    return paired(run.first(stage))


def paired(parts: dict[str, list[Condensed]]) -> Compared:
    """Parts of "plan", "reference" and "never" over the same members; those in which any of the three failed are left
    out of all."""
    found = {name: joined(held) for name, held in parts.items()}
    healthy = ~np.any([one.failed for one in found.values()], axis=0)
    kept = {name: one if healthy.all() else one.keep(healthy) for name, one in found.items()}
    return Compared(**kept, members=int(healthy.sum()), failed=int((~healthy).sum()))


def described(name: str) -> tuple[str, str, str]:
    """Title, unit and which way is better of an outcome of the page."""
    if name == "attacks":
        return "attacks in incident reports", "attacks", "lower"
    known = OUTCOMES[name]
    return known.title, known.unit, known.better


def differences(found: Compared) -> list[Row]:
    """Per outcome: quantiles of plan, reference and never, and of the plan's paired differences to the two others."""
    out = []
    for name in OUTCOMES_SHOWN:
        title, unit, better = described(name)
        plan, reference, never = (e.outcomes[name] for e in (found.plan, found.reference, found.never))
        lower = [float(np.mean(plan < other)) if np.any(plan != other) else None for other in (reference, never)]
        triples = [triple(v) for v in (plan, reference, never, plan - reference, plan - never)]
        out.append(Row(name, title, unit, better, *triples, *lower))  # type: ignore[arg-type]
    return out


def triple(values: np.ndarray) -> Triple:
    """Quantiles at 5, 50 and 95 per cent."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def summarised(country: Country, problem: Problem, found: Compared) -> Summary:
    """Bring a comparison to the numbers that are shown. problem: the plan's. No randomness."""
    monthly: dict[str, dict[str, np.ndarray]] = {"plan": {}, "reference": {}, "never": {}}
    for of, name in itertools.chain(itertools.product(monthly, FANS), (("plan", name) for name in FORCES)):
        # as 64 bits: quantiles lie between two members
        monthly[of][name] = np.quantile(getattr(found, of).monthly[name].astype(float), LEVELS, axis=0)
    months = found.plan.months
    weeks = (problem.dates.astype("datetime64[D]") + np.timedelta64(3, "D")).astype("datetime64[M]")
    planned = np.asarray(problem.levers["force"], dtype=float)
    return Summary(
        members=found.members,
        failed=found.failed,
        rows=differences(found),
        months=[str(month) for month in months],
        monthly=monthly,
        intended=[float(planned[weeks == month].mean()) for month in months],
        districts={
            year: (np.median(found.plan.yearly[:, place], axis=0) / country.residents * 1e5).tolist()
            for place, year in enumerate(whole_years(problem))
        },
    )
