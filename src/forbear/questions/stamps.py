"""What answers were made of, in hashes, and what of it has changed since: wherever they are shown, that is said."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from forbear.files import checksum
from forbear.inference.posterior import Posterior, stamp_of
from forbear.inference.record import record_numbers
from forbear.questions.stored import encode
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.observed import observed_values
from forbear.words import join

if TYPE_CHECKING:
    from pathlib import Path

    from forbear.questions.answers import Answers
    from forbear.questions.odds import Odds
    from forbear.questions.verdict_evidence import TheoryWeight
    from forbear.scenario.casefiles.policies import Claim, Strategy
    from forbear.scenario.scenario import Scenario

__all__ = [
    "answers_stamp", "numbers_observed", "odds_stamp", "posterior_numbers", "question_asked",
    "since_made", "stale_answers", "stale_odds",
]  # fmt: skip

#: What of a claim decides where a draw lies.
TEST = (
    "kind", "claim_says", "rival_says", "base", "changed", "outcome", "margin", "rival_margin", "threshold",
    "community", "sources", "horizon", "since", "provided",
)  # fmt: skip


def numbers_observed(scenario: Scenario) -> str:
    """SHA-256 over every observed number beside a scenario: series, date, element, value."""
    rows = [
        [name, str(value.date), str(value.element), float(value.value)]
        for name in sorted(scenario.observations)
        for value in observed_values(scenario, name)
    ]
    return checksum(json.dumps(rows).encode())


def posterior_numbers(posterior: Posterior) -> str:
    """SHA-256 over the names and draws of a posterior, as they are kept in its file."""
    names = json.dumps(list(posterior.space.names)).encode()
    return checksum(names + np.ascontiguousarray(posterior.scores, dtype=np.float32).tobytes())


def answers_stamp(scenario: Scenario, posterior: Posterior | None) -> dict[str, str]:
    """What answers rest on: that of the fit (model, scenario, priors, evidence), observed numbers, draws.

    Without a posterior, that of the scenario as it is now.
    """
    made = dict(posterior.stamp) if posterior is not None else stamp_of(scenario, scenario.problem())
    made["observations"] = numbers_observed(scenario)
    if posterior is not None:
        made["posterior"] = posterior_numbers(posterior)
    return made


def stale_answers(answers: Answers, scenario: Scenario, posterior: Posterior | None = None) -> list[str]:
    """What has changed since the answers were made, in words; empty where nothing has.

    posterior: the one that is shown beside them; None: it is not compared. Named are model, scenario, priors, evidence,
    observations, posterior, and claims of the scenario that were tested in another form.
    """
    now = {**stamp_of(scenario, scenario.problem()), "observations": numbers_observed(scenario)}
    if posterior is not None:
        now["posterior"] = posterior_numbers(posterior)
    out = [key for key, value in now.items() if answers.provenance.stamp.get(key, value) != value]
    known = load_claims(scenario)
    changed = [r.name for r in answers if r.name in known and _asked(r.claim) != _asked(known[r.name])]
    return [*out, *([f"claims ({', '.join(changed)})"] if changed else [])]


def odds_stamp(
    scenario: Scenario, posterior: Posterior | None, theories: Mapping[str, TheoryWeight], record: Path | None = None
) -> dict[str, str]:
    """What odds of claims rest on: what answers do, the record of other wars with its studies, weights of theories.

    record: a file instead of the record that ships. Raises FitError E617 for a damaged one.
    """
    heard = {"record": record_numbers(record), "theories": _weights(theories)}
    return {**answers_stamp(scenario, posterior), **heard}


def _weights(theories: Mapping[str, TheoryWeight]) -> str:
    """SHA-256 over the weights of theories, to six digits."""
    return checksum(json.dumps({name: f"{theories[name].weight:.6g}" for name in sorted(theories)}).encode())


def question_asked(claim: Claim, strategies: Mapping[str, Strategy]) -> str:
    """SHA-256 over what a claim compares, by which rule; its words may change.

    strategies: by name, those that the claim names among them.
    """
    done = [
        [at.settings, list(at.rules)] if (at := strategies.get(name)) is not None else name
        for name in (claim.base, claim.changed)
    ]
    test = [encode(getattr(claim, name)) for name in TEST]
    return checksum(json.dumps([test, done], sort_keys=True, default=str).encode())


def stale_odds(odds: Odds, scenario: Scenario, answers: Answers | None = None) -> list[str]:
    """What has changed since the odds of claims were computed, in words; empty where nothing has.

    Named are model, scenario, priors, evidence, observations, record and, by the answers that they are to stand beside
    (None: by the posterior of the scenario), posterior and theories. What the file does not say is not compared.
    Raises FitError E606 for a posterior that belongs to something else, E617 for a damaged record.
    """
    now = {**stamp_of(scenario, scenario.problem()), "observations": numbers_observed(scenario)}
    now["record"] = record_numbers()
    if answers is None:
        found = Posterior.of(scenario)
        now["posterior"] = posterior_numbers(found) if found is not None else ""
    else:
        made = answers.provenance
        now["posterior"] = made.stamp.get("posterior", "")
        now["theories"] = _weights(made.theories)
    was = {"posterior": "", **odds.stamp, "model": odds.model}
    return [key for key, value in now.items() if was.get(key, value) != value]


def since_made(changed: Sequence[str]) -> str:
    """What has changed since verdicts were made, as `stale_answers` names it, in a clause."""
    claims = [one.partition("(")[2].rstrip(")") for one in changed if one.startswith("claims (")]
    others = [one for one in changed if not one.startswith("claims (")]
    told = [f"they were made with another {join(others)}"] if others else []
    return "; ".join([*told, *(f"since then these claims were changed: {names}" for names in claims)])


def _asked(claim: object) -> dict[str, object]:
    """A claim without the file it was read from, and without what it needs, which its licence judges."""
    return {k: v for k, v in vars(claim).items() if k not in ("file", "needs")}
