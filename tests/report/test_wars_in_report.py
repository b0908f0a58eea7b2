"""Other wars in the report: every claim says what they would change, numbers are those of the file, or why there are none."""

import re
from dataclasses import replace
from html import unescape

import pytest

from forbear.errors import FileError
from forbear.files import write_json
from forbear.inference import record
from forbear.questions import odds_on_record as module
from forbear.questions.odds import Odds
from forbear.questions.odds_on_record import odds_file, odds_on_record, odds_or_why
from forbear.questions.odds_words import moved_sentence
from forbear.report import write
from forbear.report.wars import wars_markup, wars_section
from forbear.validation import validate
from forbear.validation.base_rates import base_rates
from forbear.words import approximately
from forbear.workflow import run
from forbear.workflow.given import resolve
from forbear.workflow.run import Run


@pytest.fixture(scope="module")
def held(iraq):
    found = odds_on_record(iraq["scenario"], iraq["answers"])
    if found.shown is None:
        pytest.skip("no odds of this model ship with the scenario")
    return found


@pytest.fixture(scope="module")
def page(iraq, held, tmp_path_factory):
    keys = ("ensemble", "scenario", "problem")
    path = write(
        *(iraq[key] for key in keys), to=tmp_path_factory.mktemp("wars") / "iraq.html", posterior=iraq["posterior"],
        validation=iraq["validation"], answers=iraq["answers"],
    )  # fmt: skip
    return path.read_text(encoding="utf-8")


def block(page, name):
    start = page.index(f'id="claim-{name}"')
    inside = page[page.index('<div class="wars">', start) :]
    return unescape(inside[: inside.index(f"forbear claims show {name} ")])


def test_every_claim_has_its_line_with_the_numbers_of_the_file(page, held, iraq):
    assert page.count('<div class="wars">') == len(iraq["answers"].claims)
    for name in iraq["answers"].claims:
        text, claim = block(page, name), held.odds[name]
        assert held.of(name).line[1] in text
        for source, draws in (("record", "posterior"), ("studies", "posterior"), ("record", "prior")):
            factor = claim.moved[source][draws].factor[0]
            if factor == factor:
                assert f"x{approximately(factor)}" in text, (name, source)
        for row in held.of(name).rows:
            assert all(f">{cell}<" in text for cell in row)


def test_cases_and_studies_that_move_most_are_linked_to_where_they_stand(page, held):
    names = set(re.findall(r'\sid="([^"]+)"', page))
    for name in held.odds:
        for mover in held.of(name).movers:
            target = f"{'atlas' if mover.kind == 'case' else 'study'}-{mover.name}"
            assert target in names and f'href="#{target}"' in block(page, name)


def test_names_stand_once_links_lead_somewhere_and_tables_are_among_the_downloads(page):
    names = re.findall(r'\sid="([^"]+)"', page)
    assert len(names) == len(set(names))
    assert {target for target in re.findall(r'href="#([^"]+)"', page)} <= set(names)
    listed = set(re.findall(r'<a href="#(t-[^"]+)" data-take="t-', page[page.index('id="downloads"') :]))
    assert {"t-wars-H2", "t-other-wars", "t-studies"} <= listed


def test_the_part_on_evidence_says_how_many_claims_would_be_moved(page, held):
    evidence = unescape(page[page.index('id="evidence"') : page.index('id="drawn"')])
    assert moved_sentence(held.shown) in evidence and "None weighs in the word" in evidence


def test_without_a_file_every_claim_says_what_computes_it(iraq, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "odds_file", lambda scenario: tmp_path / "none.json")
    found = odds_on_record(iraq["scenario"], iraq["answers"])
    section = wars_section(found, list(iraq["answers"].claims), atlas=True)
    assert "nobody has computed" in section.sentence and not section.rows and not section.studies
    for text in section.blocks.values():
        assert "nobody has computed" in text and "<table" not in text
        assert "forbear atlas weigh" in text


