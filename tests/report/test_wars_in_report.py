"""Other wars in the report: every claim says what they would change, numbers are those of the file, or why there are none."""

import re
from dataclasses import replace
from html import unescape

import pytest

from forbear.questions import odds_on_record as module
from forbear.questions.odds import Odds
from forbear.questions.odds_on_record import odds_file, odds_on_record
from forbear.questions.odds_words import moved_sentence
from forbear.report import write
from forbear.report.wars import wars_markup, wars_section
from forbear.words import approximately


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


def test_a_hostile_name_in_a_file_is_only_text(held):
    told = replace(held.of("H2"), sentence="Other wars: <script>alert(1)</script>", note="<b>", command='"><i>')
    text = wars_markup(told, case=lambda name: f'"{name}', study=None, table='x"')
    assert "<script>" not in text and "<b>" not in text and "<i>" not in text and 'href=""' not in text
