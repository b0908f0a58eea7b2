"""The page of the argument: every name exists, every claim of the text is walked through, it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import forbear as fb
from forbear.country.equations import equations
from forbear.country.model import MODEL
from forbear.evidence import catalogue
from forbear.scenario.casefiles.policies import load_claims

DOCS = Path(__file__).resolve().parents[2] / "docs"
sys.path.insert(0, str(DOCS))
import generate  # noqa: E402

ASSERTIONS = generate.assertions()
CLAIMS = {name: load_claims(fb.Scenario.load(name)) for name in ("iraq-2003", "afghanistan-2001")}


@pytest.mark.parametrize("told", ASSERTIONS, ids=[a["title"] for a in ASSERTIONS])
def test_every_reference_of_an_assertion_exists(told: dict) -> None:  # type: ignore[type-arg]
    assert set(told["equations"]) <= set(equations())
    assert set(told["levers"]) <= set(MODEL.levers)
    assert set(told["series"]) <= set(catalogue())
    assert set(told.get("claims", [])) <= {name for claims in CLAIMS.values() for name in claims}
    for key in ("title", "says", "source", "for", "against"):
        assert told[key].strip(), key
    assert told.get("claims") or told.get("waits"), "an assertion that nothing tests must say what it waits for"


def test_every_claim_is_walked_through_or_marked_as_added() -> None:
    walked = {name for told in ASSERTIONS for name in told.get("claims", [])}
    for case, claims in CLAIMS.items():
        for name, claim in claims.items():
            assert (name in walked) != claim.added, f"{case} {name}"


def test_every_claim_says_who_asserts_it_and_names_parameters_and_facts_that_exist() -> None:
    for claims in CLAIMS.values():
        for claim in claims.values():
            assert claim.asserted and claim.statement != claim.rival
            assert claim.added == claim.asserted.startswith("added"), claim.name


def test_the_page_is_as_the_claims_are_now() -> None:
    text = (DOCS / "argument.md").read_text(encoding="utf-8")
    assert generate.argument(text) == text, "run: python docs/generate.py"
