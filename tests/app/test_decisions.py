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
    board = text[text.index("expected regret") : text.index("</table>")]
    rows = {row[0]: row[1:] for row in (re.findall(r">([^<>]*)</t[hd]>", row) for row in board.split("<tr>")[1:])}
    assert len(rows) == 2 and sum(title.endswith(" (by assumption)") for title in rows) == 1 and "Chosen:" in text
    assert "NEVER" not in text and "HISTORY" not in text
    assert "budgetary cost before" in text and "cost before deaths" not in text and "256 simulated histories" in text


def test_of_a_world_by_assumption_a_range_is_told_in_one_digit_and_no_middle(visitor):
    visitor.get("/decide?scenario=meadow")
    answer = visitor.run({"scenario": "meadow", "order": "deaths"}, "/decide/run")
    board = answer.text[answer.text.index("expected regret") : answer.text.index("</table>")]
    cells = next(row for row in board.split("<tr>") if "(by assumption)" in row)
    told = re.findall(r">([^<>]*)</td>", cells)
    assert re.fullmatch(r"(0|[1-9][0,]*|0\.0*[1-9])( to (0|[1-9][0,]*|0\.0*[1-9]))?", told[0])
    assert not any(told[1:-1]) and told[-1].endswith("%")
    drawn = answer.text[answer.text.index('<div class="wide">') : answer.text.index("<details>")]
    assert drawn.count('class="middle"') == drawn.count('class="ninety"') / 2  # two drawings of two lines


def test_what_would_change_the_choice_is_shown_at_the_last_stage_alone(visitor):
    visitor.get("/decide?scenario=meadow")
    first = visitor.run({"scenario": "meadow", "order": "deaths, cost"}, "/decide/run")
    assert "is looked for once 256 simulated histories are done" in first.text and "no margins" not in first.text
    last = visitor.settled(first, last=256)
    assert "no margins" in last and "is looked for once" not in last


def test_an_order_is_chosen_by_titles_and_an_address_holds_it_in_one(visitor):
    places = re.findall(r'<select id="(d-order-\d)" name="order">', visitor.get("/decide?scenario=meadow").text)
    assert len(places) == 4
    page = visitor.get("/decide?scenario=meadow&order=cost,+deaths&order=governance").text
    chosen = re.findall(r'<option value="([a-z_]+)" selected>[^<]* \(\1\)', page)
    assert chosen == ["cost", "deaths", "governance"]
    page = visitor.get("/decide?scenario=meadow&order=nonsense").text  # what is no outcome of the form is not lost
    assert '<option value="nonsense" selected>' in page


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
