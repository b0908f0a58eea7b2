"""What answers were made of, in hashes, and what of it has changed since: wherever they are shown, that is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from forbear.country.model import MODEL
from forbear.files import checksum
from forbear.inference.posterior import stamp_of
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.observed import observed_values

if TYPE_CHECKING:
    from forbear.inference.posterior import Posterior
    from forbear.questions.answers import Answers
    from forbear.scenario.scenario import Scenario

__all__ = ["answers_stamp", "numbers_observed", "posterior_numbers", "stale_answers", "stale_odds"]


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


def stale_odds(model: str, stamp: Mapping[str, str], scenario: Scenario) -> list[str]:
    """What has changed since the odds of claims were computed, in words; empty where nothing has."""
    now = {**stamp_of(scenario, scenario.problem()), "observations": numbers_observed(scenario)}
    return [
        *(["model"] if model != MODEL.hash else []),
        *(key for key, value in now.items() if key != "model" and stamp.get(key, value) != value),
    ]


def _asked(claim: object) -> dict[str, object]:
    """A claim without the file it was read from, and without what it needs, which its licence judges."""
    return {k: v for k, v in vars(claim).items() if k not in ("file", "needs")}
