"""The laboratory opens drawn, with what ships beside a scenario; questions, a pinned plan, a sweep, and words."""

import json
import re
import threading
from urllib.parse import quote

import numpy as np
import pytest

from forbear.app import preparing
from forbear.app.country import Country
from forbear.app.laboratory import stored as shipped
from forbear.app.laboratory.comparison import Row, Summary, compared, summarised
from forbear.app.laboratory.questions import questions_of
from forbear.app.laboratory.strip import sentence_of, strips_of
from forbear.app.runs import Run
from forbear.app.state import State
from forbear.app.terms import terms
from forbear.scenario import Scenario
from forbear.scenario.reading.chain import library_names


@pytest.fixture(scope="module")
def meadow():
    ready = Country(Scenario.load("meadow"), "meadow")
    ready.preparation.wait()
    return ready


@pytest.fixture
def never_ready(monkeypatch):
    """Rules that are never compiled while a test looks."""
    end = threading.Event()
    monkeypatch.setattr(preparing, "compile_rules", lambda problem: end.wait(60))
    monkeypatch.setattr(preparing, "is_compiled", lambda problem: False)
    monkeypatch.setattr(preparing, "_FOUND", {})
    yield
    end.set()


def body(text):
    """The page without what is folded into script data."""
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", library_names())
def test_the_page_is_drawn_before_anything_can_be_run(visitor, never_ready, name):
    page = visitor.get(f"/?scenario={name}").text
    assert page.count('<figure class="fan"') == 5 and page.count('class="strip"') == 7
    assert "stored with the scenario" in page and 'class="results empty"' not in page
    assert "none to none" not in page and "the same in every" not in body(page).replace("every simulated", "")
    for question in re.findall(r'class="chip" href="/\?([^"]+)"', page):
        answer = visitor.post("/run", dict(p.split("=") for p in question.replace("&amp;", "&").split("&")))
        assert answer.status_code == 200 and 'data-stage="0"' in answer.text
        assert "s left" in visitor.get(answer.headers["x-forbear-again"]).headers["x-forbear-waits"]


def test_what_is_not_stored_is_waited_for_behind_what_is(visitor, never_ready):
    page = visitor.get("/?scenario=meadow&intervener.force=*1.9").text
    assert "shown until your own plan is simulated" in page and page.count('<figure class="fan"') == 5
    answer = visitor.post("/run", {"scenario": "meadow", "intervener.force": "*1.9"})
    assert answer.status_code == 204 and "s left" in answer.headers["x-forbear-waits"]


def test_stored_numbers_are_those_of_a_run(meadow):
    made = json.loads(json.dumps(shipped.made(meadow)))
    for asked in questions_of(meadow):
        problem = asked.state.apply(meadow.scenario, meadow.strategies).problem()
        run = Run(1, asked.state, meadow, problem=problem, reference=meadow.problem)
        while run.members < shipped.MEMBERS:
            run.one_block()
        found = summarised(meadow, problem, compared(run, shipped.MEMBERS))
        of = made["answers"][asked.key]
        again = Summary.of({**of, "monthly": {**made["shared"], **of["monthly"]}})
        assert [row.name for row in again.rows] == [row.name for row in found.rows]
        for row, other in zip(again.rows, found.rows, strict=True):
            assert row.to_reference == pytest.approx(other.to_reference, rel=1e-3)
            assert row.plan == pytest.approx(other.plan, rel=1e-3)
        np.testing.assert_allclose(again.monthly["never"]["deaths"], found.monthly["never"]["deaths"], rtol=1e-3)


@pytest.mark.parametrize("name", library_names())
def test_every_question_that_is_offered_can_be_asked_and_is_stored(name):
    country = Country(Scenario.load(name), name)
    found, asked = shipped.stored(country), questions_of(country)
    assert [q.key for q in asked] == list(found.answers) and len(asked) >= 4
    hashes = [q.state.apply(country.scenario, country.strategies).problem().hash for q in asked]
    assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize("damage", ["", "{}", "[1, 2", '{"format": 1, "answers": {"as it is": {}}}'])
def test_a_damaged_file_of_answers_is_as_good_as_none(tmp_path, damage):
    path = tmp_path / shipped.FILE
    path.write_text(damage, encoding="utf-8")
    assert shipped._read(path) is None


def test_older_answers_are_said_to_be_older(meadow, monkeypatch):
    found = shipped.stored(meadow)
    assert not shipped.Stored({**found.made_of, "problem": "other"}, found.answers).current(meadow)


def test_a_proposal_is_told_in_ranges_with_base_rates_on_top_and_as_a_plan(visitor):
    page = body(visitor.get("/?scenario=harbour").text)
    assert "7 of 26" in page and page.index("7 of 26") < page.index('class="chip"')
    run = visitor.settled(visitor.post("/run", {"scenario": "harbour", "intervener.force": "*2"}))
    number = re.search(r'data-run="(\d+)"', run)[1]
    table = visitor.get(f"/export/{number}/differences.csv?page={visitor.tab}").text
    for text in (page, run):
        assert "median" not in re.sub(r"<option.*?</option>", "", text).lower()
        assert "what was done" not in text.lower() and 'class="dot second"' not in text
    medians = {line.split(",")[6] for line in table.splitlines()[1:] if line.startswith("outcome")}
    assert medians == {""}


