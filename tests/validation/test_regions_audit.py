"""Gate G0 on asserted regions: room for both sides, the same bits again, and words for what is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

import forbear as fb
from forbear.validation.lines import regions as regions_in_words
from forbear.validation.regions import RegionRow, regions_of

CLAIMS = """
[S1]
title = "More soldiers do not help"
statement = "Twice the soldiers would not have made the country markedly less violent."
rival = "Twice the soldiers would have made it markedly less violent."
kind = "effect"
changed = "DOUBLE"
claim_says = "not lower"
rival_says = "lower"
horizon = "HORIZON"

[S2]
title = "Twice is more"
statement = "Twice the soldiers are more soldiers."
rival = "Twice the soldiers are as many."
kind = "effect"
changed = "DOUBLE"
outcome = "force"
claim_says = "higher"
rival_says = "same"
arithmetic = "two times one is two"

[S3]
title = "Who is to say"
statement = "It was worth it."
rival = "It was not."
kind = "value"
changed = "DOUBLE"
claim_says = "lower"
rival_says = "higher"
"""


@pytest.fixture
def small(tmp_path: Path) -> fb.Scenario:
    head = '[scenario]\nname = "small"\ntitle = "A small country"\nkind = "invented"\nextends = "meadow"\n'
    (tmp_path / "scenario.toml").write_text(head, encoding="utf-8")
    (tmp_path / "claims").mkdir()
    (tmp_path / "strategies").mkdir()
    horizon = f"{fb.Scenario.load('meadow').start.year + 1}-06"
    (tmp_path / "claims" / "c.toml").write_text(CLAIMS.replace("HORIZON", horizon), encoding="utf-8")
    (tmp_path / "strategies" / "s.toml").write_text(
        '[DOUBLE]\ntitle = "twice"\nside = "intervention"\nsettings = { "intervener.force" = { scale = 2 } }\n',
        encoding="utf-8",
    )
    return fb.Scenario.load(tmp_path / "scenario.toml")


def test_shares_add_up_are_named_and_go_on_with_the_same_bits(small: fb.Scenario, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = regions_of(small, draws=40, theories=False, store=store)
    assert [row.claim for row in first.rows] == ["S1", "S2", "S3"]
    for row in first.rows:
        assert row.ours + row.neither + row.theirs == pytest.approx(1.0)
    assert any(store.rglob("*"))
    again = regions_of(small, draws=40, theories=False, store=store, workers=1)
    assert again.as_dict() == first.as_dict()
    words = "\n".join(regions_in_words(first.as_dict()))
    assert "arithmetic" in words and "a claim of value" in words
    assert {row.claim for row in first.failures} <= {"S1"}


def test_every_theory_has_its_own_shares(small: fb.Scenario) -> None:
    found = regions_of(small, draws=24, only=["S1"], forms=False)
    assert {row.under for row in found.rows} == {"model", *(f"theory {name}" for name in fb_theories())}


def fb_theories() -> list[str]:
    from forbear.inference.structures import structures

    return list(structures())


@pytest.mark.parametrize(
    ("ours", "theirs", "word"),
    [
        (0.4, 0.5, "passes"),
        (0.9, 0.05, "FAILS: leans to the claim"),
        (0.05, 0.9, "FAILS: leans to the rival"),
        (0.3, 0.05, "FAILS: too little room for one side"),
    ],
)
def test_a_row_says_whether_both_sides_have_room(ours: float, theirs: float, word: str) -> None:
    assert RegionRow("C", "c", "model", ours, 1.0 - ours - theirs, theirs, 4000).word == word


def test_few_draws_are_judged_with_their_own_error() -> None:
    assert RegionRow("C", "c", "model", 0.7, 0.12, 0.18, 100).passes
    assert not RegionRow("C", "c", "model", 0.7, 0.12, 0.18, 10_000).passes