def test_odds_of_another_model_are_said_to_be_and_not_one_number_of_them_is_shown(iraq, held, monkeypatch, tmp_path):
    replace(Odds.read(odds_file(iraq["scenario"])), model="0").write(tmp_path / "odds.json")
    monkeypatch.setattr(module, "odds_file", lambda scenario: tmp_path / "odds.json")
    section = wars_section(odds_on_record(iraq["scenario"], iraq["answers"]), ["H2", "H4b"], atlas=True)
    for text in (section.sentence, *section.blocks.values()):
        assert "computed with another model, so it is not shown" in text
        assert not re.search(r"x\d|<table", text)


@pytest.mark.parametrize("damage", ["cut short", "altered", "no JSON", "another format"])
def test_a_damaged_file_is_named_with_its_code_where_numbers_would_stand(iraq, held, monkeypatch, tmp_path, damage):
    place = held.odds.write(tmp_path / "odds-iraq-2003.json")
    text = place.read_text(encoding="utf-8")
    if damage == "another format":
        write_json(place, {"kind": "forbear odds", "format": 99}, seal=True)
    else:
        hurt = {"cut short": text[:-99], "altered": text.replace('"seed": 1', '"seed": 2'), "no JSON": ""}[damage]
        place.write_text(hurt, encoding="utf-8")
    monkeypatch.setattr(module, "odds_file", lambda scenario: place)
    section = wars_section(odds_or_why(iraq["scenario"], iraq["answers"]), ["H2", "H4b"], atlas=True)
    code = "E111" if damage == "another format" else "E109"
    for text in (section.sentence, *section.blocks.values()):
        assert f"odds-iraq-2003.json cannot be used (error {code})" in text and str(tmp_path) not in text
        assert not re.search(r"x\d|<table", text)
    assert section.command == "forbear atlas weigh iraq-2003"


def test_damaged_files_beside_the_scenario_are_named_and_the_report_is_written(iraq, monkeypatch, tmp_path):
    def damaged(*_, **__):
        raise FileError("E109", f"{tmp_path} is damaged", hint="remove it")

    (tmp_path / "prior.npz").write_bytes(b"PK")
    monkeypatch.setattr(record, "RECORD", tmp_path / "prior.npz")
    place = tmp_path / "odds-iraq-2003.json"
    place.write_text("{", encoding="utf-8")
    monkeypatch.setattr(module, "odds_file", lambda scenario: place)
    monkeypatch.setattr(validate, "load_validation", damaged)
    given, shown = resolve(iraq["scenario"]), iraq["ensemble"]
    rates = base_rates(iraq["scenario"], shown)
    made = Run(iraq["scenario"], given, shown, shown, rates, answers=iraq["answers"])
    text = unescape(made.write_report(tmp_path / "iraq.html").read_text(encoding="utf-8"))
    assert "odds-iraq-2003.json cannot be used (error E109)" in text
    assert "validation.json beside the scenario cannot be used (error E109)" in text
    assert "record of other wars cannot be used (error E617)" in text and 'href="#atlas' not in text
    assert "forbear validate iraq-2003 makes it again" in text and str(tmp_path) not in text
    monkeypatch.setattr(run, "read_answers", damaged)
    front = replace(made, answers=None)._shared()["unread"]
    assert len(front) == 2 and "verdicts of iraq-2003 on record cannot be used (error E109)" in front[1]


def test_a_part_of_a_validation_that_another_version_wrote_is_left_out_by_name(iraq, monkeypatch):
    record = {**iraq["validation"], "theories": {"quick": False, "seconds": 1, "rows": "none"}}
    monkeypatch.setattr(validate, "load_validation", lambda scenario: record)
    kept, unread = validate.usable_validation(iraq["scenario"])
    assert "theories" not in kept and set(record) - set(kept) == {"theories"}
    assert "another version wrote (theories)" in unread[0] and "--parts theories makes them again" in unread[0]
    monkeypatch.undo()
    whole, none = validate.usable_validation(iraq["scenario"])
    assert set(whole) == set(iraq["validation"]) and none == ()


def test_a_hostile_name_in_a_file_is_only_text(held):
    told = replace(held.of("H2"), sentence="Other wars: <script>alert(1)</script>", note="<b>", command='"><i>')
    text = wars_markup(told, case=lambda name: f'"{name}', study=None, table='x"')
    assert "<script>" not in text and "<b>" not in text and "<i>" not in text and 'href=""' not in text
