"""The laboratory, the claims page, the graph and the glossary in a real browser, with the network refused."""

import threading
import time

import pytest

from forbear.app import preparing

READY = "#results[data-run]"


def stood(page, run=None):
    """Wait for results, of another run than `run` if one is given; return its number."""
    wanted = READY if run is None else f'{READY}:not([data-run="{run}"])'
    page.wait_for_selector(wanted, timeout=60_000)
    return page.get_attribute("#results", "data-run")


def until(page, condition, seconds=60):
    """Wait until a condition in JavaScript holds: the page's policy lets no script watch for it inside."""
    end = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(50)


def opened(served, eyes, path="/", **options):
    """A page of the laboratory with its first results: what sees it, the page, the number of its run."""
    seen = eyes(**options)
    seen.page.goto(served.address + path)
    return seen, seen.page, stood(seen.page)


def settled(page):
    """Wait for the last stage."""
    page.wait_for_selector("#results[data-stage='512']", timeout=90_000)


def drawn_for(page, press):
    """Open the drawing of the own soldiers by a press of its button."""
    press(page.locator("button.draw[data-lever='intervener.force']"))
    page.wait_for_selector("#drawing-points tbody tr")


def table(page):
    return page.locator("table.differences td").all_text_contents()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?scenario=harbour",
        "/claims",
        "/claims?scenario=iraq-2003&claim=H2",
        "/graph?scenario=iraq-2003&from=security&to=insurgency",
        "/glossary",
        "/atlas",
        "/atlas?case=kosovo-1999",
        "/enter",
        "/nowhere",
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_barrier(served, eyes, path, scheme):
    seen = eyes(color_scheme=scheme)
    seen.page.goto(served.address + path)
    if path.startswith("/?") or path == "/" or "claim=" in path:
        stood(seen.page)
    assert seen.axe() == []
    assert not seen.tried


def test_a_slider_moves_the_charts_and_nothing_is_asked_of_elsewhere(served, eyes):
    seen, page, run = opened(served, eyes)
    before = table(page)
    page.locator("#intervener-force").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    stood(page, run)
    assert "intervener.force=*1.5" in page.url
    assert table(page) != before
    assert page.locator("#results svg.chart").count() == 5
    seen.clean()


def test_the_address_alone_brings_the_state_back(served, eyes):
    first, second = eyes(), eyes()
    first.page.goto(served.address + "/?scenario=meadow&intervener.force=*1.7")
    stood(first.page)
    settled(first.page)
    second.page.goto(first.page.url)
    settled(second.page)
    assert second.page.locator("#intervener-force").input_value() == "1.7"
    assert table(first.page) == table(second.page)


def test_two_tabs_do_not_disturb_each_other(served, eyes):
    seen = eyes()
    seen.page.goto(served.address + "/?scenario=meadow&intervener.force=*0.5")
    other = seen.context.new_page()
    other.goto(served.address + "/?scenario=meadow&intervener.force=*2.5")
    for page in (seen.page, other):
        settled(page)
    assert table(seen.page) != table(other)
    assert "0.5" in seen.page.url and "2.5" in other.url


def test_a_schedule_can_be_drawn_with_keys_alone(served, eyes):
    seen, page, run = opened(served, eyes)
    drawn_for(page, lambda button: button.press("Enter"))
    assert seen.axe() == []
    page.locator("#drawing-add").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("123")
    page.locator("#drawing-use").focus()
    page.keyboard.press("Enter")
    stood(page, run)
    assert ":123" in page.url
    assert page.locator(".lever:has(#intervener-force) output").inner_text() == "as drawn"
    seen.clean()


def test_a_schedule_can_be_drawn_with_a_pointer(served, eyes):
    seen, page, run = opened(served, eyes, has_touch=True, viewport={"width": 820, "height": 1180})
    drawn_for(page, lambda button: button.tap())
    chart = page.locator("#drawing-chart").bounding_box()
    begun = page.locator("#drawing-points tbody tr").count()
    page.mouse.click(chart["x"] + chart["width"] * 0.5, chart["y"] + chart["height"] * 0.3)
    page.mouse.click(chart["x"] + chart["width"] * 0.8, chart["y"] + chart["height"] * 0.7)
    assert page.locator("#drawing-points tbody tr").count() == begun + 2
    page.locator("#drawing-use").tap()
    stood(page, run)
    assert page.url.count(":") == 2 + begun + 2  # of the address itself, and of the points
    assert page.evaluate("document.documentElement.scrollWidth") <= 820


