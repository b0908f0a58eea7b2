"""Other wars on the page of a claim: the block of the report, links to the atlas, and what is said where there are no numbers."""

from dataclasses import replace
from html import unescape

import pytest

from forbear.app.claims import wars as page_module
from forbear.errors import FileError
from forbear.questions import odds_on_record as module
from forbear.questions.answers import Answers
from forbear.questions.odds import Odds
from forbear.questions.odds_on_record import odds_file, odds_on_record
from forbear.scenario import Scenario
from forbear.scenario.casefiles.policies import load_claims

ADDRESS = "/claims?scenario=iraq-2003&claim=H4b"
BELOW = "Below: other wars"


@pytest.fixture(scope="module")
def held():
    scenario = Scenario.load("iraq-2003")
    found = odds_on_record(scenario, Answers.beside(scenario))
    if found.shown is None:
        pytest.skip("no odds of this model ship with the scenario")
    return found


@pytest.fixture
def place(monkeypatch, tmp_path, held):
    """A file in place of the one that ships."""
    path = tmp_path / "odds.json"
    for at in (module, page_module):
        monkeypatch.setattr(at, "odds_file", lambda scenario: path)
    return path


def test_the_page_of_a_claim_holds_the_numbers_of_the_file_and_leads_to_the_cases(visitor, held):
    text, told = unescape(visitor.get(ADDRESS).text), held.of("H4b")
    assert told.line[1] in text and told.why in text
    assert all(f">{cell}<" in text for row in told.rows for cell in row)
    for mover in (m for m in told.movers if m.kind == "case"):
        address = f"/atlas?case={mover.name}"
        assert f'href="{address}"' in text and visitor.get(address).status_code == 200


def test_numbers_are_announced_where_they_follow_and_nowhere_else(visitor, held):
    names = list(load_claims(Scenario.load("iraq-2003")))
    counted = [name for name in names if held.of(name).rows]
    for name in (*counted[:1], *[name for name in names if name not in counted][:1]):
        text = visitor.get(ADDRESS.replace("H4b", name)).text
        assert (BELOW in text) == (name in counted)


def test_a_file_that_is_made_again_is_read_again(visitor, held, place):
    assert "nobody has computed" in visitor.get(ADDRESS).text and BELOW not in visitor.get(ADDRESS).text
    held.odds.write(place)
    text = unescape(visitor.get(ADDRESS).text)
    assert held.of("H4b").line[1] in text and (BELOW in text) == bool(held.of("H4b").rows)
    replace(held.odds, model="0").write(place)
    text = unescape(visitor.get(ADDRESS).text)
    assert "computed with another model, so it is not shown" in text and held.of("H4b").line[1] not in text


def test_a_damaged_file_is_told_by_its_code_and_the_rest_of_the_page_stands(visitor, held, place):
    place.write_text(odds_file_text(held).replace('"seed": 1', '"seed": 2'), encoding="utf-8")
    answer = visitor.get(ADDRESS)
    assert answer.status_code == 200 and "error E109" in answer.text and "forbear atlas weigh iraq-2003" in answer.text
    assert 'id="claim"' in answer.text and str(place.parent) not in answer.text


def odds_file_text(held):
    found = odds_file(Scenario.load("iraq-2003"))
    assert Odds.read(found) is not None
    return found.read_text(encoding="utf-8")


def test_where_nobody_has_weighed_the_page_says_what_does(visitor):
    name = next(iter(load_claims(Scenario.load("afghanistan-2001"))))
    text = visitor.get(f"/claims?scenario=afghanistan-2001&claim={name}").text
    if odds_file(Scenario.load("afghanistan-2001")).exists():
        pytest.skip("odds of Afghanistan ship")
    assert "nobody has computed" in text and "forbear atlas weigh afghanistan-2001" in text


def test_damaged_answers_are_told_by_their_code_and_both_pages_stand(visitor, monkeypatch):
    def damaged(scenario):
        raise FileError("E109", "a file of somebody's is damaged")

    monkeypatch.setattr(Answers, "beside", damaged)
    listed = visitor.get("/claims?scenario=iraq-2003")
    assert listed.status_code == 200 and "they cannot be used (error E109)" in listed.text
    one = visitor.get(ADDRESS)
    assert one.status_code == 200 and "error E109" in one.text and "somebody" not in one.text + listed.text
