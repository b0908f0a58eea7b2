"""Gate G0: before any data, does the model leave every contested lever open?

For each audited lever the same prior draws are run with and without it, with shared luck. The share of draws in which
it helps, does nothing or hurts by more than a tenth is published beside every posterior, under the model's forms and
under rival functional forms. A lever outside its band means that the structure has decided a question in advance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.country.model import MODEL
from forbear.ensemble.runner import simulate
from forbear.errors import FitError
from forbear.scenario.casefiles.audit import MARGIN, ONE_SIDED, TWO_SIDED, Condition, RivalForm, load_audit

if TYPE_CHECKING:
    from forbear.ensemble.progress import Meter
    from forbear.scenario.scenario import Scenario

__all__ = ["Audit", "AuditRow", "audit"]


@dataclass(frozen=True)
class AuditRow:
    """Shares of conditioned prior draws in which a lever lowers, leaves or raises the outcome by more than a tenth."""

    lever: str
    title: str
    form: str
    outcome: str
    helps: float
    none: float
    hurts: float
    median: float
    low: float
    high: float
    draws: int

    @property
    def passes(self) -> str:
        """ "two-sided", "one-sided" or "" (fails), allowing two standard errors of the sample."""
        slack = 2.0 * np.sqrt(0.25 * 0.75 / max(self.draws, 1))
        if min(self.helps, self.hurts) >= TWO_SIDED - slack:
            return "two-sided"
        if min(self.none, max(self.helps, self.hurts)) >= ONE_SIDED - slack:
            return "one-sided"
        return ""


@dataclass(frozen=True)
class Audit:
    """All rows, and the condition in words."""

    rows: tuple[AuditRow, ...]
    condition: str
    share: float

    @property
    def failures(self) -> list[AuditRow]:
        """Rows under the model's own forms that fail."""
        return [row for row in self.rows if row.form == "" and not row.passes]

    def passed(self, lever: str) -> bool:
        """True where a lever passes under the model's own forms."""
        return all(bool(row.passes) for row in self.rows if row.lever == lever and row.form == "")

    def as_dict(self) -> dict[str, Any]:
        """For manifests and tables."""
        from dataclasses import asdict

        rows = [{**asdict(row), "passes": row.passes} for row in self.rows]
        return {"rows": rows, "condition": self.condition, "share": self.share}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Audit:
        """Read what `as_dict` wrote."""
        names = AuditRow.__dataclass_fields__
        rows = tuple(AuditRow(**{k: v for k, v in row.items() if k in names}) for row in data["rows"])
        return cls(rows, data["condition"], data["share"])


def audit(
    scenario: Scenario,
    *,
    draws: int = 4096,
    seed: int = 1,
    forms: bool = True,
    levers: Sequence[str] | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
) -> Audit:
    """Run the audit of a scenario. Randomness: the priors' and the kernel's, named by the seed.

    Raises FitError E608 when the scenario has no audit file or no draw meets its condition.
    """
    plan = load_audit(scenario)
    if plan is None:
        raise FitError(
            "E608", f"{scenario.name} has no audit.toml beside it", hint="copy the one of iraq-2003 and edit"
        )
    chosen = {k: v for k, v in plan.levers.items() if levers is None or k in levers}
    variants: dict[str, RivalForm | None] = {"": None}
    if forms:
        variants |= plan.forms
    condition = plan.condition or Condition()
    outcomes = sorted({condition.outcome, *(lever.gate for lever in chosen.values())})
    rows: list[AuditRow] = []
    share = 0.0
    for form, variant in variants.items():
        base_scenario = scenario.with_facts(variant.facts, name=form) if variant else scenario
        base = _totals(base_scenario, outcomes, draws, seed, workers, progress)
        size = base[condition.outcome]
        ok = (size >= condition.low) & (size <= condition.high)
        if ok.sum() < 20:
            raise FitError("E608", f"only {int(ok.sum())} of {draws} prior draws meet the audit's condition")
        if form == "":
            share = float(ok.mean())
        runs: dict[str, dict[str, np.ndarray]] = {}
        for name, lever in chosen.items():
            key = repr(lever.settings)
            if key not in runs:
                runs[key] = _totals(
                    base_scenario.with_levers(lever.settings, name=name), outcomes, draws, seed, workers, progress
                )
            outcome = lever.gate
            ratio = ((runs[key][outcome] + 1.0) / (base[outcome] + 1.0))[ok]
            low, middle, high = np.quantile(ratio, [0.1, 0.5, 0.9])
            rows.append(
                AuditRow(
                    name, lever.title, form, outcome, float(np.mean(ratio < 1.0 - MARGIN)),
                    float(np.mean(np.abs(ratio - 1.0) <= MARGIN)), float(np.mean(ratio > 1.0 + MARGIN)),
                    float(middle), float(low), float(high), int(ok.sum()),
                )
            )  # fmt: skip
    return Audit(tuple(rows), condition.words, share)


def _totals(
    scenario: Scenario, outcomes: Sequence[str], draws: int, seed: int, workers: int | None, progress: Meter | None
) -> dict[str, np.ndarray]:
    """Totals of flows, or last values, over the whole run: outcome -> (draws,)."""

    data = simulate(
        scenario.problem(), members=draws, seed=seed, workers=workers, weekly=outcomes, monthly=(), progress=progress
    ).data
    return {
        name: data[name].values.sum(axis=1) if MODEL.quantities[name].kind == "flow" else data[name].values[:, -1]
        for name in outcomes
    }
