"""Odds on record: found where they belong, never shown as if they were of another model, claim or posterior."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import forbear as fb
from forbear.cli.main import main
from forbear.errors import FileError
from forbear.files import sealed
from forbear.inference.record import record_numbers
from forbear.questions import odds_on_record as module
from forbear.questions.answers import Answers
from forbear.questions.odds import Odds
from forbear.questions.odds_on_record import odds_file, odds_on_record
from forbear.questions.stamps import question_asked, stale_odds
from forbear.scenario.casefiles.policies import load_claims, load_strategies


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.load("iraq-2003")


@pytest.fixture(scope="module")
def answers(iraq: fb.Scenario) -> Answers:
    found = Answers.beside(iraq)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def shipped(iraq: fb.Scenario, answers: Answers) -> Odds:
    file = odds_file(iraq)
    if file is None or not file.exists() or stale_odds(odds := Odds.read(file), iraq, answers):
        pytest.skip("no odds of this model ship with the scenario")
    return odds


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file in place of the one that ships."""
    path = tmp_path / "odds.json"
    monkeypatch.setattr(module, "odds_file", lambda scenario: path)
    return path


def altered(odds: Odds, path: Path, **changes: object) -> None:
    """Write the file with some fields changed and its seal whole."""
    odds.write(path)
    content = {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key != "checksum"}
    path.write_text(json.dumps(sealed({**content, **changes})), encoding="utf-8")


def test_each_scenario_has_a_place_of_its_own(iraq: fb.Scenario, tmp_path: Path) -> None:
    assert odds_file(iraq) == odds_file(iraq.with_levers({"intervener.force": "+1000"}, name="more"))
    assert str(odds_file(iraq)).endswith(
        "record/odds-iraq-2003.json".replace("/", "\\") if "\\" in str(tmp_path) else "record/odds-iraq-2003.json"
    )
    own = tmp_path / "mine" / "scenario.toml"
    own.parent.mkdir()
    own.write_text('[scenario]\nname = "iraq-2003"\ntitle = "Mine"\nkind = "invented"\nextends = "meadow"\n')
    mine = fb.load(own)
    assert odds_file(mine) == own.parent / "odds.json"
    held = odds_on_record(mine)
    assert held.odds is None and held.of("A").command == "forbear atlas weigh mine"
    assert "nobody has computed" in held.of("A").sentence == held.absence


def test_what_ships_is_of_the_claims_the_posterior_and_the_record_that_ship(
    iraq: fb.Scenario, answers: Answers, shipped: Odds
) -> None:
    held = odds_on_record(iraq, answers)
    assert (held.stale, held.changed) == ((), ())
    assert set(shipped) == set(answers.claims)
    assert {"record", "theories", "posterior"} <= set(shipped.stamp)
    assert shipped.stamp["record"] == record_numbers() and all(shipped[name].asked for name in shipped)
    assert len(fb.odds(iraq)) == len(shipped)


@pytest.mark.parametrize(
    "part", ["model", "scenario", "priors", "evidence", "observations", "posterior", "record", "theories"]
)
def test_odds_of_anything_else_are_not_shown_and_what_is_another_is_said(
    iraq: fb.Scenario, answers: Answers, shipped: Odds, place: Path, part: str
) -> None:
    other = {**shipped.stamp, part: "0"}
    replace(shipped, stamp=other, model="0" if part == "model" else shipped.model).write(place)
    held = odds_on_record(iraq, answers)
    told = held.of("H2")
    assert held.stale == (part,) and held.shown is None and not told.rows and not told.movers
    assert told.sentence == f"Other wars: what is on record was computed with another {part}, so it is not shown."
    assert told.command == "forbear atlas weigh iraq-2003" and held.absence == told.sentence


def test_answers_of_another_posterior_or_of_none_do_not_stand_beside_them(
    iraq: fb.Scenario, answers: Answers, shipped: Odds
) -> None:
    stamp = {key: value for key, value in answers.provenance.stamp.items() if key != "posterior"}
    prior = replace(answers, provenance=replace(answers.provenance, stamp=stamp, theories={}))
    assert stale_odds(shipped, iraq, prior) == ["posterior", "theories"]


def test_a_claim_that_compares_something_else_now_is_the_only_one_that_is_hidden(
    iraq: fb.Scenario, answers: Answers, shipped: Odds
) -> None:
    asked = replace(answers["H2"].claim, margin=0.3)
    other = replace(answers, claims={**answers.claims, "H2": replace(answers["H2"], claim=asked)})
    held = odds_on_record(iraq, other)
    assert held.changed == ("H2",) and held.other == "claims (H2)"
    assert "this claim was changed" in held.of("H2").sentence and held.of("H1").rows
    assert held.shown is not None and "H2" not in held.shown and len(held.shown) == len(shipped) - 1


