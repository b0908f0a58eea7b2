"""Answers on disk: what is written comes back, what is damaged or of another version is refused with every fault."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import forbear as fb
from forbear.errors import FileError, ScenarioError
from forbear.inference.facts import FactResult, FactsHeld, licence
from forbear.questions.answers import Answers
from forbear.questions.licences import facts_on_record, keep_facts
from forbear.questions.results import ClaimResult
from forbear.questions.stamps import stale_answers
from forbear.questions.stored import decode, encode
from forbear.questions.verdict_lines import licence_sentence


@pytest.fixture(scope="module")
def iraq() -> fb.Scenario:
    return fb.Scenario.load("iraq-2003")


@pytest.fixture(scope="module")
def answers(iraq: fb.Scenario) -> Answers:
    found = Answers.beside(iraq)
    assert found is not None
    return found


def test_what_is_written_comes_back_in_the_same_order(answers: Answers, tmp_path: Path) -> None:
    again = Answers.read(answers.write(tmp_path / "a.json"))
    assert encode(again) == encode(answers)
    assert list(again.claims) == list(answers.claims) and list(again.strategies.rows) == list(answers.strategies.rows)
    assert isinstance(again["H2"], ClaimResult) and again["H2"].effect.p50 == answers["H2"].effect[2]


def test_a_number_that_was_changed_by_hand_is_noticed(answers: Answers, tmp_path: Path) -> None:
    path = answers.write(tmp_path / "a.json")
    path.write_text(
        path.read_text(encoding="utf-8").replace('"word": "not identified"', '"word": "supported"', 1), encoding="utf-8"
    )
    with pytest.raises(FileError) as caught:
        Answers.read(path)
    assert caught.value.code == "E109" and "a.json" in str(caught.value)


def test_another_format_is_refused_with_what_to_do(answers: Answers, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"claims": {}, "strategies": {}, "about": {}}), encoding="utf-8")
    with pytest.raises(FileError, match="format 1") as caught:
        Answers.read(path)
    assert caught.value.code == "E111" and "forbear claims" in str(caught.value)


def test_every_field_that_does_not_fit_is_told_at_once(answers: Answers) -> None:
    data = encode(answers["H2"])
    data["margin"], data["effect"], data["extra"] = "a tenth", [1, 2, 3], 1
    del data["neutral"]
    with pytest.raises(FileError) as caught:
        decode(ClaimResult, data, file="x.json")
    fields = {fault.field for fault in caught.value.faults}
    assert fields == {"margin", "effect", "extra", "neutral"} and caught.value.code == "E111"


def test_a_number_that_is_none_is_written_as_null_and_read_as_none(answers: Answers) -> None:
    unknown = replace(answers["H2"], contraction=math.nan)
    assert encode(unknown)["contraction"] is None
    assert math.isnan(decode(ClaimResult, json.loads(json.dumps(encode(unknown))), file="x").contraction)


def test_a_claim_that_was_not_tested_is_answered_with_the_nearest_one(answers: Answers) -> None:
    assert "H2" in answers and "H99" not in answers and len(list(answers)) == len(answers) == 48
    with pytest.raises(ScenarioError, match="H2") as caught:
        answers["H2x"]
    assert caught.value.code == "E243"


def test_a_table_holds_every_claim_with_units_and_says_where_it_comes_from(answers: Answers) -> None:
    frame = answers.to_frame()
    assert list(frame.index) == list(answers.claims) and frame.loc["H2", "p50"] == answers["H2"].effect.p50
    assert frame.loc["H2", "unit"] == "ratio" and frame.loc["H8", "unit"] == "index"
    assert frame.attrs["units"]["share_for"] == "share of draws" and frame.attrs["provenance"]["seed"] == 1


def test_a_result_draws_itself_from_a_file_and_from_draws(answers: Answers) -> None:
    picture = answers["H2"].plot()
    assert list(picture.data.loc["after the data"]) == list(answers["H2"].effect)  # type: ignore[attr-defined]
    assert "H2" in picture.title  # type: ignore[attr-defined]


def test_answers_say_what_has_changed_since_they_were_made(answers: Answers, iraq: fb.Scenario) -> None:
    stamp = {**answers.provenance.stamp, "observations": "other numbers"}
    other = replace(answers, provenance=replace(answers.provenance, stamp=stamp))
    assert "observations" in stale_answers(other, iraq) and "observations" not in stale_answers(answers, iraq)
    claim = replace(answers["H2"], claim=replace(answers["H2"].claim, threshold=1.0))
    changed = replace(answers, claims={**answers.claims, "H2": claim})
    assert any("H2" in words for words in stale_answers(changed, iraq))


HELD = FactResult(
    "decline", "Deaths, 2008 over 2007", "ratio", "-", 0.37, 0.81, 0.7, 0.9, 0.5, 1.1, False, 0.78, math.nan, "counts"
)


def test_claims_without_a_licence_are_counted_in_a_sentence_with_the_size_of_what_is_missed(answers: Answers) -> None:
    needing = {
        name: replace(r, verdict=replace(r.verdict, word="not licensed"))
        for name, r in answers.claims.items()
        if "decline" in r.claim.needs
    }
    found = replace(answers, claims=needing, facts=FactsHeld((HELD,)))
    words = licence_sentence(found)
    assert words.startswith(f"{len(needing)} of {len(needing)} claims are not licensed") and "0.37" in words
    assert licence_sentence(replace(answers, claims={})) == ""


def test_the_shipped_claims_that_need_a_missed_fact_are_the_ones_without_a_licence(answers: Answers) -> None:
    assert answers.facts is not None
    for result in answers:
        granted = licence(result.claim, answers.facts).granted
        assert result.licensed == granted and (granted or result.verdict.reason.startswith("Not licensed"))


def test_facts_on_record_belong_to_the_draws_and_the_model_that_they_were_judged_by(
    iraq: fb.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posterior = fb.Posterior.of(iraq)
    assert posterior is not None
    bare = replace(posterior, notes={k: v for k, v in posterior.notes.items() if k != "facts"})
    path = keep_facts(tmp_path / "facts.json", FactsHeld((HELD,)), iraq, bare)
    monkeypatch.setattr(fb.Scenario, "beside", lambda self, name: path)
    found = facts_on_record(iraq, bare)
    assert found is not None and found.results[0].words == HELD.words
    fewer = replace(bare, scores=bare.scores[:-1], chain=bare.chain[:-1], log_likelihood=bare.log_likelihood[:-1])
    assert facts_on_record(iraq, fewer) is None and facts_on_record(iraq, None) is None


def test_answers_beside_a_scenario_are_read_once_and_again_when_the_file_has_changed(
    tmp_path: Path, answers: Answers
) -> None:
    (tmp_path / "scenario.toml").write_text(
        '[scenario]\nname = "copy"\ntitle = "A copy"\nextends = "iraq-2003"\n', encoding="utf-8"
    )
    scenario = fb.Scenario.load(tmp_path / "scenario.toml")
    assert Answers.beside(scenario) is None
    answers.write(tmp_path / "answers.json")
    first = Answers.beside(scenario)
    assert first is Answers.beside(scenario) and first is not None and set(first.claims) == set(answers.claims)
    fewer = replace(answers, claims={"H2": answers["H2"]})
    fewer.write(tmp_path / "answers.json")
    second = Answers.beside(scenario)
    assert second is not None and set(second.claims) == {"H2"}
