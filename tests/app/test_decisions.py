"""The decision page: nothing is run before somebody says what counts, and the answer is that of the rule."""

import re


def test_the_page_offers_options_losses_and_an_order_and_runs_nothing_by_itself(visitor):
    page = visitor.get("/decide?scenario=meadow").text
    assert "is assumed: nothing adds lives to money" in page and 'name="loss-deaths"' in page and 'name="order"' in page
    assert 'hx-trigger="submit"' in page
    for field in re.findall(r'<(?:input type="text"|select)[^>]* id="([^"]+)"', page):
        assert f'for="{field}"' in page


def test_a_decision_is_answered_with_every_option_and_what_would_change_it(visitor):
    visitor.get("/decide?scenario=meadow")
    asked = {"scenario": "meadow", "option": "NEVER", "order": "deaths, cost", "attitude": "regret"}
    text = visitor.settled(visitor.run(asked, "/decide/run"), last=256)
    rows = dict(re.findall(r'<th scope="row">([^<]+)<small>([A-Z]+)</small>', text))
    assert set(rows.values()) == {"NEVER", "HISTORY"} and "Chosen:" in text
    assert all(title.endswith(" (by assumption)") == (name == "NEVER") for title, name in rows.items())
    assert "cost before deaths" in text and "256 simulated histories" in text


def test_several_losses_without_a_unit_are_refused_with_the_code_and_all_faults_are_told(visitor):
    visitor.get("/decide?scenario=meadow")
    answer = visitor.post("/decide/run", {"scenario": "meadow", "loss-deaths": "2", "loss-cost": "1"})
    assert answer.status_code == 422 and "E286" in answer.text
    answer = visitor.post("/decide/run", {"scenario": "meadow", "loss-deaths": "<b>", "loss-cost": "much"})
    assert answer.status_code == 422 and answer.text.count("not a number") == 2 and "<b>" not in answer.text
    assert visitor.post("/decide/run", {"scenario": "meadow"}).status_code == 422


def test_an_address_holds_the_decision(visitor):
    visitor.get("/decide?scenario=meadow")
    answer = visitor.run({"scenario": "meadow", "loss-deaths": "2"}, "/decide/run")
    page = visitor.get("/decide?scenario=meadow&loss-deaths=2&attitude=tail").text
    assert answer.status_code == 200
    assert 'hx-trigger="load, submit"' in page and 'value="tail" selected' in page
    assert re.search(r'name="loss-deaths" value="2"', page)
