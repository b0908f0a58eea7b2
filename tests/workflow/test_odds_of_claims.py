"""Draws of a battery weighed by the record and by studies: the same draws, each case dropped, conflict said, words by the same rule."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import forbear as fb
from forbear.cli.main import main
from forbear.inference.record import absence, record_numbers
from forbear.questions.odds import BOTH, PRIOR, RECORD, STUDIES, Odds
from forbear.questions.odds_on_record import odds_on_record
from forbear.questions.stamps import stale_odds
from forbear.workflow.odds import read_odds, record_odds

SCENARIO = """
[scenario]
name = "small"
title = "A small country"
kind = "invented"
extends = "meadow"
"""
STRATEGIES = """
[MORE]
title = "twice the soldiers"
side = "intervention"
settings = { "intervener.force" = "*2" }
"""
CLAIMS = """
[A]
title = "more soldiers and peace"
statement = "Twice the soldiers lower the deaths."
rival = "Twice the soldiers do not lower the deaths."
kind = "effect"
changed = "MORE"
outcome = "deaths"
claim_says = "lower"
rival_says = "not lower"
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> fb.Scenario:
    folder = tmp_path_factory.mktemp("small")
    for name, text in (("scenario", SCENARIO), ("claims/c", CLAIMS), ("strategies/s", STRATEGIES)):
        path = folder / f"{name}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return fb.Scenario.load(folder / "scenario.toml")


@pytest.fixture(scope="module")
def found(small: fb.Scenario, known_record: Path) -> Odds:
    return record_odds(small, quick=True, record=known_record)


def test_the_same_draws_stand_before_every_source(found: Odds) -> None:
    claim = found.claims["A"]
    assert set(claim.moved) == {RECORD, "troops-and-fighting", "exclusion-and-fighting", STUDIES, BOTH}
    befores = {shifts[PRIOR].before for shifts in claim.moved.values()}
    assert len(befores) == 1 and sum(next(iter(befores))) == pytest.approx(1.0)
    assert found.members == 0 and found.prior_members == 128 and set(claim.moved[RECORD]) == {PRIOR}


def test_a_study_that_all_draws_miss_alike_weighs_evenly_and_is_shown_to_lie_far_apart(found: Odds) -> None:
    far, near = (found.weights[name][PRIOR] for name in ("exclusion-and-fighting", "troops-and-fighting"))
    assert far.effective > 0.8 and far.apart > 10.0 and abs(near.apart) < 3.0
    assert math.isnan(found.weights[RECORD][PRIOR].apart)
    alone, together = (found.claims["A"].moved[name][PRIOR] for name in ("troops-and-fighting", STUDIES))
    assert together.factor[0] == pytest.approx(alone.factor[0], rel=0.25)


def test_less_bias_moves_further_and_more_bias_less(found: Odds) -> None:
    halved, doubled = (found.weights[f"troops-and-fighting, tau x{times}"][PRIOR].effective for times in ("0.5", "2"))
    assert halved < found.weights["troops-and-fighting"][PRIOR].effective < doubled
    factors = found.claims["A"].tau["troops-and-fighting"]
    assert abs(math.log(factors["2"][PRIOR])) < abs(math.log(factors["0.5"][PRIOR])) + 0.05


def test_every_case_is_dropped_in_turn_and_the_one_that_saw_most_deaths_changes_most(found: Odds) -> None:
    dropped = found.claims["A"].dropped[PRIOR]
    assert tuple(dropped) == found.cases and len(dropped) == 4
    whole = found.claims["A"].moved[RECORD][PRIOR].factor[0]
    away = {case: abs(math.log(value / whole)) for case, value in dropped.items()}
    assert np.isfinite(list(away.values())).all() and max(away.values()) > 0.0


def test_without_data_of_the_country_no_source_gives_a_verdict(found: Odds) -> None:
    words = found.claims["A"].words
    assert set(words) == {RECORD, STUDIES, f"{STUDIES}, tau x0.5", f"{STUDIES}, tau x2", BOTH}
    assert set(words.values()) <= {"not identified", ""} and found.claims["A"].word == "not identified"


def test_what_is_written_is_printed_with_its_age_and_claims_that_are_none_are_refused(
    found: Odds, small: fb.Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.exit", lambda status=0: None)
    path, place = found.write(tmp_path / "odds.json"), str(small.file)
    assert read_odds(small, path) is not None and read_odds(small) is None
    assert stale_odds(found, small) == ["record"]  # it was made with a record of its own
    here = replace(found, stamp={**found.stamp, "record": record_numbers()})
    assert stale_odds(here, small) == [] and found.claims["A"].asked
    path = here.write(path)
    assert stale_odds(replace(here, model="0", stamp={**here.stamp, "scenario": "0"}), small) == ["model", "scenario"]
    main(["atlas", "odds", place, "--file", str(path)])
    text = capsys.readouterr().out
    assert "No verdict is made of this" in text and "OUT OF DATE" not in text and "x by record" in text
    main(["atlas", "odds", place, "--file", str(path), "--claim", "A"])
    assert "troops-and-fighting, prior draws" in capsys.readouterr().out
    main(["atlas", "odds", place, "--file", str(path), "--csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 5 * 3 and {row["side"] for row in rows} == {"claim", "rival", "neither"}
    main(["atlas", "odds", place, "--file", str(path), "--claim", "AA"])
    assert "E241" in capsys.readouterr().err
    main(["atlas", "odds", "meadow"])
    assert "forbear atlas weigh meadow" in capsys.readouterr().out


def test_odds_of_a_scenario_of_ones_own_are_written_beside_it_and_hold_until_it_changes(
    small: fb.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    if absence():
        pytest.skip(absence())
    monkeypatch.setattr("sys.exit", lambda status=0: None)
    folder = Path(str(small.file)).parent
    try:
        main(["atlas", "weigh", str(folder), "--quick", "--no-theories"])
        assert (folder / "odds.json").exists()
        found = fb.odds(folder)
        assert found["A"].asked and found.draws == (PRIOR,)
        told = odds_on_record(fb.load(folder)).of("A")
        assert told.sentence.startswith("Other wars: before any data, the record of") and told.rows
        strategies = folder / "strategies" / "s.toml"
        strategies.write_text(STRATEGIES.replace("*2", "*3"), encoding="utf-8")
        with pytest.raises(fb.ForbearError) as caught:
            fb.odds(folder)
        assert caught.value.code == "E112" and "claims (A)" in str(caught.value)
    finally:
        (folder / "strategies" / "s.toml").write_text(STRATEGIES, encoding="utf-8")
        (folder / "odds.json").unlink(missing_ok=True)