def test_a_pinned_plan_takes_the_place_of_history(visitor):
    pin = "scenario=meadow&intervener.force=*2"
    same = visitor.settled(visitor.post("/run", {"scenario": "meadow", "intervener.force": "*2", "against": pin}))
    assert "against plan A" in same and "no difference" in same
    other = visitor.settled(visitor.post("/run", {"scenario": "meadow", "intervener.force": "*0.5", "against": pin}))
    assert "under plan A" in other and "no difference" not in re.findall(r'strip-label second">.*?</p>', other)[0]
    page = visitor.get(f"/?scenario=meadow&against={quote(pin + '.5')}")
    assert page.status_code == 200 and "own soldiers times 2.5" in page.text


@pytest.mark.parametrize("pin", ["intervener.forse=*2", "strategy=WIN", "intervener.force=*lots"])
def test_a_pin_that_cannot_be_meant_is_named(visitor, pin):
    answer = visitor.post("/run", {"scenario": "meadow", "against": pin})
    assert answer.status_code == 422 and re.search(r"E2\d\d", answer.text)
    assert visitor.get(f"/?scenario=meadow&against={quote(pin)}").status_code == 422


def test_a_sweep_goes_over_the_whole_range_and_meets_the_plan_at_its_own_value(visitor):
    answer = visitor.awaited(visitor.post("/sweep", {"scenario": "meadow", "sweep": "intervener.force"}))
    while 'data-stage="7"' not in answer.text:
        again = re.search(r'data-again="([^"]+)"', answer.text)[1].replace("&amp;", "&")
        answer = visitor.awaited(visitor.client.get(again))
    assert "from 0 to 3" in answer.text and answer.text.count("<figure>") == 4
    deaths = re.findall(
        r"<tr><th scope=\"row\">([^<]+)</th><td class=\"n\">([^<]+)</td><td class=\"n\">([^<]+)</td>", answer.text
    )[:7]
    assert [row[0] for row in deaths] == ["0", "0.5", "1", "1.5", "2", "2.5", "3"]
    assert deaths[2][1:] == ("0", "0") and deaths[0][2] != deaths[6][2]


def test_a_lever_that_cannot_be_swept_is_named_with_the_nearest(visitor):
    answer = visitor.post("/sweep", {"scenario": "meadow", "sweep": "intervener.forse"})
    assert answer.status_code == 422 and "E205" in answer.text and "intervener.force" in answer.text


def row(to_reference, lower, plan=(10.0, 20.0, 30.0)):
    return Row("deaths", "civilians killed by violence", "persons", "lower", plan, (15.0, 25.0, 35.0), (0.0, 50.0, 90.0),
               to_reference, (-60.0, -30.0, 5.0), lower, 0.9)  # fmt: skip


def told(entry, than="in history", **more):
    settings = {"same_as_never": False, "proposal": False, **more}
    return sentence_of(Summary(100, 0, [entry], ["2003-05"], {}, [], {}), "With it", than, "2003 to 2011", **settings)


def test_the_sentence_says_the_direction_of_the_median_and_how_many_agree():
    assert "about 12 fewer civilians" in told(row((-30.0, -12.0, -2.0), 0.96)) and "96\u00a0% have fewer" in told(
        row((-30.0, -12.0, -2.0), 0.96)
    )
    assert "about 12 more civilians" in told(row((2.0, 12.0, 30.0), 0.04)) and "96\u00a0% have more" in told(
        row((2.0, 12.0, 30.0), 0.04)
    )
    assert "do not agree on the direction" in told(row((-30.0, -1.0, 30.0), 0.55))
    assert "as many civilians" in told(row((0.0, 0.0, 0.0), None))


def test_the_sentence_of_a_proposal_or_of_never_intervening_has_no_middle():
    assert "20" not in told(row((-30.0, -12.0, -2.0), 0.96), proposal=True).replace("2003", "").replace("2011", "")
    assert "12" not in told(row((-30.0, -12.0, -2.0), 0.96), same_as_never=True)


def test_a_whisker_ends_where_its_interval_does():
    strips = strips_of(
        Summary(100, 0, [row((-60.0, 0.0, 30.0), 0.5)], ["2003-05"], {}, [], {}),
        "history",
        same_as_never=False,
        proposal=False,
    )
    svg = strips[0].marks[0].svg
    ends = [float(v) for v in re.search(r'class="span second" x1="([\d.]+)" x2="([\d.]+)"', svg).groups()]
    assert ends[0] == pytest.approx(8.0) and ends[1] == pytest.approx(160 + 76) and 'cx="160.0"' in svg


def test_every_word_that_a_page_links_to_is_in_the_glossary(visitor):
    anchors = {term.key for term in terms()}
    pages = [
        "/",
        "/?scenario=harbour",
        "/claims?scenario=iraq-2003",
        "/claims?scenario=iraq-2003&claim=H2",
        "/decide",
        "/play",
    ]
    pages += ["/graph", "/graph?quantity=fighters"]
    linked = {word for path in pages for word in re.findall(r'href="/glossary#([a-z-]+)"', visitor.get(path).text)}
    assert linked and linked <= anchors
    page = visitor.get("/glossary").text
    assert all(f'id="{key}"' in page for key in anchors)


def test_no_page_says_members_luck_or_no_fear(visitor):
    for path in ("/", "/?scenario=iraq-2003", "/claims?scenario=iraq-2003&claim=H2", "/decide", "/graph?room=people"):
        words = re.sub(r"<[^>]+>", " ", body(visitor.get(path).text)).lower()
        assert not re.search(r"\b(lucks?|no-fear)\b", words)
        if path != "/graph?room=people":  # where people are members of what they belong to
            assert not re.search(r"\d members\b", words)


def test_a_state_with_another_seed_is_never_answered_from_the_store(meadow):
    assert shipped.held_for(meadow, State("meadow", draws="prior")) is not None
    assert shipped.held_for(meadow, State("meadow", seed=2)) is None
