"""A plan beside a reference and beside never intervening, over the same draws: the numbers that the page shows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.app.country import merged
from forbear.ensemble.monthly import monthly_values
from forbear.scenario.outcomes import OUTCOMES, values_of

if TYPE_CHECKING:
    from forbear.app.country import Country
    from forbear.app.runs import Run
    from forbear.ensemble.recording import Block
    from forbear.ensemble.results import Ensemble
    from forbear.scenario.problem import Problem

__all__ = ["FANS", "OUTCOMES_SHOWN", "Compared", "Row", "Summary", "Triple", "compared", "differences", "summarised"]

#: Quantities that are drawn by month.
FANS = ("deaths", "observed_attacks", "intervener_dead", "cost_budget")
#: Of the force: what is there, what rotation sustains, the most that can be deployed.
FORCES = ("force", "sustainable_force", "force_ceiling")
#: Outcomes that are compared; "attacks" is the sum of reported attacks, the others are outcomes of the analysis.
OUTCOMES_SHOWN = ("deaths", "attacks", "intervener_deaths", "cost", "displaced", "governance", "democracy")
#: Quantiles that are drawn.
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: Significant digits that are stored: what is shown has two.
_DIGITS = 4

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Compared:
    """Plan, reference and never intervening over the same healthy members, as far as a run has come."""

    plan: Ensemble
    reference: Ensemble
    never: Ensemble
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
    return paired(run.problems, run.first(stage))


def paired(problems: dict[str, Problem], blocks: dict[str, list[Block]]) -> Compared:
    """Blocks of "plan", "reference" and "never" over the same members; those in which any of the three failed are left
    out of all."""
    found = {name: merged(problems[name], blocks[name]) for name in problems}
    healthy = ~np.any([e.data["failed"].values for e in found.values()], axis=0)
    kept = {name: ensemble if healthy.all() else ensemble.keep(healthy) for name, ensemble in found.items()}
    return Compared(**kept, members=int(healthy.sum()), failed=int((~healthy).sum()))


def outcome(ensemble: Ensemble, name: str) -> np.ndarray:
    """An outcome of the page by member, (members,)."""
    if name == "attacks":
        return np.asarray(ensemble.data["observed_attacks"].values.astype(float).sum(axis=1))
    return values_of(ensemble.data, name)


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
        plan, reference, never = (outcome(e, name) for e in (found.plan, found.reference, found.never))
        lower = [float(np.mean(plan < other)) if np.any(plan != other) else None for other in (reference, never)]
        triples = [triple(v) for v in (plan, reference, never, plan - reference, plan - never)]
        out.append(Row(name, title, unit, better, *triples, *lower))  # type: ignore[arg-type]
    return out


def triple(values: np.ndarray) -> Triple:
    """Quantiles at 5, 50 and 95 per cent."""
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)


def summarised(country: Country, problem: Problem, found: Compared, blocks: list[Block]) -> Summary:
    """Bring a comparison to the numbers that are shown. blocks: the plan's, with deaths by month and district. No
    randomness."""
    months: np.ndarray = np.array([])
    monthly: dict[str, dict[str, np.ndarray]] = {"plan": {}, "reference": {}, "never": {}}
    for of, name in itertools.chain(itertools.product(monthly, FANS), (("plan", name) for name in FORCES)):
        months, values = monthly_values(getattr(found, of), name)
        monthly[of][name] = np.quantile(values, LEVELS, axis=0)
    weeks = (found.plan.data["week"].values.astype("datetime64[D]") + np.timedelta64(3, "D")).astype("datetime64[M]")
    planned = np.asarray(problem.levers["force"], dtype=float)
    return Summary(
        members=found.members,
        failed=found.failed,
        rows=differences(found),
        months=[str(month) for month in months],
        monthly=monthly,
        intended=[float(planned[weeks == month].mean()) for month in months],
        districts=_districts(country, problem, blocks),
    )


def _districts(country: Country, problem: Problem, blocks: list[Block]) -> dict[int, list[float]]:
    years = np.array([int(label[:4]) for label in problem.month_labels])
    whole = [int(y) for y in np.unique(years) if (years == y).sum() == 12]
    if not whole:
        return {}
    deaths = np.concatenate([b.monthly["deaths"] for b in blocks])
    return {
        y: (np.nanmedian(deaths[:, years == y].sum(axis=1), axis=0) / country.residents * 1e5).tolist() for y in whole
    }
