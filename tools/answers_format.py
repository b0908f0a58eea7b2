"""Answers that were written before they had a format, brought into it: the numbers stay, verdicts are worked out again from them.

    python tools/answers_format.py OLD.json SCENARIO NEW.json

The verdict rule is a function of numbers that the old file holds, so its words must come out as they stood there; then the
licence is laid on top. Fails where a claim is no longer the one that was tested, or a word differs.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from forbear.inference.facts import licence
from forbear.inference.posterior import Posterior
from forbear.questions.answers import Answers
from forbear.questions.effects import Candidate, Probabilities
from forbear.questions.licences import facts_on_record
from forbear.questions.results import (
    AttributionResult,
    ClaimResult,
    LedgerResult,
    PlayerShare,
    Provenance,
    Quantiles,
    Regret,
    Split,
    StrategyResult,
    StrategyTable,
    Three,
    Unattributed,
)
from forbear.questions.stamps import answers_stamp
from forbear.questions.verdict import verdict
from forbear.questions.verdict_inputs import VerdictInputs
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.scenario import Scenario

SAME = ("title", "statement", "rival", "kind", "base", "changed", "outcome", "claim_says", "rival_says", "caution")


def whole(three: Any) -> Probabilities:
    """Three shares that add up to 1, where the file holds them rounded."""
    return Probabilities(*(share / sum(three) for share in three))


def claim_of(old: dict[str, Any], scenario: Scenario, held: Any, structural: bool) -> ClaimResult:
    """One claim with the verdict of its numbers and the licence of the facts."""
    claim = load_claims(scenario)[old["name"]]
    changed = [key for key in SAME if getattr(claim, key) != old[key]]
    if changed or list(claim.deciding) != old["declared_deciding"] or list(claim.evidence) != old["evidence"]:
        raise SystemExit(f"{claim.name} is no longer the claim that was tested: {', '.join(changed)}")
    structures = {k: Probabilities(*v) for k, v in old["structures"].items()}
    shares = Probabilities(*old["shares"])
    inputs = VerdictInputs(
        *whole(shares),
        structures={k: whole(v) for k, v in structures.items()} if structural else {},
        contraction=old["contraction"],
        neutrality_passed=bool(old["neutral"]),
        candidates={
            k: Candidate(whole(c["below"]), whole(c["above"]), c["flips_at"], 0.0, c["class"])
            for k, c in old["candidates"].items()
        },
        asserts=claim.asserts,  # type: ignore[arg-type]
        rival_asserts=claim.rival_asserts,  # type: ignore[arg-type]
        is_value_claim=claim.kind == "value",
    )
    ruled = verdict(inputs)
    if (ruled.word, ruled.rival_word, ruled.deciding) != (old["verdict"], old["rival_verdict"], old["deciding"]):
        raise SystemExit(f"{claim.name}: the rule says {ruled.word}, the file {old['verdict']}")
    given = licence(claim, held)
    return ClaimResult(
        replace(claim, file=Path(claim.file).name),
        ruled if given.granted else verdict(replace(inputs, unlicensed=given.words)),
        given,
        old["effect_kind"],
        old["margin"],
        Quantiles(*old["effect"]),
        Quantiles(*old["prior"]),
        shares,
        Probabilities(*old["prior_shares"]),
        structures,
        old["contraction"],
        old["neutral"],
        {
            k: Split(Probabilities(*c["below"]), Probabilities(*c["above"]), c["flips_at"], c["class"], c["shift"])
            for k, c in old["candidates"].items()
        },
    )


def strategies_of(old: dict[str, Any]) -> StrategyTable:
    """The table of strategies."""
    rows = {}
    for name, row in old["rows"].items():
        rest = {
            k: row[k] for k in ("hurwicz", "laplace", "best", "pareto", "satisficing", "satisficing_by") if k in row
        }
        rows[name] = StrategyResult(
            row["title"],
            row["side"],
            row["assumed"],
            {o: Quantiles(*v) for o, v in row["outcomes"].items()},
            {o: Regret(**v) for o, v in row.get("regret", {}).items()},
            **rest,
        )
    return StrategyTable(
        rows, tuple(old["objectives"]), old["thresholds"], old["nothing_satisfices"], old["alpha"], old["draws"]
    )


def game_of(old: dict[str, Any]) -> AttributionResult:
    """One game of the attribution."""

    def share(row: dict[str, Any]) -> PlayerShare:
        part = Quantiles(*(row[k] for k in Quantiles._fields))
        return PlayerShare(row["name"], row["title"], part, row["mean"], row["error"], row["helps"])

    return AttributionResult(
        old["game"],
        old["exact"],
        old["coalitions"],
        tuple(old["players"]),
        {worth: tuple(map(share, rows)) for worth, rows in old["rows"].items()},
        {worth: Three(*v) for worth, v in old["total"].items()},
        {worth: tuple(map(tuple, v)) for worth, v in old["interaction"].items()},
        Unattributed(**old["unattributed"]),
        old["draws"],
        old["runs"],
    )


def answers_of(old: dict[str, Any], scenario: Scenario) -> Answers:
    """The whole file. It must have been made with the posterior that stands beside the scenario."""
    about, posterior = old["about"], Posterior.of(scenario)
    if posterior is None or posterior.stamp != about["stamp"]:
        raise SystemExit("these answers were made with another posterior than the one beside the scenario")
    held = facts_on_record(scenario, posterior)
    ledger = old["ledger"]
    made = Provenance(
        about["scenario"], about["seed"], about["given"], about["draws"], about["lucks"], about["prior_draws"],
        about["prior_conditioned"], tuple(about["structures"]), about["structure_draws"],
        answers_stamp(scenario, posterior), about["hashes"], about["runs"], about["seconds"], quick=about["quick"],
        available=about.get("available", len(posterior)),
    )  # fmt: skip
    structural = len(about["structures"]) > 1
    return Answers(
        {name: claim_of(c, scenario, held, structural) for name, c in old["claims"].items()},
        strategies_of(old["strategies"]),
        LedgerResult(*(ledger[k] for k in ("communities", "years", "sources", "shares", "whole"))),
        made,
        {name: game_of(game) for name, game in old["attribution"].items()},
        held,
    )


if __name__ == "__main__":
    source, name, target = sys.argv[1:]
    print(answers_of(json.loads(Path(source).read_text(encoding="utf-8")), Scenario.load(name)).write(target))
