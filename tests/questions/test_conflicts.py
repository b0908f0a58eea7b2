"""The model beside studies, the country beside the record: agreement, conflict, and neither."""

from __future__ import annotations

import numpy as np
import pytest

from forbear.questions.conflicts import against_studies, country_against_record
from forbear.questions.policy_runs import PolicyRuns
from forbear.questions.verdict import StageShares
from forbear.scenario.casefiles.policies import Claim

STUDY = "UN troops (per 1,000) on civilians killed per month, neg. binomial"
IDLE = "Log incumbent total military personnel on win, logit"
CLAIM = Claim("C", "c", "s", "r", "effect", "lower", "not lower", changed="MORE", evidence=(STUDY, IDLE))
RANDOM = np.random.default_rng(2)


def runs(ratio: float, force: float, spread: float = 0.02) -> PolicyRuns:
    out = PolicyRuns(None, {}, np.zeros((200, 0)), ())  # type: ignore[arg-type]
    base = {"deaths": np.full(200, 1e5), "force": np.full(200, 1e5), "order": np.full(200, 0.2)}
    effect = ratio * np.exp(spread * RANDOM.normal(size=200))
    out._runs = {
        "HISTORY": base,
        "MORE": {"deaths": 1e5 * effect, "force": base["force"] * force, "order": base["order"]},
    }
    return out


@pytest.mark.parametrize(
    ("ratio", "force", "word"),
    [(0.7, 2.0, "agrees"), (1.4, 2.0, "in conflict"), (1.4, 0.5, "agrees"), (0.7, 0.5, "in conflict")],
)
def test_a_study_agrees_or_not_by_what_more_of_the_factor_does_whichever_way_the_claim_changes_it(ratio, force, word):
    found = {entry.what: entry for entry in against_studies(CLAIM, runs(ratio, force))}
    assert found[STUDY].word == word and found[IDLE].word == "cannot tell"
    assert found[STUDY].kind == "model and study" and "MORE has" in found[STUDY].ours


def test_where_draws_hold_no_effect_nothing_is_told_and_without_a_change_of_the_factor_nothing_is_set_beside():
    assert against_studies(CLAIM, runs(1.0, 2.0, 0.3))[0].word == "cannot tell"
    assert against_studies(CLAIM, runs(0.7, 1.0)) == ()


def test_the_record_and_the_country_conflict_where_they_lean_to_different_sides():
    def stage(claim: float, rival: float) -> StageShares:
        return StageShares(claim, 1.0 - claim - rival, rival, 0.02, 200.0)

    def word(record: StageShares, country: StageShares) -> str:
        return country_against_record({"record": record, "country": country})[0].word

    assert word(stage(0.8, 0.1), stage(0.1, 0.8)) == "in conflict"
    assert word(stage(0.8, 0.1), stage(0.7, 0.2)) == "agrees"
    assert word(stage(0.5, 0.4), stage(0.1, 0.8)) == "cannot tell"
    assert country_against_record({"country": stage(0.8, 0.1)}) == ()
