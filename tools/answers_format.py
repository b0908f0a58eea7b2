"""Answers of the second format as answers of the third: the same numbers, judged by the rule on shares. Runs nothing.

    uv run python tools/answers_format.py src/forbear/library/iraq-2003

What the second format did not keep stays empty until the answers are made again: other margins and horizons, what
observation would tell, studies beside the model. Weights of theories come from the validation beside the scenario, where
it speaks of the same draws.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from forbear.files import read_json, write_json
from forbear.inference.posterior import Posterior
from forbear.questions.answers import FORMAT, KIND, Answers
from forbear.questions.effects import Probabilities
from forbear.questions.regions import assertion_region, held_apart
from forbear.questions.results import ClaimResult
from forbear.questions.stored import decode, encode
from forbear.questions.verdict_evidence import TheoryWeight
from forbear.questions.verdict_rule import THRESHOLDS, Evidence, Shares, TheoryShares, ruling, staged
from forbear.questions.verdict_sensitivity import sensitivity
from forbear.scenario.scenario import Scenario
from forbear.workflow.battery_sources import fit_words, theories_weighed, worth_of

NONE = "the record of other wars was not heard when these answers were made"


def read_second(path: Path) -> tuple[Answers, dict[str, str]]:
    """Answers of the second format with no verdict yet, and the words on record by claim."""
    found = {k: v for k, v in read_json(path, seal=True).items() if k not in ("kind", "format")}
    words = {name: str(claim["verdict"]["word"]) for name, claim in found["claims"].items()}
    for claim in found["claims"].values():
        kept = {key: claim["verdict"][key] for key in ("word", "rival_word", "reason", "what_would_change")}
        claim["verdict"] = kept
    return decode(Answers, found, file=str(path)), words


def shares_on_record(result: ClaimResult, three: Probabilities, draws: float) -> Shares:
    """Shares for, against and within the margin as those of the regions."""
    ours, theirs = (assertion_region(says, k) for k, says in enumerate(held_apart(result.claim)))
    claim, rival = (sum(three[k] for k in sorted(side)) for side in (ours, theirs))
    return Shares(claim, rival, max(0.0, 1.0 - claim - rival), max(1.0, draws))


def evidence_on_record(result: ClaimResult, answers: Answers, weights: dict[str, TheoryWeight], worth: dict[str, float]) -> Evidence:  # fmt: skip
    """What the answers say to the rule. worth: structure -> independent draws, as many as were run where not named."""
    made = answers.provenance

    def within(name: str, three: Probabilities) -> TheoryShares:
        many = worth.get(name, made.members if name == "full" else made.structure_members)
        known = weights.get(name, TheoryWeight(0.0, False)) if weights else TheoryWeight(1.0)
        return TheoryShares(shares_on_record(result, three, many), known.weight, known.alike, known.about)

    theories = {name: within(name, three) for name, three in result.structures.items()}
    mute = (
        name
        for name, split in result.splits.items()
        if split.identification == "N-none"
        and max(
            abs(shares_on_record(result, split.above, 1)[side] - shares_on_record(result, split.below, 1)[side])
            for side in ("claim", "rival", "neither")
        )
        >= THRESHOLDS.hinge
    )
    return Evidence(
        shares_on_record(result, result.prior_shares, made.prior_conditioned),
        country=shares_on_record(result, result.shares, worth.get("full", made.members)),
        theories=theories if len(theories) > 1 else {},
        unlicensed="" if result.licence.granted else result.licence.words,
        arithmetic=result.claim.arithmetic,
        values=result.claim.kind == "value",
        mute=tuple(mute),
        left_out={"record": NONE, "both": NONE},
    )


def third(folder: Path) -> Answers:
    """The answers beside a scenario in the third format."""
    answers, _ = read_second(folder / "answers.json")
    scenario = Scenario.load(folder / "scenario.toml")
    posterior = Posterior.of(scenario)
    weights, words = theories_weighed(scenario, posterior)
    worth = {"full": worth_of(posterior, answers.provenance.members)} if posterior is not None else {}
    claims = {}
    for name, result in answers.claims.items():
        evidence = evidence_on_record(result, answers, weights, worth)
        splits = {
            key: replace(split, below=_regions(result, split.below), above=_regions(result, split.above))
            for key, split in result.splits.items()
        }
        claims[name] = replace(
            result, verdict=ruling(evidence), stages=staged(evidence), sensitivity=sensitivity(evidence), splits=splits
        )
    terms = posterior.notes.get("data", []) if posterior is not None else []
    series = tuple(dict.fromkeys(str(term).partition(" (")[0] for term in terms))
    made = replace(
        answers.provenance, theories=weights, weighed_by=words, fit=fit_words(posterior), series=series, record=NONE
    )
    return replace(answers, claims=claims, provenance=made)


def _regions(result: ClaimResult, three: Probabilities) -> Probabilities:
    found = shares_on_record(result, three, 1)
    return Probabilities(found.claim, found.rival, found.neither)


def main() -> None:
    """Write the answers of each folder anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    for folder in parser.parse_args().folders:
        content: dict[str, Any] = {"kind": KIND, "format": FORMAT, **encode(third(folder))}
        print(write_json(folder / "answers.json", content, seal=True))


if __name__ == "__main__":
    main()
