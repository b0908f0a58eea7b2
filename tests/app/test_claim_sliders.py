"""Everything that a claim's page offers moves the claim; what moves nothing is shown with the reason."""

import re
import shutil
from copy import copy
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from forbear.app.claims import reach
from forbear.app.claims.reach import FILE, current, measured, reach_of
from forbear.app.claims.runs import parameters_of
from forbear.app.claims.sliders import sliders_of
from forbear.app.country import Country
from forbear.questions.answers import Answers
from forbear.scenario import Scenario
from forbear.scenario.casefiles.policies import load_claims
from forbear.scenario.reading.chain import LIBRARY, library_names


@pytest.fixture(scope="module")
def iraq():
    country = Country(Scenario.load("iraq-2003"), "iraq-2003")
    country.preparation.wait()
    return country


def offered(text):
    """Name -> whether its slider can be moved, of a claim's page."""
    found = {}
    for lever in text.split('<div class="lever')[1:]:
        ranged = re.search(r'<input type="range" id="p-(\w+)"[^>]*>', lever)
        sent = re.search(r'<input type="hidden" name="(\w+)"[^>]*>', lever)
        assert ranged[1] == sent[1] and ("disabled" in ranged[0]) == ("disabled" in sent[0])
        found[ranged[1]] = "disabled" not in ranged[0]
    return found


RECORDED = sorted({"iraq-2003", "meadow", *(name for name in library_names() if (LIBRARY / name / FILE).exists())})


@pytest.mark.parametrize("name", RECORDED)
def test_what_every_slider_of_a_shipped_scenario_moves_is_on_record_and_of_today(name):
    assert current(Country(Scenario.load(name), name)), f"python tools/reach.py {name}"


def test_what_is_on_record_holds_for_other_words_and_not_for_other_months_or_another_strategy(iraq):
    claim = load_claims(iraq.scenario, (), iraq.strategies)["H2"]
    assert reach_of(iraq, replace(claim, title="other words", caution="and more of them"))
    assert not reach_of(iraq, replace(claim, since="2007-01"))
    other = copy(iraq)
    other.strategies = iraq.strategies | {
        claim.changed: replace(iraq.strategies[claim.changed], settings={"intervener.force": {"add": 1}})
    }
    assert not reach_of(other, claim)


def test_every_slider_that_is_offered_moves_its_claim_and_every_other_says_why(visitor, iraq):
    claims, greyed = load_claims(iraq.scenario, (), iraq.strategies), 0
    for name, claim in claims.items():
        text = visitor.get(f"/claims?scenario=iraq-2003&claim={name}").text
        found, known = offered(text), reach_of(iraq, claim)
        assert set(found) == set(known), name
        for slider, moves in found.items():
            one = known[slider]
            assert moves == (one.moved > 0 or bool(one.elsewhere)), (name, slider)
            about = unescape(text.split(f'id="p-{slider}-about">')[1].split("</p>")[0])
            assert moves == ("Moves nothing here" not in about)
            greyed += not moves
            assert moves != (one.turned == one.moved == 0 and not one.elsewhere)
        # those that move draws to another side come first
        turned = [known[slider].turned for slider, moves in found.items() if moves]
        assert turned == sorted(turned, reverse=True)
    assert greyed  # one of them at least says why


def test_claims_about_the_invented_country_offer_nothing(visitor):
    text = visitor.get("/claims?scenario=meadow").text
    assert "has no claims beside it" in text and 'type="range"' not in text


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("H5b", "reassurance_by_purge"),
        pytest.param("H3", "strain_on_ceiling", marks=pytest.mark.slow),  # under every theory, too
        pytest.param("H20", "quality_decay", marks=pytest.mark.slow),
    ],
)
def test_what_is_on_record_comes_out_again(iraq, claim, name):
    asked = load_claims(iraq.scenario, (), iraq.strategies)[claim]
    known, again = reach_of(iraq, asked)[name], measured(iraq, asked, [name])[name]
    assert (known.moved, known.turned) == (again["moved"], again["turned"])
    assert np.allclose(known.ends, again["ends"])


def test_what_an_address_holds_can_be_let_go_even_where_it_moves_nothing(iraq):
    for claim in load_claims(iraq.scenario, (), iraq.strategies).values():
        idle = [name for name, one in reach_of(iraq, claim).items() if one.idle]
        if idle:
            break
    held = {slider.name: slider for slider in sliders_of(iraq, claim, None, {idle[0]: 0.9}, "posterior")}
    assert held[idle[0]].idle == "" and held[idle[0]].at == 0.9


def test_over_prior_draws_and_after_a_change_every_slider_is_offered(iraq, tmp_path, monkeypatch):
    answers = Answers.beside(iraq.scenario)
    claim = load_claims(iraq.scenario, (), iraq.strategies)["H2"]
    names = parameters_of(claim, answers["H2"], iraq.problem.priors)
    shown = sliders_of(iraq, claim, answers["H2"], {}, "prior")
    assert [slider.name for slider in shown] == names and not any(slider.idle or slider.moves for slider in shown)
    place = tmp_path / FILE
    monkeypatch.setattr(reach, "place_of", lambda country: place)
    shutil.copy(LIBRARY / "iraq-2003" / FILE, place)
    assert reach_of(iraq, claim)
    for change in ("made_of", "asked"):
        told = reach.read_json(LIBRARY / "iraq-2003" / FILE, seal=True)
        if change == "made_of":
            told["made_of"]["drawn"] = "0" * 64
        else:
            told["claims"]["H2"]["asked"] = "0" * 64
        reach.write_json(place, told, seal=True)
        reach._read.cache_clear()
        assert reach_of(iraq, claim) == {}
    place.write_text("{", encoding="utf-8")
    reach._read.cache_clear()
    assert reach_of(iraq, claim) == {}
    reach._read.cache_clear()


def test_with_other_theories_only_what_moves_nothing_in_the_model_is_looked_at_again(monkeypatch):
    country, asked = Country(Scenario.load("afghanistan-2001"), "afghanistan-2001"), []
    before = reach.made(country)
    monkeypatch.setattr(reach, "made_of", lambda country: {**reach.stamp(country), "theory new": "0"})

    def measured(country, claim, names):
        asked.extend((claim.name, name) for name in names)
        return {name: before["claims"][claim.name]["sliders"][name] for name in names}

    monkeypatch.setattr(reach, "measured", measured)
    after = reach.made(country)
    idle = [(c, n) for c, held in before["claims"].items() for n, s in held["sliders"].items() if not s["moved"]]
    assert asked == idle and after["claims"] == before["claims"] and len(idle) < len(before["claims"])