def test_words_of_a_claim_may_change_and_its_strategy_may_not(iraq: fb.Scenario) -> None:
    strategies = load_strategies(iraq)
    claim = load_claims(iraq, (), strategies)["H2"]
    known = question_asked(claim, strategies)
    assert question_asked(replace(claim, statement="Otherwise said.", caution="Care."), strategies) == known
    strategy = strategies[claim.changed]
    changed = {**strategies, claim.changed: replace(strategy, settings={**strategy.settings, "intervener.force": "*3"})}
    assert question_asked(claim, changed) != known


def test_a_claim_of_ones_own_that_was_not_weighed_is_said_not_to_be(iraq: fb.Scenario, shipped: Odds) -> None:
    told = odds_on_record(iraq).of("MINE")
    assert "not among those on record" in told.sentence and told.command


def test_every_kind_of_damage_has_its_code(shipped: Odds, tmp_path: Path) -> None:
    path = tmp_path / "odds.json"
    content = json.loads(shipped.write(path).read_text(encoding="utf-8"))
    claims, weights = content["claims"], content["weights"]
    without = {**claims["H2"], "moved": {key: value for key, value in claims["H2"]["moved"].items() if key != "record"}}
    untold = {**claims["H2"], "tau": {}}
    zero = {**claims["H2"], "dropped": {**claims["H2"]["dropped"], "prior": {"haiti-1994": 0.0}}}
    cases: list[tuple[str, dict[str, object]]] = [
        ("E104", {"kind": "forbear answers"}),
        ("E111", {"format": 99}),
        ("E111", {"claims": {**claims, "H2": without}}),
        ("E111", {"claims": {**claims, "H2": untold}}),
        ("E111", {"claims": {**claims, "H2": zero}}),
        ("E111", {"claims": {**claims, "H2": {"title": 7}}}),
        ("E111", {"weights": {key: value for key, value in weights.items() if key != "studies, tau x2"}}),
        ("E111", {"weights": {}}),
    ]
    for code, changes in cases:
        altered(shipped, path, **changes)
        with pytest.raises(FileError) as caught:
            Odds.read(path)
        assert caught.value.code == code, changes.keys()
    for text in ("[]", "{", '{"kind": "forbear odds"}', ""):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FileError) as caught:
            Odds.read(path)
        assert caught.value.code == "E109"


def test_the_terminal_shows_the_numbers_of_the_file_and_traces_them(
    answers: Answers, shipped: Odds, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.exit", lambda status=0: None)
    monkeypatch.setenv("COLUMNS", "4000")
    main(["claims", "-s", "iraq-2003", "show", "H4b", "--trace"])
    text = " ".join(capsys.readouterr().out.split())
    told = odds_on_record(fb.load("iraq-2003"), answers).of("H4b")
    assert told.sentence in text and told.why in text
    for study in told.studies:
        assert f"study {study.name}: {study.words}" in text
    for case in told.cases:
        assert f"case {case.name}: the record {case.words}" in text
    assert len(told.cases) == len(shipped.cases)


def test_a_damaged_file_is_an_error_with_a_code_in_terminal_and_notebook(
    shipped: Odds, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.exit", lambda status=0: None)
    shipped.write(place)
    place.write_text(place.read_text(encoding="utf-8").replace('"seed": 1', '"seed": 2'), encoding="utf-8")
    main(["claims", "-s", "iraq-2003", "show", "H2"])
    said = capsys.readouterr()
    assert "E109" in said.err and "Traceback" not in said.err
    with pytest.raises(FileError) as caught:
        fb.odds("iraq-2003")
    assert caught.value.code == "E109"


def test_in_a_notebook_odds_that_are_none_or_of_another_model_are_refused_with_the_command(
    shipped: Odds, place: Path
) -> None:
    with pytest.raises(FileError) as none:
        fb.odds("iraq-2003")
    replace(shipped, model="0").write(place)
    with pytest.raises(FileError) as stale:
        fb.odds("iraq-2003")
    assert (none.value.code, stale.value.code) == ("E101", "E112")
    assert all("forbear atlas weigh iraq-2003" in str(error.value.hint) for error in (none, stale))


def test_a_table_of_factors_holds_every_claim_source_and_set_of_draws(shipped: Odds) -> None:
    frame = shipped.to_frame()
    assert frame.index.names == ["claim", "source", "draws"]
    assert len(frame) == sum(len(shifts) for claim in shipped.claims.values() for shifts in claim.moved.values())
    row, at = frame.loc[("H4b", "record", "posterior")], shipped["H4b"].moved["record"]["posterior"]
    assert row["factor"] == at.factor[0] and row["low"] < row["factor"] < row["high"]
    assert (row["claim_before"], row["rival_after"]) == (at.before[0], at.after[1])
    assert "None weighs" in shipped._repr_html_() and "48 claims" in repr(shipped)