def test_bad_input_is_said_in_words_and_the_page_goes_on(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/?scenario=meadow&intervener.force=*lots")
    assert "E210" in page.locator(".banner[role=alert]").inner_text()
    stood(page)
    run = page.get_attribute("#results", "data-run")
    page.locator("#seed").fill("12x")
    page.locator("#seed").blur()
    assert "a whole number" in page.locator("#progress").inner_text()
    page.locator("#seed").fill("12")
    page.locator("#seed").blur()
    stood(page, run)
    assert "seed=12" in page.url


def test_results_can_be_taken_away_as_files(served, eyes, tmp_path):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/")
    settled(page)
    for name, start in (("CSV", "part,name"), ("SVG", "<svg")):
        with page.expect_download() as waiting:
            page.locator(f"#results a:has-text('{name}')").first.click()
        path = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(path)
        assert path.read_text(encoding="utf-8").startswith(start)
    with page.expect_download() as waiting:
        page.locator("#save").click()
    assert waiting.value.suggested_filename.endswith(".toml")


def test_after_a_restart_the_page_says_what_to_do_and_its_address_still_works(served, eyes):
    seen, page, _ = opened(served, eyes, "/?scenario=meadow&intervener.force=*1.3")
    served.stop()
    served.start()
    page.locator("#intervener-force").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#results .banner", has_text="Open the page again").wait_for(timeout=30_000)
    page.goto(served.address + "/?scenario=meadow&intervener.force=*1.3")
    stood(page)
    assert not seen.tried


def test_nothing_jumps_while_results_arrive(served, eyes):
    seen = eyes()
    page = seen.page
    tops = "[...document.querySelectorAll('#results svg.chart')].map(c => c.getBoundingClientRect().top + scrollY)"
    page.goto(served.address + "/?scenario=meadow&intervener.force=*1.3")
    run = stood(page)
    first = page.evaluate(tops)
    settled(page)
    refined = page.evaluate(tops)
    page.locator("#intervener-force").focus()
    page.keyboard.press("ArrowRight")
    stood(page, run)
    for after in (refined, page.evaluate(tops)):
        assert all(abs(a - b) < 40 for a, b in zip(first, after, strict=True))


def test_a_claims_parameter_held_by_keys_changes_the_shares(served, eyes):
    seen, page, run = opened(served, eyes, "/claims?scenario=iraq-2003&claim=H2")
    page.locator(".lever input[type=range]").first.focus()
    page.keyboard.press("End")
    stood(page, run)
    cells = [row.locator("td").all_text_contents() for row in page.locator("table.shares tbody tr").all()]
    assert cells[0] != cells[1]
    assert page.locator("#results .scale .was").count() >= 1
    assert "=0.99" in page.url
    seen.clean()


def test_a_drawing_begins_with_the_slider_and_the_strategy_that_are_in_force(served, eyes):
    seen, page, _ = opened(served, eyes, "/?scenario=meadow&intervener.force=*2")
    drawn_for(page, lambda button: button.click())
    history = page.evaluate(
        "JSON.parse(document.getElementById('drawing-data').textContent).levers['intervener.force'].path"
    )
    first = float(page.locator("#drawing-points tbody input").first.input_value())
    assert abs(first - 2 * history[0]) < 0.01 * first
    seen.clean()


@pytest.mark.parametrize("path", ["/?intervener.force=*1.37", "/?scenario=harbour&intervener.force=*1.37"])
def test_on_an_empty_cache_the_page_shows_how_long_it_takes_and_then_its_results(served, eyes, monkeypatch, path):
    end = threading.Event()
    monkeypatch.setattr(preparing, "compile_rules", lambda problem: end.wait(60))
    monkeypatch.setattr(preparing, "is_compiled", lambda problem: False)
    monkeypatch.setattr(preparing, "_FOUND", {})
    seen = eyes()
    page = seen.page
    try:
        page.goto(served.address + path)
        page.wait_for_selector("#progress:has-text('s left')", timeout=20_000)
        page.wait_for_selector("#bar:not([hidden])")
        share = page.evaluate("document.getElementById('bar').value")
        while page.evaluate("document.getElementById('bar').value") <= share:
            page.wait_for_timeout(200)
        assert seen.axe() == []
    finally:
        end.set()
    stood(page)
    assert page.locator("#bar").is_hidden()
    assert "does not answer" not in page.locator("#progress").inner_text()
    seen.clean()


@pytest.mark.parametrize("width", [1400, 800, 390])
@pytest.mark.parametrize("path", ["/?scenario=iraq-2003&strategy=MORE-200", "/?scenario=harbour", "/glossary",
                                  "/atlas", "/atlas?case=mali-2013", "/decide?scenario=iraq-2003", "/claims?scenario=iraq-2003&claim=H2", "/graph?scenario=meadow&room=people"])  # fmt: skip
def test_nothing_is_wider_than_the_screen_and_a_picture_stands_on_the_first(served, eyes, width, path):
    seen = eyes(viewport={"width": width, "height": 900})
    page = seen.page
    page.goto(served.address + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if path.startswith("/?"):
        tops = page.evaluate(
            "[...document.querySelectorAll('.whisker-box')].filter(s => s.getClientRects().length).map(s => s.getBoundingClientRect().bottom)"
        )
        assert min(tops) < 900
    seen.clean()


def test_a_question_is_answered_by_one_press_and_then_by_the_keyboard(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/?scenario=iraq-2003")
    assert page.locator(".strip").count() == 7
    before = page.locator("#sentence").inner_text()
    page.locator(".chip[data-question=more]").click()
    until(page, "document.querySelector('.chip[aria-current]').dataset.question === 'more'")
    until(page, "document.getElementById('results').dataset.query.includes('MORE-200')")
    until(page, "location.search.includes('strategy=MORE-200')")
    assert page.locator("#sentence").inner_text() != before
    assert page.locator("#strategy").input_value() == "MORE-200"
    page.locator(".chip[data-question='as it is']").focus()
    page.keyboard.press("Enter")
    until(page, "!document.getElementById('results').dataset.query.includes('MORE-200')")
    until(page, "!location.search.includes('strategy')")
    seen.clean()


def test_a_plan_is_pinned_and_let_go(served, eyes):
    seen, page, run = opened(served, eyes, "/?scenario=meadow&intervener.force=*1.7")
    page.locator("#pin").click()
    run = stood(page, run)
    page.locator("#intervener-force").focus()
    page.keyboard.press("ArrowLeft")
    until(page, "document.getElementById('sentence').textContent.includes('plan A')")
    stood(page, run)
    assert "against=" in page.url and page.locator(".strip-label", has_text="against plan A").count() == 7
    again = seen.context.new_page()
    again.goto(page.url)
    stood(again)
    assert "own soldiers times 1.7" in again.locator("#pinned-words").inner_text().lower()
    page.locator("#unpin").click()
    until(page, "!document.getElementById('sentence').textContent.includes('plan A')")
    assert "against=" not in page.url
    seen.clean()


def test_a_lever_is_swept_and_the_sweep_is_put_away(served, eyes):
    seen, page, _ = opened(served, eyes, "/?scenario=meadow")
    page.locator("button.sweep[data-lever='intervener.force']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#sweep [data-stage='7']", timeout=60_000)
    assert page.locator("#sweep svg.chart").count() == 4
    assert seen.axe() == []
    page.locator(".close-sweep").click()
    assert page.locator("#sweep").is_hidden()
    seen.clean()


def test_values_are_read_from_a_chart_by_keys_and_by_the_pointer(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/?scenario=iraq-2003")
    settled(page)
    figure = page.locator("figure.fan").first
    figure.locator(".plot").focus()
    first = figure.locator(".readout").inner_text()
    assert first.startswith("2003-05: ") and "nine tenths" in first
    page.keyboard.press("End")
    assert figure.locator(".readout").inner_text().startswith("2011-12: ")
    frame = figure.locator("svg").bounding_box()
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    assert figure.locator(".readout").inner_text()[:7] not in ("2003-05", "2011-12")
    seen.clean()


def test_on_a_phone_a_small_strip_stays_in_sight_while_sliders_move_it(served, eyes):
    seen, page, run = opened(served, eyes, "/?scenario=meadow", viewport={"width": 390, "height": 844}, has_touch=True)
    slider = page.locator("#forces-army_retention")
    slider.scroll_into_view_if_needed()
    box = page.locator("#small").bounding_box()
    assert 0 <= box["y"] < 10 and box["height"] < 150 and slider.bounding_box()["y"] > box["y"] + box["height"]
    before = page.locator("#small").inner_text()
    slider.focus()
    page.keyboard.press("End")
    stood(page, run)
    assert page.locator("#small").inner_text() != before
    seen.clean()


def test_a_decision_is_answered_from_an_example_alone(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/decide?scenario=meadow")
    page.locator("a", has_text="the fewest civilians killed").click()
    page.wait_for_selector("#results[data-stage='256']", timeout=90_000)
    assert page.inner_text("#results h2").startswith("Chosen: ")
    assert page.locator("#results caption", has_text="loss and regret").count() == 2
    assert seen.axe() == []
    seen.clean()


def test_the_graph_is_walked_by_the_keyboard(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/graph?scenario=iraq-2003")
    page.locator(".causal a:has(rect)", has_text="insurgency").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#what-title:has-text('The room insurgency')")
    page.locator("#what a", has_text="security").first.click()
    page.wait_for_selector("#what-title:has-text('From security to insurgency')")
    assert page.locator(".equation").count() > 1 and page.locator(".belief").count() > 3
    seen.clean()


def test_a_server_that_is_away_for_a_while_is_asked_again_and_nothing_drawn_is_lost(served, eyes):
    seen = eyes()
    page = seen.page
    page.goto(served.address + "/?scenario=meadow")
    settled(page)
    away = {"on": True}
    page.route("**/run", lambda route: route.abort() if away["on"] else route.fallback())
    page.locator("#intervener-force").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#progress:has-text('asking again')")
    assert page.locator("figure.fan").count() == 5
    away["on"] = False
    until(page, "document.getElementById('results').dataset.query.includes('force')")
    assert not seen.tried
