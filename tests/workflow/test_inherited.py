"""What a scenario has from the one that it extends: claims, strategies, audit, and a posterior only where it still holds."""

from __future__ import annotations

from pathlib import Path

import pytest

import forbear as fb
from forbear.scenario.casefiles.audit import load_audit
from forbear.scenario.casefiles.policies import load_claims, load_strategies
from forbear.workflow.battery_runs import structure_posteriors

HEAD = '[scenario]\nname = "child"\ntitle = "A child"\nkind = "historical"\nextends = "iraq-2003"\n'
CLAIM = """
[MINE]
title = "mine"
statement = "More soldiers lower the deaths."
rival = "They do not."
kind = "effect"
changed = "TRIPLE"
outcome = "deaths"
claim_says = "lower"
rival_says = "not lower"
"""
STRATEGIES = """
[TRIPLE]
title = "three times the soldiers"
settings = { "intervener.force" = "*3" }
[MORE-150]
title = "stated again"
settings = { "intervener.force" = "+1" }
"""


@pytest.fixture
def child(tmp_path: Path) -> fb.Scenario:
    (tmp_path / "scenario.toml").write_text(HEAD, encoding="utf-8")
    for folder, text in (("claims", CLAIM), ("strategies", STRATEGIES)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.toml").write_text(text, encoding="utf-8")
    return fb.Scenario.load(tmp_path / "scenario.toml")


def test_claims_and_strategies_of_both_are_known_and_a_name_stated_again_holds(child: fb.Scenario) -> None:
    strategies = load_strategies(child)
    assert {"TRIPLE", "MORE-200"} <= set(strategies)
    assert strategies["MORE-150"].title == "stated again"
    assert {"MINE", "H2"} <= set(load_claims(child))
    assert load_audit(child) == load_audit(fb.Scenario.load("iraq-2003"))


def test_a_posterior_is_inherited_while_nothing_that_it_depends_on_has_changed(child: fb.Scenario) -> None:
    found, own = fb.Posterior.of(child), fb.Posterior.of(fb.Scenario.load("iraq-2003"))
    assert found is not None and own is not None
    assert (found.scores == own.scores).all()
    assert set(structure_posteriors(child)) == set(structure_posteriors(fb.Scenario.load("iraq-2003")))


@pytest.mark.parametrize(
    "change",
    [
        '[uncertainties]\nsource = "assumption: test"\n"insurgency.emboldening" = { prior = "normal", mean = 0.03, sd = 0.02 }\n',
        '[uncertainties]\nsource = "assumption: test"\n"insurgency.emboldening" = 0.05\n',
        '[levers]\nsource = "assumption: test"\n"intervener.force" = 100000\n',
    ],
)
def test_a_changed_problem_has_no_posterior_until_it_is_fitted(tmp_path: Path, change: str) -> None:
    (tmp_path / "scenario.toml").write_text(HEAD + change, encoding="utf-8")
    assert fb.Posterior.of(fb.Scenario.load(tmp_path / "scenario.toml")) is None


def test_a_country_that_extends_nothing_with_claims_has_none() -> None:
    assert load_claims(fb.Scenario.load("meadow")) == {}
