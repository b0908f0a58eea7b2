"""Claims of the library ask what their words say: effort is equal where it should be, and both sides use one measure."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.ensemble.beginnings import steps_alike
from forbear.questions.regions import margins, sides
from forbear.scenario.casefiles.policies import Claim, load_claims, load_strategies
from forbear.scenario.outcomes import OUTCOMES, counted

EFFORT = ("police_effort", "special_operations", "access", "local_partners", "haven")
ASKED_OF_BOTH = {
    "H2c", "H2d", "H2e", "H7c", "H7d", "H8b", "H10b", "H11b", "H11c", "H12", "H14", "H14b", "H19b",
    "H23", "H23b", "H23c", "H23d", "H24", "H24b", "H24c", "D1", "N1", "P1",
}  # fmt: skip
#: Fields that every claim of the library states, whichever file it stands in.
ALWAYS = {"title", "statement", "rival", "asserted", "kind", "claim_says", "rival_says", "deciding", "evidence"}


@pytest.fixture(scope="module", params=["iraq-2003", "afghanistan-2001"])
def case(request: pytest.FixtureRequest) -> fb.Scenario:
    return fb.Scenario.load(request.param)


@pytest.fixture(scope="module")
def claims(case: fb.Scenario) -> dict[str, Claim]:
    return load_claims(case)


@pytest.fixture(scope="module")
def levers(case: fb.Scenario, claims: dict[str, Claim]) -> dict[str, dict[str, np.ndarray]]:
    """Levers week by week of every strategy that a claim compares."""
    named = {name for claim in claims.values() for name in (claim.base, claim.changed)}
    return {n: s.apply(case).problem().levers for n, s in load_strategies(case).items() if n in named}


def differing(levers: dict[str, dict[str, np.ndarray]], claim: Claim) -> set[str]:
    before, after = levers[claim.base], levers[claim.changed]
    return {name for name in before if not np.array_equal(before[name], after[name])}


def test_what_the_larger_model_holds_is_asked_of_both_wars(claims: dict[str, Claim]) -> None:
    assert set(claims) >= ASKED_OF_BOTH


@pytest.mark.parametrize("name", ["H12", "H14", "H14b", "S1", "S2"])
def test_claims_on_counterterrorism_compare_equal_effort(
    name: str, claims: dict[str, Claim], levers: dict[str, dict[str, np.ndarray]]
) -> None:
    if name not in claims:
        pytest.skip("sanctuary is asked of Afghanistan alone")
    moved = differing(levers, claims[name])
    assert not moved & set(EFFORT), moved
    assert "force" in moved


def test_a_dose_of_soldiers_is_compared_with_history_and_differs_in_soldiers_alone(
    claims: dict[str, Claim], levers: dict[str, dict[str, np.ndarray]]
) -> None:
    doses = [claim for claim in claims.values() if claim.changed.startswith("SOLDIERS-") and claim.base == "HISTORY"]
    assert {(claim.changed, claim.outcome) for claim in doses} >= {
        (f"SOLDIERS-{dose}", outcome)
        for dose, outcome in (("HALF", "deaths"), ("TRIPLE", "deaths"), ("HALF", "sympathy"), ("DOUBLE", "sympathy"), ("TRIPLE", "sympathy"))
    }  # fmt: skip
    for claim in doses:
        assert differing(levers, claim) == {"force", "partners"}, claim.name


def test_residual_forces_are_compared_with_leaving_altogether(
    claims: dict[str, Claim], levers: dict[str, dict[str, np.ndarray]]
) -> None:
    for name, stayed in (("H24", 6_000.0), ("H24b", 1_000.0), ("H24c", 6_000.0)):
        claim = claims[name]
        assert differing(levers, claim) == {"force"} and claim.added, name
        assert levers[claim.base]["force"][-1] == 0.0 and levers[claim.changed]["force"][-1] == stayed


def test_words_of_both_sides_are_read_by_one_measure(claims: dict[str, Claim]) -> None:
    for claim in claims.values():
        if claim.kind != "effect":
            continue
        kind, (ours, theirs) = OUTCOMES[claim.outcome].kind, margins(claim)
        for words, margin in ((claim.statement, ours), (claim.rival, theirs)):
            if "markedly" in words:
                assert (kind, margin) == ("ratio", 0.1), claim.name
            if "noticeably" in words:
                assert (kind, margin) == ("difference", 0.05), claim.name


def test_a_horizon_is_said_in_the_words_of_both_sides(claims: dict[str, Claim]) -> None:
    for claim in claims.values():
        if claim.horizon:
            assert claim.horizon[:4] in claim.statement and claim.horizon[:4] in claim.rival, claim.name


def test_what_happens_week_by_week_is_counted_from_where_two_strategies_part(
    case: fb.Scenario, claims: dict[str, Claim]
) -> None:
    known = load_strategies(case)
    counts = 0
    for claim in claims.values():
        if claim.kind != "effect" or not counted(claim.outcome) or "of all years" in claim.statement:
            assert not claim.since, claim.name
            continue
        one, other = (known[name].apply(case).problem() for name in (claim.base, claim.changed))
        alike = steps_alike(one, other)
        if alike * one.step < 52:
            assert not claim.since, claim.name
            continue
        counts += 1
        parted = one.dates[alike].astype("datetime64[M]")
        assert abs(int((np.datetime64(claim.since, "M") - parted).astype(int))) <= 1, (claim.name, parted)
        assert "from then on" in claim.statement or claim.since[:4] in claim.statement, claim.name
        assert "from then on" in claim.rival or claim.since[:4] in claim.rival, claim.name
    assert counts >= 4


def test_no_effect_lies_in_both_regions_and_the_edges_lie_where_the_words_put_them(claims: dict[str, Claim]) -> None:
    ratios, differences = np.array([0.3, 0.89, 1.0, 1.12, 3.0]), np.array([-0.9, -0.06, 0.0, 0.06, 0.9])
    for claim in claims.values():
        ratio = claim.kind in ("effect", "value") and OUTCOMES[claim.outcome].kind == "ratio"
        ours, theirs = sides(claim, ratios if ratio else differences)
        assert not (ours & theirs).any() and ours.any() and theirs.any(), claim.name


def test_every_file_of_claims_has_one_format(case: fb.Scenario, claims: dict[str, Claim]) -> None:
    files = {Path(claim.file) for claim in claims.values()}
    assert {file.name for file in files} == {"argument.toml", "beyond.toml"}
    for file in files:
        for name, table in tomllib.loads(file.read_text(encoding="utf-8")).items():
            assert set(table) >= ALWAYS, f"{file.name} {name}: {ALWAYS - set(table)}"
