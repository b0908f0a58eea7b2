"""Gate G0 on asserted regions: before any data, does the model leave room for what each side asserts?

For every claim the same prior draws are run under both of its strategies, with shared luck, under the model as it
stands, under each rival functional form and under each theory. The share of draws in the region that each side asserts
must lie between `LEAST` and `MOST`. A claim that rests on published inputs says so (`arithmetic`) and is shown without
a gate; so is a claim of value. Under a theory the shares are shown, not gated: a theory may take a side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from forbear.ensemble.progress import Meter, NoMeter
from forbear.errors import FitError
from forbear.inference.structures import structures, with_structure
from forbear.questions.claims import estimand, needed, provided
from forbear.questions.ledger import mobilisation_ledger
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.regions import sides
from forbear.scenario.casefiles.audit import Condition, load_audit
from forbear.scenario.casefiles.policies import Claim, Strategy, load_claims, load_strategies
from forbear.scenario.outcomes import TOTALS

if TYPE_CHECKING:
    from forbear.scenario.scenario import Scenario

__all__ = ["LEAST", "MOST", "RegionRow", "Regions", "regions_of"]

#: Share of prior draws that each side's asserted region must hold at least, and may hold at most.
LEAST, MOST = 0.2, 0.65
#: Fewer draws than these that meet the condition say nothing.
FEWEST = 20
MODEL_ITSELF = "model"


@dataclass(frozen=True)
class RegionRow:
    """Shares of conditioned prior draws in what a claim asserts, in what its rival asserts, and in neither.

    under: "model", "form NAME" or "theory NAME"; held: "" where the gate asks for room, else why it does not.
    """

    claim: str
    title: str
    under: str
    ours: float
    neither: float
    theirs: float
    draws: int
    held: str = ""

    @property
    def passes(self) -> bool:
        """Whether both regions hold between `LEAST` and `MOST` of the draws, give or take two standard errors."""
        slack = 2.0 * float(np.sqrt(LEAST * (1.0 - LEAST) / max(self.draws, 1)))
        return all(LEAST - slack <= share <= MOST + slack for share in (self.ours, self.theirs))

    @property
    def word(self) -> str:
        """For a table: passes, why it is not asked, or which side has too little or too much room."""
        if self.held:
            return self.held
        if self.passes:
            return "passes"
        crowded = "the claim" if self.ours > self.theirs else "the rival"
        return (
            f"FAILS: leans to {crowded}"
            if max(self.ours, self.theirs) > MOST
            else "FAILS: too little room for one side"
        )


@dataclass(frozen=True)
class Regions:
    """All rows, the condition in words, and by condition the share of draws that meet it."""

    rows: tuple[RegionRow, ...]
    condition: str
    met: Mapping[str, float]
    drawn: int

    @property
    def failures(self) -> list[RegionRow]:
        """Rows of the model itself, or of a rival form, in which a gated claim fails."""
        return [r for r in self.rows if not r.held and not r.under.startswith("theory") and not r.passes]

    def as_dict(self) -> dict[str, Any]:
        """For a record of validation."""
        rows = [{**asdict(row), "passes": row.passes, "word": row.word} for row in self.rows]
        return {"rows": rows, "condition": self.condition, "met": dict(self.met), "drawn": self.drawn}


def regions_of(
    scenario: Scenario,
    *,
    draws: int = 2048,
    seed: int = 1,
    only: Sequence[str] | None = None,
    forms: bool = True,
    theories: bool = True,
    store: Path | None = None,
    workers: int | None = None,
    progress: Meter | None = None,
) -> Regions:
    """Run the audit of a scenario's claims.

    Parameters
    ----------
    draws
        Prior draws under each condition.
    only
        Names of claims; all of those beside the scenario when None.
    forms, theories
        Also under the rival functional forms of `audit.toml`, and under every theory.
    store
        Folder of finished runs: an audit that was stopped goes on, with the same bits.
    seed, workers, progress
        Randomness is the priors' and the kernel's, named by the seed; the result does not depend on the workers.

    Raises
    ------
    FitError
        E608 where fewer than twenty draws meet the condition under the model itself.
    ScenarioError
        As `load_claims` and `load_theories`.
    """
    meter = progress or NoMeter()
    strategies = load_strategies(scenario)
    known = load_claims(scenario, strategies=strategies)
    claims = {name: claim for name, claim in known.items() if only is None or name in only}
    audited = load_audit(scenario)
    condition = (audited.condition if audited is not None else None) or Condition()
    conditions: dict[str, Scenario] = {MODEL_ITSELF: scenario}
    if forms and audited is not None:
        conditions |= {f"form {name}": scenario.with_facts(f.facts, name=name) for name, f in audited.forms.items()}
    if theories:
        conditions |= {f"theory {name}": with_structure(scenario, name) for name in structures(scenario)}
    rows: list[RegionRow] = []
    met: dict[str, float] = {}
    wanted = needed(list(claims.values()))
    meter.start(
        len(conditions) * len(wanted), f"{len(claims)} claims, {len(conditions)} structures, {draws:,} prior draws"
    )
    for under, at in conditions.items():
        place = None if store is None else store / under.replace(" ", "-")
        found, share = _rows(at, under, claims, strategies, wanted, condition, draws, seed, place, workers, meter)
        met[under] = share
        rows += found
    meter.finish()
    return Regions(tuple(rows), condition.words, met, draws)


def _rows(
    scenario: Scenario,
    under: str,
    claims: Mapping[str, Claim],
    strategies: Mapping[str, Strategy],
    wanted: Sequence[str],
    condition: Condition,
    draws: int,
    seed: int,
    store: Path | None,
    workers: int | None,
    meter: Meter,
) -> tuple[list[RegionRow], float]:
    """Rows of every claim under one structure, and the share of draws that meet the condition."""
    size_of_war = TOTALS[condition.outcome]
    outcomes = tuple(dict.fromkeys([size_of_war, *(o for c in claims.values() for o in c.outcomes)]))
    runs = PolicyRuns.of(
        scenario, None, members=draws, replications=1, seed=seed, workers=workers, outcomes=outcomes, store=store
    )
    runs.run_all({name: strategies[name].apply(scenario) for name in wanted}, meter)
    size = runs.values("HISTORY", size_of_war)
    ok = (size >= condition.low) & (size <= condition.high)
    if ok.sum() < FEWEST:
        if under == MODEL_ITSELF:
            raise FitError("E608", f"only {int(ok.sum())} of {draws} prior draws meet the audit's condition")
        return [], float(ok.mean())
    shares: dict[tuple[str, ...], np.ndarray] = {}
    of_shares = [c for c in claims.values() if c.kind == "share"]
    if of_shares:
        ledger = mobilisation_ledger(
            scenario, None, members=draws, parameters=runs.parameters, seed=seed, workers=workers
        )
        shares = {(c.community, *c.sources): ledger.share(c.community, *c.sources) for c in of_shares}
    out = []
    for name, claim in claims.items():
        effect, _ = estimand(claim, runs, shares)
        taken = provided(claim, runs)
        ours, theirs = (side[ok & np.isfinite(effect)] for side in (s & taken for s in sides(claim, effect)))
        many = len(ours)
        held = "a claim of value" if claim.kind == "value" else "arithmetic" if claim.arithmetic else ""
        if many:
            mine, open_, other = (float(part.mean()) for part in (ours, ~ours & ~theirs, theirs))
            out.append(RegionRow(name, claim.title, under, mine, open_, other, many, held))
    return out, float(ok.mean())
