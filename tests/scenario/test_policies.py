"""Claims and strategies as files: the shipped ones are sound, broken ones are explained."""

from __future__ import annotations

from pathlib import Path

import pytest

import forbear as fb
from forbear.scenario.casefiles.policies import load_claims, load_strategies
from forbear.scenario.casefiles.remedies import load_remedies


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.Scenario.load("iraq-2003")


def test_every_shipped_strategy_gives_a_problem_that_differs_from_history(iraq: fb.Scenario) -> None:
    history = iraq.problem()
    strategies = load_strategies(iraq)
    assert {"NEVER", "NEVER-AND-TRADE", "OUT-2005", "MORE-200", "EVERYTHING"} <= set(strategies)
    for name, strategy in strategies.items():
        problem = strategy.apply(iraq).problem()
        assert (problem.hash == history.hash) == (name == "HISTORY"), name
        assert problem.priors.keys() == history.priors.keys()
    assert strategies["MORE-200"].apply(iraq).problem().levers["force"].max() > 350_000
    assert strategies["NEVER"].apply(iraq).problem().levers["intervene"].max() == 0


def test_both_sides_of_every_claim_speak_at_equal_length(iraq: fb.Scenario) -> None:
    claims = load_claims(iraq)
    assert sum(c.kind == "value" for c in claims.values()) == 2
    for claim in [*claims.values(), *load_claims(fb.Scenario.load("afghanistan-2001")).values()]:
        ratio = len(claim.statement.split()) / len(claim.rival.split())
        assert 0.6 < ratio < 1.67, claim.name


def test_exchanging_the_sides_twice_gives_the_claim_back(iraq: fb.Scenario) -> None:
    for claim in load_claims(iraq).values():
        assert claim.swapped().swapped() == claim


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


CLAIM = """
[MINE]
title = "mine"
statement = "More soldiers help."
rival = "They do not."
kind = "effect"
changed = "MORE-150"
outcome = "deaths"
claim_says = "lower"
rival_says = "not lower"
"""


def test_a_claim_of_ones_own_is_read_beside_the_shipped_ones(iraq: fb.Scenario, tmp_path: Path) -> None:
    claims = load_claims(iraq, [write(tmp_path / "mine.toml", CLAIM)])
    assert (
        claims["MINE"].direction == "lower"
        and claims["MINE"].rival_asserts == "no opposite effect"
        and len(claims) == len(load_claims(iraq)) + 1
    )


@pytest.mark.parametrize(
    ("change", "code", "line", "words"),
    [
        ('claim_says = "lower"|claim_says = "less"', "E240", 9, "lower"),
        ('outcome = "deaths"|outcome = "death"', "E241", 8, "deaths"),
        ('changed = "MORE-150"|changed = "MORE-151"', "E241", 7, "MORE-150"),
        ('rival_says = "not lower"|rival_says = "not higher"', "E242", 10, "both be true"),
        ('title = "mine"|titel = "mine"', "E240", 3, "title"),
        ('kind = "effect"|kind = "share"\\ncommunity = "sunnis"\\nsources = ["fear"]', "E241", 7, "sunni"),
    ],
)
def test_a_broken_claim_is_explained_with_its_line(
    iraq: fb.Scenario, tmp_path: Path, change: str, code: str, line: int, words: str
) -> None:
    old, new = change.split("|")
    path = write(tmp_path / "mine.toml", CLAIM.replace(old, new.replace("\\n", "\n")))
    with pytest.raises(fb.ForbearError) as caught:
        load_claims(iraq, [path])
    assert code in str(caught.value) and f"mine.toml:{line}" in str(caught.value) and words in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once(iraq: fb.Scenario, tmp_path: Path) -> None:
    text = CLAIM.replace('"deaths"', '"death"').replace('"MORE-150"', '"MORE"') + 'deciding = ["tip"]\n'
    with pytest.raises(fb.ForbearError) as caught:
        load_claims(iraq, [write(tmp_path / "mine.toml", text)])
    assert len(caught.value.faults) == 3 and "tips" in str(caught.value)


def test_a_strategy_with_an_unknown_lever_is_explained(iraq: fb.Scenario, tmp_path: Path) -> None:
    path = write(tmp_path / "s.toml", '[MINE]\ntitle = "mine"\nsettings = { "intervener.forces" = 1 }\n')
    with pytest.raises(fb.ForbearError, match="intervener.force"):
        load_strategies(iraq, [path])


def test_a_file_that_is_not_toml_or_not_there_is_refused(iraq: fb.Scenario, tmp_path: Path) -> None:
    with pytest.raises(fb.ForbearError, match="E102"):
        load_claims(iraq, [write(tmp_path / "x.toml", "[A\n")])
    with pytest.raises(fb.ForbearError, match="E101"):
        load_claims(iraq, [tmp_path / "none.toml"])


def test_remedies_are_there_for_iraq_and_missed_with_an_explanation_elsewhere(
    iraq: fb.Scenario, meadow: fb.Scenario
) -> None:
    players = load_remedies(iraq)
    assert len(players) == 9 and load_remedies(iraq, feasible=True)[0].settings["intervener.feasible"] == 1
    assert all(p.parameters or p.settings for p in load_remedies(iraq, "structure"))
    with pytest.raises(fb.ForbearError, match="E250"):
        load_remedies(meadow)
